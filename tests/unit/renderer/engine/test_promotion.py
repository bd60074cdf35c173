"""Layers that overflow in half precision: found one after the other, reported to the user, and remembered."""

import pytest
import torch

from gan.networks.steps import is_forced
from renderer.engine import synthesis
from renderer.engine.promotion import finite, notice, promote
from renderer.ipc.protocol import LayerInfo
from tests.unit.renderer.tiny import Bench, Watching, output_key, overflow, save

LAYERS = ("a", "b", "c")


def network(overflows: set[str], damaged: bool = False):
    """Network of three layers in half precision; the given ones overflow unless computed in float32."""

    def draw(force, on_layer):
        x = torch.ones(2)
        for name in LAYERS:
            forced = is_forced(force, name)
            x = x.float() if forced else x.half()
            if (name in overflows and not forced) or damaged:
                x = x * torch.inf
            on_layer(name, x)
        return x.float()

    return draw


def test_only_what_overflows_is_promoted():
    picture, promoted = promote(network({"a", "c"}), frozenset())
    assert promoted == {"a", "c"}
    assert finite(picture)


def test_earlier_promotions_stay():
    assert promote(network({"a", "c"}), frozenset({"a"}))[1] == {"a", "c"}


def test_damaged_weights_promote_nothing():
    picture, promoted = promote(network(set(), damaged=True), frozenset())
    assert promoted == frozenset()
    assert not finite(picture)


def test_a_large_sum_is_not_an_overflow():
    assert finite(torch.full((8,), 3e38))
    assert not finite(torch.tensor([1.0, torch.nan]))


def test_the_notice():
    assert notice(frozenset()) == ""
    assert notice(frozenset({"b8.conv0"})) == ("Layer b8.conv0 overflows in half precision and is computed in float32.")
    assert notice(frozenset({"b", "a"})).startswith("Layers a, b overflow in half")


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_a_render_promotes_and_tells(kind, tmp_path, monkeypatch):
    bench = Bench(save(tmp_path, kind, notice="A test."))
    bench.render()
    model = bench.pipeline._models.get(bench.request.image.network, "cpu", lambda share: None)
    name = model.G.synthesis.layer_names[2]
    forces = overflow(model, name, monkeypatch)
    ws = torch.zeros(1, model.G.num_ws, model.G.w_dim)
    for _ in range(2):
        done = synthesis.run(model, ws, output_key(), Watching().check)
        assert finite(done.outputs[None])
    assert model.promoted == {name}
    assert forces[-1] == {name}
    assert model.current_info.notice == f"A test. {notice(model.promoted)}"
    assert isinstance(model.layers[name], LayerInfo)
