"""The flagships of a year: what their list says, what their sheets say."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width, wrap
from solidata.figures.texts import labelled, short_status, status_labels, too_many
from solidata.french import listed, plural
from solidata.problems import NoDataError
from solidata.tables import Registers

_CHIP, _CHIP_GAP = 4.4, 1.2


def flagships(
    flagships: pd.DataFrame, mentions: pd.DataFrame, registers: Registers, year: int
) -> Figure:
    """Return the flagships of a year, the status of the list beside that of the sheets.

    Parameters
    ----------
    flagships, mentions : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int

    Returns
    -------
    Figure
        One row a flagship; where list and sheets disagree a mark says so.

    Raises
    ------
    NoDataError
        When there is no flagship with a status in `year`.
    ValueError
        When a column, a rank or a title is missing, a flagship is listed twice, a title has no
        space to break it at, or there are more than :data:`MAX_FLAGSHIPS`.

    Examples
    --------
    >>> import solidata
    >>> tables = solidata.load("flagships"), solidata.load("mentions")
    >>> flagships(*tables, solidata.load_registers(), 2025).check()
    []
    """
    rows = labelled(analysis.flagship_readings(flagships, mentions, year), "title")
    shown_ids = flagships.loc[flagships["year"] == year, "flagship_id"]
    said = mentions[
        (mentions["year"] == year)
        & mentions["status"].notna()
        & mentions["flagship_id"].isin(shown_ids)
        & mentions["list"].isin(["flagship", "sheet"])
    ]
    if len(rows) > MAX_FLAGSHIPS:
        raise too_many(len(rows), MAX_FLAGSHIPS, "actions phares")
    if rows.empty or said.empty:
        raise NoDataError(f"Aucun phare avec un statut en {year}.")
    data = said[["flagship_id", "list", "status", "source_id", "line", "printed"]].assign(
        address="mentions:" + said["mention_id"], n=1
    )
    data = data.astype({"list": "str", "status": "str"}).sort_values(["flagship_id", "address"])
    split = int((~rows["agrees"].dropna().astype(bool)).sum())
    alone = int(rows["on_sheets"].isna().sum())
    labels = status_labels()
    shown = rows.assign(
        in_list=rows["in_list"].astype(object).map(labels, na_action="ignore"),
        on_sheets=rows["on_sheets"]
        .astype(object)
        .map(lambda s: " / ".join(labels[w] for w in s.split(" / ")), na_action="ignore"),
    ).drop(columns="agrees")
    return Figure(
        name=f"phares-{year}",
        title=_title(rows, split, year),
        unit="Statut de chaque action phare, selon la liste des phares et selon les fiches",
        data=data,
        value="n",
        draw=lambda page: _draw_flagships(page, rows),
        height=lambda width: _flagships_layout(width, rows)[0],
        table_=shown.set_axis(["Rang", "Phare", "Liste", "Fiches"], axis=1).fillna(""),
        alt=_alt(rows, alone),
        reading=_flagship_reading(rows),
        note=_scopes(said, flagships, split),
        scope=f"{plural(len(rows), 'l’action phare', f'les {len(rows)} actions phares')} de {year}.",
        registers=registers,
    )


MAX_FLAGSHIPS = 24
"""Above this the rows take more than a page; titles that run on need a wide one before."""


def _title(rows: pd.DataFrame, split: int, year: int) -> str:
    """Return whether list and sheets agree, of the flagships that have a status in both."""
    whole, both = len(rows), int(rows["agrees"].notna().sum())
    if split:
        return f"Le statut de {split} des {whole} actions phares de {year} diffère entre liste et fiches"
    if not both:
        who = plural(whole, "le phare", f"les {whole} phares")
        return f"Aucun statut à comparer entre liste et fiches pour {who} de {year}"
    if both < whole:
        return f"La liste et les fiches de {both} phares sur {whole} s’accordent en {year}"
    whose = plural(
        whole, "La liste et la fiche du phare", f"La liste et les fiches des {whole} phares"
    )
    return f"{whose} s’accordent en {year}"


def _counted(statuses: pd.Series) -> str:
    """Return how many flagships have each status, in the order of statuses."""
    found = statuses.value_counts()
    told = [f"{short_status(s).lower()} {found[s]}" for s in status_labels() if s in found]
    if silent := int(statuses.isna().sum()):
        told.append(f"sans statut {silent}")
    return ", ".join(told)


def _alt(rows: pd.DataFrame, alone: int) -> str:
    labels = {s: label.lower() for s, label in status_labels().items()}
    told = [
        f"{row['rank']}, {row['title']}, {labels[row['in_list']]} dans la liste, "
        f"{listed(labels[w] for w in row['on_sheets'].split(' / '))} sur les fiches"
        for _, row in rows[rows["agrees"].eq(False).fillna(False)].iterrows()
    ]
    text = f"Tableau de {len(rows)} actions phares. Selon la liste : {_counted(rows['in_list'])}. "
    if told:
        text += f"Statuts différents : {' ; '.join(told)}. "
    elif rows["agrees"].notna().any():
        text += "Liste et fiches s’accordent. "
    return text + f"{alone} {plural(alone, 'action phare', 'actions phares')} sans fiche."


def _scopes(told: pd.DataFrame, flagships: pd.DataFrame, split: int) -> str:
    """Return what the sign of a difference means, and whom sheets that say two statuses tell of."""
    sheets = told[(told["list"] == "sheet") & told["scope"].notna()]
    rank = flagships.set_index("flagship_id")["rank"]
    labels = status_labels()
    notes = ["≠ : statuts différents"] if split else []
    for flagship_id, rows in sheets.groupby("flagship_id", sort=False):
        if rows["status"].nunique() > 1:
            each = (
                f"{labels[str(r['status'])].lower()} ({r['scope']})" for _, r in rows.iterrows()
            )
            notes.append(
                f"les fiches de l’action phare\u00a0{rank[flagship_id]} la disent {listed(each)}"
            )
    return sentences(notes)


def _flagship_reading(rows: pd.DataFrame) -> str:
    different = rows[rows["agrees"].eq(False).fillna(False)]
    both = rows[rows["agrees"].notna()]
    row = next(one for one in (different, both, rows) if len(one)).iloc[-1]
    labels = status_labels()

    def said(words: object) -> str:
        if not isinstance(words, str):
            return "sans statut"
        return " et ".join(labels[w].lower() for w in words.split(" / "))

    sheet = isinstance(row["on_sheets"], str)
    also = f"{said(row['on_sheets'])} sur sa fiche" if sheet else "sans fiche"
    return f"l’action phare\u00a0{row['rank']} est {said(row['in_list'])} dans la liste et {also}."


def _flagships_layout(width: float, rows: pd.DataFrame) -> tuple[float, list[list[str]], float]:
    """Return the height of the plot area, the wrapped titles, and where the chips start."""
    chips = 2 * (15.5 if width < NARROW else 22.0)
    start = width - MARGIN - chips - (2.0 if width < NARROW else 8.0)
    titles = [wrap(t, start - 9.0, 7.5) for t in rows["title"]]
    return 8.0 + sum(_row_height(lines) for lines in titles), titles, start


def _row_height(lines: list[str]) -> float:
    return max(_CHIP + 2.2, len(lines) * 7.5 * LEADING + 2.4)


def _draw_flagships(page: Page, rows: pd.DataFrame) -> None:
    height, titles, start = _flagships_layout(page.width, rows)
    canvas = page.canvas_axes()
    column = (page.width - MARGIN - start - (2.0 if page.narrow else 8.0)) / 2
    first = start + (2.0 if page.narrow else 8.0)
    base = page.bottom
    head = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
    page.text(MARGIN + 7.5, base + height - 0.5, "Action phare", **head)
    chip = (column - _CHIP_GAP) / 2
    page.text(first + chip, base + height - 0.5, "Liste", ha="center", **head)
    page.text(first + column + chip, base + height - 0.5, "Fiches", ha="center", **head)
    y = height - 6.0
    page.rule(base + y)
    for lines, (_, row) in zip(titles, rows.iterrows(), strict=True):
        tall = _row_height(lines)
        middle = y - tall / 2
        text = {"va": "center_baseline", "size": 7.5}
        rank = {**text, "weight": 600, "ha": "right", "tabular": True}
        page.text(MARGIN + 5.0, base + middle, str(row["rank"]), **rank)
        for number, line in enumerate(lines):
            offset = ((len(lines) - 1) / 2 - number) * 7.5 * LEADING
            page.text(MARGIN + 7.5, base + middle + offset, line, **text)
        if row["agrees"] is not pd.NA and not row["agrees"]:
            sign = {**text, "weight": 700, "ha": "center", "size": 9}
            page.text(first - (1.6 if page.narrow else 4.0), base + middle, "≠", **sign)
        for words, x, silence in (
            (row["in_list"], first, "sans statut"),
            (row["on_sheets"], first + column, "sans fiche"),
        ):
            if isinstance(words, str):
                _chips(page, canvas, words, x, middle, column)
            else:
                style = {**text, "size": 7, "color": theme.SOFT_INK}
                page.text(x + chip, base + middle, silence, ha="center", **style)
        y -= tall
        page.rule(base + y, 0.4)


def _chips(page: Page, axes: Axes, words: str, x: float, middle: float, column: float) -> None:
    """Draw the status a list says, or two half chips when the sheets say two."""
    statuses = words.split(" / ")
    width = (column - _CHIP_GAP - 0.6 * (len(statuses) - 1)) / len(statuses)
    labels = {s: short_status(s) for s in statuses}
    if max(text_width(label, 6.5, 600) for label in labels.values()) > width - 0.8:
        labels = {s: {"realisee": "Réal.", "en_cours": "En c."}.get(s, labels[s]) for s in statuses}
    for number, status in enumerate(statuses):
        fill, left = theme.STATUS[status], x + number * (width + 0.6)
        shapes.tile(page, axes, status, fill, left, middle - _CHIP / 2, width, _CHIP)
        shapes.inside(axes, fill, left + width / 2, middle, labels[status], 6.5)
        page.names[status] = labels[status]
