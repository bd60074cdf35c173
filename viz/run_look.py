"""What the Train workspace looks at in this frame: one place that says it to the thread that reads the files."""

from dataclasses import dataclass

from training_launcher.run import Run
from viz.facts import Facts
from viz.picture_cache import PictureCache
from viz.run_choice import RunChoice, chosen, shown
from viz.run_files import RunFiles
from viz.run_follower import Told
from viz.run_listing import Listing
from viz.run_plots import Plots, PlotSpec, specs


@dataclass
class _Last:
    """What was looked at last, worked out once a frame."""

    at: float = -1.0
    look: "Look | None" = None


@dataclass(frozen=True)
class Look:
    """The runs looked at, and what is known of them."""

    runs: tuple[Run, ...]
    """Those chosen, the one in focus first."""
    told: tuple[Told, ...]
    """Of each."""
    listing: Listing
    """Of the one in focus."""
    plots: tuple[PlotSpec, ...]

    @property
    def run(self) -> Run | None:
        """The one in focus."""
        return self.runs[0] if self.runs else None


def look(facts: Facts, source: str) -> Look:
    """Say what is wanted, and take what there is. Panels may call it as often as they like; `source` is the network."""
    last = facts.scratch.get(_Last)
    if last.look is not None and last.at == facts.now:
        return last.look
    files, choice, plots = facts.scratch.get(RunFiles), facts.scratch.get(RunChoice), facts.scratch.get(Plots)
    runs = chosen(facts, source)
    followed = tuple(run.folder for run in runs)
    told = tuple(files.told(folder) for folder in followed)
    made = specs(runs, told, choice, plots)
    wishes = tuple(line.wish for plot in made for line in plot.lines)
    files.want(followed, wishes, tuple(run.folder for run in shown(facts)))
    found = Look(runs, told, files.listing(followed[0]) if followed else Listing(), made)
    last.at, last.look = facts.now, found
    return found


def free(facts: Facts) -> None:
    """The window closes: end the thread and give textures back."""
    facts.scratch.get(RunFiles).close()
    facts.scratch.get(PictureCache).free()
