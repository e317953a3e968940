"""Charts of change draw what is printed, and answer bad tables with a figure or a French refusal.

The made tables are made: their numbers are chosen so that the arithmetic can be followed.
"""

import re

import numpy as np
import pandas as pd
import pytest

from solidata.analysis import measures
from solidata.catalog import load, load_registers
from solidata.figures import checks, evolution, lines, theme
from solidata.figures.page import text_width
from solidata.problems import NoDataError, RefusedError

REGISTERS = load_registers()
DAY = pd.Timestamp
LONG = ("Un intitulé de deux cents caractères qui se répète " * 4).strip()  # 203 characters
SOLID = "x" * 200
WIDE = "solidarites_avec_personnel"


@pytest.fixture(scope="module")
def tables():
    names = ("observations", "indicators", "funding", "department_budget", "events")
    return {name: load(name) for name in names}


def draw(name, tables):
    """Return a chart of the real tables, or of copies of some."""
    t = tables
    if name == "slopes":
        tables = (t[n] for n in ("observations", "indicators", "funding"))
        return evolution.slopes(*tables, REGISTERS, 2024, 2025)
    if name == "dumbbell":
        return evolution.dumbbell(t["observations"], t["indicators"], REGISTERS)
    if name == "series":
        return evolution.series(t["observations"], t["indicators"], REGISTERS)
    if name == "budgets":
        return evolution.budgets(t["department_budget"], REGISTERS)
    return evolution.openings(t["events"], t["observations"], REGISTERS)


CHARTS = ("slopes", "dumbbell", "series", "budgets", "openings")


@pytest.fixture(scope="module")
def figures(tables):
    return {name: draw(name, tables) for name in CHARTS}


def changed(frame, key, named, /, **cells):
    """Return a copy of a table with cells of one row replaced."""
    frame = frame.copy()
    for column, new in cells.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame[key] == named, column] = new
    return frame


def every_text(page):
    texts = [*page.figure.texts, *(t for axes in page.figure.axes for t in axes.texts)]
    return [t.get_text() for t in texts]


def sound(figure, presets=tuple(theme.PRESETS)):
    """Assert that a figure can be printed, and that no text shows what is missing."""
    said = [figure.title, figure.unit, figure.reading, figure.note, figure.alt, figure.scope]
    for preset in presets:
        page = figure.render(preset)
        assert checks.defects(figure, page) == [], preset
        said += every_text(page)
    said += map(str, figure.table().columns)
    missing = re.compile(r"\b(nan|none|nat|inf)\b|<NA>", re.IGNORECASE)
    assert [t for t in said if missing.search(t)] == []
    figure.trace()
    figure.fingerprint()
    return figure


# --- the real tables -----------------------------------------------------------------


@pytest.mark.parametrize("preset", theme.PRESETS)
@pytest.mark.parametrize("name", CHARTS)
def test_no_format_has_a_defect(figures, name, preset):
    assert figures[name].check(preset) == []
    assert figures[name].check(preset, dressed=False) == []


@pytest.mark.parametrize("name", CHARTS)
def test_every_row_says_where_it_is_printed(figures, tables, name):
    figure = figures[name]
    assert {"address", "source_id", "line", "printed", figure.value} <= set(figure.data.columns)
    for row in figure.data.to_dict("records"):
        for address in row["address"].split():
            table, key = address.split(":")
            kept = tables[table].set_index(tables[table].columns[0])
            assert key in kept.index
        # what is read in a report has its line there; a data set has none
        assert pd.notna(row["line"]) or row["source_id"] != "bilan-2025"
        assert pd.notna(row["printed"])


@pytest.mark.parametrize(
    ("name", "table", "key", "row", "column", "value", "title", "reading"),
    [
        # 6 - 2 = 4 centres; 1 of 3 still falls
        ("slopes", "observations", "observation_id", "crt.2", "value", 1.0, None, "de 1 en 2024 à 5 en 2025, soit +4 centres"),
        # (1399.5 - 933) / 933 = 50 %
        ("dumbbell", "observations", "observation_id", "contexte-ase-enfants-accueillis.2022", "value", 1399.5,
         "ASE, enfants accueillis : +50 % entre 2018 et 2022, la plus forte hausse relative", "+50,0 %"),
        # 210.0 - 190.0 = 20.0, of 190.045
        ("series", "observations", "observation_id", "contexte-depense-brute-totale-d-aide-sociale.2019", "value", 210.045e6,
         "Dépense brute totale d’aide sociale : 210,0 M€ en 2019, +20,0 M€ depuis 2016", None),
        ("budgets", "department_budget", "block_id", "2026-primitif-solidarites-avec-personnel", "amount_eur", 290e6,
         "Solidarités : de 278 M€ votés en 2025 à 290 M€ en 2026, périmètre supposé constant", None),
        ("budgets", "department_budget", "block_id", "2026-primitif-total", "amount_eur", 460e6,
         None, "de 451 M€ votés en 2025 à 460 M€ en 2026, soit +9 M€"),  # 460 - 451 = 9
        ("openings", "observations", "observation_id", "mds-ouvertes.3", "value", 8.0,
         "8 maisons sur 12 sont ouvertes ; 2 ont ouvert en 2024", "8 maisons sur les 12 visées"),
    ],
)  # fmt: skip
def test_words_follow_the_data(figures, tables, name, table, key, row, column, value, title, reading):  # fmt: skip
    before = figures[name]
    after = draw(name, {**tables, table: changed(tables[table], key, row, **{column: value})})

    def plain(text):
        return re.sub("[\u00a0\u202f]", " ", text)

    if title:
        assert plain(after.title) == title
        assert after.title != before.title
    if reading:
        assert reading in plain(after.reading)
        assert after.reading != before.reading
    assert after.alt != before.alt
    assert after.fingerprint() != before.fingerprint()
    assert not after.table().equals(before.table())
    assert draw(name, tables).fingerprint() == before.fingerprint()


# --- slopes --------------------------------------------------------------------------


def places(marks):
    """Return x and y of dots, in the units of their axes."""
    return [(float(m.artist.get_xdata()[0]), float(m.artist.get_ydata()[0])) for m in marks]


@pytest.mark.parametrize("preset", ["page", "colonne"])
def test_slopes_are_dots_at_their_values_from_zero(figures, preset):
    page = figures["slopes"].render(preset)
    assert places(page.marks) == [(0, 2), (1, 5), (0, 7), (1, 11), (0, 16563), (1, 5171)]
    for mark in page.marks:
        assert mark.artist.axes.get_ylim()[0] == 0
    tops = [m.artist.axes.get_ylim()[1] for m in page.marks[::2]]
    assert tops == [5, 12, 16563]  # 11 of 12: the scale goes to 12
    assert [m.fill for m in page.marks] == [lines.FIRST, lines.LAST] * 3


