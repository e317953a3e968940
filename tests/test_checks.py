"""Each check of a figure, with a figure that breaks it and nothing else."""

import io
import os
import re

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from solidata.figures import checks_shapes, checks_texts, colour, shapes, theme
from solidata.figures.defects import DefectError
from solidata.figures.frame import Figure
from solidata.figures.page import MARGIN, Mark
from solidata.figures.theme import Fill
from solidata.problems import RefusedError
from solidata.tables import Registers

SOURCES = pd.DataFrame(
    {
        "source_id": ["made"],
        "title": ["Document fabriqué pour l’essai"],
        "publisher": ["Essai"],
        "published": ["2025"],
        "licence": [None],
    }
)
CONTRADICTIONS = pd.DataFrame(
    {
        "contradiction_id": ["C001", "C002"],
        "topic": ["Total", "Nom"],
        "claim_a": ["Le total est de 12.", "Il se nomme A."],
        "claim_b": ["Le total est de 13.", "Il se nomme B."],
        "severity": ["majeure", "forme"],
        "kept": ["a", "les_deux"],
        "affects": ["observations:x.1", "observations:y.1"],
        "identity_id": [None, None],
    }
)
REGISTERS = Registers(SOURCES, CONTRADICTIONS)


def bars(page, values=(3, 5), fills=theme.CATEGORY, height=6.0):
    """Draw labelled bars in millimetres, one a value."""
    axes = page.axes(MARGIN, 0, page.width - 2 * MARGIN, page.plot_height)
    axes.set(xlim=(0, 10), ylim=(0, page.plot_height))
    axes.axis("off")
    for number, value in enumerate(values):
        fill = fills[number % len(fills)]
        shapes.bar(page, axes, f"c{number}", fill, 0, 2 + 8 * number, value, height)
        shapes.inside(axes, fill, value / 2, 2 + 8 * number + height / 2, str(value))
        page.names[f"c{number}"] = str(value)
    return axes


def figure(draw=bars, **changes):
    """Return a figure without a defect, with `changes`."""
    words = {
        "name": "essai",
        "title": "Deux valeurs, dont une double presque l’autre",
        "unit": "Nombre de choses",
        "data": pd.DataFrame(
            {"address": ["observations:x.1", "observations:z.1"], "source_id": "made", "n": [3, 5]}
        ),
        "value": "n",
        "draw": draw,
        "height": lambda width: 24.0,
        "table_": pd.DataFrame({"Chose": ["a", "b"], "Nombre": [3, 5]}),
        "alt": "Deux barres : 3 et 5.",
        "scope": "deux choses fabriquées pour l’essai.",
        "registers": Registers(SOURCES, CONTRADICTIONS.iloc[:0]),
        "reading": "la première vaut 3.",
    }
    return Figure(**{**words, **changes})


def kinds(made, preset="page"):
    return {defect.check for defect in made.check(preset)}


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_the_model_has_no_defect(preset):
    assert figure().check(preset) == []


def with_text(text, x=20.0, y=14.0, **style):
    """Return a drawing with one more text, at millimetres of the plot area."""

    def draw(page):
        bars(page, values=(1, 1))
        page.text(x, page.bottom + y, text, **style)

    return draw


# --- words ---------------------------------------------------------------------------


def test_a_title_of_sixteen_words_is_refused():
    assert kinds(figure(title=" ".join(["mot"] * 15))) == set()
    assert kinds(figure(title=" ".join(["mot"] * 16))) == {"titre"}
    assert kinds(figure(title="\u202f".join(["mot"] * 16))) == {"titre"}


def test_a_title_with_a_final_stop_is_refused():
    assert kinds(figure(title="Deux valeurs.")) == {"titre"}


@pytest.mark.parametrize("name", ["title", "unit", "scope", "alt"])
def test_a_figure_says_everything_of_itself(name):
    assert "texte absent" in kinds(figure(**{name: ""}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("environ 15-876 ou 3.5 choses", "virgule décimale"),
        ("une baisse de -3", "signe moins"),
        ("le nombre 72,5%", "espace insécable attendue avant %"),
        ("le nombre 12345", "espace fine insécable"),
        ("une baisse en 2\u202f025", "année sans espace"),
        ("un coût de 1234\u00a0€", "espace fine insécable"),
        ("le nombre 72,5k€", "espace insécable attendue avant %"),
        ("le nombre 451\u00a0M\u00a0€", "espace insécable attendue avant %"),
        ("une baisse de –3", "signe moins"),
        ("la moyenne est de nan", "une valeur manque"),
        ("la section None", "une valeur manque"),
    ],
)
def test_typography_that_french_does_not_print(text, expected):
    found = [d for d in figure(reading=text).check() if d.check == "typographie"]
    assert any(expected in d.expected for d in found)


