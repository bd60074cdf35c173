"""Shelf section: the second style, and swatches to drag onto layers, bands and the image."""

from dataclasses import dataclass, replace
from pathlib import PurePath

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.words import counted
from renderer.document.document import Document, Swatch
from renderer.document.recall import SUFFIXES
from renderer.ipc.protocol import Latent
from viz.files.actions import CopyState, SaveState
from viz.history.panel import with_b
from viz.mixing import actions, second_style, swatch_thumbnails
from viz.mixing.drag import lifted
from viz.mixing.selection import selecting
from viz.networks import tiles as network_tiles
from viz.networks.actions import AddNetwork
from viz.networks.weights import known as networks_of
from viz.photos.actions import browse
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.interaction import Slot
from viz.state.keyframes import latent_keyed
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.seeds.marks import seed_of, star_text, star_toggled
from viz.state.swatches import Kind, kind_of, known, of_seed, opened, renamed, seeds_of, shelved, uses
from viz.ui import widgets as ui
from viz.ui.actions import UndoShelf
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

SHELF = "document.shelf"
TILE = 58
TUNED = "T"
"""Letter on swatches with a network of their own, tuned to a photo."""
_KINDS: tuple[Kind, ...] = ("seed", "saved", "photo")
_GLYPHS: dict[Kind, Glyph] = {"seed": "dice-five", "saved": "stack", "photo": "image"}
TABS = ("All", "Seeds", "Saved", "Photos", "Networks")
_HINTS = (
    "Every swatch",
    "Plain seeds",
    "Mixed styles and stored latents",
    "Fitted photos",
    "Networks to compare, and to blend layers of",
)
NETWORKS = 4
"""Place of the tab of networks."""


@dataclass
class Tabs:
    """Active tab and typed text."""

    tab: int = 0
    typed: str = ""
    problem: str = ""
    renaming: str | None = None

    def shows(self, swatch: Swatch) -> bool:
        """Return True if the active tab contains the swatch."""
        return self.tab == 0 or kind_of(swatch) in _KINDS[self.tab - 1 : self.tab]


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
    return over and (PurePath(path).suffix.lower() in SUFFIXES or network_tiles.takes(path))


def dropped(scene: Scene, facts: Facts, path: str, together: tuple[str, ...] = ()) -> Scene:
    """Return the scene with a file that was dropped on the shelf: a style, or networks, whose tab is shown."""
    if not network_tiles.takes(path):
        return scene.request(actions.ShelveFile(path))
    facts.scratch.get(Tabs).tab = NETWORKS
    for one in together or (path,):
        scene = scene.request(AddNetwork(one))
    return scene


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    start = imgui.get_cursor_screen_pos()
    right = start.x + imgui.get_content_region_avail().x
    scene = _section(scene, facts)
    facts.scratch.get(_Area).corners = (start.x, start.y, right, imgui.get_cursor_screen_pos().y)
    return scene