def test_the_title_of_slopes_counts_rises_and_falls(figures):
    # 2 to 5 and 7 to 11 rise, 16 563 to 5 171 falls
    title = figures["slopes"].title.replace("\u00a0", " ")
    assert title == "Sur 3 mesures comparables de 2024 à 2025, 2 augmentent et 1 diminue"
    assert "157\u00a0indicateurs" in figures["slopes"].scope
    assert "prévu ou exécuté" in figures["slopes"].note


def test_of_many_pairs_those_that_change_most_are_drawn_and_it_is_said(tables):
    t = tables
    figure = evolution.slopes(
        t["observations"], t["indicators"], t["funding"], REGISTERS, 2024, 2025, most=2
    )
    # 3/5 of centres, 4/11 of services, 11 392/16 563 of euros: services change least
    assert set(figure.data["unit"]) == {"centres", "euros"}
    plain = figure.title.replace("\u00a0", " ")
    # centres rise, euros fall
    assert plain == "Mesures qui varient le plus de 2024 à 2025 : 1 augmente, 1 diminue"
    scope = figure.scope.replace("\u00a0", " ")
    assert scope.startswith("les 2 mesures qui varient le plus des 3 imprimées")
    assert "rapporte à la plus grande des deux valeurs" in figure.note
    assert figure.check() == []
    assert "varient le plus" not in draw("slopes", tables).title


def test_repeated_printings_are_one_slope(figures):
    data = figures["slopes"].data
    crt = data[(data["indicator_id"] == "crt") & (data["year"] == 2025)]
    assert len(crt) == 1
    assert len(crt["address"].iloc[0].split()) == 3


# --- dumbbell ------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["page", "colonne"])
def test_dumbbell_dots_are_at_their_values_on_one_scale(figures, preset):
    figure = figures["dumbbell"]
    page = figure.render(preset)
    assert len({m.artist.axes for m in page.marks}) == 1
    found = [x for x, _ in places(page.marks)]
    assert found == figure.data["value"].tolist()
    low = page.marks[0].artist.axes.get_xlim()[0]
    assert low == 0
    rows = [y for _, y in places(page.marks)]
    assert rows[::2] == rows[1::2]  # both years of a row stand level
    assert rows[::2] == sorted(rows[::2])


def test_dumbbell_leaves_a_total_out_and_says_so(figures):
    # APA: 5 296 + 4 254 = 9 550 and 5 188 + 4 578 = 9 766
    figure = figures["dumbbell"]
    assert "APA, bénéficiaires payés en décembre" not in set(figure.data["label"])
    assert "n’est pas tracé\u00a0: c’est la somme de" in figure.note
    changes = figure.table()["Évolution (%)"].tolist()
    assert changes == sorted(changes, reverse=True)


# --- series --------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["page", "colonne"])
def test_a_million_has_one_height_in_every_panel_of_a_series(figures, preset):
    figure = figures["series"]
    page = figure.render(preset)
    scales = []
    for axes in {m.artist.axes for m in page.marks}:
        low, high = axes.get_ylim()
        assert low == 0
        scales.append((high - low) / lines.height_mm(axes))
        area = axes.collections[0].get_paths()[0].get_extents()
        assert (area.y0, area.y1) == (0, max(axes.get_lines()[1].get_ydata()))
    assert scales == pytest.approx([scales[0]] * 5)
    drawn = sorted(v for m in page.marks for v in m.artist.axes.get_lines()[1].get_ydata())
    assert drawn == sorted(figure.data["value"])


def test_what_the_total_holds_besides_its_parts_is_told(figures):
    # 40.096 + 45.208 + 44.289 + 49.863 = 179.456; 202.767 - 179.456 = 23.311
    note = figures["series"].note.replace("\u00a0", " ")
    assert "les 4 publics font 179,5 M€ ; les 23,3 M€ restants" in note
    assert "courants" in figures["series"].unit


# --- budgets -------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["page", "colonne"])
def test_columns_rise_from_zero_on_one_scale(figures, preset):
    figure = figures["budgets"]
    page = figure.render(preset)
    scales, drawn = [], []
    for mark in page.marks:
        box, axes = mark.artist, mark.artist.axes
        assert box.get_y() == 0
        low, high = axes.get_ylim()
        scales.append((high - low) / lines.height_mm(axes))
        year = round(box.get_x() + box.get_width() / 2) + 2020
        drawn.append((year, box.get_height()))
    assert scales == pytest.approx([scales[0]] * 14)
    printed = list(zip(figure.data["year"], figure.data["amount_eur"], strict=True))
    assert sorted(drawn) == sorted(printed)


def test_each_scope_has_its_panel_and_nothing_joins_columns(figures):
    page = figures["budgets"].render()
    panels = {m.artist.axes for m in page.marks}
    assert len(panels) == 4  # total, staff included, narrow, other
    for axes in panels:
        # the baseline, and no line from a column to another
        assert all(
            1 in (len(set(line.get_ydata())), len(set(line.get_xdata())))
            for line in axes.get_lines()
        )
    texts = every_text(page)
    for label in ("Budget total", "Solidarités, masse salariale comprise",
                  "Solidarités, périmètre étroit", "Solidarités, autre périmètre"):  # fmt: skip
        assert label in texts


def test_budgets_say_who_prints_them_and_which_scope_is_unsure(figures):
    figure = figures["budgets"]
    assert "7 des 14\u00a0montants viennent de la presse" in figure.note
    assert "flux d’emprunts" in figure.note
    unsure = {m.category for m in figure.render().marks if m.fill.hatch}
    assert unsure == {"primitif supposé"}
    assert "dépensé" not in figure.title + figure.reading + figure.alt


# --- openings ------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["page", "colonne", "paysage"])
def test_tiles_are_the_houses_and_dots_the_days(figures, preset):
    page = figures["openings"].render(preset)
    kinds = [m.category for m in page.marks]
    assert kinds.count("ouverte") == 7
    assert kinds.count("à ouvrir") == 5  # 12 - 7
    (x1, y1), (x2, y2) = places([m for m in page.marks if m.category == "ouverture"])
    assert y1 == y2
    # 10 June to 9 December 2024 are 182 days of 366: a line of w millimetres, less half a dot
    # at each end
    line = page.width - 2 if preset != "paysage" else (page.width - 2) / 2 - 5
    assert x2 - x1 == pytest.approx((line - 2.4) * 182 / 366)


