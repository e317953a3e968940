"""What an explorer of actions says, in French, as HTML where everything from a table is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from solidata.explore import style
from solidata.explore.actions import UNSAID, Tables
from solidata.explore.secret import HIDDEN
from solidata.explore.words import escape
from solidata.figures import theme
from solidata.figures.notes import source_line
from solidata.french import format_number, plural, quote, typography
from solidata.tables import Registers

HEADINGS = {
    "section": "Section",
    "status": "Statut",
    "territory": "Territoire",
    "flagship": "Action phare",
}

ALL_PASS = '<p class="solidata-repos">Rien de coché dans un filtre : tout passe.</p>'
AT_REST = (
    '<p class="solidata-repos">Choisissez une ligne pour voir d’où elle vient : un clic, ou '
    "Tab jusqu’au tableau, les flèches, puis Entrée.</p>"
)


def number(count: int | None) -> str:
    """Return a count, or what stands for a hidden one."""
    return HIDDEN if count is None else format_number(count)


def shown_of(count: int | None, every: int | None) -> str:
    """Return how many actions are shown. Plain text.

    Examples
    --------
    >>> shown_of(12, 168), shown_of(1, 168), shown_of(None, 168)
    ('12 actions montrées sur 168', '1 action montrée sur 168', 'Actions montrées : s sur 168')
    """
    if count is None:
        return f"Actions montrées : {HIDDEN} sur {number(every)}"
    return (
        f"{format_number(count)} {plural(count, 'action montrée', 'actions montrées')} "
        f"sur {number(every)}"
    )


def box(label: str, count: int | None) -> str:
    """Return a filter's value and how many actions have it, as the words of a box."""
    return f"<span>{escape(label)}</span><b>{number(count)}</b>"


def swatch(status: str) -> str:
    """Return the sign of a status; its name stands beside it."""
    return f'<i class="solidata-signe" style="{_filled(status)}" aria-hidden="true"></i>'


def _filled(status: str) -> str:
    """Return how a status is filled: as in the figures, hatches and points included."""
    if status == UNSAID:
        return f"background:{theme.PAPER};border:1px dashed {theme.SOFT_INK}"
    fill = theme.STATUS[status]
    ground = fill.face
    if "/" in (fill.hatch or ""):
        ground = f"repeating-linear-gradient(135deg,{fill.face} 0 3px,{fill.edge} 3px 4px)"
    elif "." in (fill.hatch or ""):
        ground = f"radial-gradient({fill.edge} 0.8px,{fill.face} 1px) 0 0/4px 4px"
    return f"background:{ground};border:1px solid {fill.edge}"


def by_status(counts: Mapping[str, int | None], names: Mapping[str, str], every: int | None) -> str:
    """Return how many of the actions shown have each status: a bar, and the same in words."""
    told = {s: n for s, n in counts.items() if n is None or n}
    parts = [] if None in told.values() else [(s, n) for s, n in told.items() if n]
    bar = "".join(f'<i style="flex:{n};{_filled(s)}"></i>' for s, n in parts)
    items = "".join(
        f"<li>{swatch(s)}{escape(names[s])} <b>{number(n)}/{number(every)}</b></li>"
        for s, n in told.items()
    )
    drawn = f'<div class="solidata-barre" aria-hidden="true">{bar}</div>' if bar else ""
    return (
        f'{drawn}<ul class="solidata-statuts" aria-label="Statut des actions montrées">{items}</ul>'
    )


def masked_table(frame: pd.DataFrame, threshold: int) -> str:
    """Return counts where the small ones are hidden, as a table."""
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in frame.columns)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>"
        for name, *cells in frame.itertuples(index=False)
    )  # fmt: skip
    note = typography(
        f"{HIDDEN} : effectif masqué, parce qu’il est inférieur à {format_number(threshold)} ou "
        "qu’il permettrait d’en retrouver un. Les actions ne sont pas listées : on les compterait."
    )
    return (
        '<div class="solidata-tableau solidata-effectifs" role="region" tabindex="0" '
        'aria-label="Effectifs"><table><thead><tr>'
        f'{head}</tr></thead><tbody>{body}</tbody></table></div><p class="solidata-note">{note}</p>'
    )