def test_typography_is_checked_on_the_drawing_too():
    assert kinds(figure(with_text("12 345 choses", x=100))) == {"typographie"}
    assert kinds(figure(with_text("12\u202f345 choses", x=100))) == set()
    assert kinds(figure(with_text("72,5\u202f%", x=100))) == {"typographie"}
    assert kinds(figure(with_text("72,5\u202fM€", x=100))) == {"typographie"}


def test_a_year_is_no_thousand():
    assert kinds(figure(with_text("en 2025 et 2026", x=100))) == set()


def test_shares_that_do_not_make_a_hundred_need_a_note():
    # 33,3 + 33,3 + 33,3 = 99,9
    assert kinds(figure(shares=(1 / 3, 1 / 3, 1 / 3))) == {"parts"}
    assert kinds(figure(shares=(1 / 3, 1 / 3, 1 / 3), note="les parts sont arrondies")) == set()
    assert kinds(figure(shares=(0.25, 0.75))) == set()
    # an « arrondissement » is no note on rounding
    place = "les arrondissements de Blois et de Vendôme"
    assert kinds(figure(shares=(1 / 3, 1 / 3, 1 / 3), note=place)) == {"parts"}


# --- texts ---------------------------------------------------------------------------


def test_a_text_under_six_points_is_refused():
    assert kinds(figure(with_text("petit", x=100, size=5.9))) == {"texte trop petit"}
    assert kinds(figure(with_text("petit", x=100, size=6))) == set()


def test_a_sentence_under_seven_points_is_refused():
    sentence = "une phrase de plus de vingt-cinq signes"
    assert kinds(figure(with_text(sentence, x=100, size=6.5))) == {"corps du texte"}


def test_a_text_outside_the_frame_is_refused():
    found = kinds(figure(with_text("dehors", x=165)))
    assert "texte hors du cadre" in found


def test_a_text_cut_by_its_axes_is_refused():
    def draw(page, clip_on):
        axes = bars(page, values=(1, 1))
        axes.set_position([0.1, axes.get_position().y0, 0.5, axes.get_position().height])
        axes.text(9.7, 20, "coupé", clip_on=clip_on)

    assert kinds(figure(lambda page: draw(page, True))) == {"texte coupé"}
    assert kinds(figure(lambda page: draw(page, False))) == set()


def test_legends_and_titles_are_held_to_the_same_rules():
    def legend(page):
        axes = bars(page, values=(1, 1))
        axes.plot([8], [20], label="minuscule")
        axes.legend(fontsize=5, loc="upper right")

    def title(page):
        bars(page, values=(1, 1)).set_title("minuscule", fontsize=5, y=0.8)

    assert "texte trop petit" in kinds(figure(legend))
    assert "texte trop petit" in kinds(figure(title))


def test_a_character_that_the_typeface_lacks_is_refused():
    with pytest.warns(UserWarning, match="missing from font"):
        assert kinds(figure(with_text("Aide 😀", x=100))) == {"caractère sans dessin"}


def test_overlapping_texts_are_refused():
    def draw(page):
        bars(page, values=(1, 1))
        page.text(100, page.bottom + 12, "premier texte")
        page.text(104, page.bottom + 12.5, "second texte")

    assert kinds(figure(draw)) == {"textes superposés"}


def test_a_text_across_the_edge_of_a_bar_is_refused():
    # the bar of 1 in 10 ends at 1 + 168 / 10 = 17,8 mm: the text begins inside and leaves
    def draw(page):
        bars(page, values=(1, 1), fills=(Fill(theme.PAPER, "#5B6770", theme.INK),))
        page.text(14.0, page.bottom + 4.0, "texte à cheval sur le bord")

    assert "texte à cheval sur une forme" in kinds(figure(draw))


def test_another_typeface_is_refused():
    assert kinds(figure(with_text("Arial", x=100, family="DejaVu Sans"))) == {"police"}


# --- ink -----------------------------------------------------------------------------


def test_ink_at_the_edge_is_refused():
    def draw(page):
        bars(page)
        page.figure.add_artist(Rectangle((0.99, 0.5), 0.01, 0.01, color="black"))

    assert kinds(figure(draw)) == {"encre au bord"}


def test_a_pale_text_is_refused():
    # 4,5 : 1 against white is #767676; lighter is too pale
    assert kinds(figure(with_text("pâle", x=100, color="#7f7f7f"))) == {"contraste du texte"}
    assert kinds(figure(with_text("lisible", x=100, color="#757575"))) == set()