def test_a_target_is_never_an_opening(figures, tables):
    observations = tables["observations"]
    figure = figures["openings"]
    aimed = figure.data[figure.data["what"] == "target"]
    ids = [a.removeprefix("observations:") for a in aimed["address"].iloc[0].split()]
    kept = observations.set_index("observation_id")
    assert set(kept.loc[ids, "kind"]) == {"target"}
    other = changed(observations, "observation_id", "mds-ouvertes.3", kind="target")
    with pytest.raises(RefusedError, match="Aucune valeur observée"):
        evolution.openings(tables["events"], other, REGISTERS)


# --- made tables ---------------------------------------------------------------------


def observed(rows, unit="lits", prefix="contexte-"):
    """Return made observations and indicators of rows (key, label, year, value)."""
    made = pd.DataFrame(
        [
            {
                "observation_id": f"{prefix}{key}.{n}", "indicator_id": prefix + key,
                "period_start": DAY(year, 1, 1), "period_end": DAY(year, 12, 31),
                "territory_id": None, "value": float(value), "out_of": np.nan, "qualifier": None,
                "kind": "observed", "repeats": None, "legibility": "clear",
                "source_id": "bilan-2025", "line": n + 1, "printed": str(value),
            }
            for n, (key, _, year, value) in enumerate(rows)
        ],
        columns=[
            "observation_id", "indicator_id", "period_start", "period_end", "territory_id",
            "value", "out_of", "qualifier", "kind", "repeats", "legibility", "source_id", "line",
            "printed",
        ],
    )  # fmt: skip
    labels = {prefix + key: label for key, label, _, _ in rows}
    indicators = pd.DataFrame(
        [(key, label, unit, "stock") for key, label in labels.items()],
        columns=["indicator_id", "label", "unit", "measure"],
    )
    return made, indicators


def slopes(rows, first=2024, last=2025, unit="lits"):
    return evolution.slopes(*observed(rows, unit), None, REGISTERS, first, last)


def dumbbell(rows, first=None, last=None, unit="personnes"):
    return evolution.dumbbell(*observed(rows, unit), REGISTERS, first, last, units=(unit,))


def series(rows):
    """Return series of rows (key, label, year, millions)."""
    prefix = "contexte-depense-brute-"
    rows = [(key, label, year, value * 1e6) for key, label, year, value in rows]
    return evolution.series(*observed(rows, "euros", prefix), REGISTERS)


DRAW = {"slopes": slopes, "dumbbell": dumbbell, "series": series}


def pair(label, first, last, key="a"):
    return [(key, label, 2024, first), (key, label, 2025, last)]


def many(count, label="Ligne {}"):
    """Return `count` pairs: n + 1 then 1.5 n + 2."""
    return [
        row for n in range(count) for row in pair(label.format(n), n + 1, 1.5 * n + 2, f"k{n:03d}")
    ]


OTHER = pair("Places", 2, 9, "b")

# What each chart does of made rows: the beginning of its title, or of its refusal.
FIGURES = {
    "one pair": (pair("Lits", 3, 4), ("dumbbell",)),
    "zeros": (pair("Lits", 0, 0), ("dumbbell",)),
    "only zeros": (pair("Lits", 0, 0) + pair("Places", 0, 0, "b"), DRAW),
    "from zero": (pair("Lits", 0, 4) + OTHER, ("slopes", "dumbbell")),
    "to zero": (pair("Lits", 4, 0) + OTHER, ("dumbbell", "series")),
    "no change": (pair("Lits", 3, 3) + pair("Places", 3, 3, "b"), ("dumbbell",)),
    # Two of three lines have both years, and are compared.
    "one value missing": (pair("Lits", np.nan, 4) + OTHER + pair("Aides", 1, 2, "c"), DRAW),
    "a long label": (pair(LONG, 3, 4) + OTHER, DRAW),
    "a long label alone": (pair(LONG, 3, 4), ("slopes", "series")),
    "dollars": (
        pair("Lits $a$ & <b>", 3, 4) + pair("Coût en $", 3, 4, "b"),
        ("slopes", "dumbbell"),
    ),
    "noise": (pair("Lits", 0.1 + 0.2, 1 / 3), ("slopes", "dumbbell")),
    "great numbers": (pair("Lits", 3e9, 4e12), ("slopes", "dumbbell")),
    "negative": (pair("Solde", -3, 4) + pair("Écart", -3, -4, "b"), ("slopes",)),
    "one row": (pair("Lits", 3, 4)[:1], ("series",)),
}


@pytest.mark.parametrize(
    ("case", "name"), [(case, name) for case, (_, names) in FIGURES.items() for name in names]
)
def test_awkward_rows_give_a_sound_figure(case, name):
    sound(DRAW[name](FIGURES[case][0]))


@pytest.mark.parametrize(("name", "count"), [("slopes", 6), ("dumbbell", 16), ("series", 9)])
def test_as_many_rows_as_a_chart_takes_fit_its_page(name, count):
    # The narrow page is the highest one: 82 mm wide, 270 mm high at most.
    sound(DRAW[name](many(count)), ["colonne"])
    sound(DRAW[name](many(count, "{} " + LONG)), ["colonne"])


def test_a_total_smaller_than_its_parts_fits_its_page_too():
    whole = [("t", "Dépense totale", year, 1) for year in (2024, 2025)]
    figure = sound(series(whole + many(8, "Dépense, ligne {}")))
    # in 2025: 8 x 2 + 1.5 x (0 + ... + 7) = 16 + 42 = 58; 58 - 1 = 57
    assert "58,0\u00a0M€, 57,0\u00a0M€ de plus que le total" in figure.note


REFUSALS = {
    "empty": ([], DRAW, NoDataError, "Rien n’est imprimé|Aucun indicateur"),
    "one row": (pair("Lits", 3, 4)[:1], ("slopes", "dumbbell"), NoDataError, "Rien|Aucune paire"),
    "one value": (pair("Lits", np.nan, 4), ("slopes", "dumbbell"), NoDataError, "Rien|Aucune"),
    "no value": (pair("Lits", np.nan, np.nan), DRAW, NoDataError, "Rien|Aucun indicateur"),
    "negative": (pair("Lits", -3, 4), ("dumbbell", "series"), RefusedError, "négatif : Lits"),
    "infinite": (pair("Lits", np.inf, 4), DRAW, RefusedError, "Valeur infinie"),
    "no space": (pair(SOLID, 3, 4), DRAW, RefusedError, "200 signes sans espace où couper"),
    "a hundred": (many(100), DRAW, RefusedError, "100 .* au plus .* filtrez les tables"),
    "no label": (pair(None, 3, 4), DRAW, RefusedError, "Sans libellé"),
    "an empty label": (pair("", 3, 4), DRAW, RefusedError, "Sans libellé"),
    "one name": (pair("Lits", 3, 4) + pair("Lits", 5, 9, "b"), DRAW, RefusedError, "Plusieurs lignes portent le libellé"),
    "two values": (pair("Lits", 3, 4) + pair("Lits", 3, 5), ("slopes",), NoDataError, r"se contredisent pour « Lits » \(2025\)"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "name"), [(case, name) for case, (_, names, *_) in REFUSALS.items() for name in names]
)
def test_what_cannot_be_drawn_is_refused_in_french(case, name):
    rows, _, error, message = REFUSALS[case]
    with pytest.raises(error, match=message.replace("« ", "«\u00a0").replace(" »", "\u00a0»")):
        DRAW[name](rows)


