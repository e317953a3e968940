"""Where the project's folders are."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def home() -> Path:
    """Return the project's folder.

    ``SOLIDATA_HOME`` if it is set, else the nearest parent of the working folder that
    holds ``data/processed`` or ``data/raw``.

    Returns
    -------
    pathlib.Path
        An absolute path.

    Raises
    ------
    FileNotFoundError
        When there is no such folder.

    Examples
    --------
    >>> home().is_absolute()
    True
    """
    if named := os.environ.get("SOLIDATA_HOME"):
        folder = Path(named).expanduser().resolve()
        if not (folder / "data").is_dir():
            raise FileNotFoundError(
                f"SOLIDATA_HOME désigne {folder}, qui ne contient pas de dossier data/."
            )
        return folder
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / "processed").is_dir() or (folder / "data" / "raw").is_dir():
            return folder
    raise FileNotFoundError(
        f"Aucun projet solidata au-dessus de {here} : placez-vous dans le dossier du projet, "
        "ou donnez son chemin dans la variable SOLIDATA_HOME."
    )


def raw_folder() -> Path:
    """Return the folder of the transcribed documents."""
    return home() / "data" / "raw"


def processed_folder() -> Path:
    """Return the folder of the processed tables."""
    folder = home() / "data" / "processed"
    recover(folder)
    return folder


def set_aside(folder: Path) -> Path:
    """Return where the tables of `folder` stand while new ones take their place."""
    return folder.parent / f".{folder.name}-ancien"


@contextlib.contextmanager
def held(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Hold `folder` against other processes; say whether it is held.

    The system lets it go when the process ends, killed or not. Where there are no such locks
    (Windows), it is held when waiting for it, and never otherwise.
    """
    try:
        import fcntl
    except ImportError:
        yield wait
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            free = True
        except BlockingIOError:
            free = False
        yield free
    finally:
        os.close(handle)


def recover(folder: Path) -> None:
    """Put back the tables that an interruption between two renames left aside."""
    old = set_aside(folder)
    if old.exists():
        with held(folder.parent):  # a build may be between these two renames right now
            put_back(folder)


def put_back(folder: Path) -> None:
    """Do as :func:`recover`, for who holds the folder above."""
    old = set_aside(folder)
    if old.exists():
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.rename(folder)


def write_all(contents: dict[Path, bytes]) -> list[Path]:
    """Write every file or none: each beside its place first, then all renamed, or all put back.

    Parameters
    ----------
    contents : dict of pathlib.Path to bytes
        Files of one folder, which is made if it is not there.

    Returns
    -------
    list of pathlib.Path
        The files, in the order given.
    """
    folder = next(iter(contents)).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".solidata-") as name:
        beside = Path(name)
        for number, data in enumerate(contents.values()):
            (beside / f"{number}.new").write_bytes(data)
        try:
            for number, path in enumerate(contents):
                if path.exists():
                    os.replace(path, beside / f"{number}.old")
                os.replace(beside / f"{number}.new", path)
        except BaseException:
            # What lies beside tells how far each file went, wherever an interruption fell.
            for number, path in enumerate(contents):
                if (beside / f"{number}.old").exists():
                    path.unlink(missing_ok=True)
                    (beside / f"{number}.old").rename(path)
                elif not (beside / f"{number}.new").exists():
                    path.unlink(missing_ok=True)
            raise
    return list(contents)
