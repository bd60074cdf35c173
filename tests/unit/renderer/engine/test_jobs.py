"""Long jobs in steps."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from renderer.document.animate import requested
from renderer.document.timeline import Key, Timeline, Track, Way, segment_mark
from renderer.engine import render
from renderer.engine.base import Cancelled
from renderer.engine.jobs import begin, difference
from renderer.engine.ws import StyleError
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import (
    Changes,
    DeepStill,
    Difference,
    Geodesic,
    Job,
    Latent,
    Noise,
    NoiseDeviation,
    RenderRequest,
    Still,
    Styles,
    Truncation,
)
from tests.unit.renderer import tiny


def finish(work, engine):
    running, steps = begin(work, engine), []
    while not steps or steps[-1].done < steps[-1].total:
        steps.append(running.step(tiny.Watching()))
    return steps


def test_a_still_is_the_picture(sg2):
    request = tiny.changed(sg2.request, latent=Latent(3.0))
    (step,) = finish(Still(request), sg2.pipeline)
    np.testing.assert_array_equal(step.result, sg2.picture(latent=Latent(3.0)))


def test_other_views_of_pictures_that_are_compared_run_no_network(sg2, monkeypatch):
    runs, run = [], render.run
    monkeypatch.setattr(render, "run", lambda *arguments, **named: runs.append(1) or run(*arguments, **named))
    a, b = (tiny.changed(sg2.request, latent=Latent(900.0 + i)) for i in range(2))

    def compared(gain):
        one, other = (replace(request, display=replace(request.display, scale_db=gain)) for request in (a, b))
        return finish(Difference(one, other), sg2.pipeline)[-1].result

    first = compared(0.0)
    assert len(runs) == 2
    assert not np.array_equal(compared(6.0), first)
    assert len(runs) == 2


def test_a_still_of_16_bits_is_the_picture_in_finer_steps(sg2):
    request = tiny.changed(sg2.request, latent=Latent(3.0))
    (step,) = finish(DeepStill(request), sg2.pipeline)
    assert step.result.dtype == np.uint16
    np.testing.assert_array_equal((step.result.astype(np.uint32) + 128) // 257, sg2.picture(latent=Latent(3.0)))
    assert (step.result[..., :3] % 257).any()


def test_styles_are_what_the_synthesis_network_gets(sg2):
    (step,) = finish(Styles(tiny.changed(sg2.request, latent=Latent(3.0))), sg2.pipeline)
    assert step.result.shape == (8, 16)
    assert step.result.dtype == np.float32


def test_the_deviation_is_numpys_over_the_8_bit_pictures(sg2):
    steps = finish(NoiseDeviation(sg2.request, 13, seed=5), sg2.pipeline)
    pictures = [sg2.picture(noise=Noise("random", 5 + i))[..., :3].mean(axis=2) for i in range(13)]
    np.testing.assert_allclose(steps[-1].result, np.std(pictures, axis=0), atol=1e-5)
    assert steps[-1].result.max() > 0.5
    assert [step.done for step in steps if step.result is not None] == [2, 4, 8, 10, 13]
    np.testing.assert_allclose(steps[3].result, np.std(pictures[:4], axis=0), atol=1e-5)


def test_changes_are_the_mean_differences_of_neighbouring_pictures(sg2):
    timeline = Timeline((Track("latent", (Key(0.0, Latent(1)), Key(1.0, Latent(7)))),), seconds=2.0)
    steps = finish(Changes(sg2.request, timeline, samples=4), sg2.pipeline)
    moments = [requested(sg2.request, timeline, t).image.latent for t in (0.0, 0.5, 1.0, 1.5, 2.0)]
    pictures = [sg2.picture(latent=latent)[..., :3].astype(float) for latent in moments]
    wanted = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    np.testing.assert_allclose(steps[-1].result, wanted)
    assert [step.result is None for step in steps] == [True] * 4 + [False]


def test_a_geodesic_changes_the_picture_less_than_the_great_circle_does(sg2):
    request = tiny.changed(sg2.request, truncation=Truncation(0.8))
    steps = finish(Geodesic(request, Latent(1), Latent(7), points=3), sg2.pipeline)
    assert steps[-1].result.shape == (3, 16)
    assert [step.done for step in steps[:-1]] == list(range(1, len(steps)))
    through = sg2.pipeline._caches.arrays.add(steps[-1].result)

    def energy(way: Way) -> float:
        keys = (Key(0.0, Latent(1), way=way), Key(1.0, Latent(7)))
        timeline = Timeline((Track("latent", keys),), seconds=1.0, loop=False)
        requests = [requested(request, timeline, i / 4) for i in range(5)]
        pictures = [sg2.picture(latent=one.image.latent, truncation=Truncation(0.8)).astype(float) for one in requests]
        return sum(float(np.square(b - a).mean()) for a, b in pairwise(pictures))

    mark = segment_mark(Latent(1), Latent(7), "geodesic")
    assert energy(Way("geodesic", through=through, measured=mark)) < 0.98 * energy(Way("circle"))


def test_a_geodesic_of_latents_for_each_layer_gets_a_sentence(sg2):
    stored = Latent(array=sg2.pipeline._caches.arrays.add(np.zeros((8, 16), np.float32)))
    with pytest.raises(StyleError, match="choose another path"):
        finish(Geodesic(sg2.request, stored, Latent(7)), sg2.pipeline)


def test_a_step_that_was_cancelled_is_done_again(sg2):
    running = begin(NoiseDeviation(sg2.request, 3), sg2.pipeline)
    running.step(tiny.Watching())
    with pytest.raises(Cancelled):
        running.step(tiny.Watching(cancel_at=0.0))
    running.step(tiny.Watching())
    last = running.step(tiny.Watching())
    pictures = [sg2.picture(noise=Noise("random", i))[..., :3].mean(axis=2) for i in range(3)]
    np.testing.assert_allclose(last.result, np.std(pictures, axis=0), atol=1e-5)


def test_the_fake_renderer_works_too():
    renderer = FakeRenderer(family="StyleGAN2", resolution=64)
    renderer.start(Job("heat", NoiseDeviation(RenderRequest(1), 4)))
    told = [renderer.poll().progress for _ in range(5)]
    assert [[one.done for one in progress] for progress in told] == [[1], [2], [3], [4], []]
    assert told[3][0].over
    assert not renderer.jobs


def test_the_difference_is_the_sum_over_the_colours():
    grey = np.full((2, 2, 4), 100, np.uint8)
    lighter = grey + np.uint8(51)
    assert (difference(grey, grey) == 0).all()
    assert (difference(lighter, grey) == 153).all()
    assert (difference(grey, lighter) == -153).all()
    black, white = np.zeros((1, 1, 4), np.uint8), np.full((1, 1, 4), 255, np.uint8)
    assert (difference(white, black)[0, 0], difference(black, white)[0, 0]) == (765, -765)


def test_pictures_of_different_sizes_have_no_difference():
    with pytest.raises(ValueError, match="4 × 2 and 2 × 2"):
        difference(np.zeros((2, 4, 4), np.uint8), np.zeros((2, 2, 4), np.uint8))
