"""Networks given away in the layouts of other programs and opened again draw the same, bit for bit."""

import pytest
import torch

import gan
from gan.io.exports import save_as
from tests.fixtures_path import fixtures
from tests.unit.io.test_exports import networks

WAYS = {
    "state dict": ("state-dict", {}),
    "state dict, resnet": ("state-dict", {"architecture": "resnet"}),
    "rosinality": ("rosinality", {"conv_clamp": None, "num_fp16_res": 0}),
    "rosinality, without its limit": ("rosinality", {}),
}


@torch.no_grad()
def pictures(G):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(3, G.z_dim, generator=generator)
    c = torch.eye(G.c_dim)[:3] if G.c_dim else None
    return G(z, c, 0.7)


@pytest.mark.parametrize("way", WAYS)
def test_a_network_comes_back(tmp_path, way):
    layout, options = WAYS[way]
    nets = networks(**options)
    save_as(tmp_path / "net.pt", nets, layout)
    found = gan.load(tmp_path / "net.pt")
    assert torch.equal(pictures(found.G_ema), pictures(nets.G_ema))
    if layout == "rosinality":
        image = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            assert torch.equal(found.D(image), nets.D(image))


@pytest.mark.parametrize("case", ["sg2_64", "sg3t_64", "sg3r_64"])
def test_a_published_network_comes_back_as_a_state_dict(tmp_path, case):
    nets = gan.load(fixtures() / case / "net.pkl")
    save_as(tmp_path / "net.pt", nets, "state-dict")
    assert torch.equal(pictures(gan.load(tmp_path / "net.pt").G_ema), pictures(nets.G_ema))
