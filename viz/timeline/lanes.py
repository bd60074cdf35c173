"""Lanes of the timeline: ruler, thumbnails of the latent track, curves of numbers, and draggable keys."""

from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document import timeline as tl
from renderer.document.animate import requested, value_at
from renderer.document.document import request_for
from renderer.document.parts import Display
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import RenderRequest
from viz.state.facts import Facts
from viz.state.interaction import KeySelection
from viz.state.keyframes import keys_here, playhead, with_timeline
from viz.state.playback import on_frame, scrubbed, showing
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.state.step_names import name_of
from viz.timeline.preview import kept_spans
from viz.timeline.segments import draw_ways
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.theme import current as t

NAMES, MARGIN, RULER, FILM, LANE = 104, 16, 18, 46, 26
"""Design widths of the names and of the margin at each end; heights of the ruler and of the lanes."""
_REACH = 7
"""Design distance from a key's centre within which it is under the mouse."""
_COLOURS = {"truncation": "fine", "transform": "coarse", "noise": "warn"} | dict.fromkeys(
    ("directions", "styles", "bends", "mixing", "weights"), "middle"
)
_STEPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Intervals of the ruler's labels in seconds."""
_CLOSEST = 0.2
"""Shortest visible range in seconds."""

Place = tuple[str, float]
"""Identity of a key: path and time in seconds."""


@dataclass
class LaneView:
    """Scroll position, drag and cached curves of the lanes."""

    first: float = 0.0
    """Time at the left edge in seconds."""
    seen: float = 0.0
    """Seconds that are seen; 0: all."""
    held: Place | None = None
    """Dragged key, as it was before the drag."""
    before: Timeline | None = None
    """The timeline before the drag."""
    scrubs: bool = False
    curves: dict[tuple[object, ...], list[tuple[float, float]]] = field(default_factory=dict)
    film: tuple[object, ...] = ()
    """Inputs of the cached thumbnail requests."""
    pictures: list[RenderRequest] = field(default_factory=list)
    document: object = None
    window: tuple[object, ...] = ()
    """Scale and count that, with the document, `film` was last made from."""


@dataclass(frozen=True)
class Scale:
    """Mapping between seconds and pixels."""

    left: float
    width: float
    first: float
    seen: float

    def x(self, seconds: float) -> float:
        """Return the x coordinate of a time."""
        return self.left + (seconds - self.first) / self.seen * self.width

    def at(self, x: float) -> float:
        """Return the time at an x coordinate."""
        return self.first + (x - self.left) / self.width * self.seen


def scale_of(view: LaneView, timeline: Timeline, left: float, width: float) -> Scale:
    """Return the scale of lanes that start at `left` (including names) and are `width` pixels wide."""
    inner = max(width - t.px(NAMES + 2 * MARGIN), 1.0)
    seen = min(view.seen or timeline.seconds, timeline.seconds)
    return Scale(left + t.px(NAMES + MARGIN), inner, min(max(view.first, 0.0), timeline.seconds - seen), seen)


def height_of(track: Track) -> float:
    """Return the design height of a lane."""
    return FILM if track.path == "latent" else LANE


def tops(timeline: Timeline, top: float) -> list[tuple[Track, float]]:
    """Return each track with the y coordinate of its lane, for a ruler at `top`."""
    found, y = [], top + t.px(RULER + 3)
    for track in ordered(timeline):
        found.append((track, y))
        y += t.px(height_of(track))
    return found


