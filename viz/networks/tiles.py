"""Networks on the shelf: a tile for each, to choose, to drag onto layers, and to add more."""

from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.network_files import NETWORK_SUFFIXES
from renderer.document.document import Document, request_for
from renderer.ipc.protocol import Display, ModelInfo, Network, RenderRequest
from viz.files.browse_purposes import NETWORK
from viz.networks import beside
from viz.networks.actions import AddNetwork, CompareNetworks, UseAsBase
from viz.networks.beside import WAITING, Known
from viz.networks.cells import titled
from viz.networks.weights import known, letter, misfit, without
from viz.state.facts import Facts, Texture
from viz.state.followed_run import Follow, FollowBeside, run_folder
from viz.state.interaction import SwatchDrag
from viz.state.recording import untracked
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.numbers import size_of
from viz.ui.theme import current as t

TILE = 58
"""Side of a tile in design lengths."""
GREYED = 0.35
"""Opacity of a network that cannot be blended."""
OWNER = "networks"


@dataclass
class _Tiles:
    """The chosen network, and the requests of the pictures."""

    chosen: Network | None = None
    requests: dict[Network, RenderRequest] = field(default_factory=dict)
    """As first seen: a tile shows a network, not the present state."""


def chosen(scene: Scene, facts: Facts) -> Network | None:
    """Return the network that buttons act on: the one clicked last, else the first beside the open one."""
    networks = known(scene.document)
    own = facts.scratch.get(_Tiles).chosen
    return own if own in networks else networks[0] if networks else None


@untracked
def picture(scene: Scene, facts: Facts, network: Network) -> tuple[Texture, tuple[float, float, float, float]] | None:
    """Return the picture of a tile, or None until it is there."""
    requests = facts.scratch.get(_Tiles).requests
    request = requests.get(network)
    if request is None:
        document = scene.document
        plain = Document(network, Document().latent if document.latent.stored else document.latent.acting)
        request = requests[network] = request_for(plain, Display(), scene.settings.device, 0)
    return facts.thumbnails.get(request, owner=OWNER)


def add(scene: Scene, facts: Facts) -> Scene:
    """Choose a network to add."""
    return scene.request(ShowDialog(NETWORK, AddNetwork))


def takes(path: str) -> bool:
    """Return True for a file that is a network by its name."""
    return path.lower().endswith(NETWORK_SUFFIXES)


