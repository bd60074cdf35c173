"""Shelf section: the second style, and swatches to drag onto layers, bands and the image."""

import math
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.seeds import seed_at
from renderer.document.document import Swatch
from renderer.document.recall import SUFFIXES
from renderer.ipc.protocol import Latent
from viz.generate.latent import RANDOM_SEEDS
from viz.mixing import actions, swatch_thumbnails
from viz.mixing.drag import lifted
from viz.mixing.selection import selecting, swatch_of
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.interaction import Slot
from viz.state.params import default, put
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.state.swatches import kind_of, known, of_seed, renamed, seeds_of, shelved, uses
from viz.ui import widgets as ui
from viz.ui.actions import UndoShelf
from viz.ui.icons import Glyph
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

SEED, WALKS, SPEED = "document.mixing.x", "view.motion.mixing", "view.motion.mixing_speed"
SECOND_SIDE = 52
"""Side of its image (two rows), in design lengths."""


def base_seed(latent: Latent) -> float | None:
    """Return the seed of the first style if the second can equal it: not between two rows of the grid."""
    return seed_at(latent.x, latent.y) if latent.y == round(latent.y) and latent.array is None else None


@derived
def _has_base(scene: Scene) -> bool:
    return base_seed(scene.document.latent) is not None


def second_style(scene: Scene, facts: Facts) -> Scene:
    """Draw the second style: its image, for selection and dragging, and two rows beside it."""
    imgui.push_id("style")
    p, width, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(SECOND_SIDE)
    dragging = scene.interaction.drag.on
    texture, uv = swatch_thumbnails.of_swatch(scene, facts, None)
    chosen = swatch_of(scene) is None
    if ui.tile("second", texture, uv, glyph="path", size=SECOND_SIDE, selected=chosen) and not dragging:
        scene = selecting(scene, swatch=None)
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and not dragging:
        scene = scene.interacting(drag=lifted(None, None))
    ui.tip("The second style: layers that take it follow its seed\nClick: mix with it    Drag: onto layers")
    left, room = p.x + side + t.px(8), width - side - t.px(8)
    imgui.set_cursor_screen_pos(V(left, p.y))
    scene = _seed(scene, facts, room)
    imgui.set_cursor_screen_pos(V(left, p.y + t.px(28)))
    scene = _walk(scene, room)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, side))
    imgui.pop_id()
    return scene


def _seed(scene: Scene, facts: Facts, room: float) -> Scene:
    x = scene.document.mixing.x
    whole, gap = math.floor(x + 0.5), t.px(4)
    typed = ui.number(
        "Seed",
        whole,
        width=room - 2 * (t.px(t.row) + gap),
        show_label=False,
        hint="Seed of the second style; drag, or double click to type",
        default=int(default(SEED)),
    )
    if typed != whole:
        scene = put(scene, SEED, float(typed))
    imgui.same_line(0, gap)
    if ui.button(glyph="dice-five", id_="##random", hint="A random second style"):
        scene = put(scene, SEED, float(facts.chance.randrange(RANDOM_SEEDS)))
    imgui.same_line(0, gap)
    hint = "Keep the first style's seed as the second"
    if ui.button(glyph="copy", id_="##keep", hint=hint, enabled=_has_base(scene)):
        scene = put(scene, SEED, base_seed(scene.document.latent))
    return scene


def _walk(scene: Scene, room: float) -> Scene:
    walking = scene.view.motion.mixing
    hint = "Stop the walk" if walking else "Walk the second style from seed to seed"
    glyph: Glyph = "pause" if walking else "play"
    if ui.button(glyph=glyph, on=walking, id_="##playStyle", hint=hint):
        scene = put(scene, WALKS, not walking)
    imgui.same_line(0, t.px(4))
    return slider_row(scene, SPEED, width=room - t.px(t.row) - t.px(4), show_label=False)


