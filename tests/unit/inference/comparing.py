"""Reference synthesis and its outputs, which plans are compared with."""

import torch

from gan.inference import cpu
from gan.inference.low_res import at_resolution
from gan.networks import build

TOLERANCE = 1e-5  # of the largest value


def latents(G, seed=3, count=1):
    return torch.randn(count, G.num_ws, G.synthesis.w_dim, generator=torch.Generator().manual_seed(seed))


def seen(G, ws, resolution=None, **arguments):
    """Return every layer's output and the image, as (name, [1, C, H, W]); they must not change later."""
    layers = []
    synthesis = at_resolution(G.synthesis, resolution or G.synthesis.img_resolution)
    picture = synthesis(ws, on_layer=lambda name, x: layers.append((name, x)), **arguments)
    return [*layers, ("picture", picture)]


def assert_same(actual, expected):
    assert [name for name, _ in actual] == [name for name, _ in expected]
    for (name, a), (_, b) in zip(actual, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), name
        assert (a - b).abs().max() <= TOLERANCE * b.abs().max(), name


def with_biases(G):
    torch.manual_seed(9)
    with torch.no_grad():
        for name, parameter in G.named_parameters():
            if name.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return G


def stylegan3(**options):
    torch.manual_seed(4)
    sizes = {"z_dim": 6, "c_dim": 0, "w_dim": 8, "img_resolution": 32, "img_channels": 3, "num_layers": 6}
    G = build("stylegan3.Generator", **(sizes | {"channel_base": 400, "channel_max": 24} | options)).eval()
    with torch.no_grad():
        for name, buffer in G.named_buffers():
            if name.endswith("magnitude_ema"):
                buffer.fill_(1.7)
        G.synthesis.input.affine.weight.normal_()
    return with_biases(G)


def reference(G, ws, **arguments):
    cpu.cool_down(G.synthesis)
    result = G.synthesis(ws, **arguments)
    assert cpu.warm_up(G.synthesis)
    return result


def is_close(a, b):
    return a.shape == b.shape and (a - b).abs().max() <= TOLERANCE * b.abs().max()


def plan_of(G, ws):
    return cpu.plan_for(G.synthesis, ws)