@pytest.mark.parametrize("name", ["slopes", "dumbbell"])
def test_years_are_two_in_order_and_printed(name):
    rows = pair("Lits", 3, 4)
    with pytest.raises(RefusedError, match="deux fois 2024"):
        DRAW[name](rows, 2024, 2024)
    with pytest.raises(RefusedError, match="2025, suit la dernière, 2024"):
        DRAW[name](rows, 2025, 2024)
    with pytest.raises(NoDataError, match=r"1999 et (pour|en) 2000"):
        DRAW[name](rows, 1999, 2000)


@pytest.mark.parametrize("name", CHARTS)
def test_tables_without_columns_are_refused(tables, name):
    bare = {key: pd.DataFrame() for key in tables}
    with pytest.raises(RefusedError, match="n’a pas les colonnes"):
        draw(name, bare)


@pytest.mark.parametrize("name", CHARTS)
def test_tables_without_rows_hold_no_data(tables, name):
    with pytest.raises(NoDataError):
        draw(name, {key: table.iloc[:0] for key, table in tables.items()})


@pytest.mark.parametrize("name", ["slopes", "dumbbell", "series"])
@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        ("observations", "legibility", "Sans lisibilité connue"),
        ("observations", "source_id", "pas de source"),
    ],
)
def test_a_missing_word_is_refused(name, table, column, message):
    unit, prefix = ("euros", "contexte-depense-brute-") if name == "series" else ("personnes", "contexte-")  # fmt: skip
    observations, indicators = observed(pair("Lits", 3e6, 4e6), unit, prefix)
    made = {"observations": observations, "indicators": indicators, "funding": None}
    made[table] = made[table].assign(**{column: None})
    with pytest.raises(RefusedError, match=message):
        draw(name, made)


def test_a_measure_without_a_unit_is_refused_or_not_asked_for():
    observations, indicators = observed(pair("Lits", 3, 4))
    bare = indicators.assign(unit=None)
    with pytest.raises(RefusedError, match="Sans unité : contexte-a"):
        evolution.slopes(observations, bare, None, REGISTERS, 2024, 2025)
    for make in (evolution.dumbbell, evolution.series):
        with pytest.raises(NoDataError, match="Aucun indicateur"):
            make(observations, bare, REGISTERS)


# --- slopes, made --------------------------------------------------------------------


def test_a_value_printed_twice_counts_once():
    rows = pair("Lits", 3, 4)
    for name, make in DRAW.items():
        again = make(rows + rows).data
        assert again["value"].tolist() == make(rows).data["value"].tolist(), name
        assert [len(cell.split()) for cell in again["address"]] == [2, 2]


def test_one_measure_is_told_by_its_numbers():
    figure = slopes(pair("Lits", 3, 4))
    assert figure.title.replace("\u00a0", " ") == "Lits : 3 en 2024, 4 en 2025 (+1 lit)"
    assert "parmi 1 indicateur." in figure.scope.replace("\u00a0", " ")


def test_the_note_counts_what_has_no_printed_period(figures, tables):
    undated = len(measures.undated(tables["observations"], tables["indicators"]))
    assert undated > 60
    note = figures["slopes"].note.replace("\u00a0", " ")
    assert f"{undated} valeurs sans période imprimée ne sont pas comparées" in note
    observations, indicators = observed(pair("Lits", 3, 4), "lits")
    lone = observations[:1].assign(observation_id="x", period_start=pd.NaT, period_end=pd.NaT)
    for more, words in (
        (0, None),
        (1, "1 valeur sans période imprimée n’est pas comparée"),
        (2, "2 valeurs sans"),
    ):
        rows = [lone.assign(observation_id=f"x{n}") for n in range(more)]
        figure = evolution.slopes(
            pd.concat([observations, *rows], ignore_index=True),
            indicators,
            None,
            REGISTERS,
            2024,
            2025,
        )
        note = figure.note.replace("\u00a0", " ").replace("\u202f", " ")
        assert ("sans période" in note) == (words is not None)
        assert (words or "") in note
        sound(figure)


def test_a_rate_changes_by_points():
    figure = sound(slopes(pair("Taux", 0.44, 0.5), unit="%"))
    # 50 - 44 = 6 points, and not 6 %
    assert figure.title.replace("\u00a0", " ") == "Taux : 44 % en 2024, 50 % en 2025 (+6 points)"
    assert figure.table()["Unité de l’écart"].tolist() == ["points"]


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("lits temporaires d’accueil", "+1 lit temporaire d’accueil"),
        ("informations collectives", "+1 information collective"),
        ("points d’accueil", "+1 point d’accueil"),
        ("niveaux", "+1 niveau"),
        ("mois", "+1 mois"),
        ("sans unité", "+1"),
        ("euros", "+1\u00a0€"),
    ],
)
def test_one_more_is_written_in_the_singular(unit, words):
    figure = slopes(pair("Une mesure", 3, 4), unit=unit)
    assert figure.title.replace("\u00a0", " ").endswith(f"({words})".replace("\u00a0", " "))
    assert figure.check("colonne") == []


def test_a_slope_below_zero_shows_its_zero():
    page = slopes(pair("Solde", -3, 4)).render()
    assert places(page.marks) == [(0, -3), (1, 4)]
    axes = page.marks[0].artist.axes
    assert axes.get_ylim() == (-3, 4)
    assert list(axes.get_lines()[0].get_ydata()) == [0, 0]


def test_territories_of_one_measure_are_told_apart():
    rows = pair("Lits", 3, 4) + pair("Lits", 5, 9)
    observations, indicators = observed(rows)
    observations["territory_id"] = ["nord", "nord", "sud", "sud"]
    figure = sound(
        evolution.slopes(observations, indicators, None, REGISTERS, 2024, 2025), ["page"]
    )
    assert figure.table()["Mesure"].tolist() == ["Lits (Nord)", "Lits (Sud)"]
    assert figure.table()["Écart"].tolist() == [1.0, 4.0]


