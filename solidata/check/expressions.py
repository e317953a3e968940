"""Sums, differences, products and quotients of references ``table:key``: a grammar, not ``eval``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from solidata.french import quote
from solidata.tables import all_tables
from solidata.tables.rows import Row

Tables = Mapping[str, Sequence[Row]]

_TOKEN = re.compile(r"\s*(?:(?P<op>[-+*/])\s|(?P<ref>[a-z_]+:\S+)|(?P<num>\d+(?:\.\d+)?))")


def evaluate(
    expression: str, tables: Tables, known: dict[str, dict[str, float]] | None = None
) -> float:
    """Return the value of a sum, difference, product or quotient of references and numbers.

    Parameters
    ----------
    expression : str
        Terms separated by operators between spaces; ``*`` and ``/`` bind first. A reference is
        ``table:key``, for one of the tables that declare a ``value``.
    tables : Rows
    known : dict, optional
        The values of the tables met so far, kept from one expression to the next.

    Raises
    ------
    KeyError
        When a reference names no row, or a table without a value.
    ValueError
        When the expression cannot be read, or divides by zero.

    Examples
    --------
    >>> evaluate("3 * 10 - 5", {})
    25.0
    """
    tokens, position = [], 0
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise ValueError(f"expression illisible à partir de {quote(expression[position:])}")
        tokens.append(match)
        position = match.end()
    if len(tokens) % 2 == 0 or any(
        (t.lastgroup == "op") != (i % 2 == 1) for i, t in enumerate(tokens)
    ):
        raise ValueError(f"expression illisible : {quote(expression)}")

    known = {} if known is None else known
    total, term, sign = 0.0, _operand(tokens[0], tables, known), 1.0
    for operator, operand in zip(tokens[1::2], tokens[2::2], strict=True):
        value = _operand(operand, tables, known)
        if operator["op"] == "*":
            term *= value
        elif operator["op"] == "/":
            if value == 0:
                raise ValueError(f"division par zéro : {quote(expression)}")
            term /= value
        else:
            total += sign * term
            sign, term = (1.0 if operator["op"] == "+" else -1.0), value
    return total + sign * term


def _operand(token: re.Match[str], tables: Tables, known: dict[str, dict[str, float]]) -> float:
    if token["num"]:
        return float(token["num"])
    name, _, key = token["ref"].partition(":")
    valued = {n: (t.key, t.value) for n, t in all_tables().items() if t.value is not None}
    if name not in valued:
        raise KeyError(f"{name} n’a pas de valeur ; attendu : l’une de {', '.join(valued)}")
    if name not in known:
        key_field, value = valued[name]
        known[name] = {
            row[key_field]: float(row[value]) for row in tables[name] if row[value] is not None
        }
    if key not in known[name]:
        raise KeyError(f"{token['ref']} n’a pas de valeur")
    return known[name][key]