def test_a_transparent_text_is_as_pale_as_it_looks():
    assert kinds(figure(with_text("pâle", x=100, alpha=0.3))) == {"contraste du texte"}
    assert kinds(figure(with_text("pâle", x=100, color=(0, 0, 0, 0.3)))) == {"contraste du texte"}


def test_a_text_on_a_fill_is_held_against_the_fill():
    dark_on_dark = Fill("#0B3C5D", "#0B3C5D", "#1D2A33")
    assert kinds(figure(lambda page: bars(page, fills=(dark_on_dark,)))) == {"contraste du texte"}


# --- shapes --------------------------------------------------------------------------


def test_a_pale_shape_without_outline_is_refused():
    pale = Fill("#EEEEEE", "#DDDDDD", theme.INK)
    assert kinds(figure(lambda page: bars(page, fills=(pale,)))) == {"contraste des formes"}


def test_two_colours_that_the_colour_blind_confuse_are_refused():
    # a red and a green of the same lightness, told apart by hue alone
    red, green = Fill("#B25A4A", "#B25A4A", "#000000"), Fill("#7A7A2E", "#7A7A2E", "#000000")
    assert colour.difference(red.face, green.face) > 40
    found = list(figure(lambda page: bars(page, fills=(red, green))).check())
    assert (
        "couleurs confondues" in {d.check for d in found}
        or colour.difference(red.face, green.face, "deutéranopie")
        >= checks_shapes.COLOUR_DIFFERENCE
    )
    assert "illisible en gris" in {d.check for d in found}


def test_hues_alone_are_refused_in_grey():
    blue, orange = Fill("#2F75A8", "#2F75A8", "#FFFFFF"), Fill("#A86A10", "#A86A10", "#000000")
    grey = abs(colour.lightness(blue.face) - colour.lightness(orange.face))
    assert grey < checks_shapes.GREY_DIFFERENCE
    assert kinds(figure(lambda page: bars(page, fills=(blue, orange)))) == {"illisible en gris"}
    hatched = Fill(orange.face, orange.edge, "#000000", "////")
    assert "illisible en gris" not in kinds(figure(lambda page: bars(page, fills=(blue, hatched))))


def test_a_denser_hatch_is_the_same_hatch():
    one, other = (Fill("#FFFFFF", "#5B6770", "#000000", h) for h in ("///", "/////"))
    assert {"couleurs confondues", "illisible en gris"} <= kinds(
        figure(lambda page: bars(page, fills=(one, other)))
    )


def test_a_shape_drawn_otherwise_than_it_says_is_refused():
    def draw(page, **look):
        bars(page)
        page.marks[0].artist.set(**look)

    assert kinds(figure(lambda page: draw(page, alpha=1.0))) == set()
    assert "remplissage" in kinds(figure(lambda page: draw(page, facecolor="#123456")))
    assert "remplissage" in kinds(figure(lambda page: draw(page, alpha=0.9)))


def test_two_classes_of_one_bar_in_one_fill_are_refused():
    def draw(page):
        axes = bars(page, values=())
        for number in range(2):
            shapes.bar(page, axes, f"c{number}", theme.HIGHLIGHT, 3 * number, 2, 2.9, 6)

    assert kinds(figure(draw)) == {"couleurs confondues"}


def test_a_bar_that_leaves_its_axis_or_a_bent_scale_is_refused():
    def cut(page):
        bars(page, values=(3, 5)).set_xlim(0, 4.9)
        for mark in page.marks:
            mark.artist.set_clip_on(True)

    def bent(page):
        bars(page).set_xscale("symlog")

    assert "barres" in kinds(figure(cut))
    assert "barres" in kinds(figure(bent))


def test_five_stacked_classes_are_refused():
    def draw(page, count):
        axes = page.axes(MARGIN, 0, page.width - 2 * MARGIN, page.plot_height)
        axes.set(xlim=(0, 10), ylim=(0, page.plot_height))
        axes.axis("off")
        for number in range(count):
            fill = theme.CATEGORY[number]
            shapes.bar(page, axes, f"c{number}", fill, number, 2, 0.95, 6)
            page.names[f"c{number}"] = "Deux"  # a word of the title

    assert kinds(figure(lambda page: draw(page, 4))) == set()
    assert kinds(figure(lambda page: draw(page, 5))) == {"barres empilées"}


def test_bars_that_do_not_start_from_zero_are_refused():
    def draw(page):
        bars(page).set_xlim(1, 11)

    assert "barres" in kinds(figure(draw))


