"""Rates, ranks, quartiles and constant euros, on made numbers whose answers are known."""

import json
import threading
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler

import numpy as np
import openpyxl
import pandas as pd
import pytest

from solidata.analysis import context as analysis
from solidata.analysis import publics
from solidata.cli import context as command
from solidata.cli import main
from solidata.context import download, maps
from solidata.figures import context as drawing
from solidata.figures import ranks
from solidata.figures.defects import DefectError
from solidata.french import fold
from solidata.problems import NoDataError, RefusedError, SourceError

APA = "contexte-apa-a-domicile"
SPENT = "contexte-depense-brute-personnes-agees"
BANDS = ["0 à 4 ans", "5 à 74 ans", "75 à 79 ans", "80 ans et plus", "Total"]
NAMES = {"18": "Cher", "41": "Loir-et-Cher", "45": "Loiret", "2A": "Corse-du-Sud",
         "2B": "Haute-Corse", "971": "Guadeloupe"}  # fmt: skip
REGIONS = {"18": "24", "41": "24", "45": "24", "2A": "94", "2B": "94", "971": "01"}


def row(indicator, department, year, value, **more):
    return {
        "area_kind": "departement", "department": department, "region": REGIONS[department],
        "area_name": NAMES[department], "part_of": "20" if department in {"2A", "2B"} else "",
        "indicator_id": indicator, "series": "", "period": str(year), "year": year, "value": value,
        "unit": "personnes", "flag": "", "source_id": "drees-aide-sociale-beneficiaires",
        "sheet": "Tab5-pa", "cell": f"C{len(department) + year}", **more,
    }  # fmt: skip


def people(department, year, old, flag="", **more):
    """80 % of the old are under 80; the others are ten times as many."""
    counts = [old, 9 * old, old * 0.8, old * 0.2, 11 * old]
    return [
        row(analysis.POPULATION, department, year, n, series=f"Ensemble – {band}", unit="habitants",
            flag=flag, source_id="insee-population-2022", sheet=str(year), **more)
        for band, n in zip(BANDS, counts, strict=True)
    ]  # fmt: skip


def france(rows):
    """Return the rows as those of metropolitan France, without a code."""
    return [
        r | {"area_kind": analysis.METROPOLE, "department": "", "region": "", "part_of": "",
             "area_name": "France métropolitaine"}
        for r in rows
    ]  # fmt: skip


@pytest.fixture
def observations():
    values = {"18": 100, "41": 300, "45": 200, "2A": 50, "2B": 150, "971": None}
    old = {"18": 1000, "41": 1000, "45": 4000, "2A": 500, "2B": 500, "971": 1000}
    rows = []
    for year in (2018, 2019):
        for code, value in values.items():
            rows.append(row(APA, code, year, value))
            rows += people(code, year + 1, old[code], "p" if year == 2019 else "")
        rows += france([row(APA, "41", year, 840), *people("41", year + 1, 7000)])
    return pd.DataFrame(rows).astype({"year": "Int64"})


def at(frame, kind, year=2019, **where):
    mine = frame[(frame["area_kind"] == kind) & (frame["year"] == year)]
    for column, value in where.items():
        mine = mine[mine[column] == value]
    assert len(mine) == 1
    return mine.iloc[0]


def test_an_indicator_is_over_its_public_of_the_next_january(observations):
    found = analysis.rates(observations, APA, "75-")
    own = at(found, "departement", department="41")
    assert (own["value"], own["population"], own["population_year"]) == (300, 1000, 2020)
    assert own["rate"] == 0.3
    assert own["provisional"]  # 2020 is marked (p)
    assert not at(found, "departement", 2018, department="41")["provisional"]
    assert own["source_id"] == "drees-aide-sociale-beneficiaires insee-population-2022"
    assert own["address"].split()[0] == "drees-aide-sociale-beneficiaires:Tab5-pa!C2021"
    flow = analysis.rates(observations, APA, "75-", measure="flow")
    assert at(flow, "departement", department="41")["population_year"] == 2019


