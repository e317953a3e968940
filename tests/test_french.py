"""French numbers, money, dates and typography: read as printed, printed as French does."""

import ast
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import solidata
from solidata.french import (
    MONTHS,
    WEEKDAYS,
    Amount,
    ColumnError,
    FrenchError,
    Period,
    fold,
    format_amount,
    format_date,
    format_number,
    format_rate,
    join_lines,
    nearest,
    parse_amount,
    parse_column,
    parse_dates,
    parse_number,
    parse_period,
    parse_rate,
    parse_weekday,
    plural,
    quote,
    typography,
)

NB = "\u00a0"  # no-break space
NNB = "\u202f"  # narrow no-break space
THIN = "\u2009"
MINUS = "\u2212"

decimals = st.decimals(
    min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False
)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
years = st.integers(1900, 2099)


def one(value):
    return Amount(Decimal(value), Decimal(value))


def refused(parse, text):
    """Check that `text` is refused with a message that shows the whole of it."""
    with pytest.raises(FrenchError) as caught:
        parse(text)
    assert caught.value.text == text
    assert str(caught.value).startswith(f"illisible : «{NB}{text}{NB}» ; attendu : ")
    return caught.value.expected


# --- numbers ---------------------------------------------------------------------------


@given(decimals)
def test_a_printed_number_reads_back(value):
    assert parse_number(format_number(value)) == value


@given(st.integers(-(10**15), 10**15))
def test_a_printed_integer_reads_back_and_has_no_comma(value):
    printed = format_number(value)
    assert parse_number(printed) == value
    assert "," not in printed


@given(decimals, st.integers(0, 6))
def test_rounding_keeps_the_digits_asked_for(value, places):
    printed = format_number(value, places)
    _, comma, fraction = printed.partition(",")
    assert len(fraction) == places
    assert bool(comma) == (places > 0)
    # half a unit of the last place, at most
    assert abs(parse_number(printed) - value) <= Decimal(5).scaleb(-places - 1)


@given(decimals, st.sampled_from([" ", NB, NNB, THIN]), st.sampled_from([MINUS, "-", "–"]))
def test_every_space_and_every_minus_of_a_page_is_read(value, space, minus):
    printed = format_number(value).replace(NNB, space).replace(MINUS, minus)
    assert parse_number(printed) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15 876", "15876"),
        (f"15{NB}876", "15876"),
        (f"15{NNB}876", "15876"),
        ("72,5", "72.5"),
        ("1170 000", "1170000"),  # badly grouped, as the report prints it
        ("2000 000", "2000000"),  # no number starts with « 000 »: no year stands here
        ("1899 163", "1899163"),
        ("  8 ", "8"),
        ("+23,9", "23.9"),
        (f"{MINUS}0,6", "-0.6"),
        ("– 3", "-3"),
        ("007", "7"),
        ("TROIS", "3"),
        ("zéro", "0"),
        ("dix-sept", "17"),
        ("une trentaine", "30"),
        ("Une  centaine", "100"),
        ("l'un", "1"),
        ("l’une", "1"),
    ],
)
def test_numbers_as_printed(text, value):
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "1 0 02 0 oo", "12 34", "1 2345", "12 000 00", "12345 678", "1  234",
        "1.234", "1,234,5", "1,", ",5", "1 ,5", "1, 5", "--3", "3 –", "1e5", "1_000", "NaN", "inf",
        "3½", "2²", "15 876 appels", "8/30", "44 %", "une deux", "une une", "vingt deux", "l'deux",
        "environ 30", "10 à 12",
        # a year then a number, a digit lost, digits that no French page prints
        "2024 163", "2025 500 000", "0 500", "01 000", "٣", "２",
    ],
)  # fmt: skip
def test_what_is_nearly_a_number_is_refused(text):
    assert refused(parse_number, text) == "un nombre, par exemple 15 876, 72,5 ou « deux »"


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        (1234567, None, f"1{NNB}234{NNB}567"),
        (999, None, "999"),
        (1000, None, f"1{NNB}000"),
        (0.1 + 0.2, 2, "0,30"),
        (2.5, 0, "3"),  # half up, as French administrations round; not half to even (2)
        (-2.5, 0, f"{MINUS}3"),
        (-0.4, 0, "0"),  # never « −0 »
        (Decimal("72.50"), None, "72,5"),
        (Decimal("100"), None, "100"),  # the zeros of an integer are no decimals
        (Decimal("1E+3"), None, f"1{NNB}000"),
        (1e-7, None, "0,0000001"),
    ],
)
def test_numbers_printed(value, places, printed):
    assert format_number(value, places) == printed


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("-Infinity")])
def test_what_is_not_finite_is_not_printed(value):
    with pytest.raises(ValueError, match="un nombre fini est attendu"):
        format_number(value)


