"""The public of an indicator: how many inhabitants of which ages each area has."""

from __future__ import annotations

import re

import pandas as pd

from solidata.analysis.columns import require
from solidata.french import fold, listed, quote
from solidata.problems import NoDataError, RefusedError

POPULATION = "contexte-population"
"""The indicator of the observations that counts inhabitants by age."""

METROPOLE = "france_metropolitaine"
KINDS = ["departement", "region", METROPOLE]
"""The kinds of areas that are compared."""
COLUMNS = ["area_kind", "department", "region", "area_name", "part_of", "indicator_id", "series",
            "period", "year", "value", "unit", "flag", "source_id", "sheet", "cell"]  # fmt: skip
_BAND = re.compile(r"(\d+) (?:a (\d+) ans|ans et plus)")
_EUROS = {"euros": 1.0, "milliers d'euros": 1e3, "millions d'euros": 1e6, "k€": 1e3, "m€": 1e6}
AREA = ["area_kind", "department", "region", "area_name"]


def ages(public: str) -> tuple[int, int | None]:
    """Return the first and the last age of a public; the last is None when there is no end.

    Examples
    --------
    >>> ages("20-64"), ages("75-")
    ((20, 64), (75, None))
    """
    match = re.fullmatch(r"(\d+)-(\d*)", public)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise RefusedError(f"Public {quote(public)} illisible ; attendu : 20-64, ou 75- sans fin.")
    return int(match[1]), int(match[2]) if match[2] else None


def public_words(public: str) -> str:
    """Return a public in French.

    Examples
    --------
    >>> public_words("20-64"), public_words("75-"), public_words("0-19"), public_words("0-")
    ('de 20 à 64 ans', 'de 75 ans et plus', 'de moins de 20 ans', '')
    """
    low, high = ages(public)
    if high is None:
        return f"de {low} ans et plus" if low else ""
    return f"de {low} à {high} ans" if low else f"de moins de {high + 1} ans"


def in_euros(unit: str) -> float | None:
    """Return how many euros one of a printed unit is, or None when it is no money.

    Examples
    --------
    >>> in_euros("milliers d'euros"), in_euros("personnes")
    (1000.0, None)
    """
    return _EUROS.get(fold(unit))


