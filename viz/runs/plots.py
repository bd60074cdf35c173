"""Plots of the selected runs and the lines in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from training_launcher.run import Run
from viz.runs.follower import RunRecord
from viz.runs.selection import plot_range
from viz.runs.text import better, metric_name, run_number
from viz.state.interaction import RunChoice
from viz.ui import plots
from viz.ui.plot_series import CurveRequest

LOSS, METRIC, AUGMENT, ANY = "loss", "metric", "augment", "any"
_LOSSES = (("Loss/G/loss", "generator", "coarse"), ("Loss/D/loss", "discriminator", "fine"))
_AUGMENT = (("Progress/augment", "ADA p", "middle"), ("Loss/signs/real", "r_t", "fine"))
_FIRST_STAT = ("Loss/scores/real", "Timing/sec_per_kimg")
"""Default statistics of the configurable plot."""
POINTS = 6000
"""Maximum number of points in one plot, over all lines, limited by the time to copy them."""
_RAW_UP_TO = 3
"""Maximum number of runs with unsmoothed curves in the background; more would be unreadable."""
SETTLED = 3
"""Frames until ImPlot's output is stable."""


@dataclass(frozen=True)
class Line:
    """One line of a plot."""

    label: str
    request: CurveRequest
    token: str
    alpha: float = 1.0


@dataclass(frozen=True)
class PlotSpec:
    """One plot."""

    id: str
    title: str
    note: str
    lines: tuple[Line, ...]
    choices: tuple[str, ...] = ()
    """Statistics that can be selected, by name; empty without a choice."""
    now: str = ""
    """Selected one of these."""


def specs(runs: tuple[Run, ...], records: tuple[RunRecord, ...], choice: RunChoice) -> tuple[PlotSpec, ...]:
    """Return the plots in order. `records` belongs to `runs`."""
    if not runs:
        return ()
    stats = tuple(sorted({name for one in records for name in one.stats}))
    metrics = tuple(sorted({name for one in records for name in one.metrics if not name.endswith("_std")}))
    found = [PlotSpec(LOSS, "Loss", "", _lines(LOSS, runs, _LOSSES, choice))]
    most = max(metrics, key=lambda name: max(len(one.results.get(name, ())) for one in records), default="")
    metric = choice.metric if choice.metric in metrics else most
    name = metric_name(metric) if metric else "Metric"
    named = ((metric, metric_name(metric, short=True), "accent"),) if metric else ()
    found.append(PlotSpec(METRIC, name, better(metric), _lines(METRIC, runs, named, choice), metrics, metric))
    found.append(PlotSpec(AUGMENT, "Augmentation", "p and r_t", _lines(AUGMENT, runs, _AUGMENT, choice)))
    stat = choice.stat if choice.stat in stats else next((one for one in _FIRST_STAT if one in stats), "")
    stat = stat or next(iter(stats), "")
    lines = _lines(ANY, runs, ((stat, stat, "accent"),) if stat else (), choice)
    found.append(PlotSpec(ANY, stat or "Statistic", "", lines, stats, stat))
    return tuple(found)


def _lines(
    id_: str, runs: tuple[Run, ...], named: tuple[tuple[str, str, str], ...], choice: RunChoice
) -> tuple[Line, ...]:
    def made() -> Iterator[Line]:
        view, many = plot_range(choice, id_, runs[0].folder), len(runs) > _RAW_UP_TO
        share = POINTS // max(1, len(runs) * len(named) * (1 if many else 2))
        for index, run in enumerate(runs):
            for k, (name, label, token) in enumerate(named):
                smoothing = 0.0 if id_ == METRIC or name == "Progress/augment" else choice.smoothing
                request = CurveRequest(
                    run.folder, name, id_ == METRIC, smoothing, min(view.points, share), view.low, view.high, not many
                )
                if len(runs) == 1:
                    yield Line(label, request, token)
                else:  # colours identify runs, paler lines the second statistic
                    yield Line(f"{run_number(run)} {label}", request, plots.color(index), 0.55 if k else 1.0)

    return tuple(made())
