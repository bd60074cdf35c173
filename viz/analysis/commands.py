"""Commands of live figures. See `viz.commands.table` for the rest."""

from viz.analysis import lens
from viz.state.facts import Facts
from viz.state.scene import Command, Scene


def of_analysis() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "lens", "View", "Lens", "Live figures of the present picture, beside layers and spectrum",
            _lens, ("L",), lambda scene, facts: facts.model is not None, lens.seen,
        ),
    )  # fmt: skip


def _lens(scene: Scene, facts: Facts) -> Scene:
    return lens.shown(scene, False) if lens.seen(scene, facts) else lens.opened(scene)
