"""Exporting films from the real window, in a real process."""

from dataclasses import replace
from pathlib import Path

import pytest

from gan.animation.film import read_metadata
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.timeline.test_timeline_panel import PSI, WALK, keyed
from tests.waiting import wait_for
from training_launcher.registry import read, scan
from viz.state.settings import Settings
from viz.timeline.export import EXPORTER, Exporter

pytestmark = pytest.mark.window
EXPORT = "//**/##doexport"


def exporter(d: Driver) -> Exporter:
    return d.app.services[EXPORTER]


def begin(d: Driver) -> None:
    d.wait_frame()
    d.press(Key.mod_ctrl, Key.e)
    d.frames(3)
    d.click(EXPORT)
    d.frames(3)


def said(d: Driver) -> list[str]:
    return [message.text for message in d.app.messages]


def test_a_film_is_exported_while_the_window_goes_on_and_its_place_is_told(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        assert exporter(d).running
        d.wait_for(lambda: not exporter(d).running, what="the film")
        d.frames(3)
        assert exporter(d).state.problem == ""
        assert "Saved film.mp4" in said(d)
        assert "stylescope" in read_metadata(tmp_path / "film.mp4")
        assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]

    drive(steps, scene=keyed(WALK, PSI, seconds=1.0), settings=Settings(capture_dir=str(tmp_path)))


def test_a_film_is_finished_after_the_window_is_closed(tmp_path: Path):
    films, runs = tmp_path / "films", tmp_path / "runs"

    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: exporter(d).state.done > 0, what="the first frame")

    start = keyed(WALK, PSI, seconds=15.0)  # far more frames than a window needs to close
    drive(steps, scene=start, settings=Settings(capture_dir=str(films), run_dirs=str(runs)))
    (run,) = scan([runs])
    assert run.live
    assert (run.kind, run.unit) == ("video", "frames")
    run = wait_for(lambda: not (now := read(run.folder)).live and now, "the end of the film", 0.1)
    assert (run.state, run.done) == ("finished", run.total)
    assert "stylescope" in read_metadata(films / "film.mp4")


def test_a_cancelled_film_leaves_nothing(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: exporter(d).state.done > 0, what="the first frame")
        d.click("//Timeline/##cancelexport")
        d.wait_for(lambda: not exporter(d).running, what="the end of the export")
        assert exporter(d).state.cancelled
        assert list(tmp_path.iterdir()) == []

    drive(steps, scene=keyed(WALK, PSI, seconds=60.0, fps=60.0), settings=Settings(capture_dir=str(tmp_path)))


def test_why_a_film_cannot_be_made_is_told_in_a_sentence(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: not exporter(d).running, what="the end of the export")
        d.frames(3)
        assert "The film could not be exported." in said(d)
        assert "could not be opened" in exporter(d).state.problem

    start = keyed(WALK, PSI, seconds=1.0)
    drive(steps, network=str(tmp_path / "gone.pkl"), scene=lambda scene: replace(start(scene)),
          settings=Settings(capture_dir=str(tmp_path)))  # fmt: skip
