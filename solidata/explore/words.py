"""What an interactive map says, in French, as HTML where everything from a table is escaped."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata.explore import style
from solidata.explore.layers import UNSORTED, labels
from solidata.figures import theme
from solidata.french import (
    MONTHS,
    decapitalised,
    format_date,
    format_number,
    listed,
    plural,
    quote,
    typography,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def escape(value: object) -> str:
    """Return a cell as text of a page: no character of it opens an element or an entity.

    Examples
    --------
    >>> escape("<img src=x onerror=alert(1)>")
    '&lt;img src=x onerror=alert(1)&gt;'
    >>> escape(pd.NA)
    ''
    """
    return "" if pd.isna(value) else html.escape(str(value))  # type: ignore[call-overload]


def when(as_of: object) -> str:
    """Return the date of a state, as precise as published.

    Examples
    --------
    >>> when("2026-03-07").replace("\u00a0", "~"), when("2025-12"), when("2024")
    ('au 7~mars 2026', 'en décembre 2025', 'en 2024')
    """
    text = str(as_of)
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return f"en {MONTHS[int(text[5:]) - 1]} {text[:4]}"
    try:
        return f"au {format_date(date.fromisoformat(text))}"
    except ValueError:
        return f"en {text}"


def short(label: str) -> str:
    """Return the abbreviation that a label spells out, else the label.

    Examples
    --------
    >>> short("Protection maternelle et infantile (PMI)"), short("France services (contexte)")
    ('PMI', 'France services (contexte)')
    """
    found = re.search(r"\(([A-Z]{2,})\)$", label)
    return found[1] if found else label


def where(place: Any) -> str:
    """Return what locates a place and where it is drawn. Plain text."""
    if pd.isna(place.longitude):
        return "non situé : absent de la carte"
    if place.point_from == "coordinates":
        return "situé à ses coordonnées publiées"
    if place.located_to == "address":
        return "adresse publiée sans coordonnées : dessiné au point de la commune"
    return "situé à la commune : dessiné au point de la commune"


COUNTED = {
    "stated": "parmi les points annoncés, dit une source",
    "inferred": "parmi les points annoncés (inféré)",
    "no": "non, montré pour contexte",
}


def _rows(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<dt>{escape(k)}</dt><dd>{escape(typography(v))}</dd>" for k, v in pairs if v)


def place_card(place: Any, sources: dict[str, str]) -> str:
    """Return what is known of a place: a row of :func:`solidata.explore.layers.described`."""
    state = decapitalised(labels("state")[place.state])
    told = [sources.get(s, s) for s in str(place.source_id).split()]
    commune = place.commune if pd.notna(place.commune) else place.insee_code
    return f'<div class="solidata-fiche"><strong>{escape(place.name_)}</strong><dl>' + _rows([
        ("Nature", labels("kind")[place.kind]),
        ("État", f"{state} {when(place.as_of)}"),
        ("Commune", "" if pd.isna(commune) else str(commune)),
        ("Adresse", "non publiée" if pd.isna(place.address) else str(place.address)),
        ("Point", where(place)),
        ("Compté", COUNTED.get(place.in_announced_total, "")),
        ("Source", listed(told)),
    ]) + "</dl></div>"  # fmt: skip


def _territory(label: str | None, confidence: object) -> str:
    if not label:
        return "inconnu"
    return label if confidence == "stated" else f"{label} (inféré)"


def commune_card(commune: Any, epci: str, territory: str | None) -> str:
    """Return what is known of a commune: a row of the table, its EPCI's and territory's names."""
    people = (
        "inconnue"
        if pd.isna(commune.population)
        else f"{format_number(int(commune.population))} habitants en {commune.population_year}"
    )
    return f'<div class="solidata-fiche"><strong>{escape(commune.name_)}</strong><dl>' + _rows([
        ("Population", people),
        ("EPCI", epci),
        ("Territoire", _territory(territory, commune.territory_confidence)),
    ]) + "</dl></div>"  # fmt: skip


def landmarks(rivers: str) -> str:
    """Return what the lines of the map are."""
    lines = {
        "Limite de territoire": (theme.SOFT_INK, 1.4),
        rivers: (theme.WATER, 2.5),
    }
    items = "".join(
        '<li><svg width="20" height="8" aria-hidden="true">'
        f'<path d="M0 4H20" stroke="{colour}" stroke-width="{width}"/></svg>{escape(label)}</li>'
        for label, (colour, width) in lines.items()
        if label
    )
    return f'<h3>Repères</h3><ul class="solidata-reperes">{items}</ul>'


AT_REST = (
    '<div class="solidata-fiche solidata-repos">Survolez un lieu ou une commune. Un clic sur un '
    "lieu, ou Tab puis Entrée, garde sa fiche ouverte.</div>"
)


def count(rows: pd.DataFrame, shown: pd.DataFrame, announced: int | None) -> str:
    """Return how many places are shown, of how many known, of how many announced.

    Examples
    --------
    >>> made = pd.DataFrame({"context": [False, False, True], "longitude": [1.0, 1.0, 1.0]})
    >>> text = count(made, made[:1], 55)
    >>> import re; print(re.sub("<[^>]*>", "", text).replace("\u00a0", "~"))
    1 point d’accueil montré sur 2 situés, 55 annoncés~; 0 lieu de contexte montré sur 1
    """
    drawn = rows[rows["longitude"].notna()]
    ours, seen = int((~drawn["context"]).sum()), shown[shown["longitude"].notna()]
    n = int((~seen["context"]).sum())
    text = (
        f"<strong>{format_number(n)}</strong> {plural(n, 'point')} d’accueil "
        f"{plural(n, 'montré')} sur {format_number(ours)} {plural(ours, 'situé')}"
    )
    if announced is not None:
        text += f", {format_number(announced)} {plural(announced, 'annoncé')}"
    if around := int(drawn["context"].sum()):
        m = int(seen["context"].sum())
        text += (
            f" ; <strong>{format_number(m)}</strong> {plural(m, 'lieu', 'lieux')} de contexte "
            f"{plural(m, 'montré')} sur {format_number(around)}"
        )
    return f'<p class="solidata-compte" role="status">{typography(text)}</p>'


def notes(rows: pd.DataFrame, announced: int | None, source: str, by_inference: bool) -> str:
    """Return what a reader must know not to take the map for more than it is.

    Parameters
    ----------
    rows : pandas.DataFrame
        As :func:`solidata.explore.layers.described` returns them.
    announced : int or None
    source : str
        Who published what is shown.
    by_inference : bool
        Whether the territory of some commune is inferred.
    """
    ours = rows[~rows["context"]]
    drawn = int(ours["longitude"].notna().sum())
    told = []
    if by_inference:
        told.append("le territoire des communes est inféré : aucune source ne l’imprime")
    if (
        inferred := int((ours["in_announced_total"] == "inferred").sum())
    ) and announced is not None:
        told.append(
            f"que {format_number(inferred)} {plural(inferred, 'lieu soit', 'lieux soient')} "
            f"parmi les {format_number(announced)} annoncés est inféré"
        )
    if announced is not None and announced > drawn:
        missing = announced - drawn
        told.append(
            f"{format_number(missing)} "
            + plural(missing, "point annoncé n’est situé", "points annoncés ne sont situés")
            + " par aucune publication : rien n’est dessiné"
        )
    if announced is not None and len(ours) > announced:
        told.append(
            f"{format_number(len(ours))} lieux pour {format_number(announced)} annoncés : un lieu "
            "est compté deux fois, ou l’annonce est dépassée"
        )
    if lost := int(rows["longitude"].isna().sum()):
        told.append(
            f"{format_number(lost)} {plural(lost, 'lieu', 'lieux')} sans point : dans le tableau seulement"
        )
    if int((rows["together"] > 1).sum()):
        told.append("les lieux d’un même point sont dessinés côte à côte")
    note = ". ".join(t[:1].upper() + t[1:] for t in told)
    return (
        f'<p class="solidata-note"><b>Note\u00a0:</b> {escape(typography(note))}.<br>'
        f"<b>Source\u00a0:</b> {escape(typography(source))}</p>"
    )


def table(shown: pd.DataFrame, territory: str) -> str:
    """Return the places shown as a table, for whoever cannot use the map.

    The last column is headed `territory`.
    """
    n = len(shown)
    heads = ("Nom", "Nature", "État", "Commune", "Adresse", territory)
    if not n:
        return (
            '<p class="solidata-vide">Aucun lieu ne répond à ces filtres. '
            f"Le bouton {quote('Tout montrer')} les rétablit tous.</p>"
        )
    body = "".join(
        f'<tr><th scope="row">{escape(p.name_)}</th>'
        + "".join(
            f"<td>{escape(cell)}</td>"
            for cell in (
                short(labels("kind")[p.kind]),
                f"{labels('state')[p.state]} {when(p.as_of)}",
                p.commune if pd.notna(p.commune) else p.insee_code,
                "non publiée" if pd.isna(p.address) else p.address,
                "inconnu" if p.territory_id == UNSORTED else p.territory,
            )
        )
        + "</tr>"
        for p in named(shown)
    )
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    caption = f"{format_number(n)} {plural(n, 'lieu répond', 'lieux répondent')} aux filtres"
    return (
        '<div class="solidata-tableau" role="region" tabindex="0" aria-label="Lieux montrés">'
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def named(rows: pd.DataFrame) -> Iterable[Any]:
    """Return rows as tuples; ``name_`` is their name, which ``name`` of a tuple is not always."""
    return rows.rename(columns={"name": "name_"}).itertuples(index=False)


def stylesheet() -> str:
    """Return the style of the map's words, over what every widget shares."""
    return f"""<style>{style.paper("solidata-carte")}
.solidata-carte .leaflet-container {{ background:{theme.PAPER}; font-family:inherit; border:1px solid {theme.GRID}; }}
.solidata-carte .leaflet-div-icon {{ background:none; border:none; }}
.solidata-carte .leaflet-div-icon:focus-visible {{ outline:3px solid {theme.STATUS["reportee"].edge}; outline-offset:2px; }}
.solidata-symbole {{ display:block; }}
.solidata-lieu {{ position:relative; display:block; }}
.solidata-nom {{ position:absolute; left:50%; top:100%; transform:translateX(-50%); white-space:nowrap;
  font-size:11.5px; line-height:1.1; color:{theme.INK}; pointer-events:none; font-weight:600;
  text-shadow:{", ".join(f"{x}px {y}px 1px {theme.PAPER}" for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y)}; }}
.solidata-territoire {{ display:block; transform:translate(-50%,-50%); width:max-content; letter-spacing:.22em;
  font-size:14px; color:{theme.SOFT_INK}; text-transform:uppercase; pointer-events:none; }}
.solidata-fiche {{ font-size:12.5px; line-height:1.35; color:{theme.INK}; white-space:normal; }}
.solidata-carte .solidata-fiche dl {{ margin:4px 0 0; display:grid; grid-template-columns:max-content 1fr; gap:1px 10px; }}
.solidata-carte .solidata-fiche dt {{ color:{theme.SOFT_INK}; font-weight:400; float:none; width:auto; }}
.solidata-carte .solidata-fiche dd {{ margin:0; float:none; width:auto; overflow-wrap:anywhere; }}
.solidata-carte .leaflet-control .solidata-fiche {{ padding:7px 10px 8px; }}
.solidata-carte .leaflet-container:has(.leaflet-popup) .leaflet-top.leaflet-right {{ display:none; }}
.solidata-carte .solidata-reperes {{ list-style:none; margin:2px 0; padding:0; font-size:13px; line-height:1.6; }}
.solidata-reperes svg {{ vertical-align:middle; margin-right:8px; }}
.solidata-repos {{ color:{theme.SOFT_INK}; }}
</style>"""
