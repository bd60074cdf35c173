"""The pad: a map of the seed grid with an image at each integer position; dragging interpolates between them."""

import math
from collections import deque
from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.seeds import seed_at
from renderer.document.document import request_for
from renderer.ipc.protocol import ArrayRef, Display, RenderRequest, Transform
from viz.generate.pad_map import map_over_pad
from viz.state.facts import Facts
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

CELL, THUMB = 56, 34
"""Distance between seeds and side of a seed's image, in design lengths."""

_STEP = 0.04
"""Distance between points of the trail, in seeds."""
_JUMP = 4.0
"""Distance in one frame above which the position jumped, and the trail is cleared."""

Place = tuple[int, int]


@dataclass
class Pad:
    """State of the pad between frames."""

    trail: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=90))
    base: RenderRequest | None = None
    requests: dict[Place, RenderRequest] = field(default_factory=dict)
    """Requests of the surrounding seeds, for the current base."""
    shown: dict[Place, RenderRequest] = field(default_factory=dict)
    """Last available request of each position, shown until the new one is available."""
    stored: tuple[ArrayRef | None, tuple[float, float] | None] = (None, None)
    """The stored latent that the requests are for, and its place."""
    moved: bool = False
    """True if the current press has become a drag."""


def around(x: float, y: float, width: float, height: float, cell: float, thumb: float) -> list[Place]:
    """Return integer positions visible on a pad of that size centred at (x, y), nearest first."""
    reach_x, reach_y = (width + thumb) / 2 / cell, (height + thumb) / 2 / cell
    places = [
        (i, j)
        for j in range(math.ceil(y - reach_y), math.floor(y + reach_y) + 1)
        for i in range(math.ceil(x - reach_x), math.floor(x + reach_x) + 1)
    ]
    return sorted(places, key=lambda place: math.hypot(place[0] - x, place[1] - y))


def walked(x: float, y: float, dx: float, dy: float, cell: float, pace: float) -> tuple[float, float]:
    """Return the position after a drag by (dx, dy) pixels: it moves against the drag, as images follow the pointer."""
    return round(x - dx * pace / cell, 5), round(y - dy * pace / cell, 5)


def opacity(distance: float) -> float:
    """Return the opacity of an image `distance` seeds away."""
    return 0.16 + 0.75 / (1 + 0.9 * math.pow(distance, 1.5))


def neighbour_request(scene: Scene) -> RenderRequest:
    """Return the request shared by the pad's images: the current settings without animation and image transforms."""
    document = scene.document
    noise, mixing = document.noise, document.mixing
    if noise.mode == "random":
        noise = replace(noise, seed=0)
    if scene.view.motion.mixing:
        mixing = replace(mixing, x=float(round(mixing.x)))
    steady = replace(
        document,
        latent=replace(document.latent.at_seed(0), blend="w"),
        noise=noise,
        mixing=mixing,
        transform=Transform(),
    )
    return request_for(steady, Display(), scene.settings.device, 0)


@derived
def base(scene: Scene, facts: Facts) -> RenderRequest:
    """Return the current shared request, updated only after a drag ends: while the main image changes in every frame,
    thumbnails would never be rendered.
    """
    pad, network = facts.scratch.get(Pad), scene.document.network
    if pad.base is not None and pad.base.image.network == network and imgui.is_any_item_active():
        return pad.base
    wanted = neighbour_request(scene)
    if wanted != pad.base:
        if pad.base is None or wanted.image.network != pad.base.image.network:
            pad.shown.clear()
        pad.base, pad.requests = wanted, {}
    return pad.base


def draw(scene: Scene, facts: Facts, width: float, height: float) -> Scene:
    """Draw the pad with its two numbers; `width` and `height` in pixels."""
    pad, latent = facts.scratch.get(Pad), scene.document.latent
    a = imgui.get_cursor_screen_pos()
    b, centre = V(a.x + width, a.y + height), V(round(a.x + width / 2), round(a.y + height / 2))
    cell, thumb = t.px(CELL), t.px(THUMB)
    imgui.push_id("pad")
    imgui.set_next_item_allow_overlap()
    ui.hit("##pad", V(max(1.0, width), height))
    x, y = _dragged(pad, latent.x, latent.y, cell)
    pointed = _pointed(x, y, centre, cell, thumb) if imgui.is_item_hovered() else None
    if imgui.is_item_deactivated() and not pad.moved and pointed:
        x, y = float(pointed[0]), float(pointed[1])
    held = imgui.is_item_active()
    ui.focus_ring()
    lengths, mouse = map_over_pad(scene, facts), imgui.get_mouse_pos()
    hint = "Drag to walk between seeds; Alt is finer, Shift coarser"
    hint = f"Seed {seed_at(*pointed)}: click to go there" if pointed else hint
    if lengths is not None:
        length = lengths.at(x + (mouse.x - centre.x) / cell, y + (mouse.y - centre.y) / cell)
        hint = f"{hint}\nPath length {length:.3g}" if math.isfinite(length) else hint
    ui.tip(hint)
    _follow(pad, x, y)
    ui.fill(a, b, "canvas")
    imgui.push_clip_rect(a, b, True)
    _pictures(pad, scene, facts, x, y, centre, V(width, height), None if held else pointed)
    if lengths is not None:
        lengths.draw(centre, x, y, cell)
    _trail(pad, x, y, centre, cell)
    ui.handle(centre, held)
    imgui.pop_clip_rect()
    hint = "Drag to walk; double click to type; right click for 0"
    edge, top = t.px(6), b.y - t.px(22)
    x = ui.badge_number("x", x, a.x + edge, top, per_pixel=0.01, hint=f"{hint}. Whole numbers are seeds")
    y = ui.badge_number("y", y, b.x - edge, top, right=True, per_pixel=0.01, hint=f"{hint}. One step is 100 seeds")
    imgui.pop_id()
    imgui.set_cursor_screen_pos(a)
    imgui.dummy(V(width, height))
    if (x, y) == (latent.x, latent.y):
        return scene
    return replace(scene, document=replace(scene.document, latent=latent.moved_to(x, y)))


