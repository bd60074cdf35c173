"""Diversity, path lengths and the closest w: figures by the distance at hand, equal to the library's."""

import itertools
import math

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gan
from foundation.specs.editing.distances import DISTANCES
from gan.analysis.diversity import as_batch
from gan.cli.main import main
from gan.images import styles
from gan.metrics.distance import distance_at_hand
from renderer.document.animate import requested
from renderer.document.fitting.closest import ClosestFound
from renderer.document.lens.jobs import MAP_STEP
from renderer.document.parts import Latent, Truncation
from renderer.document.timeline import Key, Timeline, Track
from renderer.engine.base import Cancelled
from renderer.engine.jobs import begin, bends
from renderer.engine.lens.path_map import EPSILON, order
from renderer.ipc.protocol import Changes, ClosestW, Diversity, PathMap
from tests.unit.renderer import tiny
from tests.unit.renderer.lens.test_equivariance import finish

HAND = distance_at_hand()


def test_diversity_is_that_of_the_command_for_the_same_pictures(sg2):
    request = tiny.changed(sg2.request, truncation=Truncation(0.6), latent=Latent(17.0))
    steps = finish(Diversity(request, 6), sg2.pipeline)
    mean, error, count, name = steps[-1].result.tolist()
    network = sg2.request.image.network.source
    done = CliRunner().invoke(
        main, ["diversity", f"--network={network}", "--trunc=0.6", "--num=6", "--device=cpu"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert f"{mean:.4f}" in done.output
    assert f"±{error:.2g}" in done.output
    assert DISTANCES[int(name)] in done.output
    assert count == 6
    assert math.isnan(steps[0].result[0]), "one picture has no pairs"
    assert [step.result[2] for step in steps] == [1, 2, 3, 4, 5, 6]


def test_diversity_goes_on_from_where_it_was_and_follows_psi(sg2):
    def result(psi, pictures):
        return finish(Diversity(tiny.changed(sg2.request, truncation=Truncation(psi)), pictures), sg2.pipeline)

    assert len(result(0.7, 3)) == 3
    assert len(result(0.7, 5)) == 2
    assert result(0.3, 5)[-1].result[0] < result(0.7, 5)[-1].result[0]
    assert result(0.0, 3)[-1].result[0] == 0


def test_steps_of_a_timeline_are_roots_of_the_distance_at_hand(sg2):
    timeline = Timeline(seconds=2.0, tracks=(Track("latent.x", (Key(0.0, 0.0), Key(2.0, 1.0))),))
    steps = finish(Changes(sg2.request, timeline, 12, "distance"), sg2.pipeline)
    found = steps[-1].result
    assert DISTANCES[int(found[-1])] == HAND.name
    assert np.isnan(steps[0].result[:-1]).sum() == 11, "results so far have nothing where nothing was measured"
    assert np.isfinite(found).all()
    shown = [
        as_batch(sg2.pipeline.still(requested(sg2.request, timeline, 2.0 * i / 12), tiny.Watching())) for i in range(13)
    ]
    wanted = [math.sqrt(float(HAND.between(a, b)[0])) for a, b in itertools.pairwise(shown)]
    np.testing.assert_allclose(found[:-1], wanted, rtol=1e-3, atol=1e-6)


def test_steps_at_which_the_curve_bends_are_measured_in_halves(sg2):
    keys = (Key(0.0, 0.0), Key(1.0, 0.1), Key(2.0, 3.0))
    timeline = Timeline(seconds=2.0, tracks=(Track("latent.x", keys),))
    steps = finish(Changes(sg2.request, timeline, 12, "distance", halved=3), sg2.pipeline)
    assert [step.done for step in steps] == list(range(1, 12 + 2 * 3 + 1))
    assert steps[-1].total == 18
    assert np.isnan(steps[11].result[12:-1]).all(), "only once every step is known"
    found = steps[-1].result
    assert len(found) == 12 + 3 * 3 + 1
    halves = found[12:-1].reshape(3, 3)
    assert [int(one) for one in halves[:, 0]] == bends(found[:12], 3)

    def shown(at):
        return as_batch(sg2.pipeline.still(requested(sg2.request, timeline, 2.0 * at / 12), tiny.Watching()))

    for index, first, second in halves:
        places = index, index + 0.5, index + 1
        wanted = [math.sqrt(float(HAND.between(shown(a), shown(b))[0])) for a, b in itertools.pairwise(places)]
        np.testing.assert_allclose((first, second), wanted, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("roots", "count", "wanted"),
    [([1, 1, 1, 5, 1, 1], 1, [3]), ([1, 1, 1, 5, 1, 1], 3, [3, 2, 4]), ([2, 2, 2], 2, []), ([3], 1, []), ([], 1, [])],
)
def test_a_curve_bends_at_its_corners(roots, count, wanted):
    assert bends(np.array(roots, float), count) == wanted


def test_a_field_of_the_map_is_the_path_length_as_ppl_counts_it(sg2):
    request = tiny.changed(sg2.request, latent=Latent(5.0, 0.0))
    steps = finish(PathMap(request, 24, -1, 4, 3), sg2.pipeline)
    name, side, count, *values = steps[-1].result.tolist()
    assert (DISTANCES[int(name)], side, count, len(values)) == (HAND.name, 32, 12, 12)
    assert steps[0].result[2] == 1
    G = sg2.model.G

    def features(x, y):
        places = [(i, j) for j in (0, 1) for i in (math.floor(x), math.floor(x) + 1)]
        weights = [max(0.0, 1 - abs(x - i)) * max(0.0, 1 - abs(y - j)) for i, j in places]
        ws = [styles(G, [i + 100 * j])[0] for i, j in places]
        with torch.no_grad():
            image = G.synthesis(sum(w * s for w, s in zip(weights, ws, strict=True))[None])
        return HAND.of((image + 1) * 127.5)[0].double()

    x, y = 26 * MAP_STEP, 1 * MAP_STEP
    here = features(x, y)
    near = features(x + EPSILON, y), features(x, y + EPSILON)
    wanted = [float((one - here).square().sum()) / EPSILON**2 for one in near]
    assert values[2 * 4 + 2] == pytest.approx(sum(wanted) / 2, rel=0.02)


def test_fields_are_kept_while_only_the_place_changes(sg2):
    def run(first, **changes):
        return finish(PathMap(tiny.changed(sg2.request, **changes), first, 0, 4, 2), sg2.pipeline)

    run(0)
    assert len(run(1, latent=Latent(3.0))) == 2, "one new column"
    assert len(run(1)) == 1
    assert len(run(1, truncation=Truncation(0.5))) == 8


@pytest.mark.parametrize(("columns", "rows"), [(28, 15), (1, 1), (5, 4)])
def test_fields_come_coarse_to_fine_each_once(columns, rows):
    found = list(order(columns, rows))
    assert sorted(found) == sorted((i, j) for i in range(columns) for j in range(rows))
    coarse = math.ceil(columns / 4) * math.ceil(rows / 4)
    assert all(i % 4 == 0 and j % 4 == 0 for i, j in found[:coarse])


@pytest.fixture
def relative(tmp_path):
    return tiny.save(tmp_path, "sg2", tiny.relative("b"))


def closest(bench, request, other, steps):
    found = [ClosestFound.of(one.result) for one in finish(ClosestW(request, other, steps), bench.pipeline)]
    distances = [one.distance for one in found]
    assert distances == sorted(distances, reverse=True), "never worse than before"
    return found


def measured(bench, request, w, other):
    """Distance of the picture of a w to another one's."""
    target = bench.pipeline.still(other, tiny.Watching())
    with torch.no_grad():
        image = bench.model.G.synthesis(torch.from_numpy(w)[None, None].expand(1, bench.model.G.num_ws, -1))
    pixels = ((image + 1) * 127.5).clamp(0, 255)
    return float(HAND.between(pixels, as_batch(target))[0])


def test_the_closest_w_of_the_same_network_is_its_own(sg2):
    request = tiny.changed(sg2.request, latent=Latent(99.0))
    found = closest(sg2, sg2.request, request, 5)
    assert found[-1].distance < 0.005, "8 bits a channel are left"
    np.testing.assert_allclose(found[-1].w, sg2.pipeline.styles(request, tiny.Watching())[0], atol=1e-4)


def test_the_closest_w_is_nearer_than_that_of_the_same_seed_or_any_other(sg2, relative):
    bench = tiny.Bench(relative)
    bench.render()
    other = tiny.changed(sg2.request, latent=Latent(4.0))
    found = closest(bench, bench.request, other, 30)
    assert DISTANCES[found[-1].name] == HAND.name
    own = measured(bench, bench.request, found[-1].w, other)
    seeds = [measured(bench, bench.request, styles(bench.model.G, [seed])[0, 0].numpy(), other) for seed in range(24)]
    assert own < min(seeds)
    assert found[-1].distance == pytest.approx(own, rel=0.05)


def test_networks_of_another_w_have_a_closest_w_too(sg2, sg3):
    other = tiny.changed(sg3.request, latent=Latent(2.0))
    found = closest(sg2, sg2.request, other, 10)
    assert found[-1].distance < found[0].distance
    assert found[-1].w.shape == (16,)


def test_a_step_can_be_interrupted(sg2):
    running = begin(ClosestW(sg2.request, tiny.changed(sg2.request, latent=Latent(9.0)), 3), sg2.pipeline)
    running.step(tiny.Watching())
    stopped = running.step(tiny.Watching(cancel_at=0.0))
    assert (stopped.done, stopped.result) == (1, None)
    assert running.step(tiny.Watching()).done == 2


class Impatient(tiny.Watching):
    """A watch that cancels at a check of its own number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def check(self, share: float) -> None:
        super().check(share)
        if len(self.shares) == self.number:
            raise Cancelled


def test_a_fit_gives_way_between_layers_both_ways_and_is_the_same(sg2, monkeypatch):
    monkeypatch.setattr("renderer.engine.lens.closest.SEEDS", 1)
    sg2.render()
    work, starts = ClosestW(sg2.request, tiny.changed(sg2.request, latent=Latent(9.0)), 2), 3
    layers, pipeline = len(sg2.model.G.synthesis.layer_names), sg2.pipeline
    calm = begin(work, pipeline)
    for _ in range(starts):
        calm.step(tiny.Watching())
    watch = tiny.Watching()
    assert calm.step(watch).done == starts + 1
    assert len(watch.shares) >= 2 * layers - 1, "forward, and back to what depends on w"
    wanted = calm.step(tiny.Watching()).result
    hurried, done, tries = begin(work, pipeline), 0, 0
    while True:
        tries += 1
        step = hurried.step(Impatient(tries))
        if step.done > done:
            done, tries = step.done, 0
        if step.done == step.total:
            break
    np.testing.assert_array_equal(step.result, wanted)


def test_large_networks_are_fitted_at_a_low_resolution(sg2, folder, monkeypatch):
    large = dict(tiny.COMMON, img_resolution=256, channel_base=1024, channel_max=8, c_dim=0)
    monkeypatch.setitem(tiny.ARCHITECTURES, "large", gan.Architecture("stylegan2.Generator", large))
    monkeypatch.setattr("renderer.engine.lens.closest.SEEDS", 2)
    monkeypatch.setattr("renderer.engine.lens.closest.SAMPLES", 100)
    bench = tiny.Bench(tiny.save(folder, "large"))
    found = closest(bench, bench.request, sg2.request, 2)
    assert found[-1].w.shape == (16,)
    assert closest(sg2, sg2.request, bench.request, 2)[-1].distance > 0, "and a small one to a large picture"
