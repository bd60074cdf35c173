"""Whole networks with interpreted kernels, through the calls that layers make."""

from importlib import import_module

import pytest
import torch

from gan.networks import build
from gan.ops import cuda
from tests.unit.ops.cuda.interpreted import close, seeded

TINY = {"c_dim": 0, "img_resolution": 8, "img_channels": 3, "channel_base": 64, "channel_max": 4}
LATENT = {"z_dim": 4, "w_dim": 4, "mapping_kwargs": {"num_layers": 1}}
GENERATORS = {
    "stylegan1": ("stylegan1.Generator", {}),
    "stylegan2": ("stylegan2.Generator", {"conv_clamp": 256}),
    "stylegan3-t": ("stylegan3.Generator", {"num_layers": 3, "num_critical": 1}),
    "stylegan3-r": (
        "stylegan3.Generator",
        {"num_layers": 3, "num_critical": 1, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


@pytest.fixture
def by_kernels(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Tensors on the CPU go to the kernels; the names of those that ran."""
    ran: set[str] = set()

    def attempt(name: str, x: torch.Tensor, *arguments):
        if x.dtype not in cuda.DTYPES or not cuda._enabled:
            return None
        result = getattr(import_module(f"gan.ops.cuda.{name}"), name)(x, *arguments)
        if result is not None:
            ran.add(name)
        return result

    monkeypatch.setattr(cuda, "attempt", attempt)
    return ran


@pytest.mark.parametrize("name", GENERATORS)
def test_a_picture_and_its_path_lengths(name: str, by_kernels: set[str]):
    class_name, extra = GENERATORS[name]
    torch.manual_seed(0)
    G = build(class_name, **TINY, **LATENT, **extra).eval().requires_grad_(False)

    def picture_and_gradient():
        ws = seeded(1, 2, G.num_ws, G.w_dim).requires_grad_()
        picture = G.synthesis(ws, noise_mode="const")
        (slopes,) = torch.autograd.grad(picture.square().sum(), ws, create_graph=True)
        (second,) = torch.autograd.grad(slopes.square().sum(), ws)
        return picture, slopes, second

    got = picture_and_gradient()
    assert by_kernels == ({"filtered_lrelu"} if "3" in name else {"bias_act", "upfirdn2d"})
    with cuda.reference_only():
        want = picture_and_gradient()
    for one, other in zip(got, want, strict=True):
        close(one, other, 1e-4)


def test_a_discriminator_and_its_r1_penalty(by_kernels: set[str]):
    torch.manual_seed(0)
    D = build("stylegan2.Discriminator", **TINY).train()

    def gradients():
        images = seeded(1, 4, 3, 8, 8).requires_grad_()
        logits = D(images, None)
        (slopes,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
        loss = logits.sum() + slopes.square().sum()
        return [logits, *torch.autograd.grad(loss, list(D.parameters()), allow_unused=True)]

    got = gradients()
    assert by_kernels == {"bias_act", "upfirdn2d"}
    with cuda.reference_only():
        want = gradients()
    for one, other in zip(got, want, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            close(one, other, 1e-4)