def _dragged(pad: Pad, x: float, y: float, cell: float) -> tuple[float, float]:
    """Return the position after this frame's drag of the last item."""
    if imgui.is_item_activated():
        pad.moved = False
    delta = imgui.get_io().mouse_delta
    if not imgui.is_item_active() or not imgui.is_mouse_down(imgui.MouseButton_.left) or (delta.x == delta.y == 0):
        return x, y
    if not pad.moved and not imgui.is_mouse_dragging(imgui.MouseButton_.left, t.px(3)):
        return x, y
    if not pad.moved:  # compensates for the drag threshold
        pad.moved = True
        delta = imgui.get_mouse_drag_delta(imgui.MouseButton_.left, 0)
    return walked(x, y, delta.x, delta.y, cell, ui.drag_pace())


def _pointed(x: float, y: float, centre: V, cell: float, thumb: float) -> Place | None:
    """Return the position whose image is under the pointer."""
    mouse = imgui.get_mouse_pos()
    px, py = x + (mouse.x - centre.x) / cell, y + (mouse.y - centre.y) / cell
    i, j = math.floor(px + 0.5), math.floor(py + 0.5)
    return (i, j) if max(abs(px - i), abs(py - j)) * cell <= thumb / 2 else None


def _pictures(
    pad: Pad, scene: Scene, facts: Facts, x: float, y: float, centre: V, size: V, pointed: Place | None
) -> None:
    common, cell, thumb = base(scene, facts), t.px(CELL), t.px(THUMB)
    places = around(x, y, size.x, size.y, cell, thumb)
    seen, latent = set(places), scene.document.latent
    if pad.stored != (stored := (latent.array, latent.home)):
        pad.stored, pad.requests = stored, {}
    pad.shown = {place: request for place, request in pad.shown.items() if place in seen}
    for i, j in places:
        request = pad.requests.get((i, j))
        if request is None:
            here = latent.moved_to(float(i), float(j)) if (i, j) == latent.home else latent.at_seed(i, j)
            image = replace(common.image, latent=replace(here, blend="w"))
            request = pad.requests[i, j] = replace(common, image=image)
        found = facts.thumbnails.get(request, owner="pad")
        if found:
            pad.shown[i, j] = request
        elif (i, j) in pad.shown:
            found = facts.thumbnails.known(pad.shown[i, j])
        q = V(round(centre.x + (i - x) * cell - thumb / 2), round(centre.y + (j - y) * cell - thumb / 2))
        alpha = 1.0 if (i, j) == pointed else opacity(math.hypot(i - x, j - y))
        ui.thumbnail(found, q, thumb, t.radius, alpha)
        if (i, j) == pointed:
            ui.outline(q, V(q.x + thumb, q.y + thumb), "accent", 1, t.radius, 1.5)


def _follow(pad: Pad, x: float, y: float) -> None:
    """Append the position to the trail."""
    if pad.trail:
        far = math.hypot(x - pad.trail[-1][0], y - pad.trail[-1][1])
        if far < _STEP:
            return
        if far > _JUMP:
            pad.trail.clear()
    pad.trail.append((x, y))


def _trail(pad: Pad, x: float, y: float, centre: V, cell: float) -> None:
    lines, count = imgui.get_window_draw_list(), len(pad.trail)
    points = [V(centre.x + (i - x) * cell, centre.y + (j - y) * cell) for i, j in (*pad.trail, (x, y))]
    for k in range(count):
        lines.add_line(points[k], points[k + 1], t.u32("halo", 0.4 * (k + 1) / count), t.px(4))
        lines.add_line(points[k], points[k + 1], t.u32("accent", (k + 1) / count), t.px(2))
