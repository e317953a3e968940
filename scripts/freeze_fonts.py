"""Make the project's typeface from the variable Inter: three static weights, twice.

« Inter » has proportional digits for text; « Inter Tab » has tabular digits by default, for
columns of numbers (asking matplotlib for the ``tnum`` feature gives wrong text boxes). Only the
characters that French publications use are kept, so that a PDF embeds little.

Run once, with ``pip install fonttools fontpkg-inter`` (SIL Open Font License 1.1, no reserved
name), from the project's folder: ``python scripts/freeze_fonts.py``.
"""

from __future__ import annotations

from pathlib import Path

import fontpkg
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TARGET = Path(__file__).parents[1] / "solidata" / "figures" / "fonts"
WEIGHTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}
# Latin with its accents, French and mathematical typography, euro, arrows.
CHARACTERS = [*range(0x20, 0x180), *range(0x2000, 0x2070), 0x20AC, 0x2122, 0x2190, 0x2191, 0x2192,
              0x2193, 0x2212, 0x2260, 0x2264, 0x2265, 0x25CF, 0x25CB, 0x25A0, 0x25A1]  # fmt: skip


def rename(font: TTFont, family: str, style: str) -> None:
    """Give a static font its own family and style names."""
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (16, 17, 21, 22, 25):
            names.removeNames(nameID=record.nameID)
    words = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    for identifier, text in words.items():
        names.setName(text, identifier, 3, 1, 0x409)


def tabular(font: TTFont) -> None:
    """Map digits to their tabular forms in the character map."""
    table = font["GSUB"].table
    forms: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for item in table.LookupList.Lookup[index].SubTable:
                    forms.update(getattr(getattr(item, "ExtSubTable", item), "mapping", {}))
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            for code in range(0x30, 0x3A):
                if code in cmap.cmap:
                    cmap.cmap[code] = forms.get(cmap.cmap[code], cmap.cmap[code])


def widen(font: TTFont) -> None:
    """Give the narrow no-break space a quarter of an em: beside a « 1 » it would vanish."""
    glyph = font.getBestCmap()[0x202F]
    bearing = font["hmtx"][glyph][1]
    font["hmtx"][glyph] = (font["head"].unitsPerEm // 4, bearing)


def keep(font: TTFont) -> None:
    """Keep the characters of :data:`CHARACTERS` only, without hints."""
    options = subset.Options(
        hinting=False, layout_features=["kern", "mark", "ccmp"], notdef_outline=True
    )
    options.name_IDs = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)


def main() -> None:
    """Write the six files."""
    source = next(f for f in fontpkg.family("Inter").files if f.style == "normal").path
    TARGET.mkdir(exist_ok=True)
    for style, weight in WEIGHTS.items():
        for family, is_tabular in (("Inter", False), ("Inter Tab", True)):
            variable = TTFont(source, recalcTimestamp=False)
            font = instancer.instantiateVariableFont(variable, {"wght": weight, "opsz": 14})
            if is_tabular:
                tabular(font)
            keep(font)
            widen(font)
            rename(font, family, style)
            font["OS/2"].usWeightClass = weight
            font.save(TARGET / f"{family.replace(' ', '')}-{style}.ttf")


if __name__ == "__main__":
    main()
