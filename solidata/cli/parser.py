"""The command line's grammar, in French."""

from __future__ import annotations

import argparse
import re
import textwrap
from typing import Any, NoReturn

from solidata.french import quote
from solidata.french.text import NO_BREAK_SPACE

_FRENCH = {
    "usage: ": "utilisation : ",
    "positional arguments": f"arguments{NO_BREAK_SPACE}",
    "options": f"options{NO_BREAK_SPACE}",
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


def held(text: str) -> str:
    """Return a text of the help whose punctuation stays on the line of its word, when folded.

    Quotation marks that a shell reads are left as they are.
    """
    return re.sub(r" (?=[:;?!»])|(?<=«) ", NO_BREAK_SPACE, text)


def year(text: str) -> int:
    """Return the year that `text` writes; argparse tells what was expected in place of another."""
    if not re.fullmatch("[0-9]{1,4}", text):
        raise argparse.ArgumentTypeError(f"{quote(text)} lu ; attendu : une année, comme 2026")
    return int(text)


class Parser(argparse.ArgumentParser):
    """An argument parser that points to the help when a word is wrong."""

    def add_argument(self, *names: str, help: str = "", **how: Any) -> argparse.Action:  # type: ignore[override]
        """Add an argument as argparse does, its help in French typography."""
        return super().add_argument(*names, help=held(help), **how)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where the help is, and exit with 2."""
        self.exit(2, f"{self.prog} : {message}\nVoir « {self.prog} --help ».\n")


def command(commands: Any, name: str, summary: str, detail: str = "") -> Parser:
    """Add a command to `commands` and return its parser."""
    paragraphs = held(f"{summary}. {detail}".strip()).splitlines()
    added: Parser = commands.add_parser(
        name,
        help=held(summary),
        description="\n".join(textwrap.fill(p, 80, break_on_hyphens=False) for p in paragraphs),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return added