def card(action: Any, year: int, rows: list[tuple[str, str]], contradictions: list[str]) -> str:
    """Return where an action comes from: what is printed, where, and what the status rests on.

    Parameters
    ----------
    action : row of :func:`solidata.explore.actions.described`
    year : int
    rows : list of (str, str)
        From :func:`solidata.explore.trace.lines`. Plain text.
    contradictions : list of str
        What the register says against it. Plain text.
    """
    terms = "".join(
        f"<dt>{escape(k)}</dt><dd>{swatch(action.status) if k == f'Statut {year}' else ''}{escape(v)}</dd>"
        for k, v in rows
    )
    against = "".join(f"<li>{escape(c)}</li>" for c in contradictions)
    n = len(contradictions)
    told = plural(n, "contradiction consignée touche", "contradictions consignées touchent")
    if n:
        against = f"<h4>{format_number(n)} {told} cette action</h4><ul>{against}</ul>"
    return (
        f'<section class="solidata-trace" aria-label="Trace de {escape(action.action_id)}">'
        f"<h3>{escape(action.action_id)} – {escape(typography(action.title))}</h3>"
        f"<dl>{terms}</dl>{against}</section>"
    )


def notes(
    counted: pd.DataFrame, rows: pd.DataFrame, tables: Tables, registers: Registers, year: int
) -> str:
    """Return what a reader must know not to take the table for more than it is, and its source.

    Parameters
    ----------
    counted, rows : pandas.DataFrame
        As :func:`solidata.explore.actions.described` returns them: those that may be counted, and
        those whose documents are named.
    tables : Tables
    registers : Registers
    year : int
    """
    sheets = int(tables.territories["action_sheets"].fillna(0).sum())
    used = [s for s in (*rows["source_id"], *rows["status_source"]) if s]
    source = source_line(pd.DataFrame({"source_id": used}), registers.sources) if used else ""
    told = []
    placed = int((counted["territories"] != "").sum())
    if not placed and len(counted):
        told.append("aucune action listée n’imprime de territoire")
    elif placed:
        told.append("le territoire d’une action est celui de l’action phare qui la désigne")
    if sheets:
        told.append(
            f"{plural(sheets, 'la fiche', f'les {format_number(sheets)} fiches')} des territoires "
            f"{plural(sheets, 'n’est pas comptée', 'ne sont pas comptées')} ici"
        )
    if unsaid := int((counted["status"] == UNSAID).sum()):
        told.append(
            f"{format_number(unsaid)} {plural(unsaid, 'action n’a', 'actions n’ont')} "
            f"pas de statut en {year}"
        )
    note = ". ".join(t[:1].upper() + t[1:] for t in told)
    said = f"<b>Note\u00a0:</b> {escape(typography(note))}.<br>" if note else ""
    credit = f"<b>Source\u00a0:</b> {escape(typography(source))}" if source else ""
    return f'<p class="solidata-note">{said}{credit}</p>'


WIDTHS = (9.5, 14, 32.5, 11, 10.5, 6.5, 9.5, 6.5)
"""Shares of the table's columns, in percent: what is long to read has most."""

NOTHING = f"Aucune action ne répond à ces filtres. Le bouton {quote('Tout montrer')} les rétablit."


