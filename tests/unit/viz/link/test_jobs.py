"""Jobs continue while requested, others end."""

from dataclasses import replace
from typing import get_args

import numpy as np

from renderer.document.timeline import Timeline
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Changes, NoiseDeviation, RenderRequest, Still, Styles, Work
from viz.link.jobs import KEPT, NAMES, Jobs, name_of
from viz.state.facts import RunningJob


def frame(jobs: Jobs, renderer: FakeRenderer, *asked):
    jobs.take(renderer.poll().progress)
    statuses = [jobs.ask(work) for work in asked]
    jobs.settle()
    return statuses


def setting():
    renderer = FakeRenderer(family="StyleGAN2", resolution=64)
    return Jobs(renderer), renderer


def test_a_job_goes_on_while_it_is_asked_for():
    jobs, renderer = setting()
    heat = NoiseDeviation(RenderRequest(1), 3)
    statuses = [frame(jobs, renderer, heat)[0] for _ in range(4)]
    assert [one.done for one in statuses] == [0, 1, 2, 3]
    assert statuses[-1].over
    assert statuses[-1].result.shape == (64, 64)
    assert frame(jobs, renderer, heat)[0] is statuses[-1]


def test_a_job_that_nobody_asks_for_ends():
    jobs, renderer = setting()
    heat = NoiseDeviation(RenderRequest(1), 100)
    frame(jobs, renderer, heat)
    assert len(renderer.jobs) == 1
    frame(jobs, renderer)
    assert not renderer.jobs
    assert frame(jobs, renderer, heat)[0].done == 0


def test_the_newest_results_are_kept():
    jobs, renderer = setting()
    stills = [Still(RenderRequest(i)) for i in range(KEPT + 1)]
    for still in stills:
        frame(jobs, renderer, still)
        frame(jobs, renderer, still)
    frame(jobs, renderer)
    assert frame(jobs, renderer, stills[-1])[0].over
    assert not frame(jobs, renderer, stills[0])[0].over


def test_a_one_off_job_is_done_whoever_asks():
    jobs, renderer = setting()
    got = []
    jobs.once(Styles(RenderRequest(1)), got.append)
    frame(jobs, renderer)
    assert got[0].result.dtype == np.float32
    frame(jobs, renderer)
    assert len(got) == 1


def test_every_kind_of_work_has_a_name_and_running_jobs_are_told():
    assert set(NAMES) == set(get_args(Work))
    jobs, renderer = setting()
    frame(jobs, renderer, NoiseDeviation(RenderRequest(1), 3), Still(RenderRequest(2)))
    assert [one.name for one in jobs.running] == ["Noise deviation", "Picture"]
    frame(jobs, renderer, NoiseDeviation(RenderRequest(1), 3), Still(RenderRequest(2)))
    assert jobs.running == (RunningJob("Noise deviation", 1, 3),)
    frame(jobs, renderer)
    assert jobs.running == ()
    steps = Changes(RenderRequest(3), Timeline())
    assert name_of(steps) == "Constant speed"
    assert name_of(replace(steps, measure="distance")) == "Measuring path length", "of the lens"
