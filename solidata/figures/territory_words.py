"""What the page of a territory says: its finding, its key figures, its places, its limits."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pandas as pd

from solidata.analysis.territory import Near, Profile
from solidata.figures.geo import symbols
from solidata.figures.geo.panel import KeyFigure
from solidata.figures.geo.place_words import (
    event_notes,
    states_of,
)
from solidata.figures.geo.ratio_words import LIMIT as LIMIT
from solidata.figures.geo.sheet import told
from solidata.figures.notes import sentences
from solidata.figures.texts import title
from solidata.french import MONTHS, format_date, format_number, format_rate, listed, plural, quote
from solidata.tables import all_tables


def at(text: str) -> str:
    """Return when a state is known, as precisely as it is.

    Examples
    --------
    >>> [at(t).replace("\u00a0", " ") for t in ("2024", "2025-12", "2026-03-07")]
    ['en 2024', 'en décembre 2025', 'au 7 mars 2026']
    """
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return f"au\u00a0{format_date(datetime.date(*parts))}".replace(" ", "\u00a0")
    month = "" if len(parts) == 1 else f"{MONTHS[parts[1] - 1]}\u00a0"
    return f"en\u00a0{month}{parts[0]}"


@dataclass(frozen=True)
class Said:
    """The words of a territory's page."""

    label: str
    made: Profile
    areas: int
    """EPCI."""
    announced: int | None
    """Access points announced in all the territories together, if any document says it."""
    unlocated: int | None
    """How many of them nobody has located; None when their number is not known."""

    @property
    def called(self) -> str:
        """« Territoire X »."""
        return f"Territoire {self.label}"

    def title(self) -> str:
        """Return the finding: who lives near an open house, or that none is located."""
        near = self.made.near_houses
        if near is None:
            none = "aucune MDS ouverte n’est située"
            return title(f"{self.called} : {none}", f"{none[:1].upper()}{none[1:]}")
        finding = (
            f"{_rate(near)} des habitants vivent à {LIMIT:g}\u00a0km au plus d’une MDS ouverte"
        )
        return title(f"{self.called} : {finding}", f"{self.label} : {finding}", finding)

    def year(self) -> str:
        """Return « en » and the year of the populations, nothing when they have several."""
        years = self.made.communes["population_year"].dropna().unique()
        return f" en {int(years[0])}" if len(years) == 1 else ""

    @property
    def least(self) -> str:
        """« ≥ » where points that nobody has located may bring people nearer."""
        return "" if self.unlocated == 0 else "≥\u00a0"

    def key_figures(self) -> list[KeyFigure]:
        """Return the numbers to see first."""
        made = self.made
        communes, count = len(made.communes), len(made.places.located)
        return [
            KeyFigure(
                format_number(communes),
                f"{plural(communes, 'commune')} et {self.areas} {plural(self.areas, 'intercommunalité')}",
            ),
            KeyFigure(
                format_number(made.population),
                f"habitants{self.year()}, {format_rate(made.share, 1)} du département",
            ),
            KeyFigure(
                format_number(made.per_house, 0) if made.per_house else "–",
                f"habitants par MDS ouverte ({self._houses()})",
            ),
            KeyFigure(
                _rate(made.near_houses),
                f"des habitants à {LIMIT:g}\u00a0km au plus d’une MDS ouverte",
            ),
            KeyFigure(
                f"{self.least}{_rate(made.near_points)}" if made.near_points else _rate(None),
                f"des habitants à {LIMIT:g}\u00a0km au plus d’un point situé",
            ),
            KeyFigure(
                format_number(count),
                plural(count, "point d’accueil situé", "points d’accueil situés")
                + self._of_announced(),
            ),
        ]

    def _houses(self) -> str:
        made = self.made
        if not made.houses:
            return "aucune MDS"
        return f"{made.open_houses or 'aucune'}\u00a0sur\u00a0{made.houses}"

    def _of_announced(self) -> str:
        if self.announced is None:
            return ""
        return f" ({self.announced} annoncés en tout)"

    def challenges_heading(self) -> str:
        """Return how many défis the territory has."""
        count = len(self.made.challenges)
        return f"{count or 'Les'} {plural(count or 2, 'défi')} du territoire {self.label}"

    def sheets(self) -> str:
        """Return what the number of action sheets counts, and where it is not counted."""
        count = self.made.action_sheets
        which = plural(count or 0, "fiche action propre", "fiches actions propres")
        counted = plural(count or 0, "non comptée", "non comptées")
        return f"{which} au territoire, {counted} parmi les actions des sections du schéma"

    def places_heading(self) -> str:
        """Return how many places are located here."""
        count = len(self.made.places.located)
        if not count:
            return "Aucun lieu d’accueil situé"
        return f"{count} {plural(count, 'lieu d’accueil situé', 'lieux d’accueil situés')}"

    def groups(self) -> list[tuple[symbols.Symbol, str, str]]:
        """Return the places of one look: symbol, date when they share it, else with each name."""
        found = []
        for symbol, rows in self._looks():
            dates = [at(text) for text in rows["as_of"].astype(str)]
            one = len(set(dates)) == 1
            names = _where(rows, [] if one else dates)
            found.append((symbol, dates[0] if one else "", ", ".join(names)))
        return found

    def counts(self) -> list[tuple[symbols.Symbol, str]]:
        """Return how many places have each look, and the year or the years of their states."""
        found = []
        for symbol, rows in self._looks():
            years = sorted({text[:4] for text in rows["as_of"].astype(str)})
            when = f"en {years[0]}" if len(years) == 1 else f"de {years[0]} à {years[-1]}"
            found.append((symbol, f"{len(rows)}, {plural(len(rows), 'état')} {when}"))
        return found

    def _looks(self) -> list[tuple[symbols.Symbol, pd.DataFrame]]:
        places = self.made.places.located.sort_values(["commune", "place_id"], kind="stable")
        kinds, states = places["kind"].astype(str), places["state"].astype(str)
        return [
            (symbol, places[(kinds == symbol.kind) & (states == symbol.state)])
            for symbol in symbols.symbols_of(places)
        ]

    def places_remarks(self, outside: int) -> list[str]:
        """Return what limits the list of places."""
        lines = []
        if self.announced is not None:
            lines.append(
                f"Les {self.announced} points d’accueil annoncés ne sont pas répartis par territoire."
            )
        if outside:
            lines.append("En gris : hors du territoire, le plus proche d’une de ses communes.")
        return lines

    def table(self) -> pd.DataFrame:
        """Return every text of the page as rows."""
        rows = [("Chiffre clé", figure.label, figure.value) for figure in self.key_figures()]
        for row in self.made.challenges.itertuples():
            printed = row.number_printed
            number = "sans numéro imprimé" if pd.isna(printed) else f"imprimé {quote(printed)}"
            rows.append((f"Défi {row.rank}", str(row.label), number))
        sheets = self.made.action_sheets
        rows.append(
            ("Fiches actions", self.sheets(), "non imprimé" if sheets is None else str(sheets))
        )
        states = all_tables()["places"].field("state").labels
        for row in self.made.places.located.itertuples():
            when = f"{states[str(row.state)]}, {at(str(row.as_of))}"
            rows.append(("Lieu d’accueil", f"{row.name}, commune de {row.commune}", when))
        return pd.DataFrame(rows, columns=["Rubrique", "Libellé", "Valeur"])

    def alt(self, epci: pd.DataFrame) -> str:
        """Return what the page shows, in words."""
        made, inferred = self.made, " (inféré)" if strength(epci) else ""
        shown = made.places.located
        places = f", {states_of(shown)}" if len(shown) else ""
        parts = [
            f"Carte et texte. {self.called}{inferred} : {len(made.communes)} "
            f"{plural(len(made.communes), 'commune')}, {self.areas} EPCI ({listed(epci['name'])}), "
            f"{format_number(made.population)} habitants{self.year()}, {format_rate(made.share, 1)} du département",
            f"Lieux d’accueil situés : {len(shown)}{places}",
            f"Habitants à {LIMIT:g}\u00a0km au plus d’une MDS ouverte : {_rate(made.near_houses)} ; "
            f"d’un point d’accueil situé : {self.least}{_rate(made.near_points)}",
            f"Défis : {' ; '.join(made.challenges['label']) or 'aucun imprimé'}",
            f"Fiches actions : {'nombre non imprimé' if made.action_sheets is None else made.action_sheets}",
        ]
        return sentences(parts) + "."

    def reading(self) -> str:
        """Return the share of the title, worked out."""
        made, near = self.made, self.made.near_houses
        if near is None:
            return ""
        people = format_number(near.population)
        return (
            f"{people} des {format_number(made.population)} habitants, soit {_rate(near)}, vivent dans une commune dont le "
            f"centre est à {LIMIT:g}\u00a0km au plus d’une MDS ouverte."
        )

    def note(self, epci: pd.DataFrame, events: pd.DataFrame) -> str:
        """Return what is inferred, how things are measured, and when they are known."""
        made, shown = self.made, self.made.places.located
        notes = [strength(epci)]
        for row in made.challenges.itertuples():
            if pd.notna(row.number_printed) and str(row.number_printed) != str(row.rank):
                notes.append(
                    f"le défi de rang {row.rank} est imprimé avec le numéro {row.number_printed}"
                )
        notes.append("distances à vol d’oiseau, du centre de la commune")
        if self.least:
            notes[-1] += (
                " ; d’autres points existent, que rien ne situe : la part proche d’un point situé "
                "est un minimum"
            )
        if made.unknown:
            notes.append(f"population inconnue, non comptée : {told(made.unknown)}")
        notes += self._place_notes()
        notes += event_notes(shown, events) if len(shown) else []
        return sentences(notes)

    def _place_notes(self) -> list[str]:
        """Return what is inferred of the places, and how precisely they are drawn."""
        shown, lost = self.made.places.located, self.made.places.lost
        notes = []
        guessed = int((shown["in_announced_total"].astype(str) == "inferred").sum())
        if guessed and self.announced is not None:
            notes.append(f"compter ces lieux parmi les {self.announced} annoncés est inféré")
        centre = int((shown["point_from"].astype(str) == "commune").sum())
        if centre:
            one, many = "lieu est dessiné au centre de sa", "lieux sont dessinés au centre de leur"
            notes.append(f"{centre} {plural(centre, one, many)} commune")
        if shown.duplicated(["x", "y"]).any():
            notes.append("ceux d’un même point sont écartés pour se voir")
        if len(lost):
            notes.append(
                f"non {plural(len(lost), 'dessiné', 'dessinés')}, faute de point : {told(list(lost['name']))}"
            )
        return notes

    def scope(self) -> str:
        """Return what is covered."""
        count = len(self.made.communes)
        return (
            f"{count} {plural(count, 'commune')} du territoire {self.label} ; lieux d’accueil publiés, "
            "hors France services."
        )