def test_actions_of_one_purpose_are_told_apart(tables):
    funding = tables["funding"]
    rows = funding[funding["funding_id"].isin(["DP-05.f1", "DP-05.f2"])]
    other = rows.assign(action_id="DP-02", funding_id=["DP-02.f8", "DP-02.f9"])
    observations, indicators = observed([])
    both = pd.concat([rows, other])
    figure = evolution.slopes(observations, indicators, both, REGISTERS, 2024, 2025)
    labels = figure.table()["Mesure"]
    assert [label[-8:] for label in labels] == [" (DP-05)", " (DP-02)"]


def test_what_has_two_values_is_named_in_the_note():
    rows = pair("Lits", 3, 4) + pair("Lits", 3, 5) + OTHER
    for make, year in ((slopes, 2025), (lambda r: dumbbell(r, 2024, 2025), 2025), (series, 2025)):
        figure = make(rows)
        assert f"deux valeurs imprimées\u00a0: «\u00a0Lits\u00a0» ({year})" in figure.note
        # the value of 2024 may stand; neither 4 nor 5 may
        assert set(figure.data.loc[figure.data["label"] == "Lits", "year"]) <= {2024}


# --- dumbbell, made ------------------------------------------------------------------


def test_a_dumbbell_counts_and_measures_no_rate():
    for unit, word in (("%", "des taux"), ("euros", "des euros")):
        with pytest.raises(RefusedError, match=f"et non {word}"):
            dumbbell(pair("Taux", 0.44, 0.5), unit=unit)


def test_one_year_of_two_is_refused_rather_than_forgotten():
    rows = [("a", "Lits", year, 10 + year) for year in (2023, 2024, 2025)]
    for years in ((2024, None), (None, 2025)):
        with pytest.raises(RefusedError, match="Donnez les deux années, ou aucune"):
            dumbbell(rows, *years)
    assert dumbbell(rows, 2024, 2025).name == "publics-2024-2025"


def test_a_unit_may_be_given_alone():
    observations, indicators = observed(pair("Lits", 3, 4), "enfants")
    figure = evolution.dumbbell(observations, indicators, REGISTERS, units="enfants")
    assert figure.unit.startswith("Nombre d’enfants en 2024")


def test_no_prefix_is_no_data(tables):
    for make in (evolution.dumbbell, evolution.series):
        with pytest.raises(NoDataError, match="«\u00a0zzz\u00a0»"):
            make(tables["observations"], tables["indicators"], REGISTERS, prefix="zzz")


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (pair("Lits", 3, 4), "Lits : +33 % entre 2024 et 2025"),  # 1 / 3
        (pair("Lits", 4, 3), "Le seul effectif comparé diminue entre 2024 et 2025"),
        (pair("Lits", 0, 4), "Le seul effectif comparé augmente entre 2024 et 2025"),
        (pair("Lits", 0, 0), "Le seul effectif comparé ne change pas entre 2024 et 2025"),
        # 4 / 1000 is +0,4 %, which is no « +0 % »
        (pair("Lits", 1000, 1004) + pair("Places", 9, 9, "b"), "Lits : +0,4 % entre 2024 et 2025, la plus forte hausse relative"),
        # 1 / 2 and 2 / 4: neither is the strongest
        (pair("Lits", 2, 3) + pair("Places", 4, 6, "b"), "Places : +50 % entre 2024 et 2025"),
        (pair("Lits", 4, 3) + pair("Places", 9, 9, "b"), "Aucun effectif n’augmente entre 2024 et 2025"),
    ],
)  # fmt: skip
def test_the_title_of_a_dumbbell_is_what_the_rows_say(rows, title):
    assert dumbbell(rows).title.replace("\u00a0", " ") == title


def test_what_starts_from_nothing_is_ordered_last_and_said_to_be():
    figure = dumbbell(pair("Lits", 0, 40) + pair("Places", 2, 3, "b"))
    assert figure.data["label"].tolist() == ["Places", "Places", "Lits", "Lits"]
    assert "puis sans évolution calculable" in figure.alt
    assert "–" in every_text(figure.render())


def test_a_territory_is_not_the_department():
    rows = pair("Lits", 3, 4) + pair("Places", 5, 9, "b")
    observations, indicators = observed(rows, "personnes")
    observations["territory_id"] = [None, None, "nord", "nord"]
    figure = evolution.dumbbell(observations, indicators, REGISTERS)
    assert set(figure.data["label"]) == {"Lits"}
    observations, indicators = observed([(*r[:3], r[3] * 1e6) for r in rows], "euros", "contexte-depense-brute-")  # fmt: skip
    observations["territory_id"] = [None, None, "nord", "nord"]
    figure = evolution.series(observations, indicators, REGISTERS)
    assert set(figure.data["label"]) == {"Lits"}


# --- series, made --------------------------------------------------------------------


def test_a_year_without_a_value_breaks_the_line():
    figure = sound(series([("a", "Aides", year, value) for year, value in ((2016, 3), (2017, 4), (2019, 5))]))  # fmt: skip
    axes = figure.render().marks[0].artist.axes
    drawn = axes.get_lines()[1].get_ydata() / 1e6
    assert np.array_equal(drawn, [3, 4, np.nan, 5], equal_nan=True)
    assert figure.title.replace("\u00a0", " ") == "Aides : 5,0 M€ en 2019, +2,0 M€ depuis 2016"


def test_one_year_is_said_as_one_year():
    figure = sound(series([("a", "Aides", 2016, 3), ("b", "Frais", 2016, 5)]), ["page"])
    assert figure.title.replace("\u00a0", " ") == "Frais : 5,0 M€ en 2016"
    assert "de 2016 à 2016" not in (figure.scope + figure.alt).replace("\u00a0", " ")


def test_periods_of_the_year_are_not_joined():
    rows = [("a", "Aides", year, value * 1e6) for year, value in ((2016, 3), (2017, 4))]
    observations, indicators = observed(rows, "euros", "contexte-depense-brute-")
    observations.loc[1, "period_start"] = DAY(2017, 12, 31)
    with pytest.raises(
        RefusedError, match=r"Plusieurs périodes de l’année.*contexte-depense-brute-a"
    ):
        evolution.series(observations, indicators, REGISTERS)


def test_amounts_too_small_for_millions_are_refused():
    # 300 to 500 € would read « 0,0 M€, stable »
    with pytest.raises(RefusedError, match="500\u00a0€ au plus, trop petits"):
        series(pair("Aides", 300e-6, 500e-6))


