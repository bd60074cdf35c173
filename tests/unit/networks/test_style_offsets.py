"""Offsets of styles, noise images and features as arguments of one call, with gradients."""

import pytest
import torch

from gan.edits.features import image_and_features, inside
from gan.edits.styles import ChannelOffset, offset_of, style_layers
from gan.inference.low_res import at_resolution, shares
from gan.networks import build
from tests.unit.inference.comparing import latents, stylegan3
from tests.unit.networks import tiny

SIZES = {"z_dim": 6, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3}


def stylegan1(**options):
    torch.manual_seed(5)
    return build("stylegan1.Generator", **(SIZES | {"channel_base": 64, "channel_max": 8} | options)).eval()


def stylegan_xl():
    torch.manual_seed(6)
    return build("stylegan_xl.Generator", **SIZES, channel_base=400, channel_max=24, num_layers=6).eval()


NETWORKS = {
    "stylegan1": stylegan1,
    "stylegan2": tiny.generator,
    "resnet": lambda: tiny.generator(architecture="resnet"),
    "stylegan3": stylegan3,
    "stylegan-xl": stylegan_xl,
}


@pytest.mark.parametrize("kind", NETWORKS)
@torch.no_grad()
def test_an_offset_is_what_the_bias_of_the_affine_layer_would_add(kind):
    G = NETWORKS[kind]()
    ws = latents(G, count=2)
    plain, seen = G.synthesis(ws), set()
    for layer in style_layers(G.synthesis):
        offset = torch.randn(layer.channels, generator=torch.Generator().manual_seed(1))
        moved = G.synthesis(ws, style_offsets={layer.name: offset})
        bias = layer.affine.bias.clone()
        layer.affine.bias += offset / layer.affine.bias_gain
        torch.testing.assert_close(moved, G.synthesis(ws), rtol=0, atol=2e-5 * float(moved.abs().max()))
        layer.affine.bias.copy_(bias)
        assert (moved - plain).abs().max() > 1e-4 * plain.abs().max(), f"{layer.name} changes nothing"
        seen.add(layer.name)
    assert seen == set(G.synthesis.style_channels)
    assert torch.equal(G.synthesis(ws), plain), "nothing of the calls is left behind"


