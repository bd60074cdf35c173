"""Plans of the precision "fast"."""

import pytest
import torch

import gan
from gan.inference import cpu
from gan.inference.cpu import plans, precision
from gan.inference.low_res import at_resolution, shares
from gan.ops.cpu.halves import PARTS, scaled, split_weight
from tests.unit.inference.comparing import latents, stylegan3
from tests.unit.networks import tiny


@pytest.fixture(autouse=True)
def _able(monkeypatch):
    """As if the CPU had the instructions: PyTorch computes the same without them."""
    monkeypatch.setattr(precision, "has_fast", lambda: True)


NETWORKS = {
    "stylegan2": tiny.generator,
    "stylegan3-t": stylegan3,
    "stylegan3-r": lambda: stylegan3(conv_kernel=1, use_radial_filters=True),
}


def fast_image(synthesis, ws, **arguments):
    with torch.no_grad(), cpu.rendering("fast"), gan.rendered_by() as ways:
        image = synthesis(ws, **arguments)
    return image, ways


def is_near(fast, exact):
    return 0 < (fast - exact).square().mean().sqrt() < 0.02 * exact.std()


@pytest.mark.parametrize("kind", NETWORKS)
@torch.no_grad()
def test_fast_images_are_near_the_exact_ones_in_every_layer(kind):
    G = NETWORKS[kind]()
    ws = latents(G)
    assert cpu.warm_up(G.synthesis)
    exact = G.synthesis(ws)
    assert fast_image(G.synthesis, ws)[1] == ["plan"], "until there is a fast one"
    assert cpu.warm_up_fast(G.synthesis)
    fast, ways = fast_image(G.synthesis, ws)
    assert ways == ["fast plan"]
    assert is_near(fast, exact)
    assert torch.equal(G.synthesis(ws), exact), "what is not asked to be fast stays exact"
    for name in G.synthesis.layer_names:
        own = fast_image(G.synthesis, ws, capture=name)[0]
        whole = G.synthesis(ws, capture=name)
        assert own.dtype == torch.float32
        assert own.shape == whole.shape
        assert (own - whole).abs().max() < 0.05 * whole.abs().max()


@pytest.mark.parametrize("kind", ["stylegan2", "stylegan3-t"])
@torch.no_grad()
def test_low_resolutions_are_fast_too(kind):
    G = tiny.generator() if kind == "stylegan2" else stylegan3(img_resolution=64, channel_base=800)
    ws = latents(G)
    cpu.warm_up(G.synthesis)
    cpu.warm_up_fast(G.synthesis)
    cpu.warm_up_low_res(G.synthesis)
    for side in shares(G.synthesis):
        small = at_resolution(G.synthesis, side)
        fast, ways = fast_image(small, ws)
        assert ways == ["fast plan"]
        assert is_near(fast, small(ws))


@torch.no_grad()
def test_a_fast_plan_follows_its_network():
    G = tiny.generator()
    ws = latents(G)
    cpu.warm_up(G.synthesis)
    cpu.warm_up_fast(G.synthesis)
    G.synthesis.b16.conv1.weight.mul_(1.5)
    G.synthesis.b16.conv1.bias.add_(1)
    fast, ways = fast_image(G.synthesis, ws)
    assert ways == ["fast plan"]
    assert is_near(fast, G.synthesis(ws))


@torch.no_grad()
def test_without_the_instructions_the_exact_plan_runs(monkeypatch):
    monkeypatch.setattr(precision, "has_fast", lambda: False)
    G = tiny.generator()
    ws = latents(G)
    assert not cpu.warm_up_fast(G.synthesis), "not without a plan"
    cpu.warm_up(G.synthesis)
    assert not cpu.warm_up_fast(G.synthesis)
    image, ways = fast_image(G.synthesis, ws)
    assert ways == ["plan"]
    assert torch.equal(image, G.synthesis(ws))
    assert plans.entries[G.synthesis].fast is None


@pytest.mark.parametrize(
    ("capabilities", "able"),
    [({"amx_bf16": True}, True), ({"avx512_bf16": True, "amx_bf16": False}, True), ({"avx512_f": True}, False)],
)
def test_the_instructions_are_those_that_the_processor_names(monkeypatch, capabilities, able):
    monkeypatch.undo()
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert precision.has_fast.__wrapped__() == able


def test_numbers_are_rounded_as_pytorch_rounds_them():
    x = torch.randn(1, 16, 5, 7, generator=torch.Generator().manual_seed(0)) * 1e3
    x[0, :6, 0, 0] = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 3.4e38])
    x = x.contiguous(memory_format=torch.channels_last)
    scale = torch.rand(16, generator=torch.Generator().manual_seed(1)) + 0.5
    expected = (x * scale[:, None, None]).bfloat16()
    assert torch.equal(scaled(x, scale).isnan(), expected.isnan())
    torch.testing.assert_close(scaled(x, scale), expected, rtol=0, atol=0, equal_nan=True)


def test_split_numbers_keep_sixteen_bits():
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(1, 32, 4, 4, generator=generator).contiguous(memory_format=torch.channels_last)
    weight, scale = torch.randn(32, 8, generator=generator), torch.rand(32, generator=generator)
    parts = scaled(x, scale, PARTS).permute(0, 2, 3, 1).reshape(16, -1).double()
    expected = (x * scale[:, None, None]).permute(0, 2, 3, 1).reshape(16, -1).double() @ weight.double()
    split = parts @ split_weight(weight, 0).double()
    assert (split - expected).abs().max() < 2**-14 * expected.abs().max()
