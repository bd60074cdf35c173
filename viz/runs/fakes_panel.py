"""Window "Fakes": image grids of the focused run, with a slider over training time."""

import math
import os
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.files.actions import OpenNetwork
from viz.gl.image_cache import IMAGE_CACHE, Held
from viz.gl.image_grids import ONE, cell
from viz.runs import focus
from viz.runs.listing import Grid, Listing
from viz.runs.selection import choosing
from viz.state.facts import Facts, Snapshot
from viz.state.followed_run import Follow
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import Glyph
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

TILE = 66
"""Approximate side of an image with its gap, in design lengths."""
_FADED = 0.45
"""Opacity of a grid that is shown until the next one has been read."""
_HINTS = ("What the network drew", "What it learns from")


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole panel."""
    look, choice = focus.look(scene, facts), scene.interaction.runs
    listing = look.listing
    if not listing.grids and not listing.reals:
        ui.empty_state("images", "No pictures yet", "The pictures that a network draws while it learns")
        return scene
    index = at(listing, choice.kimg)
    grid = listing.grids[index] if listing.grids else None
    reals = choice.reals and bool(listing.reals)
    network = listing.snapshot_at(grid.kimg) if grid is not None else None
    run = look.run
    folder = run.folder if run is not None and run.kind == "train" else ""
    scene = _head(scene, facts, listing, index, reals, network, folder)
    path = listing.reals if reals or grid is None else grid.path
    images, last = facts.services[IMAGE_CACHE], facts.scratch.get(_Last)
    held = images.grid(path)
    if held is not None:
        last.path = path
        return _grid(scene, facts, held, 1.0)
    # While the slider moves, the last grid of this run stays, faded.
    before = images.known(last.path) if os.path.dirname(last.path) == os.path.dirname(path) else None
    return _grid(scene, facts, before, _FADED)


def has_place(scene: Scene, facts: Facts) -> bool:
    """Return True if the panel is shown: not beside runs that draw no pictures, such as measurements and films."""
    if scene.view.workspace != "train":
        return True
    look = focus.look(scene, facts)
    return look.run is None or look.run.kind == "train" or bool(look.listing.grids or look.listing.reals)


@dataclass
class _Last:
    """The grid shown last."""

    path: str = ""


def at(listing: Listing, kimg: float | None) -> int:
    """Return the index of the grid closest to a kimg; of the newest for None."""
    if kimg is None or not listing.grids:
        return max(0, len(listing.grids) - 1)
    return min(range(len(listing.grids)), key=lambda k: abs(listing.grids[k].kimg - kimg))


@cached
def _head(
    scene: Scene, facts: Facts, listing: Listing, index: int, reals: bool, network: Snapshot | None, folder: str
) -> Scene:
    """Draw the fakes/reals switch, the slider with its steps, the network at that time, and the follow switch."""
    width = imgui.get_content_region_avail().x
    if listing.reals and listing.grids:
        scene = choosing(scene, reals=ui.segmented("which", ("Fakes", "Reals"), int(reals), hints=_HINTS) == 1)
    else:
        ui.label("Fakes" if listing.grids else "Reals", "text", height=24, weight="bold")
    imgui.same_line(0, t.px(12))
    if not listing.grids:
        imgui.new_line()
        return scene
    explore, here = "Explore", network is not None and network.path == scene.document.network.source
    button, switch = ui.measure(explore) + t.px(38), ui.measure("Follow") + t.px(52) if folder else 0
    wide = width > t.px(480)
    room = (
        imgui.get_content_region_avail().x - (button + t.px(8)) * (network is not None) - t.px(2 * t.row + 8) - switch
    )
    imgui.begin_disabled(reals)
    picked = _slider(listing.grids, index, max(t.px(60), room) if wide else room)
    if picked != index:
        scene = choosing(scene, kimg=None if picked == len(listing.grids) - 1 else listing.grids[picked].kimg)
    imgui.end_disabled()
    if network is not None:
        imgui.same_line(0, t.px(8))
        hint = f"Draw with the network of {kimg_text(network.kimg)} kimg; everything else stays as it is"
        hint = "This network is open" if here else hint
        if ui.button(explore, "eye", width=button, hint=hint, id_="##explore"):
            scene = put(scene, "view.workspace", "explore")
            scene = scene if here else scene.request(OpenNetwork(network.path))
    if folder:
        imgui.same_line(0, t.px(12))
        scene = _follow(scene, facts, folder)
    ui.space(6)
    return scene


def _follow(scene: Scene, facts: Facts, folder: str) -> Scene:
    """Draw the switch that follows the run's snapshots."""
    on = scene.interaction.following.folder == folder
    hint = "Shows each new snapshot in the explorer as it appears; all else stays as you set it"
    return scene.request(Follow("" if on else folder)) if ui.switch("Follow", on, hint) != on else scene


