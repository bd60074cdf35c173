"""Works that are asked for go on, others end."""

import numpy as np

from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import NoiseDeviation, RenderRequest, Still, Styles
from viz.link.jobs import KEPT, Works


def frame(works: Works, renderer: FakeRenderer, *asked):
    works.take(renderer.poll().progress)
    told = [works.ask(work) for work in asked]
    works.settle()
    return told


def setting():
    renderer = FakeRenderer(family="StyleGAN2", resolution=64)
    return Works(renderer), renderer


def test_a_work_goes_on_while_it_is_asked_for():
    works, renderer = setting()
    heat = NoiseDeviation(RenderRequest(1), 3)
    told = [frame(works, renderer, heat)[0] for _ in range(4)]
    assert [one.done for one in told] == [0, 1, 2, 3]
    assert told[-1].over
    assert told[-1].result.shape == (64, 64)
    assert frame(works, renderer, heat)[0] is told[-1]


def test_a_work_that_nobody_asks_for_ends():
    works, renderer = setting()
    heat = NoiseDeviation(RenderRequest(1), 100)
    frame(works, renderer, heat)
    assert len(renderer.jobs) == 1
    frame(works, renderer)
    assert not renderer.jobs
    assert frame(works, renderer, heat)[0].done == 0


def test_the_newest_results_are_kept():
    works, renderer = setting()
    stills = [Still(RenderRequest(i)) for i in range(KEPT + 1)]
    for still in stills:
        frame(works, renderer, still)
        frame(works, renderer, still)
    frame(works, renderer)
    assert frame(works, renderer, stills[-1])[0].over
    assert not frame(works, renderer, stills[0])[0].over


def test_an_errand_is_done_whoever_asks():
    works, renderer = setting()
    got = []
    works.once(Styles(RenderRequest(1)), got.append)
    frame(works, renderer)
    assert got[0].result.dtype == np.float32
    frame(works, renderer)
    assert len(got) == 1
