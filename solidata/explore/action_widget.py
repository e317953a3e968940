"""The explorer of the actions: filters, counts, table, trace and export that say the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from solidata.analysis.columns import require
from solidata.explore import action_table, action_words, export, trace
from solidata.explore.actions import NO, YES, Tables, described, offered
from solidata.explore.facets import Facets
from solidata.explore.filters import Filters
from solidata.explore.live import Live, OwnKeys
from solidata.explore.secret import Secret
from solidata.explore.words import escape
from solidata.figures.fingerprint import digest
from solidata.french import format_number, plural, quote, typography
from solidata.problems import RefusedError
from solidata.tables import Registers

TITLE = "Les actions, une à une"
MASKED = ("section", "status")
"""The filters where small counts are hidden: others would tell more than the masked table."""


def action_explorer(
    actions: pd.DataFrame,
    action_statuses: pd.DataFrame,
    sections: pd.DataFrame,
    mentions: pd.DataFrame,
    flagships: pd.DataFrame,
    territories: pd.DataFrame,
    registers: Registers,
    year: int,
    threshold: int = 0,
    title: str = TITLE,
) -> ActionExplorer:
    """Return an explorer of the actions for a notebook: filter, read, trace, take away.

    Parameters
    ----------
    actions, action_statuses, sections, mentions, flagships, territories : pandas.DataFrame
        The tables of these names.
    registers : Registers
        As :func:`solidata.load_registers` returns them.
    year : int
        The year of the statuses and of the flagships.
    threshold : int, default 0
        The smallest count that may be shown; 0 shows all. Actions are no persons: leave it so,
        except for tables of your own whose rows tell of somebody (files, households). Counts by
        section and status are then masked once (:mod:`solidata.analysis.secrecy`), the other
        filters are left out, and rows are neither listed nor taken away, since they would be
        counted: the masked table is. ``shown`` still returns them, to you.
    title : str

    Returns
    -------
    ActionExplorer
        A widget. A filter where nothing is checked lets everything pass.

    Raises
    ------
    NoDataError
        When nothing is known of `year`.
    ValueError
        When a column is missing, a key is there twice, or a section, a territory, a status or a
        source is unknown.

    Examples
    --------
    >>> import solidata
    >>> names = ("actions", "action_statuses", "sections", "mentions", "flagships", "territories")
    >>> explorer = action_explorer(*(solidata.load(n) for n in names),
    ...                            solidata.load_registers(), 2025)
    >>> explorer.select(section="Autonomie", status="en_cours")
    >>> explorer.count.text, list(explorer.shown["status_label"].unique())
    ('2 actions montrées sur 168', ['En cours'])
    """
    tables = Tables(actions, action_statuses, sections, mentions, flagships, territories)
    return ActionExplorer(tables, registers, year, threshold, title)


class ActionExplorer(widgets.VBox):
    """What :func:`action_explorer` returns: the filters, the counts, the table and the trace.

    Attributes
    ----------
    actions : pandas.DataFrame
        Every action, as :func:`solidata.explore.actions.described` tells them.
    filters : Filters
        The boxes of ``section``, ``status``, ``territory`` and ``flagship``, and the search.
    count : Live
        How many actions are shown.
    statuses : ipywidgets.HTML
        How many of these have each status.
    table : itables.widget.ITable
        The selection; a row can be chosen in it.
    trace : ipywidgets.HTML
        Where the chosen row comes from.
    links : ipywidgets.HTML
        The selection to take away.
    masked : ipywidgets.HTML
        In place of the last three where small counts are hidden.
    """

    def __init__(
        self, tables: Tables, registers: Registers, year: int, threshold: int, title: str
    ) -> None:
        require(registers.sources, "sources", ["source_id", "title", "publisher", "published"])
        self.actions = described(tables, year)
        self.year, self.threshold, self.title = year, threshold, typography(title)
        self._tables, self._registers = tables, registers
        self._secret = None
        if threshold:
            self._secret = Secret(self.actions["section_id"], self.actions["status"], threshold)
        self._values = offered(self.actions, tables, year)
        by_key = self.actions.assign(section=self.actions["section_id"])
        self.facets = Facets(by_key, self._values, action_words.HEADINGS)
        self.count, self.statuses = Live(), widgets.HTML()
        self.links, self.trace, self.masked = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.links.add_class("solidata-export")
        only = MASKED if self._secret else None
        self.filters = Filters(self.facets, self._refresh, [self.links], only)
        self._listed = self.actions.iloc[:0] if self._secret else self.actions
        self.table = action_table.table(self._listed)
        self.table.observe(self._on_choice, "selected_rows")
        rows = widgets.VBox([self.table, OwnKeys()])
        read = [self.masked] if self._secret else [rows, self.trace]
        head = f"{action_words.stylesheet()}<h2>{escape(self.title)} – {year}</h2>"
        # A note that counts would tell what is masked.
        counted = self.actions.iloc[:0] if self._secret else self.actions
        note = action_words.notes(counted, self.actions, tables, registers, year)
        super().__init__([
            widgets.HTML(head), self.count, self.filters, self.statuses, *read, widgets.HTML(note),
        ])  # fmt: skip
        self.add_class("solidata-actions")
        self._refresh()

    @property
    def shown(self) -> pd.DataFrame:
        """The rows of ``actions`` that pass the filters."""
        return self.actions[self.facets.kept(self.filters.chosen, self.filters.text.value)]

    def select(
        self,
        section: Iterable[str] | str | None = None,
        status: Iterable[str] | str | None = None,
        territory: Iterable[str] | str | None = None,
        flagship: bool | None = None,
        text: str | None = None,
    ) -> None:
        """Check these values and no other; a filter left out stays as it is.

        Parameters
        ----------
        section, status, territory : str or iterable of str, optional
            Values or French labels; an empty list lets everything pass.
        flagship : bool, optional
        text : str, optional
            Words that must all be there, whatever their accents and capitals.

        Raises
        ------
        ValueError
            When there is no such value, or the filter is left out because small counts are hidden.
        """
        said = (YES if flagship else NO) if isinstance(flagship, bool) else flagship
        asked = {"section": section, "status": status, "territory": territory, "flagship": said}
        wanted = {n: self.facets.find(n, v) for n, v in asked.items() if v is not None}
        if self._secret and (
            out := [*(n for n in wanted if n not in MASKED), *(["text"] * bool(text))]
        ):
            name = action_words.HEADINGS.get(out[0], "Chercher")
            raise RefusedError(
                f"{name} : ce filtre est retiré quand de petits effectifs sont masqués."
            )
        self.filters.set(wanted, text)

    def show_all(self) -> None:
        """Take every filter off."""
        self.filters.every.click()

    def choose(self, action_id: str) -> None:
        """Choose a row of the selection, and show where it comes from.

        Raises
        ------
        ValueError
            When the action is not among those listed.
        """
        listed = list(self._listed["action_id"])
        if action_id not in listed:
            raise RefusedError(f"{quote(action_id)} n’est pas parmi les actions montrées.")
        self.table.selected_rows = [listed.index(action_id)]

    def save(self, path: str | Path) -> Path:
        """Write the selection there, and nowhere else: ``.csv``, or ``.xlsx`` with its sources.

        Where small counts are hidden, what is written is the masked table.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ValueError
            When the suffix is another.
        """
        return export.save(path, self._sheets())

    def fingerprint(self) -> str:
        """Return two lines that change with the data of the explorer, and with nothing else."""
        rows = self.actions.drop(columns="sought")
        known = sorted({*rows["source_id"], *rows["status_source"]} - {""})
        n = len(rows)
        told = self.count.text.rpartition(" ")[2] if self._secret else format_number(n)
        return (
            f"{self.title} – {self.year}\n{told} {plural(n, 'action')} ; "
            f"{', '.join(known)} ; empreinte {digest(rows)}"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and its fingerprint where widgets cannot live."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**(bundle or {}), "text/plain": self.fingerprint()}

    def _refresh(self) -> None:
        """Make everything follow the filters; how many are shown is said last."""
        chosen = self.filters.chosen
        if self._secret:
            self._refresh_masked(self._secret, chosen)
            return
        followed = self._followed()
        shown = self._listed = self.shown
        self.filters.tell(self.facets.counts(chosen, self.filters.text.value))
        counts = {s: int((shown["status"] == s).sum()) for s in self._values["status"]}
        self.statuses.value = action_words.by_status(counts, self._values["status"], len(shown))
        listed = list(shown["action_id"])
        action_table.renew(
            self.table, shown, [listed.index(followed)] if followed in listed else []
        )
        self._on_choice()
        self._offer()
        self.count.text = action_words.shown_of(len(shown), len(self.actions))

    def _refresh_masked(self, secret: Secret, chosen: dict[str, list[str]]) -> None:
        """Tell the counts that may be told."""
        every = {name: list(self._values[name]) for name in MASKED}
        asked = {name: chosen[name] or every[name] for name in MASKED}
        self.filters.tell({
            "section": {v: secret.count([v], asked["status"]) for v in every["section"]},
            "status": {v: secret.count(asked["section"], [v]) for v in every["status"]},
        })  # fmt: skip
        n = secret.count(asked["section"], asked["status"])
        self.count.text = action_words.shown_of(n, secret.count(every["section"], every["status"]))
        counts = {s: secret.count(asked["section"], [s]) for s in asked["status"]}
        self.statuses.value = action_words.by_status(counts, self._values["status"], n)
        self.masked.value = action_words.masked_table(self._masked_counts(secret), self.threshold)
        self._offer()

    def _offer(self) -> None:
        """Renew what the page gives to take away."""
        sheets, stem = self._sheets(), f"actions-{self.year}"
        first = next(iter(sheets.values()))
        self.links.value = export.link(
            f"{stem}.csv", export.csv(first), "Enregistrer en CSV"
        ) + export.link(f"{stem}.xlsx", export.xlsx(sheets), "Enregistrer en XLSX")

    def _masked_counts(self, secret: Secret) -> pd.DataFrame:
        return action_table.masked(secret, self._values, self.filters.chosen)

    def _sheets(self) -> dict[str, pd.DataFrame]:
        """Return what is taken away: the selection, and the documents that print it."""
        rows = self.actions if self._secret else self.shown
        sources = {"Sources": action_table.cited(rows, self._registers.sources)}
        if self._secret:
            return {"Effectifs": self._masked_counts(self._secret), **sources}
        return {"Actions": action_table.taken(rows), **sources}

    def _followed(self) -> str | None:
        """Return the action whose row is chosen."""
        at = [i for i in self.table.selected_rows if i < len(self._listed)]
        return str(self._listed["action_id"].iloc[at[0]]) if at else None

    def _on_choice(self, *_: object) -> None:
        followed = self._followed()
        if followed is None:
            self.trace.value = action_words.AT_REST
            return
        rows = self._listed[self._listed["action_id"] == followed]
        action = next(rows.itertuples(index=False))
        titles = self._registers.sources.set_index("source_id")["title"].to_dict()
        lines = trace.lines(action, self._tables, titles, self.year)
        against = trace.against(action, self._registers)
        self.trace.value = action_words.card(action, self.year, lines, against)
