"""Visits of all that lies over the picture or takes its place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from imgui_bundle import imgui

from renderer.document.document import CompareMode, GalleryFilter, NetworksMode, Swatch, Tool
from renderer.document.parts import Latent, Transform
from renderer.ipc.protocol import LayerWeights, Network, Weights
from tests.e2e.dragging.test_point_tool import pull
from tests.e2e.driver import Driver, Key
from tests.e2e.views.look import Visit
from tests.e2e.views.panels import LONG
from viz.history.panel import with_b
from viz.mixing.shelf import NETWORKS
from viz.state.params import put
from viz.state.scene import Scene

REAL = {"network": None}


def _ready(d: Driver) -> None:
    d.wait_whole()
    d.press(Key.r)
    d.press(Key.r)
    d.wait_whole()


def _middle(d: Driver, item: str) -> None:
    x0, y0, x1, y1 = d.rect(item)
    d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
    d.frames(3)


def tools(d: Driver, folder: Path) -> Iterator[str]:
    """Every tool, with what it shows over the picture."""
    _ready(d)
    d.change(lambda scene: put(scene, "document.transform", Transform(0.1, 0.05, 20.0)))
    for tool in get_args(Tool):
        d.change(lambda scene, tool=tool: put(scene, "view.tool", tool))
        _middle(d, "//Canvas/##picture")
        yield f"tool {tool}"


def points(d: Driver, folder: Path) -> Iterator[str]:
    """Points that are dragged: set, running, arrived, with a mask, and as a direction."""
    d.wait_frame()
    yield from ()
    d.press(Key._4)
    d.frames(2)
    yield "drag without points"
    pull(d, (10, 20), (30, 20))
    pull(d, (40, 50), (44, 46))
    yield "drag of two points"
    d.press(Key.space)
    d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the end of the drag")
    yield "drag that arrived"
    d.press(Key._5)
    yield "brush of the mask"
    d.change(lambda scene: put(scene, "view.pulled.keep", "direction"))
    yield "drag kept as a direction"
    d.change(lambda scene: put(put(scene, "view.tool", "drag"), "document.noise.mode", "random"))
    yield "drag without fixed noise"


def compare(d: Driver, folder: Path) -> Iterator[str]:
    """The present state beside another one, in every way, and what can be taken from it."""
    _ready(d)
    d.change(lambda scene: with_b(scene, replace(scene.document, latent=Latent(5.0))))
    for mode in get_args(CompareMode):
        d.change(lambda scene, mode=mode: put(put(scene, "view.compare.mode", mode), "view.workspace", "mix"))
        d.frames(8)
        _middle(d, "//Canvas/##picture")
        yield f"compare {mode}"


def gallery(d: Driver, folder: Path) -> Iterator[str]:
    """The seed gallery by every filter, empty, with several seeds chosen, and each way to export."""
    d.wait_frame()
    d.press(Key.s)
    d.frames(3)
    yield "gallery"
    for show in get_args(GalleryFilter):
        d.change(lambda scene, show=show: put(scene, "view.gallery.show", show))
        yield f"gallery {show}"
    d.change(lambda scene: put(scene, "view.gallery.show", "all"))
    seeds = d.scene.interaction.seeds
    d.change(lambda scene: scene.interacting(seeds=replace(seeds, chosen=(1, 2, 3), anchor=1)))
    yield "gallery with three seeds chosen"
    for k in range(3):
        d.click(f"//**/as/##{k}")
        d.frames(2)
        yield f"gallery that exports in way {k}"


def networks(d: Driver, folder: Path) -> Iterator[str]:
    """Several networks compared in every way, one of which is missing."""
    d.wait_frame()
    others = (Network(str(folder / "a network with a long name.pkl")), Network("demo:2"))
    d.change(lambda scene: put(scene, "document.networks", others))
    d.press(Key.c)
    d.frames(12)
    d.change(lambda scene: put(scene, "view.networks.on", True))
    for mode in get_args(NetworksMode):
        d.change(lambda scene, mode=mode: put(scene, "view.networks.mode", mode))
        d.frames(12)
        yield f"networks {mode}"
    d.change(lambda scene: put(put(scene, "view.networks.on", False), "view.workspace", "mix"))
    d.frames(20)
    d.click(f"//Mix/shelf/kinds/##{NETWORKS}")
    yield "networks on the shelf"
    layer = d.facts.model.layers[0].name
    d.change(lambda scene: put(scene, "document.weights", Weights((LayerWeights(layer, others[1], 0.5),))))
    yield "a layer of another network"


def mixing(d: Driver, folder: Path) -> Iterator[str]:
    """The mixing grid, styles on layers, chosen layers, and a style that is carried."""
    d.wait_frame()
    shelf = tuple(Swatch(f"{seed}", Latent(seed)) for seed in range(9))
    d.change(lambda scene: put(put(scene, "document.shelf", shelf), "view.workspace", "mix"))
    d.frames(20)
    d.click("//Mix/**/##random")
    d.click("//Mix/**/##bandMiddle")
    d.frames(2)
    rows = d.facts.model.num_ws
    selection = d.scene.interaction.selection
    d.change(lambda scene: scene.interacting(selection=replace(selection, layers=tuple(range(rows // 2)))))
    yield "half of the layers chosen"
    d.press(Key.g)
    d.frames(12)
    yield "mixing grid"
    d.press(Key.g)
    d.frames(12)
    (ax, ay, bx, by), (cx, cy, ex, ey) = d.rect("//Mix/**/##swatch1"), d.rect("//Mix/**/##bandCoarse")
    start, end = ((ax + bx) / 2, (ay + by) / 2), ((cx + ex) / 2, (cy + ey) / 2)
    d.drag([start, (start[0] + 15, by + 20), end, (end[0] + 1, end[1])], release=False)
    d.frames(4)
    yield "a style that is carried"
    d.press(Key.escape)
    d.ctx.mouse_up(0)


def piles(d: Driver, folder: Path) -> Iterator[str]:
    """The two piles, empty and with a slider."""
    from tests.e2e.directions.test_piles import begin

    begin(d)
    yield "two piles, empty"
    for _ in range(5):
        d.press(Key.left_arrow)
        d.press(Key.right_arrow)
    d.wait_for(lambda: d.scene.interaction.sorter.found is not None, what="the slider")
    d.frames(4)
    yield "two piles with a slider"


def messages(d: Driver, folder: Path) -> Iterator[str]:
    """Errors, confirmations, and a picture that failed."""
    d.wait_frame()
    d.app.say("Saved 00000.png", str(folder), folder=str(folder))
    d.app.say("portrait.jpg is no network: drop a network (.pkl or .safetensors), a run folder, or a picture", bad=True)
    d.app.say("1 style is on the shelf", shelf=True)
    d.app.say("Opened 00000.png", photo="00000.png")
    d.frames(3)
    yield "messages"
    d.app.dismiss_messages()
    d.app.say(LONG, f"{LONG} {folder}", bad=True, folder=str(folder))
    d.frames(3)
    yield "a long error"


def bare(d: Driver, folder: Path) -> Iterator[str]:
    """No panels, and panels that can be moved."""
    d.wait_frame()
    d.change(lambda scene: put(scene, "view.panels_hidden", True))
    yield "without panels"
    d.change(lambda scene: put(put(scene, "view.panels_hidden", False), "view.unlocked", True))
    yield "unlocked"


def _mix(scene: Scene) -> Scene:
    return put(scene, "view.workspace", "mix")


CANVAS = ("viz.canvas.canvas", "viz.canvas.tools", "viz.shell.app_bar", "viz.shell.status_bar")
VISITS = {
    "tools": Visit(tools, frozenset({*CANVAS, "viz.canvas.handles", "viz.canvas.loupe", "viz.canvas.brush"})),
    "points": Visit(points, frozenset({"viz.dragging.overlay", "viz.dragging.plate", "viz.dragging.section"})),
    "compare": Visit(compare, frozenset({"viz.history.compare_section", "viz.history.panel"})),
    "gallery": Visit(gallery, frozenset({"viz.gallery.panel", "viz.gallery.sheet", "viz.gallery.view"})),
    "networks": Visit(
        networks,
        frozenset(f"viz.networks.{name}" for name in ("compare_cell", "compare_view", "tiles", "tools")),
        frozenset({"a network with a long name", "a network with a long name.pkl"}),
    ),
    "mixing": Visit(
        mixing,
        frozenset(
            f"viz.mixing.{name}" for name in ("drag_view", "grid_view", "layers_section", "second_style", "shelf")
        ),
    ),
    "piles": Visit(piles, frozenset({"viz.directions.piles_view", "viz.directions.pile_slider"})),
    "messages": Visit(messages, frozenset({"viz.ui.notifications"})),
    "bare": Visit(bare, frozenset()),
}
