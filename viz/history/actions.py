"""Actions of the history: undo, redo, jumping to any state, and returning to a branch."""

from dataclasses import dataclass

from viz.state.dragging.leaving import abandoned
from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class Undo(Action):
    """Undo the last step. A running drag is left, as by the other actions here: it keeps nothing."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene without a running drag."""
        return abandoned(scene)

    def run(self, scene: Scene, window: Window) -> None:
        """Undo it."""
        window.steps.undo()


@dataclass(frozen=True)
class Redo(Action):
    """Redo the last undone step."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene without a running drag."""
        return abandoned(scene)

    def run(self, scene: Scene, window: Window) -> None:
        """Redo it."""
        window.steps.redo()


@dataclass(frozen=True)
class Jump(Action):
    """Undo or redo until this many steps are done."""

    done: int

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene without a running drag."""
        return abandoned(scene)

    def run(self, scene: Scene, window: Window) -> None:
        """Jump to that state."""
        window.steps.jump(self.done)


@dataclass(frozen=True)
class ChooseBranch(Action):
    """Return to the end of a branch of the history."""

    index: int
    """In `States.branches`."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene without a running drag."""
        return abandoned(scene)

    def run(self, scene: Scene, window: Window) -> None:
        """Make it the present line."""
        window.steps.choose(self.index)
