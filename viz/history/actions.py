"""Actions of the history: undo, redo, and jumping to any state."""

from dataclasses import dataclass

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class Undo(Action):
    """Undo the last step."""

    def run(self, scene: Scene, window: Window) -> None:
        """Undo it."""
        window.steps.undo()


@dataclass(frozen=True)
class Redo(Action):
    """Redo the last undone step."""

    def run(self, scene: Scene, window: Window) -> None:
        """Redo it."""
        window.steps.redo()


@dataclass(frozen=True)
class Jump(Action):
    """Undo or redo until this many steps are done."""

    done: int

    def run(self, scene: Scene, window: Window) -> None:
        """Jump to that state."""
        window.steps.jump(self.done)
