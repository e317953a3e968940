"""What a figure says of its sources, of what contradicts it, and how its sentences are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from solidata.french import decapitalised, listed, plural, quote
from solidata.french.text import NO_BREAK_SPACE
from solidata.problems import RefusedError

_NAMED = 3
"""How many contradictions a note names one by one; the metadata list every row."""

_BOUND = (
    # A number and what it counts; a year stands alone.
    re.compile(r"(?<![\d\u202f,])(\d{1,3}(?:\u202f\d{3})*(?:,\d+)?) (?=[a-zà-ÿ’]{4,})"),
    re.compile(r"(\d) (?=[+=−] ?\d)"),
)
_ANNOUNCES = re.compile(r"\b(en|de|à|et|des|les|sur) (?=\d)")


def bound(text: str) -> str:
    """Return `text` with a no-break space after each number that counts something.

    Examples
    --------
    >>> bound("33 actions en 2025 sur trois ans").replace(NO_BREAK_SPACE, "~")
    '33~actions en 2025 sur trois ans'
    """
    for pattern in _BOUND:
        text = pattern.sub(rf"\1{NO_BREAK_SPACE}", text)
    return text


def announced(title: str) -> str:
    """Return a title whose lines never end before the number that their last word announces.

    Examples
    --------
    >>> announced("La section compte 9 des 23 reports").replace(NO_BREAK_SPACE, "~")
    'La section compte 9~des~23 reports'
    """
    title = re.sub(r"(\d) (?=des \d)", rf"\1{NO_BREAK_SPACE}", title)
    return _ANNOUNCES.sub(rf"\1{NO_BREAK_SPACE}", title)


def sentences(parts: Iterable[str]) -> str:
    """Return what a note says as sentences, the first without a capital: it follows « Note : ».

    Examples
    --------
    >>> sentences(["un montant manque", "", "l’autre est douteux"])
    'un montant manque. L’autre est douteux'
    """
    told = [part.rstrip(".") for part in parts if part]
    return ". ".join(t[:1].upper() + t[1:] if i else t for i, t in enumerate(told))


def joined(column: pd.Series) -> list[str]:
    """Return the distinct words of a column of words separated by spaces, in order."""
    words: dict[str, None] = {}
    for cell in column.dropna().astype(str):
        words.update(dict.fromkeys(cell.split()))
    return list(words)


def source_line(data: pd.DataFrame, sources: pd.DataFrame) -> str:
    """Return who published the plotted rows, and when: derived, never typed.

    Parameters
    ----------
    data : pandas.DataFrame
        The plotted rows, with their ``source_id``.
    sources : pandas.DataFrame
        The table of this name.

    Returns
    -------
    str
        Titles by publisher, in the order plotted, with their year where they do not say it.

    Raises
    ------
    ValueError
        When a row says no source, or one that ``sources`` does not know.
    """
    if data["source_id"].isna().any():
        raise RefusedError("une ligne tracée n’a pas de source")
    titles = sources.set_index("source_id")
    by_publisher: dict[str, dict[str, None]] = {}
    for source_id in joined(data["source_id"]):
        if source_id not in titles.index:
            raise RefusedError(f"source inconnue : {quote(source_id)}")
        row = titles.loc[source_id]
        title, publisher = str(row["title"]).rstrip("."), str(row["publisher"])
        named = publisher in title
        text = title if named else quote(title)
        if pd.notna(row["published"]) and str(row["published"])[:4] not in title:
            text += f" ({str(row['published'])[:4]})"
        by_publisher.setdefault(text if named else publisher, {}).setdefault(text)
    parts = [
        publisher if publisher in texts else f"{publisher}, {listed(texts)}"
        for publisher, texts in by_publisher.items()
    ]
    return " ; ".join(parts) + "."


def contradiction_note(data: pd.DataFrame, contradictions: pd.DataFrame) -> str:
    """Return what the register says against the plotted rows, or an empty text.

    One is told with both claims: the gravest first, and among these what is not settled. The others are
    named when they are few, else counted.
    """
    plotted = set(joined(data["address"]))
    concerned = [bool(plotted & set(a.split())) for a in contradictions["affects"].fillna("")]
    told = contradictions[pd.Series(concerned, index=contradictions.index, dtype=bool)]
    if told.empty:
        return ""
    severity, kept = told["severity"].astype(str), told["kept"].astype(str)
    told = told.assign(
        slight=severity == "forme", settled=kept != "aucun", lesser=severity != "majeure",
        unproved=told["identity_id"].isna(),
    ).sort_values(["slight", "lesser", "settled", "unproved"], kind="stable")  # fmt: skip
    first = told.iloc[0]
    grave = told[~told["slight"]] if not first["slight"] else told
    others = sorted(grave["contradiction_id"].iloc[1:])
    open_ = "" if first["settled"] else " sans qu’on puisse trancher"
    claims = [decapitalised(str(first[f"claim_{side}"]).rstrip(".")) for side in "ab"]
    text = (
        f"les sources se contredisent{open_} ({first['contradiction_id']}) : {' ; '.join(claims)}"
    )
    if others:
        many = plural(
            len(others), "Une autre contradiction touche", "D’autres contradictions touchent"
        )
        if len(others) > _NAMED:
            many = f"{len(others)} autres contradictions consignées touchent"
        names = f" : {listed(others)}" if len(others) <= _NAMED else ""
        text += f". {many} ces données{names}"
    return text + "."
