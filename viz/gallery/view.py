"""The gallery in the canvas's place: a header of one row, the sheet, and a plate while several are chosen."""

from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import MOST_SEEDS, GalleryFilter, SeedMarks
from viz.canvas import canvas
from viz.gallery import order
from viz.gallery.actions import GALLERY, BlendSeeds, PileSeeds, ShelveSeeds, WalkThrough
from viz.gallery.export import ExportSeeds
from viz.gallery.known import KNOWN
from viz.gallery.listing import Listing
from viz.gallery.panel import options_of
from viz.gallery.sheet import SIDES, Sheet
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.seeds.marks import marks_of, network_of
from viz.ui import notifications
from viz.ui import widgets as ui
from viz.ui.icons import Glyph, OptionalGlyph, icon
from viz.ui.theme import current as t

_FILTERS: tuple[tuple[GalleryFilter, str, str], ...] = (
    ("all", "All", "Every seed"),
    ("starred", "Starred", "Seeds with a star"),
    ("unrejected", "Not rejected", "Every seed but those that were rejected"),
    ("rejected", "Rejected", "Seeds that were rejected"),
)
_GLYPHS: tuple[Glyph, ...] = ("funnel", "star", "check-circle", "x-circle")
"""Stand for the filters where there is no room for words."""
_COUNTS = (400, 1000, 4000, 10_000, MOST_SEEDS)
_WIDE, _NARROW, _PILED = 1060, 600, 760
"""Widths of the view in design lengths: the least for filters side by side, for all controls, and for "Piles"."""
_HEADER, _MARGIN = 40, 14
BLOCK_OF_CHANCE = 1000
"""The dice takes a block that begins with a multiple of this."""


@dataclass(eq=False)
class Gallery:
    """Parts of the view that last from frame to frame."""

    sheet: Sheet = field(default_factory=Sheet)
    listing: Listing = field(default_factory=Listing)
    opened: bool = False
    typed: str = ""


def gallery_of(facts: Facts) -> Gallery:
    """Return the parts of the view, for its commands."""
    return facts.scratch.get(Gallery)


