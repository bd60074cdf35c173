"""Commands of the shelf, of mixing and of the mixing grid. See `viz.commands.table` for the rest."""

from dataclasses import replace

from viz.mixing import actions, grid_export
from viz.state.facts import Facts
from viz.state.scene import Command, Scene


def mixing() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "shelve", "Edit", "Put on shelf", "Keep the present style as a swatch, to mix it into layers",
            actions.shelve_present, ("B",), lambda scene, facts: facts.model is not None,
        ),
        Command(
            "lay", "Edit", "Lay the chosen swatch", "Into the picked layers",
            actions.lay_swatch, ("Enter",), _picks,
        ),
        Command(
            "mixing-grid", "View", "Mixing grid", "Every style of one set mixed with every style of another",
            _grid, ("G",), checked=lambda scene, facts: scene.view.grid,
        ),
        Command(
            "save-grid", "File", "Save mixing grid", "The whole grid at full size, as a numbered PNG",
            grid_export.start, available=lambda scene, facts: facts.model is not None and scene.view.grid,
        ),
        Command(
            "open-swatch", "Tools", "Open the chosen swatch", "As the document's own style",
            actions.open_swatch, available=actions.has_swatch,
        ),
        Command(
            "unshelve", "Tools", "Take off the shelf", "The chosen swatch",
            actions.unshelve, available=actions.has_swatch,
        ),
        Command(
            "clear-layers", "Tools", "Clear picked layers", "They have the base again",
            actions.clear_picked, ("Del",), _picks,
        ),
        Command(
            "solo-layers", "Tools", "Solo picked layers", "Mix only these for now, or all again",
            actions.solo_picked, available=actions.can_solo,
            checked=lambda scene, facts: bool(scene.document.mixing.solo),
        ),
        Command(
            "lock-layers", "Tools", "Lock picked layers", "Gestures leave them as they are; or unlock them",
            actions.lock_picked, available=lambda scene, facts: actions.has_picked(scene, facts) or _locks(scene),
        ),
        Command(
            "swap-styles", "Tools", "Exchange base and source", "Of the picked layer, or the first that is mixed",
            lambda scene, facts: actions.swapped(scene, facts) or scene,
            available=lambda scene, facts: actions.swapped(scene, facts) is not None,
        ),
    )  # fmt: skip


def _grid(scene: Scene, facts: Facts) -> Scene:
    return replace(scene, view=replace(scene.view, grid=not scene.view.grid))


def _picks(scene: Scene, facts: Facts) -> bool:
    """Return True if layers are picked, and the list of found directions has not the keyboard."""
    return actions.has_picked(scene, facts) and not scene.interaction.finder.keyboard


def _locks(scene: Scene) -> bool:
    return any(one.locked for one in scene.document.mixing.layers)
