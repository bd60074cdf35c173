"""The contact sheet: only the rows that can be seen are drawn, and a little beyond is drawn ahead."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import MOST_SEEDS, SeedMarks, request_for
from renderer.ipc.protocol import Display, RenderRequest
from viz.gallery import choosing
from viz.gallery.actions import ShowSeed
from viz.gallery.listing import Listing
from viz.gallery.order import ALONG, Ordered
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.icons import filled, icon
from viz.ui.theme import current as t

OWNER = "seeds"
GAP = 6
"""Gap between pictures, in design lengths."""
SIDES = (48, 256)
"""Least and largest side of a picture, in design lengths."""
MORE = 400
"""Seeds that scrolling to the end adds."""
_AHEAD = 2
"""Screens that are drawn ahead."""
_OLD = 0.6
"""Opacity of pictures of earlier settings."""
_KEPT = 4096
"""Most requests that are kept."""
_TIP = 280
"""Width of a tooltip, in design lengths."""
_RENDERED = (64, 128, 256)
"""Sides at which pictures are rendered, in pixels."""


@dataclass(eq=False)
class Sheet:
    """Place and requests of the pictures."""

    columns: int = 1
    rows: int = 1
    """Rows that can be seen."""
    reveal: int | None = None
    """Seed to scroll to in the next frame."""
    base: RenderRequest = field(default_factory=lambda: RenderRequest(0))
    """Request of every picture, whatever its seed is."""
    _source: tuple[object, ...] = ()
    _requests: dict[int, RenderRequest] = field(default_factory=dict)
    _older: dict[int, RenderRequest] = field(default_factory=dict)
    """Requests whose pictures were shown last, by seed."""
    _box: tuple[float, float] | None = None
    """Start of a dragged rectangle, in the sheet's coordinates."""
    _before: tuple[int, ...] = ()
    """Choice before the rectangle."""
    _keep: tuple[int, float] | None = None
    """Place that stays at this height of the window while the size changes."""

    def look(self, scene: Scene, held: bool) -> None:
        """Follow the settings. Call once a frame. `held`: something is dragged or moves, whose end is waited for."""
        source = (scene.document, scene.settings.device)
        if source == self._source or (held and self._source and _network(source) == _network(self._source)):
            return
        if self._source and _network(source) != _network(self._source):
            self._older.clear()
        self._source = source
        made = request_for(scene.document, Display(), scene.settings.device, 0)
        if made != self.base:
            self.base = made
            self._requests.clear()

    def request(self, seed: int) -> RenderRequest:
        """Return the request of a seed; the same object in every frame."""
        known = self._requests.get(seed)
        if known is None:
            if len(self._requests) >= _KEPT:
                self._requests.clear()
            known = self._requests[seed] = replace(self.base, image=self.base.image.at_seed(seed))
        return known

    def draw(self, scene: Scene, facts: Facts, listing: Listing, marks: SeedMarks) -> Scene:
        """Draw the sheet in the available space."""
        p = t.px
        room = imgui.get_content_region_avail()
        side, gap = p(scene.view.gallery.side), p(GAP)
        pitch = side + gap
        seeds = listing.shown.seeds
        imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
        imgui.begin_child("sheet", room, imgui.ChildFlags_.always_use_window_padding, _FLAGS)
        imgui.pop_style_var()
        inner = imgui.get_content_region_avail()
        self.columns = max(1, int((inner.x + gap) // pitch))
        lines = math.ceil(len(seeds) / self.columns)
        self._scroll(listing, pitch, room.y, lines)
        scroll, corner = imgui.get_scroll_y(), imgui.get_window_pos()
        first, last = int(scroll // pitch), min(int((scroll + room.y) // pitch) + 1, lines)
        self.rows = max(1, int(room.y // pitch))
        at = V(corner.x, corner.y)
        pointed = self._pointed(at, scroll, pitch, side, len(seeds), room)
        scene = self._mouse(scene, facts, listing, (at, scroll, pitch, side), room, pointed)
        self._pictures(scene, facts, listing, marks, (at, scroll, pitch, side), range(first, last), pointed)
        self._band(at, scroll)
        imgui.set_cursor_pos(V(0, max(lines * pitch - gap, 1)))
        imgui.dummy(V(1, p(70)))  # room under the plate
        end = scroll + room.y > (lines - 1) * pitch
        self._stars(listing, marks, at, room, pitch, lines)
        imgui.end_child()
        gallery = scene.view.gallery
        if end and imgui.is_mouse_down(0) is False and gallery.sort == "seed" and gallery.show in ("all", "unrejected"):
            scene = put(scene, "view.gallery.count", min(gallery.count + MORE, MOST_SEEDS))
        return scene

    def _scroll(self, listing: Listing, pitch: float, height: float, lines: int) -> None:
        """Scroll to the seed that is to be seen, or keep a place where it was."""
        if self._keep is not None:
            place, offset = self._keep
            imgui.set_scroll_y(max(place // self.columns * pitch - offset, 0))
            self._keep = None
        index = listing.index(self.reveal) if self.reveal is not None else None
        self.reveal = None
        if index is not None:
            top = index // self.columns * pitch
            low = min(imgui.get_scroll_y(), top)
            imgui.set_scroll_y(max(low, top + pitch - height + t.px(60)) if top + pitch > low + height else low)

    def _pointed(self, at: V, scroll: float, pitch: float, side: float, count: int, room: V) -> int | None:
        """Return the place under the pointer."""
        mouse = imgui.get_mouse_pos()
        x, y = mouse.x - at.x, mouse.y - at.y
        if not imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item):
            return None
        if not (0 <= x < room.x and 0 <= y < room.y):
            return None
        column, row = int(x // pitch), int((y + scroll) // pitch)
        inside = x - column * pitch < side and y + scroll - row * pitch < side
        index = row * self.columns + column
        return index if inside and column < self.columns and index < count else None

    def _mouse(
        self,
        scene: Scene,
        facts: Facts,
        listing: Listing,
        frame: tuple[V, float, float, float],
        room: V,
        pointed: int | None,
    ) -> Scene:
        """Handle clicks, rectangles, and Ctrl+wheel."""
        at, scroll, pitch, _ = frame
        io, choice, seeds = imgui.get_io(), scene.interaction.seeds, listing.shown.seeds
        imgui.set_cursor_pos(V(0, scroll))
        imgui.set_next_item_allow_overlap()
        flags = imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_middle
        imgui.invisible_button("##sheet", V(max(room.x - t.px(14), 8), room.y), flags)
        if imgui.is_item_hovered() and io.key_ctrl and io.mouse_wheel:
            return self._sized(scene, pointed, io.mouse_wheel, at)
        if imgui.is_item_active() and imgui.is_mouse_down(imgui.MouseButton_.middle):
            imgui.set_scroll_y(scroll - 4 * io.mouse_delta.y)
        seed = None if pointed is None else int(seeds[pointed])
        choice = replace(choice, pointed=seed)
        mouse = imgui.get_mouse_pos()
        here = (mouse.x - at.x, mouse.y - at.y + scroll)
        if imgui.is_item_activated() and imgui.is_mouse_clicked(imgui.MouseButton_.left):
            self._box, self._before = here, choice.chosen
            if seed is not None:
                choice = choosing.clicked(choice, seeds, seed, more=io.key_ctrl, through=io.key_shift)
                if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
                    scene = scene.request(ShowSeed(seed))
            elif not io.key_ctrl and not io.key_shift:
                choice = replace(choice, chosen=())
        elif imgui.is_item_active() and self._box is not None and imgui.is_mouse_dragging(imgui.MouseButton_.left):
            inside = self._inside(here, pitch, len(seeds))
            choice = choosing.boxed(choice, self._before, map(int, seeds[inside]), more=io.key_ctrl)
        elif not imgui.is_item_active():
            self._box = None
        return scene.interacting(seeds=choice)

    def _sized(self, scene: Scene, pointed: int | None, notches: float, at: V) -> Scene:
        """Return the scene with another size of the pictures; the one under the pointer stays there."""
        low, high = SIDES
        side = round(min(max(scene.view.gallery.side * 1.15**notches, low), high))
        if pointed is not None:
            self._keep = pointed, imgui.get_mouse_pos().y - at.y - t.px(side) / 2
        return put(scene, "view.gallery.side", side)

    def _inside(self, here: tuple[float, float], pitch: float, count: int) -> list[int]:
        """Return the places that a rectangle touches, row by row."""
        assert self._box is not None
        (x0, x1), (y0, y1) = sorted((self._box[0], here[0])), sorted((self._box[1], here[1]))
        columns = range(max(int(x0 // pitch), 0), min(int(x1 // pitch) + 1, self.columns))
        rows = range(max(int(y0 // pitch), 0), int(max(y1, 0) // pitch) + 1)
        places = (row * self.columns + column for row in rows for column in columns)
        return [one for one in places if one < count]

    def _pictures(
        self,
        scene: Scene,
        facts: Facts,
        listing: Listing,
        marks: SeedMarks,
        frame: tuple[V, float, float, float],
        rows: range,
        pointed: int | None,
    ) -> None:
        """Draw the pictures of these rows; those nearest to the pointer are asked for first."""
        at, scroll, pitch, side = frame
        size = next((one for one in _RENDERED if one >= 0.75 * side), _RENDERED[-1])
        shown, thumbnails = listing.shown, facts.thumbnails
        places = range(rows.start * self.columns, min(rows.stop * self.columns, len(shown.seeds)))
        found, missed = {}, False
        middle = rows.start * self.columns if pointed is None else pointed
        order = places if pointed is None else sorted(places, key=lambda one: self._distance(one, middle))
        numbers = shown.seeds[places.start : places.stop].tolist()
        for place in order:
            request = self.request(numbers[place - places.start])
            found[place] = thumbnails.get(request, size, OWNER)
            missed = missed or found[place] is None
        chosen, starred, rejected = map(frozenset, (scene.interaction.seeds.chosen, marks.starred, marks.rejected))
        older, cursor = self._older, scene.interaction.seeds.cursor
        for place in places:
            seed, got, alpha = numbers[place - places.start], found[place], 1.0
            row, column = divmod(place, self.columns)
            a = V(round(at.x + column * pitch), round(at.y + row * pitch - scroll))
            if got is not None:
                older[seed] = self.request(seed)
            elif seed in older:
                got, alpha = thumbnails.known(older[seed], size), _OLD
            if seed in rejected:
                alpha *= 0.35
            if got is None and (problem := thumbnails.problem(self.request(seed), size)):
                _failed(a, side, problem, place == pointed)
            else:
                ui.thumbnail(got, a, side, 3, alpha)
            if seed in chosen or seed in starred or seed in rejected or place == pointed or seed == cursor:
                value = None if shown.values is None else float(shown.values[place])
                _marks(a, side, seed, value, seed in chosen, seed in starred, seed in rejected, place == pointed)
                if seed == cursor and seed not in chosen:
                    ui.outline(a, V(a.x + side, a.y + side), "#FFFFFF", 0.5, 3, 1)
        self._zero(scene, shown, (at, scroll, pitch, side), places)
        while len(older) > _KEPT:
            older.pop(next(iter(older)))
        if not missed:
            ahead = range(places.stop, min(places.stop + _AHEAD * self.rows * self.columns, len(shown.seeds)))
            for seed in shown.seeds[ahead.start : ahead.stop].tolist():
                thumbnails.get(self.request(seed), size, OWNER)

    def _zero(self, scene: Scene, shown: Ordered, frame: tuple[V, float, float, float], places: range) -> None:
        """Draw a thin line before the first picture that is on the other side of a direction's 0."""
        if not scene.view.gallery.sort.startswith(ALONG) or shown.values is None:
            return
        place = int(np.count_nonzero(shown.values >= 0))  # those come first
        if not place or place >= len(shown.values) or place not in places:
            return
        at, scroll, pitch, side = frame
        row, column = divmod(place, self.columns)
        x, y = round(at.x + column * pitch - t.px(GAP) / 2), round(at.y + row * pitch - scroll)
        x = max(x, round(at.x) + 1)
        ui.fill(V(x - t.px(1), y), V(x + t.px(1), y + side), "accent")

    def _distance(self, place: int, middle: int) -> int:
        (row, column), (row0, column0) = divmod(place, self.columns), divmod(middle, self.columns)
        return max(abs(row - row0), abs(column - column0))

    def _band(self, at: V, scroll: float) -> None:
        """Draw the dragged rectangle."""
        if self._box is None or not imgui.is_mouse_dragging(imgui.MouseButton_.left):
            return
        mouse = imgui.get_mouse_pos()
        x, y = self._box[0] + at.x, self._box[1] + at.y - scroll
        a, b = V(min(x, mouse.x), min(y, mouse.y)), V(max(x, mouse.x), max(y, mouse.y))
        ui.fill(a, b, "accent", 0.12, 2)
        ui.outline(a, b, "accent", 0.9, 2)

    def _stars(self, listing: Listing, marks: SeedMarks, at: V, room: V, pitch: float, lines: int) -> None:
        """Mark on the scroll bar where stars lie."""
        if not marks.starred or lines * pitch <= room.y:
            return
        starred = frozenset(marks.starred)
        rows = {place // self.columns for place, seed in enumerate(listing.shown.seeds.tolist()) if seed in starred}
        right, strokes, color = at.x + room.x, imgui.get_window_draw_list(), theme.current.u32("warn")
        imgui.push_clip_rect(at, V(right, at.y + room.y), False)
        for row in rows:
            y = round(at.y + room.y * (row + 0.5) / lines)
            strokes.add_rect_filled(V(right - t.px(9), y), V(right - t.px(1), y + t.px(2)), color)
        imgui.pop_clip_rect()


def _marks(
    a: V, side: float, seed: int, value: float | None, chosen: bool, starred: bool, rejected: bool, pointed: bool
) -> None:
    """Draw the edge, the tick, the star or the cross of a picture, and its number under the pointer."""
    b, p = V(a.x + side, a.y + side), t.px
    if chosen:
        ui.outline(V(a.x - p(1), a.y - p(1)), V(b.x + p(1), b.y + p(1)), "accent", 1, 4, 2)
        _disc(a.x + p(11), a.y + p(11), "accent", icon("check"), "on_accent")
    if starred:
        _disc(b.x - p(11), a.y + p(11), "halo", filled("star"), "warn")
    if rejected:
        _disc(b.x - p(11), a.y + p(11), "halo", icon("x"), "#FFFFFF")
    if pointed:
        ui.outline(a, b, "#FFFFFF", 1, 3, 2)
        text = str(seed) if value is None or math.isnan(value) else f"{seed}   {value:.2f}".replace("-", "−")
        width = ui.badge_width(text)
        ui.badge(text, a.x + max((side - width) / 2, 0), b.y - p(22))


def _failed(a: V, side: float, problem: str, pointed: bool) -> None:
    """Draw a picture that could not be drawn, and say why under the pointer."""
    ui.fill(a, V(a.x + side, a.y + side), "control", 1, 3)
    ui.draw(icon("warning"), a.x + side / 2, a.y, "warn", min(side / t.scale / 3, 20), align=0.5, height=side)
    if pointed and ui.begin_tooltip():
        for line in ui.lines_of(problem, t.px(_TIP), t.small):
            ui.label(line, "text", t.small)
        ui.end_tooltip()


def _disc(x: float, y: float, token: str, glyph: str, ink: str) -> None:
    lines = imgui.get_window_draw_list()
    lines.add_circle_filled(V(x, y), t.px(8), t.u32(token, 0.7 if token == "halo" else 1.0))
    ui.draw(glyph, x, y - t.px(8), ink, 10, align=0.5, height=t.px(16))


def _network(source: tuple[object, ...]) -> object:
    return getattr(source[0], "network", None), source[1]


_FLAGS = imgui.WindowFlags_.no_nav_inputs
