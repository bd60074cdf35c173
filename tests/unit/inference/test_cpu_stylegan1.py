"""Plans of StyleGAN1 against the reference synthesis: every layer's output and the image."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.inference import cpu
from gan.inference.cpu import stylegan1 as plans
from gan.inference.cpu.families import family_of
from gan.inference.cpu.precision import has_fast, rendering
from gan.networks import build
from tests.soak import times
from tests.unit.inference.comparing import assert_same, is_close, latents, plan_of, reference, seen, with_biases
from tests.unit.networks import tiny

SIZES = {"z_dim": 6, "c_dim": 0, "w_dim": 8, "img_resolution": 32, "img_channels": 3, "channel_base": 512}


def network(**options):
    torch.manual_seed(4)
    G = build("stylegan1.Generator", **(SIZES | {"channel_max": 24} | options)).eval().requires_grad_(False)
    with torch.no_grad():
        for name, parameter in G.named_parameters():
            if name.endswith("noise_strength"):
                parameter.normal_(std=0.5)
            if name.endswith("const"):
                parameter.normal_()
    return with_biases(G)


@pytest.fixture
def fast():
    G = network()
    assert cpu.warm_up(G.synthesis)
    return G


@settings(max_examples=times(25), deadline=None)
@given(
    resolution=st.sampled_from([4, 8, 16, 32]),
    channels=st.integers(1, 40),
    colours=st.integers(1, 5),
    blur=st.sampled_from([(1, 2, 1), None, (1, 3, 2)]),
    activation=st.sampled_from(["lrelu", "linear"]),
    use_noise=st.booleans(),
    progressive=st.booleans(),
    equalized=st.booleans(),
    w_dim=st.integers(1, 20),
)
@torch.no_grad()
def test_every_layer(resolution, channels, colours, blur, activation, use_noise, progressive, equalized, w_dim):
    G = network(
        img_resolution=resolution,
        img_channels=colours,
        channel_base=resolution * channels,
        channel_max=48,
        resample_filter=blur,
        activation=activation,
        use_noise=use_noise,
        progressive=progressive,
        equalized=equalized,
        w_dim=w_dim,
    )
    ws = latents(G)
    expected = seen(G, ws)
    before = tiny.snapshot(G)
    assert cpu.warm_up(G.synthesis)
    assert_same(seen(G, ws), expected)
    assert plan_of(G, ws) is not None
    tiny.assert_unchanged(G, before)


@pytest.mark.parametrize("lod", [0.0, 0.25, 1.0, 2.5, 3.0])
@torch.no_grad()
def test_every_level_of_detail(fast, lod):
    ws = latents(fast)
    actual = seen(fast, ws, lod=lod)
    cpu.cool_down(fast.synthesis)
    assert_same(actual, seen(fast, ws, lod=lod))


@pytest.mark.parametrize(
    "arguments",
    [
        {"noise_mode": "none"},
        {"noise": {"b8.conv0": (True, 2.0, 7), "b16.conv1": (False, 1.0, None), "b32.conv1": (True, -0.5, None)}},
        {"capture": "b16.conv0"},
        {"capture": "b32.torgb"},
        {"style_offsets": {"b4.input": torch.linspace(-1, 1, 48), "b32.conv1": torch.linspace(2, -2, 32)}},
    ],
    ids=["no noise", "noise by layer", "a layer", "colours", "style offsets"],
)
@torch.no_grad()
def test_the_arguments_of_synthesis(fast, arguments):
    ws = latents(fast)
    assert is_close(fast.synthesis(ws, **arguments), reference(fast, ws, **arguments))


@torch.no_grad()
def test_products_computed_some_rows_at_a_time(fast, monkeypatch):
    ws = latents(fast)
    expected = reference(fast, ws)
    monkeypatch.setattr(plans, "PRODUCTS_BYTES", 1)
    assert cpu.warm_up(fast.synthesis)
    assert is_close(fast.synthesis(ws), expected)


@torch.no_grad()
def test_a_channel_whose_mean_is_large_is_normalised_as_exactly(fast):
    fast.synthesis.b16.conv1.bias.fill_(300.0)
    ws = latents(fast)
    actual = fast.synthesis(ws, capture="b16.conv1").double()
    cpu.cool_down(fast.synthesis)
    exact = fast.synthesis.double()(ws.double(), capture="b16.conv1")
    assert (actual - exact).abs().max() <= 1e-3 * exact.abs().max()


@torch.no_grad()
def test_batches_are_images_one_after_another(fast):
    ws = latents(fast, count=3)
    assert is_close(fast.synthesis(ws), reference(fast, ws))
    assert plan_of(fast, ws) is not None
    assert plan_of(fast, latents(fast, count=5)) is None


@torch.no_grad()
def test_a_network_of_the_same_architecture_shares_its_layers(fast):
    other = network()
    for mine, own in zip(other.synthesis.parameters(), fast.synthesis.parameters(), strict=True):
        mine.data = own.data
    for mine, own in zip(other.synthesis.buffers(), fast.synthesis.buffers(), strict=True):
        mine.data = own.data
    other.synthesis.b16.conv0.weight = torch.nn.Parameter(torch.randn_like(other.synthesis.b16.conv0.weight), False)
    other.synthesis.b32.torgb.bias = torch.nn.Parameter(torch.randn(3), False)
    other.synthesis.b4.conv1.affine.bias = torch.nn.Parameter(torch.randn(48), False)
    ws = latents(fast)
    expected, before = seen(other, ws), fast.synthesis(ws)
    assert cpu.follow(other.synthesis, fast.synthesis)
    assert_same(seen(other, ws), expected)
    assert torch.equal(fast.synthesis(ws), before)
    mine, own = (cpu.plans.entries[G.synthesis].plan._blocks for G in (other, fast))
    assert mine[2].second is own[2].second
    assert mine[2].first is not own[2].first


@pytest.mark.skipif(not has_fast(), reason="this CPU does not multiply bfloat16 numbers")
@torch.no_grad()
def test_images_of_bfloat16_products(fast):
    ws = latents(fast)
    exact = fast.synthesis(ws)
    assert cpu.warm_up_fast(fast.synthesis)
    with rendering("fast"):
        image = fast.synthesis(ws)
    assert not torch.equal(image, exact)
    assert (image - exact).square().mean().sqrt() < 0.02 * exact.std()
    assert torch.equal(fast.synthesis(ws), exact)


@pytest.mark.parametrize(
    "options",
    [
        {"use_pixel_norm": True},
        {"use_instance_norm": False},
        {"use_styles": False},
        {"const_input": False},
        {"activation": "relu"},
        {"resample_filter": (1, 3, 3, 1)},
    ],
    ids=lambda options: next(iter(options)),
)
def test_unusual_networks_are_left_to_the_reference(options):
    assert family_of(network(**options).synthesis) is None
    assert family_of(network().synthesis) is not None
