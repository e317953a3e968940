"""The figure of statuses by section draws what is printed, and its fingerprint tells a change."""

from collections import Counter, defaultdict

import pandas as pd
import pytest

from solidata.analysis.progress import STATUSES
from solidata.catalog import load, load_registers
from solidata.figures import progress
from solidata.figures.fingerprint import digest, fingerprint
from solidata.figures.page import text_width, wrap
from solidata.figures.shapes import GAP

# --- the fingerprint -----------------------------------------------------------------


@pytest.fixture
def plotted():
    return pd.DataFrame(
        {
            "section": ["Habitat", "Santé"],
            "count": pd.array([8, 1234], dtype="Int64"),
            "share": [0.571428571, 0.44],
            "source_id": ["bilan-2025", "presentation-2024-2028"],
        }
    )


def test_a_fingerprint_says_rows_extremes_and_sources(plotted):
    title, said = fingerprint("Actions", plotted, "count").split("\n")
    assert title == "Actions"
    assert said == (
        "2 valeurs, de 8 à 1\u202f234 ; bilan-2025, presentation-2024-2028 ; "
        f"empreinte {digest(plotted)}"
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("section", "Habitat logement"), ("count", 9), ("share", 0.57143), ("source_id", "autre")],
)
def test_a_fingerprint_changes_with_any_value(plotted, column, value):
    before = digest(plotted)
    changed = plotted.copy()
    changed.loc[0, column] = value
    assert digest(changed) != before
    changed.loc[0, column] = plotted.loc[0, column]
    assert digest(changed) == before


def test_a_fingerprint_changes_with_the_order_of_the_rows(plotted):
    assert digest(plotted.iloc[::-1]) != digest(plotted)


def test_the_last_digits_of_a_float_are_left_to_the_machine(plotted):
    # six significant digits: 0,571428571 and 0,5714285712 are the same
    assert digest(plotted.assign(share=plotted["share"] + 1e-10)) == digest(plotted)


# --- statuses by section -------------------------------------------------------------


def drawn(counts, year=2025):
    return progress.status_by_section(counts, load("sections"), load_registers(), year)


@pytest.fixture(scope="module")
def figure():
    return drawn(load("status_counts"))


@pytest.fixture(scope="module", params=["page", "colonne"])
def page(request, figure):
    return figure.render(request.param)


def bars(page):
    """Return the segments of each bar from left to right, as (status, left, right)."""
    found = defaultdict(list)
    for mark in page.marks:
        if mark.bar:
            box = mark.artist
            left, right = box.get_x() - GAP / 2, box.get_x() + box.get_width() + GAP / 2
            found[round(box.get_y(), 6)].append((mark.category, left, right))
    return [sorted(segments, key=lambda s: s[1]) for segments in found.values()]


def test_there_is_a_bar_a_section(page):
    assert len(bars(page)) == 7


def test_bars_start_at_zero_and_leave_no_hole(page):
    for segments in bars(page):
        assert segments[0][1] == pytest.approx(0)
        ends = [right for _, _, right in segments[:-1]]
        assert [left for _, left, _ in segments[1:]] == pytest.approx(ends)


def test_lengths_are_the_printed_counts(page, figure):
    drawn_lengths = sorted(right - left for segments in bars(page) for _, left, right in segments)
    counts = sorted(int(c) for c in figure.data["count"] if c)
    scale = drawn_lengths[-1] / counts[-1]
    assert drawn_lengths == pytest.approx([c * scale for c in counts])
    # each bar ends at its section's total: 14, 18, 18, 25, 27, 27 and 30 actions
    ends = sorted(segments[-1][2] for segments in bars(page))
    assert ends == pytest.approx([n * scale for n in (14, 18, 18, 25, 27, 27, 30)])


def test_segments_follow_the_order_of_statuses(page):
    for segments in bars(page):
        places = [STATUSES.index(status) for status, _, _ in segments]
        assert places == sorted(set(places))


def test_every_printed_count_is_written_in_its_bar(page, figure):
    (axes,) = {mark.artist.axes for mark in page.marks if mark.bar}
    written = Counter(text.get_text() for text in axes.texts)
    assert written == Counter(str(c) for c in figure.data["count"] if c)


def test_every_section_and_its_total_are_written(page, figure):
    written = [text.get_text() for text in page.figure.texts]
    rows = figure.data.drop_duplicates("section")
    assert set(rows["section"]) <= set(written)
    for total in rows["total"]:
        assert any(t in (str(total), *(f"{n}/{total}" for n in range(31))) for t in written)