def _rate(near: Near | None) -> str:
    return "–" if near is None else format_rate(near.share, 0)


def _where(rows: pd.DataFrame, dates: list[str]) -> list[str]:
    """Return the communes of places, each with its address and its date as far as they are told."""
    where = []
    for rank, row in enumerate(rows.itertuples()):
        more = [] if pd.isna(row.address) else [str(row.address)]
        more += dates[rank : rank + 1]
        where.append(f"{row.commune} ({', '.join(more)})" if more else str(row.commune))
    counts = pd.Series(where, dtype=object).value_counts()
    return [w if counts[w] == 1 else f"{w} × {counts[w]}" for w in dict.fromkeys(where)]


def strength(epci: pd.DataFrame) -> str:
    """Return how surely each EPCI is of the territory, by its name."""
    said = epci["territory_confidence"].astype(object)
    labels = all_tables()["epci"].field("territory_confidence").labels
    levels = [
        f"{labels[level].lower()} pour {listed(epci.loc[said == level, 'name'])}"
        for level in labels
        if level != "stated" and (said == level).any()
    ]
    if said.isna().any():
        levels.append(f"aucune pour {listed(epci.loc[said.isna(), 'name'])}")
    if not levels:
        return ""
    return f"territoire inféré de ses intercommunalités (EPCI) : aucune source ne l’imprime ; solidité {', '.join(levels)}"