def test_a_region_is_a_ratio_of_sums_and_no_mean_of_ratios(observations):
    region = at(analysis.rates(observations, APA, "75-"), "region", region="24")
    assert region["rate"] == (100 + 300 + 200) / (1000 + 1000 + 4000)  # 0.1
    assert region["rate"] != np.mean([0.1, 0.3, 0.05])
    assert region["basis"] == "sum"
    printed = row(APA, "41", 2019, 660) | {"area_kind": "region", "department": "",
                                           "area_name": "Centre-Val de Loire"}  # fmt: skip
    more = pd.concat([observations, pd.DataFrame([printed])], ignore_index=True)
    told = at(analysis.rates(more, APA, "75-"), "region", region="24")
    assert (told["rate"], told["basis"]) == (660 / 6000, "printed")
    assert told["area_name"] == "Centre-Val de Loire"
    france_ = at(analysis.rates(observations, APA, "75-"), analysis.METROPOLE)
    assert (france_["rate"], france_["basis"]) == (840 / 7000, "printed")


def test_a_sum_with_a_missing_part_is_missing(observations):
    gone = observations["value"].mask(
        (observations["department"] == "18") & (observations["indicator_id"] == APA)
    )
    found = analysis.rates(observations.assign(value=gone), APA, "75-")
    assert pd.isna(at(found, "region", region="24")["rate"])


def test_what_is_in_parts_is_counted_once(observations):
    found = analysis.rates(observations, APA, "75-")
    corse = at(found, "departement", department="20")
    assert (corse["value"], corse["population"], corse["rate"]) == (200, 1000, 0.2)
    assert not found["department"].isin(["2A", "2B"]).any()
    whole = row(APA, "41", 2019, 210) | {"department": "20", "region": "94", "area_name": "Corse"}
    more = pd.concat([observations, pd.DataFrame([whole])], ignore_index=True)
    assert at(analysis.rates(more, APA, "75-"), "departement", department="20")["value"] == 210
    blank = pd.concat([observations, pd.DataFrame([whole | {"value": None}])], ignore_index=True)
    assert at(analysis.rates(blank, APA, "75-"), "departement", department="20")["value"] == 200


def test_ranks_share_the_best_place_and_count_the_missing(observations):
    found = analysis.ranks(analysis.rates(observations, APA, "75-"), 2019)
    assert found["department"].tolist() == ["41", "20", "18", "45", "971"]
    assert found["rank"].tolist()[:4] == [1, 2, 3, 4]
    assert pd.isna(found["rank"].iloc[4])
    assert (found["n"].iloc[0], found["missing"].iloc[0]) == (4, 1)
    tied = observations.assign(
        value=observations["value"].where(
            (observations["department"] != "18") | (observations["indicator_id"] != APA), 200
        )
    )
    assert analysis.ranks(analysis.rates(tied, APA, "75-"), 2019)["rank"].tolist()[:4] == [1, 2, 2, 4]  # fmt: skip
    with pytest.raises(NoDataError, match="2031"):
        analysis.ranks(found, 2031)


def test_quartiles_are_those_of_numpy(observations):
    found = analysis.rates(observations, APA, "75-")
    cuts = analysis.quartiles(found).set_index("year").loc[2019]
    rates = [0.05, 0.1, 0.2, 0.3]  # Loiret, Cher, Corse, Loir-et-Cher
    assert cuts[["q1", "median", "q3"]].tolist() == pytest.approx(np.quantile(rates, [0.25, 0.5, 0.75]))  # fmt: skip
    assert (cuts["n"], cuts["missing"]) == (4, 1)
    metropolitan = analysis.quartiles(analysis.rates(observations, APA, "75-", metropolitan=True))
    assert metropolitan["missing"].tolist() == [0, 0]


@pytest.mark.parametrize("public", ["0-20", "60-", "20-64"])
def test_ages_that_are_not_printed_are_refused(observations, public):
    with pytest.raises(RefusedError, match="tranches d’âge"):
        analysis.rates(observations, APA, public)


