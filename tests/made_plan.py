"""A plan that does not exist, of a département that does not exist, to hold the code against.

Everything is invented and says so (« fictif »): another code, other sections, volets, territories,
status words and years than those of the plan that the project transcribes.
"""

import csv
import json

import geopandas as gpd
import yaml
from shapely.geometry import LineString, box

from solidata.check.coverage import numbers_in
from solidata.tables import all_tables

YEAR = 2031
REPORT, MAP = "rapport-fictif", "carte-fictive"
PLACES, FIGURES = "lieux-fictifs", "chiffres-fictifs"
PLAN = {
    "plan_id": "plan-fictif-2030-2034",
    "title": "Plan fictif des entraides 2030-2034",
    "department": "Département fictif",
    "department_code": "99",
    "points_indicator": "points-fictifs",
    "author": "Observatoire fictif",
}
SECTIONS = {
    "grand-age": ("socle", "Grand âge fictif", "GA"),
    "jeunes": ("publics", "Jeunes et parents fictifs", "JP"),
    "droits": ("publics", "Accès fictif aux droits", "ADR"),
}
WORDS = {
    "achevée": "realisee",
    "engagée": "en_cours",
    "ajournée": "reportee",
    "abandonnée": "supprimee",
}
COUNTS = {"grand-age": (2, 1, 1, 1), "jeunes": (1, 2, 1, 0), "droits": (1, 1, 1, 0)}
"""Achieved, engaged, postponed, given up: 5 + 4 + 3 = 12 actions."""
SAID = {
    "grand-age": ["achevée", "achevée", "engagée", "ajournée", ""],  # the last one is left over
    "jeunes": ["achevée", "engagée", "engagée", "ajournée"],
    "droits": ["achevée", "", ""],  # two statuses are left for two actions: nothing is deduced
}
SIDE_M, WEST_M, SOUTH_M = 10_000, 690_000, 6_600_000
"""A grid of three by three squares, in Lambert-93, in the middle of metropolitan France."""


class Report:
    """The lines of the made report, and its ledger of numbers."""

    def __init__(self):
        self.lines, self.ledger = [], []

    def say(self, text, record="", reason=""):
        """Print a line; return where it stands: ``line`` and ``printed`` of a row."""
        self.lines.append(text)
        line = len(self.lines)
        self.ledger += [
            {"line": line, "rank": n.rank, "printed": n.printed, "before": n.before,
             "after": n.after, "record": record, "reason": reason}
            for n in numbers_in(line, text)
        ]  # fmt: skip
        return {"line": line, "printed": text}


def write_table(folder, name, rows, several=False):
    """Write a raw table with the columns that its declaration wants; the others stay empty."""
    columns = [f.name for f in all_tables()[name].transcribed]
    columns += ["source_id"] if several else []
    stray = {key for row in rows for key in row} - set(columns)
    assert not stray, (name, stray)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_source(folder, title, kind, lines=None):
    described = {
        "title": title, "publisher": "Éditeur fictif", "kind": kind, "confidence": "A",
        "how_read": "Inventé pour les tests.", "licence": "Licence Ouverte 2.0 (données)",
    }  # fmt: skip
    folder.mkdir(parents=True)
    described |= {"lines": lines} if lines else {}
    (folder / "source.yaml").write_text(
        yaml.safe_dump(described, allow_unicode=True), encoding="utf-8"
    )


def write(home):
    """Write ``data/raw`` of the made plan under `home`; return the text of its report."""
    root = home / "data" / "raw"
    root.mkdir(parents=True)
    (root / "plan.yaml").write_text(yaml.safe_dump(PLAN, allow_unicode=True), encoding="utf-8")
    report = Report()
    tables = {**_plan(report), **_actions(report), **_money(report), **_measures(report)}
    tables["numbers"] = report.ledger
    write_source(root / REPORT, "Bilan fictif 2031", "rapport", len(report.lines))
    for name, rows in tables.items():
        write_table(root / REPORT, name, rows)
    _context(root / FIGURES)
    _geography(root / MAP)
    _places(root / PLACES)
    text = home / "rapport-fictif.txt"
    text.write_text("\n".join(report.lines) + "\n", encoding="utf-8")
    return text


