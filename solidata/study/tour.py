"""What the first notebook says: the plan in ten numbers, each with what it covers, its date, its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from solidata.analysis import access, voted
from solidata.analysis import progress as progression
from solidata.analysis.flows import ILLEGIBLE
from solidata.figures import recipes
from solidata.figures.geo.place_words import dated
from solidata.figures.texts import millions
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.study import progress
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why
from solidata.tables import all_tables

if TYPE_CHECKING:
    from solidata.study.desk import Study

WITHIN_KM = 10
"""The distance that the tour tells; the notebook of territories tells four."""


class KeyNumber(NamedTuple):
    """A number, what it counts, what it covers, when, and the printed lines behind it."""

    number: str
    what: str
    scope: str
    when: str
    rows: pd.DataFrame
    """The rows it comes from: ``source_id``, and ``line`` where a text is transcribed."""


Ask = Callable[["Study"], KeyNumber]


def _actions(study: Study) -> KeyNumber:
    rows = progress.by_section(study)
    sections = rows.drop_duplicates("section_id")
    total, count = int(sections["total"].sum()), len(sections)
    return KeyNumber(
        format_number(total),
        plural(total, "action comptée par statut", "actions comptées par statut"),
        f"{format_number(count)} {plural(count, 'section')} dont le bilan donne le total",
        f"bilan {study.year}",
        sections,
    )


def _going(study: Study) -> KeyNumber:
    return _among(study, ("realisee", "en_cours"), "réalisées ou en cours")


def _stopped(study: Study) -> KeyNumber:
    return _among(study, ("reportee", "supprimee"), "non engagées : reportées ou supprimées")


def _among(study: Study, statuses: tuple[str, ...], words: str) -> KeyNumber:
    rows = progress.by_section(study)
    total = int(rows.drop_duplicates("section_id")["total"].sum())
    kept = rows[rows["status"].isin(statuses)]
    count = int(kept["count"].sum())
    return KeyNumber(
        f"{format_number(count)}/{format_number(total)}",
        f"actions {words} ({format_rate(count / total)})",
        "les actions comptées par statut",
        f"bilan {study.year}",
        kept,
    )


def _flagships(study: Study) -> KeyNumber:
    listed_then = study.table("flagships").query("year == @study.year")
    if listed_then.empty:
        raise NoDataError("Aucune action phare n’est listée.")
    mentions = study.table("mentions")
    mentions = mentions[(mentions["list"] == "flagship") & (mentions["year"] == study.year)]
    done = mentions[mentions["status"] == "realisee"]
    count = done["flagship_id"].nunique()
    return KeyNumber(
        f"{format_number(count)}/{format_number(len(listed_then))}",
        plural(count, "action phare réalisée", "actions phares réalisées") + ", selon la liste",
        f"les phares de {study.year}",
        f"bilan {study.year}",
        # Where statuses are printed: the report before announced the flagships, without any.
        mentions[mentions["status"].notna()],
    )


def _unread(study: Study) -> KeyNumber:
    rows = study.table("action_statuses")
    rows = rows[rows["year"] == study.year]
    if rows.empty:
        raise NoDataError("Aucune action n’est listée.")
    unread = rows[rows["status"] == ILLEGIBLE]
    return KeyNumber(
        f"{format_number(len(unread))}/{format_number(len(rows))}",
        "statuts d’actions non lisibles",
        "les actions listées une à une",
        f"bilan {study.year}",
        unread,
    )


def _budget(study: Study) -> KeyNumber:
    return _voted(study, "total", "de budget voté", "le Département")


def _solidarity(study: Study) -> KeyNumber:
    blocks = voted.budget_blocks(study.table("department_budget"), study.year)
    share = float(blocks.loc[blocks["group"] == "solidarites", "share"].iloc[0])
    return _voted(
        study,
        "solidarites",
        f"votés pour les solidarités, {format_rate(share)} du budget",
        "les blocs que le bilan range dans les solidarités",
    )


def _voted(study: Study, group: str, words: str, scope: str) -> KeyNumber:
    blocks = voted.budget_blocks(study.table("department_budget"), study.year)
    row = blocks[blocks["group"] == group]
    if row.empty:
        raise NoDataError("Ce montant n’est pas imprimé.")
    return KeyNumber(
        millions(float(row["amount_eur"].iloc[0])), words, scope, f"budget {study.year}", row
    )


def _houses(study: Study) -> KeyNumber:
    places = study.table("places")
    houses = places[places["kind"] == "mds"]
    if houses.empty:
        raise NoDataError("Aucune MDS n’est décrite.")
    opened, interim = (int((houses["state"] == s).sum()) for s in ("open", "interim"))
    received = plural(interim, "reçoit", "reçoivent")
    return KeyNumber(
        f"{format_number(opened)}/{format_number(len(houses))}",
        plural(opened, "MDS ouverte", "MDS ouvertes")
        + (f" ; {format_number(interim)} {received} en accueil provisoire" if interim else ""),
        "les MDS prévues",
        f"dernier état daté {dated(max(houses['as_of'].astype(str)))}",
        houses,
    )


def _points(study: Study) -> KeyNumber:
    places = study.table("places")
    points = places[places["in_announced_total"] != "no"]
    total = recipes.announced_points(study.load, study.registers, study.year)
    return KeyNumber(
        f"{format_number(len(points))}/{format_number(total)}",
        plural(len(points), "point d’accueil situé", "points d’accueil situés"),
        "les points d’accueil annoncés ; les autres ne sont pas publiés",
        f"bilan {study.year}",
        points,
    )


def _unlocated(study: Study) -> KeyNumber:
    found = _points(study)
    total = recipes.announced_points(study.load, study.registers, study.year)
    return found._replace(number=f"{format_number(total - len(found.rows))}/{format_number(total)}")


def _near(study: Study) -> KeyNumber:
    houses = recipes.open_houses(study.load, study.registers, study.year).located
    communes = study.table("communes")
    if houses.empty or communes.empty:
        raise NoDataError("Ni MDS ouverte située, ni commune.")
    found = access.coverage(communes.set_index("insee_code"), houses, thresholds=(WITHIN_KM,))
    year = communes["population_year"].max()
    return KeyNumber(
        format_rate(float(found["share"].iloc[0])),
        f"des habitants à {WITHIN_KM} km au plus d’une MDS ouverte, à vol d’oiseau",
        f"{format_number(int(found['total'].iloc[0]))} habitants",
        f"population {year}",
        pd.concat([houses, communes]),
    )


NUMBERS: tuple[Ask, ...] = (
    _actions, _going, _stopped, _flagships, _budget, _solidarity, _houses, _points, _near, _unread,
)  # fmt: skip
"""The ten numbers, in the order of the notebooks."""


def key_numbers(study: Study) -> Sheet:
    """Return the plan in ten numbers: what each counts, covers, when, and the lines that print it.

    A number of which the tables hold nothing keeps its row, and says why.
    """
    rows = []
    for ask in NUMBERS:
        try:
            found = ask(study)
        except NoDataError as error:
            rows.append(("–", str(error), "", "", ""))
        else:
            rows.append((*found[:4], _lines(study, found.rows)))
    titles = ("Nombre", "Ce qu’il compte", "Champ", "Date", "Lignes imprimées")
    frame = pd.DataFrame(rows, columns=list(titles))
    return Sheet(frame, caption=f"Le plan en {len(NUMBERS)} chiffres, {study.year}")


def _lines(study: Study, rows: pd.DataFrame) -> str:
    """Return where rows stand: their documents, with the first and last line of a transcribed one."""
    if rows.empty:
        return ""
    cells = rows["source_id"].dropna().astype(str)
    sources = list(dict.fromkeys(s for cell in cells for s in cell.split()))
    if len(sources) > 2:
        return f"{len(rows)} lignes de table, {len(sources)} documents"
    # A first and a last line are those of one document.
    if len(sources) > 1 or "line" not in rows or rows["line"].isna().any():
        return listed(sources)
    first, last = int(rows["line"].min()), int(rows["line"].max())
    place = f"ligne {first}" if first == last else f"lignes {first} à {last}"
    return f"{listed(sources)}, {place}"


@or_why
def ignored(study: Study) -> Text:
    """Return what is not known: unread statuses, unlocated points, contradictions, sums that fail."""
    register, identities = study.registers.contradictions, study.table("identities")
    failed = int((~identities["holds"].astype(bool)).sum())
    severity = all_tables()["contradictions"].field("severity").values[0]
    severe = int((register["severity"].astype(str) == severity).sum())
    told = []
    for ask, words in ((_unread, "statuts d’actions ne sont pas lisibles"),
                       (_unlocated, "points d’accueil annoncés ne sont pas situés")):  # fmt: skip
        try:
            part, _, whole = ask(study).number.partition("/")
        except NoDataError:
            continue
        told.append(f"- **{part}** des {whole} {words} ;")
    return Text(
        "Ce que l’on ignore, ou qui se contredit :",
        *told,
        f"- **{format_number(len(register))}** contradictions sont consignées, dont "
        f"{format_number(severe)} changent un total, un statut ou un montant ;",
        f"- **{format_number(failed)}** des {format_number(len(identities))} égalités vérifiables "
        f"{plural(failed, 'échoue', 'échouent')}.",
    )


@or_why
def summary(study: Study) -> Text:
    """Return where the plan stands, in one paragraph."""
    counts = progression.overall(progress.by_section(study)).set_index("status")
    total = int(counts["total"].iloc[0])
    going = int(counts.loc[list(progress.GOING), "count"].sum())
    return Text(
        f"En {study.year}, **{format_number(going)}** des **{format_number(total)}** actions comptées "
        f"{plural(going, 'est réalisée', 'sont réalisées')} ou en cours "
        f"({format_rate(going / total, 1)}) ; les autres sont reportées ou supprimées."
    )
