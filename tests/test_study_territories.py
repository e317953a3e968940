"""What the notebook of territories says: each number counted again here, on three plans or years."""

import dataclasses

import pytest

from solidata.analysis import access
from solidata.explore import AccessMap
from solidata.figures import gallery
from solidata.problems import NoDataError
from solidata.study import Sheet, Text, territories
from solidata.study.several import Several

TOLD = [getattr(territories, name) for name in ("received", "places", "per_house", "far", "beyond",
        "far_by_territory", "far_by_epci", "carried", "challenges")]  # fmt: skip
EVERY = [*TOLD, territories.pages, territories.interactive_map]


def said(text):
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def changed(study, name, change):
    """Return the study with a table changed."""

    def load(asked):
        frame = study.table(asked)
        return change(frame) if asked == name else frame

    return dataclasses.replace(study, load=gallery.Load(load, study.geography))


@pytest.mark.parametrize("answer", TOLD, ids=lambda f: f.__name__)
def test_every_answer_is_one_for_any_plan_and_year(answer, study, elsewhere, next_year):
    for opened in (study, elsewhere, next_year):
        told = answer(opened)
        assert isinstance(told, (Text, Sheet))
        assert str(told).strip()
        assert "nan" not in str(told).split()


@pytest.mark.parametrize(
    "name", ["places", "communes", "territories", "challenges", "observations"]
)
@pytest.mark.parametrize("answer", EVERY, ids=lambda f: f.__name__)
def test_an_empty_table_stops_no_notebook(answer, name, study):
    told = answer(changed(study, name, lambda frame: frame.iloc[:0]))
    assert isinstance(told, (Text, Sheet, Several, AccessMap))


@pytest.mark.parametrize("answer", [territories.pages, territories.interactive_map], ids=lambda f: f.__name__)  # fmt: skip
def test_without_outlines_a_text_says_why_there_is_no_map(answer, study):
    def none():
        raise NoDataError("Aucun contour.")

    told = answer(dataclasses.replace(study, load=gallery.Load(study.table, none)))
    assert str(told) == "> Aucun contour."


FIGURES = ("carte-lieux", "ouvertures-mds", "habitants-par-mds", "habitants-par-territoire",
           "carte-population", "carte-densite", "distance-mds", "distance-points", "couverture",
           "couverture-lieux", "acces", "acces-points")  # fmt: skip


@pytest.mark.parametrize("name", ["places", "communes", "territories", "observations"])
@pytest.mark.parametrize("figure", FIGURES)
def test_an_empty_table_stops_no_figure(figure, name, study):
    changed(study, name, lambda frame: frame.iloc[:0]).show(figure)


@pytest.mark.parametrize("figure", ["distance-mds", "habitants-par-mds", "couverture", "acces"])
def test_no_open_house_stops_no_figure(figure, study):
    def none_open(places):
        return places.assign(state=places["state"].astype(str).replace("open", "interim"))

    shown = changed(study, "places", none_open).show(figure)
    assert "Aucune distance à mesurer" in said(shown)


def test_the_houses_need_no_number_of_points_announced(study):
    kept = study.registers.plan.points_indicator
    silent = changed(study, "observations", lambda f: f[f["indicator_id"] != kept])
    cells = territories.far(silent).cells.to_numpy().tolist()
    # The rows of the houses, and no row of points told as a minimum of nobody knows how many.
    assert cells == territories.far(study).cells.to_numpy().tolist()[:2]
    assert "MDS" in said(territories.beyond(silent))
    assert "points" not in said(territories.beyond(silent))


def test_nothing_of_a_plan_is_told_of_another(elsewhere):
    every = " ".join(str(answer(elsewhere)) for answer in TOLD)
    for word in ("Blois", "Nord", "Sud", "328"):
        assert word not in every


def test_the_places_by_state_and_how_many_are_located(study):
    text = said(territories.received(study))
    assert "**7 MDS ouvertes, 5 en accueil provisoire, 4 antennes et 1 PMI**" in text
    assert (
        "**17** des **55** points d’accueil annoncés sont situés ; les 38 autres" in text
    )  # 55 - 17
    assert "Que les points situés en fassent partie est inféré" in text


def test_a_stated_place_is_told_apart_from_the_inferred(study):
    def state(places):
        return places.assign(
            in_announced_total=places["in_announced_total"].astype(str).mask(places["kind"] == "pmi", "stated")
        )  # fmt: skip

    assert "Que 16 d’entre eux en fassent partie" in said(
        territories.received(changed(study, "places", state))
    )


def test_without_a_number_announced_the_places_are_told_still(study):
    def silent(observations):
        return observations[observations["indicator_id"] != study.registers.plan.points_indicator]

    text = said(territories.received(changed(study, "observations", silent)))
    assert "7 MDS ouvertes" in text
    assert "55" not in text
    assert "Aucun nombre n’est imprimé" in text


def test_the_table_of_places_gives_state_date_confidence_and_line(study):
    sheet = territories.places(study)
    assert len(sheet.frame) == 17  # 12 + 4 + 1
    assert {"État", "État au", "Confiance", "Source", "Ligne"} <= set(sheet.frame)
    assert (sheet.cells["État au"] != "").all()
    assert "France services" not in str(sheet)
    assert "max-height" in sheet._repr_mimebundle_()["text/html"]


