"""Documents with the weights of several networks: equal to the library's blends, and made anew in part only."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import gan
from gan.edits.blend import MAPPING, blended, layers_of
from gan.inference import cpu, low_res
from gan.inference.cpu import plans
from renderer.document.animate import requested
from renderer.document.directions.searches import SefaSearch
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import PICTURE, LayerWeights, Network, Search, ThumbnailRequest, Weights
from tests.unit.renderer import tiny
from tests.unit.renderer.tiny import Watching

KINDS = ("sg1", "sg2", "sg3")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files of a network of each kind, and of two that could have been trained from it."""
    folder = tmp_path_factory.mktemp("networks")
    found = {kind: tiny.save(folder, kind) for kind in (*KINDS, "cond")}
    for kind in KINDS:
        for name in ("b", "c"):
            (folder / name).mkdir(exist_ok=True)
            found[f"{kind}-{name}"] = tiny.save(folder / name, kind, tiny.relative(name, kind))
    return found


def bench(files, kind):
    return tiny.Bench(files[kind])


def saved_blend(folder, files, kind, layers, others=("b",)):
    """The file of a blend that the library makes."""
    networks = [gan.load(files[f"{kind}-{name}"], kernels="off").G_ema for name in others]
    G = blended(tiny.network(kind), networks, layers)
    return tiny.save(folder, kind, G)


def weights(files, kind, amount=0.5, place=slice(2, 5), name="b", **more):
    names = [one for one in layers_of(tiny.network(kind)) if one != MAPPING][place]
    return Weights(tuple(LayerWeights(one, Network(files[f"{kind}-{name}"]), amount) for one in names), **more)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amount", [0.0, 0.3, 1.0])
def test_a_live_blend_draws_the_bytes_of_the_saved_one(files, tmp_path, kind, amount):
    some = weights(files, kind, amount)
    live = bench(files, kind).picture(weights=some)
    saved = saved_blend(tmp_path, files, kind, {one.layer: ((0, amount),) for one in some.layers})
    np.testing.assert_array_equal(live, tiny.Bench(saved).picture())


@pytest.mark.parametrize("kind", KINDS)
def test_amounts_of_0_and_1_are_the_networks(files, kind):
    room, everywhere = bench(files, kind), slice(None)
    plain = room.picture()
    np.testing.assert_array_equal(room.picture(weights=weights(files, kind, 0.0, everywhere)), plain)
    whole = weights(files, kind, 1.0, everywhere, mapping=Network(files[f"{kind}-b"]))
    np.testing.assert_array_equal(room.picture(weights=whole), bench(files, f"{kind}-b").picture())
    np.testing.assert_array_equal(room.picture(), plain)


def test_mapping_of_another_network_and_blended(files, tmp_path):
    room = bench(files, "sg2")
    some = weights(files, "sg2", 0.5, slice(0, 6))
    parts = {one.layer: ((0, 0.5),) for one in some.layers}
    rows = sum(map(len, room.render().model.blend_rows))
    for more, share in (({"mapping": Network(files["sg2-b"])}, 1.0), ({"mapping_blended": True}, 0.5 * 6 / rows)):
        live = room.picture(weights=replace(some, **more), truncation=tiny_truncation())
        saved = tiny.Bench(saved_blend(tmp_path, files, "sg2", {**parts, MAPPING: ((0, share),)}))
        np.testing.assert_array_equal(live, saved.picture(truncation=tiny_truncation()))


def tiny_truncation():
    from renderer.document.parts import Truncation

    return Truncation(0.4)


def test_shares_of_two_networks_in_one_layer(files, tmp_path):
    networks = [Network(files["sg2-b"]), Network(files["sg2-c"])]
    some = Weights((LayerWeights("b8.conv0", networks[0], 0.25), LayerWeights("b8.conv0", networks[1], 0.5)))
    live = bench(files, "sg2").picture(weights=some)
    saved = saved_blend(tmp_path, files, "sg2", {"b8.conv0": ((0, 0.25), (1, 0.5))}, ("b", "c"))
    np.testing.assert_array_equal(live, tiny.Bench(saved).picture())


