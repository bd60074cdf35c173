"""Ways to find directions: their names, what each needs, and the searches that they start."""

from dataclasses import dataclass, replace

from foundation.specs.editing.defaults import NEEDS_REGION
from renderer.document.directions.finds import WayName
from renderer.document.directions.searches import Way
from renderer.document.document import request_for
from renderer.document.parts import ArrayRef, Direction
from renderer.ipc.protocol import Display, ModelInfo, Search
from viz.directions.groups import fixed_of
from viz.state.facts import Facts
from viz.state.interaction import DirectionFinder
from viz.state.scene import Scene
from viz.ui.icons import Glyph
from viz.ui.strokes import painted as region_of


@dataclass(frozen=True)
class Entry:
    """One way in the list."""

    way: WayName
    name: str
    glyph: Glyph
    note: str
    hint: str


ENTRIES = (
    Entry("pca", "PCA", "graph", "main variations of w", "The directions along which w varies most (GANSpace)"),
    Entry("sefa", "SeFa", "bezier-curve", "from the weights, at once", "The directions that the weights change most"),
    Entry("stylespace", "StyleSpace", "sliders-horizontal", "single channels", "The style channels that move the most"),
    Entry("piles", "Two piles", "hand-pointing", "you sort 30 pictures", "Sort pictures by what you want a slider for"),
    Entry("measure", "Measure", "scan", "a region you paint", "Along it a measure of the picture grows"),
    Entry("classes", "Classes", "swatches", "class to class", "From the mean w of one class to that of another"),
)
TITLES: dict[WayName, str] = {
    "pca": "PCA",
    "sefa": "SeFa",
    "stylespace": "StyleSpace",
    "piles": "Two piles",
    "measure": "Measure",
    "classes": "Classes",
    "file": "File",
    "kept": "Kept",
}
"""Headings of groups."""


def lacks(way: WayName, model: ModelInfo | None) -> str:
    """Return why a network does not allow this way, in a few words; empty if it does."""
    if model is None:
        return "no network yet"
    if way == "classes" and model.c_dim < 2:
        return "no classes here"
    if (way == "sefa" and model.num_ws == 1) or (way == "stylespace" and not model.style_layers):
        return "no styles here"
    if not model.z_dim:
        return "takes no z"
    return ""


def entry_of(way: WayName) -> Entry:
    """Return the entry of a way."""
    return next(one for one in ENTRIES if one.way == way)


def missing(scene: Scene, facts: Facts) -> str:
    """Return what is missing before the chosen search can start, as a sentence; empty if nothing is."""
    finder = scene.interaction.finder
    if why := lacks(finder.way, facts.model):
        return f"{why[0].upper()}{why[1:]}"
    if finder.way == "measure" and finder.measure.words in NEEDS_REGION and not painted(scene, facts):
        return "Paint a region first"
    chosen = (finder.classes.start, finder.classes.end)
    count = 0 if facts.model is None else facts.model.c_dim
    if finder.way == "classes" and (chosen[0] == chosen[1] or any(one is not None and one >= count for one in chosen)):
        return "Choose two different classes"
    return ""


@dataclass
class _Share:
    """Share of the region that was measured last."""

    of: ArrayRef | None = None
    share: float = 0.0


def painted(scene: Scene, facts: Facts) -> float:
    """Return the share of the picture that is painted, 0..1; 0 without a region of this network's size."""
    ref = scene.view.finds.region
    mask = region_of(ref, facts)
    if mask is None:
        return 0.0
    known = facts.scratch.get(_Share)
    if known.of != ref:  # not in every frame: a region may have millions of pixels
        known.of, known.share = ref, float((mask > 127).mean())
    return known.share


def layers_of(finder: DirectionFinder, model: ModelInfo | None) -> tuple[int, int] | None:
    """Return the first and last layer of a search; None for all, and where they were set for a larger network."""
    if finder.layers is None or model is None or finder.layers[1] >= model.num_ws:
        return None
    return finder.layers


def style_layer(finder: DirectionFinder, model: ModelInfo | None) -> str:
    """Return the layer of a search for style channels; empty for all, and where it was set for another network."""
    layer = finder.channels.layer
    return layer if model is not None and layer in dict(model.style_layers) else ""


def settings_of(scene: Scene, facts: Facts) -> Way:
    """Return the search as set."""
    finder = scene.interaction.finder
    ends = layers_of(finder, facts.model)
    layers = None if ends is None else tuple(range(ends[0], ends[1] + 1))
    match finder.way:
        case "sefa":
            return replace(finder.sefa, layers=layers)
        case "classes":
            return finder.classes
        case "stylespace":
            region = scene.view.finds.region if painted(scene, facts) else None
            return replace(finder.channels, layer=style_layer(finder, facts.model), region=region)
        case "measure":
            region = scene.view.finds.region if painted(scene, facts) else None
            fits = [one for one in scene.document.directions if not misfit(one, facts)]
            keep = fixed_of(scene.view.finds, fits) if finder.keep else ()
            return replace(finder.measure, layers=layers, region=region, keep=keep)
        case _:
            return finder.pca


def misfit(one: Direction, facts: Facts) -> bool:
    """Return True for a direction of another network."""
    model = facts.model
    if model is None or one.array not in facts.arrays:
        return True
    return facts.arrays.get(one.array).shape not in ((model.w_dim,), (model.num_ws, model.w_dim))


def search_of(scene: Scene, way: Way, turn: int) -> Search:
    """Return the job of a search with the picture as it is now."""
    return Search(request_for(scene.document, Display(), scene.settings.device, 0), way, turn)
