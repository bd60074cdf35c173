"""Which runs are looked at, and how; kept in `Facts.scratch`."""

from dataclasses import dataclass

from training_launcher.run import Run
from viz.runs.folders import run_of
from viz.state.facts import Facts

KINDS = ("All", "Train", "Metrics", "Video")
_OF_KIND = {"Train": ("train",), "Metrics": ("metrics",), "Video": ("video", "figures")}
MOST = 24
"""Runs in one plot; colours come again from the eighth on."""


@dataclass
class RunChoice:
    """What a hand has chosen in the Train workspace."""

    folders: tuple[str, ...] = ()
    """The runs chosen, the one in focus first; empty: the network's own run, or the newest that trains."""
    kind: int = 0
    """Index in `KINDS`."""
    smoothing: float = 0.9
    stat: str = ""
    """The statistic of the plot of one's choice; empty for the first there is."""
    metric: str = ""
    """The figure of the metric's plot; empty for the first there is."""
    log_scale: frozenset[str] = frozenset()
    """Plots whose values stand on a logarithmic axis."""
    kimg: float | None = None
    """The picture grid looked at; None for the newest."""
    reals: bool = False
    """Whether the data set's pictures are looked at instead."""
    search: str = ""
    """What the log is searched for."""
    trashing: Run | None = None
    """The run that is asked about."""

    @property
    def asks(self) -> tuple[object, ...]:
        """What decides which runs and curves are looked at."""
        return self.folders, self.kind, self.smoothing, self.stat, self.metric

    def choose(self, folder: str) -> None:
        """Put one run into focus, alone."""
        if self.folders[:1] != (folder,):
            self.kimg = None
        self.folders = (folder,)

    def toggle(self, folder: str) -> None:
        """Add a run to those chosen, or take it out; the last one stays."""
        if folder not in self.folders:
            self.folders = (*self.folders, folder)[-MOST:]
        elif len(self.folders) > 1:
            self.folders = tuple(one for one in self.folders if one != folder)


def shown(facts: Facts) -> tuple[Run, ...]:
    """The runs of the kind that the list shows."""
    kinds = _OF_KIND.get(KINDS[facts.scratch.get(RunChoice).kind])
    return facts.runs if kinds is None else tuple(run for run in facts.runs if run.kind in kinds)


def chosen(facts: Facts, source: str = "") -> tuple[Run, ...]:
    """The runs chosen that are still there, the one in focus first. `source` is the network shown."""
    by_folder = {run.folder: run for run in facts.runs}
    choice = facts.scratch.get(RunChoice)
    found = tuple(by_folder[folder] for folder in choice.folders if folder in by_folder)
    if found:
        return found
    own = by_folder.get(run_of(source))
    if own is not None:
        return (own,)
    return tuple(run for run in facts.runs if run.kind == "train")[:1] or facts.runs[:1]


def focus(facts: Facts, source: str = "") -> Run | None:
    """The run in focus; None where there is none at all."""
    return next(iter(chosen(facts, source)), None)
