"""The command line's grammar, in French."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

_FRENCH = {
    "usage: ": "utilisation : ",
    "positional arguments": "arguments",
    "options": "options",
    "show this help message and exit": "montrer cette aide",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "arguments inconnus : %s",
    "expected one argument": "une valeur est attendue",
    "argument %(argument_name)s: %(message)s": "argument %(argument_name)s : %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r inconnu (au choix : %(choices)s)",
    "invalid %(type)s value: %(value)r": "%(value)r n’est pas de la forme attendue",
}  # fmt: skip


def speak_french() -> None:
    """Make argparse's own sentences French: it reads them through this one name."""
    argparse._ = lambda text: _FRENCH.get(text, text)  # type: ignore[attr-defined]


class Parser(argparse.ArgumentParser):
    """An argument parser that points to the help when a word is wrong."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where the help is, and exit with 2."""
        self.exit(2, f"{self.prog} : {message}\nVoir « {self.prog} --help ».\n")


def command(commands: Any, name: str, summary: str, detail: str = "") -> Parser:
    """Add a command to `commands` and return its parser."""
    added: Parser = commands.add_parser(
        name, help=summary, description=f"{summary}. {detail}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    return added