def test_what_is_not_there_is_told(observations):
    with pytest.raises(NoDataError, match="Aucune valeur"):
        analysis.rates(observations, "autre", "75-")
    with pytest.raises(NoDataError, match="Aucune population"):
        analysis.rates(observations[observations["indicator_id"] == APA], APA, "75-")
    with pytest.raises(RefusedError, match="n’a pas les colonnes"):
        analysis.rates(observations.drop(columns="flag"), APA, "75-")
    for public in ("75", "64-20", "vieux"):
        with pytest.raises(RefusedError, match="Public"):
            analysis.ages(public)


def test_two_series_are_never_joined(observations):
    first = observations["indicator_id"] == APA
    series = observations["series"].mask(first & (observations["year"] == 2018), "RSA socle")
    series = series.mask(first & (observations["year"] == 2019), "RSA")
    two = observations.assign(series=series)
    assert set(analysis.rates(two, APA, "75-")["year"]) == {2019}
    assert set(analysis.rates(two, APA, "75-", series="RSA socle")["year"]) == {2018}
    with pytest.raises(NoDataError, match="série"):
        analysis.rates(two, APA, "75-", series="RSO")


def test_money_is_in_euros_current_then_constant(observations):
    spent = [row(SPENT, "41", year, value, unit="milliers d'euros")
             for year, value in ((2018, 90.0), (2019, 100.0))]  # fmt: skip
    more = people("41", 2018, 1000)
    frame = pd.concat([observations, pd.DataFrame([*spent, *more])], ignore_index=True)
    found = analysis.rates(frame, SPENT, "75-", measure="flow")
    mine = found[found["department"] == "41"]
    assert mine["value"].tolist() == [90_000, 100_000]
    assert mine["rate"].tolist() == [90, 100]
    prices = pd.DataFrame({"year": [2018, 2019], "index": [0.9, 1.0], "source": "Insee, indice"})
    constant = analysis.constant_euros(mine, prices, column="rate")
    assert constant["rate_constant"].tolist() == pytest.approx([90 / 0.9, 100])
    assert constant["price_base"].tolist() == [2019, 2019]
    assert analysis.constant_euros(mine, prices, 2018, "rate")["rate_constant"].tolist() == pytest.approx([90, 90])  # fmt: skip
    for spoilt, words in (
        (prices.assign(source=""), "dire sa source"),
        (prices[prices["year"] == 2019], "pour 2018"),
        (prices.assign(index=[0.9, 0]), "une valeur positive"),
        (pd.concat([prices, prices]), "une valeur positive"),
    ):
        with pytest.raises(RefusedError, match=words):
            analysis.constant_euros(mine, spoilt, column="rate")


# --- figures ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registers():
    import solidata

    return solidata.load_registers()


@pytest.mark.parametrize("preset", ["colonne", "page", "paysage", "web"])
def test_the_figures_have_no_defect(observations, registers, preset):
    found = analysis.rates(observations, APA, "75-")
    over = drawing.over_time(found, "41", "APA à domicile", "75-", registers)
    rank = ranks.strip(found, "41", 2019, "APA à domicile", "75-", registers)
    assert [over.check(preset), rank.check(preset)] == [[], []]


def test_the_figures_say_what_was_computed(observations, registers):
    found = analysis.rates(observations, APA, "75-")
    over = drawing.over_time(found, "41", "APA à domicile", "75-", registers)
    assert fold(over.title) == "apa a domicile : loir-et-cher dans le quart superieur en 2019"
    assert "300,0 personnes pour 1\u202f000" in over.reading.replace("\u00a0", " ")
    assert (
        "un quart des départements sont au-dessus de 225,0" in over.reading
    )  # between 0,2 and 0,3
    assert "provisoire en 2020" in over.note
    assert "APA" in over.note  # the glossary
    rank = ranks.strip(found, "41", 2019, "APA à domicile", "75-", registers)
    assert fold(rank.title) == "apa a domicile : loir-et-cher, 1er sur 4 departements en 2019"
    assert rank.scope.replace("\u00a0", " ") == "4 départements ; 1 sans valeur."
    assert over.scope.endswith("ayant une valeur.")
    assert rank.table()["Territoire"].tolist()[0] == "Loir-et-Cher"
    # Another one is named by its rows alone.
    other = ranks.strip(found, "45", 2019, "APA à domicile", "75-", registers)
    assert "Loiret, 4e" in other.title.replace("\u00a0", " ")
    assert "Loir-et-Cher" not in other.title
    assert over.fingerprint() != rank.fingerprint()
    for call in (
        lambda: drawing.over_time(found, "99", "APA", "75-", registers),
        lambda: ranks.strip(found, "41", 2031, "APA", "75-", registers),
    ):
        with pytest.raises(NoDataError, match="Aucune valeur"):
            call()


