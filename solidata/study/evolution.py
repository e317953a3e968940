"""What the notebook of the years says: what can be compared, what changed, what cannot and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.analysis import flows as flowing
from solidata.analysis import measures
from solidata.analysis import rates as rating
from solidata.analysis import successions as succeeding
from solidata.figures import recipes
from solidata.figures.texts import difference, shown
from solidata.french import format_number, format_rate, listed, plural, quote
from solidata.problems import NoDataError
from solidata.study.progress import ratio
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain

if TYPE_CHECKING:
    from solidata.study.desk import Study


def _years(study: Study) -> tuple[int, int]:
    """Return the years compared: the one asked for, or the one before."""
    return study.load.compare or study.year - 1, study.year


def _rows(study: Study, name: str) -> pd.DataFrame:
    """Return the rows that the reports of these years, and of those between, print."""
    first, last = _years(study)
    return recipes.reported(study.load, name, *range(first, last + 1))


def _pairs(study: Study) -> pd.DataFrame:
    first, last = _years(study)
    found = analysis.pairs(
        _rows(study, "observations"),
        study.table("indicators"),
        recipes.funded(study.load, first, last),
        first,
        last,
    )
    if found.empty:
        raise NoDataError(f"Aucune mesure n’est imprimée à la fois pour {first} et pour {last}.")
    return found


@or_why
def comparable(study: Study) -> Text:
    """Return how many measures both years have, how many go up, down or stay."""
    first, last = _years(study)
    found = _pairs(study)
    change = found["difference"]
    told = [
        (int((change > 0).sum()), "augmente", "augmentent"),
        (int((change < 0).sum()), "diminue", "diminuent"),
        (int((change == 0).sum()), "ne change pas", "ne changent pas"),
    ]
    count, alone = len(found), len(_not_comparable(study))
    return Text(
        f"**{format_number(count)}** {plural(count, 'mesure est imprimée', 'mesures sont imprimées')} à la "
        f"fois pour {first} et pour {last}, pour le même territoire et la même période de l’année : "
        + listed(f"{format_number(n)} {plural(n, one, many)}" for n, one, many in told if n)
        + ".",
        f"**{format_number(alone)}** ne se {plural(alone, 'compare', 'comparent')} pas ; le tableau "
        "plus bas dit pourquoi, une à une." if alone else "",
    )  # fmt: skip


@or_why
def changes(study: Study) -> Sheet:
    """Return every measure that both years have: its values, its change, its lines.

    A relative change is given for money only: a few units more are not a percentage.
    """
    first, last = _years(study)
    found = _pairs(study)
    frame = pd.DataFrame(
        {
            "Mesure": found["label"],
            "Unité": found["unit"].replace("%", "% (écart en points)"),
            str(first): [shown(r.first_value, r.unit, r.first_out_of, r.first_qualifier) for r in found.itertuples()],
            str(last): [shown(r.last_value, r.unit, r.last_out_of, r.last_qualifier) for r in found.itertuples()],
            "Écart": [difference(r.difference, r.unit) for r in found.itertuples()],
            "Évolution": [_signed(r.relative) if r.unit == "euros" else "" for r in found.itertuples()],
            "Lignes": [_lines(r.first_line, r.last_line) for r in found.itertuples()],
        }
    )  # fmt: skip
    return Sheet(frame, caption=f"Ce qui se compare de {first} à {last}")


def _signed(share: float) -> str:
    """Return a relative change with its sign; nothing when there is none to give."""
    if pd.isna(share):
        return ""
    return ("+" if share > 0 else "−" if share < 0 else "") + format_rate(abs(share), 1)


def _lines(first: object, last: object) -> str:
    known = dict.fromkeys(str(line) for line in (first, last) if pd.notna(line))
    return " et ".join(known)


def _not_comparable(study: Study) -> pd.DataFrame:
    """Return what the reports print and that has no value for both years: ``label``, ``why``."""
    first, last = _years(study)
    observations, indicators = _rows(study, "observations"), study.table("indicators")
    if observations.empty:
        return pd.DataFrame(columns=["label", "why"])
    twice = measures.disputed(observations, indicators)
    without = measures.undated(observations, indicators)
    yearly = measures.yearly(observations, indicators)
    same = ["indicator_id", "territory_id", "span"]
    known = yearly.groupby(same, dropna=False).agg(label=("label", "first"), year=("year", set))
    alone = known[[not {first, last} <= years for years in known["year"]]]
    parts = [
        pd.DataFrame(
            {"label": twice["label"], "why": [f"plusieurs valeurs pour {y}" for y in twice["year"]]}
        ),
        pd.DataFrame(
            {
                "label": alone["label"],
                "why": [
                    f"imprimée pour {listed(str(y) for y in sorted(years))} seulement"
                    for years in alone["year"]
                ],
            }
        ),
        pd.DataFrame({"label": without["label"], "why": "aucune période imprimée"}),
    ]
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


@or_why
def not_comparable(study: Study) -> Sheet:
    """Return what the reports print and that cannot be compared, one row each, with its reason."""
    found = _not_comparable(study)
    if found.empty:
        raise NoDataError("Tout ce qui est imprimé se compare.")
    titles = {"label": "Mesure", "why": "Pourquoi elle ne se compare pas"}
    return Sheet(
        found.rename(columns=titles),
        caption=f"Ce qui ne se compare pas ({format_number(len(found))})",
        height=420,
    )


def _flagship_years(study: Study) -> tuple[int, int]:
    """Return the year whose flagships become those of another: the announced ones by default."""
    asked = study.load.compare
    return (study.year, study.year + 1) if asked is None else (asked, study.year)


def _successions(study: Study) -> pd.DataFrame:
    return succeeding.successions(
        study.table("flagships"),
        study.table("mentions"),
        study.table("action_lineage"),
        *_flagship_years(study),
    )


@or_why
def flagships(study: Study) -> Text:
    """Return how many flagships go on from a year to the next, and what is inferred of it."""
    before, after = _flagship_years(study)
    found = _successions(study)
    counts = found["succession"].value_counts()
    kept, left, new = (int(counts.get(name, 0)) for name in succeeding.SUCCESSIONS)
    going = found[found["succession"] == "continued"]
    inferred = int((going["link"].astype(str) == "inferred").sum())
    return Text(
        f"Des **{format_number(going['before_id'].nunique() + left)}** phares de {before}, "
        f"**{format_number(going['before_id'].nunique())}** "
        f"{plural(going['before_id'].nunique(), 'se poursuit', 'se poursuivent')} parmi les "
        f"**{format_number(going['after_id'].nunique() + new)}** de {after} ; "
        f"**{format_number(new)}** {plural(new, 'est nouveau', 'sont nouveaux')}.",
        f"Pour {format_number(inferred)} des {format_number(kept)} poursuites, le lien est inféré : "
        "les documents ne disent pas quelle action chaque phare reprend." if inferred else "",
    )  # fmt: skip


@or_why
def flagships_by_volet(study: Study) -> Sheet:
    """Return, by volet and territory, how many flagships each year has and how many go on."""
    before, after = _flagship_years(study)
    found = succeeding.by_volet(_successions(study))
    volets = study.table("volets").set_index("volet_id")["label"]
    names = study.table("territories").set_index("territory_id")["label"]
    where = found["volet"].map(volets).fillna("Sans volet").astype(str)
    territory = found["territory"].map(names)
    where = where.where(territory.isna(), where + ", territoire " + territory.fillna(""))
    found = found.assign(where=where, going=found["succession"] == "continued")
    rows = []
    for name, mine in found.groupby("where", sort=False):
        old, new = (mine[mine["side"] == side] for side in ("before", "after"))
        rows.append(
            (
                name,
                int(old["count"].sum()),
                int(old.loc[old["going"], "count"].sum()),
                int(new["count"].sum()),
                int(new.loc[~new["going"], "count"].sum()),
            )
        )
    titles = ["Volet", f"Phares {before}", "qui se poursuivent", f"Phares {after}", "nouveaux"]
    frame = pd.DataFrame(rows, columns=titles)
    whole = pd.DataFrame([["Ensemble", *frame[titles[1:]].sum()]], columns=titles)
    return Sheet(
        pd.concat([frame, whole], ignore_index=True),
        caption=f"Les phares de {before} et de {after}",
        totals=1,
    )


_FLOWS = {
    "appeared": ("apparaît", "apparaissent"),
    "merged": ("est fondue dans une autre", "sont fondues dans d’autres"),
    "split": ("est partagée en plusieurs", "sont partagées en plusieurs"),
    "replaced": ("est remplacée", "sont remplacées"),
    "left_plan": ("a quitté le plan, comme annoncé", "ont quitté le plan, comme annoncé"),
    "vanished": ("n’est plus listée", "ne sont plus listées"),
}


def _flows(study: Study) -> tuple[int, pd.DataFrame]:
    before = recipes.year_before(study.load, study.year)
    return before, flowing.flows(
        study.table("action_statuses"),
        study.table("actions"),
        study.table("action_lineage"),
        before,
        study.year,
    )


@or_why
def actions(study: Study) -> Text:
    """Return how many actions both reports list, and how many appear, vanish, merge or split."""
    before, found = _flows(study)
    flow = found["flow"]
    going = int(found.loc[flow.isin(flowing.ONE_TO_ONE), "before_id"].nunique())
    told = []
    for name, words in _FLOWS.items():
        side = "after_id" if name == "appeared" else "before_id"
        if count := int(found.loc[flow == name, side].nunique()):
            told.append(f"**{format_number(count)}** {plural(count, *words)}")
    titles = study.table("actions").set_index("action_id")["title"]
    gone = [f"{action_id} {quote(titles[action_id])}" for action_id in flowing.unsaid(found)]
    return Text(
        f"De {before} à {study.year}, **{format_number(going)}** "
        f"{plural(going, 'action est listée', 'actions sont listées')} les deux années"
        + (f" ; {' ; '.join(told)}." if told else "."),
        f"Aucun document ne dit ce que {plural(len(gone), 'devient', 'deviennent')} {listed(gone)}."
        if gone else "",
        "Un lien entre deux actions vient de leur identifiant, ou d’une ligne de filiation déclarée.",
    )  # fmt: skip


@or_why
def going(study: Study) -> Sheet:
    """Return, by section, the actions done or under way in both years, n/N, and the change in points."""
    before, found = _flows(study)
    rows = rating.rates(
        study.table("status_counts"), study.table("sections"), found, before, study.year
    )
    frame = pd.DataFrame(
        {
            "Section": rows["section"],
            str(before): [_ratio(r.n_before, r.total_before) for r in rows.itertuples()],
            str(study.year): [_ratio(r.n_after, r.total_after) for r in rows.itertuples()],
            "Écart": [_points(r.points) for r in rows.itertuples()],
            "À périmètre constant": [_points(r.same_points) for r in rows.itertuples()],
            "Périmètre": ["change" if changed else "le même" for changed in rows["scope_changed"]],
        }
    )
    return Sheet(frame, caption="Actions réalisées ou en cours, par section", totals=1)


def _ratio(part: object, whole: object) -> str:
    return "" if pd.isna(part) or pd.isna(whole) else ratio(int(part), int(whole))  # type: ignore[call-overload]


def _points(value: float) -> str:
    return "" if pd.isna(value) else difference(value, "%")


@or_why
def leaving(study: Study) -> Text:
    """Return what the actions of the year will be out of next year's, as far as marks can be read."""
    rows = rating.next_totals(
        study.table("status_counts"),
        study.table("sections"),
        study.table("action_statuses"),
        study.table("actions"),
        study.table("action_lineage"),
        study.year,
    )
    whole = rows.iloc[-1]
    total, unknown, left = (int(whole[name]) for name in ("total", "unknown", "leaving"))
    if not unknown and not left:
        return Text(f"Le bilan ne marque aucune action qui quitterait le plan après {study.year}.")
    sections = rows.iloc[:-1]
    blurred = listed(plain(s) for s in sections.loc[sections["unknown"] > 0, "section"])
    return Text(
        f"Certaines des {format_number(total)} actions quitteront le plan : "
        + (f"**{format_number(left)}** {plural(left, 'est marquée', 'sont marquées')} lisiblement"
           if left else "aucune n’est marquée lisiblement")
        + (f" ; la marque de **{format_number(unknown)}** est perdue ({blurred})." if unknown else "."),
        f"Le dénominateur de {study.year + 1} sera entre **{format_number(int(whole['low']))}** et "
        f"**{format_number(int(whole['high']))}**, sans compter les actions nouvelles.",
    )  # fmt: skip
