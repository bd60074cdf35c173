"""Build fonts/ from the upstream packages. Needs `pip install fonttools`; run once, commit the result.

    apt-get download fonts-inter && dpkg -x fonts-inter_*.deb inter      # Inter 4, SIL OFL 1.1
    npm pack @phosphor-icons/web && tar xzf phosphor-icons-web-*.tgz     # Phosphor Icons 2, MIT
    python -m tools.build_fonts --inter inter/usr/share/fonts/opentype/inter --phosphor package/src

Dear ImGui applies no OpenType features, so tabular digits become the default here: every digit, plus and minus is
replaced by its `tnum` form in the character map. Icons of the *fill* weight are shifted by FILL_SHIFT, so that both
weights fit in one font.
"""

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from viz.ui import icons

HERE = Path(__file__).resolve().parent.parent / "viz" / "ui"
LATIN = [
    *range(0x20, 0x180),
    *range(0x370, 0x400),
    *range(0x2010, 0x2040),
    *range(0x2070, 0x20A0),
    0x20AC,
    0x2113,
    0x2122,
    *range(0x2190, 0x21A0),
    *range(0x2200, 0x2270),
    0x2318,
    0x21E7,
    0x2325,
    0x25CB,
    0x25CF,
    0x2715,
]


def freeze(font: TTFont, feature: str, only: str) -> int:
    """Map the characters `only` to their single substitutions in `feature`; return how many were mapped."""
    gsub = font["GSUB"].table
    mapping: dict[str, str] = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == feature:
            for index in record.Feature.LookupListIndex:
                for sub in gsub.LookupList.Lookup[index].SubTable:
                    sub = getattr(sub, "ExtSubTable", sub)
                    mapping.update(getattr(sub, "mapping", {}))
    moved = 0
    for table in font["cmap"].tables:
        for code, glyph in list(table.cmap.items()):
            if glyph in mapping and chr(code) in only:
                table.cmap[code] = mapping[glyph]
                moved += 1
    return moved


def shrink(font: TTFont, codes: list[int]) -> None:
    """Keep only the glyphs of `codes`, and kerning."""
    options = subset.Options(layout_features=["kern"], notdef_outline=True, name_IDs=["*"], hinting=True)
    tool = subset.Subsetter(options)
    tool.populate(unicodes=codes)
    tool.subset(font)


def main() -> None:
    """Build both fonts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inter", type=Path, required=True)
    parser.add_argument("--phosphor", type=Path, required=True)
    args = parser.parse_args()
    out = HERE / "fonts"
    out.mkdir(exist_ok=True)
    for weight in ("Regular", "SemiBold"):
        font = TTFont(args.inter / f"Inter-{weight}.otf")
        freeze(font, "tnum", "0123456789+\u2212")
        shrink(font, LATIN)
        font.save(out / f"Inter-{weight}.otf")
    for weight, target, shift in (("bold", "Icons.ttf", 0), ("fill", "IconsFill.ttf", icons.FILL_SHIFT)):
        font = TTFont(next((args.phosphor / weight).glob("*.ttf")))
        shrink(font, sorted(icons.CODES.values()))
        for table in font["cmap"].tables:
            table.cmap = {code + shift: glyph for code, glyph in table.cmap.items() if code in icons.CODES.values()}
        font.save(out / target)


if __name__ == "__main__":
    main()
