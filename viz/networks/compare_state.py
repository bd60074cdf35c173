"""State of the comparison of networks: its cells, its choices, and what keeps a cell from its picture."""

from dataclasses import replace

from foundation.specs.editing.distances import DISTANCES
from renderer.document.document import NetworksMatch, NetworksMode, NetworksView
from viz.networks import beside
from viz.networks.cells import Cell, cells_of
from viz.networks.closest import CLOSEST
from viz.networks.compare import COMPARED, CellPicture
from viz.networks.weights import known as others_of
from viz.state.facts import Facts
from viz.state.interaction import ComparedNetworks
from viz.state.scene import Scene

MODES: tuple[NetworksMode, ...] = ("side", "flip", "difference")
MATCHES: tuple[NetworksMatch, ...] = ("seed", "w", "closest")
UNFITTED = "No closest w"
"""Title of a cell whose fit failed; another picture of A may have one."""
MODE_NAMES = ("Side by side", "Flip", "Difference")
MATCH_NAMES = ("Same seed", "Same w", "Closest w")
MODE_HINTS = ("All networks at once", "One at a time: ← → or X", "Each as its difference to A")
MATCH_HINTS = (
    "Each maps the seed itself",
    "All get the w of A",
    "Each gets the w whose picture is nearest to A's; slow, fitted once a rest",
)


def with_view(scene: Scene, **changes: object) -> Scene:
    """Return the scene with a changed comparison of networks."""
    networks: NetworksView = replace(scene.view.networks, **changes)  # type: ignore[arg-type]
    return scene if networks == scene.view.networks else replace(scene, view=replace(scene.view, networks=networks))


def choosing(scene: Scene, **changes: object) -> Scene:
    """Return the scene with changed choices in the comparison."""
    compared: ComparedNetworks = replace(scene.interaction.compared, **changes)  # type: ignore[arg-type]
    return scene.interacting(compared=compared)


def cells(scene: Scene, facts: Facts) -> tuple[Cell, ...]:
    """Return the cells of the present state."""
    pictures = facts.services[COMPARED]
    inputs = (scene.shown, scene.view.networks.match, facts.services[CLOSEST].closest)
    if any(new is not old for new, old in zip(inputs, pictures.cells_of[0] or (None,) * 3, strict=True)):
        pictures.cells_of = inputs, cells_of(*inputs)
    return pictures.cells_of[1]


def differs(scene: Scene, cell: Cell) -> bool:
    """Return True if a cell shows its difference to A."""
    if cell.kind == "base":
        return False
    key = cell.network if cell.kind == "other" else None
    return scene.view.networks.mode == "difference" or key in scene.interaction.compared.differences


def compared_size(facts: Facts, cell: Cell) -> int:
    """Return the side of the pictures that a difference is of, where it is not that of both networks; else 0."""
    known = beside.known_of(facts, cell.network).facts if cell.kind == "other" else None
    if known is None or facts.model is None or known.resolution == facts.model.resolution:
        return 0
    return min(known.resolution, facts.model.resolution)


def is_main(cell: Cell, found: tuple[Cell, ...]) -> bool:
    """Return True for the cell of what the canvas would show."""
    return cell.kind == "blend" or (cell.kind == "base" and found[-1].kind != "blend")


def blocked(scene: Scene, facts: Facts, cell: Cell, focused: bool) -> tuple[str, str]:
    """Return why a cell has no picture, as title and sentence; empty if it has one, or will."""
    if cell.kind != "other":
        return "", ""
    known = beside.known_of(facts, cell.network)
    if known.failure is not None:
        return "Could not be read", f"{known.failure.message} {known.failure.advice}"
    if known.state == "no room" and not focused:
        return "Not loaded", "There is no memory for it beside the others. Click: load it in the place of another"
    if scene.view.networks.match == "w" and known.facts is not None and known.facts.w_misfit:
        return "Does not fit", known.facts.w_misfit
    if scene.view.networks.match == "closest" and (failure := facts.services[CLOSEST].of(cell.network).failure):
        return UNFITTED, f"{failure.message} {failure.advice}"
    return "", ""


def shown_distance(facts: Facts, found: tuple[Cell, ...]) -> str:
    """Return the full name of the distance that the cells were measured by; empty while none is."""
    pictures = facts.services[COMPARED]
    names = [one.measured.name for one in map(pictures.of, found) if one.measured is not None]
    return DISTANCES[min(names[0], len(DISTANCES) - 1)] if names else ""


def distance_name(picture: CellPicture) -> str:
    """Return the name of the distance of a cell, in a word."""
    if picture.measured is None:
        return ""
    return ("LPIPS", "Features", "Pixels")[min(picture.measured.name, len(DISTANCES) - 1)]


def has_networks(scene: Scene) -> bool:
    """Return True if there is a network to compare with."""
    return bool(others_of(scene.document))
