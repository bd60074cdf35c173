"""Plans of the precision "fast"."""

import pytest
import torch

import gan
from gan.inference import cpu
from gan.inference.cpu import packing, plans, precision
from gan.inference.cpu import stylegan3 as cpu_stylegan3
from gan.inference.low_res import at_resolution, shares
from gan.ops.cpu.halves import SPLIT, SPLIT_WEIGHT, scaled, split_weight
from tests.unit.inference.comparing import latents, stylegan3
from tests.unit.networks import tiny


@pytest.fixture(autouse=True)
def _able(monkeypatch):
    """As if the CPU had the instructions, which PyTorch computes the same without, and small networks were worth it."""
    monkeypatch.setattr(precision, "has_fast", lambda: True)
    monkeypatch.setattr(cpu_stylegan3, "NARROW", 0)


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
def test_narrow_matrix_products_stay_exact(monkeypatch):
    G = stylegan3(img_resolution=64, channel_base=800, channel_max=32, conv_kernel=1, use_radial_filters=True)
    ws = latents(G)
    cpu.warm_up(G.synthesis)
    entry = plans.entries[G.synthesis]
    widths = [layer.weight.shape[1] for layer in entry.plan._layers if layer.filter is not None]
    assert len(set(widths)) > 1
    monkeypatch.setattr(cpu_stylegan3, "NARROW", max(widths))
    cpu.warm_up_fast(G.synthesis)
    for exact, fast in zip(entry.plan._layers, entry.fast._layers, strict=True):
        wide = exact.filter is not None and exact.weight.shape[1] == max(widths)
        assert fast.weight.dtype == (torch.bfloat16 if wide else torch.float32)
    assert is_near(fast_image(G.synthesis, ws)[0], G.synthesis(ws))


@pytest.mark.parametrize("kernel", [1, 3])
def test_pixels_are_split_near_the_image_and_at_lower_rates(kernel):
    G = stylegan3(img_resolution=64, channel_base=800, conv_kernel=kernel)
    cpu.warm_up(G.synthesis)
    cpu.warm_up_fast(G.synthesis)
    cpu.warm_up_low_res(G.synthesis)
    made = [plans.entries[at_resolution(G.synthesis, side)] for side in (*shares(G.synthesis), 64)]
    anew = [type(made[0].plan)(at_resolution(G.synthesis, side)) for side in shares(G.synthesis)]
    for exact, fast in [*((entry.plan, entry.fast) for entry in made), *((plan, plan.in_bfloat16()) for plan in anew)]:
        layers = [*zip(exact._layers, fast._layers, strict=True)][:-1]
        axis = 1 if kernel == 3 else 0
        parts = [fast.weight.shape[axis] // exact.weight.shape[axis] for exact, fast in layers]
        near, exact = len(layers) + 1 - cpu_stylegan3.NEAR, len(layers) - cpu_stylegan3.EXACT
        for i, (_, fast) in enumerate(layers):
            if fast.module.resampled is None:
                assert parts[i] == (SPLIT if i >= near else SPLIT_WEIGHT)
            else:
                assert parts[i] == (1 if i >= exact else SPLIT)
                assert fast.weight.dtype == (torch.float32 if i >= exact else torch.bfloat16)
        assert set(parts) >= {SPLIT, SPLIT_WEIGHT}


@pytest.mark.parametrize("kind", ["stylegan2", "stylegan3-t"])
@torch.no_grad()
def test_large_images_are_convolved_in_bands(monkeypatch, kind):
    G = NETWORKS[kind]()
    ws = latents(G)
    cpu.warm_up(G.synthesis)
    cpu.warm_up_fast(G.synthesis)
    bands, made = [], packing.scaled

    def seen(x, *rest):
        bands.append(x.shape[2])
        return made(x, *rest)

    monkeypatch.setattr(packing, "scaled", seen)
    whole, layers = fast_image(G.synthesis, ws)[0], len(bands)
    monkeypatch.setattr(packing, "WHOLE_BYTES", 1)
    monkeypatch.setattr(packing, "BAND_BYTES", 1)  # three rows at a time
    in_bands = fast_image(G.synthesis, ws)[0]
    assert len(bands) - layers > 2 * layers
    torch.testing.assert_close(in_bands, whole, rtol=0, atol=2**-7 * float(whole.abs().max()))


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
    own = (x * scale[:, None, None]).permute(0, 2, 3, 1).reshape(16, -1)

    def product(parts):
        return (
            scaled(x, scale, parts).permute(0, 2, 3, 1).reshape(16, -1).double()
            @ split_weight(weight, 0, parts).double()
        )

    expected, rounded = own.double() @ weight.double(), own.bfloat16().double() @ weight.double()
    assert (product(SPLIT) - expected).abs().max() < 2**-14 * expected.abs().max()
    assert (product(SPLIT_WEIGHT) - rounded).abs().max() < 2**-14 * expected.abs().max()
