"""What a map says of the places it draws, and of those it cannot draw."""

from __future__ import annotations

import datetime

import pandas as pd

from solidata.analysis.places import RECEIVING, Drawable
from solidata.figures.geo.sheet import told
from solidata.figures.notes import sentences
from solidata.figures.texts import title
from solidata.french import MONTHS, format_date, listed, plural
from solidata.tables import all_tables

_MDS_STATES = {
    "open": ("ouverte", "ouvertes"),
    "interim": ("en accueil provisoire", "en accueil provisoire"),
    "planned": ("prévue", "prévues"),
    "closed": ("fermée", "fermées"),
}


def dated(text: str) -> str:
    """Return « de » and a date as precise as it is known.

    Examples
    --------
    >>> [dated(t).replace("\u00a0", " ") for t in ("2024", "2025-08", "2026-03-07")]
    ['de 2024', 'd’août 2025', 'du 7 mars 2026']
    """
    said = as_known(text)
    return f"{'du ' if text.count('-') == 2 else 'd’' if said[0] in 'ao' else 'de '}{said}"


def as_known(text: str) -> str:
    """Return a date as precise as it is known.

    Examples
    --------
    >>> [as_known(t).replace("\u00a0", " ") for t in ("2024", "2025-08", "2026-03-07")]
    ['2024', 'août 2025', '7 mars 2026']
    """
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return format_date(datetime.date(*parts))
    return text if len(parts) == 1 else f"{MONTHS[parts[1] - 1]}\u00a0{parts[0]}"


def between(low: pd.Timestamp, high: pd.Timestamp) -> str:
    """Return what is known of a date from its first and last possible days.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> between(day("2026-09-01"), day("2026-09-30")).replace("\u00a0", " ")
    'septembre 2026'
    >>> between(pd.NaT, day("2026-03-31")).replace("\u00a0", " ")
    'au plus tard le 31 mars 2026'
    """
    if pd.isna(low) and pd.isna(high):
        return "sans date"
    if pd.isna(low):
        return f"au plus tard le {format_date(high.date())}"
    if pd.isna(high):
        return f"au plus tôt le {format_date(low.date())}"
    if low == high:
        return format_date(low.date())
    month_end = low + pd.offsets.MonthEnd(0)
    if low.day == 1 and high == month_end:
        return f"{MONTHS[low.month - 1]}\u00a0{low.year}"
    if (low.month, low.day, high.month, high.day) == (1, 1, 12, 31) and low.year == high.year:
        return str(low.year)
    return f"entre le {format_date(low.date())} et le {format_date(high.date())}"


def states_of(places: pd.DataFrame) -> str:
    """Return the places by kind and state: « 7 MDS ouvertes, 5 en accueil provisoire et 1 PMI »."""
    kinds, states = places["kind"].astype(str), places["state"].astype(str)
    parts = []
    first = True
    for state, words in _MDS_STATES.items():
        count = int(((kinds == "mds") & (states == state)).sum())
        if count:
            parts.append(f"{count}\u00a0{'MDS ' if first else ''}{plural(count, *words)}")
            first = False
    for kind, words in (
        ("antenne", ("antenne", "antennes")),
        ("pmi", ("PMI", "PMI")),
        ("point", ("autre point", "autres points")),
    ):
        count = int((kinds == kind).sum())
        if count:
            parts.append(f"{count}\u00a0{plural(count, *words)}")
    return listed(parts)


def place_title(places: pd.DataFrame, total: int) -> str:
    """Return how many houses are open, and how many announced points are located."""
    houses = places[places["kind"].astype(str) == "mds"]
    states = houses["state"].astype(str).value_counts()
    opened, interim = int(states.get("open", 0)), int(states.get("interim", 0))
    over = "sur" if len(places) <= total else "pour"
    points = f"{len(places)}\u00a0points d’accueil situés {over} {total} annoncés"
    if len(places) < 2:
        points = f"{len(places)}\u00a0point d’accueil situé sur {total} annoncés"
    both = f"{opened}\u00a0MDS {plural(opened, 'ouverte')} sur {len(houses)}"
    if not len(houses):
        return points
    if interim:
        both = f"{opened}\u00a0MDS {plural(opened, 'ouverte')}, {interim} en accueil provisoire"
    short = points.replace(" d’accueil", "")
    return title(f"{both} ; {points}", f"{both} ; {short}", points)


def _names(places: pd.DataFrame, ids: pd.Series) -> str:
    communes = places.set_index("place_id")["commune"]
    return listed(dict.fromkeys(communes.reindex(ids).dropna()))


def event_notes(places: pd.DataFrame, events: pd.DataFrame) -> list[str]:
    """Return which openings are inferred, and which are planned, of the places that are not open."""
    waiting = places.loc[places["state"].astype(str) != "open", "place_id"]
    about = events[events["place_id"].isin(waiting)]
    kind, sure = about["event"].astype(str), about["confidence"].astype(str)
    labels = all_tables()["place_events"].field("confidence").labels
    notes = []
    inferred = about[(kind == "open") & (sure == "C")]
    for when, part in _by_date(inferred):
        notes.append(
            f"une ouverture, {when}, est inférée et non retenue : {_names(places, part['place_id'])}"
        )
    planned = about[kind == "planned"]
    if len(planned):
        each = [f"{_names(places, part['place_id'])} ({when})" for when, part in _by_date(planned)]
        who = listed(dict.fromkeys(labels[c].lower() for c in planned["confidence"].astype(str)))
        notes.append(
            f"{plural(len(planned), 'ouverture prévue', 'ouvertures prévues')} ({who}) : {listed(each)}"
        )
    return notes


