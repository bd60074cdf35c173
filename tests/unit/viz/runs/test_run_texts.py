"""Texts about runs whose numbers are fractions, enormous, or of no training."""

from typing import get_args

import pytest

from training_launcher.run import Kind, Run
from viz.runs.actions import StopRun
from viz.runs.curves_section import empty_text
from viz.runs.detail_panel import figures
from viz.runs.follower import RunRecord
from viz.runs.plots import ANY, METRIC, specs
from viz.runs.text import STOPPING, metric_value, progress_text
from viz.state.interaction import RunChoice


@pytest.mark.parametrize("done", [0.5, 1.8, 12.0, 1240.0])
def test_progress_is_the_same_wherever_it_is_shown(done):
    run = Run("/runs/00001-a", "train", "running", done=done, total=5000)
    (tile, *_) = figures(run, RunRecord())
    assert f"{tile.value} {tile.note} kimg" == progress_text(run)
    assert float(tile.value.replace("\u00a0", "")) == done


@pytest.mark.parametrize("value", [-3.2e68, 8e64, 1e6, 999_999.0, -12.0, 0.0])
def test_values_of_metrics_are_short(value):
    text = metric_value(value)
    assert len(text) <= 9
    assert float(text) == pytest.approx(value, rel=0.01)


STOPS = [
    *[("train", "snapshot"), ("metrics", "measured stays"), ("video", "film is removed")],
    *[("figures", "done stay"), ("dataset", "Nothing is written"), ("fit", "best result so far stays")],
]


@pytest.mark.parametrize(("kind", "says"), STOPS)
def test_stopping_promises_what_the_run_does(monkeypatch, kind, says):
    monkeypatch.setattr("training_launcher.launcher.stop", lambda run: None)
    news = StopRun(Run("/runs/00001-a", kind, "running")).carry_out()
    assert says in news.detail
    assert ("snapshot" in news.detail) == (kind == "train")
    assert ("snapshot" in STOPPING[kind].before) == (kind == "train")


def test_every_kind_of_run_says_what_stopping_does():
    assert set(STOPPING) == set(get_args(Kind)) == {kind for kind, _ in STOPS}


def test_numbers_that_cannot_be_drawn_are_not_said_to_be_missing():
    run, name = Run("/runs/00001-a", "train", "running"), "fid50k_full"
    with_numbers = RunRecord((), (name,), {}, {name: ((0.0, float("nan")), (1.0, float("inf")))})
    (metric,) = [plot for plot in specs((run,), (with_numbers,), RunChoice()) if plot.id == METRIC]
    assert empty_text(metric, 1.0) == "Not finite or too large to be drawn"
    assert empty_text(metric, 0.5) == "Reading…"
    empty = {plot.id: empty_text(plot, 1.0) for plot in specs((run,), (RunRecord(),), RunChoice())}
    assert "has been measured yet" in empty[METRIC]
    assert "has been measured yet" in empty[ANY]