def test_a_status_has_one_fill_everywhere(page):
    fills = defaultdict(set)
    for mark in page.marks:
        look = (mark.artist.get_facecolor(), mark.artist.get_hatch(), mark.artist.get_edgecolor())
        fills[mark.category].add(look)
    assert set(fills) == set(STATUSES)
    assert all(len(looks) == 1 for looks in fills.values())
    assert len(set().union(*fills.values())) == 4  # and no two statuses share it


def test_the_table_says_the_same_as_the_picture(figure):
    table = figure.table().set_index("Section")
    assert table.loc["Ensemble"].tolist() == [32, 85, 23, 19, 159]  # 32 + 85 + 23 + 19
    assert table.loc["Habitat logement"].tolist() == [0, 8, 4, 2, 14]
    assert table.drop(index="Ensemble").sum().tolist() == table.loc["Ensemble"].tolist()


def test_the_title_is_computed(figure):
    # 32 done and 85 under way: 117 of 159
    assert figure.title.startswith("117\u00a0des\u00a0159\u00a0actions")


def test_the_figure_changes_with_one_value(figure):
    counts = load("status_counts")
    assert drawn(counts).fingerprint() == figure.fingerprint()
    counts.loc[counts["count_id"] == "SA.2025.en_cours", "count"] = 12
    counts.loc[counts["count_id"] == "SA.2025.realisee", "count"] = 6  # 6 + 12 = 7 + 11
    assert drawn(counts).fingerprint() != figure.fingerprint()


def test_a_year_without_data_is_refused():
    with pytest.raises(ValueError, match="Aucun total par statut pour 1999"):
        drawn(load("status_counts"), 1999)


def test_no_section_is_refused():
    counts = load("status_counts")
    flagships_only = counts[counts["section_id"] == "phares"]
    with pytest.raises(ValueError, match="Aucune section avec des totaux par statut pour 2025"):
        drawn(flagships_only)


def test_a_fingerprint_prints_no_digit_that_two_machines_may_differ_by():
    def told(*values):
        rows = pd.DataFrame({"v": values, "source_id": "s"})
        return fingerprint("T", rows, "v").splitlines()[1].split(" ; ")[0].replace("\u202f", " ")

    assert told(0.045264837660344934, 0.134785976661086) == "2 valeurs, de 0,0452648 à 0,134786"
    assert told(0.0, 35.25787242319082) == "2 valeurs, de 0 à 35,2579"
    assert told(35516123.0, 202767000.0) == "2 valeurs, de 35 516 123 à 202 767 000"  # whole: kept
    assert told(-1234567.891, -0.5) == "2 valeurs, de −1 234 568 à −0,5"


# --- lines of text ---------------------------------------------------------------------


def measured_whole(text, width, first):
    """Return the lines of `text`, each measured whole, word after word: what wrapping means."""
    lines, current = [], ""
    for word in text.split(" "):
        longer = f"{current} {word}" if current else word
        room = width - (0.0 if lines else first)
        if current and text_width(longer, 7.0) > room:
            lines.append(current)
            longer = word
        current = longer
    return [*lines, current]


@pytest.mark.parametrize(("width", "first"), [(30.0, 0.0), (80.0, 13.7), (168.0, 9.1)])
def test_a_line_is_cut_where_it_measures_too_much_though_its_words_are_summed(width, first):
    # Letters are kerned across some spaces: a sum of words is not always the width of a line.
    texts = ["AV TA ” V, Y “A » — T", " deux  espaces ", *load("indicators")["label"]]
    texts += list(load_registers().contradictions["claim_a"].dropna())[::9]
    for text in texts:
        assert wrap(text, width, 7.0, first=first) == measured_whole(text, width, first)


def test_words_decide_only_where_no_kerning_could(monkeypatch):
    # « A » and « B » are 10 mm each and a space 2: 22 mm, but 21.5 once brought closer.
    wide = {"A": 10.0, "B": 10.0, " ": 2.0, "A B": 21.5}
    monkeypatch.setattr("solidata.figures.page.text_width", lambda text, *_: wide[text])
    assert wrap("A B", 21.6, 7.0) == ["A B"]
    assert wrap("A B", 21.4, 7.0) == ["A", "B"]