# --- amounts ---------------------------------------------------------------------------


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False),
    st.sampled_from(["€", "k€", "M€", "Md€"]),
)
def test_a_printed_amount_reads_back_in_every_unit(euros, unit):
    assert parse_amount(format_amount(euros, unit)) == Amount(euros, euros)


@given(
    st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["€", "k€", "M€"]), st.booleans()
)
def test_a_printed_range_reads_back(first, second, unit, between):
    low, high = sorted((first, second))
    ends = [format_amount(low, unit), format_amount(high, unit)]
    text = "entre {} et {}" if between else "de {} à {}"
    assert parse_amount(text.format(*ends)) == Amount(Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("72,5 M€", "72500000"),  # 72,5 × 1 000 000
        ("1170 000€", "1170000"),
        ("131680¢€", "131680"),
        ("850 000 euros", "850000"),
        ("1 euro", "1"),
        (f"16{NNB}563{NB}€", "16563"),
        ("16 563€", "16563"),
        ("278 M€", "278000000"),
        ("5 m€", "5000000"),
        ("12,5 k€", "12500"),
        ("12,345 M€", "12345000"),
        ("0,125 €", "0.125"),  # no thousands: they do not start with a zero
        ("1 250,50 €", "1250.50"),
        ("1,2 Md€", "1200000000"),
        ("451 millions d’euros", "451000000"),
        ("451 millions d'euros", "451000000"),
        ("1 million d’euros", "1000000"),
        ("2 milliards d’euros", "2000000000"),
        ("5 mille euros", "5000"),
        (f"{MINUS}3 €", "-3"),
    ],
)
def test_amounts_as_printed(text, euros):
    assert parse_amount(text) == one(euros)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("entre 250 000 € et 400 000 €", 250_000, 400_000),
        ("entre 250 000 et 400 000 €", 250_000, 400_000),
        ("Entre 250 000 € et 250 000 €", 250_000, 250_000),
        ("de 5 à 10 k€", 5_000, 10_000),
        ("de 5 a 10 k€", 5_000, 10_000),  # the OCR loses accents
        ("de 5 000 € à 10 k€", 5_000, 10_000),
        # The bare number takes the whole unit, scale included: not 1 euro.
        ("entre 1 et 2 millions d’euros", 1_000_000, 2_000_000),
        ("entre 5 millions et 10 millions d’euros", 5_000_000, 10_000_000),
        ("de 800 000 euros à 1 million d’euros", 800_000, 1_000_000),
    ],
)
def test_ranges_as_printed(text, low, high):
    assert parse_amount(text) == Amount(Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "", "€", "1 0 02 0 oo €", "131680¢", "21 Me", "12 M€”", "12 Mo€", "72.5 M€", "850 000",
        "850 000 eur", "€ 500", "5 €€", "5 kM€", "5 M €", "5 € 6 €", "5 €/an", "5 $", "3 millions",
        "mille euros", "5 millions k€", "2 milliards M€", "Temps agent",
        "entre 400 000 € et 250 000 €", "entre 5 et 10", "entre 5 € et",
        "entre 5 € et 10 € et 20 €",
        "entre 900 000 et 1 million d’euros", "de 5 € à 1 0 02 0 oo €", "5 à 10 k€",
        "2025 163 €", "0 500 €", "12,500 €", "999,000 euros", "entre 12,500 et 13,500 €",
    ],
)  # fmt: skip
def test_what_is_nearly_an_amount_is_refused_and_shown_whole(text):
    assert refused(parse_amount, text)