def stylesheet() -> str:
    """Return the style of the explorer, over what every widget shares."""
    focus = f"outline:3px solid {theme.STATUS['reportee'].edge}; outline-offset:-2px"
    one = ".solidata-actions"
    widths = "".join(
        f"{one} table.dataTable col:nth-child({n}) {{ width:{share}% !important; }}\n"
        for n, share in enumerate(WIDTHS, start=1)
    )
    return f"""<style>{style.paper("solidata-actions")}
{one} .widget-checkbox b {{ margin-left:7px; font-weight:600; color:{theme.SOFT_INK}; font-variant-numeric:tabular-nums; }}
{one} .solidata-rien {{ opacity:.55; }}
{one} .solidata-repos {{ color:{theme.SOFT_INK}; font-size:12.5px; margin:4px 0; }}
.solidata-signe {{ display:inline-block; width:13px; height:13px; box-sizing:border-box; vertical-align:-2px; margin-right:6px; flex:none; }}
.solidata-barre {{ display:flex; height:14px; gap:2px; }}
.solidata-barre i {{ box-sizing:border-box; min-width:3px; }}
{one} .solidata-statuts {{ list-style:none; display:flex; flex-wrap:wrap; gap:2px 20px; margin:6px 0 8px; padding:0; font-size:13px; }}
{one} .solidata-statuts b {{ font-variant-numeric:tabular-nums; }}
{one} table.dataTable {{ font-size:13px; line-height:1.35; color:{theme.INK}; border-top:2px solid {theme.RULE}; width:100% !important; }}
{one} table.dataTable th, {one} table.dataTable td {{ text-align:left; vertical-align:top; white-space:normal; padding:5px 8px !important;
  background:none; border:0; border-bottom:1px solid {theme.GRID} !important; overflow-wrap:break-word; color:inherit; }}
{widths}{one} table.dataTable thead th .dt-column-order {{ right:4px; }}
{one} table.dataTable thead th {{ padding-right:18px !important; font-size:12px; color:{theme.SOFT_INK}; font-weight:600; }}
{one} table.dataTable .dt-type-numeric {{ text-align:right; font-variant-numeric:tabular-nums; }}
{one} table.dataTable td:first-child {{ white-space:nowrap; font-weight:600; }}
{one} table.dataTable tbody tr {{ cursor:pointer; background:{theme.PAPER}; }}
{one} table.dataTable tbody tr:hover {{ background:{style.SHADE}; }}
{one} table.dataTable tbody tr.selected > * {{ background:{theme.SEQUENTIAL[0]} !important; color:{theme.INK} !important; box-shadow:none !important; }}
{one} table.dataTable tbody tr.selected > :first-child {{ box-shadow:inset 4px 0 {theme.HIGHLIGHT.face} !important; }}
{one} table.dataTable tbody tr:focus-visible {{ {focus}; }}
{one} table.dataTable {{ min-width:920px; }}
{one} .dt-container {{ font-size:12.5px; color:{theme.INK}; }}
{one} .dt-container .dt-paging-button {{ color:{theme.INK} !important; padding:2px 8px !important; }}
{one} .solidata-export a {{ display:inline-block; margin-right:8px; padding:3px 12px; line-height:20px; border:1px solid {theme.SOFT_INK};
  border-radius:3px; color:{theme.INK}; text-decoration:none; font-size:13px; background:{theme.PAPER}; }}
{one} .solidata-export a:hover {{ background:{style.SHADE}; }}
{one} .solidata-export a:focus-visible {{ outline:3px solid {theme.STATUS["reportee"].edge}; }}
{one} .solidata-trace {{ border-left:4px solid {theme.HIGHLIGHT.face}; padding:2px 14px 6px; margin:10px 0; background:#F7F9FA; }}
{one} .solidata-trace h3 {{ font-size:14px; margin:6px 0; max-width:100ch; }}
{one} .solidata-trace h4 {{ font-size:12.5px; margin:8px 0 2px; }}
{one} .solidata-trace dl {{ display:grid; grid-template-columns:max-content 1fr; gap:3px 14px; margin:0; font-size:12.5px; }}
{one} .solidata-trace dt {{ color:{theme.SOFT_INK}; font-weight:400; float:none; width:auto; padding:0; }}
{one} .solidata-trace dd {{ margin:0; float:none; width:auto; overflow-wrap:anywhere; max-width:100ch; padding:0; }}
{one} .solidata-trace ul {{ margin:0; padding-left:18px; font-size:12.5px; max-width:110ch; }}
{one} .solidata-effectifs td, {one} .solidata-effectifs thead th:not(:first-child) {{ text-align:right; font-variant-numeric:tabular-nums; }}
</style>"""
