"""Window "Start": networks as tiles that come alive under the pointer, examples, recent sessions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from foundation.bundled import AVATARS, NIGHT
from renderer.document.document import Document, request_for
from renderer.document.parts import Display, Latent, Network
from renderer.ipc.protocol import RenderRequest
from viz.files.actions import OpenNetwork, OpenRecentSession
from viz.files.browse_purposes import NETWORK
from viz.files.kept.recent import RECENT_SESSIONS, when
from viz.files.sources import bundled
from viz.gl.textures import Picture
from viz.start import get_more
from viz.start.examples import EXAMPLES, FOLDER, Example, OpenExample, thumbnail
from viz.state.facts import Facts, RecentSession, ServiceKey, Texture
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.actions import RevealFolder
from viz.ui.icons import filled
from viz.ui.theme import current as t

NAME = "Start"
RATE = 8.0
"""Images a second of a tile under the pointer."""
_STEPS = 16
"""Images from one seed to the next, so that they are drawn once and stay."""
_SEEDS = 4
_OWNER = "network tiles"
_FIND = "Find it…"
_DIM = 0.35
"""Opacity of a session that cannot be opened as it is."""
_NOTES = {
    AVATARS.name: "StyleGAN2, on any computer",
    NIGHT.name: "StyleGAN2, to blend with Avatars",
    "pattern-t-128.safetensors": "StyleGAN3-T, turns and moves",
}


@dataclass(eq=False)
class StartPictures:
    """Textures of the tiles at rest. Needs the window's OpenGL context."""

    _held: dict[str, Picture] = field(default_factory=dict)

    def get(self, name: str, make: Callable[[], NDArray[np.uint8] | None]) -> Texture | None:
        """Return the texture of a picture, made on first use."""
        if name not in self._held:
            pixels = make()
            self._held[name] = Picture()
            if pixels is not None:
                self._held[name].upload(np.ascontiguousarray(pixels))
        return self._held[name].texture

    def free(self) -> None:
        """Free the textures."""
        for one in self._held.values():
            one.free()
        self._held.clear()


START_PICTURES: ServiceKey[StartPictures] = ServiceKey("start pictures")


@dataclass(eq=False)
class Tiles:
    """Requests of the tile under the pointer."""

    source: str | None = None
    since: float = 0.0
    requests: dict[int, RenderRequest] = field(default_factory=dict)
    last: RenderRequest | None = None
    """Request of the image shown last."""
    removed: frozenset[str] = frozenset()
    """Sessions taken off the list."""
    menu: str = ""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole panel."""
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    wide = room.x > t.px(900)
    narrow = room.x < t.px(480)
    right = t.px(440 if wide else 104 if narrow else 190)
    side = max(min(room.y - t.px(20 + 40), t.px(196)), t.px(72))
    imgui.begin_child("networks", V(room.x - right - t.px(24), room.y))
    scene = _networks(scene, facts, side)
    imgui.end_child()
    x = a.x + room.x - right - t.px(12)
    ui.fill(V(x, a.y - t.px(4)), V(x + t.px(1), a.y + room.y), "line", 1, 0)
    imgui.set_cursor_screen_pos(V(x + t.px(12), a.y))
    imgui.begin_child("sessions", V(right, room.y))
    scene = _sessions(scene, facts, 4 if wide else 1 if narrow else 2)
    imgui.end_child()
    return scene


def _networks(scene: Scene, facts: Facts, side: float) -> Scene:
    a = imgui.get_cursor_screen_pos()
    ui.draw("Networks", a.x, a.y, "text", t.small, "bold")
    x, y, gap = a.x, a.y + t.px(20), t.px(14)
    tiles = tuple((source, name) for source, name in bundled() if source)  # the smallest one is for old documents
    room, count = imgui.get_content_region_avail().x, len(tiles)
    least = t.px(84) if room >= t.px(84) + count * (t.px(40) + gap) else t.px(32)  # with words, or their icons
    side = max(min(side, (room - least - count * gap) / count), t.px(32))  # all of them, and the ways to more
    end = a.x + room
    fits = all(ui.measure(name, weight="bold") <= side + t.px(8) for _, name in tiles)
    for source, name in tiles:
        imgui.set_cursor_screen_pos(V(x, y))
        scene = _tile(scene, facts, source, name, side, t.body if fits else t.small)
        x += side + gap
    small = min(max(end - x, least), t.px(120))
    half = max((side - t.px(8)) / 2, t.px(44))
    imgui.set_cursor_screen_pos(V(x, y))
    if _dashed("Open…", "folder-open", "a file or a run", small, half, "Open a network or a run", "Ctrl+O"):
        scene = scene.request(ShowDialog("browse-network"))
    imgui.set_cursor_screen_pos(V(x, y + half + t.px(8)))
    if _dashed("Get more…", "download-simple", "published networks", small, half, "Get more published networks"):
        scene = scene.request(ShowDialog(get_more.NAME))
    return scene


def _tile(scene: Scene, facts: Facts, source: str, name: str, side: float, em: float) -> Scene:
    """Draw a network with its name of one size with the others', alive while the pointer is on it."""
    p, tiles = imgui.get_cursor_screen_pos(), facts.scratch.get(Tiles)
    used = scene.document.network.source == source
    room = side + t.px(8)  # the gap to the next tile is wider
    clicked = ui.hit(f"##network {name}", V(room, side + t.px(38)))
    hot = imgui.is_item_hovered()
    note = "in use" if used else _NOTES.get(Path(source).name, "")
    about = _NOTES.get(Path(source).name, "")
    ui.tip(f"{name}: {about}\n{'The network on the canvas' if used else 'Click: open it'}")
    b = V(p.x + side, p.y + side)
    still = facts.services[START_PICTURES].get(source, lambda: _still(source))
    found = _alive(scene, facts, tiles, source) if hot else None
    if tiles.source == source and not hot:
        tiles.source = None
    if found is not None:
        ui.thumbnail(found, p, side, t.radius_card)
    elif still is not None:
        ui.picture(still.id, (0, 0, 1, 1), p, side, t.radius_card)
    else:
        ui.waiting(p, b, 1, t.radius_card)
    if used:
        ui.outline(V(p.x - t.px(2), p.y - t.px(2)), V(b.x + t.px(2), b.y + t.px(2)), "accent", 1, t.radius_card + 2, 2)
    elif hot:
        ui.outline(p, b, "#FFFFFF", 0.6, t.radius_card)
    else:
        centre = V(p.x + side / 2, p.y + side / 2)
        imgui.get_window_draw_list().add_circle_filled(centre, t.px(16), t.u32("halo", 0.55))
        ui.draw(filled("play"), centre.x, centre.y - t.px(16), "#FFFFFF", 14, align=0.5, height=t.px(32))
    ui.focus_ring()
    words = (name, name.replace("network ", ""), name.split()[0])
    shown = ui.first_fitting(words, room, em, "bold")
    ui.draw(shown, p.x, b.y + t.px(3), "text", em, "bold", height=t.px(18))
    below = next((one for one in (note, note.partition(",")[0]) if ui.measure(one, t.small) <= room), "")
    ui.draw(below, p.x, b.y + t.px(20), "accent" if used else "dim", t.small, height=t.px(16))
    if clicked and not used:
        return scene.request(OpenNetwork(source))
    return scene


