"""Effects of directions as jobs: one picture a step, with the results of the library."""

import numpy as np
import pytest

from gan.edits.effects import effects
from gan.edits.measures import drawing
from renderer.document.directions.effects import Effects, EffectsFound, Fixed
from renderer.document.directions.searches import FoundTable, MeasureSearch, PcaSearch
from renderer.engine.base import Cancelled
from renderer.engine.jobs import begin
from renderer.ipc.protocol import Search
from tests.unit.renderer import tiny


def finish(work, engine, watch=None):
    running, steps = begin(work, engine), []
    while not steps or steps[-1].done < steps[-1].total:
        steps.append(running.step(watch or tiny.Watching()))
    return steps


def measured(work, engine) -> EffectsFound:
    return EffectsFound.of(finish(work, engine)[-1].result)


def vector(bench, seed=0):
    array = np.random.RandomState(seed).randn(16).astype(np.float32)
    return array, bench.pipeline._caches.arrays.add(array)


def test_effects_are_the_librarys_and_come_in_steps(sg2):
    array, ref = vector(sg2)
    steps = finish(Effects(sg2.request, ref, 1, 3), sg2.pipeline)
    found = EffectsFound.of(steps[-1].result)
    wanted = effects(sg2.model.G, array, drawing(sg2.model.G), (1, 2, 3))
    np.testing.assert_allclose(found.by_layer, wanted.by_layer, rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(found.where, wanted.where, rtol=1e-2, atol=1e-5)
    assert [step.done for step in steps] == [*range(1, len(steps) + 1)]
    assert all(step.result is None for step in steps[:-1])


def test_the_one_layer_that_matters_is_where_it_acts(folder):
    bench = tiny.Bench(tiny.save(folder, "sg2", tiny.only(3)))
    _, ref = vector(bench)
    assert measured(Effects(bench.request, ref, 0, 7), bench.pipeline).acting() == (3, 3)


def test_a_step_that_gave_way_to_a_request_is_done_again(sg2):
    _, ref = vector(sg2)
    work = Effects(sg2.request, ref, 0, 7)
    wanted = finish(work, sg2.pipeline)[-1].result
    running, steps, turn = begin(work, sg2.pipeline), [], 0
    while not steps or steps[-1].done < steps[-1].total:
        turn += 1
        try:
            steps.append(running.step(tiny.Watching(cancel_at=0.5 if turn % 2 else 2.0)))
        except Cancelled:
            continue
    assert turn > len(steps) + 5, "pictures were interrupted"
    np.testing.assert_array_equal(steps[-1].result, wanted)


def test_a_style_channel_acts_on_its_layer(sg2):
    name, _ = sg2.pipeline.model(sg2.request, tiny.Watching()).style_layers[2]
    _, ref = vector(sg2)
    found = measured(Effects(sg2.request, ref, 1, 1, name, 3, 2.0), sg2.pipeline)
    assert found.acting() == (1, 1)
    still = measured(Effects(sg2.request, ref, 1, 1, name, 3, 0.0), sg2.pipeline)
    assert still.acting() is None


def test_a_measure_that_keeps_others_comes_with_itself_before_and_moves_them_less(sg2):
    engine, arrays = sg2.pipeline, sg2.pipeline._caches.arrays
    red = FoundTable.of(finish(Search(sg2.request, MeasureSearch("redder", samples=100)), engine)[-1].result)
    kept = arrays.add(red.vectors[0] * red.sigma[0])
    way = MeasureSearch("brighter", samples=100, keep=(Fixed("", kept, words="redder"),))
    table = FoundTable.of(finish(Search(sg2.request, way), engine)[-1].result)
    assert len(table.vectors) == 2
    plain = FoundTable.of(finish(Search(sg2.request, MeasureSearch("brighter", samples=100)), engine)[-1].result)
    np.testing.assert_array_equal(table.vectors[1], plain.vectors[0])
    after, before = (arrays.add(table.vectors[i] * table.sigma[i]) for i in (0, 1))
    fixed = tuple(Fixed(words, kept, 0, 7, words) for words in ("redder", "", "larger"))
    found = measured(Effects(sg2.request, after, 0, 7, before=before, fixed=fixed), engine)
    assert found.kept.shape == (3, 2)
    np.testing.assert_array_equal(found.kept[1], found.kept[2])  # neither has a measure of any picture
    alone = measured(Effects(sg2.request, kept, 0, 7, before=kept, fixed=fixed[:1]), engine)
    np.testing.assert_allclose(alone.kept, 1, atol=1e-5)


def test_a_direction_of_another_network_is_refused(sg2):
    ref = sg2.pipeline._caches.arrays.add(np.ones(5, np.float32))
    with pytest.raises(ValueError, match="choose one of this network"):
        finish(Effects(sg2.request, ref, 0, 7), sg2.pipeline)
    with pytest.raises(ValueError, match="no layer"):
        finish(Effects(sg2.request, vector(sg2)[1], 50, 60), sg2.pipeline)


def test_a_search_that_is_dropped_leaves_nothing(sg2):
    engine = sg2.pipeline
    sg2.render()
    arrays, samples = dict(engine._caches.arrays._arrays), dict(engine._samples._kept)
    for way in (PcaSearch(4000, 5), MeasureSearch("redder", samples=60)):
        running = begin(Search(sg2.request, way), engine)
        for _ in range(3):
            running.step(tiny.Watching())
        del running
        assert dict(engine._caches.arrays._arrays) == arrays
        assert dict(engine._samples._kept) == samples
    before = sg2.picture()
    finish(Search(sg2.request, PcaSearch(4000, 5)), engine)
    np.testing.assert_array_equal(sg2.picture(), before)
