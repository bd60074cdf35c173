"""The Triton kernels on the device against the reference on the CPU in float64, and synthesis by CUDA graphs."""

from functools import partial

import pytest
import torch

from gan import ops
from gan.device import fetch, send
from gan.inference.graphs import CudaRecorder, Recordings
from gan.networks import build
from gan.ops import cuda
from tests.gpu.test_cuda_matches_cpu import GENERATORS, SMALL

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

TYPES = {torch.float32: 1e-4, torch.float16: 5e-3, torch.bfloat16: 4e-2}


@pytest.fixture(autouse=True)
def _kernels_there():
    pytest.importorskip("triton")
    assert torch.get_float32_matmul_precision() == "highest"
    yield
    assert cuda.notices() == ()


def seeded(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def radial(taps: int) -> torch.Tensor:
    return ops.design_lowpass_filter(taps, 0.5, 0.6, 4, radial=True)


ACTS = {act: (1, act, None, None, 0.8) for act in ops.ACTIVATIONS}
FIRS = {
    "blur": (seeded(4, 4), 1, 1, (2, 1, 2, 1), False, 4.0),
    "separable": (seeded(12), (2, 3), (3, 2), (5, 4, -1, 7), True, 1.0),
    "identity": (None, 2, 1, 0, False, 1.0),
}
LRELUS = {
    "as StyleGAN3-T": (seeded(12) / 12, seeded(12) / 12, 2, 2, (9, 8, 9, 8), 2**0.5, 0.2, 0.6, False),
    "four times up": (seeded(24) / 12, seeded(12) / 12, 4, 2, (-6, -9, -6, -9), 2**0.5, 0.2, None, False),
    "as StyleGAN3-R": (seeded(12) / 12, radial(12), 2, 2, (11, 10, 11, 10), 2**0.5, 0.2, 0.6, False),
    "twice radial": (radial(12), radial(12), 2, 2, (11, 10, 11, 10), 2**0.5, 0.2, 0.6, False),
    "odd": (seeded(7) / 7, seeded(5) / 5, 3, 2, (4, -1, 0, 6), -1.5, 0.3, 0.3, True),
}


def functions(device: str, exact: bool):
    """Every case as a function of x and b; on the CPU with filters in float64."""

    def on(f):
        return f if f is None else f.double() if exact else f.to(device)

    def activate(rest, x, b):
        return ops.bias_act(x, b, *rest)

    def resample(f, rest, x, b):
        return ops.upfirdn2d(x + b[:, None, None], f, *rest).square()

    def both(fu, fd, rest, x, b):
        return ops.filtered_lrelu(x, fu, fd, b, *rest)

    for name, rest in ACTS.items():
        yield f"bias_act {name}", partial(activate, rest)
    for name, (f, *rest) in FIRS.items():
        yield f"upfirdn2d {name}", partial(resample, on(f), rest)
    for name, (fu, fd, *rest) in LRELUS.items():
        yield f"filtered_lrelu {name}", partial(both, on(fu), on(fd), rest)


def derivatives(function, x, b) -> list[torch.Tensor]:
    x, b = x.detach().requires_grad_(), b.detach().requires_grad_()
    y = function(x, b)
    g = torch.ones_like(y).requires_grad_()
    first = torch.autograd.grad(y, [x, b], g, create_graph=True)
    second = torch.autograd.grad(sum(t.square().sum() for t in first), [g, x], allow_unused=True)
    return [y, *first, *(torch.zeros_like(s) if t is None else t for t, s in zip(second, (g, x), strict=True))]


def errors(got: list[torch.Tensor], want: list[torch.Tensor]) -> list[float]:
    """The largest differences, as shares of the largest values."""
    differences = [(one.detach().cpu().double() - other).abs().max() for one, other in zip(got, want, strict=True)]
    return [float(d / other.abs().max().clamp_min(1e-12)) for d, other in zip(differences, want, strict=True)]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last], ids=str)
@torch.no_grad()
def test_every_case(dtype: torch.dtype, order: torch.memory_format):
    x, b = seeded(3, 7, 145, 150).to(dtype).contiguous(memory_format=order), (seeded(7) * 0.3).to(dtype)
    wrong = {}
    for (name, fast), (_, reference) in zip(functions("cuda", False), functions("cpu", True), strict=True):
        (error,) = errors([fast(x.cuda(), b.cuda())], [reference(x.double(), b.double())])
        if not error <= TYPES[dtype]:
            wrong[name] = error
    assert not wrong


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last], ids=str)
def test_two_derivatives(order: torch.memory_format):
    """Of few values: among many there is one that is 0 but for its rounding, and may have the other slope."""
    x, b = seeded(1, 3, 20, 21).contiguous(memory_format=order), seeded(3) * 0.3
    wrong = {}
    for (name, fast), (_, reference) in zip(functions("cuda", False), functions("cpu", True), strict=True):
        got, want = derivatives(fast, x.cuda(), b.cuda()), derivatives(reference, x.double(), b.double())
        found = errors(got, [t.detach() for t in want])
        if not max(found) <= TYPES[torch.float32]:
            wrong[name] = found
    assert not wrong


@pytest.mark.parametrize("name", [name for name in GENERATORS if name != "stylegan1"])
@pytest.mark.parametrize("force_fp32", [False, True])
@torch.inference_mode()
def test_graphs_replay_what_is_drawn(name: str, force_fp32: bool):
    class_name, extra = GENERATORS[name]
    torch.manual_seed(0)
    G = build(class_name, **SMALL, **extra).eval().requires_grad_(False).cuda()
    replays = Recordings(CudaRecorder())

    def draw(inputs):
        return G.synthesis(inputs["ws"], noise_mode="const", force_fp32=force_fp32)

    pictures = []
    for seed in range(5):
        ws = seeded(1, G.num_ws, G.w_dim).cuda() * (seed + 1) / 3
        pictures.append((replays.replay("picture", {"ws": ws}, draw), draw({"ws": ws})))
    assert pictures[0][0] is None
    for replayed, drawn in pictures[1:]:
        torch.testing.assert_close(replayed, drawn, rtol=0, atol=1e-3 if force_fp32 else 2e-2)


def test_ways_between_host_and_device():
    x = seeded(3, 4)
    there = send(x, torch.device("cuda"))
    back = fetch(there * 2)
    assert back.is_pinned()
    assert torch.equal(back, x * 2)
