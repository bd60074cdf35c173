"""Colour schemes, applied by `viz.ui.theme`."""

from dataclasses import dataclass

Rgb = str  # "#RRGGBB"


@dataclass(frozen=True)
class Tokens:
    """One colour scheme. Surfaces are neutral so as not to tint the image; the accent is the only hue of the frame."""

    canvas: Rgb  # behind the image
    base: Rgb  # gaps between panels, app bar, status bar
    panel: Rgb  # a panel's surface
    raised: Rgb  # cards, popups, tiles
    control: Rgb  # fields, tracks, buttons
    hover: Rgb
    active: Rgb
    line: Rgb  # hairlines
    text: Rgb
    dim: Rgb  # labels and secondary text: at least 4.5 : 1 on panel
    faint: Rgb  # units, ticks, disabled: at least 3 : 1 on panel
    accent: Rgb  # selection, focus, the value part of a slider, handles
    accent_hover: Rgb
    on_accent: Rgb  # text on accent
    good: Rgb
    warn: Rgb
    bad: Rgb
    coarse: Rgb  # the three layer bands: always with their letter or name as well
    middle: Rgb
    fine: Rgb
    halo: Rgb  # dark edge under every line drawn on the image
    shadow: float  # opacity of drop shadows


DARK = Tokens(
    canvas="#141415",
    base="#0F0F10",
    panel="#1D1E20",
    raised="#26272A",
    control="#2E3034",
    hover="#383A3F",
    active="#43464C",
    line="#303236",
    text="#ECEDEE",
    dim="#AEB1B7",
    faint="#8E929A",
    accent="#3CC8B9",
    accent_hover="#5ADCCE",
    on_accent="#04211E",
    good="#5DBB7B",
    warn="#E9B44C",
    bad="#F0716B",
    coarse="#E8A23D",
    middle="#EDA3DC",
    fine="#5C94F2",
    halo="#000000",
    shadow=0.45,
)

LIGHT = Tokens(
    canvas="#C6C8CB",
    base="#D9DBDE",
    panel="#F4F5F6",
    raised="#FFFFFF",
    control="#E3E5E8",
    hover="#D6D9DD",
    active="#C8CCD1",
    line="#D3D6DA",
    text="#17191C",
    dim="#4A4E55",
    faint="#5E636B",
    accent="#0B7A71",
    accent_hover="#0E8F85",
    on_accent="#FFFFFF",
    good="#1F7A42",
    warn="#8F5B00",
    bad="#BF2F2A",
    coarse="#955600",
    middle="#B03A96",
    fine="#1D4FB5",
    halo="#000000",
    shadow=0.18,
)

#: Line colours for plots, in this order: Okabe and Ito's set, distinguishable with common colour blindness.
PLOT_CYCLE = ("#56B4E9", "#E69F00", "#CC79A7", "#009E73", "#F0E442", "#D55E00", "#0072B2")