def _section(scene: Scene, facts: Facts) -> Scene:
    count, more = len(scene.document.shelf), len(networks_of(scene.document))
    summary = counted(count, "swatch", "swatches") if count else "second style only"
    summary = f"{more + 1} networks, {counted(count, 'style')}" if more else summary
    if not ui.section("Shelf", summary=summary):
        return scene
    scene = second_style.draw(scene, facts)
    ui.space(8)
    imgui.push_id("shelf")
    scene = _tabs(scene, facts)
    ui.space(6)
    if facts.scratch.get(Tabs).tab == NETWORKS:
        scene = network_tiles.draw(scene, facts)
    else:
        scene = _tiles(scene, facts) if count else _empty(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _empty(scene: Scene, facts: Facts) -> Scene:
    """Draw the empty state: a description and the next step."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    text = "Styles to mix lie here: shelve some, and drag them onto layers."
    for line in ui.lines_of(text, width, t.small):
        ui.draw(line, p.x, p.y, "dim", t.small, height=t.px(18))
        p = V(p.x, p.y + t.px(16))
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(4)))
    if facts.shelf_undo:
        scene = _undo(scene, facts)
        imgui.same_line(0, t.px(4))
    action, room = "Shelve the picture", imgui.get_content_region_avail().x - t.px(28)
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


def _tabs(scene: Scene, facts: Facts) -> Scene:
    """Draw the tabs, and beside them the buttons that add to the shelf and take the last change back."""
    tabs, width, full = facts.scratch.get(Tabs), imgui.get_content_region_avail().x, bool(scene.document.shelf)
    undo = bool(facts.shelf_undo) and full
    adds = full or tabs.tab == NETWORKS
    buttons = t.px(28) * (adds + undo)
    tabs.tab = ui.segmented("kinds", TABS, tabs.tab, width=width - buttons, hints=_HINTS)
    if undo:
        imgui.same_line(0, t.px(4))
        scene = _undo(scene, facts)
    if adds:
        imgui.same_line(0, t.px(4))
    if tabs.tab == NETWORKS and adds:
        if ui.button(glyph="plus", id_="##addNetwork", hint="Add network: a file or a run folder"):
            scene = network_tiles.add(scene, facts)
    elif adds:
        hint, ready = "Put the present style on the shelf", facts.model is not None
        if ui.button(glyph="plus", id_="##present", hint=hint, keys="B", enabled=ready):
            scene = actions.shelve_present(scene, facts)
    return scene


def _tiles(scene: Scene, facts: Facts) -> Scene:
    tabs = facts.scratch.get(Tabs)
    width = imgui.get_content_region_avail().x
    tile, gap = t.px(TILE), t.px(8)
    columns = max(1, int((width + gap) // (tile + gap)))
    gap = (width - columns * tile) / max(1, columns - 1)
    pitch = tile + t.px(3 + 16 + 8)
    shelf = scene.document.shelf
    shown = [i for i, swatch in enumerate(shelf) if tabs.shows(swatch)]
    rows, most = len(shown) // columns + 1, max(_LEAST_ROWS, int(imgui.get_window_height() * _SHARE // pitch))
    if rows <= most:
        return _swatches(scene, facts, shown, columns, gap, pitch)
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    inner = imgui.begin_child("swatches", V(0, (most + 0.3) * pitch), imgui.ChildFlags_.nav_flattened)
    imgui.pop_style_var()
    if inner:
        columns = max(1, int((imgui.get_content_region_avail().x + t.px(4)) // (tile + t.px(4))))
        gap = (imgui.get_content_region_avail().x - columns * tile) / max(1, columns - 1)
        scene = _swatches(scene, facts, shown, columns, gap, pitch)
    imgui.end_child()
    return scene


_LEAST_ROWS, _SHARE = 2, 0.3
"""Rows of swatches that are always shown at once, and the share of the panel's height that they may take."""


def _swatches(scene: Scene, facts: Facts, shown: list[int], columns: int, gap: float, pitch: float) -> Scene:
    """Draw the tiles of swatches and the one that adds some."""
    a, tile, shelf = imgui.get_cursor_screen_pos(), t.px(TILE), scene.document.shelf
    width = imgui.get_content_region_avail().x
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
    ui.tip("Put seeds or photos on the shelf")
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
    other, used = second_style.other(scene, facts, swatch), use or (0, 0, 0)
    alpha = second_style.OLD if other else 1.0
    clicked = ui.tile(f"swatch{index}", texture, uv, swatch.name, glyph, TILE, chosen, used, alpha=alpha)
    if swatch.network is not None:
        ui.badge(TUNED, p.x + t.px(TILE - 3) - ui.badge_width(TUNED), p.y + t.px(3))
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
        clicks = "Click: mix with it    Double click: open it"
        name = swatch.photo or swatch.name
        ui.tip(f"{name}{other}\n{clicks}\nDrag: onto layers, bands or the picture")
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
    is_open = imgui.begin_popup(f"more{index}")
    imgui.pop_style_var()
    if not is_open:
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
    if facts.model is not None and ui.list_row("compare", "Compare with it", glyph="columns"):
        scene = with_b(scene, opened(scene.document, swatch, facts.model.num_ws))
        imgui.close_current_popup()
    if facts.model is not None:
        scene = _uses(scene, facts, swatch, opened(scene.document, swatch, facts.model.num_ws))
    if ui.list_row("remove", "Remove", glyph="trash"):
        scene = actions.remove_swatch(scene, index)
        imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _uses(scene: Scene, facts: Facts, swatch: Swatch, document: Document) -> Scene:
    """Draw the rows of the menu that use a swatch elsewhere; `document` is the present one in its style."""
    latent = swatch.latent if isinstance(swatch.latent, Latent) and not swatch.mixing.layers else None
    if latent is not None and ui.list_row("keySwatch", "Add a key with it", glyph="diamond"):
        scene = latent_keyed(scene, latent)
        imgui.close_current_popup()
    seed = seed_of(swatch.latent) if latent is not None else None
    if seed is not None and ui.list_row("starSwatch", star_text(scene, facts, seed), glyph="star"):
        scene = star_toggled(scene, facts, seed)
        imgui.close_current_popup()
    if ui.list_row("saveSwatch", "Save its picture", glyph="camera"):
        scene = scene.request(SaveState(document))
        imgui.close_current_popup()
    if ui.list_row("copySwatch", "Copy its picture", glyph="copy"):
        scene = scene.request(CopyState(document))
        imgui.close_current_popup()
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
    if ui.list_row("photo", "Photo…", glyph="image"):
        scene = browse(scene)
        imgui.close_current_popup()
    ui.tip("A picture, found in the network")
    imgui.end_popup()
    return scene