def test_the_inhabitants_of_one_open_house(study):
    frame = territories.per_house(study).frame.set_index("Territoire")
    assert frame["MDS ouvertes"].to_dict() == {"Centre": 4, "Nord": 1, "Sud": 2, "Ensemble": 7}
    assert frame["Habitants"].iloc[:-1].sum() == frame["Habitants"].iloc[-1] == 328_543
    assert "46 935" in said(territories.per_house(study))  # 328 543 / 7 = 46 934,7


def test_a_territory_without_a_house_has_no_ratio(study):
    def closed(places):
        alone = places["insee_code"] == "41269"
        return places.assign(state=places["state"].astype(str).mask(alone, "planned"))

    sheet = territories.per_house(changed(study, "places", closed))
    row = sheet.cells.set_index("Territoire").loc["Nord"]
    assert row["MDS ouvertes"] == "0"
    assert row["Habitants par MDS ouverte"] == ""


def test_who_is_near_is_told_as_a_minimum_of_the_located_points(study):
    cells = territories.far(study).cells
    assert [said(n) for n in cells["Lieux"]] == ["7 MDS ouvertes", "12 MDS au total", "17 points d’accueil situés"]  # fmt: skip
    minimum = cells.drop(columns="Lieux").map(lambda c: c.startswith("au moins "))
    assert minimum.iloc[2].all()
    assert not minimum.iloc[:2].any(axis=None)


def test_who_lives_beyond_is_what_is_not_within(study):
    communes = study.table("communes").set_index("insee_code")
    places = study.table("places")
    mds = places[places["kind"] == "mds"]
    away = access.nearest(communes, mds[mds["state"] == "open"])["distance_km"] > 20
    count = int(communes.loc[away.to_numpy(), "population"].sum())
    near = access.coverage(communes, mds[mds["state"] == "open"], thresholds=[20])["population"]
    assert count + int(near.iloc[0]) == 328_543
    first, *_, last = map(said, territories.beyond(study).paragraphs[1:])
    assert f"**{count:,}**".replace(",", " ") in first
    assert f"dans {int(away.sum())} communes" in first
    assert "au plus **" in last  # a point nobody has located may be nearer
    assert "au plus" not in first


@pytest.mark.parametrize("answer", [territories.far_by_territory, territories.far_by_epci])
def test_the_groups_add_up_to_the_department_in_each_set(answer, study):
    frame = answer(study).frame
    assert frame.groupby("Lieux")["Habitants"].sum().tolist() == [328_543] * 3
    table = "epci" if answer is territories.far_by_epci else "territories"
    assert len(frame) == 3 * len(study.table(table))
    group = frame.columns[0]
    assert all(len(rows) == 3 for _, rows in frame.groupby(group))


def test_the_shares_of_a_territory(study):
    cells = territories.far_by_territory(study).cells
    north = cells[cells["Territoire"] == "Nord"].iloc[0]
    communes = study.table("communes").set_index("insee_code")
    here = communes[communes["territory_id"] == "nord"]
    places = study.table("places")
    opened = places[(places["kind"] == "mds") & (places["state"] == "open")]
    near = access.nearest(here, opened)["distance_km"].to_numpy() <= 10
    share = here.loc[near, "population"].sum() / here["population"].sum()
    assert said(north["à 10 km au plus"]) == f"{100 * share:.0f} %"


def test_a_share_is_never_rounded_up_to_the_whole(study):
    from solidata.figures.recipes import located_points, open_houses

    houses = open_houses(study.load, study.registers, study.year)
    points = located_points(study.load, study.registers, study.year)
    told = {share: (said(territories._share(houses, share)), said(territories._share(points, share)))
            for share in (0.994, 0.9951, 1.0, 0.0)}  # fmt: skip
    assert told[0.994] == ("99 %", "au moins 99 %")
    assert told[0.9951] == ("plus de 99 %", "plus de 99 %")
    assert told[1.0] == ("100 %", "100 %")
    assert told[0.0] == ("0 %", "au moins 0 %")


def test_the_sheets_of_territories_stand_outside_the_counted_actions(study, elsewhere):
    text = said(territories.carried(study))
    assert "Nord **8**, Centre **9** et Sud **6**, soit **23**" in text  # 8 + 9 + 6
    assert "hors des 159 actions" in text
    assert "soit **5**" in said(territories.carried(elsewhere))  # 2 + 3
    assert "hors des 12 actions" in said(territories.carried(elsewhere))  # 5 + 4 + 3


def test_there_is_a_page_for_each_territory(study):
    pages = territories.pages(study)
    assert [f.name for f in pages] == [f"territoire-{t}" for t in study.table("territories")["territory_id"]]  # fmt: skip
    assert len(pages) == 3


def test_the_map_holds_every_place(study):
    made = territories.interactive_map(study)
    assert isinstance(made, AccessMap)
    assert len(made.places) == len(study.table("places"))


def test_a_place_is_no_markup(study):
    spoilt = changed(study, "places", lambda f: f.assign(name="*<b>" + f["name"]))
    assert "<b>" not in territories.places(spoilt).html()


def test_the_date_of_a_state_is_french_and_as_precise_as_known(study):
    dates = set(territories.places(study).cells["État au"])
    assert {"7\u00a0mars 2026", "décembre\u00a02025", "2024"} <= dates
    assert not any("-" in day for day in dates)


def test_territories_are_told_in_the_order_of_their_table(study):
    backwards = changed(study, "territories", lambda f: f.iloc[::-1])
    for asked in (study, backwards):
        order = asked.table("territories")["label"].tolist()
        assert territories.per_house(asked).frame["Territoire"].tolist() == [*order, "Ensemble"]
        told = territories.far_by_territory(asked).frame["Territoire"]
        assert list(dict.fromkeys(told)) == order