def test_one_part_and_two_totals_are_said_as_they_are():
    whole = [("t", "Dépense totale", year, value) for year, value in ((2024, 3), (2025, 5))]
    part = pair("Dépense, aides", 1, 2)
    note = series(whole + part).note.replace("\u00a0", " ")
    assert note == "en 2025, le public montré fait 2,0 M€ ; les 3,0 M€ restants du total ne sont pas ventilés ici."  # fmt: skip
    # 5 or 4 of which? nothing is said
    net = [("u", "Dépense totale nette", 2025, 4)]
    assert sound(series(whole + net + part), ["page"]).note == ""


def test_a_label_of_many_words_leaves_a_title_that_finds_something():
    figure = series(pair(LONG, 3, 4) + pair(f"Autre {LONG[2:]}", 9, 8, "b"))
    assert figure.title.replace("\u00a0", " ") == "1 série sur 2 augmente de 2024 à 2025"


def test_no_line_crosses_the_first_value():
    # from 3 to 5 in one year: the line rises through where a text on the dot would stand
    page = series([("a", "Aides", 2016, 3), ("a", "Aides", 2017, 5)]).render("colonne")
    axes = page.marks[0].artist.axes
    text = next(t for t in axes.texts if t.get_text() == "3,0\u00a0M€")
    reach = text_width("3,0\u00a0M€", 7.5) / lines.width_mm(axes)  # of the year between both dots
    assert text.xy[1] == pytest.approx((3 + 2 * reach) * 1e6)


# --- budgets, made -------------------------------------------------------------------


def voted(*rows):
    """Return made budgets: scope, stage, year, millions, note."""
    return pd.DataFrame(
        [
            {
                "block_id": f"b{n}", "scope": scope, "stage": stage, "year": year,
                "block": "Budget total" if scope.startswith("total") else "Solidarités",
                "amount_eur": amount * 1e6, "parent_id": None, "basis": "stated", "repeats": None,
                "note": note[0] if note else None, "source_id": "bilan-2025", "line": n + 1,
                "printed": str(amount),
            }
            for n, (scope, stage, year, amount, *note) in enumerate(rows)
        ]
    )  # fmt: skip


def budgets(*rows):
    return evolution.budgets(voted(*rows), REGISTERS)


STAGES = ("orientations", "primitif", "compte_financier_unique")
SUPPOSED = "périmètre supposé"


@pytest.mark.parametrize(
    "rows",
    [
        [("total", "primitif", 2025, 451)],
        [("total", "primitif", 2025, 0)],
        [("total", "primitif", 2024, np.nan), ("total", "primitif", 2025, 451)],
        [("total", "primitif", 2024, 4.1234e6), ("total", "primitif", 2025, 1e-3)],
        [("total", "primitif", 2010 + n, 400 + 1.1 * n) for n in range(10)],
        # six fills: three stages, sure or not
        [("total", s, y, 400 + y, SUPPOSED if y == 2024 else None) for s in STAGES for y in (2024, 2025)],
        [("total", "primitif", 2024, 450, f"{SUPPOSED} {LONG}"), ("total", "primitif", 2025, 451)],
    ],
)  # fmt: skip
def test_awkward_budgets_give_a_sound_figure(rows):
    sound(budgets(*rows))


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([("total", "primitif", 2024, -400)], RefusedError, "Montant négatif"),
        ([("total", "primitif", 2024, np.inf)], RefusedError, "Valeur infinie"),
        ([("total", "primitif", 2024, np.nan)], NoDataError, "Aucun budget"),
        ([("total", "primitif", 2024, 4e-4)], RefusedError, "400\u00a0€ au plus, trop petits"),
        ([("total", "primitif", 2024, 1), ("total", "primitif", 2024, 2)], RefusedError, "Deux montants"),
        ([("total", "primitif", 2000 + n, 1) for n in range(100)], RefusedError, "100 années de budget : 10 au plus.*filtrez"),
        ([("total", "vote", 2024, 1)], RefusedError, "Sans étape connue : b0"),
        ([("autre", "primitif", 2024, 1)], RefusedError, "Sans périmètre connu : b0"),
        ([("total", "primitif", 2024, 1, f"{SUPPOSED} {SOLID}")], RefusedError, "200 signes sans espace"),
        # three stages, sure or not, and the consolidated total, sure or not: eight
        ([("total", s, y, 400 + y, SUPPOSED if y == 2024 else None) for s in STAGES for y in (2024, 2025)]
         + [("total_consolide", "primitif", y, 400, SUPPOSED if y == 2022 else None) for y in (2022, 2023)],
         RefusedError, "8 catégories"),
    ],
)  # fmt: skip
def test_budgets_that_cannot_be_drawn_are_refused_in_french(rows, error, message):
    with pytest.raises(error, match=message):
        budgets(*rows)


def test_a_change_is_told_within_one_scope_and_stage_only():
    title = budgets(
        (WIDE, "primitif", 2024, 270), ("solidarites_etroit", "primitif", 2025, 240)
    ).title
    assert title.replace("\u00a0", " ") == "Solidarités : 240 M€ en 2025"
    figure = budgets((WIDE, "primitif", 2024, 270), (WIDE, "primitif", 2025, 280))
    assert figure.title.replace("\u00a0", " ") == (
        "Solidarités : de 270 M€ votés en 2024 à 280 M€ en 2025, périmètre constant"
    )
    executed = budgets(*[("total", "compte_financier_unique", y, y - 1600) for y in (2024, 2025)])
    assert "de 424 M€ exécutés en 2024 à 425 M€ en 2025" in executed.title.replace("\u00a0", " ")


def test_a_doubt_is_told_once_a_year():
    rows = [("total", s, y, 400, SUPPOSED if y == 2024 else None) for s in STAGES for y in (2024, 2025)]  # fmt: skip
    assert budgets(*rows).note.lower().count("budget total 2024") == 1


# --- openings, made ------------------------------------------------------------------


def opened(*rows):
    """Return made events: place, day, precision."""
    return pd.DataFrame(
        [
            {
                "event_id": f"e{n}", "label": f"Ouverture de la MDS de {place}", "kind": "opening",
                "date_start": DAY(day), "date_end": DAY(day),
                "precision": precision[0] if precision else "day", "place": place,
                "indicator_id": "mds-ouvertes",
                "source_id": "bilan-2025", "line": n + 1, "printed": place,
            }
            for n, (place, day, *precision) in enumerate(rows)
        ]
    )  # fmt: skip