@pytest.mark.parametrize("kind", NETWORKS)
@torch.no_grad()
def test_each_image_of_a_batch_may_have_its_own(kind):
    G = NETWORKS[kind]()
    ws = latents(G, count=3)
    name, count = list(G.synthesis.style_channels.items())[1]
    own = torch.randn(3, count, generator=torch.Generator().manual_seed(2))
    together = G.synthesis(ws, style_offsets={name: own})
    alone = torch.cat([G.synthesis(ws[i : i + 1], style_offsets={name: own[i]}) for i in range(3)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5 * float(alone.abs().max()))


@pytest.mark.parametrize("kind", ["stylegan2", "stylegan3"])
@torch.no_grad()
def test_low_resolutions_take_them_of_all_layers(kind):
    G = tiny.generator() if kind == "stylegan2" else stylegan3(img_resolution=64, channel_base=800)
    ws = latents(G)
    for side in shares(G.synthesis):
        small = at_resolution(G.synthesis, side)
        assert small.style_channels == G.synthesis.style_channels
        (first, *_, last) = small.style_channels.items()
        assert not torch.equal(small(ws, style_offsets={first[0]: torch.ones(first[1])}), small(ws))
        beyond = small(ws, style_offsets={last[0]: torch.ones(last[1])})
        assert torch.equal(beyond, small(ws)) == (kind == "stylegan2"), "layers beyond a resolution are not read"


@torch.no_grad()
def test_wrong_offsets_are_refused_with_a_sentence():
    G, ws = tiny.generator(), latents(tiny.generator())
    with pytest.raises(ValueError, match=r"No layer with styles is called 'b9'; choose from b4\.conv1, b4\.torgb"):
        G.synthesis(ws, style_offsets={"b9": torch.zeros(8)})
    with pytest.raises(ValueError, match=r"The style offsets of b4\.conv1 have the shape \[7\]; give \[8\]"):
        G.synthesis(ws, style_offsets={"b4.conv1": torch.zeros(7)})
    plain = stylegan1(use_styles=False)
    with pytest.raises(ValueError, match="this network has none"):
        plain.synthesis(torch.zeros(1, 1, 8), style_offsets={"b4.input": torch.zeros(16)})
    with pytest.raises(ValueError, match=r"no channel 8 of b4\.conv1: they are 0-7"):
        offset_of(G.synthesis, [ChannelOffset("b4.conv1", 8, 1.0)])
    with pytest.raises(ValueError, match="no layer input with styles"):
        offset_of(G.synthesis, [ChannelOffset("input", 0, 1.0)])


def test_channel_offsets_of_a_layer_add_up():
    G = tiny.generator()
    made = offset_of(G.synthesis, [ChannelOffset("b4.conv1", 1, 2.0), ChannelOffset("b4.conv1", 1, 0.5)])
    assert made["b4.conv1"].tolist() == [0, 2.5, 0, 0, 0, 0, 0, 0]


def assert_derivative(function, x, step, rtol):
    """Compare the gradient of a scalar function with a central difference along a random direction."""
    x = x.clone().requires_grad_()
    value = function(x)
    (gradient,) = torch.autograd.grad(value, x)
    assert gradient.shape == x.shape
    way = torch.randn(x.shape, generator=torch.Generator().manual_seed(7), dtype=x.dtype)
    with torch.no_grad():
        numeric = (function(x + step * way) - function(x - step * way)) / (2 * step)
    expected = float((gradient * way).sum())
    assert abs(expected) > 0
    assert float(numeric) == pytest.approx(expected, rel=rtol)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *(("stylegan2", what) for what in ("ws", "style offsets", "noise image")),
        *(("stylegan3", what) for what in ("ws", "style offsets")),
    ],
)
def test_image_and_features_of_one_call_have_gradients(kind, what):
    if kind == "stylegan2":  # it computes in float32; without kinks differences are exact enough
        G, layer, moved, step, rtol = tiny.generator(activation="linear"), "b8.conv1", "b4.conv1", 1e-2, 1e-2
    else:
        G = stylegan3().double()
        layer, moved, step, rtol = G.synthesis.layer_names[2], G.synthesis.layer_names[1], 1e-6, 1e-4
    kind_of = next(iter(G.synthesis.parameters())).dtype
    ws = latents(G).to(kind_of)

    def total(x):
        options = {}
        if what == "style offsets":
            options["style_offsets"] = {moved: x}
        elif what == "noise image":
            options["noise"] = {moved: x}
        image, features = image_and_features(G.synthesis, x if what == "ws" else ws, [layer], **options)
        assert features[layer].requires_grad == image.requires_grad == x.requires_grad
        return image.square().mean() + features[layer].square().mean()

    sizes = {"ws": ws.shape, "style offsets": (G.synthesis.style_channels[moved],), "noise image": (4, 4)}
    start = torch.randn(sizes[what], generator=torch.Generator().manual_seed(3)).to(kind_of)
    assert_derivative(total, start, step, rtol)


@torch.no_grad()
def test_features_are_those_that_the_network_captures():
    G = stylegan3()
    ws = latents(G)
    names, watched = G.synthesis.layer_names[1:3], []
    image, features = image_and_features(G.synthesis, ws, names, on_layer=lambda name, x: watched.append(name))
    assert torch.equal(image, G.synthesis(ws))
    assert watched == list(G.synthesis.layer_names)
    for name in names:
        assert torch.equal(features[name], G.synthesis(ws, capture=name))
        size = G.synthesis.layer_size(name)[0]
        cut = inside(G.synthesis, name, features[name])
        margin = (size - cut.shape[2]) // 2
        assert cut.shape[2] == round(size * G.synthesis.image_share(name)) < size
        assert torch.equal(cut, features[name][:, :, margin : margin + cut.shape[2], margin : margin + cut.shape[3]])
    with pytest.raises(ValueError, match="no layer called 'b9'"):
        image_and_features(G.synthesis, ws, ["b9"])


@torch.no_grad()
def test_a_noise_image_is_used_as_it_is():
    G = tiny.generator()
    ws, layer = latents(G, count=2), "b8.conv0"
    stored = G.synthesis.b8.conv0.noise_const
    assert torch.equal(G.synthesis(ws, noise={layer: stored}), G.synthesis(ws))
    own = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    together = G.synthesis(ws, noise={layer: own})
    for i in range(2):
        torch.testing.assert_close(G.synthesis(ws[i : i + 1], noise={layer: own[i, 0]})[0], together[i])
    with pytest.raises(ValueError, match=r"noise image of b8\.conv0 has the shape \[4, 4\]; give \[8, 8\]"):
        G.synthesis(ws, noise={layer: torch.zeros(4, 4)})
