"""Find the workbooks: in a folder, or from their publishers when there is network."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from solidata.context.maps import File, Publication, publications
from solidata.context.workbooks import of_another_format, open_workbook, workbooks_in
from solidata.french import fold, listed, plural
from solidata.problems import Problem, RefusedError, SourceError

_TRIES = 12
"""How many files of a page are downloaded at most to find the one looked for."""


@dataclass(frozen=True)
class Found:
    """The workbooks at hand, and why the others are not."""

    paths: tuple[Path, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()
    """The names of the editions that are known and not at hand."""

    def told(self, folder: Path) -> str:
        """Return in French what is missing and where to put it, a line each, or an empty text."""
        if not self.missing:
            return ""
        count = len(self.missing)
        lines = [
            f"Il manque {count} {plural(count, 'classeur')}\u00a0:",
            *(f"  {one}" for one in self.missing),
            f"{plural(count, 'Déposez-le', 'Déposez-les')} dans {folder}, "
            "ou donnez un autre dossier avec --data.",
        ]
        if other := of_another_format(folder):
            names = listed(path.name for path in other)
            lines.append(f"D’un autre format que .xlsx et .ods, donc non lus\u00a0: {names}.")
        return "\n".join(lines)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "vide"
    >>> _ = path.write_bytes(b"")
    >>> checksum(path)[:8]
    'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local(folder: str | Path, any_edition: bool = False) -> Found:
    """Return the workbooks of a folder, each held against the editions that are known.

    Parameters
    ----------
    folder : str or pathlib.Path
        Names do not matter: an edition is known by its checksum.
    any_edition : bool
        Accept editions that are not known.

    Returns
    -------
    Found

    Raises
    ------
    SourceError
        When a workbook cannot be read, or is no known edition; its checksum is told.
    RefusedError
        When there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        why = "n’est pas un dossier" if folder.exists() else "introuvable"
        raise RefusedError(f"{folder}\u00a0: {why}\u00a0; attendu\u00a0: le dossier des classeurs.")
    paths = workbooks_in(folder)
    known = {file.sha256: file.name for _, file in _files()}
    sums = {path: checksum(path) for path in paths}
    if not any_edition and (other := [p for p in paths if sums[p] not in known]):
        raise SourceError(problem for path in other for problem in _unknown(path, sums[path]))
    # Another edition stands in for the one we know: which one is known once it is open.
    have = {known.get(total) for total in sums.values()}
    stands_in = any_edition and paths
    absent = [] if stands_in else [(p, f) for p, f in _files() if f.name not in have]
    return Found(
        tuple(paths), tuple(_said(p, f) for p, f in absent), tuple(f.name for _, f in absent)
    )


def fetch(folder: str | Path, step: Callable[[str], Any] = lambda name: None) -> Found:
    """Return the workbooks of `folder`, those that are not there downloaded into it.

    Parameters
    ----------
    folder : str or pathlib.Path
        Made when something is downloaded; nothing is written elsewhere. Names do not matter.
    step : callable
        Told the name of each file; may return a progress bar as pooch wants one (``total``,
        ``update``, ``reset``, ``close``).

    Returns
    -------
    Found
        ``missing`` says why: no address is known, there is no network, or the publisher's page no
        longer has the edition. A file without an address is looked for there by its checksum.

    Raises
    ------
    SourceError
        When a file cannot be read or has another checksum; it is not kept if downloaded.
    """
    folder = Path(folder)
    have = local(folder) if folder.is_dir() else Found((), (), tuple(f.name for _, f in _files()))
    found = list(have.paths)
    missing: list[str] = []
    problems: list[Problem] = []
    for publication, file in _files():
        if file.name not in have.absent:
            continue
        if file.url is None and not publication.attachments:
            missing.append(_said(publication, file))
        elif file.url is None:
            if _find(publication, file, folder, step(file.name)):
                found.append(folder / file.name)
            else:
                missing.append(
                    f"{file.name}\u00a0: sans réponse, ou plus parmi les fichiers de {publication.page}"
                )
        elif _download(file, folder, step(file.name), problems):
            found.append(folder / file.name)
        else:
            missing.append(f"{file.name}\u00a0: sans réponse de {file.url}")
    if problems:
        raise SourceError(problems)
    return Found(tuple(sorted(found)), tuple(missing))


def _download(file: File, folder: Path, bar: Any, problems: list[Problem]) -> bool:
    """Download a file and say whether it is there; pooch keeps none with a wrong checksum."""
    import pooch

    pooch.get_logger().setLevel("ERROR")  # it speaks English
    loader = pooch.HTTPDownloader(progressbar=bar if bar is not None else False)
    try:
        pooch.retrieve(
            file.url, known_hash=f"sha256:{file.sha256}", fname=file.name, path=folder,
            downloader=loader,
        )  # fmt: skip
    except ValueError as error:
        if "hash" not in str(error):
            return False
        expected = "une autre empreinte que celle de l’édition connue\u00a0; rien n’est gardé"
        problems.append(Problem(str(file.url), None, None, file.name, expected))
        return False
    except OSError:  # requests' errors are of this kind
        return False
    return True


def _find(publication: Publication, file: File, folder: Path, bar: Any) -> bool:
    """Look for a file among those that the publisher's portal lists: its checksum tells which."""
    others: list[Problem] = []  # another checksum is another file, and no problem
    return any(
        _download(replace(file, url=url), folder, bar, others) for url in _attached(publication)
    )


def _attached(publication: Publication) -> list[str]:
    """Return the addresses of the workbooks that the portal lists, the likeliest first.

    It answers as the Explore API of Opendatasoft (2.1) does: ``attachments``, each with its
    ``href`` and the ``title`` of its ``metas``. Without an answer, or with another, there is none.
    """
    import pooch

    pooch.get_logger().setLevel("ERROR")
    host = urlsplit(publication.attachments).netloc
    try:
        with tempfile.TemporaryDirectory() as kept:
            said = pooch.retrieve(publication.attachments, known_hash=None, path=kept)
            attachments = json.loads(Path(said).read_bytes())["attachments"]
        files = [(fold(str(one["metas"]["title"])), str(one["href"])) for one in attachments]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    books = [(t, u) for t, u in files if "xlsx" in t + u and urlsplit(u).netloc == host]
    books.sort(key=lambda book: not all(word in book[0] for word in publication.recognise))
    return [url for _, url in books[:_TRIES]]


def _files() -> Iterable[tuple[Publication, File]]:
    return [(p, f) for p in publications() for f in p.files]


def _said(publication: Publication, file: File) -> str:
    if file.url is not None:
        return f"{file.name}\u00a0: absent du dossier\u00a0; à prendre sur {file.url}"
    where = f"\u00a0; à prendre sur {publication.page}" if publication.page else ""
    if publication.attachments:
        return f"{file.name}\u00a0: absent du dossier{where}"
    return f"{file.name}\u00a0: aucune adresse connue{where}"


def _unknown(path: Path, total: str) -> list[Problem]:
    """Return why a file is none of the known editions: cut short, another kind, another edition."""
    try:
        open_workbook(path)
    except SourceError as error:
        return error.problems
    known = [f.name for _, f in _files()]
    wanted = path.name if path.name in known else f"l’un de {', '.join(known)}"
    expected = (
        f"une édition inconnue\u00a0; attendu\u00a0: {wanted} tel que publié "
        "(pour lire une autre édition\u00a0: --any-edition, ou any_edition=True dans un notebook)"
    )
    return [Problem(path.name, None, None, f"SHA-256 {total[:16]}…", expected)]