def ordered(timeline: Timeline) -> list[Track]:
    """Return the tracks, the latent's first."""
    return sorted(timeline.tracks, key=lambda track: track.path != "latent")


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the lanes in the remaining space."""
    view, timeline = facts.scratch.get(LaneView), scene.document.timeline
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    height = max(t.px(RULER + 3) + sum(t.px(height_of(track)) for track in timeline.tracks), room.y, 1.0)
    scale = scale_of(view, timeline, a.x, room.x)
    if room.x < t.px(NAMES + 3 * MARGIN):
        return scene
    scene = _act(view, scene, scale, a, V(room.x, height))
    scene = _eyes(scene, a)
    imgui.set_cursor_screen_pos(a)
    requests = _requests(view, scene, scale)
    scene = _tracks(scene, facts, scale, requests, kept_spans(scene, facts), room.x, height)
    _playhead(scene, scale, a, height)
    return scene


@cached
def _tracks(
    scene: Scene,
    facts: Facts,
    scale: Scale,
    requests: list[RenderRequest],
    kept: tuple[tuple[float, float], ...],
    width: float,
    height: float,
) -> Scene:
    """The ruler and the lanes with their keys."""
    view, timeline, here = facts.scratch.get(LaneView), scene.document.timeline, keys_here(scene)
    a, at, chosen = imgui.get_cursor_screen_pos(), _keyed_moment(scene), scene.interaction.keys.chosen
    _ruler(scale, timeline, a)
    _kept(scale, kept, a)
    for track, y in tops(timeline, a.y):
        _lane(view, track, timeline, scale, facts, requests, V(a.x, y), width)
        _keys(chosen, track, scale, y, at if track.path in here else -1.0)
    imgui.dummy(V(width, height))
    return scene


@derived
def _keyed_moment(scene: Scene) -> float:
    """Return the position of the playhead where keys lie at it, else -1."""
    return playhead(scene) if keys_here(scene) else -1.0


# -- pointer ---------------------------------------------------------------------------------------------------------


def _act(view: LaneView, scene: Scene, scale: Scale, a: V, size: V) -> Scene:
    """Handle the mouse over the lanes: drag keys, scrub elsewhere, zoom with the wheel."""
    timeline = scene.document.timeline
    imgui.set_next_item_allow_overlap()
    imgui.set_cursor_screen_pos(V(a.x + t.px(NAMES), a.y))
    ui.hit("##lanes", V(max(size.x - t.px(NAMES), 1.0), size.y))
    mouse, hovered = imgui.get_mouse_pos(), imgui.is_item_hovered()
    pointed = key_under(timeline, scale, a.y, mouse) if hovered else None
    moment = on_frame(min(max(scale.at(mouse.x), 0.0), timeline.seconds), timeline.fps)
    if imgui.is_item_activated():
        scene, view.held = _chosen(scene, pointed), pointed
        view.before, view.scrubs = timeline, pointed is None
    elif imgui.is_item_active() and view.held and view.before and imgui.is_mouse_dragging(imgui.MouseButton_.left):
        path, at = view.held
        scene = with_timeline(scene, tl.moved(view.before, path, at, moment))
        scene = _chosen(scene, (path, min(max(moment, 0.0), timeline.seconds)))
    if imgui.is_item_active() and view.scrubs:
        scene = scrubbed(scene, moment)
    if imgui.is_item_deactivated():
        if view.held and view.held == scene.interaction.keys.chosen:  # a click: the playhead goes there
            scene = scrubbed(scene, view.held[1])
        view.held, view.scrubs = None, False
    if hovered:
        scene = _hovered(view, scene, scale, pointed, a.y)
    return scene


def _chosen(scene: Scene, key: Place | None) -> Scene:
    """The scene with a key selected."""
    return scene.interacting(keys=replace(scene.interaction.keys, chosen=key))


def _hovered(view: LaneView, scene: Scene, scale: Scale, pointed: Place | None, top: float) -> Scene:
    if pointed and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        scene = scene.interacting(keys=replace(scene.interaction.keys, menu=pointed))
        imgui.open_popup("key")
    if imgui.is_mouse_clicked(imgui.MouseButton_.right):
        segment = None if pointed else _segment_under(scene.document.timeline, scale, top)
        scene = scene.interacting(keys=KeySelection(pointed, pointed or segment))
        if segment:
            imgui.open_popup("segment")
        else:
            imgui.open_popup("key" if pointed else "lanes")
    chosen = scene.interaction.keys.chosen
    if chosen and (imgui.is_key_pressed(imgui.Key.delete) or imgui.is_key_pressed(imgui.Key.backspace)):
        scene = _chosen(with_timeline(scene, tl.without_key(scene.document.timeline, *chosen)), None)
    if pointed:
        ui.tip(f"{name_of(pointed[0])} at {pointed[1]:.2f} s: drag to move, double click to type, right click for more")
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    io, timeline = imgui.get_io(), scene.document.timeline
    if io.mouse_wheel:
        seen = min(max(scale.seen * 0.8**io.mouse_wheel, _CLOSEST), timeline.seconds)
        centre = scale.at(io.mouse_pos.x)
        view.first = min(max(centre - (centre - scale.first) * seen / scale.seen, 0.0), timeline.seconds - seen)
        view.seen = 0.0 if seen >= timeline.seconds else seen
    return scene


def _segment_under(timeline: Timeline, scale: Scale, top: float) -> Place | None:
    """Return the first key of the latent's segment under the mouse; None beside its lane, or where there are no two."""
    mouse, lanes = imgui.get_mouse_pos(), tops(timeline, top)
    if not any(track.path == "latent" and y <= mouse.y < y + t.px(height_of(track)) for track, y in lanes):
        return None
    pair = tl.segment_at(timeline, scale.at(mouse.x))
    return None if pair is None else ("latent", pair[0].at)


