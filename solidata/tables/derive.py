"""Words that derive from a declaration, each by one small function.

The Frictionless descriptor (:func:`descriptor`), the French dictionary (:func:`dictionary`), a
frame as an analyst reads it (:func:`labelled`), and the words of the plan (:func:`described`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solidata.tables import Field, Plan, Table

if TYPE_CHECKING:
    import pandas as pd


def described(plan: pd.DataFrame) -> Plan:
    """Return the one row of the table ``plan``; general words when it has none.

    Examples
    --------
    >>> import pandas as pd
    >>> described(pd.DataFrame(columns=["title", "department"])).title
    'Plan d’actions'
    """
    import pandas as pd

    if plan.empty:
        return Plan()
    row = plan.iloc[0]
    return Plan(**{name: str(row[name]) for name in Plan._fields if pd.notna(row[name])})


def _field_descriptor(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"name": field.name, "type": field.type}
    described |= {"title": field.title, "description": field.description}
    if field.unit:
        described["unit"] = field.unit
    if field.example:
        described["example"] = field.example
    constraints: dict[str, Any] = {
        name: value
        for name in ("required", "unique", "pattern", "minimum", "maximum")
        if (value := getattr(field, name)) not in (None, False)
    }
    if field.categories:
        described["categories"] = [{"value": v, "label": label} for v, label in field.categories]
        described["categoriesOrdered"] = field.ordered
        constraints["enum"] = list(field.values)
    if constraints:
        described["constraints"] = constraints
    return described


def descriptor(table: Table) -> dict[str, Any]:
    """Return the Frictionless resource of ``<table>.csv``, with its Table Schema."""
    schema: dict[str, Any] = {
        "fields": [_field_descriptor(f) for f in table.fields],
        "primaryKey": [table.key],
        "missingValues": [""],
    }
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {
                "fields": [key.field],
                "reference": {
                    # Frictionless names the table itself by an empty resource.
                    "resource": "" if key.table == table.name else key.table,
                    "fields": [key.target],
                },
            }
            for key in table.foreign_keys
        ]
    return {
        "name": table.name,
        "type": "table",
        # A tabular package holds tabular resources only, and each must say so.
        "profile": "tabular-data-resource",
        "path": f"{table.name}.csv",
        "title": table.title,
        "description": table.description,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def labelled(frame: pd.DataFrame, *tables: Table) -> pd.DataFrame:
    """Return `frame` as an analyst reads it: French column titles, French category labels.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `tables`, or others, which stay as they are.
    *tables : Table
        Where the words come from; the first one that has a column wins.

    Returns
    -------
    pandas.DataFrame
        Missing text and categories shown as an empty cell.
    """
    shown = frame.copy()
    titles = {}
    for name in frame.columns:
        field = next((f for t in tables for f in t.fields if f.name == name), None)
        if field is None:
            continue
        titles[name] = field.title
        if field.categories:
            shown[name] = shown[name].astype(object).map(field.labels)
        if field.categories or field.type == "string":
            shown[name] = shown[name].astype(object).where(frame[name].notna(), "")
    return shown.rename(columns=titles)


_FRENCH_TYPES = {"string": "texte", "integer": "entier", "number": "nombre", "date": "date",
                 "boolean": "vrai/faux"}  # fmt: skip


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def dictionary(tables: dict[str, Table], rows: dict[str, int]) -> str:
    """Return the French dictionary of `tables` as Markdown, with `rows` rows each."""
    lines = ["# Dictionnaire des tables", ""]
    lines += ["Produit par `solidata build` à partir de `solidata/tables/` ; ne pas modifier.", ""]
    for name, table in tables.items():
        lines += [f"## `{name}` : {table.title}", "", table.description, ""]
        lines += [f"{rows[name]} lignes. Clé : `{table.key}`.", ""]
        lines += ["| Champ | Titre | Type | Unité | Description |", "|---|---|---|---|---|"]
        references = {key.field: key for key in table.foreign_keys}
        for field in table.fields:
            described = field.description
            if field.categories:
                described += (
                    " Valeurs : "
                    + " ; ".join(f"`{value}` ({label})" for value, label in field.categories)
                    + "."
                )
            # A folder of several sources gives the source of each row.
            if field.computed and field.name != "source_id" and table.origin == "transcribed":
                described += " Calculé : ne se transcrit pas."
            if key := references.get(field.name):
                described += f" Renvoie à `{key.table}.{key.target}`."
            cells = [f"`{field.name}`", field.title, _FRENCH_TYPES[field.type], field.unit or "",
                     described]  # fmt: skip
            lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
        lines.append("")
    return "\n".join(lines)
