"""Bent layers: what follows them goes on with the bent output; plans and graphs leave such calls to the reference."""

import pytest
import torch

import gan
from gan.inference import cpu
from gan.inference.low_res import at_resolution, shares
from gan.ops.bending import Bend, bent
from tests.unit.inference.comparing import latents
from tests.unit.networks import tiny
from tests.unit.networks.test_style_offsets import NETWORKS

TURN = (Bend("turn", 40.0), Bend("multiply", 1.5, channels=(0, 1)))


@pytest.mark.parametrize("kind", NETWORKS)
@torch.no_grad()
def test_every_layer_can_be_bent_and_the_image_follows(kind):
    G = NETWORKS[kind]()
    ws = latents(G, count=2)
    plain, names = G.synthesis(ws), G.synthesis.layer_names
    for name in names:
        seen = {}
        image = G.synthesis(ws, bends={name: TURN}, on_layer=lambda layer, x, seen=seen: seen.update({layer: x}))
        own = G.synthesis(ws, capture=name)
        torch.testing.assert_close(seen[name].float(), bent(own, TURN).float())
        assert torch.equal(G.synthesis(ws, bends={name: TURN}, capture=name), seen[name].float())
        assert not torch.equal(image, plain), f"{name} is bent for nothing"
        for before in names[: names.index(name)]:
            assert torch.equal(seen[before].float(), G.synthesis(ws, capture=before)), "layers before stay"
    assert torch.equal(G.synthesis(ws), plain), "nothing of the calls is left behind"


@torch.no_grad()
def test_the_next_layer_reads_the_bent_output():
    G, name = tiny.generator(), "b8.conv1"
    ws = latents(G)
    inverted = {}
    G.synthesis(ws, bends={name: (Bend("multiply", 0.0),)}, on_layer=lambda layer, x: inverted.update({layer: x}))
    assert inverted[name].abs().max() == 0
    assert torch.equal(inverted["b8.torgb"], G.synthesis.b8.torgb.bias[None, :, None, None].expand(1, -1, 8, 8))


@torch.no_grad()
def test_plans_leave_bent_calls_to_the_reference():
    G = tiny.generator()
    ws = latents(G)
    expected = G.synthesis(ws, bends={"b8.conv0": TURN})
    assert cpu.warm_up(G.synthesis)
    with gan.rendered_by() as ways:
        assert torch.equal(G.synthesis(ws, bends={"b8.conv0": TURN}), expected)
        G.synthesis(ws)
    assert ways == ["reference", "plan"]


@torch.no_grad()
def test_low_resolutions_are_bent_alike_and_unknown_layers_refused():
    G = tiny.generator()
    ws = latents(G)
    side = max(shares(G.synthesis))
    small = at_resolution(G.synthesis, side)
    assert not torch.equal(small(ws, bends={"b4.conv1": TURN}), small(ws))
    assert torch.equal(small(ws, bends={"b16.conv1": TURN}), small(ws)), "beyond it"
    with pytest.raises(ValueError, match=r"no layer called 'b9' to bend; choose from b4\.conv1"):
        G.synthesis(ws, bends={"b9": TURN})


def test_gradients_flow_through_bends():
    G = tiny.generator()
    ws = latents(G).requires_grad_()
    G.synthesis(ws, bends={"b8.conv0": TURN}).square().mean().backward()
    assert ws.grad is not None
    assert ws.grad.abs().max() > 0
