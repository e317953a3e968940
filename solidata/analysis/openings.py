"""Houses that open: the dated openings, how many receive the public, how many are aimed at."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.columns import ADDRESS, filled, require, words
from solidata.french import listed, quote
from solidata.problems import NoDataError, RefusedError


def openings(
    events: pd.DataFrame, observations: pd.DataFrame, indicator: str | None = None
) -> pd.DataFrame:
    """Return the dated openings of houses, how many receive the public, and how many are aimed at.

    Parameters
    ----------
    events, observations : pandas.DataFrame
        The tables of these names.
    indicator : str, optional
        What counts the houses open, and their target; by default the one that the dated openings
        declare (``events.indicator_id``).

    Returns
    -------
    pandas.DataFrame
        Columns ``what`` (``opening``, one row each by date; ``open``; ``target``), ``label``,
        ``date_start``, ``date_end``, ``precision`` (of an opening), ``count`` (float), and the
        address. What is open has the period that the report prints, if any; what is aimed at none.

    Raises
    ------
    NoDataError
        When no observed number, or no target, is printed for the indicator, or no dated opening
        declares one.
    ValueError
        When the openings declare several indicators, or a number is printed with several values.

    Examples
    --------
    >>> import solidata
    >>> frame = openings(solidata.load("events"), solidata.load("observations"))
    >>> frame[["label", "count"]].values.tolist()
    [['Bracieux', 1.0], ['Mer', 1.0], ['Reçoivent du public', 7.0], ['Objectif', 12.0]]
    """
    require(events, "events", ["event_id", "label", "kind", "date_start", "date_end", "precision",
                               "place", "indicator_id", "source_id", "line", "printed"])  # fmt: skip
    require(observations, "observations", ["observation_id", "indicator_id", "kind", "value",
                                           "source_id", "line", "printed"])  # fmt: skip
    dated = events[(events["kind"] == "opening") & events["date_start"].notna()]
    filled(dated, "event_id", {"label": "libellé"})
    indicator = indicator or _counted(dated)
    dated = dated[dated["indicator_id"] == indicator]
    named = dated["place"].astype(object).where(dated["place"].notna(), dated["label"])
    days = dated.assign(
        what="opening", label=named, count=1.0, address="events:" + dated["event_id"]
    ).sort_values(["date_start", "event_id"])
    # One house that opens one day is one opening, however many times it is printed.
    one = ["label", "date_start", "date_end"]
    every = days.groupby(one, dropna=False)["address"].transform(words)
    rows = [days.assign(address=every).drop_duplicates(one)]
    printed = observations[observations["indicator_id"] == indicator]
    printed = printed[printed["value"].notna()]
    if printed.empty:
        raise NoDataError(f"Aucune valeur n’est imprimée pour « {indicator} ».")
    for what, kind, label in (
        ("open", "observed", "Reçoivent du public"),
        ("target", "target", "Objectif"),
    ):
        said = printed[printed["kind"] == kind]
        word = "observée" if what == "open" else "visée"
        if said.empty:
            raise NoDataError(f"Aucune valeur {word} n’est imprimée pour « {indicator} ».")
        if said["value"].nunique() != 1:
            values = ", ".join(f"{v:g}" for v in sorted(said["value"].unique()))
            raise RefusedError(
                f"Une valeur {word} est attendue pour « {indicator} » ; imprimées : {values}."
            )
        kept = said.head(1)
        if what == "open":
            kept = kept.rename(columns={"period_start": "date_start", "period_end": "date_end"})
        address = words("observations:" + said["observation_id"])
        rows.append(kept.assign(what=what, label=label, count=kept["value"], address=address))
    columns = ["what", "label", "date_start", "date_end", "precision", "count", *ADDRESS]
    found = pd.concat([r.reindex(columns=columns).astype(object) for r in rows], ignore_index=True)
    found["date_start"] = pd.to_datetime(found["date_start"])
    found["date_end"] = pd.to_datetime(found["date_end"])
    return found.astype({"count": float, "line": "Int64"})


def _counted(dated: pd.DataFrame) -> str:
    """Return the one indicator that the dated openings declare."""
    declared = sorted(dated["indicator_id"].dropna().unique())
    if not declared:
        raise NoDataError("Aucune ouverture de maison n’est datée.")
    if len(declared) > 1:
        raise RefusedError(
            f"Les ouvertures datées relèvent de plusieurs indicateurs : "
            f"{listed(quote(d) for d in declared)} ; choisissez-en un."
        )
    return str(declared[0])