def _plan(report):
    say = report.say
    say("Plan fictif des entraides 2030-2034", reason="titre")
    sections, counts = [], []
    whole = say("13 actions fictives", record="status_counts:plan.2031")  # the sections make 12
    key = say("3 mesures clés fictives", record="status_counts:cles.2031")
    for order, (section, (volet, label, prefix)) in enumerate(SECTIONS.items(), start=1):
        sections.append({"section_id": section, "volet": volet, "label": label, "order": order,
                         "prefix": prefix, "role": "section", "in_total": "true", **say(label)})  # fmt: skip
        for status, count in zip(WORDS.values(), COUNTS[section], strict=True):
            name, total = f"{prefix}.2031.{status}", sum(COUNTS[section])
            counts.append({
                "count_id": name, "section_id": section, "year": YEAR, "status": status,
                "count_printed": count, "total_printed": total,
                **say(f"{count}/{total} {status}", record=f"status_counts:{name}"),
            })  # fmt: skip
    for section, role, name, where, count in (
        ("plan-entier", "whole", "plan.2031", whole, 13),
        ("mesures-cles", "flagships", "cles.2031", key, 3),
    ):
        sections.append({"section_id": section, "volet": "socle", "label": where["printed"][2:].strip().capitalize(),
                         "order": len(sections) + 1, "role": role, "in_total": "false", **where})  # fmt: skip
        counts.append({"count_id": name, "section_id": section, "year": YEAR, "status": "toutes",
                       "count_printed": count, **where})  # fmt: skip
    first = counts[0]
    return {
        "volets": [{"volet_id": "socle", "label": "Socle fictif"},
                   {"volet_id": "publics", "label": "Volet fictif des publics"}],
        "sections": sections,
        "status_counts": counts,
        "status_words": [{"word_id": s, "wording": w, "status": s} for w, s in WORDS.items()],
        "contradictions": [{
            "contradiction_id": "C001", "topic": "Nombre fictif d’actions",
            "source_a": REPORT, "line_a": whole["line"], "printed_a": whole["printed"],
            "claim_a": "Le plan fictif compte 13 actions.",
            "source_b": REPORT, "line_b": first["line"], "printed_b": first["printed"],
            "claim_b": "Les trois sections fictives en comptent 12.",
            "severity": "majeure", "kept": "b", "reason": "Seules les sections ont des statuts.",
            "affects": "status_counts:plan.2031 " + " ".join(f"status_counts:{c['count_id']}" for c in counts[:-2]),
            "identity_id": f"sections.{REPORT}.plan.2031",
        }],
        "corrections": [{
            "correction_id": "R001", "row": "actions:GA-01", "field": "title",
            "printed": "Crêer un acueil fictif", "value": "Créer un accueil fictif",
            "reason": "Lettres mal lues",
        }],
    }  # fmt: skip


def _actions(report):
    say = report.say
    actions, mentions, flagships = [], [], []
    for section, (volet, _, prefix) in SECTIONS.items():
        for number, word in enumerate(SAID[section], start=1):
            action = f"{prefix}-{number:02}"
            title = "Crêer un acueil fictif" if action == "GA-01" else f"Action fictive {action}"
            place = say(title, reason="numero")
            status = {"status_printed": word, "status_line": say(word)["line"]} if word else {}
            actions.append({"action_id": action, "section_id": section, "number": number, **place})
            mentions.append({"mention_id": f"{action}.table", "action_id": action, "year": YEAR,
                             "list": "table", "link": "stated", **status, **place})  # fmt: skip
        if SAID[section][0]:
            rank = len(flagships) + 1
            flagship, place = f"phare-2031-{rank:02}", say(f"Mesure clé fictive {'ABC'[rank - 1]}")
            flagships.append({"flagship_id": flagship, "year": YEAR, "rank": rank, "volet": volet,
                              **place})  # fmt: skip
            for where in ("flagship", "sheet"):
                line = say("achevée")["line"]
                mentions.append({
                    "mention_id": f"{prefix}.{where}", "action_id": f"{prefix}-01", "year": YEAR,
                    "list": where, "flagship_id": flagship, "link": "stated",
                    "status_printed": "achevée", "status_line": line, **place,
                })  # fmt: skip
    return {"actions": actions, "mentions": mentions, "flagships": flagships}