def reason(model: ModelInfo | None, network: Network, found: Known) -> str:
    """Return why a network cannot be blended, as a clause; empty if it can, as far as it is known."""
    if found.failure is not None:
        return found.failure.message
    return found.facts.misfit if found.facts is not None and found.facts.misfit else misfit(model, network)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the tiles: A, the others by their letters, and the one that adds some."""
    imgui.push_id("networks")
    networks = (scene.document.network, *known(scene.document))
    everything = dict(beside.all_known(scene, facts))
    a, tile, gap = imgui.get_cursor_screen_pos(), t.px(TILE), t.px(8)
    width, pitch = imgui.get_content_region_avail().x, t.px(TILE + 16 + 8)
    columns = max(1, int((width + gap) // (tile + gap)))
    gap = (width - columns * tile) / max(1, columns - 1)
    for k, network in enumerate(networks):
        p = V(round(a.x + k % columns * (tile + gap)), a.y + k // columns * pitch)
        imgui.set_cursor_screen_pos(p)
        before = scene.document
        scene = _tile(scene, facts, network, k, p, everything.get(network, WAITING))
        if scene.document is not before:
            break  # the rest follows in the next frame
    k = len(networks)
    imgui.set_cursor_screen_pos(V(round(a.x + k % columns * (tile + gap)), a.y + k // columns * pitch))
    if ui.add_tile("network", size=TILE):
        scene = add(scene, facts)
    ui.tip("Add network: a file or a run folder. A file dropped here is added too")
    imgui.set_cursor_screen_pos(a)
    imgui.dummy(V(width, (k // columns + 1) * pitch - t.px(8)))
    if len(networks) == 1:
        ui.wrapped("Add a second network to compare it, or to blend layers.", "dim", t.small)
    imgui.pop_id()
    return scene


def _tile(scene: Scene, facts: Facts, network: Network, place: int, p: V, found: Known) -> Scene:
    """Draw one tile: click chooses, double click makes it the base, a drag lays it onto layers."""
    tiles, base = facts.scratch.get(_Tiles), network == scene.document.network
    why = "" if base else reason(facts.model, network, found)
    name, kimg = titled(network)
    ready = base or found.state in ("ready", "no room")
    shown = picture(scene, facts, network) if ready and found.failure is None else None
    caption = "Loading…" if found.state == "reading" else kimg or name
    picked = not base and chosen(scene, facts) == network
    alpha = GREYED if why else 1.0
    tex, uv = (shown[0].id, shown[1]) if shown is not None else (0, (0.0, 0.0, 1.0, 1.0))
    clicked = ui.tile(f"network{place}", tex, uv, caption, "cube", TILE, picked, alpha=alpha)
    if clicked and not base and not scene.interaction.drag.on:
        tiles.chosen = network
    if clicked and imgui.get_io().mouse_clicked_last_count[0] == 2 and not base:
        scene = scene.request(UseAsBase(network))
    dragged = imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left)
    if dragged and not scene.interaction.drag.on and not why and not base:
        tiles.chosen = network
        scene = scene.interacting(drag=SwatchDrag(on=True, network=network))
    if ui.right_clicked():
        imgui.open_popup(ui.drawable(f"more{place}"))
    _marks(scene, network, p, bool(found.failure), base)
    if not scene.interaction.drag.on:
        _tip(scene, facts, network, found, why, base)
    return _more(scene, facts, network, place, base, found)


def _marks(scene: Scene, network: Network, p: V, failed: bool, base: bool) -> None:
    """Draw the letter of a tile at its upper right, and a sign of failure."""
    side, r = t.px(TILE), t.px(8)
    c = V(p.x + side - r - t.px(3), p.y + r + t.px(3))
    imgui.get_window_draw_list().add_circle_filled(c, r, t.u32("accent" if base else "halo", 1.0 if base else 0.75))
    ink = "on_accent" if base else "#FFFFFF"
    ui.draw(letter(scene.document, network), c.x, c.y - r, ink, 9, "bold", align=0.5, height=2 * r)
    if failed:
        ui.draw(ui.icon("warning"), p.x + side / 2, p.y, "warn", 18, align=0.5, height=side)


def _tip(scene: Scene, facts: Facts, network: Network, found: Known, why: str, base: bool) -> None:
    """Draw the tooltip of a tile: name, kind, training time, memory, and what can be done."""
    name, kimg = titled(network)
    lines = [f"{letter(scene.document, network)}  {name}"]
    if base and facts.model is not None:
        lines.append(f"{facts.model.family}, {facts.model.resolution} pixels{', ' if kimg else ''}{kimg}")
    elif found.facts is not None:
        about = found.facts
        lines.append(f"{about.family}, {about.resolution} pixels{', ' if kimg else ''}{kimg}")
        device = f" on {facts.model.device}" if facts.model is not None else ""
        lines.append(f"{size_of(max(about.nbytes, 2**20))}{device}")
    if found.failure is not None:
        lines.append(f"{found.failure.message} {found.failure.advice}")
    elif why:
        lines.append(f"Cannot be blended: {why}")
    if base:
        lines.append("The open network: what no other one has taken")
    elif not why:
        lines.append("Click: choose it    Double click: use as base    Drag: onto layers, bands or the picture")
    else:
        lines.append("Double click: use as base")
    ui.tip("\n".join(lines))


def _more(scene: Scene, facts: Facts, network: Network, place: int, base: bool, found: Known) -> Scene:
    """Draw the menu of a tile."""
    run = run_folder(network.source)
    followed = bool(run) and (
        scene.interaction.following.folder == run if base else network.source in scene.interaction.compared.followed
    )
    rows = [
        ui.Row("Use as base", "double click", enabled=not base),
        ui.Row("Compare", "C"),
        ui.Row("Stop following" if followed else "Follow this run", enabled=bool(run)),
        *((ui.Row("Try again"),) if found.failure is not None else ()),
        ui.Row("Remove", enabled=not base, line=True),
    ]
    pick = ui.menu(f"more{place}", rows)
    if pick == "Use as base":
        return scene.request(UseAsBase(network))
    if pick == "Compare":
        return scene.request(CompareNetworks(()))
    if pick in ("Follow this run", "Stop following"):
        return scene.request(Follow("" if followed else run) if base else FollowBeside(network.source))
    if pick == "Try again":
        beside.retry(facts, network)
    if pick == "Remove":
        scene = replace(scene, document=without(scene.document, network))
    return scene
