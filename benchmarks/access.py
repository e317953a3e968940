"""Compare searches of the nearest place, in one run: `python benchmarks/access.py`.

2.3 million made points (a large region's addresses) and 55 places. Time: every way in turn, several
rounds, in this process. Memory: each way alone in a process of its own, what it adds at its peak to
the frames it is given, for all the points and for half of them: it grows with the points only.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree

from solidata.analysis.access import nearest
from solidata.french import format_number

POINTS, PLACES, REPEATS = 2_300_000, 55, 7

Frames = dict[str, Any]


def made(points: int) -> Frames:
    """Return people and places as frames and as layers, the same coordinates."""
    draw = np.random.default_rng(41)

    def frame(rows: int) -> pd.DataFrame:
        x = draw.uniform(530_000, 640_000, rows)
        return pd.DataFrame({"x": x, "y": draw.uniform(6_670_000, 6_780_000, rows)})

    people, places = frame(points), frame(PLACES)
    places.insert(0, "place_id", [f"p{n:02}" for n in range(PLACES)])
    layers = {
        f"{name}_layer": geopandas.GeoDataFrame(
            f.drop(columns=["x", "y"]), geometry=geopandas.points_from_xy(f.x, f.y), crs=2154
        )
        for name, f in (("people", people), ("places", places))
    }
    at, towards = (np.column_stack([f.x, f.y]) for f in (people, places))
    text = people.set_axis([f"a{n:07}" for n in draw.permutation(points)])
    return {
        "people": people,
        "people_text": text,
        "places": places,
        "at": at,
        "towards": towards,
    } | layers


def raw(given: Frames) -> Any:
    """Return metres, without keys or checks: the floor."""
    return cKDTree(given["towards"]).query(given["at"], workers=-1)[0]


def ruled(given: Frames) -> Any:
    """Return metres, ties settled by the rule."""
    return nearest(given["people"], given["places"])["distance_km"]


def unruled(given: Frames) -> Any:
    """Return metres, ties as they come."""
    return nearest(given["people"], given["places"], ties=False)["distance_km"]


def ruled_text(given: Frames) -> Any:
    """Return metres for people under keys of text, which are checked to be different."""
    return nearest(given["people_text"], given["places"])["distance_km"]


def ruled_layers(given: Frames) -> Any:
    """Return metres from layers of points."""
    return nearest(given["people_layer"], given["places_layer"])["distance_km"]


def joined(given: Frames) -> Any:
    """Return metres as geopandas finds them."""
    found = given["people_layer"].sjoin_nearest(given["places_layer"], distance_col="metres")
    return found["metres"]


WAYS: dict[str, tuple[Callable[[Frames], Any], float]] = {
    "cKDTree seul": (raw, 1.0),
    "nearest": (ruled, 1000.0),
    "nearest, ties=False": (unruled, 1000.0),
    "nearest, clés de texte": (ruled_text, 1000.0),
    "nearest, de deux couches": (ruled_layers, 1000.0),
    "sjoin_nearest": (joined, 1.0),
}


def added_megabytes(name: str, points: int) -> float:
    """Return what a way adds, at its peak, to a process that already holds the frames (Linux)."""
    given = made(points)
    WAYS[name][0](made(1000))  # what libraries load when first called is not theirs to answer for
    ctypes.CDLL(None).malloc_trim(0)  # what making the frames has freed is not room to take
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_kilobytes()
    WAYS[name][0](given)
    return (_peak_kilobytes() - before) / 1024


def _peak_kilobytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def main() -> None:
    """Print a table: median seconds and their ratio, work of all cores, memory, difference.

    The work, the least of all rounds, tells the same on a machine that others share.
    """
    given = made(POINTS)
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    work: dict[str, list[float]] = {name: [] for name in WAYS}
    apart: dict[str, float] = {}
    floor = raw(given)
    for _ in range(REPEATS):
        for name, (way, unit) in WAYS.items():
            start, worked = time.perf_counter(), time.process_time()
            metres = way(given)
            times[name].append(time.perf_counter() - start)
            work[name].append(time.process_time() - worked)
            assert len(metres) == POINTS, name
            apart[name] = float(np.abs(np.asarray(metres) * unit - floor).max())
    del given, floor
    shown = Table(
        f"{format_number(POINTS)} points, {PLACES} lieux",
        "s", "rapport", "s de calcul", "pic, Mo", "pour moitié moins, Mo", "écart, m",
    )  # fmt: skip
    # The way that all are compared with has run in the same round.
    base = times["cKDTree seul"]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as alone:
        for name, taken in times.items():
            ratio = statistics.median(t / b for t, b in zip(taken, base, strict=True))
            peaks = [alone.submit(added_megabytes, name, n).result() for n in (POINTS, POINTS // 2)]
            shown.add_row(
                name, format_number(statistics.median(taken), 2), format_number(ratio, 2),
                format_number(min(work[name]), 2),
                *(format_number(p, 0) for p in peaks), f"{apart[name]:.0e}",
            )  # fmt: skip
    Console().print(shown)


if __name__ == "__main__":
    main()
