"""One row of the results: star, name, strength, strip, layers, the closest kept direction, and the button Add."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.parts import ArrayRef, Direction, StyleOffset
from viz.directions import effects, groups, using
from viz.directions.listing import SAME, Closest, figures
from viz.directions.strips import Strips
from viz.state.facts import Facts
from viz.state.interaction import DirectionFinder
from viz.state.recording import current as recording
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached_row
from viz.ui.theme import current as t
from viz.ui.widgets.strip import Shown

MENU = "row"
TURN, HIDE, SHOW, RENAME = "Turn around", "Hide", "Show again", "Rename"


@dataclass(frozen=True)
class Look:
    """Lengths of the columns in pixels; 0 for a column that is left out."""

    width: float
    tile: float
    name: float
    layers: float
    closest: float
    act: float

    @property
    def wide(self) -> bool:
        """True where every column has room."""
        return self.layers > 0

    @property
    def strip(self) -> float:
        """Left edge of the strip."""
        return self.name

    @property
    def inner(self) -> float:
        """Height of what is in a row: the strip, or the name with the layers below it where that is more."""
        return max(self.tile, t.px(38))

    @property
    def height(self) -> float:
        """Height of a row."""
        return self.inner + t.px(8)

    @property
    def layers_at(self) -> float:
        """Left edge of the range of layers."""
        return self.name + ui.strip_width(self.tile) + t.px(14)

    @property
    def closest_at(self) -> float:
        """Left edge of the closest kept direction."""
        return self.layers_at + self.layers + t.px(18)


def look_of(width: float) -> Look:
    """Return the columns for a list of this width in pixels."""
    p, gaps = t.px, 6 * t.px(4)
    rest = p(156) + p(14 + 116 + 18 + 112) + p(70)
    if width - rest - gaps >= 7 * p(40):
        tile = min(max((width - rest - gaps) // 7, p(40)), p(62))
        return Look(width, tile, p(156), p(116), p(112), p(66))
    tile = min(max((width - p(104) - p(36) - gaps) // 7, p(24)), p(44))
    return Look(width, tile, p(104), 0, 0, p(28))


@dataclass
class Hovered:
    """The picture under the pointer in this frame: set by the rows, read by the panel after them."""

    row: Found | None = None
    step: int = 0


def hovered(facts: Facts) -> Hovered:
    """Return the picture under the pointer, to read it or to set it."""
    return facts.scratch.get(Hovered)


@dataclass(frozen=True)
class Row:
    """All that a row shows besides its pictures."""

    group: FoundGroup
    found: Found
    added: Direction | StyleOffset | None
    close: Closest | None
    network: str
    cells: tuple[ui.Cell, ...]
    chosen: bool
    step: int


def draw(scene: Scene, facts: Facts, row: Row, look: Look, strips: Strips) -> Scene:
    """Draw a row; return the scene as its controls change it. It is replayed while nothing of it changes."""
    found = row.found
    pictures, old = strips.pictures(facts, found, 64 if look.tile <= 80 else 128, ask=recording.active)
    known = figures(facts).effects(found, facts.arrays)
    share = "its own layer" if found.style else effects.share_text(facts, found, known)
    renaming = scene.interaction.finder.renaming == found.array
    imgui.push_id(ui.drawable(found.array.sha256[:16]))
    scene = cached_row(
        "row",
        (row, look, tuple(pictures), old, share, renaming),
        lambda: _row(scene, facts, row, look, pictures, old, share),
        scene,
    )
    imgui.pop_id()
    return scene


def _row(scene: Scene, facts: Facts, row: Row, look: Look, pictures: list[Shown], old: bool, share: str) -> Scene:
    p, found = imgui.get_cursor_screen_pos(), row.found
    if row.chosen:
        ui.fill(V(p.x - t.px(6), p.y - t.px(2)), V(p.x + look.width, p.y + look.height - t.px(4)), "hover", 0.45, 6)
    middle = p.y + look.inner / 2
    scene = _star(scene, found, p.x, middle)
    scene = _name(scene, facts, row, look, p.x, middle)
    imgui.set_cursor_screen_pos(V(p.x + look.strip, round(middle - look.tile / 2)))
    scene = _strip(scene, facts, row, look, pictures, old)
    if look.wide:
        scene = _range(scene, facts, row, V(p.x + look.layers_at, middle - t.px(21)), look.layers, 10)
        at = V(p.x + look.layers_at, middle)
        ui.draw(ui.ellipsis(share, look.layers, t.small), at.x, at.y, "faint", t.small, height=t.px(18))
        _closest(row, p.x + look.closest_at, middle, look)
    scene = _act(scene, facts, row, V(p.x + look.width - look.act, middle - t.px(12)), look)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(look.width, look.height))
    return scene


def choose(scene: Scene, ref: ArrayRef, **changes: object) -> Scene:
    """Return the scene with a row chosen."""
    finder: DirectionFinder = replace(scene.interaction.finder, chosen=ref, **changes)  # type: ignore[arg-type]
    return scene.interacting(finder=finder)


def starred(scene: Scene, found: Found) -> Scene:
    """Return the scene with a row's star on or off."""
    return groups.changed(scene, found.array, lambda one: replace(one, starred=not one.starred))


