"""Directions of measures on held-out seeds: steady, stronger than components of PCA, and with others kept fixed."""

import numpy as np
import pytest
import torch

from foundation.bundled import DEMO
from gan.edits.boundaries import keeping_fixed
from gan.edits.components import pca
from gan.edits.found import deviations, sampled_w
from gan.edits.measures import MEASURES, PSI, View, measure_direction
from gan.images import load_generator, render, styles

SEEDS, BATCH = 50, 25


class Bench:
    """The demo network, 50 seeds that no search has seen, and the middle of the picture."""

    def __init__(self) -> None:
        self.G = load_generator(str(DEMO), "cpu")
        side = self.G.img_resolution
        self.region = np.zeros((side, side), np.float32)
        self.region[side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
        self.view = View(self.region, np.asarray(render(self.G, styles(self.G, [0], psi=0.7)[0]) / 255, np.float32))
        w = sampled_w(self.G, SEEDS, first_seed=5000)
        self.w = self.G.mapping.mean + PSI * (w - self.G.mapping.mean)

    def found(self, words: str):
        return measure_direction(self.G, words, self.region, self.view.reference)

    @torch.no_grad()
    def values(self, words: str, move: np.ndarray, steps=(-2, -1, 0, 1, 2)) -> np.ndarray:
        """Measure the seeds at steps along a direction: [steps, seeds]."""
        rows = []
        for step in steps:
            row = []
            for part in torch.split(self.w + step * torch.from_numpy(move).float(), BATCH):
                ws = part[:, None].expand(-1, self.G.num_ws, -1).contiguous()
                images = (self.G.synthesis(ws, noise_mode="const").clamp(-1, 1) + 1) / 2
                row += [MEASURES[words](one, self.view) for one in images.permute(0, 2, 3, 1).numpy()]
            rows.append(row)
        return np.array(rows)

    def effect(self, words: str, vector: np.ndarray, sigma: float) -> float:
        """Return the mean change of a measure by one standard deviation."""
        low, high = self.values(words, vector * sigma, (-1, 1))
        return float((high - low).mean()) / 2


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def test_each_held_out_seed_gets_steadily_more_and_more_than_by_any_component(bench):
    colourful = bench.found("more colourful")
    along = bench.values("more colourful", colourful.vectors[0] * colourful.sigma[0])
    assert (np.diff(along, axis=0) > 0).all(), "from -2 to 2 deviations, each of the 50 seeds"
    own = (along[-1] - along[0]).mean() / 4
    components = pca(bench.G, 20, 10_000)
    for vector, sigma in zip(components.vectors, components.sigma, strict=True):
        low, high = bench.values("more colourful", vector * sigma, (-2, 2))
        assert abs((high - low).mean()) / 4 < own


def test_a_kept_direction_moves_less_than_half_as_much(bench):
    kept, plain = bench.found("redder"), bench.found("bluer")
    fixed = keeping_fixed(plain.vectors[0], [kept.vectors[0]]).astype(np.float32)
    sigma = float(deviations(bench.G, fixed[None])[0])
    before = bench.effect("redder", plain.vectors[0], float(plain.sigma[0]))
    after = bench.effect("redder", fixed, sigma)
    assert before < -bench.effect("redder", kept.vectors[0], float(kept.sigma[0])), "bluer is less red, and much so"
    assert abs(after) < abs(before) / 2
    own = [bench.effect("bluer", plain.vectors[0], float(plain.sigma[0])), bench.effect("bluer", fixed, sigma)]
    assert own[1] > own[0] / 2, "its own measure still grows"
