"""Styles against the published definition of StyleSpace (fixtures/stylespace_parity)."""

import numpy as np
import pytest
import torch

from gan.edits.styles import ChannelOffset, offset_of, style_layers, style_statistics, styles
from tests.parity.edits.published import network, published

CASE = "stylespace_parity"


@pytest.mark.parametrize("name", ["sg2_64", "sg3t_64"])
@torch.no_grad()
def test_styles_and_their_statistics(name):
    meta, arrays = published(CASE)
    said = meta["networks"][name]
    G = network(CASE, said["network"])
    layers = style_layers(G.synthesis)
    assert [layer.channels for layer in layers] == [layer["channels"] for layer in said["layers"]]
    z = torch.from_numpy(np.random.RandomState(5).randn(2000, G.z_dim)).float()
    ws = G.mapping(z, None, truncation_psi=0.7, truncation_cutoff=8)
    found, measured = styles(G.synthesis, ws[:4]), style_statistics(G.synthesis, ws)
    for number, layer in enumerate(layers):
        for key, value in (
            ("S", found[layer.name]),
            ("mean", measured[layer.name][0]),
            ("std", measured[layer.name][1]),
        ):
            expected = arrays[f"{name}/{key}/{number:02d}"]
            np.testing.assert_allclose(value.numpy(), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["sg2_64", "sg3t_64"])
@torch.no_grad()
def test_pictures_with_one_channel_moved(name):
    meta, arrays = published(CASE)
    said, tolerance = meta["networks"][name], 5e-5 if name.startswith("sg3") else 1e-4
    G = network(CASE, said["network"])
    z = torch.from_numpy(np.random.RandomState(5).randn(2000, G.z_dim)).float()
    ws = G.mapping(z[:4], None, truncation_psi=0.7, truncation_cutoff=8)
    layers = style_layers(G.synthesis)
    for number, edit in enumerate(said["edits"]):
        layer, row, channel = layers[edit["layer_index"]], edit["row"], edit["channel"]
        own = float(arrays[f"{name}/S/{edit['layer_index']:02d}"][row, channel])
        deviation = float(arrays[f"{name}/std/{edit['layer_index']:02d}"][channel])
        values, pictures = arrays[f"{name}/edit{number}/values"], arrays[f"{name}/edit{number}/img"]
        for alpha, value, expected in zip(edit["alpha_times_std"], values, pictures, strict=True):
            assert alpha * deviation == pytest.approx(value - own, rel=1e-3), (
                "the value is s + alpha times its deviation"
            )
            offsets = offset_of(G.synthesis, [ChannelOffset(layer.name, channel, float(value) - own)])
            picture = G.synthesis(ws[row : row + 1], noise_mode="const", style_offsets=offsets)
            np.testing.assert_allclose(picture[0].numpy(), expected, rtol=0, atol=tolerance)