def test_a_range_that_runs_backwards_says_so():
    assert refused(parse_amount, "de 10 € à 5 €") == "une fourchette croissante"


@pytest.mark.parametrize(
    ("euros", "unit", "places", "printed"),
    [
        (72_500_000, "M€", None, f"72,5{NB}M€"),
        (16563, "€", None, f"16{NNB}563{NB}€"),
        (16563, "k€", 1, f"16,6{NB}k€"),
        (-3, "€", None, f"{MINUS}3{NB}€"),
        (0, "Md€", None, f"0{NB}Md€"),
    ],
)
def test_amounts_printed(euros, unit, places, printed):
    assert format_amount(euros, unit, places) == printed


# --- rates -----------------------------------------------------------------------------


@given(st.decimals(min_value=-10, max_value=10, places=5, allow_nan=False))
def test_a_printed_rate_reads_back(rate):
    # 5 decimals of the fraction are 3 of the percentage: 0.12345 = 12,345 %
    assert parse_rate(format_rate(rate, 3)) == rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [("44 %", "0.44"), (f"44{NB}%", "0.44"), ("93,3%", "0.933"), ("120 %", "1.2"),
     (f"{MINUS}0,6{NNB}%", "-0.006"), ("+23,9 %", "0.239")],
)  # fmt: skip
def test_rates_as_printed(text, rate):
    assert parse_rate(text) == Decimal(rate)


@pytest.mark.parametrize("text", ["44", "% 44", "44 %%", "4 4 %", "44.5 %", "44 pour cent", "%"])
def test_what_is_nearly_a_rate_is_refused(text):
    assert refused(parse_rate, text) == "un pourcentage, par exemple 44 %"


def test_rates_printed():
    assert format_rate(0.44) == f"44{NB}%"
    assert format_rate(2 / 3, 1) == f"66,7{NB}%"
    assert format_rate(0.285) == f"29{NB}%"  # 28,5 rounds half up, in spite of 28.499999… floats


# --- dates -----------------------------------------------------------------------------


@given(days, st.booleans())
def test_a_printed_day_reads_back(day, weekday):
    printed = format_date(day, weekday)
    assert parse_dates(printed) == [day]
    if weekday:
        assert parse_weekday(printed.split()[0]) == day.isoweekday()


@given(days)
def test_a_numeric_date_reads_back(day):
    assert parse_dates(f"{day:%d/%m/%Y}") == [day]
    assert parse_dates(f"{day.day}/{day.month}/{day.year}") == [day]


@given(years, st.sets(st.tuples(st.integers(1, 12), st.integers(1, 28)), min_size=1, max_size=6))
def test_a_printed_list_of_days_reads_back(year, chosen):
    groups = {}
    for month, day in sorted(chosen):
        groups.setdefault(month, []).append("1er" if day == 1 else str(day))
    text = " puis ".join(f"{', '.join(days)} {MONTHS[m - 1]}" for m, days in groups.items())
    expected = [date(year, month, day) for month, day in sorted(chosen)]
    assert parse_dates(f"{text} {year}") == expected
    assert parse_dates(text, year) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27/03/2025", ["2025-03-27"]),
        ("7/11/2024", ["2024-11-07"]),
        ("1/10/25", ["2025-10-01"]),
        ("3 avril 2025", ["2025-04-03"]),
        ("1er JANVIER 2025", ["2025-01-01"]),
        ("mercredi 1er janvier 2025", ["2025-01-01"]),
        ("29 fevrier 2024", ["2024-02-29"]),
        ("22, 29 janvier puis 5 février 2025", ["2025-01-22", "2025-01-29", "2025-02-05"]),
        ("22, 29 janvier 2024 puis 5 février 2025", ["2024-01-22", "2024-01-29", "2025-02-05"]),
        ("les 22 et 29 janvier 2025", ["2025-01-22", "2025-01-29"]),
        ("lundi 3 et mardi 4 novembre 2025", ["2025-11-03", "2025-11-04"]),
    ],
)
def test_dates_as_printed(text, expected):
    assert [day.isoformat() for day in parse_dates(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "27/03/205", "27/03/0205", "27/3", "27/03/2025 5", "27-03-2025", "2025-03-27",
        "2025", "janvier", "janvier 2025", "22", "22 janvier", "lundi", "avril 3 2025",
        "112 janvier 2025", "3 avril 205", "3 avril 20255", "2er janvier 2025", "21er mai 2025",
        "2 2 janvier 2025", "3 avril mai 2025", "3 avril 2025 2026", "3, avril 2025,,",
        "22, 29 janvier puis 2025", "3 avr 2025", "3 avril 2025 à Blois", "le le 3 avril 2025",
    ],
)  # fmt: skip
def test_what_is_nearly_a_date_is_refused(text):
    assert refused(parse_dates, text).startswith("une date, par exemple 27/03/2025 ou 3 avril 2025")