def houses(count, target):
    rows = [("observed", count), ("target", target)]
    return pd.DataFrame(
        [
            {
                "observation_id": f"m{n}", "indicator_id": "mds-ouvertes", "kind": kind,
                "value": value, "source_id": "bilan-2025", "line": n + 1, "printed": str(value),
            }
            for n, (kind, value) in enumerate(rows)
        ]
    )  # fmt: skip


MER = ("Mer", "2024-12-09")


def openings(rows, count=7.0, target=12.0):
    return evolution.openings(opened(*rows), houses(count, target), REGISTERS)


@pytest.mark.parametrize(
    ("rows", "count", "target"),
    [
        ([MER], 0, 12),
        ([MER], 1, 1),
        ([MER], 14, 12),
        ([MER], 3, 40),
        ([("Mer", "2024-01-01"), ("Blois", "2024-12-31")], 7, 12),
        ([("Mer", "1990-01-01"), ("Blois", "2024-12-31")], 7, 12),
        ([("Mer", "2024-03-01", "month"), ("Blois", "2024-01-01", "year"), ("Onzain", "2024-09-01", "season")], 7, 12),
        ([(f"Ville {n}", "2024-12-09") for n in range(12)], 12, 12),
        ([(f"Saint-Aignan {n}", f"{2010 + n}-{1 + n:02d}-15") for n in range(12)], 12, 12),
        ([(LONG, "2024-12-09"), MER], 7, 12),
    ],
)  # fmt: skip
def test_awkward_openings_give_a_sound_figure(rows, count, target):
    sound(openings(rows, count, target))


@pytest.mark.parametrize(
    ("rows", "count", "target", "message"),
    [
        ([MER], -1, 12, "Maisons ouvertes.*et non −1"),
        ([MER], 3.5, 12, "nombre entier.*et non 3,5"),
        ([MER], np.inf, 12, "et non l’infini"),
        ([MER], 300, 12, "de 0 à 40.*et non 300"),
        ([MER], 0, 0, "Maisons visées.*de 1 à 40"),
        ([MER], 7, 41, "et non 41"),
        ([MER], np.nan, 12, "Aucune valeur observée"),
        ([MER], 7, np.nan, "Aucune valeur visée"),
        ([MER], np.nan, np.nan, "Aucune valeur n’est imprimée"),
        ([(f"Ville {n}", "2024-12-09") for n in range(100)], 7, 12, "100 ouvertures datées.*filtrez"),
        ([(f"Ville {n}", "2024-12-09") for n in range(13)], 13, 40, "13 ouvertures datées : 12 au plus"),
        ([(SOLID, "2024-12-09")], 7, 12, "200 signes sans espace"),
    ],
)  # fmt: skip
def test_openings_that_cannot_be_drawn_are_refused_in_french(rows, count, target, message):
    with pytest.raises(RefusedError, match=message):
        openings(rows, count, target)


def test_no_dated_opening_is_no_data(tables):
    events, observations = tables["events"], tables["observations"]
    for spoilt in (events.iloc[:0], events.assign(date_start=pd.NaT), events.assign(kind=None)):
        with pytest.raises(NoDataError, match="Aucune ouverture de maison n’est datée"):
            evolution.openings(spoilt, observations, REGISTERS)


def test_an_opening_printed_twice_is_one_dot():
    figure = openings([MER, MER])
    assert [m.category for m in figure.render().marks].count("ouverture") == 1
    assert figure.data["address"].iloc[0] == "events:e0 events:e1"
    assert figure.title.replace("\u00a0", " ").endswith("1 a ouvert en 2024")


def test_more_houses_than_aimed_at_are_not_a_part_of_them():
    figure = openings([MER], 14, 12)
    assert figure.title.replace("\u00a0", " ").startswith("14 maisons pour 12 visées sont ouvertes")
    assert "14 pour 12" in every_text(figure.render())


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-01-01", "2026-12-31", "en 2026"),
        ("2026-03-01", "2026-03-01", "au 1er mars 2026"),
        ("2026-02-02", "2026-03-01", "du 2 février 2026 au 1er mars 2026"),
    ],
)
def test_houses_that_the_report_dates_are_said_of_that_date(start, end, said):
    dated = houses(7.0, 12.0)
    dated["period_start"] = DAY(start), pd.NaT
    dated["period_end"] = DAY(end), pd.NaT
    figure = evolution.openings(opened(MER), dated, REGISTERS)
    sound(figure)
    texts = [text.replace("\u00a0", " ") for text in every_text(figure.render())]
    assert f"maisons ouvertes {said}" in " ".join(texts)
    assert not any("non daté" in text for text in (*texts, figure.note))
    assert "ne date pas" not in figure.note
    # the opening has its day, the number its period
    assert figure.table()["Date"].tolist() == ["9\u00a0décembre 2024", "", ""]
    assert f"Ouvertes {said}" in figure.table()["Nature"].str.replace("\u00a0", " ").tolist()


def test_one_house_is_in_the_singular():
    figure = openings([MER], 1, 1)
    assert figure.reading.startswith("1\u00a0maison sur la seule visée est ouverte")
    assert figure.scope == "la maison départementale des solidarités visée."
    assert figure.alt.startswith("1 carreau plein sur 1\u00a0: 1 maison est ouverte")


# --- coverage ------------------------------------------------------------------------

NEAR = [("A", 5, 0.2), ("A", 10, 0.5), ("A", 15, 0.9)]
"""Made: 20 % within 5 km, 50 % within 10, 90 % within 15."""


def coverage(rows, **options):
    data = pd.DataFrame(rows, columns=["group", "distance_km", "share"])
    data = data.assign(address="observations:crt.1", source_id="bilan-2025", line=1, printed="x")
    return evolution.coverage_curve(
        data, REGISTERS, "essai", "des communes fabriquées pour l’essai.", **options
    )


def curves(figure, preset="page"):
    """Return the points of each curve and how they are joined."""
    marks = figure.render(preset).marks
    return {
        m.category: (list(map(float, m.artist.get_xdata())), list(map(float, m.artist.get_ydata())))
        for m in marks
    }


def test_a_curve_climbs_in_steps_from_zero_to_the_last_known_share():
    figure = coverage(NEAR)
    assert curves(figure) == {"A": ([0, 5, 10, 15, 15], [0, 0.2, 0.5, 0.9, 0.9])}
    (mark,) = figure.render().marks
    assert mark.artist.get_drawstyle() == "steps-post"
    assert mark.artist.axes.get_ylim() == (0, 1)
    assert figure.title.replace("\u00a0", " ") == (
        "50 % des habitants sont à moins de 10 km du plus proche accueil"
    )
    for preset in theme.PRESETS:
        assert figure.check(preset) == figure.check(preset, dressed=False) == []


