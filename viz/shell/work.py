"""Work in the background, for the status bar: its name, its progress, and the time left."""

from dataclasses import dataclass, field

from viz.gallery.export import SEED_EXPORTER
from viz.link.jobs import DRAGGING
from viz.mixing.grid_export import GRID_EXPORT
from viz.photos.fits import FITS
from viz.state.facts import Facts, RunningJob
from viz.state.pace import Pace
from viz.timeline import preview
from viz.timeline.export import EXPORTER
from viz.ui.numbers import duration

SOON_S, LONG_S = 0.2, 2.0
"""Work is named once it lasts this long, and its time left is shown while it is longer than the second."""
SMALL_PICTURES, FILM = "Small pictures", "Film"


@dataclass
class _Told:
    pace: Pace = field(default_factory=Pace)
    most: int = 0
    """Largest number of small pictures that waited since there were none."""
    seen: float = 0.0
    """Time of the newest small picture that waited."""


def works(facts: Facts) -> tuple[RunningJob, ...]:
    """Return all work, what the user waits for first."""
    told, found = facts.scratch.get(_Told), []
    grid, film = facts.services[GRID_EXPORT], facts.services[EXPORTER].state
    if grid.on:
        found.append(RunningJob("Mixing grid", len(grid.done), len(grid.waiting)))
    ahead = preview.progress(facts)
    jobs = [job for job in facts.jobs.running if not ((grid.on or ahead) and job.name == "Picture")]
    found += sorted(jobs, key=lambda job: job.name == "Reading ahead")  # that nobody waits for
    waiting = facts.thumbnails.waiting
    told.most = max(told.most, waiting) if waiting else 0
    if waiting:
        found.insert(len(found) - sum(job.name == "Reading ahead" for job in found), _small(told.most, waiting))
    if ahead:
        found.append(ahead)
    if film is not None and not film.over:
        found.append(RunningJob(FILM, film.done, film.total, film.left_s))
    seeds = facts.services[SEED_EXPORTER].state
    if seeds is not None and not seeds.over:
        found.append(RunningJob("Export of seeds", seeds.done, seeds.total, seeds.left_s))
    found += [
        RunningJob(f"Fitting {now.fit.name or now.run.name}", now.fit.step, now.fit.steps, now.fit.left_s)
        for now in facts.services[FITS].running
    ]
    return tuple(sorted(found, key=lambda job: job.name != DRAGGING))


def hurries(facts: Facts) -> bool:
    """Return True if there is work that the window waits for: fits of photos bring their own frames."""
    return len(works(facts)) > len(facts.services[FITS].running)


def _small(most: int, waiting: int) -> RunningJob:
    return RunningJob(SMALL_PICTURES, most - waiting, most)


def text(facts: Facts) -> tuple[str, str]:
    """Return the first work in a few words, with all of it as a hint; empty while there is none for `SOON_S`."""
    found, told = works(facts), facts.scratch.get(_Told)
    if not found:
        told.pace.name = None
        return "", ""
    first = found[0]
    left_s = told.pace.left_s(first.name, first.done, first.total, facts.now)
    left_s = left_s if first.left_s is None else first.left_s  # it may have begun before it was the first work
    if facts.now - told.pace.since < SOON_S:
        return "", ""
    words = _words(first) + (f" · {duration(left_s)} left" if left_s is not None and left_s > LONG_S else "")
    return words, "\n".join(_words(one) for one in found)


def _words(job: RunningJob) -> str:
    """Return `Noise deviation, 3 of 10`; the name alone of what is done in one step."""
    if job.name == DRAGGING:  # nobody knows its end
        return f"{job.name}, step {job.done}"
    return f"{job.name}, {job.done} of {job.total}" if job.total > 1 else job.name
