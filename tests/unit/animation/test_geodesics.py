"""Geodesics between two w."""

import pytest
import torch

from gan.animation.geodesics import energy, geodesic_steps
from gan.latents import slerp
from tests.unit.networks import tiny


def ends(G):
    return G.mapping(tiny.latents(2))[:, 0].detach(), G.mapping.w_avg


def found_by(steps):
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return end.value, told


def circle(first, second, mean, points):
    shares = torch.linspace(0, 1, points + 2)[:, None]
    return mean + slerp((first - mean)[None], (second - mean)[None], shares)


@pytest.mark.parametrize("inference", [False, True])
def test_a_geodesic_changes_the_picture_less_and_stays_on_its_sphere(inference):
    with torch.inference_mode(inference):
        G = tiny.generator()
        (first, second), mean = ends(G)
        offsets, told = found_by(geodesic_steps(G.synthesis, first, second, mean, points=3, iterations=30))
        path = circle(first, second, mean, 3)
        better = path.clone()
        better[1:-1] += offsets
        assert told == [(i, 30) for i in range(1, 31)]
        assert offsets.shape == (3, 8)
        assert energy(G.synthesis, better) < 0.97 * energy(G.synthesis, path)
        radii = [(one - mean).norm(dim=1) for one in (better, path)]
        torch.testing.assert_close(radii[0], radii[1], rtol=1e-4, atol=0)


def test_a_path_that_is_never_better_stays_the_circle():
    G = tiny.generator()
    (first, _), mean = ends(G)
    offsets, _ = found_by(geodesic_steps(G.synthesis, first, first, mean, points=2, iterations=3))
    assert offsets.abs().max() < 1e-5


def test_what_is_shown_is_what_counts():
    G = tiny.generator()
    (first, second), mean = ends(G)
    seen = []

    def truncated(w):
        seen.append(w.shape)
        return torch.lerp(mean, w, 0.0)[:, None].expand(-1, G.num_ws, -1)

    assert energy(G.synthesis, torch.stack([first, second]), truncated) == pytest.approx(0, abs=1e-10)
    found_by(geodesic_steps(G.synthesis, first, second, mean, truncated, points=2, iterations=1))
    assert seen[-1] == (4, 8)
