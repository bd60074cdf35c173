"""Visual theme: colour tokens, sizes and fonts, and their application to Dear ImGui and ImPlot.

All colours and lengths in the window come from here; panels contain no literal colours or pixel counts.
`theme.px(n)` converts a design length (at 100 %) to pixels at the current interface scale.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from imgui_bundle import ImVec2, ImVec4, hello_imgui, imgui, implot

from viz.ui.drawable import LINE, drawable
from viz.ui.tokens import DARK as DARK
from viz.ui.tokens import LIGHT as LIGHT
from viz.ui.tokens import PLOT_CYCLE as PLOT_CYCLE
from viz.ui.tokens import Rgb as Rgb
from viz.ui.tokens import Tokens as Tokens

FONT_DIR = Path(__file__).parent / "fonts"
#: Dear ImGui's font size is the line height; Inter's line is 1.21 em. Sizes below are em sizes, as in a design tool.
LINE_PER_EM = 1.21
#: Opacity of greyed controls and their texts.
DISABLED = 0.5

Weight = Literal["regular", "bold", "mono"]


@dataclass
class Fonts:
    """Fonts set by `load_fonts`; icons are merged into both weights."""

    regular: imgui.ImFont | None = None
    bold: imgui.ImFont | None = None
    mono: imgui.ImFont | None = None
    """Monospaced, for logs; without icons."""

    def of(self, weight: Weight) -> imgui.ImFont | None:
        """Return the font of a weight."""
        return {"regular": self.regular, "bold": self.bold, "mono": self.mono}[weight]


@dataclass
class Theme:
    """Tokens and sizes. A single instance, `theme.current`, is read by all drawing code."""

    tokens: Tokens = DARK
    scale: float = 1.0
    fonts: Fonts = field(default_factory=Fonts)

    # lengths at 100 %, on a grid of 4; rows of 24 with gaps of 4
    gap: int = 4
    pad: int = 12  # a panel's inner margin
    row: int = 24
    label: int = 88  # the label column of a row
    radius: int = 4  # fields and buttons
    radius_card: int = 6  # tiles, cards, popups
    icon: int = 15
    tile: int = 64
    body: int = 13  # em sizes
    small: int = 11
    title: int = 13

    stamp: int = 0
    """Counter of changes of scheme, scale or fonts."""

    # Cached: a frame needs thousands of lengths and colours, and they rarely change.
    px: Callable[[float], float] = field(init=False, repr=False, compare=False)
    """Converts a design length to whole pixels, at least one for non-zero lengths."""
    _lengths: "_Lengths" = field(init=False, repr=False, compare=False)
    _packed: dict[tuple[str, float, float], int] = field(default_factory=dict, repr=False, compare=False)
    _vectors: dict[tuple[str, float], ImVec4] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[tuple[str, float, Weight], "TextSize"] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._lengths = _Lengths(self)
        self.px = self._lengths.__getitem__  # avoids a Python call for cached values

    def u32(self, token: str, alpha: float = 1.0) -> int:
        """Return a token (or `#RRGGBB`) as packed colour for draw lists, faded inside `begin_disabled`."""
        key = (token, alpha, imgui.get_style().alpha)
        found = self._packed.get(key)
        if found is None:
            found = imgui.get_color_u32(self.vec4(token, alpha))
            _keep(self._packed, key, found)
        return found

    def vec4(self, token: str, alpha: float = 1.0) -> ImVec4:
        """Return a token (or `#RRGGBB`) as ImVec4. Do not modify it."""
        key = (token, alpha)
        found = self._vectors.get(key)
        if found is None:
            found = ImVec4(*rgb(token if token.startswith("#") else getattr(self.tokens, token)), alpha)
            _keep(self._vectors, key, found)
        return found

    def text_size(self, text: str, em: float, weight: Weight) -> "TextSize":
        """Measure a text, as `drawable` makes it."""
        if len(text) > LINE:  # a key of a cache should be small
            text = drawable(text)
        key = (text, em, weight)
        found = self._texts.get(key)
        if found is None:
            shown = drawable(text)
            imgui.push_font(self.fonts.of(weight), font_size(em))
            size = imgui.calc_text_size(shown)
            found = TextSize(size.x, size.y, imgui.get_font(), imgui.get_font_size(), _seen(shown), shown)
            imgui.pop_font()
            _keep(self._texts, key, found)
        return found

    def forget(self) -> None:
        """Clear cached lengths, colours and text sizes after a change of scheme, scale or fonts."""
        self.stamp += 1
        for kept in (self._lengths, self._packed, self._vectors, self._texts):
            kept.clear()


class _Lengths(dict[float, float]):
    """Cache of design lengths in pixels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def __missing__(self, n: float) -> float:
        found = max(1.0, round(n * self._theme.scale)) if n > 0 else -self[-n] if n < 0 else 0.0
        _keep(self, n, found)
        return found