@pytest.mark.parametrize(
    "text",
    ["31/02/2025", "29 février 2025", "31 avril 2025", "0 mai 2025", "32 mai 2025", "13/13/25"],
)
def test_a_date_that_does_not_exist_is_refused(text):
    assert refused(parse_dates, text) == "une date qui existe"


def test_a_wrong_day_of_the_week_is_refused_with_the_right_one():
    assert refused(parse_dates, "mardi 3 novembre 2025") == (
        f"le jour de la semaine de la date (3{NB}novembre 2025 est un lundi)"
    )
    assert refused(parse_dates, "lundi 3 et lundi 4 novembre 2025")


@pytest.mark.parametrize(
    "text", ["31 décembre, 2 janvier 2025", "29 janvier puis 5 janvier 2025", "5, 3 mai 2025"]
)
def test_a_list_of_days_that_runs_backwards_is_refused(text):
    expected = "des jours qui se suivent, chacun avec son année s’il le faut"
    assert refused(parse_dates, text) == expected
    assert refused(parse_period, text) == expected


def test_a_date_without_its_year_says_what_is_missing():
    assert refused(parse_dates, "22, 29 janvier").endswith(", avec son mois et son année")


def test_dates_printed():
    assert format_date(date(2025, 1, 1)) == f"1er{NB}janvier 2025"
    assert format_date(date(2025, 8, 11), weekday=True) == f"lundi 11{NB}août 2025"


# --- periods ---------------------------------------------------------------------------


@given(days, st.integers(0, 800))
def test_a_printed_period_of_days_reads_back(first, length):
    last = first + timedelta(days=length)
    text = f"du {format_date(first)} au {format_date(last)}"
    assert parse_period(text) == Period(first, last, "day")


@given(years, st.integers(1, 12))
def test_a_month_goes_to_its_last_day(year, month):
    period = parse_period(f"{MONTHS[month - 1]} {year}")
    assert (period.start, period.precision) == (date(year, month, 1), "month")
    assert (period.end + timedelta(days=1)).day == 1
    assert (period.end.year, period.end.month) == (year, month)


