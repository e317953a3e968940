"""Write a figure, its data and its metadata together, or nothing; the same bytes every time."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from solidata import home
from solidata.figures import theme
from solidata.figures.checks import defects
from solidata.figures.defects import DefectError
from solidata.figures.fingerprint import digest
from solidata.figures.page import MM_PER_INCH, Page
from solidata.french import quote
from solidata.problems import RefusedError

if TYPE_CHECKING:
    from solidata.figures.frame import Figure

FORMATS = ("png", "svg", "pdf")
DPI, SCREEN_DPI = 300, 96
_COLOURS = 128


def _png(page: Page, figure: Figure) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Software": None, "Title": figure.title, "Author": figure.registers.plan.author,
                "Description": figure.alt, "Source": figure.source}  # fmt: skip
    page.figure.savefig(buffer, format="png", dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def _pdf(page: Page, figure: Figure) -> bytes:
    buffer = io.BytesIO()
    metadata = {"CreationDate": None, "Creator": None, "Producer": None, "Title": figure.title,
                "Author": figure.registers.plan.author, "Subject": figure.alt,
                "Keywords": figure.source}  # fmt: skip
    page.figure.savefig(buffer, format="pdf", metadata=metadata)
    return buffer.getvalue()


def _svg(page: Page, figure: Figure, stem: str) -> bytes:
    """Return the SVG with what a screen reader needs: a role, a language, a title, a description.

    Its ids and its style are its own: several figures may stand in one web page.
    """
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Title": figure.title, "Description": figure.alt,
                "Language": "fr", "Source": figure.source}  # fmt: skip
    page.figure.savefig(buffer, format="svg", metadata=metadata)
    text = re.sub(r"\s*<title>.*?</title>", "", buffer.getvalue(), count=1, flags=re.DOTALL)
    opening = re.search(r"<svg\b[^>]*>", text)
    assert opening is not None
    name = re.sub(r"[^\w-]+", "-", stem)
    name = name if name[:1].isalpha() else f"figure-{name}"  # a style sheet wants a letter first
    body = _own_ids(text[opening.end() :], name)
    described = (
        f'{opening[0][:-1]} id="{name}" role="img" lang="fr" aria-labelledby="{name}-t" aria-describedby="{name}-d">\n'
        f'<title id="{name}-t">{html.escape(figure.title)}</title>\n'
        f'<desc id="{name}-d">{html.escape(figure.alt)}</desc>'
    )
    return (text[: opening.start()] + described + body).encode()


def inline_svg(figure: Figure) -> str:
    """Return the bare figure as an SVG to stand in a web page that says the rest and has the typeface.

    Its texts are texts, to select and to search; what the page says of the figure is left out.

    Raises
    ------
    DefectError
        With every defect, when there is one.
    """
    page = figure.render("page", dressed=False)
    if found := defects(figure, page, dressed=False):
        raise DefectError(figure.name, found)
    with theme.applied(), mpl.rc_context({"svg.fonttype": "none"}):
        text = _svg(page, figure, figure.name).decode()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    # A hundredth of a point is far below what a screen or a printer shows.
    return re.sub(r"(\d+\.\d\d)\d+", r"\1", text)


_IDS = re.compile(r'((?:\bid=|xlink:href=)"#?|url\(#)')


def _own_ids(body: str, name: str) -> str:
    """Return the inside of an SVG whose ids start with `name`, and whose style stays inside.

    matplotlib calls the parts of every figure alike (``axes_1``, ``patch_2``).
    """
    scoped = body.replace('<style type="text/css">*{', f'<style type="text/css">#{name} *{{', 1)
    return _IDS.sub(rf"\g<1>{name}-", scoped)


def _write(suffix: str, page: Page, figure: Figure, stem: str) -> bytes:
    match suffix:
        case "png":
            return _png(page, figure)
        case "pdf":
            return _pdf(page, figure)
        case _:
            return _svg(page, figure, stem)


def as_csv(figure: Figure) -> bytes:
    """Return the plotted numbers as a French spreadsheet opens them."""
    text = figure.table().to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _json(figure: Figure, page: Page, preset: str, files: list[str]) -> bytes:
    sources, plan = figure.registers.sources.set_index("source_id"), figure.registers.plan
    used = [s for cell in figure.data["source_id"].astype(str) for s in cell.split()]
    described: dict[str, Any] = {
        "plan": plan.title,
        "département": f"{plan.department} ({plan.department_code})" if plan.department else None,
        "auteur": plan.author,
        "nom": figure.name,
        "titre": figure.title,
        "unité": figure.unit,
        "lecture": figure.reading,
        "note": figure.note,
        "champ": figure.scope,
        "source": figure.source,
        "texte_de_remplacement": figure.alt,
        "format": preset,
        "largeur_mm": round(page.width, 2),
        "hauteur_mm": round(page.height, 2),
        "sources": [
            {
                "source_id": s,
                "titre": sources.loc[s, "title"],
                "licence": _none(sources.loc[s, "licence"]),
            }
            for s in dict.fromkeys(used)
        ],
        "lignes": sorted({a for cell in figure.data["address"].astype(str) for a in cell.split()}),
        "empreinte": digest(figure.data),
        "fichiers": files,
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _none(value: object) -> object:
    return None if value != value else value  # NaN is not itself


def _named(stem: str | Path) -> bool:
    """Whether a path without suffix names files, and not a folder only."""
    return bool(Path(stem).name) and not str(stem).endswith(("/", "\\"))


def save(
    figure: Figure, stem: str | Path, preset: str, formats: tuple[str, ...], dressed: bool
) -> list[Path]:
    """Write the files of a figure; see :meth:`solidata.figures.frame.Figure.save`."""
    if not _named(stem):
        raise RefusedError(f"{quote(stem)} : il manque le nom des fichiers après le dossier.")
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise RefusedError(f"format {quote(unknown[0])} inconnu ; au choix : {', '.join(FORMATS)}")
    stem = Path(stem)
    if preset == "web":
        stem = stem.with_name(f"{stem.name}-web")
    page = figure.render(preset, dressed)
    if found := defects(figure, page, dressed):
        raise DefectError(f"{figure.name} ({preset})", found)
    with theme.applied():
        contents = {f: _write(f, page, figure, stem.name) for f in dict.fromkeys(formats)}
    contents["csv"] = as_csv(figure)
    names = [f"{stem.name}.{suffix}" for suffix in contents]
    contents["json"] = _json(figure, page, preset, names)
    return home.write_all(
        {stem.with_name(f"{stem.name}.{suffix}"): data for suffix, data in contents.items()}
    )


def _screen(page: Page) -> bytes:
    """Return a PNG for the screen: twice the pixels shown, few colours, so that a notebook stays small."""
    from PIL import Image

    canvas = page.figure.canvas
    page.figure.set_dpi(2 * SCREEN_DPI)
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    # Half the time of the finest palette and of the tightest file, for as many bytes.
    image = drawn.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="png")
    return small.getvalue()


def show(figure: Figure) -> None:
    """Display a figure in a notebook: a crisp image with its alt text, and its fingerprint."""
    from IPython.display import display

    page = figure.render("page")
    with theme.applied():
        image = base64.b64encode(_screen(page)).decode()
    alt = html.escape(figure.alt, quote=True)
    pixels = round(page.width / MM_PER_INCH * SCREEN_DPI)
    # A reader has the title above; what holds the figure to its data stands small below.
    told = f"{figure.fingerprint()} ; {page.drawn() or 'tableau'}"
    below = html.escape(told.partition("\n")[2])
    shown = (
        f'<img alt="{alt}" width="{pixels}" src="data:image/png;base64,{image}">'
        f'<div style="font-size:.8em;opacity:.65;margin:.2em 0 1em">{below}</div>'
    )
    display({"text/html": shown, "text/plain": f"{figure.alt}\n{told}"}, raw=True)
