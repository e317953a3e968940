"""What figures of access say of the places they count, and of what limits them."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from solidata.analysis.columns import require
from solidata.figures.geo.ratio_words import Words
from solidata.figures.texts import labelled
from solidata.french import format_number, plural
from solidata.problems import NoDataError

TITLED = 10.0
"""The distance that titles tell of, in kilometres."""

EVERY_HOUSE = Words("MDS au total", "MDS au total", feminine=True)
LOCATED_POINTS = Words("point d’accueil situé", "points d’accueil situés")

NO_TERRITORY = "Sans territoire"


class PlaceSet(NamedTuple):
    """Places that figures of access count together, and what they leave out."""

    places: pd.DataFrame
    """Rows of the table of this name."""
    what: Words
    unknown: int = 0
    """How many more access points are announced that nobody has located."""
    any_point: bool = False
    """Whether every announced point would be of the set: shares are minimums then."""
    waiting: pd.DataFrame | None = None
    """The houses that are not open, and so are not counted."""

    @property
    def located(self) -> pd.DataFrame:
        """The places that have a point."""
        require(self.places, "places", ["place_id", "name", "x", "y", "insee_code", "source_id"])
        return self.places[self.places["x"].notna() & self.places["y"].notna()]

    @property
    def named(self) -> str:
        """« 3 MDS ouvertes »."""
        count = len(self.located)
        return f"{count}\u00a0{plural(count, self.what.one, self.what.several)}"

    @property
    def at_least(self) -> str:
        """« au moins » where more places are announced than are counted, else nothing."""
        return "au moins " if self.any_point and self.unknown else ""


def counted(places: PlaceSet) -> pd.DataFrame:
    """Return the places of a set, in the order of their keys, names in French typography.

    Raises
    ------
    NoDataError
        When there is none.
    """
    located = places.located
    if located.empty:
        raise NoDataError(
            f"Aucune distance à mesurer : aucun lieu ({places.what.one}) n’est situé."
        )
    ordered = located.sort_values("place_id", kind="stable").reset_index(drop=True)
    return labelled(ordered, "name")


def territory_names(communes: pd.DataFrame, territories: pd.DataFrame) -> pd.Series:
    """Return the label of the territory of each commune, a category in the order of the table."""
    require(communes, "communes", ["insee_code", "territory_id", "population", "x", "y"])
    require(territories, "territories", ["territory_id", "label"])
    labels = labelled(territories, "label").set_index("territory_id")["label"].to_dict()
    said = communes["territory_id"].astype(object)
    names = [NO_TERRITORY if pd.isna(t) else labels.get(t, str(t)) for t in said]
    known = [*labels.values(), *sorted(set(names))]
    order = [name for name in dict.fromkeys(known) if name in set(names)]
    return pd.Series(pd.Categorical(names, categories=order), index=communes.index)


def waiting_note(waiting: pd.DataFrame | None) -> str:
    """Return how many houses are not counted because they are not open yet.

    Examples
    --------
    >>> waiting_note(pd.DataFrame({"state": ["interim", "planned"]})).replace("\u00a0", " ")
    '2 MDS qui ne sont pas encore ouvertes ne comptent pas'
    """
    others = 0 if waiting is None else len(waiting)
    if not others:
        return ""
    return f"{others}\u00a0MDS qui {plural(others, 'n’est', 'ne sont')} pas encore {plural(others, 'ouverte')} ne {plural(others, 'compte', 'comptent')} pas"


def interim_note(waiting: pd.DataFrame | None, told: bool = False) -> str:
    """Return that an opening brings nobody nearer where an interim reception is there already.

    Parameters
    ----------
    waiting : pandas.DataFrame or None
        The houses that are not open.
    told : bool
        Whether the sentence before is :func:`waiting_note`: this one says « elles » then.

    Examples
    --------
    >>> interim_note(pd.DataFrame({"state": ["planned"]}))
    ''
    """
    already = 0 if waiting is None else int((waiting["state"].astype(str) == "interim").sum())
    if waiting is None or not already:
        return ""
    who = plural(
        already,
        "la MDS qui n’est pas encore ouverte",
        f"les {already}\u00a0MDS qui ne sont pas encore ouvertes",
    )
    if told:
        who = plural(already, "elle", "elles")
    if already < len(waiting):
        who = f"{already} des {len(waiting)}\u00a0MDS qui ne sont pas encore ouvertes"
    return (
        f"{who} {plural(already, 'a', 'ont')} déjà un accueil provisoire dans la même commune : "
        f"{plural(already, 'son', 'leur')} ouverture ne rapproche personne d’un accueil"
    )


SAME_POINT = (
    "tous les habitants d’une commune comptent au point de celle-ci, au centre de son contour"
)


def left_out(places: PlaceSet) -> list[str]:
    """Return which places are not counted, as sentences of a note."""
    lost = len(places.places) - len(places.located)
    told = f"{lost} {plural(lost, 'lieu sans point ne compte', 'lieux sans point ne comptent')} pas"
    waiting = places.waiting
    return [told if lost else "", waiting_note(waiting), interim_note(waiting, told=True)]


def limits(places: PlaceSet) -> list[str]:
    """Return what limits a figure of distances to a set of places, as sentences of its note."""
    told = ["par la route, elles sont plus longues", SAME_POINT]
    if places.unknown:
        words = plural(
            places.unknown,
            "point d’accueil annoncé n’est pas situé",
            "points d’accueil annoncés ne sont pas situés",
        )
        of = "" if places.any_point else "pour l’accueil en général, "
        told.append(f"{format_number(places.unknown)} {words} : {of}ces parts sont des minimums")
    return [*told, *left_out(places)]


def scope(communes: pd.DataFrame, rest: str) -> str:
    """Return what is covered: communes, inhabitants, and the rest."""
    people = format_number(int(communes["population"].sum()))
    count = len(communes)
    return f"{count} {plural(count, 'commune')}, {people} habitants ; {rest}."