@given(years, st.integers(0, 5))
def test_years_read_back(year, more):
    last = date(year + more, 12, 31)
    assert parse_period(f"{year}-{year + more}") == Period(date(year, 1, 1), last, "year")
    assert parse_period(str(year)).end == date(year, 12, 31)


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("juin 2024", "2024-06-01", "2024-06-30", "month"),
        ("fin août 2025", "2025-08-01", "2025-08-31", "month"),
        ("début 2025", "2025-01-01", "2025-12-31", "year"),
        ("printemps 2026", "2026-03-01", "2026-06-30", "season"),
        ("Été 2025", "2025-06-01", "2025-09-30", "season"),
        ("2023-2024", "2023-01-01", "2024-12-31", "year"),
        ("entre 2024 et 2025", "2024-01-01", "2025-12-31", "year"),
        ("du 13 au 17 octobre 2025", "2025-10-13", "2025-10-17", "day"),
        ("du 1er au 3 mai 2025", "2025-05-01", "2025-05-03", "day"),
        ("du 28 janvier au 3 février 2025", "2025-01-28", "2025-02-03", "day"),
        ("de juin 2024 à juin 2025", "2024-06-01", "2025-06-30", "month"),
        ("juin 2024 a juin 2025", "2024-06-01", "2025-06-30", "month"),
        ("27/03/2025", "2025-03-27", "2025-03-27", "day"),
        ("22, 29 janvier puis 5 février 2025", "2025-01-22", "2025-02-05", "day"),
        # No better known than the worse known of its ends.
        ("de mai à 5 juin 2025", "2025-05-01", "2025-06-05", "month"),
        ("du 3 mars 2024 à 2025", "2024-03-03", "2025-12-31", "year"),
    ],
)
def test_periods_as_printed(text, start, end, precision):
    expected = Period(date.fromisoformat(start), date.fromisoformat(end), precision)
    assert parse_period(text) == expected


def test_the_year_of_the_row_serves_what_is_printed_without_one():
    assert parse_period("fin juin", 2025).end == date(2025, 6, 30)
    assert parse_period("du 13 au 17 octobre", 2025).start == date(2025, 10, 13)
    # a printed year is stronger than the row's
    assert parse_period("juin 2024", 2025).end == date(2024, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        "", "0000", "juin 0000", "juin 204", "fin juin", "au printemps", "hiver 2025", "2024-2023",
        "2025-26", "2024/2025", "17 au 13 octobre 2025", "de décembre à janvier 2025",
        "du 13 au 32 octobre 2025", "de juin à foo", "du 13 au", "lundi",
    ],
)  # fmt: skip
def test_what_is_nearly_a_period_is_refused_and_shown_whole(text):
    assert refused(parse_period, text)


def test_a_period_that_runs_backwards_says_so():
    expected = "une période dont la fin suit le début"
    assert refused(parse_period, "du 17 au 13 octobre 2025") == expected


def test_weekdays():
    assert [parse_weekday(name.upper()) for name in WEEKDAYS] == [1, 2, 3, 4, 5, 6, 7]
    assert refused(parse_weekday, "lundredi") == "un jour de la semaine"


# --- typography ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 876 €", f"15{NNB}876{NB}€"),
        (f"15{NB}876{NNB}€", f"15{NNB}876{NB}€"),
        ("1 234 567 appels", f"1{NNB}234{NNB}567 appels"),
        ("72,5 M€ soit 44 %", f"72,5{NB}M€ soit 44{NB}%"),
        ("l'action d`ici", "l’action d’ici"),
        ('"facile à lire"', f"«{NB}facile à lire{NB}»"),
        ("“ facile ” et «lire»", f"«{NB}facile{NB}» et «{NB}lire{NB}»"),
        ('"“deux fois”"', f"«{NB}«{NB}deux fois{NB}»{NB}»"),
        ("Pourquoi ?  Voilà : ainsi !", f"Pourquoi{NB}? Voilà{NB}: ainsi{NB}!"),
        ("  en  2025, 15 actions ", "en 2025, 15 actions"),
        ("12 345 6789", f"12{NNB}345 6789"),  # 6789 is no group of three
    ],
)
def test_typography(text, expected):
    assert typography(text) == expected


marks = st.text(st.sampled_from("aé 1230\"“”'‘’«»:;!?%€kM.,\u00a0\u202f\n"), max_size=40)


@given(marks)
def test_typography_changes_nothing_the_second_time(text):
    assert typography(typography(text)) == typography(text)


@given(marks)
def test_typography_changes_no_letter_nor_digit(text):
    def kept(string):
        return [c for c in string if c.isalnum() or c in "€%:;!?.,"]

    assert kept(typography(text)) == kept(text)


@given(decimals)
def test_what_is_printed_is_already_typographic(value):
    assert typography(format_number(value)) == format_number(value).strip()
    assert typography(format_amount(value, "M€", 1)) == format_amount(value, "M€", 1)