def wholes(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what is split since (Corse, Rhône) counted once, as a whole.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of :func:`solidata.context.workbooks.read_workbook`, with their ``part_of``.

    Returns
    -------
    pandas.DataFrame
        The same columns. A part goes when its whole is printed; where it is not, the parts make it:
        their sum, and no value unless all have one. Its ``cell`` then names all their cells.

    Examples
    --------
    >>> rows = pd.DataFrame({"area_kind": "departement", "department": ["2A", "2B"], "region": "94",
    ...     "area_name": ["Corse-du-Sud", "Haute-Corse"], "part_of": "20", "indicator_id": "i",
    ...     "series": "", "period": "2019", "year": 2019, "value": [1.0, 2.0], "unit": "", "flag": "",
    ...     "source_id": "s", "sheet": "T", "cell": ["C4", "C5"]})
    >>> wholes(rows)[["department", "value", "cell"]].to_records(index=False).tolist()
    [('20', 3.0, 'C4 C5')]
    """
    require(observations, "observations", COLUMNS)
    rows = observations[COLUMNS].astype({c: object for c in COLUMNS if c not in {"year", "value"}})  # fmt: skip
    rows = rows.fillna({c: "" for c in COLUMNS if c not in {"year", "value"}})
    part = rows["part_of"] != ""
    key = ["indicator_id", "series", "period", "sheet"]
    parts, others = rows[part], rows[~part]
    if parts.empty:
        return others.reset_index(drop=True)
    told = others[others["value"].notna()].set_index([*key, "department"]).index
    made = sums(parts, [*key, "part_of"], ["value"], ["area_name", "cell"],
                ["area_kind", "region", "year", "unit", "flag", "source_id"])  # fmt: skip
    made["area_name"] = [listed(dict.fromkeys(names)) for names in made["area_name"]]
    made["cell"] = made["cell"].str.join(" ")
    made = made.rename(columns={"part_of": "department"}).assign(part_of="")
    made = made[~made.set_index([*key, "department"]).index.isin(told)]
    # A whole that is printed without a value gives way to the sum of its parts.
    blank = others.set_index([*key, "department"]).index.isin(
        made.set_index([*key, "department"]).index
    )
    return pd.concat([others[~blank], made[COLUMNS]], ignore_index=True)


def population(observations: pd.DataFrame, public: str) -> pd.DataFrame:
    """Return how many inhabitants each area has of the ages of a public, on 1 January.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows that hold the indicator :data:`POPULATION`, by age.
    public : str
        ``"20-64"``, ``"75-"``.

    Returns
    -------
    pandas.DataFrame
        One row an area and year: ``area_kind`` (``departement``, ``region``,
        ``france_metropolitaine``), ``department``, ``region``, ``area_name``, ``year`` (int),
        ``population`` (float), ``provisional`` (bool), ``source_id``, ``address``. Regions that are
        not printed are the sum of their départements.

    Raises
    ------
    NoDataError
        When there is no population.
    RefusedError
        When the printed ages do not stop where the public does (0-20 with groups of five years).
    """
    low, high = ages(public)
    require(observations, "observations", COLUMNS)
    mine = observations[
        (observations["indicator_id"] == POPULATION) & observations["area_kind"].isin(KINDS)
    ]
    told = [text for text in mine["series"].astype(object).fillna("").unique()
            if text.startswith("Ensemble") and not text.endswith("Total")]  # fmt: skip
    if not told:
        raise NoDataError("Aucune population par âge dans les classeurs lus.")
    bands = {text: _band(text) for text in told}
    inside = {t for t, (a, b) in bands.items() if a >= low and (high is None or b <= high)}
    cut = sorted(
        t for t, (a, b) in bands.items()
        if t not in inside and b >= low and (high is None or a <= high)
    )  # fmt: skip
    if cut or not inside:
        words = listed(quote(t.rpartition(" – ")[2]) for t in cut) if cut else "aucune"
        raise RefusedError(
            f"Les tranches d’âge imprimées ne donnent pas la population {public_words(public)} : {words}."
        )
    mine = wholes(mine[mine["series"].isin(inside)])
    mine = mine.assign(address=addresses(mine), provisional=mine["flag"] == "p")
    mine = mine.rename(columns={"value": "population"})
    found = _counted(mine, [*AREA, "year"])
    found["year"] = found["year"].astype(int)
    return pd.concat([found, _regions(found)], ignore_index=True)


def _band(series: str) -> tuple[int, int]:
    match = _BAND.search(fold(series))
    if match is None:
        raise RefusedError(f"Tranche d’âge illisible : {quote(series)}.")
    return int(match[1]), int(match[2] or 999)


def addresses(rows: pd.DataFrame) -> pd.Series:
    """Return where each value stands: source, sheet and cells, without spaces inside."""
    head = rows["source_id"] + ":" + rows["sheet"].str.strip().str.replace(" ", "_") + "!"
    return pd.Series(
        [" ".join(h + cell for cell in c.split()) for h, c in zip(head, rows["cell"], strict=True)],
        index=rows.index, dtype=object,
    )  # fmt: skip


def _regions(found: pd.DataFrame) -> pd.DataFrame:
    """Return the sums by region of what départements have, where no region is printed."""
    if (found["area_kind"] == "region").any():
        return found.iloc[:0]
    mine = found[found["area_kind"] == "departement"]
    made = _counted(mine, ["region", "year"])
    return made.assign(area_kind="region", department="", area_name="")


def _counted(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    made = sums(rows, by, ["population", "provisional"], ["address"], ["source_id"])
    made["provisional"] = made["provisional"] > 0  # one such part is enough
    return made.assign(address=made["address"].str.join(" "))


def sums(
    rows: pd.DataFrame, by: list[str], values: list[str], texts: list[str], first: list[str]
) -> pd.DataFrame:
    """Return what groups of rows add up to; a sum of which a part is missing is missing.

    Parameters
    ----------
    rows : pandas.DataFrame
    by : list of str
        The columns that make a group.
    values, texts, first : list of str
        The columns that are added up, those that become the list of what they hold, and those that
        keep what they hold first.

    Returns
    -------
    pandas.DataFrame
        One row a group, in order of appearance, with all these columns.

    Examples
    --------
    >>> rows = pd.DataFrame({"k": ["a", "b", "a"], "n": [1.0, None, 2.0], "t": list("xyz"), "s": "s"})
    >>> sums(rows, ["k"], ["n"], ["t"], ["s"]).to_dict("list")
    {'k': ['a', 'b'], 'n': [3.0, nan], 't': [['x', 'z'], ['y']], 's': ['s', 's']}
    """
    # A function called group by group would take most of the time of a comparison: there are
    # thousands of groups, and pandas makes a series of each.
    groups = rows.groupby(by, sort=False, dropna=False)
    made = groups[values].sum(skipna=False)
    numbers = groups.ngroup()
    for column in texts:
        held: list[list[str]] = [[] for _ in range(len(made))]
        for number, text in zip(numbers, rows[column], strict=True):
            held[number].append(text)
        made[column] = pd.Series(held, index=made.index, dtype=object)
    made[first] = groups[first].first()
    return made.reset_index()
