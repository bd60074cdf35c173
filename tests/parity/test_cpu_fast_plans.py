"""Images of the precision "fast": their difference from exact ones, for networks that were trained or calibrated."""

import pytest
import torch

import gan
from foundation.bundled import ASSETS
from gan.inference import cpu
from gan.inference.cpu import stylegan3
from gan.inference.low_res import at_resolution, shares
from tests.fixtures_path import fixtures

LIMIT = 0.01
"""Largest root mean square of the difference, relative to that of the exact images' difference from their means."""
SMALLEST = 32
"""Lowest resolution that is ever shown."""
BUNDLED = ("demo.safetensors", "pattern-t-128.safetensors")
CASES = ("sg1_tf_64", "sg2_64", "sg2_resnet_32", "sg2ada_cond_32", "sg2_tf_64", "sg3t_64", "sg3r_64")


def difference(fast, exact):
    contrast = (exact - exact.mean(dim=(2, 3), keepdim=True)).square().mean().sqrt()
    return float((fast - exact).square().mean().sqrt() / contrast)


@pytest.mark.parametrize("name", [*BUNDLED, *CASES])
@torch.no_grad()
def test_fast_images_hardly_differ(name, monkeypatch):
    monkeypatch.setattr(stylegan3, "NARROW", 0)  # as of networks that are large enough for it to pay
    path = ASSETS / name if name in BUNDLED else fixtures() / name / "net.pkl"
    G = gan.load(path, only=("G_ema",), kernels="off").G_ema
    assert cpu.warm_up(G.synthesis)
    if not cpu.warm_up_fast(G.synthesis):
        pytest.skip("this CPU multiplies no bfloat16 numbers")
    cpu.warm_up_low_res(G.synthesis)
    z = torch.randn(4, G.z_dim, generator=torch.Generator().manual_seed(1)) if G.z_dim else None
    c = torch.eye(G.c_dim)[:1].expand(4, -1) if G.c_dim else None
    ws = torch.split(G.mapping(z, c, truncation_psi=0.7), 1)
    for side in (*(side for side in shares(G.synthesis) if side >= SMALLEST), G.img_resolution):
        synthesis = at_resolution(G.synthesis, side)
        exact = torch.cat([synthesis(one) for one in ws])
        with cpu.rendering("fast"), gan.rendered_by() as ways:
            fast = torch.cat([synthesis(one) for one in ws])
        assert ways == ["fast plan"] * len(ws)
        assert 0 < difference(fast, exact) < LIMIT
