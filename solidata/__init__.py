"""Le plan d’actions d’un département en tables, figures et cartes.

``solidata.load("actions")`` returns a typed frame, ``solidata.trace("funding", "DP-02.f1")``
tells where a number comes from. Importing the package costs nothing: what is asked for is
imported when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solidata.catalog import load as load
    from solidata.catalog import load_geography as load_geography
    from solidata.catalog import load_registers as load_registers
    from solidata.provenance import trace as trace
    from solidata.study import load_study as load_study
    from solidata.tables import Registers as Registers

__version__ = "0.1.0"

_LAZY = {
    "load": "catalog",
    "load_geography": "catalog",
    "load_registers": "catalog",
    "load_study": "study",
    "Registers": "tables",
    "trace": "provenance",
}
_ROOMS = ("analysis", "build", "check", "clean", "compare", "context", "explore", "exports", "figures",
          "french", "raw", "study", "tables")  # fmt: skip

__all__ = ["Registers", "load", "load_geography", "load_registers", "load_study", "trace"]


def __getattr__(name: str) -> Any:
    """Import what is asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(importlib.import_module(f"solidata.{_LAZY[name]}"), name)
    if name in _ROOMS:
        return importlib.import_module(f"solidata.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *_LAZY, *_ROOMS})