def _star(scene: Scene, found: Found, x: float, middle: float) -> Scene:
    imgui.set_cursor_screen_pos(V(x, middle - t.px(21)))
    if ui.hit("##star", V(t.px(18), t.px(24))):
        scene = starred(scene, found)
    lit = imgui.is_item_hovered()
    ink = "warn" if found.starred else "text" if lit else "faint"
    glyph = (ui.filled if found.starred else ui.icon)("star")
    ui.draw(glyph, x + t.px(9), middle - t.px(21), ink, 11, align=0.5, height=t.px(24))
    ui.focus_ring()
    ui.tip("No star" if found.starred else "Star it: it is there again when this network is opened", "*")
    return scene


@dataclass
class _Typed:
    """Draft of the name that is edited."""

    ref: ArrayRef | None = None
    name: str = ""


def _name(scene: Scene, facts: Facts, row: Row, look: Look, x: float, middle: float) -> Scene:
    """Draw the name, and below it the strength, or the range of layers where there is no column for it."""
    found, width = row.found, look.name - t.px(22 + 8)
    left, top = x + t.px(20), middle - t.px(21)
    imgui.set_cursor_screen_pos(V(left, top))
    if scene.interaction.finder.renaming == found.array:
        return _rename(scene, facts, found, width)
    clicked = ui.hit("##name", V(width, t.px(24)))
    scene = _menu(scene, facts, row)
    hot, words = imgui.is_item_hovered(), groups.strength_text(row.group, found)
    own = (row.added.name if row.added else "") or found.name
    ui.draw(
        ui.ellipsis(own, width), left, top, "text" if row.chosen or hot or found.starred else "dim", height=t.px(24)
    )
    ui.focus_ring()
    if hot or imgui.is_item_focused():  # it takes figures that nobody else reads
        said = (own, " ".join(words), _else_words(scene, facts, found), _close_words(row))
        ui.tip("\n".join(filter(None, (*said, "Click: rename; right click held: more"))))
    if clicked:
        scene = choose(scene, found.array, renaming=found.array)
    if look.wide:
        bar = V(left, middle + t.px(8))
        ui.amount_bar(bar, V(left + t.px(64), bar.y + t.px(4)), groups.share(row.group, found), _ink(row))
        ui.draw(words[0], left + t.px(70), middle + t.px(1), "faint", t.small, height=t.px(18))
        return scene
    return _range(scene, facts, row, V(left, middle + t.px(4)), min(width, t.px(68)), 6)


def _ink(row: Row) -> str:
    return "accent" if row.chosen else "dim"


def _rename(scene: Scene, facts: Facts, found: Found, width: float) -> Scene:
    typed = facts.scratch.get(_Typed)
    fresh = typed.ref != found.array
    if fresh:
        typed.ref, typed.name = found.array, found.name
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(width + t.px(8))
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, typed.name = ui.input_text("##new name", typed.name, flags=flags)
    ui.tip("Its name; Enter keeps it, Esc leaves the old one")
    left = imgui.is_item_deactivated()
    if not (entered or left):
        return scene
    typed.ref = None
    keep = entered or not imgui.is_key_pressed(imgui.Key.escape, False)
    scene = using.named(scene, found, typed.name) if keep else scene
    return scene.interacting(finder=replace(scene.interaction.finder, renaming=None))


def _menu(scene: Scene, facts: Facts, row: Row) -> Scene:
    """Draw the menu of the row, which a held right button on the name opens."""
    if ui.right_clicked() == "hold":
        imgui.open_popup(MENU)
    found = row.found
    rows = (
        ui.Row("Remove" if row.added else "Add", "Enter"),
        ui.Row(RENAME, "click"),
        ui.Row(TURN, enabled=not found.style),
        ui.Row(SHOW if found.hidden else HIDE, "Del", line=True),
    )
    chosen = ui.menu(MENU, rows)
    if chosen == rows[0].name:
        return using.removed(scene, found) if row.added else using.added(scene, found, row.network)
    if chosen == RENAME:
        return choose(scene, found.array, renaming=found.array)
    if chosen == TURN:
        return using.turned(scene, found, facts.arrays)
    if chosen == rows[3].name:
        return groups.changed(scene, found.array, lambda one: replace(one, hidden=not one.hidden))
    return scene


