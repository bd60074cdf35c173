"""Actions that open the form for a new run. The form is imported when it is first opened: it takes long."""

from dataclasses import dataclass

from training_launcher.run import Run
from viz.state.scene import Action, Scene, ShowDialog, Window

WIDTH = 900
"""Width of the dialog, in design lengths."""


@dataclass(frozen=True)
class Duplicate(Action):
    """Open the form filled with the options of a run."""

    target: Run

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens it."""
        from viz.runs.new_run.dialog import started

        started(scene, window.facts).take_run(self.target)
        return scene.request(ShowDialog("new-run"))


@dataclass(frozen=True)
class TrainWith(Action):
    """Open the form for a training with a value in one field: a network to start from, or a dataset."""

    field: str
    value: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens it."""
        from viz.runs.new_run.dialog import started

        form = started(scene, window.facts)
        form.kind = "train"
        form.put(form.draft.put(self.field, self.value))
        return scene.request(ShowDialog("new-run"))
