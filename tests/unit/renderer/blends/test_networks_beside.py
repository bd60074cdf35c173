"""Jobs about networks beside the open one: what is said of them, and how different their images look."""

import numpy as np
import pytest
import torch

from foundation.specs.editing.distances import DISTANCES
from gan.metrics.distance import distance_at_hand
from renderer.engine.jobs import begin
from renderer.engine.models import AHEAD, CACHED
from renderer.ipc.protocol import Describe, Latent, Network, NetworkFacts, PerceptualDistance, ReadAhead, Weights
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return {kind: tiny.save(folder, kind) for kind in ("sg2", "sg3", "cond", "tall")}


def result(work, bench):
    running = begin(work, bench.pipeline)
    while True:
        step = running.step(tiny.Watching())
        if step.done == step.total:
            return step.result


def test_a_network_is_described_with_what_does_not_fit(files):
    bench = tiny.Bench(files["sg2"])

    def facts(kind):
        return NetworkFacts.of(result(Describe(bench.request, Network(files[kind])), bench))

    same, other = facts("sg2"), facts("sg3")
    assert (same.title, same.family, same.w_dim, same.misfit, same.w_misfit) == (
        "sg2.safetensors", "StyleGAN2", 16, "", "",
    )  # fmt: skip
    tensors = [*tiny.network("sg2").parameters(), *tiny.network("sg2").buffers()]
    assert same.nbytes == sum(x.nbytes for x in tensors)
    assert other.misfit == "another kind: StyleGAN3-R, A is StyleGAN2"
    if other.num_ws != same.num_ws:
        assert other.w_misfit == f"it takes {other.num_ws} w vectors, A has {same.num_ws}"


def test_facts_of_a_network_survive_packing():
    facts = NetworkFacts("a.pkl", "StyleGAN2", 32, 16, 16, 3, 8, 1234, "12 layers, A has 16", "")
    assert NetworkFacts.of(facts.packed()) == facts


def test_the_distance_is_that_at_hand_and_0_for_the_same_image(files):
    bench = tiny.Bench(files["sg2"])
    other = tiny.changed(bench.request, latent=Latent(7.0))
    value, name = result(PerceptualDistance(other, bench.request), bench)
    hand = distance_at_hand()
    a, b = (torch.from_numpy(bench.picture(latent=Latent(x))[..., :3].copy()).permute(2, 0, 1)[None] for x in (7, 0))
    assert DISTANCES[int(name)] == hand.name
    assert value == pytest.approx(float(hand.between(a, b)[0]), rel=1e-5)
    assert value > 0
    assert result(PerceptualDistance(bench.request, bench.request), bench)[0] == 0


def test_with_the_mapping_of_a_both_draw_one_w(files, tmp_path):
    other = tiny.save(tmp_path, "sg2", tiny.relative("b"))
    own, mapped = tiny.Bench(files["sg2"]), Weights(mapping=Network(files["sg2"]))
    request = tiny.changed(tiny.Bench(other).request, weights=mapped)
    np.testing.assert_array_equal(
        own.pipeline.styles(request, tiny.Watching()), own.pipeline.styles(own.request, tiny.Watching())
    )


def test_thirty_networks_looked_at_one_after_the_other_stay_within_the_limit(tmp_path):
    """Only the last few stay in memory: those of one picture and those read ahead."""
    folders = [tmp_path / str(i) for i in range(30)]
    for folder in folders:
        folder.mkdir()
    paths = [tiny.save(folder, "sg2", tiny.relative(folder.name)) for folder in folders]
    bench = tiny.Bench(paths[0])
    for path in paths:
        request = tiny.changed(bench.request, network=Network(path))
        assert result(ReadAhead(request), bench)[0] == 1
        NetworkFacts.of(result(Describe(bench.request, Network(path)), bench))
        bench.pipeline.still(request, tiny.Watching(), keep=True)
    assert len(bench.pipeline._models._cache.values()) <= CACHED + AHEAD
