"""Render the dossier: one page without script, where nothing comes from elsewhere."""

from __future__ import annotations

import base64
import functools
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from solidata.figures import export, theme
from solidata.figures.frame import Figure
from solidata.french import typography
from solidata.problems import NoDataError
from solidata.report.chapters import CHAPTERS, Chapter, Part
from solidata.study import Sheet, Text
from solidata.study.several import Several

if TYPE_CHECKING:
    from solidata.report.chapters import Item
    from solidata.study import Study

Step = Callable[[str], None]


def _silent(_: str) -> None:
    """Tell nothing."""


def render(study: Study, step: Step = _silent, chapters: Iterable[Chapter] = CHAPTERS) -> str:
    """Return the dossier of a year as one HTML page.

    Parameters
    ----------
    study : Study
        As :func:`solidata.load_study` opens it.
    step : callable, optional
        Told what is being made, once for each of :func:`steps`.
    chapters : iterable of Chapter
        Those to show; by default all of them.

    Returns
    -------
    str
        A page without script that asks nothing of the network: figures are SVG in the page,
        typefaces and data are within it; the same bytes from the same tables.

    Raises
    ------
    DefectError
        When a figure cannot be printed as it is.

    Examples
    --------
    >>> import solidata
    >>> render(solidata.load_study(2025), chapters=CHAPTERS[:1])[:15]
    '<!doctype html>'
    """
    made = [_chapter(study, chapter, step) for chapter in chapters]
    environment = Environment(
        loader=PackageLoader("solidata.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    style = environment.loader.get_source(environment, "page.css")[0]  # type: ignore[union-attr]
    return template.render(
        plan=study.registers.plan,
        year=study.year,
        described=_markdown(Text(*study.describe().paragraphs[1:])),
        chapters=made,
        style=Markup(_faces() + style),
    )


def steps() -> int:
    """Return how many items the dossier has."""
    return sum(len(part.items) for chapter in CHAPTERS for part in chapter.parts)


def _chapter(study: Study, chapter: Chapter, step: Step) -> dict[str, Any]:
    parts = [
        _part(study, part, f"{chapter.id}-{_slug(part.title)}", step) for part in chapter.parts
    ]
    return {"id": chapter.id, "title": typography(chapter.title), "parts": parts}


def _part(study: Study, part: Part, name: str, step: Step) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    for number, item in enumerate(part.items, start=1):
        step(item if isinstance(item, str) else part.title)
        blocks += _blocks(_answer(study, item), f"{name}-{number}")
    return {
        "id": name,
        "title": typography(part.title),
        "lead": typography(part.lead),
        "folded": part.folded,
        "blocks": blocks,
    }


def _answer(study: Study, item: Item) -> Any:
    if isinstance(item, str):
        return study.show(item)
    try:
        return item(study)
    except NoDataError as error:
        return Text(f"> {error}")


def _blocks(answer: Any, name: str) -> list[dict[str, Any]]:
    """Return what the template takes of an answer: prose, tables, figures."""
    if isinstance(answer, Several):
        return [block for figure in answer for block in _blocks(figure, figure.name)]
    if isinstance(answer, Figure):
        return [_figure(answer)]
    if isinstance(answer, Sheet):
        return [_table(answer, name)]
    return [{"kind": "prose", "html": _markdown(answer)}]


def _table(sheet: Sheet, name: str) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": sheet.caption,
        "html": Markup(sheet.html()),
        "file": f"{name}.csv",
        "csv": _data(sheet.csv()),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    notes = [
        (label, text)
        for label, text in (("Lecture", figure.reading), ("Note", figure.note),
                            ("Champ", figure.scope), ("Source", figure.source))
        if text
    ]  # fmt: skip
    return {
        "kind": "figure",
        "id": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "svg": Markup(export.inline_svg(figure)),
        "notes": notes,
        "table": Markup(Sheet(figure.table(), caption=figure.title).html()),
        "file": f"{figure.name}.csv",
        "csv": _data(export.as_csv(figure)),
    }


def _data(csv: bytes) -> Markup:
    return Markup("data:text/csv;charset=utf-8;base64,") + base64.b64encode(csv).decode()


@functools.cache
def _reader() -> MarkdownIt:
    """Return the reader of the Markdown that :class:`Text` writes; HTML in it stays text."""
    return MarkdownIt("commonmark", {"html": False})


def _markdown(text: Text) -> Markup:
    return Markup(_reader().render(text.markdown))


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@functools.cache
def _faces() -> str:
    """Return the style that carries the typefaces of the figures within the page."""
    faces = []
    for family, stem in ((theme.FONT, "Inter"), (theme.TABULAR, "InterTab")):
        for weight, name in ((400, "Regular"), (600, "SemiBold"), (700, "Bold")):
            font = base64.b64encode((theme.FONTS / f"{stem}-{name}.ttf").read_bytes()).decode()
            faces.append(
                f"@font-face{{font-family:'{family}';font-weight:{weight};font-display:block;"
                f"src:url(data:font/ttf;base64,{font}) format('truetype')}}"
            )
    return "\n".join(faces) + "\n"


__all__ = ["render", "steps"]
