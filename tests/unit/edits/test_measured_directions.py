"""Directions of measures on held-out seeds: steady, stronger than components of PCA, and with others kept fixed."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import torch

from benchmarks.editing import measures
from benchmarks.editing.measures import KEPT, Bench
from foundation import seeds
from foundation.specs.editing.defaults import MEASURE_SAMPLES, MEASURE_WORDS
from gan.edits import found as searching
from gan.edits import measures as searches
from gan.edits.found import Found, finished
from gan.edits.looks import Floats
from gan.edits.measures import Draw, Ways, drawing, measure_steps
from gan.images import PLAIN, RenderOptions
from gan.networks.generator import StyleGenerator


class Known(Bench):
    """The same, with what was found kept for other tests."""

    def found(self, words: str, samples: int = MEASURE_SAMPLES) -> Found:
        return self._found(words, samples)

    @cache  # noqa: B019 - one object for the module
    def _found(self, words: str, samples: int) -> Found:
        return super().found(words, samples)


_drawn: dict[tuple[bytes, int], Floats] = {}


def remembering(G: StyleGenerator, options: RenderOptions = PLAIN) -> Draw:
    """Return what draws pictures of the bench's generator, each one once: all searches begin with the same."""
    assert options == PLAIN
    draw = drawing(G)

    def one(ws: torch.Tensor, number: int) -> Floats:
        key = ws.numpy().tobytes(), number
        if key not in _drawn:
            _drawn[key] = draw(ws, number)
        return _drawn[key].copy()

    return one


@pytest.fixture(scope="module")
def bench() -> Iterator[Known]:
    with pytest.MonkeyPatch.context() as patch:
        drawn = cache(seeds.seed_z)
        patch.setattr(searching, "seed_z", lambda *arguments: drawn(*arguments).copy())
        for module in (measures, searches):
            patch.setattr(module, "drawing", remembering)
        yield Known()
        _drawn.clear()


@pytest.fixture(scope="module")
def components(bench) -> dict[str, float]:
    return bench.components(MEASURE_WORDS)


STEADY = {
    **dict.fromkeys(("brighter", "more colourful", "sharper"), 1.0),
    **dict.fromkeys(("redder", "bluer"), 0.9),
    **dict.fromkeys(("more contrast", "larger", "further left"), 0.6),
    **dict.fromkeys(("greener",), 0.5),
}
"""Least share of single seeds in which the measure grows with each of the four steps; 0.3 of the other measures."""


@pytest.mark.parametrize("words", MEASURE_WORDS)
def test_held_out_seeds_get_steadily_more_and_more_than_by_any_component(bench, components, words):
    found = bench.found(words)
    values = bench.values((words,), found.vectors[0] * found.sigma[0])[words]
    assert (np.diff(values.mean(axis=1)) > 0).all(), "from -2 to 2 deviations, the mean of 50 seeds"
    assert (np.diff(values, axis=0) > 0).all(axis=0).mean() >= STEADY.get(words, 0.3)
    assert (values[-1] - values[0]).mean() / 4 > components[words]


@pytest.mark.parametrize(("kept", "found"), KEPT)
def test_a_kept_direction_moves_less_than_half_as_much(bench, kept, found):
    moved, own = bench.kept(kept, found)
    assert abs(moved) < 0.5
    assert own > 0.1, "its own measure still grows"


def test_without_gradients_the_regression_gives_the_direction(bench):
    def found(ways: Ways) -> Found:
        return finished(measure_steps(bench.G, "redder", bench.region, bench.view.reference, ways, samples=64))

    plain = found(Ways(drawing(bench.G)))
    assert plain.names == ("Redder",)
    assert np.linalg.norm(plain.vectors[0]) == pytest.approx(1, abs=1e-5)
    values = bench.values(("redder",), plain.vectors[0] * plain.sigma[0], (-1, 1))["redder"]
    assert values[1].mean() > values[0].mean()