def key_under(timeline: Timeline, scale: Scale, top: float, mouse: V) -> Place | None:
    """Return the nearest key under the mouse, or None."""
    best, reach = None, t.px(_REACH)
    for track, y in tops(timeline, top):
        if not y <= mouse.y < y + t.px(height_of(track)):
            continue
        for key in track.keys:
            if abs(scale.x(key.at) - mouse.x) <= reach:
                best, reach = (track.path, key.at), abs(scale.x(key.at) - mouse.x)
    return best


def _eyes(scene: Scene, a: V) -> Scene:
    """Draw the buttons that mute tracks."""
    for track, y in tops(scene.document.timeline, a.y):
        imgui.set_cursor_screen_pos(V(a.x + t.px(NAMES - 24), y + t.px(height_of(track) - 2 - t.row) / 2))
        hint = "Let its keys act again" if track.muted else "Let its keys do nothing"
        if ui.button(glyph="eye-slash" if track.muted else "eye", kind="ghost", id_=f"##mute{track.path}", hint=hint):
            changed = tl.with_track(scene.document.timeline, replace(track, muted=not track.muted))
            scene = with_timeline(scene, changed)
    return scene


# -- drawing ---------------------------------------------------------------------------------------------------------


def _ruler(scale: Scale, timeline: Timeline, a: V) -> None:
    lines, bottom = imgui.get_window_draw_list(), a.y + t.px(RULER)
    step = next((one for one in _STEPS if one / scale.seen * scale.width >= t.px(56)), _STEPS[-1])
    for i in range(int(scale.first / step * 4), int((scale.first + scale.seen) / step * 4) + 1):
        at, major = i * step / 4, i % 4 == 0
        x = scale.x(at)
        if not scale.left - 1 <= x <= scale.left + scale.width + 1:
            continue
        ink = t.u32("faint", 1 if major else 0.5)
        lines.add_line(V(x, bottom - t.px(5 if major else 2)), V(x, bottom), ink, 1)
        if major:
            ui.draw(f"{at:g} s", x, a.y - t.px(2), "faint", 10, align=0.5)


def _kept(scale: Scale, spans: tuple[tuple[float, float], ...], a: V) -> None:
    """Draw a thin bar along the ruler where pictures are kept."""
    low, high = a.y + t.px(RULER), a.y + t.px(RULER + 2)
    for first, last in spans:
        left, right = max(scale.x(first), scale.left), min(scale.x(last), scale.left + scale.width)
        if right > left:
            ui.fill(V(left, low), V(max(right, left + 1), high), "good", 0.9, 0)


def _lane(
    view: LaneView,
    track: Track,
    timeline: Timeline,
    scale: Scale,
    facts: Facts,
    requests: list[RenderRequest],
    a: V,
    width: float,
) -> None:
    height = t.px(height_of(track))
    ui.fill(a, V(a.x + width, a.y + height - t.px(2)), "raised", 0.55)
    ink = "faint" if track.muted else "text" if track.path == "latent" else "dim"
    name = ui.ellipsis(name_of(track.path), t.px(NAMES - 36))
    ui.draw(name, a.x + t.px(10), a.y, ink, height=height - t.px(2))
    imgui.push_clip_rect(V(scale.left - t.px(8), a.y), V(scale.left + scale.width + t.px(8), a.y + height), True)
    alpha = 0.3 if track.muted else 1.0
    if track.path == "latent":
        _film(requests, facts, scale, a.y, height, alpha)
        draw_ways(timeline, scale.x, a.y + height - t.px(4))
    else:
        points = _curve(view, track, timeline, scale)
        y, room = a.y + t.px(4), height - t.px(10)
        line: list[V | tuple[float, float] | list[float]] = [V(x, y + room * (1 - share)) for x, share in points]
        token = _COLOURS.get(track.path.partition(".")[0], "accent")
        imgui.get_window_draw_list().add_polyline(line, t.u32(token, 0.6 * alpha), t.px(1.5), 0)
    imgui.pop_clip_rect()


def _film(requests: list[RenderRequest], facts: Facts, scale: Scale, top: float, height: float, alpha: float) -> None:
    """Draw thumbnails along the latent track."""
    if not requests:
        return
    pitch, side, y = scale.width / len(requests), height - t.px(10), top + t.px(4)
    for i, request in enumerate(requests):
        x = scale.left + i * pitch
        found = facts.thumbnails.get(request, owner="film")
        if found is None:
            ui.waiting(V(x, y), V(x + pitch + 1, y + side), alpha, 0)
            continue
        u0, v0, u1, v1 = found[1]
        share = min(pitch / side, 1.0)  # crop to the middle of the thumbnail where space is short
        middle, half = (u0 + u1) / 2, (u1 - u0) / 2 * share
        ui.picture(found[0].id, (middle - half, v0, middle + half, v1), V(x, y), V(pitch + 1, side), 0, 0.9 * alpha)


