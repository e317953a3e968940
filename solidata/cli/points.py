"""How many of the announced access points are located, said to whoever fills their list."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.places import announced
from solidata.analysis.progress import reports
from solidata.french import format_number, plural, typography
from solidata.problems import NoDataError, RefusedError

Frames = dict[str, pd.DataFrame]


def located(tables: Frames) -> tuple[str, bool]:
    """Return how many announced points are located, in French, and whether that is a warning.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        All of them, as built.

    Returns
    -------
    (str, bool)
        A sentence; empty when the plan counts no points or every one is located. A warning when
        more places are said or inferred to be among the announced points than are announced, or
        when several numbers are announced.

    Examples
    --------
    >>> import solidata
    >>> names = ("plan", "places", "observations", "status_counts")
    >>> said, warning = located({name: solidata.load(name) for name in names})
    >>> said.replace("\\u00a0", "~"), warning
    ('17 points d’accueil situés sur 55 annoncés~; 38 restent à situer.', False)
    """
    indicators = tables["plan"]["points_indicator"].dropna()
    try:
        total = _total(tables, str(indicators.iloc[0]) if len(indicators) else "")
    except NoDataError:
        return "", False
    except RefusedError as error:
        return f"Avertissement\u00a0: {error}", True
    places = tables["places"]
    ours = places[places["in_announced_total"].astype(str) != "no"]
    if len(ours) > total:
        return typography(
            f"Avertissement : {format_number(len(ours))} lieux comptés parmi les points d’accueil "
            f"annoncés, pour {format_number(total)} {plural(total, 'annoncé')} : un lieu est compté "
            "deux fois, un autre n’en est pas, ou l’annonce est dépassée (places, colonne "
            "in_announced_total)."
        ), True
    drawn = int((ours["x"].notna() & ours["y"].notna()).sum())
    if not (missing := total - drawn):
        return "", False
    return typography(
        f"{format_number(drawn)} {plural(drawn, 'point d’accueil situé', 'points d’accueil situés')} "
        f"sur {format_number(total)} {plural(total, 'annoncé')} ; {format_number(missing)} "
        f"{plural(missing, 'reste', 'restent')} à situer."
    ), False


def _total(tables: Frames, indicator: str) -> int:
    """Return how many points the last report that counts them announces."""
    counts, said = tables["status_counts"], tables["observations"]
    for year in sorted({int(y) for y in counts["year"].dropna()}, reverse=True):
        printed = said[said["source_id"].isin(reports(counts, year))]
        try:
            return int(announced(printed, indicator)["count"].iloc[0])
        except NoDataError:
            continue
    return int(announced(said, indicator)["count"].iloc[0])
