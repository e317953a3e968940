"""A short text that changes when the data behind a picture change.

nbval does not compare images: the fingerprint printed beside a figure is what fails.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from solidata.french import format_number

if TYPE_CHECKING:
    import pandas as pd


def digest(data: pd.DataFrame) -> str:
    """Return twelve hexadecimal digits that depend on every plotted value.

    Floats are rounded to six significant digits, so that two machines agree.
    """
    text = data.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _short(value: float) -> str:
    """Return a number whole, or with six significant digits: the last ones differ between machines."""
    if value == int(value):
        return format_number(value)
    return format_number(round(float(value), max(0, 5 - math.floor(math.log10(abs(value))))))


def fingerprint(title: str, data: pd.DataFrame, value: str) -> str:
    """Return title, number of rows, extremes, sources and digest of what is plotted.

    Parameters
    ----------
    title : str
        What the figure says.
    data : pandas.DataFrame
        The plotted rows; ``source_id`` tells their documents.
    value : str
        The plotted column.

    Returns
    -------
    str
        Two lines.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"n": [3, 1], "source_id": ["bilan-2025", "bilan-2025"]})
    >>> print(fingerprint("Deux actions", frame, "n").splitlines()[0])
    Deux actions
    """
    low, high = _short(data[value].min()), _short(data[value].max())
    sources = ", ".join(sorted({s for cell in data["source_id"] for s in cell.split()}))
    return f"{title}\n{len(data)} valeurs, de {low} à {high} ; {sources} ; empreinte {digest(data)}"
