"""The networks implement the protocols, and any runner can take over a call."""

import inspect

import pytest
import torch

from gan.networks import build_discriminator, build_generator, protocol, synthesis
from gan.networks.discriminator import StyleDiscriminator
from gan.networks.generator import StyleGenerator
from gan.networks.mapping import MappingNetwork
from gan.networks.synthesis import StyleSynthesis
from tests.unit.networks import tiny

SIZES = {"z_dim": 4, "c_dim": 0, "w_dim": 4, "img_resolution": 16, "img_channels": 3, "channel_base": 64}


def arguments(function):
    """Names, kinds and defaults of a signature, `**options` written out."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found |= dict.fromkeys(protocol.SynthesisOptions.__annotations__)
        else:
            found[name] = None
    return set(found)


@pytest.mark.parametrize(
    ("network", "asked"),
    [
        (StyleSynthesis, protocol.Synthesis),
        (MappingNetwork, protocol.Mapping),
        (StyleGenerator, protocol.Generator),
        (StyleDiscriminator, protocol.Discriminator),
    ],
)
def test_every_argument_is_in_the_protocol(network, asked):
    assert arguments(network.forward) == arguments(asked.__call__)


@pytest.mark.parametrize("name", ["stylegan1", "stylegan2", "stylegan3"])
def test_attributes_and_layers(name):
    G = build_generator(f"{name}.Generator", **SIZES)
    for network, asked in (
        (G, protocol.Generator),
        (G.synthesis, protocol.Synthesis),
        (G.mapping, protocol.Mapping),
    ):
        for attribute, kind in asked.__annotations__.items():
            value = getattr(network, attribute)
            assert isinstance(value, kind if isinstance(kind, type) else kind.__origin__), attribute
    seen = {}
    G.synthesis(torch.zeros(1, G.num_ws, 4), on_layer=lambda layer, x: seen.update({layer: tuple(x.shape[2:])}))
    assert seen == {layer: G.synthesis.layer_size(layer) for layer in G.synthesis.layer_names}
    assert all(0 < G.synthesis.image_share(layer) <= 1 for layer in G.synthesis.layer_names)
    assert G.synthesis.image_share(G.synthesis.layer_names[-1]) == 1


def test_a_runner_takes_calls_without_gradients_over_and_may_leave_them(monkeypatch):
    G = tiny.generator()
    ws = torch.zeros(1, G.num_ws, tiny.W)
    calls = []

    def runner(network, call):
        calls.append((network, call.capture, call.noise.mode))
        return torch.zeros(3) if call.capture else None

    monkeypatch.setattr(synthesis, "_runners", [])
    expected = G.synthesis(ws)
    assert synthesis.register_runner(runner) is runner
    assert torch.equal(G.synthesis(ws), expected)
    assert not calls, "gradients are for the reference"
    with torch.no_grad():
        assert torch.equal(G.synthesis(ws, noise_mode="none", capture="b4.conv1"), torch.zeros(3))
        assert torch.equal(G.synthesis(ws), expected)
        G(tiny.latents())
    assert calls == [(G.synthesis, "b4.conv1", "none"), (G.synthesis, None, "const"), (G.synthesis, None, "const")]


def test_networks_of_another_kind_are_refused_by_name():
    with pytest.raises(ValueError, match=r"stylegan2\.Generator is no discriminator"):
        build_discriminator("stylegan2.Generator", **SIZES)
    with pytest.raises(ValueError, match=r"stylegan2\.Discriminator is no generator"):
        build_generator("stylegan2.Discriminator", c_dim=0, img_resolution=16, img_channels=3)


@pytest.mark.parametrize("name", ["stylegan2", "stylegan3"])
def test_only_growing_networks_have_a_level_of_detail(name):
    G = build_generator(f"{name}.Generator", **SIZES)
    ws = torch.zeros(1, G.num_ws, 4)
    assert torch.equal(G.synthesis(ws, lod=0.0), G.synthesis(ws))
    with pytest.raises(ValueError, match="cannot grow"):
        G.synthesis(ws, lod=1.0)
    D = build_discriminator("stylegan2.Discriminator", c_dim=0, img_resolution=16, img_channels=3, channel_base=64)
    with pytest.raises(ValueError, match="cannot grow"):
        D(torch.zeros(1, 3, 16, 16), lod=1.0)