class TextSize(NamedTuple):
    """Size of a text in pixels, and the font used."""

    width: float
    height: float
    font: imgui.ImFont
    font_size: float
    seen: tuple[float, float, float, float] | None
    """For an icon: visible left, top, right and bottom within its line."""
    text: str
    """The text as it is drawn."""


_KEPT = 8192
"""Maximum number of cached values per kind, more than a window shows at once."""

_K = TypeVar("_K")
_T = TypeVar("_T")


def _keep(values: dict[_K, _T], key: _K, value: _T) -> None:
    if len(values) >= _KEPT:
        values.clear()
    values[key] = value


def _seen(text: str) -> tuple[float, float, float, float] | None:
    if len(text) != 1 or not 0xE000 <= ord(text) < 0xF900:
        return None
    glyph = imgui.get_font_baked().find_glyph(ord(text))
    return glyph.x0, glyph.y0, glyph.x1, glyph.y1


current = Theme()


def rgb(color: Rgb) -> tuple[float, float, float]:
    """Convert `#RRGGBB` to three numbers 0..1."""
    r, g, b = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b


def blend(a: Rgb, b: Rgb, t: float) -> Rgb:
    """Interpolate between two colours in sRGB: `a` at t = 0, `b` at t = 1."""
    return "#" + "".join(f"{round(255 * (x + (y - x) * t)):02X}" for x, y in zip(rgb(a), rgb(b), strict=True))


def contrast(a: Rgb, b: Rgb) -> float:
    """Return the WCAG 2 contrast ratio of two opaque colours, 1..21."""

    def luminance(color: Rgb) -> float:
        lin = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(color)]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def load_fonts() -> None:
    """Load both weights with the icons merged in. Pass as `callbacks.load_additional_fonts`."""

    def one(file: str, size: float, merge: bool = False, drop: float = 0.0) -> imgui.ImFont:
        params = hello_imgui.FontLoadingParams()
        params.inside_assets, params.merge_to_last_font = False, merge
        params.font_config.glyph_offset = ImVec2(0, drop)
        params.font_config.oversample_h = 1
        return hello_imgui.load_font(str(FONT_DIR / file), size, params)

    size = font_size(current.body)
    for weight in ("regular", "bold"):
        font = one("Inter-Regular.otf" if weight == "regular" else "Inter-SemiBold.otf", size)
        one("Icons.ttf", size, merge=True, drop=1.5)
        one("IconsFill.ttf", size, merge=True, drop=1.5)
        setattr(current.fonts, weight, font)
    current.fonts.mono = one("Inconsolata-Medium.ttf", size)
    current.forget()


def font_size(em: float) -> float:
    """Return Dear ImGui's font size (a line height) for an em size."""
    return round(em * LINE_PER_EM)


def apply(tokens: Tokens, scale: float = 1.0, dpi: float = 1.0) -> None:
    """Set the style of Dear ImGui and ImPlot. Call at start, on a change of scheme and on a change of scale.

    `scale` is set by the user, `dpi` by the screen; lengths are multiplied by both.
    """
    current.tokens, current.scale = tokens, scale * dpi
    current.forget()
    style = imgui.get_style()
    _defaults(style)  # scale_all_sizes multiplies the current values, so start from the defaults
    _sizes(style, current)
    style.scale_all_sizes(current.scale)
    style.font_scale_main, style.font_scale_dpi = scale, dpi
    _colors(style, current)
    if implot.get_current_context() is not None:
        _plots(current)


def _defaults(style: imgui.Style) -> None:
    """Reset all lengths to Dear ImGui's defaults."""
    fresh = imgui.Style()
    for name in dir(fresh):
        value = getattr(fresh, name)
        # `_main_scale` is multiplied like the lengths; the other private fields belong to the frame.
        public = not name.startswith(("_", "font_"))
        if isinstance(value, float | ImVec2) and (public or name == "_main_scale"):
            setattr(style, name, value)


