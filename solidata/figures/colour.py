"""Contrast, lightness and colour-blindness, as numbers."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIMULATIONS: dict[str, Array] = {
    "protanopie": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deutéranopie": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopie": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
# sRGB to XYZ, D65 (IEC 61966-2-1).
_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                    [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
_WHITE = _TO_XYZ @ np.ones(3)


def _linear(colour: object) -> Array:
    rgb: Array = np.array(to_rgb(colour), dtype=np.float64)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: object, other: object) -> float:
    """Return the contrast ratio of two colours (WCAG 2, from 1 to 21).

    Examples
    --------
    >>> round(contrast("black", "white"), 1)
    21.0
    """
    weights = _TO_XYZ[1]
    darker, lighter = sorted(float(weights @ _linear(c)) for c in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _lab(linear: Array) -> Array:
    ratio = _TO_XYZ @ np.clip(linear, 0, 1) / _WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness(colour: object) -> float:
    """Return the CIE lightness of a colour: what grey printing keeps, from 0 to 100."""
    return float(_lab(_linear(colour))[0])


def difference(one: object, other: object, simulation: str | None = None) -> float:
    """Return the CIE 1976 difference of two colours, as seen under a colour-blindness.

    Parameters
    ----------
    one, other : colour
    simulation : str, optional
        A name of :data:`SIMULATIONS`.

    Examples
    --------
    >>> difference("red", "green") > difference("red", "green", "protanopie")
    True
    """
    matrix = SIMULATIONS[simulation] if simulation else np.eye(3)
    return float(np.linalg.norm(_lab(matrix @ _linear(one)) - _lab(matrix @ _linear(other))))
