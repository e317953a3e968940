"""A report of 2026 made for the tests: every value is fictitious, and says so.

The k-th action of a section is done, under way, postponed, dropped, done...: the totals follow
from the length of the lists.
"""

import csv
from collections import Counter
from itertools import cycle

WORDS = {"realisee": "Réalisée", "en_cours": "En cours", "reportee": "Non engagée - Reportée",
         "supprimee": "Non engagée - Supprimée"}  # fmt: skip
MADE = "(fictif)"
LINES = 5000
# 455,4 = 12 + 21 + 283 + 21 + 20 + 98,4 and 283 = 72,5 + 73,5 + 73 + 64
AMOUNTS = ["455,4 M€", "12 M€", "21 M€", "283 M€", "72,5 M€", "73,5 M€", "73 M€", "64 M€", "21 M€",
           "20 M€", "98,4 M€", "17,5 M€"]  # fmt: skip


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)


def write_rows(path, names, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def numbered_lines():
    lines = iter(range(1, LINES))
    return lambda: str(next(lines))


def fill(folder):
    """Fill the folder that ``new-year 2026`` makes, and take its marker off.

    EF-18 is no longer listed, and EF-19 is new; nothing is printed beyond 2026.
    """
    line = numbered_lines()
    text = (folder / "source.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("draft: true\n", ""),
        ("title:\n", f'title: "Bilan des actions 2026 {MADE}"\n'),
        ("how_read:\n", f'how_read: "Valeurs inventées pour les tests {MADE}."\n'),
        ("lines:\n", f"lines: {LINES}\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "source.yaml").write_text(text, encoding="utf-8")

    names, actions = rows_of(folder / "actions.csv")
    new = {"action_id": "EF-19", "section_id": "enfance-famille", "number": "18", "line": line(),
           "printed": f"Ouvrir une crèche de nuit {MADE}"}  # fmt: skip
    write_rows(folder / "actions.csv", names, [*actions, new])

    names, mentions = rows_of(folder / "mentions.csv")
    mentions = [row for row in mentions if row["action_id"] != "EF-18" or row["list"] != "table"]
    after = max(i for i, row in enumerate(mentions) if row["action_id"].startswith("EF-"))
    after = max(i for i, r in enumerate(mentions) if r["mention_id"].startswith("EF-"))
    mentions.insert(after + 1, {
        **dict.fromkeys(names, ""), "mention_id": "EF-19.table.2026", "action_id": "EF-19", "year": "2026",
        "list": "table", "link": "stated", "hint": f"Ouvrir une crèche de nuit {MADE}",
    })  # fmt: skip
    section = {"DP": "DP", "DF": "DP"}
    turns, counts, number = {}, Counter(), Counter()
    for row in mentions:
        row["line"] = line()
        row["printed"] = row["hint"].split(" ; en 2025")[0].removeprefix("phare ")
        where = row["list"] if row["list"] in {"flagship", "alliance"} else row["mention_id"][:2]
        where = section.get(where, where)
        status = next(turns.setdefault(where, cycle(WORDS)))
        row["status_printed"], row["status_line"] = WORDS[status], line()
        counts[where, status] += 1
        if row["list"] == "table" and where != "DP":
            number[where] += 1
            row["number_printed"] = str(number[where])
    write_rows(folder / "mentions.csv", names, mentions)

    names, totals = rows_of(folder / "status_counts.csv")
    of = Counter()
    for (where, _), count in counts.items():
        of[where] += count
    prefixes = {"phares": "flagship"}
    plan = sum(n for where, n in of.items() if where not in {"flagship", "alliance"})
    kept = []
    for row in totals:
        where = prefixes.get(row["section_id"], row["count_id"][:2])
        if row["year"] == "2027":
            continue
        if row["section_id"] == "ensemble":
            row["count_printed"] = str(plan)
            row["printed"] = f"{plan} actions {MADE}"
        elif row["status"] == "toutes":
            row["count_printed"] = str(of[where])
            row["printed"] = f"{of[where]} actions {MADE}"
        else:
            count = counts[where, row["status"]]
            row["count_printed"], row["total_printed"] = str(count), str(of[where])
            row["printed"] = f"{WORDS[row['status']]} : {count}/{of[where]}"
        row["line"] = line()
        kept.append(row)
    for status in ("reportee", "supprimee"):  # in 2025 none of the flagships was
        count = counts["flagship", status]
        kept.append({"count_id": f"phares.2026.{status}", "section_id": "phares", "year": "2026",
                     "status": status, "count_printed": str(count), "line": line(),
                     "total_printed": str(of["flagship"]),
                     "printed": f"{WORDS[status]} : {count}/{of['flagship']}"})  # fmt: skip
    write_rows(folder / "status_counts.csv", names, kept)

    names, values = rows_of(folder / "observations.csv")
    for row in values:
        value = "10 %" if "(%)" in row["hint"] else "10"
        row |= {"value_printed": value, "printed": f"{value} {MADE}", "line": line()}
        if row["kind"] == "observed":
            row |= {"period_start": "2026-01-01", "period_end": "2026-12-31"}
    write_rows(folder / "observations.csv", names, values)

    names, blocks = rows_of(folder / "department_budget.csv")
    for row, amount in zip(blocks, AMOUNTS, strict=True):
        row |= {"amount_printed": amount, "printed": f"{amount} {MADE}", "line": line()}
    write_rows(folder / "department_budget.csv", names, blocks)

    names, _ = rows_of(folder / "funding.csv")
    amount = {"section_id": "departemental", "year": "2026", "direction": "expense", "kind": "amount",
              "stage": "unstated", "legibility": "clear"}  # fmt: skip
    write_rows(folder / "funding.csv", names, [
        amount | {"funding_id": "DP-05.f1.2026", "action_id": "DP-05", "amount_printed": "6 171 €",
                  "purpose": "Participation des habitants et personnes concernées",
                  "line": line(), "printed": f"6 171 € {MADE}"},
        amount | {"funding_id": "DP-02.f1.2026", "action_id": "DP-02", "amount_printed": "20 000 €",
                  "funder": "ARS", "purpose": f"Accueil {MADE}",
                  "line": line(), "printed": f"20 000 € {MADE}"},
    ])  # fmt: skip


def confirm_budget(root):
    """Say of the budgets of 2026 that other documents give that they repeat those of the report."""
    path = root / "context" / "department_budget.csv"
    names, rows = rows_of(path)
    same = {"2026-primitif-total": "2026-total",
            "2026-primitif-solidarites-avec-personnel": "2026-solidarites-et-sante"}  # fmt: skip
    for row in rows:
        row["repeats"] = same.get(row["block_id"], row["repeats"])
    write_rows(path, names, rows)


def renumber(folder):
    """Give every action of a filled report another identifier and number, and declare it.

    Each numbered list is printed from its last action to its first; EF-03 becomes EF-503, and
    what follows it is a line of ``action_lineage`` (``continued``). EF-19 is new and keeps its own.

    Returns
    -------
    dict
        The new identifier of each action that has one.
    """
    names, mentions = rows_of(folder / "mentions.csv")
    own = {row["action_id"] for row in rows_of(folder / "actions.csv")[1]}
    old = dict.fromkeys(r["action_id"] for r in mentions if r["action_id"] not in {"", *own})
    new = {action: f"{action[:2]}-5{action[3:]}" for action in old}
    lists = {}
    for row in mentions:
        if row["list"] == "table" and row["number_printed"]:
            lists.setdefault(row["action_id"][:2], []).append(row)
    for rows in lists.values():
        places = [(r["line"], r["status_line"], r["number_printed"]) for r in rows]
        for row, place in zip(reversed(rows), places, strict=True):
            row["line"], row["status_line"], row["number_printed"] = place
    numbers = {r["action_id"]: r["number_printed"] for r in mentions if r["list"] == "table"}
    first = {r["action_id"]: r for r in reversed(mentions)}
    for row in mentions:
        row["action_id"] = new.get(row["action_id"], row["action_id"])
    write_rows(folder / "mentions.csv", names, mentions)

    sections, parents = {}, {}
    for row in rows_of(folder.parent / "bilan-2025" / "actions.csv")[1]:
        sections[row["action_id"]] = row["section_id"]
        parents[row["action_id"]] = row["parent_action_id"]
    names, actions = rows_of(folder / "actions.csv")
    for row in actions:
        row["number"] = numbers.get(row["action_id"], row["number"])
    actions += [
        {"action_id": new[action], "section_id": sections[action], "number": numbers.get(action, ""),
         "parent_action_id": new.get(parents[action], parents[action]),
         "line": first[action]["line"], "printed": first[action]["printed"]}
        for action in old
    ]  # fmt: skip
    write_rows(folder / "actions.csv", names, actions)
    names, _ = rows_of(folder / "action_lineage.csv")
    write_rows(folder / "action_lineage.csv", names, [
        {"lineage_id": f"{action}.2026", "action_id": action, "successor_id": new[action],
         "kind": "continued", "year": "2026", "line": first[action]["line"],
         "printed": first[action]["printed"]}
        for action in old
    ])  # fmt: skip
    names, amounts = rows_of(folder / "funding.csv")
    for row in amounts:
        row["action_id"] = new.get(row["action_id"], row["action_id"])
    write_rows(folder / "funding.csv", names, amounts)
    return new