def shows(scene: Scene, facts: Facts) -> bool:
    """Return True while the gallery takes the canvas's place."""
    return scene.view.in_gallery and facts.model is not None


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the gallery, or the canvas while it is closed."""
    state = facts.scratch.get(Gallery)
    if not shows(scene, facts):
        state.opened = False
        return canvas.draw(scene, facts)
    if not state.opened:
        state.opened = True
        facts.thumbnails.opened("seeds")
        state.sheet.reveal = scene.interaction.seeds.cursor
    held = scene.view.moving or (imgui.is_any_item_active() and not imgui.get_io().want_text_input and _elsewhere())
    state.sheet.look(scene, held)
    measured = scene.view.gallery.sort in order.LOOKS
    facts.services[KNOWN].look(scene, facts, state.sheet.base, measured, held)
    state.listing.look(scene, facts, held=held)
    marks = marks_of(scene.view, network_of(scene, facts))
    a, size = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    imgui.get_window_draw_list().add_rect_filled(a, V(a.x + size.x, a.y + size.y), t.u32("canvas"))
    _own_keys()
    scene = _header(scene, facts, state, marks, a, size.x)
    imgui.set_cursor_screen_pos(V(a.x + t.px(_MARGIN), a.y + t.px(_HEADER)))
    if len(state.listing.shown.seeds):
        imgui.push_clip_rect(a, V(a.x + size.x, a.y + size.y), True)
        imgui.begin_child("seeds", V(size.x - t.px(_MARGIN), size.y - t.px(_HEADER)), 0, _BARE)
        scene = state.sheet.draw(scene, facts, state.listing, marks)
        imgui.end_child()
        imgui.pop_clip_rect()
    else:
        scene = _empty(scene, facts)
    if len(scene.interaction.seeds.chosen) > 1:
        scene = _plate(scene, facts, a, size)
    if notifications.present(scene, facts):
        area = canvas.Area(int(a.x), int(a.y), max(int(size.x), 8), max(int(size.y), 8))
        scene = canvas.strips(scene, facts, area)
    return scene


def _elsewhere() -> bool:
    """Return True while what is held is no part of the sheet."""
    window = imgui.get_current_context().active_id_window
    return window is not None and "seeds" not in window.name


_BARE = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse


def _own_keys() -> None:
    """Keep the arrows from keyboard navigation, which would leave the sheet."""
    io = imgui.get_io()
    if io.want_text_input or io.nav_visible:
        return
    for key in (imgui.Key.left_arrow, imgui.Key.right_arrow, imgui.Key.up_arrow, imgui.Key.down_arrow, imgui.Key.enter):
        imgui.internal.set_key_owner(key, _KEYS)


_KEYS = imgui.internal.im_hash_str("seeds")


def _header(scene: Scene, facts: Facts, state: Gallery, marks: SeedMarks, a: V, width: float) -> Scene:
    """Draw the name, the first seed, the filter, the sort, the size, and the cross."""
    p, y, gallery = t.px, a.y + t.px(8), scene.view.gallery
    x, narrow = a.x + p(_MARGIN), width < p(_NARROW)
    x += ui.draw("Seeds", x, y, "text", weight="bold", height=p(t.row)) + p(12)
    imgui.set_cursor_screen_pos(V(x, y))
    hint = "The first seed; drag, or double click to type"
    first = ui.number("First seed", gallery.first, 100, p(72 if narrow else 100), show_label=False, hint=hint)
    scene = put(scene, "view.gallery.first", min(max(first, 0), 2**32 - 1 - MOST_SEEDS))
    imgui.same_line(0, p(4))
    if not narrow and ui.button(glyph="dice-five", id_="##block", hint="A block of seeds by chance"):
        scene = put(scene, "view.gallery.first", BLOCK_OF_CHANCE * facts.chance.randrange(1000))
    imgui.same_line(0, p(4 if narrow else 12))
    wide = width > p(_WIDE)
    scene = _filter(scene, facts, marks, wide, narrow)
    imgui.same_line(0, p(8))
    scene = _sort(scene, facts, state, wide, narrow)
    if not narrow:
        imgui.same_line(0, p(8))
        scene = _count(scene, facts, wide)
    known = facts.services[KNOWN]
    if state.listing.waiting is not None and known.problem:
        imgui.same_line(0, p(8))
        if ui.button(glyph="arrows-clockwise", id_="##retry", hint=f"{known.problem} Try again"):
            known.problem = ""
    elif state.listing.waiting is not None:
        imgui.same_line(0, p(8))
        done, total = state.listing.waiting
        ui.progress(done / max(total, 1), p(48))
        ui.tip(f"{done} of {total} blocks of seeds are known; then they are sorted")
    elif state.listing.stale:
        imgui.same_line(0, p(8))
        hint = "What the seeds are sorted by has changed since"
        if ui.button("Sort again" if wide else "", "arrows-clockwise", id_="##again", hint=hint):
            choice = scene.interaction.seeds
            scene = scene.interacting(seeds=replace(choice, turn=choice.turn + 1))
    right = a.x + width - p(12)
    imgui.set_cursor_screen_pos(V(right - p(24), y))
    if ui.button(glyph="x", kind="ghost", id_="##back", hint="Back to the picture", keys="S"):
        scene = put(scene, GALLERY, False)
    if narrow:
        return scene
    size = p(130) if wide else p(70)
    imgui.set_cursor_screen_pos(V(right - p(32) - size, y))
    low, high = SIDES
    hint = "Size of the pictures in pixels; or Ctrl+wheel over them"
    if wide:
        side = ui.slider(
            "Size", gallery.side, low, high, 84, "px", "%.0f", hint=hint, width=size, show_label=False
        )  # fmt: skip
    else:  # too narrow for a track
        side = ui.number("Size", gallery.side, 4, size, show_label=False, hint=hint, default=84)
    changed = round(side) != gallery.side
    return put(scene, "view.gallery.side", min(max(round(side), low), high)) if changed else scene


def _filter(scene: Scene, facts: Facts, marks: SeedMarks, wide: bool, narrow: bool) -> Scene:
    """Draw the filter: side by side, or as a choice where there is little room."""
    counts = {"starred": len(marks.starred), "rejected": len(marks.rejected)}
    names = [f"{name} {counts[key]}" if counts.get(key) else name for key, name, _ in _FILTERS]
    keys = [key for key, _, _ in _FILTERS]
    now = keys.index(scene.view.gallery.show)
    if wide:
        picked: int | None = ui.segmented("show", names, now, hints=[hint for _, _, hint in _FILTERS])
    else:
        glyph: Glyph = _GLYPHS[now] if narrow else "funnel"
        text = "" if narrow else names[now]
        hint = f"{names[now]}: {_FILTERS[now][2][0].lower()}{_FILTERS[now][2][1:]}"
        if ui.choice("Show", text, glyph, t.px(48 if narrow else 134), show_label=False, hint=hint):
            imgui.open_popup("show")
        picked, _ = ui.pick("show", names, now)
    return scene if picked is None else put(scene, "view.gallery.show", keys[picked])


def _sort(scene: Scene, facts: Facts, state: Gallery, wide: bool, narrow: bool) -> Scene:
    """Draw the choice of the order."""
    gallery = scene.view.gallery
    keys = [key for key in order.NAMES if key != "class" or (facts.model is not None and facts.model.c_dim > 0)]
    keys += [f"{order.ALONG}{one.name}" for one in scene.document.directions]
    now = keys.index(gallery.sort) if gallery.sort in keys else 0
    text = order.name_of(keys[now], short=not wide)
    if gallery.sort == "similar" and gallery.like is not None:
        text = f"Similar to {gallery.like}"
    hint = "What the seeds are sorted by" + ("" if scene.document.directions else "; directions come here once added")
    glyph: OptionalGlyph = "" if narrow else "list"
    if ui.choice("Sort", text, glyph, t.px(190 if wide else 96 if narrow else 112), show_label=False, hint=hint):
        imgui.open_popup("sort")
    picked, state.typed = ui.pick("sort", [order.name_of(key) for key in keys], now, state.typed, t.px(210))
    if picked is None:
        return scene
    sorted_ = replace(gallery, sort=keys[picked], like=None)
    choice = scene.interaction.seeds
    scene = scene.interacting(seeds=replace(choice, turn=choice.turn + 1))
    return put(scene, "view.gallery", sorted_)


def _count(scene: Scene, facts: Facts, wide: bool) -> Scene:
    """Draw the choice of the number of seeds."""
    now = scene.view.gallery.count
    names = [f"{one:,}".replace(",", " ") for one in _COUNTS]
    text = f"{now:,}".replace(",", " ")
    if ui.choice("Count", text, "", t.px(74), show_label=False, hint="How many seeds there are; scrolling adds more"):
        imgui.open_popup("count")
    picked, _ = ui.pick("count", names, _COUNTS.index(now) if now in _COUNTS else -1, width=t.px(90))
    return scene if picked is None else put(scene, "view.gallery.count", _COUNTS[picked])


def _empty(scene: Scene, facts: Facts) -> Scene:
    show = scene.view.gallery.show
    if show == "starred":
        ui.empty_state("star", "No stars yet", "Press P on a picture.")
    elif show == "rejected":
        ui.empty_state("x-circle", "Nothing is rejected", "Press X on a picture.")
    else:
        ui.empty_state("grid-four", "Everything here is rejected", "Choose All to see them.")
    return scene


def _plate(scene: Scene, facts: Facts, a: V, size: V) -> Scene:
    """Draw what can be done with several seeds."""
    p, chosen = t.px, scene.interaction.seeds.chosen
    buttons: tuple[tuple[str, Glyph, str, str], ...] = (
        ("Shelve", "swatches", "Put them on the shelf", "B"),
        ("Blend", "drop", "Show the mean of their w, in equal parts", ""),
        ("Walk through", "path", "Keys on the timeline, 2 s each, as a loop", ""),
        ("Piles", "hand-pointing", "Sort two piles, with these in the right one: a slider for what they share", ""),
        ("Export", "export", "As the section Export says", ""),
    )
    if size.x < p(_PILED):
        buttons = tuple(one for one in buttons if one[0] != "Piles")
    text = f"{len(chosen)} chosen"
    bare = size.x < p(470)
    widths = [_width(name, glyph, bare and name != "Export") for name, glyph, _, _ in buttons]
    total = ui.measure(text, weight="bold") + p(16 + 16 + 12 + 24 + 8) + sum(widths) + p(6) * len(buttons)
    x0, y0 = round(a.x + max((size.x - total) / 2, 0)), round(a.y + size.y - p(52))
    imgui.set_cursor_screen_pos(V(x0, y0))
    imgui.begin_child("plate", V(total, p(40)), 0, _BARE | imgui.WindowFlags_.no_background)
    ui.fill(V(x0, y0), V(x0 + total, y0 + p(40)), "raised", 1, t.radius_card)
    ui.outline(V(x0, y0), V(x0 + total, y0 + p(40)), "line", 1, t.radius_card)
    x, y = x0 + p(16), y0 + p(8)
    x += ui.draw(text, x, y, "text", weight="bold", height=p(t.row)) + p(12)
    for (name, glyph, hint, keys), width in zip(buttons, widths, strict=True):
        imgui.set_cursor_screen_pos(V(x, y))
        kind = "primary" if name == "Export" else "plain"
        words, why = ("", f"{name}: {hint}") if bare and name != "Export" else (name, hint)
        if ui.button(words, glyph, kind, width=width, hint=why, keys=keys, id_=f"##{name}"):  # type: ignore[arg-type]
            scene = _act(scene, facts, name)
        x += width + p(6)
    imgui.set_cursor_screen_pos(V(x, y))
    if ui.button(glyph="x", kind="ghost", id_="##drop", hint="Choose none", keys="Esc"):
        scene = scene.interacting(seeds=replace(scene.interaction.seeds, chosen=()))
    imgui.end_child()
    return scene


def _width(name: str, glyph: str, bare: bool) -> float:
    """Return the width of a button of the plate."""
    icon_ = ui.measure(icon(glyph), 12)  # type: ignore[arg-type]
    return t.px(t.row) if bare else ui.measure(name) + t.px(16 + 6) + icon_


def _act(scene: Scene, facts: Facts, name: str) -> Scene:
    chosen = scene.interaction.seeds.chosen
    if name == "Shelve":
        return scene.request(ShelveSeeds(chosen))
    if name == "Blend":
        return scene.request(BlendSeeds(chosen))
    if name == "Walk through":
        return scene.request(WalkThrough(chosen))
    if name == "Piles":
        return scene.request(PileSeeds(chosen))
    return scene.request(ExportSeeds(chosen, options_of(facts)))
