"""Where the project's folders are."""

from __future__ import annotations

import os
import shutil
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


def recover(folder: Path) -> None:
    """Put back the tables that an interruption between two renames left aside."""
    old = set_aside(folder)
    if old.exists():
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.rename(folder)
