"""Page of a run that makes a dataset: what was made, and the way to a training."""

import os

from training_launcher.run import Run
from viz.runs.new_run.actions import TrainWith
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui

_TEXTS = {
    "finished": "It can be trained on",
    "stopped": "It was stopped, and nothing was written",
}


def draw(scene: Scene, facts: Facts, run: Run) -> Scene:
    """Draw the page in the available space."""
    path = str(run.spec.get("dest", ""))
    name = os.path.basename(path) or "Dataset"
    text = "It is being made" if run.live else _TEXTS.get(run.state, "It ended before it was made")
    there = run.state == "finished" and os.path.exists(path)
    if ui.empty_state("stack", ui.drawable(name), text, "Train on it…" if there else ""):
        scene = scene.request(TrainWith("data", path))
    return scene
