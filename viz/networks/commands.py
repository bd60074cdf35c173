"""Commands of the networks of layers. See `viz.commands.table` for the rest."""

from collections.abc import Callable
from dataclasses import replace

from renderer.document.document import NetworksMode
from viz.networks import compare_export, tiles, tools
from viz.networks.actions import CompareSnapshots, UseAsBase
from viz.networks.cells import Cell
from viz.networks.compare_state import cells, choosing, has_networks, with_view
from viz.networks.weights import known, laid
from viz.state.facts import Facts
from viz.state.scene import Command, Scene


def networks() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "add-network", "Network", "Add network…", "Beside the open one, to blend its layers into this",
            tiles.add,
        ),
        Command(
            "compare-networks", "Network", "Compare networks", "Each draws the present state in a cell of its own",
            lambda scene, facts: with_view(scene, on=not scene.view.networks.on), ("C",), _has_model,
            lambda scene, facts: scene.view.networks.on, place=_compares,
        ),
        *(
            Command(
                f"compare-snapshots-{every}", "Network", name, "Of the run of the open network, the newest ones",
                lambda scene, facts, every=every: scene.request(CompareSnapshots(every)),  # type: ignore[misc]
                available=lambda scene, facts: len(facts.snapshots) > 1,
            )
            for every, name in SNAPSHOTS.items()
        ),
        Command(
            "linked-view", "Network", "Linked view", "One zoom and pan for all compared networks",
            lambda scene, facts: with_view(scene, linked=not scene.view.networks.linked), (), _is_on,
            lambda scene, facts: scene.view.networks.linked,
        ),
        Command(
            "compare-side", "Network", "Networks side by side", "All compared networks at once", _mode("side"),
            available=_is_on, checked=lambda scene, facts: scene.view.networks.mode == "side",
        ),
        Command(
            "compare-flip", "Network", "Flip networks", "One compared network at a time", _mode("flip"),
            available=_is_on, checked=lambda scene, facts: scene.view.networks.mode == "flip",
        ),
        Command(
            "compare-difference", "Network", "Differences of networks", "Each as its difference to A",
            _mode("difference"), available=_is_on,
            checked=lambda scene, facts: scene.view.networks.mode == "difference",
        ),
        Command(
            "flip-networks", "Network", "Flip to the other network", "A held key shows it while held",
            _flip, ("X",), _is_on, holds=True, place=_flips,
        ),
        Command(
            "network-before", "Network", "Network before", "In mode Flip", _turn(-1), ("←",), _is_on, place=_flips,
            repeats=True,
        ),
        Command(
            "network-after", "Network", "Network after", "In mode Flip", _turn(1), ("→",), _is_on, place=_flips,
            repeats=True,
        ),
        Command(
            "save-comparison", "Network", "Save comparison", "All compared networks at full size, as a PNG",
            _save_sheet, available=_is_on,
        ),
        Command(
            "use-as-base", "Network", "Use as base", "The network of the cell in focus becomes A", _use_as_base,
            available=lambda scene, facts: _is_on(scene, facts) and _focused(scene, facts).kind == "other",
        ),
        Command(
            "blend-half", "Network", "Blend half of it", "50 % of the last added network in every layer",
            _half, available=_has_more,
        ),
        Command(
            "one-network", "Network", "One network again", "Give all layers back to the open network",
            _one, available=lambda scene, facts: bool(scene.document.weights.others),
        ),
        Command(
            "save-blend", "Network", "Save blend as…", "The blend as a network of its own",
            tools.save, available=lambda scene, facts: bool(scene.document.weights.others),
        ),
    )  # fmt: skip


SNAPSHOTS = {
    1: "Compare snapshots",
    2: "Compare every 2nd snapshot",
    4: "Compare every 4th snapshot",
    8: "Compare every 8th snapshot",
}
"""Commands that fill the comparison from a run, by how many snapshots they go on."""


def _is_on(scene: Scene, facts: Facts) -> bool:
    return scene.view.networks.on and facts.model is not None


def _has_model(scene: Scene, facts: Facts) -> bool:
    return facts.model is not None


def _compares(scene: Scene) -> bool:
    """Return True where the key of Compare means the networks: there are several, or they are shown."""
    return scene.view.networks.on or has_networks(scene)


def _flips(scene: Scene) -> bool:
    return scene.view.networks.on and scene.view.networks.mode == "flip"


def _mode(mode: NetworksMode) -> Callable[[Scene, Facts], Scene]:
    return lambda scene, facts: with_view(scene, mode=mode)


def _turn(step: int) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        now, count = scene.interaction.compared.shown, len(cells(scene, facts))
        return choosing(scene, shown=(min(now, count - 1) + step) % count, before=now)

    return run


def _flip(scene: Scene, facts: Facts) -> Scene:
    compared, count = scene.interaction.compared, len(cells(scene, facts))
    other = compared.before if compared.before != compared.shown else compared.shown + 1
    return choosing(scene, shown=other % count, before=compared.shown)


def _save_sheet(scene: Scene, facts: Facts) -> Scene:
    compare_export.start(scene, facts, cells(scene, facts))
    return scene


def _focused(scene: Scene, facts: Facts) -> Cell:
    found = cells(scene, facts)
    return found[min(scene.interaction.compared.focus, len(found) - 1)]


def _use_as_base(scene: Scene, facts: Facts) -> Scene:
    return scene.request(UseAsBase(_focused(scene, facts).network))


def _has_more(scene: Scene, facts: Facts) -> bool:
    return facts.model is not None and bool(known(scene.document))


def _half(scene: Scene, facts: Facts) -> Scene:
    model, document = facts.model, scene.document
    if model is None:
        return scene
    weights = laid(document.weights, model, range(model.num_ws), known(document)[-1], 0.5)
    return replace(scene, document=replace(document, weights=weights))


def _one(scene: Scene, facts: Facts) -> Scene:
    weights = replace(scene.document.weights, layers=(), mapping=None, mapping_blended=False)
    return replace(scene, document=replace(scene.document, weights=weights))