def test_networks_that_do_not_fit_are_left_out_and_named(files):
    room = bench(files, "sg2")
    some = Weights((LayerWeights("b8.conv0", Network(files["sg3"])), LayerWeights("b9.conv0", Network(files["sg2-b"]))))
    rendered = room.render(weights=some)
    np.testing.assert_array_equal(dict(rendered.images)[PICTURE], room.picture())
    first, second = rendered.model.others
    assert first.misfit == "another kind: StyleGAN3-R, A is StyleGAN2"
    assert (second.misfit, second.network, second.title) == ("", Network(files["sg2-b"]), "sg2.safetensors")
    assert len(second.sha256) == len(second.fingerprint) == 64
    assert room.render().model.others == ()


def test_a_mapping_network_that_does_not_fit_stays_out_of_a_blended_one(files):
    room = bench(files, "sg2")
    some = Weights((LayerWeights("b8.conv0", Network(files["cond"])),), mapping_blended=True)
    (other,) = room.render(weights=some).model.others
    assert other.misfit == "it has 3 classes, A has none"
    without = replace(some, mapping_blended=False)
    np.testing.assert_array_equal(room.picture(weights=some), room.picture(weights=without))
    assert room.render(weights=replace(without, mapping=Network(files["cond"]))).model.c_dim == 3


def test_a_missing_network_is_named(files, tmp_path):
    room = bench(files, "sg2")
    some = Weights((LayerWeights("b8.conv0", Network(str(tmp_path / "gone.pkl"))),))
    with pytest.raises(gan.NotFoundError, match=r"gone\.pkl"):
        room.render(weights=some)


def test_only_the_layers_concerned_are_made_anew(files):
    room = bench(files, "sg2")
    room.render(weights=weights(files, "sg2", 0.5))
    blends = room.pipeline._models._blends
    assert blends.made == 3
    some = weights(files, "sg2", 0.5)
    changed = Weights((*some.layers[:-1], replace(some.layers[-1], amount=0.6)))
    room.render(weights=changed)
    assert blends.made == 4
    room.render(weights=some)  # again: from the cache
    assert blends.made == 4
    room.render(weights=changed, truncation=tiny_truncation())
    assert blends.made == 4


def test_memory_of_blends_is_bounded(files):
    room = bench(files, "sg2")
    blends = room.pipeline._models._blends
    for i in range(60):
        room.render(weights=weights(files, "sg2", i / 100 + 0.01))
    assert len(blends._blends.values()) <= 16
    assert len(room.pipeline._models._blended.values()) <= 16
    assert len(room.pipeline._models._cache.values()) <= 3


def test_results_of_an_earlier_blend_are_not_taken_for_another(files):
    room, fresh = bench(files, "sg2"), bench(files, "sg2")
    pictures = [room.picture(weights=weights(files, "sg2", amount)) for amount in (0.2, 0.8, 0.2, 0.5)]
    np.testing.assert_array_equal(pictures[0], pictures[2])
    assert len({picture.tobytes() for picture in pictures}) == 3
    np.testing.assert_array_equal(fresh.picture(weights=weights(files, "sg2", 0.5)), pictures[3])


def test_thumbnails_of_blends_are_their_own(files):
    room = bench(files, "sg2")
    requests = [tiny.changed(room.request, weights=weights(files, "sg2", amount)) for amount in (0.0, 1.0)]
    wanted = [ThumbnailRequest(str(i), request, 32) for i, request in enumerate(requests)]
    small = [room.pipeline.thumbnails([one], False, tiny.Watching())[0].pixels for one in wanted]
    assert not np.array_equal(*small)


# -- plans --


@pytest.fixture
def kernels(monkeypatch):
    monkeypatch.setenv("STYLESCOPE_KERNELS", "on")
    if not cpu.available():
        pytest.skip("numba is not installed")


