"""The same network and the same inputs on the GPU and on the CPU."""

import pytest
import torch

from gan.networks import build

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

SMALL = {"z_dim": 32, "c_dim": 0, "w_dim": 32, "img_resolution": 64, "img_channels": 3}
GENERATORS = {
    "stylegan1": ("stylegan1.Generator", {"channel_base": 1024, "channel_max": 32}),
    "stylegan2": (
        "stylegan2.Generator",
        {"channel_base": 1024, "channel_max": 32, "num_fp16_res": 4, "conv_clamp": 256},
    ),
    "stylegan3-t": ("stylegan3.Generator", {"channel_base": 1024, "channel_max": 32}),
    "stylegan3-r": (
        "stylegan3.Generator",
        {"channel_base": 1024, "channel_max": 32, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


@pytest.fixture(autouse=True)
def _exact_float32():
    """TensorFloat-32 keeps 10 bits: too few to compare with."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def _pair(name: str) -> tuple[torch.nn.Module, torch.nn.Module, torch.Tensor]:
    class_name, extra = GENERATORS[name]
    torch.manual_seed(0)
    cpu = build(class_name, **SMALL, **extra).eval().requires_grad_(False)
    gpu = build(class_name, **SMALL, **extra).eval().requires_grad_(False).cuda()
    gpu.load_state_dict(cpu.state_dict())
    return cpu, gpu, torch.randn(2, 32)


@pytest.mark.parametrize("name", GENERATORS)
def test_float32_agrees(name: str):
    cpu, gpu, z = _pair(name)
    want = cpu(z, noise_mode="const")
    got = gpu(z.cuda(), noise_mode="const", force_fp32=True).cpu()
    assert (got - want).abs().max() <= 1e-4 * want.abs().max()


@pytest.mark.parametrize("name", [name for name in GENERATORS if name != "stylegan1"])
def test_mixed_precision_stays_close(name: str):
    cpu, gpu, z = _pair(name)
    want = cpu(z, noise_mode="const")
    dtypes: dict[str, torch.dtype] = {}
    got = gpu(z.cuda(), noise_mode="const", on_layer=lambda layer, x: dtypes.__setitem__(layer, x.dtype)).cpu()
    assert torch.float16 in dtypes.values(), "no layer ran in half precision"
    assert got.dtype == torch.float32
    assert (got - want).abs().max() <= 0.02 * want.abs().max()


@pytest.mark.parametrize("family", ["stylegan1", "stylegan2"])
def test_discriminator_agrees(family: str):
    torch.manual_seed(0)
    extra = {"c_dim": 0, "img_resolution": 64, "img_channels": 3, "channel_base": 1024, "channel_max": 32}
    cpu = build(f"{family}.Discriminator", **extra).eval().requires_grad_(False)
    gpu = build(f"{family}.Discriminator", **extra).eval().requires_grad_(False).cuda()
    gpu.load_state_dict(cpu.state_dict())
    img = torch.randn(4, 3, 64, 64)
    want, got = cpu(img, None), gpu(img.cuda(), None, force_fp32=True).cpu()
    assert (got - want).abs().max() <= 1e-4 * want.abs().max()
