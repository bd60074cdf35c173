"""EQ-T and EQ-R of the lens: the figures of the library for the same pictures, place by place."""

import math

import numpy as np
import pytest
import torch

from gan.analysis.equivariance import equivariance_db, rotation_error, translation_error
from gan.images import styles
from renderer.document.lens.jobs import EquivarianceFound
from renderer.document.parts import ArrayRef, ImageState, Latent, Transform, WBlend
from renderer.engine.jobs import begin
from renderer.engine.lens.equivariance import image_of, places
from renderer.ipc.protocol import Equivariance
from tests.unit.renderer import tiny

MOVED = Transform(0.2, -0.1, 30.0)


def finish(work, engine):
    running, steps = begin(work, engine), []
    while not steps or steps[-1].done < steps[-1].total:
        steps.append(running.step(tiny.Watching()))
    return steps


def wanted(bench, seeds, share, transform=MOVED, psi=1.0):
    """EQ-T and EQ-R by the library, over pictures of seeds."""
    G = bench.pipeline.model(bench.request, tiny.Watching()) and bench.model.G
    sums = np.zeros((2, 2))
    for seed in seeds:
        ws = styles(G, [seed], psi=psi)

        def render(matrix, ws=ws):
            return G.synthesis(ws, input_transform=torch.as_tensor(matrix, dtype=torch.float32))

        with torch.no_grad():
            still = render(np.eye(3))
            sums[0] += translation_error(
                render, still, transform.x * share, transform.y * share, transform.whole_pixels
            )
            sums[1] += rotation_error(render, still, -math.radians(transform.angle * share))
    return [equivariance_db(*pair) for pair in sums.tolist()]


def test_the_figures_are_those_of_the_library_for_the_same_pictures(sg3):
    request = tiny.changed(sg3.request, latent=Latent(5.0), transform=MOVED)
    steps = finish(Equivariance(request, 3, 5), sg3.pipeline)
    found = EquivarianceFound.of(steps[-1].result)
    for place, share in ((4, 1.0), (2, 0.5)):
        eq_t, eq_r = wanted(sg3, (5, 6, 7), share)
        assert found.translation[place] == pytest.approx(eq_t, abs=0.01)
        assert found.rotation[place] == pytest.approx(eq_r, abs=0.01)
    assert found.pictures.tolist() == [0, 3, 3, 3, 3]
    assert math.isnan(found.translation[0])


def test_the_first_result_is_that_of_the_present_picture_at_the_present_transform(sg3):
    request = tiny.changed(sg3.request, latent=Latent(5.0), transform=MOVED)
    steps = finish(Equivariance(request, 2, 5), sg3.pipeline)
    first = EquivarianceFound.of(steps[0].result)
    assert first.pictures.tolist() == [0, 0, 0, 0, 1]
    assert EquivarianceFound.of(steps[1].result).pictures.tolist() == [0, 0, 0, 0, 2], "of all pictures before the path"
    eq_t, eq_r = wanted(sg3, (5,), 1.0)
    assert [first.translation[4], first.rotation[4]] == [pytest.approx(eq_t, abs=0.01), pytest.approx(eq_r, abs=0.01)]
    assert [(step.done, step.total) for step in steps[:-1]] == [(done, 8) for done in range(1, 8)]


def test_whole_pixels_are_compared_without_resampling(sg3):
    whole = Transform(0.25, 0.125, whole_pixels=True)
    request = tiny.changed(sg3.request, latent=Latent(1.0), transform=whole)
    found = EquivarianceFound.of(finish(Equivariance(request, 1, 3), sg3.pipeline)[-1].result)
    assert found.translation[2] == pytest.approx(wanted(sg3, (1,), 1.0, whole)[0], abs=0.01)
    assert np.isnan(found.rotation).all(), "nothing was turned"


def test_a_network_without_an_input_says_so(sg2):
    with pytest.raises(ValueError, match="has no input to move"):
        finish(Equivariance(sg2.request), sg2.pipeline)


@pytest.mark.parametrize("points", [2, 3, 5, 6, 61])
def test_places_are_all_there_once_the_far_end_first(points):
    order = places(points)
    assert sorted(order) == [*range(1, points)]
    assert order[0] == points - 1
    assert points < 4 or abs(order[1] - (points - 1) / 2) <= 0.5


def test_other_pictures_are_of_the_seeds_that_follow():
    own = ImageState(latent=Latent(2.5, 1.0))
    assert image_of(own, 0) is own
    assert image_of(own, 2).latent == Latent(4.0, 0.0)
    stored = Latent(array=ArrayRef("0" * 64))
    assert image_of(ImageState(latent=stored), 1).latent.array is None
    blended = WBlend(((Latent(1.0), 0.5), (Latent(2.0), 0.5)))
    assert image_of(ImageState(latent=blended), 1).latent == Latent(0.0)
