"""Actions of the history: undo, redo, and a jump to any state."""

from dataclasses import dataclass

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class Undo(Action):
    """Take back the last step."""

    def run(self, scene: Scene, window: Window) -> None:
        """Take it back."""
        window.steps.undo()


@dataclass(frozen=True)
class Redo(Action):
    """Do the step taken back once more."""

    def run(self, scene: Scene, window: Window) -> None:
        """Do it."""
        window.steps.redo()


@dataclass(frozen=True)
class Jump(Action):
    """Undo or redo until this many steps are done."""

    done: int

    def run(self, scene: Scene, window: Window) -> None:
        """Go there."""
        window.steps.jump(self.done)