def _requests(view: LaneView, scene: Scene, scale: Scale) -> list[RenderRequest]:
    """Return the thumbnail requests, unchanged during drags and playback, which would leave no time to render them."""
    document, timeline = scene.document, scene.document.timeline
    if timeline.track("latent") is None:
        return []
    count = max(1, int(scale.width // t.px(FILM - 10)))
    same = view.document is document and view.window == (scale, count)
    if same or (view.pictures and (imgui.is_any_item_active() or scene.view.moving)):
        return view.pictures
    view.document, view.window = document, (scale, count)
    base = requested(request_for(document, Display(), scene.settings.device, 0), timeline, 0.0)
    wanted = (base, timeline, scale.first, scale.seen, count)
    if wanted != view.film:
        view.film = wanted
        moments = [scale.first + scale.seen * (i + 0.5) / count for i in range(count)]
        view.pictures = [requested(base, timeline, moment) for moment in moments]
    return view.pictures


def _curve(view: LaneView, track: Track, timeline: Timeline, scale: Scale) -> list[tuple[float, float]]:
    """Return the cached curve of a track as points (x, fraction of the height)."""
    key = (track, timeline.loop, timeline.seconds, scale)
    if key not in view.curves:
        if len(view.curves) > 64:
            view.curves.clear()
        view.curves[key] = _points(track, timeline, scale)
    return view.curves[key]


def _points(track: Track, timeline: Timeline, scale: Scale) -> list[tuple[float, float]]:
    xs = [scale.left + scale.width * i / 160 for i in range(161)]
    values = [number_of(value_at(track, timeline, min(scale.at(x), timeline.seconds - tl.SAME))) for x in xs]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values) or max(numbers) - min(numbers) < 1e-9:
        return [(xs[0], 0.5), (xs[-1], 0.5)]
    low, high = min(numbers), max(numbers)
    return [(x, (value - low) / (high - low)) for x, value in zip(xs, numbers, strict=True)]


def number_of(value: object) -> float | None:
    """Return the number that a curve shows for a value, or None."""
    psi = getattr(value, "psi", None)
    strength = getattr(value, "strength", None)
    found = value if isinstance(value, int | float) else psi if psi is not None else strength
    return float(found) if found is not None and not isinstance(found, bool) else None


def _keys(selected: Place | None, track: Track, scale: Scale, top: float, at: float) -> None:
    middle, lines = top + t.px(height_of(track) - 2) / 2, imgui.get_window_draw_list()
    for key in track.keys:
        x = scale.x(key.at)
        if not scale.left - t.px(8) <= x <= scale.left + scale.width + t.px(8):
            continue
        chosen, now = selected == (track.path, key.at), abs(key.at - at) < tl.SAME
        _diamond(lines, V(x, middle), key, chosen, now, track.muted)


def _diamond(lines: imgui.ImDrawList, c: V, key: Key[object], chosen: bool, now: bool, muted: bool) -> None:
    light = t.tokens is theme.LIGHT
    ink = "accent" if now or chosen else "#2A2D31" if light else "#FFFFFF"
    for size, token, alpha in ((8.0 if chosen else 6.5, "accent" if chosen else "halo", 0.55), (5.0, ink, 1.0)):
        r, tint = t.px(size), t.u32(token, alpha * (0.4 if muted else 1))
        if key.ease == "even":
            lines.add_quad_filled(V(c.x, c.y - r), V(c.x + r, c.y), V(c.x, c.y + r), V(c.x - r, c.y), tint)
        else:
            lines.add_circle_filled(c, r * 0.85, tint)


def _playhead(scene: Scene, scale: Scale, a: V, height: float) -> None:
    at, lines = scene.view.playback.at, imgui.get_window_draw_list()
    x = scale.x(at)
    if not scale.left - 1 <= x <= scale.left + scale.width + 1:
        return
    token = "accent" if showing(scene) else "dim"
    for width, ink in ((3.0, t.u32("halo", 0.4)), (1.5, t.u32(token))):
        lines.add_line(V(x, a.y + t.px(4)), V(x, a.y + height), ink, t.px(width))
    text = f"{at:.2f}"
    half = (ui.measure(text, 10, "bold") + t.px(10)) / 2
    ui.fill(V(x - half, a.y - t.px(2)), V(x + half, a.y + t.px(13)), token)
    ui.draw(text, x, a.y - t.px(2), "on_accent", 10, "bold", align=0.5, height=t.px(15))