def test_columns_side_by_side_are_not_stacked():
    def draw(page, vertical):
        axes = page.axes(MARGIN, 0, page.width - 2 * MARGIN, page.plot_height)
        axes.set(xlim=(0, 10), ylim=(0, 20))
        axes.axis("off")
        for number, fill in enumerate(theme.CATEGORY[:5]):
            column = Rectangle((number, 0), 0.9, 6, facecolor=fill.face, edgecolor=fill.edge,
                               hatch=fill.hatch)  # fmt: skip
            axes.add_patch(column)
            page.marks.append(Mark(column, f"c{number}", fill, bar=True, vertical=vertical))
            page.names[f"c{number}"] = "Deux"

    assert kinds(figure(lambda page: draw(page, True))) == set()
    assert kinds(figure(lambda page: draw(page, False))) == {"barres empilées"}


@pytest.mark.parametrize("vertical", [False, True])
def test_a_bar_that_floats_is_refused(vertical):
    def draw(page, start):
        axes = page.axes(MARGIN, 0, page.width - 2 * MARGIN, page.plot_height)
        axes.set(xlim=(-10, 10), ylim=(-20, 20))
        axes.axis("off")
        place = (1, start, 1, 5) if vertical else (start, 1, 5, 6)
        bar = Rectangle(place[:2], *place[2:], facecolor=theme.HIGHLIGHT.face)
        axes.add_patch(bar)
        page.marks.append(Mark(bar, "c", theme.HIGHLIGHT, bar=True, vertical=vertical))

    assert kinds(figure(lambda page: draw(page, 0))) == set()
    assert kinds(figure(lambda page: draw(page, -5))) == set()  # a negative value ends at zero
    assert kinds(figure(lambda page: draw(page, 2))) == {"barres"}


def test_a_colour_without_a_name_is_refused():
    def draw(page, *names):
        bars(page)
        page.names |= dict(zip(("c0", "c1"), names, strict=True))

    assert kinds(figure(lambda page: draw(page, "3", "5"))) == set()
    assert kinds(figure(lambda page: draw(page, "3", "Une chose que rien ne nomme"))) == {
        "couleur sans nom"
    }


def test_more_than_six_hues_are_refused_when_they_are_asked_for():
    assert len(theme.categories(6)) == 6
    with pytest.raises(ValueError, match="7 catégories"):
        theme.categories(7)


def test_a_page_taller_than_paper_is_refused():
    assert "hauteur" in kinds(figure(height=lambda width: 300.0))


# --- palettes ------------------------------------------------------------------------


@pytest.mark.parametrize("palette", [tuple(theme.STATUS.values()), theme.CATEGORY])
def test_the_palettes_pass_their_own_checks(palette):
    made = figure(lambda page: None)
    page = made.render("page")
    for number, fill in enumerate(palette):
        page.mark(Rectangle((0, 0), 1, 1, facecolor=fill.face), f"c{number}", fill)
    assert list(checks_shapes.told_apart(page)) == []


def test_text_inside_every_fill_has_contrast():
    for fill in (*theme.STATUS.values(), *theme.CATEGORY, theme.UNKNOWN, theme.CONTEXT):
        assert colour.contrast(fill.ink, fill.face) >= checks_texts.TEXT_CONTRAST, fill


def test_contrast_is_that_of_the_standard():
    assert round(colour.contrast("#767676", "#FFFFFF"), 2) == 4.54  # WCAG's own example


# --- what the registers say ----------------------------------------------------------


def test_a_contradicted_value_brings_its_own_note():
    noted = figure(registers=REGISTERS).note
    assert "C001" in noted
    assert "le total est de 12" in noted
    assert "C002" not in noted  # it affects a row that is not plotted


def test_a_row_without_a_known_source_is_refused():
    data = pd.DataFrame({"address": ["observations:x.1"], "source_id": ["inconnu"], "n": [1]})
    with pytest.raises(ValueError, match="source inconnue : «\u00a0inconnu\u00a0»"):
        figure(data=data)


def test_an_empty_frame_is_refused():
    data = pd.DataFrame({"address": [], "source_id": [], "n": []})
    with pytest.raises(RefusedError, match="aucune donnée à tracer"):
        figure(data=data)


# --- export --------------------------------------------------------------------------


