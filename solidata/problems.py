"""What is wrong in a file of the user, said so that it can be mended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from solidata.french import plural, quote


@dataclass(frozen=True, order=True)
class Problem:
    """One defect: where it stands, what was read, what was expected."""

    file: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    expected: str = ""

    def __str__(self) -> str:
        """Return the defect as one French sentence."""
        place = self.file
        if self.line is not None:
            place += f", ligne {self.line}"
        if self.column is not None:
            place += f", colonne {quote(self.column)}"
        read = "" if self.value is None else f"{quote(self.value)} lu ; "
        if self.value == "":  # nothing between quotation marks would say nothing
            read = "vide ; "
        return f"{place} : {read}{self.expected}"


class RefusedError(ValueError):
    """What was asked cannot be done; the message says why in French, for whoever asked."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the message, without the code it went through."""
        return str(self).splitlines()


class NoDataError(RefusedError):
    """The tables hold nothing for what was asked, such as a year; what they hold is well formed."""


def _in_order(text: str) -> list[tuple[int, str]]:
    """Return the sorting key of `text` that puts « objet 2 » before « objet 10 »."""
    return [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", text)]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems once each, in the order of the files and of their lines.

    Examples
    --------
    >>> [p.line for p in in_order([Problem("a.csv", 10), Problem("a.csv", 9), Problem("a.csv", 9)])]
    [9, 10]
    """
    return sorted(
        set(problems), key=lambda p: (_in_order(p.file), p.line or 0, p.column or "", p.expected)
    )


class SourceError(RefusedError):
    """Files that cannot be read as they are; carries every problem found, not the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        count = len(self.problems)
        head = f"{count} {plural(count, 'problème')} dans les fichiers sources"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))
