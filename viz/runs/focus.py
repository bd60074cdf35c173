"""What the Train workspace looks at in this frame: one place that says it to the thread that reads the files."""

from dataclasses import dataclass

from training_launcher.run import Run
from viz.gl.image_cache import PictureCache
from viz.runs.data import RunFiles
from viz.runs.follower import Told
from viz.runs.listing import EMPTY, Listing
from viz.runs.plots import Line, Plots, PlotSpec, specs
from viz.runs.selection import RunChoice, chosen, shown
from viz.state.facts import Facts
from viz.ui.plot_series import Curve, CurveWish


@dataclass
class _Last:
    """What was looked at last: worked out again only when something of it has changed."""

    key: tuple[object, ...] = ()
    look: "Look | None" = None
    wishes: tuple[CurveWish, ...] = ()
    listed: tuple[str, ...] = ()


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
    drawn: tuple[tuple[tuple[Line, Curve], ...], ...]
    """The lines of each plot whose curves are there."""

    @property
    def run(self) -> Run | None:
        """The one in focus."""
        return self.runs[0] if self.runs else None


def look(facts: Facts, source: str) -> Look:
    """Say what is wanted, and take what there is. Panels may call it as often as they like; `source` is the network."""
    last, files = facts.scratch.get(_Last), facts.scratch.get(RunFiles)
    choice, plots = facts.scratch.get(RunChoice), facts.scratch.get(Plots)
    key = (facts.runs, source, files.version, choice.asks, plots.asks)
    if last.look is None or last.key != key:
        last.key = key
        runs = chosen(facts, source)
        if last.look is not None and _folders(runs[:1]) != _folders(last.look.runs[:1]):
            plots.show_all()
        told = tuple(files.told(run.folder) for run in runs)
        made = specs(runs, told, choice, plots)
        drawn = tuple(
            tuple((line, found) for line in plot.lines if (found := files.curve(line.wish)) is not None)
            for plot in made
        )
        last.look = Look(runs, told, files.listing(runs[0].folder) if runs else EMPTY, made, drawn)
        last.wishes = tuple(line.wish for plot in made for line in plot.lines)
        last.listed = _folders(shown(facts))
    files.want(_folders(last.look.runs), last.wishes, last.listed)
    return last.look


def _folders(runs: tuple[Run, ...]) -> tuple[str, ...]:
    return tuple(run.folder for run in runs)


def free(facts: Facts) -> None:
    """The window closes: end the thread and give textures back."""
    facts.scratch.get(RunFiles).close()
    facts.scratch.get(PictureCache).free()
