"""Listed and selected runs of the Train workspace."""

from dataclasses import replace

from training_launcher.run import Run
from viz.state.facts import Facts
from viz.state.interaction import PlotRange, RunChoice
from viz.state.scene import Scene
from viz.state.snapshots import run_of

KINDS = ("All", "Train", "Metrics", "Video", "Photos", "Data")
_OF_KIND = {
    "Train": ("train",),
    "Metrics": ("metrics",),
    "Video": ("video", "figures"),
    "Photos": ("fit",),
    "Data": ("dataset",),
}
MOST = 24
"""Maximum number of runs in one plot; colours repeat from the eighth on."""


def choosing(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of its `RunChoice` replaced; the same object if nothing changes."""
    choice: RunChoice = replace(scene.interaction.runs, **changes)  # type: ignore[arg-type]
    return scene.interacting(runs=choice)


def chosen_alone(scene: Scene, folder: str) -> Scene:
    """Return the scene with a single run selected and focused."""
    choice = scene.interaction.runs
    kimg = choice.kimg if choice.folders[:1] == (folder,) else None
    return choosing(scene, folders=(folder,), kimg=kimg)


def toggled(scene: Scene, folder: str) -> Scene:
    """Return the scene with a run added to or removed from the selection; the last one stays."""
    folders = scene.interaction.runs.folders
    if folder not in folders:
        return choosing(scene, folders=(*folders, folder)[-MOST:])
    return choosing(scene, folders=tuple(one for one in folders if one != folder)) if len(folders) > 1 else scene


def plot_range(choice: RunChoice, id_: str, folder: str) -> PlotRange:
    """Return number of points and zoom of a plot while the run of `folder` is focused."""
    found = next((one for one in choice.plots if one.id == id_), PlotRange(id_))
    return found if found.folder == folder else PlotRange(id_, folder, found.points)


def with_plot_range(scene: Scene, plot: PlotRange) -> Scene:
    """Return the scene with another number of points or zoom of a plot."""
    plots = scene.interaction.runs.plots
    if plot in plots:
        return scene
    return choosing(scene, plots=(*(one for one in plots if one.id != plot.id), plot))


def shown(scene: Scene, facts: Facts) -> tuple[Run, ...]:
    """Return the runs of the kind that the list shows."""
    kinds = _OF_KIND.get(KINDS[scene.interaction.runs.kind])
    return facts.runs if kinds is None else tuple(run for run in facts.runs if run.kind in kinds)


def chosen(scene: Scene, facts: Facts) -> tuple[Run, ...]:
    """Return the selected runs that still exist, the focused one first."""
    by_folder = {run.folder: run for run in facts.runs}
    found = tuple(by_folder[folder] for folder in scene.interaction.runs.folders if folder in by_folder)
    if found:
        return found
    own = by_folder.get(run_of(scene.document.network.source))
    if own is not None:
        return (own,)
    return tuple(run for run in facts.runs if run.kind == "train")[:1] or facts.runs[:1]


def focus(scene: Scene, facts: Facts) -> Run | None:
    """Return the focused run; None if there are no runs."""
    return next(iter(chosen(scene, facts)), None)
