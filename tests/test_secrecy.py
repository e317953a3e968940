"""Small counts stay hidden: nobody finds them by subtraction, in one dimension or two."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from solidata.analysis.secrecy import mask_small
from solidata.problems import RefusedError


def line(*counts):
    """Return a table of one dimension, its total printed."""
    return pd.DataFrame({"age": [f"a{n}" for n in range(len(counts))], "count": counts})


def square(rows):
    """Return a table of two dimensions as cells."""
    wide = pd.DataFrame(rows)
    cells = [(f"r{i}", f"c{j}", wide.iloc[i, j]) for i in wide.index for j in wide.columns]
    return pd.DataFrame(cells, columns=["row", "column", "count"])


def masked(frame, **options):
    return mask_small(frame, **options)["masked"].tolist()


def test_a_small_count_and_the_next_smallest_are_hidden():
    found = mask_small(line(3, 40, 25, 0), threshold=5)
    # total 68 − 40 = 28 for two hidden cells: neither is known
    assert found["count"].tolist() == [pd.NA, 40, pd.NA, 0]
    assert found["count"].dtype == "Int64"
    assert found["masked"].tolist() == ["primary", "no", "secondary", "no"]
    assert found["masked"].cat.categories.tolist() == ["no", "primary", "secondary"]


def test_the_threshold_itself_is_shown_and_so_is_zero():
    assert masked(line(5, 0, 9), threshold=5) == ["no"] * 3
    assert masked(line(4, 0, 9), threshold=5) == ["primary", "no", "secondary"]
    assert masked(line(1, 2, 3), threshold=1) == ["no"] * 3
    assert masked(line(10, 11, 12)) == ["primary", "secondary", "no"]  # 11 by default


def test_two_small_counts_whose_sum_is_small_take_a_third():
    # 52 − 50 = 2 for two cells that are not zero: 1 and 1
    assert masked(line(1, 1, 50, 60), threshold=5) == ["primary", "primary", "secondary", "no"]
    assert masked(line(1, 4, 50, 60), threshold=5) == ["primary", "primary", "no", "no"]


def test_hidden_cells_that_can_only_be_ones_take_another():
    # 52 − 50 = 2, which is the threshold: zeros are shown, so both are 1; with 50 nothing is told
    assert masked(line(1, 1, 50), threshold=2) == ["primary", "primary", "secondary"]


def test_a_round_of_hidden_cells_that_ones_close_both_ways_is_not_enough():
    # six cells hide each other two by two; what one gains another gives, and the ones, every
    # second and third of the round, give nothing: each cell follows, until a seventh is hidden
    cells = square([[1, 5, 90], [90, 5, 1], [5, 90, 5]])
    found = mask_small(cells, threshold=4, by=["row", "column"])
    six = cells["count"] < 90
    assert {interval(cells, six, c) for c in cells.index[six]} == {(1, 1), (5, 5)}
    assert (found["masked"] == "secondary").sum() > 4
    assert given_away(cells, found["count"].isna(), threshold=4) == []


def test_of_equal_counts_the_first_as_text_is_hidden_whatever_the_order():
    made = line(3, 20, 20, 20)
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        found = mask_small(made.iloc[order], threshold=5)
        assert found.index.tolist() == order
        assert found.sort_index()["masked"].tolist() == ["primary", "secondary", "no", "no"]


def test_each_group_with_a_printed_total_is_held_alone():
    made = line(3, 40, 25, 50, 60).assign(epci=["A", "A", "A", "B", "B"])
    assert masked(made, threshold=5, by="epci") == ["primary", "no", "secondary", "no", "no"]
    only = line(3, 40, 2, 60, 7).assign(epci=["A", "A", "B", "B", "B"])
    # the whole has two hidden cells, yet each group would give its own away
    assert masked(only, threshold=5) == ["primary", "no", "primary", "no", "no"]
    assert masked(only, threshold=5, by=["epci"]) == [
        "primary", "secondary", "primary", "no", "secondary",
    ]  # fmt: skip


def test_without_printed_totals_only_the_small_counts_are_hidden():
    assert masked(line(3, 40, 25), threshold=5, secondary=False) == ["primary", "no", "no"]
    assert masked(line(3), threshold=5, secondary=False) == ["primary"]


def test_a_table_hides_a_rectangle():
    # 2 is alone in its row and in its column: it takes one of each, and what closes the corner
    found = masked(
        square([[2, 30, 40], [20, 50, 60], [70, 80, 90]]), threshold=5, by=["row", "column"]
    )
    assert np.reshape(found, (3, 3)).tolist() == [
        ["primary", "secondary", "no"],
        ["secondary", "secondary", "no"],
        ["no", "no", "no"],
    ]  # fmt: skip


def test_two_hidden_cells_a_sum_are_not_enough():
    # two rectangles joined by one cell: each row and column has two hidden cells or more, and yet
    # the rows of the first rectangle minus its columns leave the joining cell alone
    rows = [[6, 6, 90, 90], [6, 6, 3, 90], [90, 90, 6, 6], [90, 90, 6, 6]]
    cells = square(rows)
    small = cells["count"] < 10
    assert (
        small.groupby(cells["row"]).sum().min() == small.groupby(cells["column"]).sum().min() == 2
    )
    found = mask_small(cells, threshold=10, by=["row", "column"])
    assert (found["masked"] == "secondary").sum() == 1  # another cell joins them, and hides it
    hidden = found["count"].isna()
    assert interval(cells, hidden, cells.index[cells["count"] == 3][0]) != (3, 3)


def test_a_secondary_cell_that_protects_nothing_is_shown():
    # 20 is the smallest beside 3, and its row gives it away: 3 needs another
    found = masked(
        square([[3, 50, 60], [20, 0, 0], [70, 80, 90]]), threshold=5, by=["row", "column"]
    )
    assert np.reshape(found, (3, 3)).tolist() == [
        ["primary", "secondary", "no"],
        ["no", "no", "no"],
        ["secondary", "secondary", "no"],
    ]  # fmt: skip


def interval(cells, hidden, cell):
    """Return the least and the greatest value of a hidden cell that the printed table allows.

    Zeros are shown: whoever reads knows that a hidden cell holds 1 at least.
    """
    from scipy.optimize import linprog

    unknown = cells[hidden]
    sums = []
    for column in [c for c in ("row", "column") if c in cells] or [None]:
        groups = unknown[column] if column else pd.Series("all", index=unknown.index)
        sums += [(groups == g).to_numpy(dtype=float) for g in groups.unique()]
    system = np.array(sums)
    printed = system @ unknown["count"].to_numpy()  # what subtraction leaves of each total
    aim = (unknown.index == cell).astype(float)
    ends = [linprog(s * aim, A_eq=system, b_eq=printed, bounds=(1, None)) for s in (1, -1)]
    assert all(e.status == 0 for e in ends)
    return tuple(round(s * e.fun, 6) for s, e in zip((1, -1), ends, strict=True))


def given_away(cells, hidden, threshold):
    """Return the small counts that hiding these cells leaves known, or in a small sum."""
    ends = {c: interval(cells, hidden, c) for c in cells.index[hidden]}
    unknown = [c for c, (least, greatest) in ends.items() if greatest - least >= 1]
    told = []
    for cell in cells.index[(cells["count"] > 0) & (cells["count"] < threshold)]:
        shared = [cells[c] == cells.loc[cell, c] for c in ("row", "column") if c in cells]
        sums = shared or [pd.Series(True, index=cells.index)]
        together = [cells.loc[unknown, "count"][s.loc[unknown]].sum() for s in sums]
        if cell not in unknown or min(together) < threshold:
            told.append(cell)
    return told


def attack(cells, by, threshold):
    """Fail when a small count can be found; a table that can be held must not be refused."""
    try:
        found = mask_small(cells, threshold=threshold, by=by)
    except RefusedError as error:
        assume("Aucun masquage" not in str(error))
        assert given_away(cells, cells["count"] > 0, threshold)
        return
    assert found["count"].isna().tolist() == (found["masked"] != "no").tolist()
    shown = found["count"].notna()
    assert found.loc[shown, "count"].tolist() == cells.loc[shown, "count"].tolist()
    assert not ((cells["count"] == 0) & ~shown).any()
    assert given_away(cells, ~shown, threshold) == []
    small = (cells["count"] > 0) & (cells["count"] < threshold)
    assert (found["masked"] == "primary").tolist() == small.tolist()


# Small counts and large ones, so that a few cells are hidden in most tables.
count = st.one_of(st.integers(0, 6), st.integers(5, 60))


@settings(max_examples=100, deadline=None)
@given(counts=st.lists(count, min_size=1, max_size=8), threshold=st.integers(2, 8))
@example(counts=[1, 1, 50], threshold=2)
def test_nobody_finds_a_small_count_of_a_line(counts, threshold):
    attack(line(*counts), (), threshold)


@st.composite
def tables(draw):
    """Return the rows of a table, of one to five rows and columns."""
    wide = draw(st.integers(1, 5))
    row = st.lists(count, min_size=wide, max_size=wide)
    return draw(st.lists(row, min_size=1, max_size=5))


@settings(max_examples=120, deadline=None)
@given(rows=tables(), threshold=st.integers(2, 8))
# hidden all, r0 gives 3 and c2 gives 3; in r1, 2 + 1 are left, in r2, 1 + 1 = 2: they are 1 and 1
@example(rows=[[0, 3, 0], [2, 1, 0], [1, 1, 3]], threshold=3)
# 1 + 1 = 2 reaches the threshold, and tells both
@example(rows=[[1, 1, 40], [30, 30, 30], [50, 60, 70]], threshold=2)
def test_nobody_finds_a_small_count_of_a_table(rows, threshold):
    attack(square(rows), ["row", "column"], threshold)


@settings(max_examples=50, deadline=None)
@given(
    counts=st.lists(count, min_size=6, max_size=12),
    draw=st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_changes_nothing(counts, draw):
    cells = square(np.reshape(counts[: len(counts) // 3 * 3], (3, -1)))
    order = list(cells.index)
    draw.shuffle(order)
    results = []
    for frame in (cells, cells.loc[order]):
        try:
            found = mask_small(frame, threshold=5, by=["row", "column"]).sort_index()
            results.append(found["masked"].tolist())
        except RefusedError:
            results.append("refused")
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (line(1, 40), {"count": "n"}, "n’a pas les colonnes n"),
        (line(1, 40), {"by": ["epci"]}, "n’a pas les colonnes epci"),
        (line(1, -40), {}, "Colonne «\u00a0count\u00a0», -40 lu\u00a0; attendu\u00a0: des effectifs entiers"),
        (line(1, None), {}, "nan lu\u00a0; attendu"),
        (line(1.5, 3), {}, "1.5 lu\u00a0; attendu"),
        (line("un", "deux"), {}, "un et deux lu\u00a0; attendu"),
        (line(1, 40), {"threshold": 0}, "Seuil «\u00a00\u00a0» lu\u00a0; attendu\u00a0: un nombre entier"),
        (line(1, 40), {"threshold": 2.5}, "Seuil «\u00a02.5\u00a0» lu"),
        (line(1, 40).assign(a=1, b=1), {"by": ["age", "a", "b"]}, "Totaux selon age, a, b lus"),
        (line(1, 2), {"threshold": 5}, "Total inférieur au seuil de 5\u00a0: l’ensemble. Aucun masquage"),
        (square([[3, 0], [40, 50]]), {"by": ["row", "column"]}, "Total inférieur au seuil de 11\u00a0: r0."),
        # hidden all, the cells make no round: each follows from the totals
        (square([[3, 9, 0], [9, 0, 0], [0, 9, 9]]), {"threshold": 5, "by": ["row", "column"]}, "Trop de cases nulles"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_masked_are_refused(frame, options, message):
    with pytest.raises(RefusedError) as caught:
        mask_small(frame, **options)
    assert message in str(caught.value)


def test_nothing_is_lost_and_nothing_given_is_changed():
    made = line(3, 40, 25).set_index(pd.Index(["x", "y", "z"]))
    before = made.copy()
    found = mask_small(made, threshold=5)
    pd.testing.assert_frame_equal(made, before)
    assert found.index.tolist() == ["x", "y", "z"]
    empty = mask_small(made[:0])
    assert empty.columns.tolist() == ["age", "count", "masked"]
