"""Searches for directions as jobs: in steps that let requests pass, with the results of the library."""

import numpy as np
import pytest

from gan.edits.components import pca
from gan.edits.found import sampled_w
from gan.edits.stylespace import stylespace
from gan.edits.weights import sefa
from renderer.document.directions.effects import Fixed
from renderer.document.directions.piles import PileFound
from renderer.document.directions.searches import (
    ChannelTable,
    ClassSearch,
    FoundTable,
    MeasureSearch,
    PcaSearch,
    SefaSearch,
    StyleSpaceSearch,
)
from renderer.engine.jobs import begin
from renderer.ipc.protocol import SampleW, Search, SortPiles
from tests.unit.renderer import tiny


def finish(work, engine):
    running, steps = begin(work, engine), []
    while not steps or steps[-1].done < steps[-1].total:
        steps.append(running.step(tiny.Watching()))
    return steps


def found(work, engine):
    return FoundTable.of(finish(work, engine)[-1].result)


def generator(bench):
    return bench.pipeline.model(bench.request, tiny.Watching()) and bench.model.G


@pytest.fixture
def bare(folder):
    return tiny.Bench(tiny.save(folder, "bare"))


def test_pca_is_the_librarys_and_comes_in_steps(sg2):
    steps = finish(Search(sg2.request, PcaSearch(4000, 5)), sg2.pipeline)
    table, wanted = FoundTable.of(steps[-1].result), pca(generator(sg2), 5, 4000)
    np.testing.assert_array_equal(table.vectors, wanted.vectors)
    np.testing.assert_array_equal(table.sigma, wanted.sigma)
    np.testing.assert_array_equal(table.strength, wanted.strength)
    assert [step.done for step in steps[:-1]] == [*range(1000, 9001, 1000)]
    assert all(step.result is None for step in steps[:-1])


def test_sefa_is_the_librarys(sg2):
    table, wanted = found(Search(sg2.request, SefaSearch(4, (0, 1))), sg2.pipeline), sefa(generator(sg2), 4, (0, 1))
    np.testing.assert_array_equal(table.vectors, wanted.vectors)
    np.testing.assert_array_equal(table.sigma, wanted.sigma)


def test_style_channels_are_the_librarys(sg2):
    layers = [*generator(sg2).synthesis.style_channels]
    steps = finish(Search(sg2.request, StyleSpaceSearch(3, layers[1])), sg2.pipeline)
    table, wanted = ChannelTable.of(steps[-1].result), stylespace(generator(sg2), 3, [layers[1]])
    assert [layers[number] for number in table.layers] == [*wanted.layers]
    np.testing.assert_array_equal(table.channels, wanted.channels)
    np.testing.assert_array_equal(table.indices, wanted.indices)
    np.testing.assert_array_equal(table.sigma, wanted.sigma)
    np.testing.assert_array_equal(table.strength, wanted.strength)
    assert len(steps) > 10, "requests pass between them"
    region = np.zeros(generator(sg2).img_size, np.uint8)
    region[: len(region) // 4] = 255
    inside = StyleSpaceSearch(3, layers[1], sg2.pipeline._caches.arrays.add(region))
    table = ChannelTable.of(finish(Search(sg2.request, inside), sg2.pipeline)[-1].result)
    wanted = stylespace(generator(sg2), 3, [layers[1]], region.astype(np.float32) / 255)
    np.testing.assert_array_equal(table.channels, wanted.channels)
    with pytest.raises(ValueError, match="no layer b999"):
        finish(Search(sg2.request, StyleSpaceSearch(3, "b999")), sg2.pipeline)


def test_classes_need_a_network_with_classes(sg2, cond):
    table = found(Search(cond.request, ClassSearch(0, 1, 50)), cond.pipeline)
    assert table.vectors.shape == (1, 16)
    with pytest.raises(ValueError, match="has no classes"):
        finish(Search(sg2.request, ClassSearch(0, 1)), sg2.pipeline)


def test_a_network_without_z_says_what_it_lacks(bare):
    with pytest.raises(ValueError, match=r"no styles|no w to search"):
        finish(Search(bare.request, SefaSearch()), bare.pipeline)


def test_a_measure_of_a_region_moves_what_it_measures(sg2):
    region = np.zeros((32, 32), np.uint8)
    region[8:24, 8:24] = 255
    way = MeasureSearch("brighter", sg2.pipeline._caches.arrays.add(region), samples=60)
    steps = finish(Search(sg2.request, way), sg2.pipeline)
    table = FoundTable.of(steps[-1].result)
    assert steps[0].done == 1
    assert table.strength[0] > 0.2
    np.testing.assert_allclose(np.linalg.norm(table.vectors, axis=1), 1, rtol=1e-5)
    kept = sg2.pipeline._caches.arrays.add(table.vectors[0])
    fixed = found(Search(sg2.request, MeasureSearch("redder", samples=60, keep=(Fixed("", kept),))), sg2.pipeline)
    assert abs(fixed.vectors[0] @ table.vectors[0]) < 1e-5


def test_w_of_seeds_are_the_librarys(sg2):
    (*_, last) = finish(SampleW(sg2.request, 5, 20), sg2.pipeline)
    np.testing.assert_array_equal(last.result, sampled_w(generator(sg2), 20, first_seed=5).numpy())


def test_two_piles_are_learned_at_once_and_again_with_pictures(sg2):
    work = SortPiles(sg2.request, tuple(range(6)), tuple(range(6, 12)), 0, 20)
    steps = finish(work, sg2.pipeline)
    results = [PileFound.of(step.result) for step in steps if step.result is not None]
    assert len(results) == 2, "one from w, one with the pictures"
    for one in results:
        assert one.vector.shape == (16,)
        assert one.odds.shape == (20,)
        assert 0 <= one.accuracy <= 1
    assert [step.done for step in steps][-2:] == [20, 20]
    (again,) = [step for step in finish(work, sg2.pipeline) if step.result is not None]
    np.testing.assert_allclose(PileFound.of(again.result).vector, results[1].vector, rtol=1e-5)
    with pytest.raises(ValueError, match="left pile has 2 of 4"):
        finish(SortPiles(sg2.request, (0, 1), (2, 3, 4, 5)), sg2.pipeline)