def _money(report):
    funding, budget = [], []
    for key, section, amount, funder, whole in (
        ("GA-01.f1", "grand-age", "200 000 €", "", ""),
        ("GA-01.f2", "grand-age", "150 000 €", "Département", "GA-01.f1"),
        ("GA-01.f3", "grand-age", "50 000 €", "ARS Région fictive", "GA-01.f1"),
        ("JP-02.f1", "jeunes", "80 000 €", "Département", ""),
        ("ADR-01.f1", "droits", "30 000 €", "Département", ""),
    ):
        funding.append({
            "funding_id": key, "action_id": key.partition(".")[0], "section_id": section,
            "year": YEAR, "direction": "expense", "kind": "amount", "stage": "executed",
            "amount_printed": amount, "funder": funder, "purpose": f"Objet fictif {key[-2:]}",
            "part_of": whole, "split_by": "funder" if whole else "", "legibility": "clear",
            **report.say(amount, record=f"funding:{key}"),
        })  # fmt: skip
    for key, year, scope, block, parent, amount in (
        ("2030-total", 2030, "total", "Budget total", "", "95 M€"),
        ("2031-total", 2031, "total", "Budget total", "", "100 M€"),
        ("2031-solidarites", 2031, "solidarites_avec_personnel", "Entraides fictives", "2031-total", "60 M€"),
        ("2031-age", 2031, "solidarites_avec_personnel", "Grand âge fictif", "2031-solidarites", "35 M€"),
        ("2031-jeunes", 2031, "solidarites_avec_personnel", "Jeunes fictifs", "2031-solidarites", "25 M€"),
        ("2031-routes", 2031, "total", "Routes fictives", "2031-total", "40 M€"),
    ):  # fmt: skip
        budget.append({
            "block_id": key, "year": year, "stage": "primitif", "scope": scope, "block": block,
            "parent_id": parent, "amount_printed": amount, "basis": "stated", "confidence": "A",
            **report.say(amount, record=f"department_budget:{key}"),
        })  # fmt: skip
    return {"funding": funding, "department_budget": budget}


def _measures(report):
    say = report.say
    observations = []
    for key, day, value, kind in (
        ("lits-fictifs.1", "2030", "10", "observed"),
        ("lits-fictifs.2", "2031", "14", "observed"),
        ("maisons-fictives.1", "", "4", "target"),
        ("maisons-fictives.2", "", "3", "observed"),
        ("points-fictifs.1", "", "6", "observed"),
    ):
        period = {"period_start": f"{day}-01-01", "period_end": f"{day}-12-31"} if day else {}
        observations.append({
            "observation_id": key, "indicator_id": key.partition(".")[0], **period,
            "value_printed": value, "kind": kind, "legibility": "clear",
            **say(f"{value} en tout", record=f"observations:{key}"),
        })  # fmt: skip
    opened = say("Ouverture de la maison d’Aval le 3 mars 2031", record="events:ouverture-aval")
    adopted = say("Adopté en juin 2030", record="events:adoption")
    territories = [
        {"territory_id": key, "label": label, "action_sheets_printed": count, "confidence": "A",
         **say(f"{count} fiches fictives", record=f"territories:{key}")}
        for key, label, count in (("amont", "Amont fictif", 2), ("aval", "Aval fictif", 3))
    ]  # fmt: skip
    return {
        "indicators": [
            {"indicator_id": "lits-fictifs", "label": "Lits fictifs", "unit": "lits", "measure": "stock"},
            {"indicator_id": "maisons-fictives", "label": "Maisons fictives (MDS)", "unit": "structures", "measure": "stock"},
            {"indicator_id": "points-fictifs", "label": "Points fictifs", "unit": "structures", "measure": "stock"},
        ],
        "observations": observations,
        "events": [
            {"event_id": "ouverture-aval", "label": "Ouverture de la maison d’Aval", "kind": "opening",
             "date_printed": "3 mars 2031", "place": "Aval", "indicator_id": "maisons-fictives", **opened},
            {"event_id": "adoption", "label": "Adoption fictive", "kind": "decision",
             "date_printed": "juin 2030", **adopted},
        ],
        "territories": territories,
        "challenges": [
            {"challenge_id": f"{key}-1", "territory_id": key, "rank": 1, "number_printed": 1,
             **say("Un défi fictif")}
            for key in ("amont", "aval")
        ],
    }  # fmt: skip