def test_dots_that_would_touch_are_piled():
    places = sorted(np.random.default_rng(41).uniform(0, 60, 99))
    heights = ranks.levels(places, 2.0)
    for level in set(heights):
        row_ = [x for x, h in zip(places, heights, strict=True) if h == level]
        assert (np.diff(row_) >= 2.0).all()


# --- where the workbooks are --------------------------------------------------------


def workbook(path, rows=2):
    made = openpyxl.Workbook()
    made.active.append(["Minima sociaux : données départementales"])
    made.active.append([])
    made.active.append(["N° Dep", "Libelle Dep", 2018, 2019])
    for code, name in list(NAMES.items())[:rows]:
        made.active.append([code, name, 10, 11])
    made.save(path)
    return path


@pytest.fixture
def one_file(tmp_path, monkeypatch):
    """Let one publication of one known file exist, served by this machine."""
    served = tmp_path / "serveur"
    served.mkdir()
    path = workbook(served / "minima.xlsx")

    def declare(url, total=None, attachments=""):
        file = maps.File("minima.xlsx", total or download.checksum(path), url)
        publication = maps.Publication(
            "p", "Minima", (file,), ("minima", "departement"), (), page="https://exemple.fr",
            attachments=attachments,
        )  # fmt: skip
        monkeypatch.setattr(download, "publications", lambda: (publication,))

    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *a: None)
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield declare, f"http://127.0.0.1:{server.server_port}/minima.xlsx", path
    server.shutdown()
    server.server_close()


def test_a_known_address_is_downloaded_once_and_held_against_its_checksum(one_file, tmp_path):
    declare, url, _ = one_file
    declare(url)
    folder = tmp_path / "external"
    told = []
    found = download.fetch(folder, told.append)
    assert ([p.name for p in found.paths], found.missing, told) == (["minima.xlsx"], (), ["minima.xlsx"])  # fmt: skip
    assert download.checksum(found.paths[0]) == download.checksum(one_file[2])
    declare("http://127.0.0.1:9/absent")  # not asked again
    assert download.fetch(folder).paths == found.paths


def listing(path, *files):
    """Write beside `path` what a portal answers of the files of a page: their titles and addresses."""
    said = [{"href": href, "metas": {"title": title, "id": "x"}} for title, href in files]
    (path.parent / "attachments").write_text(json.dumps({"links": [], "attachments": said}))


def test_a_file_without_an_address_is_found_on_the_page_by_its_checksum(one_file, tmp_path):
    declare, url, path = one_file
    other = url.replace("minima", "autre")
    (path.parent / "autre.xlsx").write_bytes(b"une autre edition")
    declare(None, attachments=url.replace("minima.xlsx", "attachments"))
    listing(path, ("Autre série.xlsx", other), ("Note.pdf", url.replace(".xlsx", ".pdf")),
            ("Minima sociaux par département.xlsx", url))  # fmt: skip
    folder = tmp_path / "external"
    assert download._attached(download.publications()[0]) == [url, other]  # the likeliest first
    assert [p.name for p in download.fetch(folder).paths] == ["minima.xlsx"]
    assert [p.name for p in folder.iterdir()] == ["minima.xlsx"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>",
        "[]",
        '{"attachments": [{"href": "x.xlsx"}]}',
        '{"attachments": [{"href": "https://ailleurs.fr/a.xlsx", "metas": {"title": "a.xlsx"}}]}',
    ],
)
def test_a_page_that_no_longer_has_it_or_answers_otherwise_is_told(one_file, tmp_path, answer):
    declare, url, path = one_file
    (path.parent / "attachments").write_text(answer)
    declare(None, attachments=url.replace("minima.xlsx", "attachments"))
    folder = tmp_path / "external"
    told = download.fetch(folder).told(folder)
    assert "plus parmi les fichiers de https://exemple.fr" in told
    listing(path, ("Minima sociaux par département.xlsx", url))
    declare(None, "0" * 64, attachments=url.replace("minima.xlsx", "attachments"))
    assert download.fetch(folder).paths == ()  # only another edition is there, and it is not kept
    assert not list(folder.glob("*.xlsx"))


