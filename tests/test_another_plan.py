"""A made plan of a département that does not exist goes all the way with configuration alone."""

import contextlib
import io
import json
import re
import shutil

import made_plan
import pandas as pd
import pytest
import shapely
from PIL import Image

from solidata import catalog, raw
from solidata.analysis import evolution, progress, spending
from solidata.build import assemble
from solidata.clean import geography
from solidata.cli import main
from solidata.figures import gallery, theme
from solidata.figures import spending as figures
from solidata.problems import SourceError
from solidata.tables import Plan

NB = "\u00a0"
COMMANDS = [
    ("build",),
    ("check", "--all"),
    ("trace",),
    ("trace", "actions"),
    ("trace", "actions", "GA-01"),
    ("trace", "plan", made_plan.PLAN["plan_id"]),
    ("trace", "200 000 €"),
    ("figures", "--formats", "svg"),
    ("figures", "--only", "budget", "--formats", "png"),
]


WITHOUT = {"phares-suivants", "flux-de-statuts", "evolution-des-statuts"}
"""Figures that take two years: the made plan has one report."""
DRAWN = [
    *(name for name in gallery.SET if name not in WITHOUT),
    "territoire-amont",
    "territoire-aval",
]


class Made:
    """The home of the made plan once every command has run, and what they printed."""

    def __init__(self, home):
        self.home, self.processed = home, home / "data" / "processed"
        text = made_plan.write(home)
        self.printed, self.codes = {}, {}
        for words in [*COMMANDS, ("audit", str(text))]:
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                self.codes[words] = main([*words])
            self.printed[words] = out.getvalue()

    def load(self, name):
        return catalog.load(name, self.processed)

    def figure(self, name):
        registers = catalog.load_registers(self.processed)
        load = gallery.Load(self.load, lambda: catalog.load_geography(self.processed))
        return gallery.every(load)[name](load, registers, made_plan.YEAR)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("fictif")
        patch.setenv("SOLIDATA_HOME", str(home))
        patch.setenv("COLUMNS", "160")
        return Made(home)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a home with the raw files of the made plan, to spoil."""
    made_plan.write(tmp_path)
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    return tmp_path


def refusals(home):
    with pytest.raises(SourceError) as caught:
        assemble(home / "data" / "raw")
    return [str(p) for p in caught.value.problems]


# --- the whole way -------------------------------------------------------------------------


def test_every_command_says_yes(made):
    assert made.codes == dict.fromkeys(made.codes, 0), made.printed
    checked = made.printed["check", "--all"]
    assert "Plan fictif des entraides 2030-2034 (Département fictif, 99)" in checked
    assert "Chaque nombre est tenu ou écarté." in list(made.printed.values())[-1]
    assert "Corrigé (R001)" in made.printed["trace", "actions", "GA-01"]
    assert f"{len(DRAWN)} figures en page" in made.printed["figures", "--formats", "svg"]


def said_everywhere(made):
    """Yield (where, text) for everything that the commands print and write for a reader."""
    yield from ((" ".join(words), text) for words, text in made.printed.items())
    for path in sorted([*made.processed.iterdir(), *(made.home / "figures").iterdir()]):
        if path.suffix in {".csv", ".json", ".md"}:
            yield path.name, path.read_text(encoding="utf-8-sig")
        elif path.suffix == ".svg":  # the rest of it is coordinates
            said = re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", path.read_text("utf-8"))
            yield path.name, " ".join(said)
        elif path.suffix == ".png":
            with Image.open(path) as image:
                yield path.name, " ".join(map(str, image.info.values()))


def test_nothing_names_the_plan_that_the_project_transcribes(made):
    ours = catalog.load("sections")
    sections = ours.loc[ours["role"] == "section", "label"]
    territories = catalog.load("territories")["label"]
    plan = catalog.load_registers().plan
    names = [plan.department, plan.title, plan.author, *sections, *territories]
    forbidden = re.compile(
        rf"\b(?:{'|'.join(map(re.escape, names))})\b|\b{plan.department_code}(?:\d{{3}})?\b(?!,)"
    )
    every = list(said_everywhere(made))
    assert len(every) > 80  # 10 commands, 29 tables, 21 figures in 3 files
    assert [(where, m[0]) for where, text in every if (m := forbidden.search(text))] == []
    # The same eye sees them where they stand.
    assert all(forbidden.search(text) for text in ("41018", "(41)", "au Nord,"))
    assert not forbidden.search("2041, agence régionale de santé")


def test_the_figures_are_signed_by_the_made_plan(made):
    described = json.loads((made.home / "figures" / "budget-2031.json").read_text("utf-8"))
    assert described["plan"] == "Plan fictif des entraides 2030-2034"
    assert (described["département"], described["auteur"]) == ("Département fictif (99)", "Observatoire fictif")  # fmt: skip
    with Image.open(made.home / "figures" / "budget-2031.png") as image:
        assert image.info["Author"] == "Observatoire fictif"
    package = json.loads((made.processed / "datapackage.json").read_text("utf-8"))
    title = f"Plan fictif des entraides 2030-2034{NB}: actions, budget, indicateurs"
    assert package["title"] == title


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_sound_in_every_preset(made, name):
    figure = made.figure(name)
    for preset in theme.PRESETS:
        assert figure.check(preset) == [], preset


@pytest.mark.parametrize(
    ("name", "title"),
    [
        # 4 achieved (2 + 1 + 1) and 4 engaged (1 + 2 + 1) of 5 + 4 + 3
        ("statuts-par-section", "8 des 12 actions du schéma sont réalisées ou en cours en 2031"),
        ("budget", "Les solidarités représentent 60 % du budget départemental voté pour 2031"),
        ("ouvertures-mds", "3 maisons sur 4 sont ouvertes ; 1 a ouvert en 2031"),
        # 120 / 100 = 1.2, against 72 / 80 = 0.9
        (
            "publics",
            "Aide fictive à domicile : +20 % entre 2028 et 2030, la plus forte hausse relative",
        ),
        ("depense-brute", "Dépense fictive, total : 14,0 M€ en 2030, +1,5 M€ depuis 2028"),
    ],
)
def test_known_titles(made, name, title):
    assert made.figure(name).title.replace(NB, " ").replace("\u202f", " ") == title


def test_known_answers(made):
    counts = progress.status_by_section(made.load("status_counts"), made.load("sections"), 2031)
    assert counts.drop_duplicates("section")["section"].tolist() == [
        "Grand âge fictif", "Jeunes et parents fictifs", "Accès fictif aux droits",
    ]  # fmt: skip
    assert progress.overall(counts)["count"].tolist() == [4, 4, 3, 1]
    volets = progress.by_volet(counts).drop_duplicates("volet").set_index("volet")["total"]
    assert volets.to_dict() == {"publics": 7, "socle": 5}  # 4 + 3, and 5
    statuses = made.load("action_statuses").set_index("action_id")
    # 2 + 1 + 1 of the 5 have a word: one is left, given up
    assert statuses.loc["GA-05", ["status", "basis"]].tolist() == ["supprimee", "deduced"]
    assert statuses.loc["JP-02", "status"] == "en_cours"
    # two actions for one engaged and one postponed: not a guess
    assert set(statuses.loc[["ADR-02", "ADR-03"], "status"]) == {"non_lisible"}
    titles = made.load("actions").set_index("action_id")["title"]
    assert titles["GA-01"] == "Créer un accueil fictif"
    failing = made.load("identities").query("not holds")
    assert failing[["left", "right", "contradiction_id"]].values.tolist() == [[12.0, 13.0, "C001"]]
    payers = spending.funders(made.load("funding"), made.load("actions"))
    shared = spending.by_funder(payers[payers["has_partner"]]).set_index("funder")["amount_eur"]
    assert shared.to_dict() == {"Département": 150_000.0, "ARS": 50_000.0}
    tables = [made.load(n) for n in ("observations", "indicators", "funding")]
    assert evolution.pairs(*tables, 2030, 2031)["difference"].tolist() == [4.0]  # 14 - 10 beds


def test_what_is_executed_is_told_once(made):
    # An amount said to be executed, and its two parts too.
    assert "Ce montant est dit exécuté." in made.figure("financeurs").note
    funding, actions = made.load("funding"), made.load("actions")
    registers = catalog.load_registers(made.processed)
    more = [("JP-02.f2", "JP-02.f1", "CNSA", "planned"), ("JP-02.f3", "JP-02.f1", "Département", "executed")]  # fmt: skip
    rows = funding[funding["funding_id"] == "GA-01.f2"]
    parts = [
        rows.assign(funding_id=key, part_of=whole, funder=funder, stage=stage,
                    action_id="JP-02", amount_min_eur=40_000.0, amount_max_eur=40_000.0)
        for key, whole, funder, stage in more
    ]  # fmt: skip
    both = pd.concat([funding, *parts], ignore_index=True)
    both.loc[both["funding_id"] == "JP-02.f1", "stage"] = "planned"
    note = figures.funders(both, actions, registers, made_plan.YEAR).note
    said = "Seuls sont dits exécutés : GA-01, 200 000 € et JP-02, 40 000 €."
    assert said in note.replace(NB, " ").replace("\u202f", " ")


def test_the_map_is_a_square_of_nine_communes(made):
    found = catalog.load_geography(made.processed)
    side = 3 * made_plan.SIDE_M
    corner = (made_plan.WEST_M, made_plan.SOUTH_M)
    whole = shapely.union_all(found.communes.geometry.to_numpy())
    assert whole.bounds == pytest.approx((*corner, corner[0] + side, corner[1] + side), abs=1)
    assert found.communes["area_km2"].tolist() == pytest.approx([100] * 9, abs=0.01)
    assert found.communes["territory_id"].value_counts().to_dict() == {"aval": 6, "amont": 3}
    population = found.communes.groupby("territory_id")["population"].sum()
    assert population.to_dict() == {"amont": 12_000, "aval": 33_000}  # 1 + 4 + 7, and the others
    assert (found.neighbours["name"].tolist(), found.rivers["name"].tolist()) == (["Voisin fictif"], ["Rivière fictive"])  # fmt: skip
    places = made.load("places").set_index("place_id")
    middle = made_plan.WEST_M + 1.5 * made_plan.SIDE_M
    assert places.loc["maison-e", "point_from"] == "coordinates"
    assert places.loc["maison-e", "x"] == pytest.approx(middle, abs=2)
    assert places.loc["maison-a", "x"] == pytest.approx(middle - made_plan.SIDE_M, abs=2)


# --- plan.yaml -----------------------------------------------------------------------------


def test_without_its_description_a_plan_has_general_words(home, capsys):
    (home / "data" / "raw" / "plan.yaml").unlink()
    assert main(["check"]) == 0
    assert "data/raw/plan.yaml est absent" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert catalog.load_registers(home / "data" / "processed").plan == Plan()
    package = json.loads((home / "data" / "processed" / "datapackage.json").read_text("utf-8"))
    assert package["title"] == f"Plan d’actions{NB}: actions, budget, indicateurs"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("author:", "auteur:", ["« author » : vide ; attendu : une valeur",
                                "« auteur » : « Observatoire fictif » lu ; champ inconnu"]),
        ("'99'", "9", ["« department_code » : « 9 » lu ; attendu : une valeur de la forme"]),
        ("'99'", "[99]", ["« department_code » : « ['99'] » lu ; attendu : un texte seul"]),
        ("Plan fictif des entraides 2030-2034", "", ["« title » : vide ; attendu : une valeur"]),
        ("title:", "title: [", ["plan.yaml, ligne 7 : YAML illisible"]),
        (None, "bonjour", ["plan.yaml : attendu : des lignes « champ: valeur »"]),
        (None, "", ["plan.yaml : attendu : des lignes « champ: valeur »"]),
    ],
)  # fmt: skip
def test_a_bad_description_is_named_and_refused(home, old, new, expected):
    path = home / "data" / "raw" / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    assert old is None or old in text
    path.write_text(new if old is None else text.replace(old, new), encoding="utf-8")
    found = sorted(line.replace(NB, " ") for line in refusals(home))
    assert len(found) == len(expected)
    for line, words in zip(found, sorted(expected), strict=True):
        assert line.startswith("data/raw/plan.yaml")
        assert words in line


def test_another_file_beside_the_folders_is_still_refused(home):
    shutil.copy(home / "data" / "raw" / "plan.yaml", home / "data" / "raw" / "plan.yml")
    (refusal,) = refusals(home)
    assert re.match(r"data/raw/plan\.yml.*hors d’un dossier de document", refusal)


def test_a_code_is_read_as_it_is_written(home):
    path = home / "data" / "raw" / "plan.yaml"
    # YAML alone would read an octal number, 1.
    path.write_text(path.read_text("utf-8").replace("'99'", "01"), encoding="utf-8")
    assert raw.survey(home / "data" / "raw")[0].plan["department_code"].tolist() == ["01"]


# --- départements of other codes -------------------------------------------------------------


def recode(home, code):
    """Give every commune of the made plan the code of another département."""
    folder = home / "data" / "raw"
    for name, old, new in (
        ("plan.yaml", "'99'", f"'{code}'"),
        (f"{made_plan.MAP}/communes.csv", "\n99", f"\n{code}"),
        (f"{made_plan.MAP}/communes.geojson", '"99', f'"{code}'),
        (f"{made_plan.PLACES}/places.csv", ",99", f",{code}"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        if len(code) == 3:  # three characters for the département leave two for the commune
            new, old = new, f"{old}0" if name != "plan.yaml" else old
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("code", ["01", "2A", "974"])
def test_corsica_and_overseas_have_codes_like_others(home, code):
    recode(home, code)
    tables = assemble(home / "data" / "raw")
    assert tables["communes"]["insee_code"].map(geography.department_of).unique().tolist() == [code]
    assert tables["communes"]["area_km2"].notna().all()


def test_a_commune_of_another_departement_is_refused(home):
    path = home / "data" / "raw" / made_plan.MAP / "communes.csv"
    path.write_text(path.read_text("utf-8").replace("\n99009,", "\n98009,"), encoding="utf-8")
    found = [line.replace(NB, " ") for line in refusals(home)]
    assert (
        "data/raw/carte-fictive/communes.csv, ligne 10, colonne « insee_code » : « 98009 » lu ; "
        "attendu : une commune du département 99 (plan.yaml)"
    ) in found


def test_the_communes_of_another_plan_are_told_in_one_line(home):
    path = home / "data" / "raw" / made_plan.MAP / "communes.csv"
    text = path.read_text("utf-8")
    count = text.count("\n99")
    assert count > 1
    path.write_text(text.replace("\n99", "\n98"), encoding="utf-8")
    found = [line for line in refusals(home) if "celles du département" in line]
    assert [line.replace(NB, " ") for line in found] == [
        "data/raw/carte-fictive/communes.csv, colonne « insee_code » : "
        f"« {count} communes du département 980 » lu ; "  # 98 takes three characters
        "attendu : celles du département 99 (plan.yaml), ou aucune"
    ]


def test_outlines_overseas_are_refused_clearly(home):
    path = home / "data" / "raw" / made_plan.MAP / "communes.geojson"
    shapes = json.loads(path.read_text(encoding="utf-8"))
    for feature in shapes["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        # To the Réunion.
        feature["geometry"]["coordinates"] = [[[x + 52.6, y - 67.8] for x, y in ring]]
    path.write_text(json.dumps(shapes), encoding="utf-8")
    found = refusals(home)
    assert len(found) == 9
    assert all("les départements d’outre-mer, qui" in line for line in found)
