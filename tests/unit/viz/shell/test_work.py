"""Work in the background as the status bar names it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.unit.viz.facts import new_facts
from viz.gallery.export import SEED_EXPORTER
from viz.mixing.grid_export import GRID_EXPORT, GridExport
from viz.photos.fits import FITS
from viz.shell import work
from viz.shell.status_bar import working
from viz.state.facts import JobStatus, RunningJob, Services
from viz.timeline.export import EXPORTER, ExportState


class Window:
    """Facts over time, with settable work."""

    def __init__(self) -> None:
        self.jobs: list[RunningJob] = []
        self.waiting = 0
        self.film: ExportState | None = None
        self.grid = GridExport()
        services = Services()
        services.add(GRID_EXPORT, self.grid)
        services.add(EXPORTER, SimpleNamespace(state=None))
        services.add(SEED_EXPORTER, SimpleNamespace(state=None))
        services.add(FITS, SimpleNamespace(running=()))
        self._facts = replace(new_facts(), services=services, frame=object())

    def facts(self, now: float):
        self._facts.services[EXPORTER].state = self.film
        jobs = SimpleNamespace(running=tuple(self.jobs), ask=lambda work: JobStatus())
        return replace(self._facts, now=now, jobs=jobs, thumbnails=SimpleNamespace(waiting=self.waiting))

    def at(self, now: float) -> str:
        return work.text(self.facts(now))[0]


def test_it_names_what_takes_long_with_its_progress_and_the_time_left():
    window = Window()
    assert window.at(0.0) == ""
    window.jobs = [RunningJob("Noise deviation", 0, 10)]
    assert window.at(1.0) == "", "it may be over at once"
    assert window.at(1.3) == "Noise deviation, 0 of 10"
    window.jobs = [RunningJob("Noise deviation", 2, 10)]
    assert window.at(7.0) == "Noise deviation, 2 of 10 · 24\u00a0s left"
    window.jobs = [RunningJob("Noise deviation", 9, 10)]
    assert window.at(8.0) == "Noise deviation, 9 of 10", "what is over soon needs no time"


def test_small_pictures_are_counted_from_when_they_began_to_wait():
    window = Window()
    window.waiting = 14
    window.at(0.0)
    window.waiting = 9
    assert window.at(1.0) == "Small pictures, 5 of 14 · 2\u00a0s left" or window.at(1.0) == "Small pictures, 5 of 14"
    window.waiting = 0
    assert window.at(2.0) == ""
    window.waiting = 3
    window.at(3.0)
    assert window.at(4.0) == "Small pictures, 0 of 3"


def test_what_the_user_waits_for_comes_first_and_the_hint_has_it_all():
    window = Window()
    window.jobs = [RunningJob("Reading ahead", 0, 1), RunningJob("Difference", 1, 2)]
    window.waiting = 2
    window.film = ExportState("film.mp4", 3, 8)
    window.at(0.0)
    first, hint = work.text(window.facts(1.0))
    assert first == "Difference, 1 of 2"
    assert hint.split("\n") == ["Difference, 1 of 2", "Small pictures, 0 of 2", "Reading ahead", "Film, 3 of 8"]


def test_the_saving_of_a_grid_is_told_as_a_whole():
    window = Window()
    window.grid.cells, window.grid.done = [[object(), object()]], [object()]
    window.jobs = [RunningJob("Picture", 0, 1)]
    window.at(0.0)
    assert window.at(1.0) == "Mixing grid, 1 of 2"


@pytest.mark.parametrize("waiting_s", [0.0, 5.0])
def test_the_picture_itself_comes_before_all_that(waiting_s):
    window = Window()
    window.jobs = [RunningJob("Noise deviation", 0, 10)]
    working(replace(window.facts(0.0), waiting_s=waiting_s))
    word = working(replace(window.facts(1.0), waiting_s=waiting_s))[2]
    assert word == ("Rendering" if waiting_s else "Noise deviation, 0 of 10")