def followed(kind, amounts, sides=()):
    """A blend whose plans follow those of its first network, and one with plans of its own."""
    first, second = tiny.network(kind), tiny.relative("b", kind)
    cpu.warm_up(first.synthesis)
    cpu.warm_up_fast(first.synthesis)
    cpu.warm_up_low_res(first.synthesis)
    names = [name for name in layers_of(first) if name != MAPPING]
    own, like = None, first.synthesis
    for amount in amounts:
        layers = dict.fromkeys(names[1:4], ((0, amount),))
        own = blended(first, [second], layers).synthesis
        low_res.follow(own, like)
        for side in (0, *sides):
            assert cpu.follow(own, like, side, fast=True)
        like = own
    alone = blended(first, [second], layers).synthesis
    cpu.warm_up(alone)
    cpu.warm_up_fast(alone)
    cpu.warm_up_low_res(alone)
    return first.synthesis, own, alone


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
@torch.no_grad()
def test_a_plan_that_follows_is_the_plan(kernels, kind):
    sides = tuple(low_res.shares(tiny.network(kind).synthesis))
    first, own, alone = followed(kind, (0.25, 0.75, 0.5), sides)
    ws = torch.randn(1, own.num_ws, own.w_dim, generator=torch.Generator().manual_seed(5))
    for side in (0, *sides):
        a, b, c = (low_res.at_resolution(one, side) if side else one for one in (own, alone, first))
        for precision in ("exact", "fast"):
            with cpu.rendering(precision):
                found, wanted, before = a(ws), b(ws), c(ws)
            assert torch.equal(found, wanted), (side, precision)
            assert not torch.equal(found, before), (side, precision)


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_a_plan_shares_the_layers_that_are_the_same(kernels, kind):
    first, own, _ = followed(kind, (0.5,))
    before, after = plans.entries[first].plan, plans.entries[own].plan
    layers = [
        [one for block in plan._blocks for one in (block.conv0, block.conv1) if one] if kind == "sg2" else plan._layers
        for plan in (before, after)
    ]
    shared = [a is b for a, b in zip(*layers, strict=True)]
    assert shared.count(False) in (2, 3)
    assert shared.count(True) == len(shared) - shared.count(False)


def test_the_pipeline_draws_blends_by_plans(kernels, files, monkeypatch):
    from gan.networks.synthesis import rendered_by
    from renderer.engine.pipeline import Pipeline

    room = tiny.Bench(files["sg2"])
    room.pipeline = Pipeline(wait_for_kernels=True)
    room.render()
    with rendered_by() as ways:
        room.render(weights=weights(files, "sg2", 0.5))
    assert ways == ["plan"]


# -- the timeline --


def test_keys_of_amounts(files):
    room = bench(files, "sg2")
    keys = tuple(Key(t, weights(files, "sg2", amount)) for t, amount in ((0.0, 0.0), (1.0, 1.0), (2.0, 0.5)))
    timeline = Timeline((Track("weights", keys, "linear"),), seconds=2.0, loop=False)
    at = requested(room.request, timeline, 0.25).image.weights
    assert [(one.layer, one.amount) for one in at.layers] == [(one.layer, 0.25) for one in keys[0].value.layers]
    assert requested(room.request, timeline, 1.0).image.weights == keys[1].value
    smooth = Timeline((Track("weights", keys),), seconds=2.0, loop=True)
    amounts = [
        one.amount for t in np.linspace(0, 2, 50) for one in requested(room.request, smooth, t).image.weights.layers
    ]
    assert min(amounts) >= 0
    assert max(amounts) <= 1


def test_keys_of_two_networks_blend_both(files):
    room = bench(files, "sg2")
    keys = (Key(0.0, weights(files, "sg2", 1.0)), Key(1.0, weights(files, "sg2", 0.5, name="c")))
    timeline = Timeline((Track("weights", keys, "linear"),), seconds=1.0, loop=False)
    at = requested(room.request, timeline, 0.5).image.weights
    assert [(one.network.source, one.amount) for one in at.layers[:2]] == [
        (files["sg2-b"], 0.5),
        (files["sg2-c"], 0.25),
    ]
    assert len(at.layers) == 6


def test_a_network_that_was_read_for_a_blend_is_made_ready_when_it_is_opened(files):
    room = bench(files, "sg2")
    room.render(weights=weights(files, "sg2"))
    models = room.pipeline._models
    other = Network(files["sg2-b"])
    assert models.cached(other, "cpu") is None
    assert models.get(other, "cpu", lambda share: None).plans is not None
    assert models.cached(other, "cpu") is not None


def test_a_search_looks_at_the_blend_that_is_shown(files, tmp_path):
    shares = weights(files, "sg2", 0.5)
    room = bench(files, "sg2")
    rows = {one.layer: ((0, 0.5),) for one in shares.layers}
    whole = tiny.Bench(saved_blend(tmp_path, files, "sg2", rows))
    blend, alone = (
        searched(one.pipeline, Search(tiny.changed(one.request, **changes), SefaSearch(4)))
        for one, changes in ((room, {"weights": shares}), (whole, {}))
    )
    np.testing.assert_array_equal(blend, alone)
    assert not np.array_equal(blend, searched(room.pipeline, Search(room.request, SefaSearch(4))))


def searched(pipeline, work):
    steps = pipeline.search(work, Watching())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