def _alive(
    scene: Scene, facts: Facts, tiles: Tiles, source: str
) -> tuple[Texture, tuple[float, float, float, float]] | None:
    """Return the present image of the tile under the pointer: a walk of few steps, which repeats."""
    if tiles.source != source:
        tiles.source, tiles.since, tiles.last = source, facts.now, None
        tiles.requests.clear()
        facts.thumbnails.opened(_OWNER)
    count = _STEPS * _SEEDS
    step = round((facts.now - tiles.since) * RATE) % (2 * count)
    step = min(step, 2 * count - step)  # there and back
    if step not in tiles.requests:
        document = Document(Network(source), Latent(x=step / _STEPS))
        tiles.requests[step] = request_for(document, Display(), scene.settings.device, 0)
    found = facts.thumbnails.get(tiles.requests[step], 128, _OWNER)
    if found is not None:
        tiles.last = tiles.requests[step]
        return found
    return facts.thumbnails.known(tiles.last, 128) if tiles.last is not None else None


def _still(source: str) -> NDArray[np.uint8] | None:
    return thumbnail(FOLDER / f"{Path(source).stem}.tile.stylescope")


def _dashed(text: str, glyph: str, note: str, width: float, height: float, hint: str, keys: str = "") -> bool:
    """Draw a dashed tile of a way to more."""
    p = imgui.get_cursor_screen_pos()
    clicked = ui.hit(f"##{text}", V(width, height))
    hot = imgui.is_item_hovered()
    ui.tip(hint, keys)
    ui.focus_ring()
    ui.dashed(p, V(p.x + width, p.y + height), "text" if hot else "faint", 0.8)
    middle = p.y + height / 2
    worded = ui.measure(text) + t.px(8) <= width
    tall = worded and height > t.px(66)
    top = middle - t.px(28 if tall else 18 if worded else 9)
    ui.draw(ui.icon(glyph), p.x + width / 2, top, "text" if hot else "dim", 14, align=0.5, height=t.px(18))  # type: ignore[arg-type]
    if worded:
        ui.draw(text, p.x + width / 2, top + t.px(18), "text", align=0.5, height=t.px(18))
    if tall:
        ui.draw(ui.ellipsis(note, width - t.px(8), t.small), p.x + width / 2, top + t.px(37), "dim", t.small, align=0.5)
    return clicked