SHELF = "document.shelf"
TILE = 58
TABS = ("All", "Seeds", "Saved")
_HINTS = ("Every swatch", "Plain seeds", "Mixed styles and stored latents")
_GLYPHS: dict[Literal["seed", "saved"], Glyph] = {"seed": "dice-five", "saved": "stack"}


@dataclass
class Tabs:
    """Active tab and typed text."""

    tab: int = 0
    typed: str = ""
    problem: str = ""
    renaming: str | None = None

    def shows(self, swatch: Swatch) -> bool:
        """Return True if the active tab contains the swatch."""
        return self.tab == 0 or (self.tab == 1) == (kind_of(swatch) == "seed")


@dataclass
class _Area:
    """Place of the section on the screen: two corners."""

    corners: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def takes(facts: Facts, path: str) -> bool:
    """Return True if a file dropped at the pointer belongs on the shelf."""
    window, mouse = imgui.internal.find_window_by_name("Mix"), imgui.get_mouse_pos()
    x0, y0, x1, y1 = facts.scratch.get(_Area).corners
    shown = window is not None and window.was_active and not window.hidden
    over = shown and x0 <= mouse.x < x1 and y0 <= mouse.y < y1 and imgui.is_mouse_pos_valid(mouse)
    return over and PurePath(path).suffix.lower() in SUFFIXES


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    start = imgui.get_cursor_screen_pos()
    right = start.x + imgui.get_content_region_avail().x
    scene = _section(scene, facts)
    facts.scratch.get(_Area).corners = (start.x, start.y, right, imgui.get_cursor_screen_pos().y)
    return scene


