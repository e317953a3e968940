"""Prose written from data: Markdown in French typography, where what tables hold stays text."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from solidata.french import typography
from solidata.problems import NoDataError

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def plain(value: object) -> str:
    """Return a cell as Markdown that shows it as it is: no sign of it is markup or a formula.

    Examples
    --------
    >>> plain("Aide *sociale* <b>")
    'Aide \\\\*sociale\\\\* \\\\<b\\\\>'
    """
    return _SIGNS.sub(r"\\\1", str(value))


class Text:
    """Paragraphs of Markdown that a notebook shows as prose.

    Parameters
    ----------
    *paragraphs : str
        Each is put in French typography; an empty one is left out. What comes from a table goes
        through :func:`plain` first. One that starts with ``- `` is an item of a list.

    Examples
    --------
    >>> print(Text("Sur **159** actions :", "", "- une.", "- deux."))
    Sur **159** actions\xa0:
    <BLANKLINE>
    - une.
    - deux.
    """

    def __init__(self, *paragraphs: str) -> None:
        self.paragraphs = tuple(_set(p) for p in paragraphs if p.strip())

    @property
    def markdown(self) -> str:
        """The paragraphs as one Markdown text; the items of a list stand together."""
        return "".join(_joined(self.paragraphs))

    def __str__(self) -> str:
        """Return the Markdown."""
        return self.markdown

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        """Compare what is written."""
        return isinstance(other, Text) and self.paragraphs == other.paragraphs

    def __hash__(self) -> int:
        """Return the hash of what is written."""
        return hash(self.paragraphs)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Return the Markdown that a notebook renders, and compares."""
        return {"text/markdown": self.markdown, "text/plain": self.markdown}


_ITEM = "- "


_CODE = re.compile(r"(`[^`]*`)")


def _set(paragraph: str) -> str:
    """Return a paragraph in French typography; code, and the mark of an item, stay as they are."""
    mark, text = re.fullmatch(r"((?:- |> )?)(.*)", paragraph.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    codes = _CODE.findall(text)
    # A letter holds the place of each code, so that what stands beside it is set as beside a word.
    pieces = typography(_CODE.sub(_PLACE, text)).split(_PLACE)
    return mark + "".join(p + c for p, c in zip(pieces, [*codes, ""], strict=True))


_PLACE = "\ue000"


def _joined(paragraphs: Iterable[str]) -> Iterable[str]:
    before = None
    for paragraph in paragraphs:
        if before is not None:
            together = before.startswith(_ITEM) and paragraph.startswith(_ITEM)
            yield "\n" if together else "\n\n"
        yield paragraph
        before = paragraph


_P = ParamSpec("_P")
_R = TypeVar("_R")


def or_why(answer: Callable[_P, _R]) -> Callable[_P, _R | Text]:
    """Return a function that says why where the tables hold nothing: a notebook goes on.

    Examples
    --------
    >>> @or_why
    ... def ask() -> Text:
    ...     raise NoDataError("Aucun bilan.")
    >>> print(ask())
    > Aucun bilan.
    """

    @functools.wraps(answer)
    def answered(*args: _P.args, **kwargs: _P.kwargs) -> _R | Text:
        try:
            return answer(*args, **kwargs)
        except NoDataError as error:
            return Text(f"> {plain(error)}")

    return answered