@pytest.mark.parametrize(
    ("printed", "joined"),
    [
        ("Action en cours -⏎a poursuivre", "Action en cours - a poursuivre"),
        ("portée aux usa-⏎gers", "portée aux usagers"),
        ("Non réalisée⏎reportée en 2026", "Non réalisée reportée en 2026"),
        ("Saint-⏎Laurent", "Saint- Laurent"),  # a capital: no division of a word
        (" ⏎ fin ⏎ ", "fin"),
    ],
)
def test_lines_are_joined(printed, joined):
    assert join_lines(printed) == joined


@given(st.text(st.sampled_from("aAéœ -⏎\u00a0"), max_size=20))
def test_joined_lines_hold_no_break(text):
    assert "⏎" not in join_lines(text)


def test_fold_compares_what_is_printed_in_several_ways():
    assert fold("Non  engagée –\nSupprimée ") == fold("NON ENGAGEE - SUPPRIMEE")
    assert fold("Cœur’s") == "coeur's"


def test_plural_is_french():
    assert [plural(n, "action") for n in (0, 1, 1.99, 2, -2)] == [
        "action", "action", "action", "actions", "actions",
    ]  # fmt: skip
    assert plural(2, "statut connu", "statuts connus") == "statuts connus"


def test_nearest_and_quote():
    assert nearest("realisé", ["realisee", "reportee"]) == "realisee"
    assert nearest("zzz", ["realisee", "reportee"]) is None
    assert quote("a") == f"«{NB}a{NB}»"


# --- columns ---------------------------------------------------------------------------


def test_a_column_is_parsed_once_a_distinct_value():
    calls = []

    def parse(text):
        calls.append(text)
        return parse_number(text)

    column = pd.Series(["1 000", "2", None, "1 000", "2"] * 100, index=range(7, 507), name="n")
    parsed = parse_column(column, parse)
    assert sorted(calls) == ["1 000", "2"]
    assert parsed.tolist()[:5] == [1000, 2, None, 1000, 2]
    assert parsed.index.equals(column.index)
    assert parsed.name == "n"


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5))))
def test_a_parsed_column_is_its_values_parsed_one_by_one(values):
    column = pd.Series([None if v is None else format_number(v) for v in values], dtype=object)
    assert parse_column(column, parse_number).tolist() == values


def test_every_unread_string_of_a_column_is_reported():
    column = pd.Series(["1 €", "1 0 02 0 oo €", "2 €", "21 Me", "1 0 02 0 oo €"])
    with pytest.raises(ColumnError) as caught:
        parse_column(column, parse_amount)
    assert list(caught.value.unread) == ["1 0 02 0 oo €", "21 Me"]
    assert caught.value.unread["21 Me"].text == "21 Me"
    assert str(caught.value).startswith(f"illisible : «{NB}1 0 02 0 oo € ; 21 Me{NB}» ; attendu : ")


# --- the messages of the package ------------------------------------------------------


def sentences(source):
    """Return the texts of a module that are neither documentation nor a pattern."""
    tree = ast.parse(source)
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            left_out |= {id(inner) for inner in ast.walk(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in left_out
    ]


_LOOSE = re.compile(r" [:;?!%»]|« ")


def test_a_loose_sign_is_found_in_a_message_only():
    source = 'def f(a):\n    """Say : a."""\n    re.split(" ; ", a)\n    return f"{a} : b", "c\\u00a0; d"\n'
    assert [text for text in sentences(source) if _LOOSE.search(text)] == [" : b"]


@pytest.mark.parametrize("part", ["context", "exports"])
def test_no_sign_of_a_message_goes_to_the_next_line_alone(part):
    modules = sorted((Path(solidata.__file__).parent / part).glob("*.py"))
    assert modules
    texts = [(m.name, s) for m in modules for s in sentences(m.read_text(encoding="utf-8"))]
    assert [(name, text) for name, text in texts if _LOOSE.search(text)] == []
