"""Focus of the Train workspace: visible runs, files and curves, as requested from the reading thread."""

from dataclasses import dataclass

from training_launcher.run import Run
from viz.runs.data import RUN_FILES
from viz.runs.follower import RunRecord
from viz.runs.listing import EMPTY, Listing
from viz.runs.plots import Line, PlotSpec, specs
from viz.runs.selection import chosen, shown
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui.plot_series import Curve, CurveRequest


@dataclass
class _Last:
    """Last inputs and result, to recompute only on a change."""

    key: tuple[object, ...] = ()
    look: "Look | None" = None
    requests: tuple[CurveRequest, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """Visible runs and their data."""

    runs: tuple[Run, ...]
    """Selected runs, the focused one first."""
    records: tuple[RunRecord, ...]
    """Record of each run."""
    listing: Listing
    """Listing of the focused run."""
    plots: tuple[PlotSpec, ...]
    drawn: tuple[tuple[tuple[Line, Curve], ...], ...]
    """Available lines and curves of each plot."""

    @property
    def run(self) -> Run | None:
        """Focused run."""
        return self.runs[0] if self.runs else None


def look(scene: Scene, facts: Facts) -> Look:
    """Request data from the reading thread, and return what is available. Cheap to call repeatedly."""
    last, files, choice = facts.scratch.get(_Last), facts.services[RUN_FILES], scene.interaction.runs
    options = (choice.folders, choice.kind, choice.smoothing, choice.stat, choice.metric, choice.plots)
    key = (facts.runs, scene.document.network.source, files.version, options)
    if last.look is None or last.key != key:
        last.key = key
        runs = chosen(scene, facts)
        records = tuple(files.record(run.folder) for run in runs)
        made = specs(runs, records, choice)
        drawn = tuple(
            tuple((line, found) for line in plot.lines if (found := files.curve(line.request)) is not None)
            for plot in made
        )
        last.look = Look(runs, records, files.listing(runs[0].folder) if runs else EMPTY, made, drawn)
        last.requests = tuple(line.request for plot in made for line in plot.lines)
        last.listed = _folders(shown(scene, facts))
    files.want(_folders(last.look.runs), last.requests, last.listed)
    return last.look


def _folders(runs: tuple[Run, ...]) -> tuple[str, ...]:
    return tuple(run.folder for run in runs)