def _sizes(style: imgui.Style, t: Theme) -> None:
    """Set design lengths at 100 %; `scale_all_sizes` follows."""
    vec = ImVec2
    pad_y = (t.row - font_size(t.body)) / 2
    style.window_padding, style.frame_padding = vec(t.pad, 8), vec(8, pad_y)
    style.item_spacing, style.item_inner_spacing = vec(t.gap * 2, t.gap), vec(6, 4)
    style.cell_padding, style.indent_spacing = vec(6, 3), 14
    style.window_rounding, style.popup_rounding, style.child_rounding = 0, t.radius_card, t.radius_card
    style.frame_rounding = style.grab_rounding = style.selectable_rounding = t.radius
    style.tab_rounding, style.scrollbar_rounding = t.radius, 8
    style.scrollbar_size, style.grab_min_size = 9, 8
    style.window_border_size = style.child_border_size = style.frame_border_size = 0
    style.popup_border_size = 1
    style.tab_border_size = style.tab_bar_border_size = 0
    style.tab_bar_overline_size = 2
    style.tab_min_width_shrink = 1000  # tabs without room are scrolled to; their names stay whole
    style.docking_separator_size, style.docking_node_has_close_button = 3, False
    style.window_menu_button_position = imgui.Dir.none
    style.window_title_align, style.separator_text_border_size = vec(0, 0.5), 1
    style.disabled_alpha = DISABLED
    style.hover_delay_short = 0.5  # the next one, while a tooltip is shown, comes at once


def _colors(style: imgui.Style, t: Theme) -> None:
    col = imgui.Col_
    table: dict[str, tuple[str, float]] = {
        "text": ("text", 1),
        "text_disabled": ("faint", 1),
        "window_bg": ("panel", 1),
        "child_bg": ("panel", 0),
        "popup_bg": ("raised", 1),
        "border": ("base", 1),
        "border_shadow": ("line", 0),
        "frame_bg": ("control", 1),
        "frame_bg_hovered": ("hover", 1),
        "frame_bg_active": ("active", 1),
        "title_bg": ("base", 1),
        "title_bg_active": ("base", 1),
        "title_bg_collapsed": ("base", 1),
        "menu_bar_bg": ("base", 1),
        "scrollbar_bg": ("panel", 0),
        "scrollbar_grab": ("control", 1),
        "scrollbar_grab_hovered": ("hover", 1),
        "scrollbar_grab_active": ("active", 1),
        "check_mark": ("accent", 1),
        "slider_grab": ("accent", 1),
        "slider_grab_active": ("accent_hover", 1),
        "button": ("control", 1),
        "button_hovered": ("hover", 1),
        "button_active": ("active", 1),
        "header": ("accent", 0.18),
        "header_hovered": ("hover", 1),
        "header_active": ("active", 1),
        "separator": ("base", 1),
        "separator_hovered": ("accent", 0.6),
        "separator_active": ("accent", 1),
        "resize_grip": ("line", 0),
        "resize_grip_hovered": ("accent", 0.6),
        "resize_grip_active": ("accent", 1),
        "tab": ("base", 1),
        "tab_hovered": ("raised", 1),
        "tab_selected": ("panel", 1),
        "tab_selected_overline": ("accent", 1),
        "tab_dimmed": ("base", 1),
        "tab_dimmed_selected": ("panel", 1),
        "tab_dimmed_selected_overline": ("active", 1),
        "docking_preview": ("accent", 0.35),
        "docking_empty_bg": ("base", 1),
        "table_header_bg": ("panel", 1),
        "table_border_strong": ("line", 1),
        "table_border_light": ("line", 0.6),
        "table_row_bg": ("panel", 0),
        "table_row_bg_alt": ("raised", 0.35),
        "text_selected_bg": ("accent", 0.35),
        "drag_drop_target": ("accent", 0),
        "drag_drop_target_bg": ("accent", 0),
        "nav_cursor": ("accent", 1),
        "input_text_cursor": ("accent", 1),
        "plot_lines": ("accent", 1),
        "plot_histogram": ("accent", 1),
        "text_link": ("accent", 1),
        "modal_window_dim_bg": ("halo", 0.5),
    }
    for name, (token, alpha) in table.items():
        style.set_color_(getattr(col, name), t.vec4(token, alpha))


def _plots(t: Theme) -> None:
    style, col = implot.get_style(), implot.Col_
    for name, token, alpha in (
        ("frame_bg", "panel", 0),
        ("plot_bg", "canvas", 0.55),
        ("plot_border", "line", 1),
        ("axis_text", "dim", 1),
        ("axis_grid", "dim", 0.16),
        ("axis_tick", "dim", 0.3),
        ("legend_bg", "raised", 0.85),
        ("legend_border", "line", 0),
        ("legend_text", "text", 1),
        ("inlay_text", "dim", 1),
        ("title_text", "text", 1),
        ("crosshairs", "accent", 0.8),
        ("selection", "accent", 1),
    ):
        style.set_color_(getattr(col, name), t.vec4(token, alpha))
    p = t.px
    style.plot_padding, style.label_padding = ImVec2(p(12), p(6)), ImVec2(p(4), p(2))
    style.legend_padding, style.legend_inner_padding = ImVec2(p(8), p(6)), ImVec2(p(6), p(4))
    style.major_tick_len = style.minor_tick_len = ImVec2(0, 0)
    style.plot_border_size, style.minor_alpha = 0, 0.35
