"""Panel "Layers & spectrum": layers and channels of the network, and power spectra."""

from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.analysis import channels, layers, lens, spectrum
from viz.link.measurements import SEEN
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

GAP = 16
PAGES = 320
"""Design width of the choice of pages where they have room."""


@dataclass(frozen=True)
class Block:
    """Part of the panel: its minimum design width and its weight for the remaining width."""

    name: str
    least: float
    grows: float


BLOCKS = (
    Block("Layers", 324, 2.4),
    Block("Channels", 224, 0.2),
    Block("Spectrum", 208, 1.8),
    Block("Radial", 220, 0.9),
)
PAIRS = (("Layers", 0, 2), ("Spectrum", 2, 4))


def pages(width: float) -> tuple[tuple[str, tuple[Block, ...]], ...]:
    """Divide the blocks into one, two or four pages (name, blocks) that fit a panel of this design width."""
    if _least(BLOCKS) <= width:
        return ((lens.TAB, BLOCKS),)
    pairs = tuple((name, BLOCKS[start:end]) for name, start, end in PAIRS)
    if all(_least(blocks) <= width for _, blocks in pairs):
        return pairs
    return tuple((block.name, (block,)) for block in BLOCKS)


def widths(blocks: tuple[Block, ...], width: float) -> tuple[float, ...]:
    """Return the design width of each block of a page in a panel `width` wide, gaps excluded."""
    spare, total = max(0.0, width - _least(blocks)), sum(block.grows for block in blocks)
    return tuple(min(block.least, width) + spare * block.grows / total for block in blocks)


def _least(blocks: tuple[Block, ...]) -> float:
    return sum(block.least for block in blocks) + GAP * (len(blocks) - 1)


@dataclass
class _Page:
    """Index of the open page."""

    index: int = 0


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    if facts.model is None:
        ui.empty_state("stack", "No network yet", "Its layers appear here once it has drawn a picture")
        return scene
    width = imgui.get_content_region_avail().x / t.scale
    shown, page = pages(width), facts.scratch.get(_Page)
    page.index = min(page.index, len(shown) - 1)
    names = [*(name for name, _ in shown), lens.NAME]
    at = len(shown) if scene.view.lens.on else page.index
    wide = t.px(PAGES) if len(names) < 5 else 0
    hints = (*(f"{name} of the network" for name in names[:-1]), "Live figures of the present picture")
    picked = ui.segmented("pages", names, at, wide, height=22, hints=hints)
    if picked != at:
        scene = lens.shown(scene, picked == len(shown))
        page.index = min(picked, len(shown) - 1)
    if scene.view.lens.on:
        return lens.draw(scene, facts)
    blocks = shown[page.index][1]
    height = imgui.get_content_region_avail().y
    for k, (block, wide) in enumerate(zip(blocks, widths(blocks, width), strict=True)):
        if k:
            imgui.same_line(0, t.px(GAP))
        imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
        if imgui.begin_child(block.name, V(round(wide * t.scale), height), imgui.ChildFlags_.nav_flattened):
            imgui.pop_style_var()
            scene = _block(scene, facts, block.name)
        else:
            imgui.pop_style_var()
        imgui.end_child()
    return scene


def _block(scene: Scene, facts: Facts, name: str) -> Scene:
    facts.services[SEEN].add(name)
    match name:
        case "Layers":
            return layers.table(scene, facts)
        case "Channels":
            return channels.shown(scene, facts)
        case "Spectrum":
            return spectrum.picture(scene, facts)
        case _:
            radial = facts.figures.frame.radial if facts.figures.frame else ()
            return spectrum.power(scene, facts, scene.view.display.spectrum.on, radial)