def _slider(grids: tuple[Grid, ...], index: int, width: float) -> int:
    """Draw the slider over training time, which snaps to grids, and its step buttons."""
    first, last = grids[0].kimg, grids[-1].kimg
    imgui.begin_disabled(len(grids) < 2)
    now = grids[index].kimg
    hint = "Look through the run; the network stays until you explore one"
    target = ui.slider(
        "time", now, first, last, last, "kimg", "%.0f", hint=hint, width=width, origin=first, show_label=False
    )
    if target != now:
        index = min(range(len(grids)), key=lambda k: abs(grids[k].kimg - target))
    imgui.end_disabled()
    steps: tuple[tuple[Glyph, int, str], ...] = (
        ("caret-left", -1, "Earlier pictures"),
        ("caret-right", 1, "Later pictures"),
    )
    for glyph, by, words in steps:
        imgui.same_line(0, t.px(2) if by > 0 else t.px(6))
        inside = 0 <= index + by < len(grids)
        if ui.button(glyph=glyph, hint=words, id_=f"##{glyph}", enabled=inside) and inside:
            index += by
    return index


@cached
def _grid(scene: Scene, facts: Facts, held: Held | None, alpha: float) -> Scene:
    """Draw as many images of the grid as fit."""
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    if held is None or held.texture is None:
        ui.fill(a, V(a.x + room.x, a.y + room.y), "canvas", 0.55, 3)
        text = "Reading…" if held is None else held.error
        ui.centred(text, a, room)
        imgui.dummy(V(max(1, room.x), max(1, room.y)))
        return scene
    texture, tiles, gap = held.texture, held.tiles, t.px(3)
    if tiles == ONE:
        k = min(room.x / texture.width, room.y / texture.height)
        size = V(max(1.0, texture.width * k), max(1.0, texture.height * k))
        ui.picture(texture.id, (0, 0, 1, 1), V(a.x + (room.x - size.x) / 2, a.y), size, 3, alpha)
        imgui.dummy(V(max(1, room.x), size.y))
        return scene
    count, rows = tiles.columns * tiles.rows, max(2, round(room.y / t.px(TILE)))
    side = max(8.0, (room.y - (rows - 1) * gap) / rows)
    columns = max(1, round((room.x + gap) / (side + gap)))
    side = math.floor(min(side, (room.x + gap) / columns - gap))
    over: int | None = None
    for k in range(min(count, rows * columns)):
        row, column = divmod(k, columns)
        p = V(round(a.x + column * (side + gap)), round(a.y + row * (side + gap)))
        ui.picture(texture.id, cell(tiles, k, texture.width, texture.height), p, side, 3, alpha)
        if imgui.is_mouse_hovering_rect(p, V(p.x + side, p.y + side)):
            over = k
    imgui.dummy(V(max(1, room.x), max(1, room.y)))
    if over is not None and imgui.is_item_hovered() and ui.begin_tooltip():
        q, big = imgui.get_cursor_screen_pos(), t.px(224)
        imgui.dummy(V(big, big))
        ui.picture(texture.id, cell(tiles, over, texture.width, texture.height), q, big, 3)
        ui.end_tooltip()
    return scene