def test_a_wrong_checksum_is_named_and_kept_nowhere(one_file, tmp_path):
    declare, url, path = one_file
    declare(url, "0" * 64)
    with pytest.raises(SourceError, match=r"minima\.xlsx.*une autre empreinte"):
        download.fetch(tmp_path / "external")
    assert not list((tmp_path / "external").glob("*.xlsx"))
    with pytest.raises(SourceError, match="une édition inconnue"):
        download.local(path.parent)
    assert download.local(path.parent, any_edition=True).paths == (path,)


def test_without_network_or_address_it_says_what_is_missing(one_file, tmp_path):
    declare, _, _ = one_file
    declare("http://127.0.0.1:9/minima.xlsx")
    gone = download.fetch(tmp_path / "external")
    assert gone.paths == ()
    assert "sans réponse" in gone.told(tmp_path)
    declare(None)
    told = download.fetch(tmp_path / "external").told(tmp_path / "external")
    assert "minima.xlsx\u00a0: aucune adresse connue" in told
    assert "https://exemple.fr" in told
    assert "--data" in told
    with pytest.raises(RefusedError, match="introuvable"):
        download.local(tmp_path / "nulle-part")


def test_a_known_workbook_under_another_name_is_not_asked_for_again(one_file, tmp_path):
    declare, _, path = one_file
    declare("http://127.0.0.1:9/minima.xlsx")
    folder = tmp_path / "external"
    folder.mkdir()
    (folder / "renommé.xlsx").write_bytes(path.read_bytes())
    found = download.fetch(folder)
    assert [p.name for p in found.paths] == ["renommé.xlsx"]
    assert found.missing == ()


def test_a_folder_of_something_else_is_told_for_what_it_is(one_file, tmp_path):
    declare, _, path = one_file
    declare(None)
    with pytest.raises(RefusedError, match="n’est pas un dossier"):
        download.local(path)
    folder = tmp_path / "classeurs"
    folder.mkdir()
    (folder / "estim-pop.xls").write_bytes(b"")
    told = download.local(folder, any_edition=True).told(folder)
    assert told.splitlines()[0] == "Il manque 1 classeur\u00a0:"
    assert told.splitlines()[1].startswith("  minima.xlsx\u00a0: aucune adresse connue")
    assert told.splitlines()[-1].endswith("donc non lus\u00a0: estim-pop.xls.")
    # cut short, or of another kind, it is no edition that could be read by asking for it
    for content in (path.read_bytes()[:900], b"bonjour"):
        (folder / "minima.xlsx").write_bytes(content)
        with pytest.raises(SourceError, match=r"minima\.xlsx : illisible") as caught:
            download.local(folder)
        assert "--any-edition" not in str(caught.value)


def test_another_edition_is_read_from_the_folder_of_the_project_too(
    one_file, tmp_path, monkeypatch, capsys
):
    declare, url, path = one_file
    declare(url, "0" * 64)
    (tmp_path / "data" / "processed").mkdir(parents=True)
    (tmp_path / "data" / "external").mkdir()
    (tmp_path / "data" / "external" / "minima.xlsx").write_bytes(path.read_bytes())
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    assert main(["context"]) == 1
    assert "--any-edition" in capsys.readouterr().err
    assert main(["context", "--any-edition"]) == 0
    assert "2018–2019" in capsys.readouterr().out


