"""A figure and everything it says of itself: title, unit, reading, note, scope, source, alt text.

The frame lays these out from the real heights of the texts, for any width. Source and note are
derived from the rows that are plotted: they are not for the author to forget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata.figures import theme
from solidata.figures.fingerprint import fingerprint
from solidata.figures.glossary import glossary
from solidata.figures.notes import announced, bound, contradiction_note, sentences, source_line
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width, wrap
from solidata.french import quote, typography
from solidata.problems import RefusedError
from solidata.tables import Registers

if TYPE_CHECKING:
    from pathlib import Path

    from solidata.figures.defects import Defect

_COLON = "\u00a0:"


def _cells(table: pd.DataFrame) -> list[str]:
    return [*map(str, table.columns), *(c for c in table.to_numpy().ravel() if isinstance(c, str))]


@dataclass
class Figure:
    """A figure to show, check, save: what a chart function returns.

    Attributes
    ----------
    name : str
        Stem of its files, and what the command line calls it.
    title : str
        The finding, computed, without a final stop.
    unit : str
        Subtitle: what is counted, in which unit.
    data : pandas.DataFrame
        The plotted rows: ``address`` (``table:key``, several separated by spaces), ``source_id``,
        ``line``, ``printed``, and the plotted columns.
    value : str
        The plotted column of `data`.
    draw : callable
        Draws `data` on a :class:`~solidata.figures.page.Page`.
    height : callable
        Height of the plot area in millimetres for a width in millimetres.
    table : pandas.DataFrame
        The same as a table, with French titles: what a reader without the picture reads.
    alt : str
        What the picture shows, in words: totals, extremes, finding.
    scope : str
        « Champ » : what is covered.
    registers : Registers
    reading : str
        « Lecture » : one example, recomputed.
    note : str
        Added to what the register of contradictions says.
    """

    name: str
    title: str
    unit: str
    data: pd.DataFrame
    value: str
    draw: Callable[[Page], None]
    height: Callable[[float], float]
    table_: pd.DataFrame
    alt: str
    scope: str
    registers: Registers
    reading: str = ""
    note: str = ""
    shares: Iterable[float] = field(default=())
    """Shares printed on the figure that a reader may add up."""
    source: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the source and the note, and put every text in French typography."""
        missing = {"address", "source_id"} - set(self.data.columns)
        if missing:
            raise RefusedError(f"les lignes tracées n’ont pas {', '.join(sorted(missing))}")
        if self.data.empty:
            raise RefusedError(f"{self.name} : aucune donnée à tracer")
        if self.data["address"].isna().any():
            raise RefusedError(f"{self.name} : une ligne tracée n’a pas d’adresse (table:clé)")
        self.source = bound(typography(source_line(self.data, self.registers.sources)))
        shown = [self.title, self.unit, self.reading, self.scope, *_cells(self.table_)]
        derived = contradiction_note(self.data, self.registers.contradictions)
        self.note = sentences([self.note, glossary(*shown), derived])
        self.note += "." if self.note else ""
        self.alt = typography(self.alt)
        for name in ("title", "unit", "scope", "reading", "note"):
            setattr(self, name, bound(typography(getattr(self, name))))
        self.title = announced(self.title)

    # --- layout ----------------------------------------------------------------------

    def _notes(self) -> list[tuple[str, str]]:
        label = "Sources" if " ; " in self.source.replace("\u00a0;", " ;") else "Source"
        every = [
            ("Lecture", self.reading),
            ("Note", self.note),
            ("Champ", self.scope),
            (label, self.source),
        ]
        return [(name, text) for name, text in every if text]

    def render(self, preset: str = "page", dressed: bool = True) -> Page:
        """Return the figure drawn for a preset, titles and notes around it when `dressed`.

        Raises
        ------
        ValueError
            For an unknown preset; the message gives those there are.
        """
        if preset not in theme.PRESETS:
            raise RefusedError(
                f"format {quote(preset)} inconnu ; au choix : {', '.join(theme.PRESETS)}"
            )
        width = theme.PRESETS[preset]
        with theme.applied():
            head, foot = self._head(width), self._foot(width)
            top = sum(
                size * LEADING + after for lines, size, _, _, after in head for _ in lines[:1]
            )
            top = 3.4 + sum(
                len(lines) * size * LEADING + after for lines, size, _, _, after in head
            )
            bottom = 2.6 + sum(len(lines) for _, lines in foot) * NOTE_SIZE * LEADING
            if not dressed:
                top = bottom = MARGIN
            plot = self.height(width)
            page = Page(width, bottom + plot + top, bottom=bottom, top=bottom + plot)
            if dressed:
                self._write(page, head, foot)
            self.draw(page)
        return page

    def _head(self, width: float) -> list[tuple[list[str], float, int, str, float]]:
        room = width - 2 * MARGIN
        title_size = 11.0 if width > NARROW else 9.5
        title = wrap(self.title, room, title_size, 700)
        unit = wrap(self.unit, room, 7.5)
        return [(title, title_size, 700, theme.INK, 0.8), (unit, 7.5, 400, theme.SOFT_INK, 3.0)]

    def _foot(self, width: float) -> list[tuple[str, list[str]]]:
        room = width - 2 * MARGIN
        foot = []
        for label, text in self._notes():
            taken = text_width(label + _COLON, NOTE_SIZE, 600) + NOTE_INDENT
            foot.append((label, wrap(text, room, NOTE_SIZE, first=taken)))
        return foot

    def _write(self, page: Page, head: Any, foot: Any) -> None:
        page.rule(page.height - 1.0, 1.4, theme.RULE)
        y = page.height - 3.4
        for lines, size, weight, colour, after in head:
            for line in lines:
                page.text(MARGIN, y, line, size=size, weight=weight, color=colour, va="top")
                y -= size * LEADING
            y -= after
        page.rule(page.bottom - 0.9)
        y = page.bottom - 2.4
        for label, lines in foot:
            name = label + _COLON
            page.text(MARGIN, y, name, size=NOTE_SIZE, weight=600, color=theme.SOFT_INK, va="top")
            indent = text_width(name, NOTE_SIZE, 600) + NOTE_INDENT
            for number, line in enumerate(lines):
                x = MARGIN + (indent if number == 0 else 0.0)
                page.text(x, y, line, size=NOTE_SIZE, color=theme.SOFT_INK, va="top")
                y -= NOTE_SIZE * LEADING

    # --- what a reader asks of it ------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Return the accessible equivalent: the plotted numbers as a table with French titles."""
        return self.table_.copy()

    def trace(self) -> pd.DataFrame:
        """Return the rows behind the picture and the printed lines they come from.

        Returns
        -------
        pandas.DataFrame
            ``address`` (``table:key``), ``source``, ``line`` (Int64), ``printed`` and the plotted value.
        """
        titles = self.registers.sources.set_index("source_id")["title"]
        columns = [c for c in ("address", "line", "printed", self.value) if c in self.data]
        frame = self.data[columns].copy()
        frame.insert(1, "source", [
            " ; ".join(titles.get(s, s) for s in str(cell).split()) for cell in self.data["source_id"]
        ])  # fmt: skip
        return frame.reset_index(drop=True)

    def fingerprint(self) -> str:
        """Return the text that changes when the plotted data change."""
        return fingerprint(self.title, self.data, self.value)

    def check(self, preset: str = "page", dressed: bool = True) -> list[Defect]:
        """Return the defects of the figure in a preset; an empty list when it can be printed."""
        from solidata.figures import checks

        return checks.defects(self, self.render(preset, dressed), dressed)

    def save(
        self,
        stem: str | Path,
        preset: str = "page",
        formats: str | Iterable[str] = ("png", "svg", "pdf"),
        dressed: bool = True,
    ) -> list[Path]:
        """Write the figure, its data (CSV) and its metadata (JSON) together, or nothing.

        Parameters
        ----------
        stem : str or pathlib.Path
            Path without suffix; the preset ``web`` adds ``-web`` to its name.
        preset : str
            ``colonne`` (82 mm), ``page`` (170), ``paysage`` (257) or ``web`` (200).
        formats : str or iterable of str
            Among ``png`` (300 dpi), ``svg`` and ``pdf``.
        dressed : bool
            With its titles and notes, or bare.

        Returns
        -------
        list of pathlib.Path
            The files written, byte for byte the same from one run to the next.

        Raises
        ------
        DefectError
            With every defect, when there is one; nothing is written.
        ValueError
            For an unknown preset or format, or a folder without a name for the files.
        """
        from solidata.figures import export

        asked = (formats,) if isinstance(formats, str) else tuple(formats)
        return export.save(self, stem, preset, asked, dressed)

    def _ipython_display_(self) -> None:
        """Show the figure once, with its alt text, and print its fingerprint."""
        from solidata.figures import export

        export.show(self)


NOTE_SIZE, NOTE_INDENT = 7.0, 1.3