def test_the_order_of_the_rows_changes_nothing_drawn():
    assert curves(coverage(NEAR[::-1])) == curves(coverage(NEAR))
    assert coverage(NEAR[::-1]).title == coverage(NEAR).title


def test_the_title_tells_of_the_distance_asked_for():
    assert "20\u00a0% des habitants sont à moins de\u00a07,5 km" in coverage(NEAR, mark=7.5).title
    assert "0\u00a0% des habitants" in coverage(NEAR, mark=4.9).title
    assert "90\u00a0%" in coverage(NEAR, mark=15).title
    changed_share = [("A", 5, 0.2), ("A", 10, 0.6), ("A", 15, 0.9)]
    assert "60\u00a0%" in coverage(changed_share).title
    assert "60\u00a0%" in coverage(changed_share).reading
    assert coverage(changed_share).fingerprint() != coverage(NEAR).fingerprint()


def test_several_groups_are_told_by_the_least_and_the_best():
    rows = [*NEAR, ("B", 5, 0.3), ("B", 20, 0.5)]
    figure = sound(coverage(rows))
    title = figure.title.replace("\u00a0", " ")
    assert title == "À moins de 10 km : de 30 % (B) à 50 % (A) des habitants"
    # 90 % are known within 15 km; what lies farther is not drawn at 90 %
    assert curves(figure)["A"][0][-1] == 15
    assert curves(figure)["B"][0][-1] == 20
    assert figure.table().columns.tolist() == ["Distance (km)", "A (%)", "B (%)"]
    assert figure.table()["A (%)"].tolist() == [20, 50, 90, 90]


def test_a_whole_population_stays_whole():
    rows = [("A", 5, 0.2), ("A", 10, 1.0), ("B", 5, 0.3), ("B", 20, 0.5)]
    assert curves(coverage(rows))["A"] == ([0, 5, 10, 20], [0, 0.2, 1, 1])
    assert "100\u00a0%" in coverage([("A", 5, 1.0)], mark=10).title


def test_a_tie_is_not_a_range():
    rows = [*NEAR, *(("B", x, y) for _, x, y in NEAR)]
    figure = sound(coverage(rows))
    assert "dans les\u00a02\u00a0groupes" in figure.title


def test_names_of_curves_that_end_together_keep_their_order():
    rows = [(g, x, y) for g in "ABCD" for _, x, y in NEAR]
    page = coverage(rows).render()
    (axes,) = {m.artist.axes for m in page.marks}
    heights = {t.get_text(): t.xy[1] for t in axes.texts if t.get_text() in "ABCD"}
    assert sorted(heights, key=heights.get, reverse=True) == list("ABCD")


def test_at_one_distance_the_greatest_cumulated_share_holds():
    rows = [("A", 5, 0.3), ("A", 5, 0.2), ("A", 10, 0.5)]
    figure = sound(coverage(rows, mark=5), ["page"])
    assert "30\u00a0% des habitants" in figure.title
    assert figure.table()["A (%)"].tolist() == [30, 50]  # and not 25, their mean


def test_straight_lines_tell_of_a_known_distance_only():
    figure = coverage(NEAR, step=False)
    assert curves(figure) == {"A": ([5, 10, 15], [0.2, 0.5, 0.9])}
    # at 7,5 km the line shows 35 %, the last known share is 20 %: they would not agree
    with pytest.raises(RefusedError, match="7,5 km doit être une distance connue"):
        coverage(NEAR, step=False, mark=7.5)


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([(g, x, y * k) for g, k in zip("ABCD", (1, 0.9, 0.8, 0.7), strict=True) for _, x, y in NEAR], {}),
        ([(g, x, 0.0) for g in "ABCD" for _, x, _ in NEAR], {}),
        ([(LONG, x, y) for _, x, y in NEAR], {}),
        ([(LONG, x, y) for _, x, y in NEAR] + NEAR, {}),
        ([(1, x, y) for _, x, y in NEAR] + [(2, x, y) for _, x, y in NEAR], {}),
        ([("A $b$", x, y) for _, x, y in NEAR] + [("$", x, y) for _, x, y in NEAR], {}),
        ([("A", x * 1e6, y) for _, x, y in NEAR], {}),
        ([("A", x / 1e3, y) for _, x, y in NEAR], {"mark": 0.01}),
        ([("A", 0, 0.0), ("A", 10, 0.0)], {}),
        ([("A", 10, 0.5)], {}),
    ],
)  # fmt: skip
def test_awkward_curves_give_a_sound_figure(rows, options):
    figure = sound(coverage(rows, **options))
    assert figure.check("colonne", dressed=False) == []


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([], {}, "Aucune donnée à tracer"),
        ([("A", 5, np.nan)], {}, "manque"),
        ([(None, 5, 0.1)], {}, "manque"),
        ([("", 5, 0.1)], {}, "n’a pas de nom"),
        ([("A", -5, 0.1)], {}, "distance est négative"),
        ([("A", np.inf, 0.1)], {}, "distance est infinie"),
        ([("A", "cinq", 0.1)], {}, "n’est pas un nombre"),
        ([("A", 5, -0.1)], {}, "entre 0 et 1"),
        ([("A", 5, 50)], {}, "entre 0 et 1"),
        ([("A", 5, 0.5), ("A", 10, 0.4)], {}, "diminue quand la distance augmente"),
        ([(g, x, y) for g in "ABCDE" for _, x, y in NEAR], {}, "5 courbes : 4 au plus"),
        ([(f"G{n}", x, y) for n in range(100) for _, x, y in NEAR], {}, "100 courbes.*filtrez"),
        ([(SOLID, x, y) for _, x, y in NEAR], {}, "200 signes sans espace"),
        ([(f"{LONG} {n}", x, y) for n in (1, 2) for _, x, y in NEAR], {}, "Plusieurs lignes portent"),
        (NEAR, {"mark": 0}, "nombre positif"),
        (NEAR, {"mark": -3}, "nombre positif"),
        (NEAR, {"mark": np.nan}, "nombre positif"),
        # 90 % within 15 km say nothing of 400
        (NEAR, {"mark": 400}, "n’est connu que jusqu’à 15 km"),
        (NEAR, {"x": "km"}, "Colonnes absentes : km"),
    ],
)  # fmt: skip
def test_curves_that_cannot_be_drawn_are_refused_in_french(rows, options, message):
    with pytest.raises(RefusedError, match=message):
        coverage(rows, **options)


def test_a_curve_without_an_address_is_refused():
    data = pd.DataFrame(NEAR, columns=["group", "distance_km", "share"])
    with pytest.raises(RefusedError, match="address, source_id"):
        evolution.coverage_curve(data, REGISTERS, "essai", "des communes.")