def _sessions(scene: Scene, facts: Facts, columns: int) -> Scene:
    """Draw the recent sessions; until there is one, the examples."""
    tiles, service = facts.scratch.get(Tiles), facts.services[RECENT_SESSIONS]
    if imgui.is_window_appearing():
        service.read()
    recent = [one for one in facts.sessions if one.path not in tiles.removed]
    a, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    x = ui.draw("Recent" if recent else "Examples", a.x, a.y, "text", t.small, "bold")
    if not recent:
        note = "each opens as a session"
        if x + t.px(20) + ui.measure(note, t.small) <= width:
            ui.draw(note, a.x + x + t.px(16), a.y, "faint", t.small)
    gap = t.px(10)
    side = (width - gap * (columns - 1)) / columns - t.px(4)
    high = side * 10 / 16
    pitch = high + t.px(44)
    shown: tuple[RecentSession | Example, ...] = (*recent, *EXAMPLES) if recent else EXAMPLES
    for index, one in enumerate(shown):
        row, column = divmod(index, columns)
        imgui.set_cursor_screen_pos(V(a.x + column * (side + gap), a.y + t.px(20) + row * pitch))
        if isinstance(one, Example):
            scene = _example(scene, facts, one, side, high)
        else:
            scene = _recent(scene, facts, one, side, high)
    imgui.set_cursor_screen_pos(V(a.x, a.y + t.px(20) + -(-len(shown) // columns) * pitch))
    if not recent:
        y = imgui.get_cursor_screen_pos().y
        for k, line in enumerate(ui.lines_of("What you save or leave open comes here as Recent.", width, t.small)):
            ui.draw(line, a.x, y + k * t.px(15), "faint", t.small)
    imgui.dummy(V(1, t.px(18 if recent else 33)))
    return scene


def _example(scene: Scene, facts: Facts, one: Example, side: float, high: float) -> Scene:
    texture = facts.services[START_PICTURES].get(one.stem, lambda: thumbnail(one.path))
    if _session_tile(f"example {one.stem}", texture, one.title, one.note, side, high):
        return scene.request(OpenExample(one))
    ui.tip(f"{one.title}: {one.note}\nUndo brings back what was there")
    return scene


def _recent(scene: Scene, facts: Facts, one: RecentSession, side: float, high: float) -> Scene:
    tiles = facts.scratch.get(Tiles)
    title = f"{one.title} is missing" if one.missing else one.title or "…"
    clicked = _session_tile(
        f"recent {Path(one.path).stem}", one.texture, title, when(one.at), side, high, dim=one.missing
    )
    if ui.right_clicked() == "hold":
        tiles.menu = one.path
        imgui.open_popup("recent session")
    ui.tip(f"{one.title}: {one.detail}, {when(one.at)}" + (f"\nClick: {_FIND}" if one.missing else ""))
    if tiles.menu == one.path:
        names = (*((_FIND,) if one.missing else ()), "Show in folder", "Remove from the list")
        chosen = ui.menu("recent session", tuple(ui.Row(name, "") for name in names))
        if chosen == _FIND:
            return _found(scene, one)
        if chosen == "Show in folder":
            return scene.request(RevealFolder(str(Path(one.path).parent)))
        if chosen:
            tiles.removed |= {one.path}
    if clicked and one.missing:
        return _found(scene, one)
    return scene.request(OpenRecentSession(one.path)) if clicked else scene


def _found(scene: Scene, one: RecentSession) -> Scene:
    """Return the scene in which a network is chosen for a session whose own is missing."""
    return scene.request(ShowDialog(NETWORK, partial(OpenRecentSession, one.path)))


def _session_tile(
    id_: str, texture: Texture | None, title: str, note: str, side: float, high: float, dim: bool = False
) -> bool:
    """Draw the picture of a session, 16:10, with two lines under it."""
    p = imgui.get_cursor_screen_pos()
    clicked = ui.hit(f"##{id_}", V(side, high + t.px(38)))
    b = V(p.x + side, p.y + high)
    if texture is not None:
        share = texture.width * 10 / 16 / max(texture.height, 1)
        top = max((1 - share) / 2, 0.0)
        ui.picture(texture.id, (0, top, 1, 1 - top), p, V(side, high), t.radius, _DIM if dim else 1.0)
    else:
        ui.waiting(p, b, 1, t.radius)
    if dim:
        ui.draw(ui.icon("warning"), p.x + side / 2, p.y, "warn", 16, align=0.5, height=high)
    if imgui.is_item_hovered():
        ui.outline(p, b, "#FFFFFF", 0.7, t.radius)
    ui.focus_ring()
    ui.draw(ui.ellipsis(title, side, t.small), p.x, b.y + t.px(2), "text", t.small, height=t.px(16))
    ui.draw(ui.ellipsis(note, side, t.small), p.x, b.y + t.px(18), "dim", t.small, height=t.px(16))
    return clicked