def _strip(scene: Scene, facts: Facts, row: Row, look: Look, pictures: list[Shown], old: bool) -> Scene:
    found = row.found
    touch = ui.strip("strip", pictures, look.tile, old, row.step or None if row.chosen else None)
    if touch.over is not None:
        over = hovered(facts)
        over.row, over.step = found, touch.over
    if touch.scrubbed is not None:
        scene = choose(scene, found.array, step=0)
        return using.put_at(scene, found, touch.scrubbed, row.network)
    if touch.clicked is None:
        return scene
    scene = choose(scene, found.array, step=0)
    return using.put_at(scene, found, float(touch.clicked), row.network) if touch.clicked else scene


def _measured_words(facts: Facts, found: Found) -> str:
    """Return what measuring said of the layers of a row."""
    known = figures(facts).effects(found, facts.arrays)
    if known is None:
        return "The layers that change the picture are measured soon" if not found.style else ""
    share = f"Measured: {100 * known.share(found.first, found.last):.0f} % of its change of the picture comes from here"
    return share if found.style else f"{share}\nRight click: the fewest layers with 90 %"


def _range(scene: Scene, facts: Facts, row: Row, at: V, width: float, height: float) -> Scene:
    imgui.set_cursor_screen_pos(at)
    found = row.found
    now, usual = (found.first, found.last), (found.usual[0], found.usual[1]) if len(found.usual) == 2 else None
    with ui.greyed("A style channel acts on its own layer" if found.style else ""):
        after = ui.band_range("layers", now, row.cells, usual, width, height, _measured_words(facts, found))
    return scene if after == now else using.ranged(scene, found, *after)


def _else_words(scene: Scene, facts: Facts, found: Found) -> str:
    """Return the figure by which rows are sorted that change least else."""
    other = figures(facts).elsewhere(found, scene.view.finds.region, facts)
    if other is None:
        return f"Changes else: {effects.state_of(facts, found)}"
    where = "the painted region" if other.painted else "the tenth that it changes most"
    return f"Changes else: {100 * other.share:.0f} %, outside {where}"


def _close_words(row: Row) -> str:
    if row.close is None:
        return ""
    words = f"Closest kept: {row.close.name} {row.close.cosine:.2f}"
    return f"{words}, nearly the same" if row.close.cosine >= SAME else words


def _closest(row: Row, x: float, middle: float, look: Look) -> None:
    close, room = row.close, look.closest
    if close is None:
        return
    text = f"{close.name} {close.cosine:.2f}"
    if close.cosine < SAME:
        ui.draw(ui.ellipsis(text, room, t.small), x, middle - t.px(12), "dim", t.small, height=t.px(24))
        return
    ui.draw(ui.icon("warning"), x, middle - t.px(21), "warn", 11, height=t.px(24))
    ui.draw(
        ui.ellipsis(text, room - t.px(18), t.small), x + t.px(18), middle - t.px(21), "warn", t.small, height=t.px(24)
    )
    ui.draw("nearly the same", x, middle - t.px(2), "faint", t.small, height=t.px(20))


def _act(scene: Scene, facts: Facts, row: Row, at: V, look: Look) -> Scene:
    """Draw the button Add; a tick where it is added."""
    imgui.set_cursor_screen_pos(at)
    width, text = look.act - t.px(4), "Add" if look.wide else ""
    near = row.close is not None and row.close.cosine >= SAME
    if row.added is None:
        hint = _close_words(row) if near and not look.wide else "A slider of it in the section Directions"
        if ui.button(text, "plus", width=width, id_="##add", hint=hint, keys="Enter"):
            scene = using.added(choose(scene, row.found.array), row.found, row.network)
        if near and not look.wide:
            ui.draw(ui.icon("warning"), at.x - t.px(16), at.y, "warn", 11, height=t.px(24))
        return scene
    ui.hit("##added", V(width, t.px(t.row)))
    ui.tip("It has a slider in the section Directions; remove it in the menu of its name")
    glyph_at = at.x + (t.px(2) if look.wide else width / 2)
    ui.draw(ui.icon("check"), glyph_at, at.y, "accent", 11, align=0 if look.wide else 0.5, height=t.px(24))
    if look.wide:
        ui.draw("Added", at.x + t.px(20), at.y, "dim", t.small, height=t.px(24))
    return scene
