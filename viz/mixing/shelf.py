"""The Shelf section: the second style, and swatches to drag onto layers, bands and the picture."""

from dataclasses import dataclass
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Swatch
from viz.mixing import actions, second_style, swatch_thumbnails
from viz.mixing.drag import Carry, Slot
from viz.mixing.selection import Brush
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.swatches import kind_of, known, of_seed, removed, renamed, seeds_of, shelved, uses
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

SHELF = "document.shelf"
TILE = 58
TABS = ("All", "Seeds", "Saved")
_HINTS = ("Every swatch", "Plain seeds", "Mixed styles and stored latents")
_GLYPHS: dict[Literal["seed", "saved"], Glyph] = {"seed": "dice-five", "saved": "stack"}


@dataclass
class Tabs:
    """What the section shows and what is typed; kept in `Facts.scratch`."""

    tab: int = 0
    typed: str = ""
    problem: str = ""
    renaming: str | None = None

    def shows(self, swatch: Swatch) -> bool:
        """Whether a swatch is among those of the chosen tab."""
        return self.tab == 0 or (self.tab == 1) == (kind_of(swatch) == "seed")


def draw(scene: Scene, facts: Facts) -> Scene:
    """The section."""
    count = len(scene.document.shelf)
    summary = f"{count} swatch{'es' if count != 1 else ''}" if count else "second style only"
    if not ui.section("Shelf", summary=summary):
        return scene
    scene = second_style.draw(scene, facts)
    ui.space(8)
    imgui.push_id("shelf")
    scene = _tiles(scene, facts) if count else _empty(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _empty(scene: Scene, facts: Facts) -> Scene:
    """What belongs here, and the next step."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    text, action = "Styles to mix lie here.", "Shelve the picture"
    room = ui.measure(action) + t.px(42)
    ui.draw(ui.ellipsis(text, width - room - t.px(36), t.small), p.x, p.y, "dim", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - room - t.px(28), p.y))
    hint, ready = "Put the present style on the shelf", facts.model is not None
    if ui.button(action, "plus", width=room, id_="##present", hint=hint, keys="B", enabled=ready):
        scene = actions.shelve_present(scene, facts)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="dice-five", id_="##seeds", hint="Put seeds on the shelf"):
        imgui.open_popup("add")
    return _add(scene, facts)


def _tiles(scene: Scene, facts: Facts) -> Scene:
    tabs, width = facts.scratch.get(Tabs), imgui.get_content_region_avail().x
    tabs.tab = ui.segmented("kinds", TABS, tabs.tab, width=width - t.px(28), hints=_HINTS)
    imgui.same_line(0, t.px(4))
    hint, ready = "Put the present style on the shelf", facts.model is not None
    if ui.button(glyph="plus", id_="##present", hint=hint, keys="B", enabled=ready):
        scene = actions.shelve_present(scene, facts)
    ui.space(6)
    a, tile, gap = imgui.get_cursor_screen_pos(), t.px(TILE), t.px(8)
    columns = max(1, int((width + gap) // (tile + gap)))
    gap = (width - columns * tile) / max(1, columns - 1)
    pitch = tile + t.px(3 + 16 + 8)
    shelf = scene.document.shelf
    shown = [i for i, swatch in enumerate(shelf) if tabs.shows(swatch)]
    for k, index in enumerate(shown):
        p = V(round(a.x + k % columns * (tile + gap)), a.y + k // columns * pitch)
        imgui.set_cursor_screen_pos(p)
        scene = _tile(scene, facts, index, p)
        if scene.document.shelf is not shelf:
            break  # the rest follows in the next frame, by its new numbers
    k = len(shown)
    imgui.set_cursor_screen_pos(V(round(a.x + k % columns * (tile + gap)), a.y + k // columns * pitch))
    if ui.add_tile("seed", size=TILE):
        imgui.open_popup("add")
    ui.tip("Put seeds on the shelf")
    scene = _add(scene, facts)
    imgui.set_cursor_screen_pos(a)
    imgui.dummy(V(width, (k // columns + 1) * pitch - t.px(8)))
    return scene


def _tile(scene: Scene, facts: Facts, index: int, p: V) -> Scene:
    """One swatch: click chooses it, double click opens it, drag lifts it, right click offers more."""
    swatch = scene.document.shelf[index]
    brush, carry, tabs = facts.scratch.get(Brush), facts.scratch.get(Carry), facts.scratch.get(Tabs)
    texture, uv = swatch_thumbnails.of_hand(scene, facts, swatch)
    bands = [band.ws for band in bands_of(facts.model)] if facts.model is not None else []
    use = uses(swatch, scene.document.mixing, bands)
    glyph, chosen = _GLYPHS[kind_of(swatch)], brush.swatch == swatch
    clicked = ui.tile(f"swatch{index}", texture, uv, swatch.name, glyph, TILE, selected=chosen, use=use or (0, 0, 0))
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        brush.swatch = swatch
        scene = actions.open_swatch(scene, facts)
    elif clicked and not carry.on:
        brush.swatch = swatch
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and not carry.on:
        brush.swatch = swatch
        carry.lift(swatch, index)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        imgui.open_popup(f"more{index}")
        tabs.renaming = None
    if carry.on:
        _slot(carry, index, p)
    else:
        ui.tip(f"{swatch.name}\nClick: mix with it    Double click: open it\nDrag: onto layers, bands or the picture")
    return _more(scene, facts, index)


def _slot(carry: Carry, index: int, p: V) -> None:
    """The gap beside a tile that a carried swatch would be moved into."""
    mouse, tile, gap = imgui.get_mouse_pos(), t.px(TILE), t.px(4)
    if carry.at is None or not (p.x - gap <= mouse.x < p.x + tile + gap and p.y <= mouse.y < p.y + tile + t.px(19)):
        return
    after = mouse.x >= p.x + tile / 2
    carry.found = Slot(index + after)
    x = p.x + (tile + gap if after else -gap)
    ui.fill(V(x - t.px(1), p.y), V(x + t.px(1), p.y + tile), "accent")


def _more(scene: Scene, facts: Facts, index: int) -> Scene:
    """The menu of a swatch."""
    imgui.set_next_window_size(V(t.px(168), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    opened = imgui.begin_popup(f"more{index}")
    imgui.pop_style_var()
    if not opened:
        return scene
    tabs, swatch = facts.scratch.get(Tabs), scene.document.shelf[index]
    brush = facts.scratch.get(Brush)
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    text = swatch.name if tabs.renaming is None else tabs.renaming
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, tabs.renaming = imgui.input_text("##name", text, flags)
    ui.tip("Its name; Enter takes it")
    if entered:
        scene = put(scene, SHELF, renamed(scene.document.shelf, index, tabs.renaming))
        if brush.swatch == swatch:
            brush.swatch = scene.document.shelf[index]
        imgui.close_current_popup()
    if ui.list_row("open", "Open", glyph="image"):
        brush.swatch = swatch
        scene = actions.open_swatch(scene, facts)
        imgui.close_current_popup()
    if ui.list_row("remove", "Remove", glyph="trash"):
        scene = put(scene, SHELF, removed(scene.document.shelf, index))
        imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _add(scene: Scene, facts: Facts) -> Scene:
    """The popup in which seeds are typed."""
    imgui.set_next_window_size(V(t.px(220), 0))
    if not imgui.begin_popup("add"):
        return scene
    tabs = facts.scratch.get(Tabs)
    if imgui.is_window_appearing():
        tabs.problem = ""
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, tabs.typed = imgui.input_text_with_hint("##seed", "Seeds, as 88 or 1,2,5-7", tabs.typed, flags)
    if entered:
        try:
            seeds = seeds_of(tabs.typed)
        except ValueError as error:
            tabs.problem = str(error)
            imgui.set_keyboard_focus_here(-1)
        else:
            shelf, latent = scene.document.shelf, scene.document.latent
            for seed in seeds:
                shelf = shelved(shelf, of_seed(seed, latent))
            facts.scratch.get(Brush).swatch = known(shelf, of_seed(seeds[-1], latent))
            tabs.typed = ""
            scene = put(scene, SHELF, shelf)
            imgui.close_current_popup()
    if tabs.problem:
        ui.wrapped(tabs.problem, "bad", t.small)
    imgui.end_popup()
    return scene