def test_a_figure_with_a_defect_writes_nothing(tmp_path):
    with pytest.raises(DefectError, match=r"titre : .* ; attendu : sans point final"):
        figure(title="Deux valeurs.").save(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fails_at", range(6))
def test_a_failure_while_writing_leaves_the_old_files(tmp_path, monkeypatch, fails_at):
    old = {p: p.read_bytes() for p in figure().save(tmp_path / "x")}
    calls, replace = [], os.replace

    def broken(source, target):
        calls.append(target)
        if len(calls) > fails_at:
            raise OSError("disque plein")
        replace(source, target)

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disque plein"):
        figure(title="Autre titre").save(tmp_path / "x")
    assert len(calls) == fails_at + 1
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == old


def test_files_are_the_same_twice_and_say_what_they_hold(tmp_path):
    made = figure(registers=REGISTERS)
    first = [p.read_bytes() for p in made.save(tmp_path / "a" / "x")]
    second = [p.read_bytes() for p in figure(registers=REGISTERS).save(tmp_path / "b" / "x")]
    assert first == second
    names = {p.name for p in (tmp_path / "a").iterdir()}
    assert names == {"x.png", "x.svg", "x.pdf", "x.csv", "x.json"}
    svg = (tmp_path / "a" / "x.svg").read_text(encoding="utf-8")
    assert 'role="img" lang="fr"' in svg
    assert f'<desc id="x-d">{made.alt}</desc>' in svg
    assert not re.search(r"matplotlib|<dc:date>", svg.split("</metadata>")[0], re.IGNORECASE)
    csv = (tmp_path / "a" / "x.csv").read_bytes()
    assert csv.startswith("\ufeff".encode())
    assert b"Chose;Nombre\r\n" in csv


@pytest.mark.parametrize("fails_at", range(10))
def test_an_interruption_loses_no_file(tmp_path, monkeypatch, fails_at):
    old = {p: p.read_bytes() for p in figure().save(tmp_path / "x")}
    calls, replace = [], os.replace

    def stopped(source, target):  # Ctrl-C just after a file has moved
        replace(source, target)
        calls.append(target)
        if len(calls) > fails_at:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        figure(title="Autre titre").save(tmp_path / "x")
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == old


def test_figures_of_one_web_page_share_no_id(tmp_path):
    for stem, preset in (("a", "page"), ("b", "page"), ("b", "web"), ("l’été 1", "page")):
        figure(registers=REGISTERS).save(tmp_path / stem, preset, formats=("svg",))
    found = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.glob("*.svg")}
    assert len(found) == 4
    ids = [i for text in found.values() for i in re.findall(r'\bid="([^"]*)"', text)]
    assert len(ids) == len(set(ids))
    for name, text in found.items():
        own = set(re.findall(r'\bid="([^"]*)"', text))
        used = re.findall(r'xlink:href="#([^"]*)"|url\(#([^)]*)\)', text)
        assert used
        assert {a or b for a, b in used} <= own, name
        labels = re.search(r'aria-labelledby="(.*?)" aria-describedby="(.*?)"', text)
        assert set(labels.groups()) <= own
        assert ">*{" not in text  # a style of its own


def test_the_size_of_a_picture_is_exact(tmp_path):
    from PIL import Image

    for preset, width in theme.PRESETS.items():
        figure().save(tmp_path / preset, preset, formats=("png",))
        name = f"{preset}-web.png" if preset == "web" else f"{preset}.png"
        with Image.open(tmp_path / name) as picture:
            assert abs(picture.width - width / 25.4 * 300) <= 1


def test_fonts_are_embedded_in_the_pdf(tmp_path):
    import pypdf

    figure().save(tmp_path / "x", formats=("pdf",))
    data = io.BytesIO((tmp_path / "x.pdf").read_bytes())
    page = pypdf.PdfReader(data).pages[0]
    fonts = [f.get_object() for f in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert "Inter" in str(font["/BaseFont"])
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()  # TrueType, embedded


def test_an_unknown_preset_or_format_says_what_there_is():
    with pytest.raises(RefusedError, match="colonne, page, paysage, web"):
        figure().save("x", "a4")
    with pytest.raises(RefusedError, match="png, svg, pdf"):
        figure().save("x", formats=("jpeg",))


def test_one_format_may_be_given_as_a_word(tmp_path):
    names = {p.name for p in figure().save(tmp_path / "2025", formats="svg")}
    assert names == {"2025.svg", "2025.csv", "2025.json"}
    # « #2025 » would be no selector
    assert '<style type="text/css">#figure-2025 *{' in (tmp_path / "2025.svg").read_text()


def test_a_folder_is_no_name_for_files(tmp_path):
    with pytest.raises(RefusedError, match="il manque le nom des fichiers"):
        figure().save(f"{tmp_path}/")
    assert list(tmp_path.iterdir()) == []


def test_the_readers_own_settings_are_left_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figure().check()
    assert dict(mpl.rcParams) == before