def _section(scene: Scene, facts: Facts) -> Scene:
    count = len(scene.document.shelf)
    summary = f"{count} swatch{'es' if count != 1 else ''}" if count else "second style only"
    if not ui.section("Shelf", summary=summary):
        return scene
    scene = second_style(scene, facts)
    ui.space(8)
    imgui.push_id("shelf")
    scene = _tiles(scene, facts) if count else _empty(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _empty(scene: Scene, facts: Facts) -> Scene:
    """Draw the empty state: a description and the next step."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    text, action = "Styles to mix lie here.", "Shelve the picture"
    room = ui.measure(action) + t.px(42)
    if facts.shelf_undo:
        scene, text = _undo(scene, facts), ""
    ui.draw(ui.ellipsis(text, width - room - t.px(36), t.small), p.x, p.y, "dim", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - room - t.px(28), p.y))
    hint, ready = "Put the present style on the shelf", facts.model is not None
    if ui.button(action, "plus", width=room, id_="##present", hint=hint, keys="B", enabled=ready):
        scene = actions.shelve_present(scene, facts)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="dice-five", id_="##seeds", hint="Put seeds on the shelf"):
        imgui.open_popup("add")
    return _add(scene, facts)


def _undo(scene: Scene, facts: Facts) -> Scene:
    """Draw the button that takes the last change of the shelf back: undo does not touch the shelf."""
    hint = f"Take back: {facts.shelf_undo}"
    if ui.button(glyph="arrow-counter-clockwise", id_="##undoShelf", hint=hint, keys="Ctrl+Alt+Z"):
        scene = scene.request(UndoShelf())
    return scene


def _tiles(scene: Scene, facts: Facts) -> Scene:
    tabs, width = facts.scratch.get(Tabs), imgui.get_content_region_avail().x
    buttons = t.px(56 if facts.shelf_undo else 28)
    tabs.tab = ui.segmented("kinds", TABS, tabs.tab, width=width - buttons, hints=_HINTS)
    imgui.same_line(0, t.px(4))
    if facts.shelf_undo:
        scene = _undo(scene, facts)
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
            break  # indices have changed; the remaining tiles follow in the next frame
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
    """Draw one swatch: click selects, double click opens, drag lifts it, right click opens the menu."""
    swatch = scene.document.shelf[index]
    selected, tabs = scene.interaction.selection.swatch, facts.scratch.get(Tabs)
    texture, uv = swatch_thumbnails.of_swatch(scene, facts, swatch)
    bands = [band.ws for band in bands_of(facts.model)] if facts.model is not None else []
    use = uses(swatch, scene.document.mixing, bands)
    glyph, chosen = _GLYPHS[kind_of(swatch)], selected == swatch
    clicked = ui.tile(f"swatch{index}", texture, uv, swatch.name, glyph, TILE, selected=chosen, use=use or (0, 0, 0))
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        scene = actions.open_swatch(selecting(scene, swatch=swatch), facts)
    elif clicked and not scene.interaction.drag.on:
        scene = selecting(scene, swatch=swatch)
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and not scene.interaction.drag.on:
        scene = selecting(scene, swatch=swatch).interacting(drag=lifted(swatch, index))
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        imgui.open_popup(f"more{index}")
        tabs.renaming = None
    if scene.interaction.drag.on:
        scene = _slot(scene, index, p)
    else:
        ui.tip(f"{swatch.name}\nClick: mix with it    Double click: open it\nDrag: onto layers, bands or the picture")
    return _more(scene, facts, index)


def _slot(scene: Scene, index: int, p: V) -> Scene:
    """Handle the gap beside a tile as drop target of a dragged swatch."""
    drag = scene.interaction.drag
    mouse, tile, gap = imgui.get_mouse_pos(), t.px(TILE), t.px(4)
    if drag.at is None or not (p.x - gap <= mouse.x < p.x + tile + gap and p.y <= mouse.y < p.y + tile + t.px(19)):
        return scene
    after = mouse.x >= p.x + tile / 2
    x = p.x + (tile + gap if after else -gap)
    ui.fill(V(x - t.px(1), p.y), V(x + t.px(1), p.y + tile), "accent")
    return scene.interacting(drag=replace(drag, found=Slot(index + after)))


def _more(scene: Scene, facts: Facts, index: int) -> Scene:
    """Draw the context menu of a swatch."""
    imgui.set_next_window_size(V(t.px(168), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    opened = imgui.begin_popup(f"more{index}")
    imgui.pop_style_var()
    if not opened:
        return scene
    tabs, swatch = facts.scratch.get(Tabs), scene.document.shelf[index]
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    text = swatch.name if tabs.renaming is None else tabs.renaming
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, tabs.renaming = ui.input_text("##name", text, flags=flags)
    ui.tip("Its name; Enter takes it")
    if entered:
        scene = put(scene, SHELF, renamed(scene.document.shelf, index, tabs.renaming))
        if scene.interaction.selection.swatch == swatch:
            scene = selecting(scene, swatch=scene.document.shelf[index])
        imgui.close_current_popup()
    if ui.list_row("open", "Open", glyph="image"):
        scene = actions.open_swatch(selecting(scene, swatch=swatch), facts)
        imgui.close_current_popup()
    if ui.list_row("remove", "Remove", glyph="trash"):
        scene = actions.remove_swatch(scene, index)
        imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _add(scene: Scene, facts: Facts) -> Scene:
    """Draw the popup for typing seeds."""
    imgui.set_next_window_size(V(t.px(220), 0))
    if not imgui.begin_popup("add"):
        return scene
    tabs = facts.scratch.get(Tabs)
    if imgui.is_window_appearing():
        tabs.problem = ""
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, tabs.typed = ui.input_text("##seed", tabs.typed, "Seeds, as 88 or 1,2,5-7", flags)
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
            scene = selecting(scene, swatch=known(shelf, of_seed(seeds[-1], latent)))
            tabs.typed = ""
            scene = put(scene, SHELF, shelf)
            imgui.close_current_popup()
    if tabs.problem:
        ui.wrapped(tabs.problem, "bad", t.small)
    imgui.end_popup()
    return scene