def _by_date(events: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    when = pd.Series(
        [between(r["date_min"], r["date_max"]) for _, r in events.iterrows()],
        index=events.index,
        dtype=object,
    )
    return [(str(text), events[when == text]) for text in dict.fromkeys(when)]


def membership(shown: pd.DataFrame, total: int) -> str:
    """Return how many places are only inferred to be among those announced, and if they are too many."""
    notes = []
    guessed = int((shown["in_announced_total"].astype(str) != "stated").sum())
    if guessed:
        these = plural(guessed, "ce lieu", f"ces {guessed} lieux")
        notes.append(f"compter {these} parmi les {total} est inféré : leur liste n’est pas publiée")
    if len(shown) > total:
        notes.append(
            f"{len(shown)} lieux pour {total} annoncés : un lieu est compté deux fois, ou l’annonce est dépassée"
        )
    return sentences(notes)


def not_receiving(points: pd.DataFrame) -> str:
    """Return how many located points a map of those that receive leaves out, if any."""
    left = int((~points["state"].astype(str).isin(RECEIVING)).sum())
    if not left:
        return ""
    return (
        f"{left} {plural(left, 'autre point situé, prévu ou fermé', 'autres points situés, prévus ou fermés')}, "
        f"ne {plural(left, 'compte', 'comptent')} pas"
    )


def not_counted(houses: pd.DataFrame, events: pd.DataFrame) -> str:
    """Return in what state the houses are that a map of the open ones leaves out, if any.

    Parameters
    ----------
    houses, events : pandas.DataFrame
        The rows ``mds`` of the table ``places``, and the table ``place_events``.

    Examples
    --------
    >>> houses = pd.DataFrame({"place_id": ["a", "b"], "state": ["interim", "interim"]})
    >>> events = pd.DataFrame({"place_id": ["a"], "event": ["open"], "confidence": ["C"]})
    >>> not_counted(houses, events).replace("\u00a0", " ")
    '2 MDS en accueil provisoire ne comptent pas, même si une ouverture est inférée pour 1 d’entre elles'
    """
    states = houses["state"].astype(str)
    left = houses.loc[states != "open", "place_id"]
    if left.empty:
        return ""
    parts: list[str] = []
    for state, words in _MDS_STATES.items():
        if state != "open" and (count := int((states == state).sum())):
            parts.append(f"{count}\u00a0{'' if parts else 'MDS '}{plural(count, *words)}")
    guessed = events[(events["event"].astype(str) == "open") & events["place_id"].isin(left)]
    sure = guessed["confidence"].astype(str) != "C"
    maybe = guessed.loc[~sure, "place_id"].nunique()
    more = f", même si une ouverture est inférée pour {maybe} d’entre elles" if maybe else ""
    return f"{listed(parts)} ne {plural(len(left), 'compte', 'comptent')} pas{more}"


def place_notes(
    shown: pd.DataFrame, every: Drawable, events: pd.DataFrame, total: int, territories: str
) -> str:
    """Return what is inferred, how precisely places are known, and which are not drawn."""
    notes = [membership(shown, total), *precision_notes(shown, every)]
    dates = sorted(shown["as_of"].astype(str))
    if dates[0] == dates[-1]:
        notes.append(f"états datés {dated(dates[0])}")
    else:
        notes.append(
            f"états datés selon le lieu : le plus ancien {dated(dates[0])}, le plus récent {dated(dates[-1])}"
        )
    return sentences([*notes, *event_notes(shown, events), territories])


def precision_notes(shown: pd.DataFrame, every: Drawable) -> list[str]:
    """Return to what places are located, how those that share a point are drawn, what is left out."""
    notes = []
    address = int((shown["located_to"].astype(str) == "address").sum())
    centre = int((shown["point_from"].astype(str) == "commune").sum())
    known = f"{address}\u00a0{plural(address, 'lieu est connu', 'lieux sont connus')} à l’adresse"
    if len(shown) > address:
        known += f", {len(shown) - address} à la commune"
    if centre:
        known += f" ; {centre} {plural(centre, 'est dessiné au centre de sa', 'sont dessinés au centre de leur')} commune"
    notes.append(known)
    if len(every.strangers):
        names = told(list(every.strangers["name"]))
        notes.append(f"hors des communes de la carte, d’après leur code : {names}")
    if len(every.lost):
        names = told(list(every.lost["name"]), 12)
        notes.append(
            f"non {plural(len(every.lost), 'dessiné', 'dessinés')}, faute de point : {names}"
        )
    same = int(shown.duplicated(["x", "y"], keep=False).sum())
    if same:
        notes.append(
            "les lieux qui se toucheraient sont écartés de leur point, juste assez pour se voir"
        )
    return notes
