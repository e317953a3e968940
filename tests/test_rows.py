"""Frames walked row by row: each value as Python has it, however pandas stores it."""

import datetime

import pandas as pd
import pytest

from solidata.tables.rows import Rows, as_rows, first_of, grouped, plain_values

DAY = datetime.date(2025, 3, 27)


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["4 MDS", None], "str"),
        ([2**53 + 1, None], "Int64"),  # which a float would round
        ([0.5, None], "float64"),
        ([True, None], "boolean"),
        ([DAY, None], "datetime64[s]"),
        (["en_cours", None], pd.CategoricalDtype(["realisee", "en_cours"])),
        (["texte", None, 3, 0.5], object),
        ([], "str"),
        ([], "datetime64[s]"),
    ],
)
def test_values_are_those_that_were_stored(values, dtype, storage):
    with pd.option_context("mode.string_storage", storage):
        found = plain_values(pd.Series(values, dtype=dtype))
    assert found == values
    assert list(map(type, found)) == list(map(type, values))  # no numpy.int64, no Timestamp


def test_every_absence_is_none():
    every = pd.Series([None, float("nan"), pd.NA, pd.NaT, ""], dtype=object)
    assert plain_values(every) == [None, None, None, None, ""]  # an empty text is a text


def test_a_table_is_read_when_it_is_asked_for_and_once():
    frames = {"a": pd.DataFrame({"k": ["x", "y"], "n": [1, 2]})}
    rows = Rows(frames)
    frames["b"] = pd.DataFrame({"k": ["z"]})  # added since
    assert rows["b"] == [{"k": "z"}]
    assert rows["a"] is rows["a"]
    assert rows["a"] == as_rows(frames["a"]) == [{"k": "x", "n": 1}, {"k": "y", "n": 2}]
    assert list(rows) == ["a", "b"]
    with pytest.raises(KeyError):
        rows["c"]


def test_groups_keep_the_order_of_the_rows():
    rows = [{"y": 2026, "n": 1}, {"y": 2025, "n": 2}, {"y": 2026, "n": 3}]
    assert list(grouped(rows, "y")) == [(2026,), (2025,)]
    assert [row["n"] for row in first_of(rows, "y")] == [1, 2]