def test_the_command_names_a_workbook_refused_and_the_totals_to_verify(tmp_path, capsys):
    folder = tmp_path / "classeurs"
    folder.mkdir()
    (folder / "coupé.xlsx").write_bytes(b"PK")
    given = ["context", "--data", str(folder), "--any-edition"]
    assert main(given) == 1
    assert "Classeur refusé : coupé.xlsx" in capsys.readouterr().out
    (folder / "coupé.xlsx").unlink()
    path = workbook(folder / "m.xlsx")
    made = openpyxl.load_workbook(path)
    for people in (90, 91):  # a total printed twice
        made.active.append([None, "France", people, people])
    made.save(path)
    asked = maps.slug("Minima sociaux : données départementales")
    assert main([*given, "--indicator", asked, "--department", "41"]) == 0
    assert "À vérifier (m.xlsx, Sheet)" in capsys.readouterr().out


def test_the_command_lists_exports_and_refuses(tmp_path, capsys):
    folder = tmp_path / "classeurs"
    folder.mkdir()
    workbook(folder / "m.xlsx")
    given = ["context", "--data", str(folder)]
    assert main(given) == 1
    assert "édition inconnue" in capsys.readouterr().err
    given.append("--any-edition")
    assert main(given) == 0
    assert "2018–2019" in capsys.readouterr().out
    out = tmp_path / "sortie" / "41.csv"
    assert main([*given, "--department", "41", "--out", str(out)]) == 0
    frame = pd.read_csv(out, dtype=str)
    assert frame[["department", "year", "value", "cell"]].to_numpy().tolist() == [
        ["41", "2018", "10.0", "C5"], ["41", "2019", "11.0", "D5"],
    ]  # fmt: skip
    for more, words in (
        (["--department", "99"], "inconnu"),
        (["--indicator", "rien"], "Indicateur"),
        (["--department", "75"], "Aucune observation"),
        (["--figures"], "--department"),
        (["--figures", "--department", "41", "--out", str(tmp_path / "f")], "public"),
    ):
        assert main([*given, *more]) == 1
        assert words in capsys.readouterr().err


def test_figures_are_of_the_department_of_the_plan_unless_another_is_asked(
    tmp_path, monkeypatch, capsys, project
):
    folder = tmp_path / "classeurs"
    folder.mkdir()
    workbook(folder / "m.xlsx")
    drawn = []
    monkeypatch.setattr(command, "_draw", lambda *given: drawn.append(given[-1].department))
    monkeypatch.setenv("SOLIDATA_HOME", str(project))
    given = [
        "context",
        "--data",
        str(folder),
        "--any-edition",
        "--figures",
        "--out",
        str(tmp_path / "f"),
    ]
    assert main(given) == main([*given, "--department", "45"]) == 0
    assert drawn == [["41"], ["45"]]
    # a home without tables says nothing of a département: it is asked for
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    assert main(given) == 1
    assert "--department" in capsys.readouterr().err
    assert len(drawn) == 2


def test_a_defect_stops_the_export(observations, registers, tmp_path):
    found = analysis.rates(observations, APA, "75-")
    figure = ranks.strip(found, "41", 2019, "APA à domicile", "75-", registers)
    figure.title += "."
    with pytest.raises(DefectError, match="sans point final"):
        figure.save(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_sums_keep_the_order_and_every_address_and_miss_what_a_part_misses():
    rows = pd.DataFrame(
        {"k": ["b", "a", "b", "a"], "n": [1.0, None, 2.0, 4.0], "t": ["B1", "A1", "B2", "A2"],
         "s": ["x", "y", "z", "y"]}
    )  # fmt: skip
    made = publics.sums(rows, ["k"], ["n"], ["t"], ["s"])
    assert made["k"].tolist() == ["b", "a"]
    assert made.loc[0, "n"] == 3.0  # 1 + 2
    assert pd.isna(made.loc[1, "n"])  # nothing + 4 is not 4
    assert made["t"].tolist() == [["B1", "B2"], ["A1", "A2"]]
    assert made["s"].tolist() == ["x", "y"]


def test_a_population_at_hand_is_the_one_that_divides(observations):
    people = analysis.population(observations, "75-")
    assert analysis.rates(observations, APA, "75-", people=people).equals(
        analysis.rates(observations, APA, "75-")
    )
    double = people.assign(population=people["population"] * 2)
    found = at(analysis.rates(observations, APA, "75-", people=double), "departement", department="41")  # fmt: skip
    assert found["rate"] == pytest.approx(0.15)  # 300 over twice 1 000