def _context(folder):
    """Write the made statistics of other years, in persons and in euros."""
    write_source(folder, "Chiffres fictifs", "classeur")
    indicators, observations = [], []
    for name, label, unit, values in (
        ("contexte-aide", "Aide fictive à domicile", "personnes", {2028: "100", 2030: "120"}),
        ("contexte-accueil", "Accueil fictif", "personnes", {2028: "80", 2030: "72"}),
        ("contexte-depense-brute-total", "Dépense fictive, total", "euros", {2028: "12,5 M€", 2030: "14 M€"}),
        ("contexte-depense-brute-age", "Dépense fictive, grand âge", "euros", {2028: "7 M€", 2030: "8 M€"}),
    ):  # fmt: skip
        indicators.append({"indicator_id": name, "label": label, "unit": unit, "measure": "stock"})
        observations += [
            {"observation_id": f"{name}.{year}", "indicator_id": name, "period_start": f"{year}-01-01",
             "period_end": f"{year}-12-31", "value_printed": value, "kind": "observed",
             "legibility": "clear", "printed": value}
            for year, value in values.items()
        ]  # fmt: skip
    write_table(folder, "indicators", indicators)
    write_table(folder, "observations", observations)


def _square(column, row, side=SIDE_M):
    return box(*(WEST_M + side * column, SOUTH_M + side * row),
               *(WEST_M + side * (column + 1), SOUTH_M + side * (row + 1)))  # fmt: skip


def _layer(path, properties, shapes):
    frame = gpd.GeoDataFrame(properties, geometry=shapes, crs=2154).to_crs(4326)
    path.write_text(json.dumps(json.loads(frame.to_json())), encoding="utf-8")


def _geography(folder):
    """Write nine square communes, two EPCI, two arrondissements, a neighbour and a river."""
    write_source(folder, "Carte fictive", "geographie")
    communes, shapes = [], []
    for number in range(9):
        column, row = number % 3, number // 3
        code, name = f"{PLAN['department_code']}{number + 1:03}", f"Fictive-{'ABCDEFGHI'[number]}"
        upstream = column == 0
        communes.append({
            "insee_code": code, "name": name, "epci_id": "990000001" if upstream else "990000002",
            "arrondissement_id": "991" if upstream else "992", "population": 1000 * (number + 1),
            "population_year": 2029, "printed": name,
        })  # fmt: skip
        shapes.append(_square(column, row))
    write_table(folder, "communes", communes)
    write_table(folder, "epci", [
        {"epci_id": "990000001", "name": "Pays d’Amont fictif", "nature": "CC", "territory_id": "amont",
         "territory_confidence": "stated", "printed": "Pays d’Amont fictif"},
        {"epci_id": "990000002", "name": "Pays d’Aval fictif", "nature": "CA", "territory_id": "aval",
         "territory_confidence": "fair", "printed": "Pays d’Aval fictif"},
    ])  # fmt: skip
    write_table(folder, "arrondissements", [
        {"arrondissement_id": code, "name": name, "printed": name}
        for code, name in (("991", "Fictive-A"), ("992", "Fictive-C"))
    ])  # fmt: skip
    codes = {"code": [c["insee_code"] for c in communes], "nom": [c["name"] for c in communes]}
    _layer(folder / "communes.geojson", codes, shapes)
    around = {"code": ["98"], "nom": ["Voisin fictif"]}
    _layer(folder / "neighbours.geojson", around, [_square(1, 0, 3 * SIDE_M)])
    river = LineString([(WEST_M, SOUTH_M + 5_000), (WEST_M + 3 * SIDE_M, SOUTH_M + 25_000)])
    _layer(folder / "rivers.geojson", {"nom": ["Rivière fictive"]}, [river])


def _places(folder):
    """Write four places and what happened to one."""
    write_source(folder, "Lieux fictifs", "page_web")
    here = gpd.GeoSeries([_square(1, 1).centroid], crs=2154).to_crs(4326).iloc[0]
    places = [
        {"place_id": key, "name": name, "kind": kind, "insee_code": code, "located_to": "commune",
         "state": state, "as_of": "2031-06", "in_announced_total": "stated", "confidence": "A",
         "printed": name}
        for key, name, kind, code, state in (
            ("maison-a", "Maison fictive d’Amont", "mds", "99001", "open"),
            ("maison-e", "Maison fictive du milieu", "mds", "99005", "open"),
            ("maison-i", "Maison fictive d’Aval", "mds", "99009", "planned"),
            ("antenne-c", "Antenne fictive", "antenne", "99003", "interim"),
        )
    ]  # fmt: skip
    places[1] |= {"lon": f"{here.x:.5f}", "lat": f"{here.y:.5f}", "located_to": "address", "address": "1 rue Fictive"}  # fmt: skip
    write_table(folder, "places", places)
    write_table(folder, "place_events", [
        {"place_event_id": "maison-e.ouverture", "place_id": "maison-e", "event": "open",
         "date_min": "2031-03-03", "date_max": "2031-03-03", "confidence": "A", "printed": "3 mars 2031"},
    ])  # fmt: skip
