"""Dispatch of the operators' calls, and of their derivatives, to the kernels.

Off until `enable` is called: compiling takes seconds, and results differ from the reference's by rounding. Importing
this module does not import numba.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

VARIABLE = "STYLESCOPE_KERNELS"
"""Of the environment: where it is "off", programs do without kernels."""

_SMALLEST = 1 << 14
"""Minimum number of elements for the resampling kernel to pay; `_SMALLEST_ACTIVATED` is that of activations."""
_SMALLEST_ACTIVATED = 1 << 16
_NARROWEST = 48
"""Width of an image, before and after, below which resampling with many taps costs more than the reference does; with
few taps, or fewer pixels after than before, it takes a wider one (`_kernel_pays`)."""
_MOST_RANK = 4
"""Filters that need more separable ones are left to the reference."""
_RANK_TOLERANCE = 1e-7

_enabled = False


_prepared = False


def enable() -> bool:
    """Compile the operators' kernels, or load them from disk, and enable them; returns True on success."""
    global _enabled
    _enabled = prepare()
    return _enabled


def prepare() -> bool:
    """Compile the operators' kernels, or load them from disk, for `prepared`; returns True on success."""
    global _prepared
    try:
        from numba.core.errors import NumbaError

        from gan.ops.cpu import pointwise, resample
    except ImportError:
        return False
    try:
        for kernel in (resample.resample, pointwise.biased_lrelu, pointwise.scaled_by_slope):
            kernel.prepare()
    except (NumbaError, OSError, RuntimeError):
        return False
    _prepared = True
    return True


@contextmanager
def prepared() -> Iterator[None]:
    """Use the kernels in the block if they were prepared: their derivatives take less time than the reference's.

    For one thread at a time, as it holds for the whole process.
    """
    global _enabled
    before = _enabled
    _enabled = before or _prepared
    try:
        yield
    finally:
        _enabled = before


def disable() -> None:
    """Use the reference everywhere again."""
    global _enabled
    _enabled = False


def enabled() -> bool:
    """Return True while the kernels are used."""
    return _enabled


def _answers(x: Tensor) -> bool:
    return (
        _enabled
        and x.device.type == "cpu"
        and ((x.dtype == torch.float32 and x.is_contiguous()) or _is_half(x))
        and not torch._C._is_tracing()
        and not torch.compiler.is_compiling()
    )


def _is_half(x: Tensor) -> bool:
    """True for images that `gan.ops.cpu.half_kernels` takes."""
    if x.dtype != torch.bfloat16 or x.ndim != 4 or not x.is_contiguous(memory_format=torch.channels_last):
        return False
    from gan.ops.cpu.lanes import LANES

    return x.shape[1] % LANES == 0


@dataclass(frozen=True)
class _Resampling:
    """Arguments of the kernel for one size of image."""

    across: bytes
    along: bytes
    rank: int
    up: tuple[int, int]
    down: tuple[int, int]
    start: tuple[int, int]
    """Padding on the left and on top."""
    size: tuple[int, int]
    """Height and width of the output."""

    def adjoint(self, height: int, width: int) -> "_Resampling":
        """Geometry of the derivative, from outputs back to inputs of this size."""
        across, along = (np.frombuffer(taps, np.float32).reshape(self.rank, -1) for taps in (self.across, self.along))
        return replace(
            self,
            across=across[:, ::-1].tobytes(),
            along=along[:, ::-1].tobytes(),
            up=self.down,
            down=self.up,
            start=(across.shape[1] - 1 - self.start[0], along.shape[1] - 1 - self.start[1]),
            size=(height, width),
        )


@lru_cache(maxsize=256)
def _separable(taps: bytes, shape: tuple[int, ...], gain: float) -> tuple[bytes, bytes, int] | None:
    """The filter as a sum of separable ones, their horizontal and vertical taps; None where it takes too many."""
    square = np.frombuffer(taps, np.float32).reshape(shape).astype(np.float64)
    if square.ndim == 1:
        own = (square * np.sqrt(gain)).astype(np.float32).tobytes()
        return own, own, 1
    u, s, v = np.linalg.svd(square * gain, full_matrices=False)
    rank = max(1, int((s > _RANK_TOLERANCE * s[0]).sum()))
    if rank > _MOST_RANK:
        return None
    along = (u[:, :rank] * s[:rank]).T
    return v[:rank].astype(np.float32).tobytes(), along.astype(np.float32).tobytes(), rank


def upfirdn2d(
    x: Tensor,
    f: Tensor,
    up: tuple[int, int],
    down: tuple[int, int],
    pads: tuple[int, int, int, int],
    flip_filter: bool,
    gain: float,
) -> Tensor | None:
    """As `gan.ops.upfirdn2d`, arguments checked and factors as (x, y); None where the reference must answer."""
    if not _answers(x) or f.requires_grad or f.device.type != "cpu" or f.dtype != torch.float32:
        return None
    height = (x.shape[2] * up[1] + pads[2] + pads[3] - f.shape[0]) // down[1] + 1
    width = (x.shape[3] * up[0] + pads[0] + pads[1] - f.shape[-1]) // down[0] + 1
    if not _resampling_pays(x, min(x.shape[3], width), max(up), max(down), max(f.shape)):
        return None
    taps = f.detach().numpy()
    if not flip_filter:
        taps = taps[::-1] if taps.ndim == 1 else taps[::-1, ::-1]
    found = _separable(taps.tobytes(), taps.shape, gain)
    if found is None or (found[2] > 1 and x.dtype == torch.bfloat16):
        return None
    across, along, rank = found
    return _resampled(x, _Resampling(across, along, rank, up, down, (pads[0], pads[2]), (height, width)))


def _resampling_pays(x: Tensor, width: int, up: int, down: int, taps: int) -> bool:
    """True if the kernel, and its derivative where one is wanted, takes less time than the reference.

    As `benchmarks.ops` has it, of an image that is `width` wide before or after, whichever is less. In bfloat16
    it always does: PyTorch's derivative of strided convolutions of single channels takes longer than all else.
    """
    if x.dtype == torch.bfloat16:
        return True
    if x.numel() < _SMALLEST:
        return False
    if x.requires_grad and up > 2 and not _kernel_pays(width, down, up, taps):
        return False
    return _kernel_pays(width, up, down, taps)


def _kernel_pays(width: int, up: int, down: int, taps: int) -> bool:
    if down > 2 and taps < 4 * down:
        return False  # the kernel sorts all pixels, the reference reads those few that it needs
    if down > 1 or taps < (8 if up == 1 else 3):
        return width >= 2 * _NARROWEST
    return width >= (_NARROWEST if taps >= 8 else 4 * _NARROWEST // 3)


def _resampled(x: Tensor, how: _Resampling) -> Tensor:
    result: Tensor = _Resample.apply(x, how)  # type: ignore[no-untyped-call]
    return result


class _Resample(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, how: _Resampling) -> Tensor:
        n, c, height, width = x.shape
        ctx.back = how.adjoint(height, width)
        if x.dtype == torch.bfloat16:
            return _resampled_half(x, how)
        from gan.ops.cpu.resample import resample

        x = x.contiguous()
        out = torch.empty(n, c, *how.size)
        resample(
            n * c,
            max(out.shape[2] * out.shape[3], height * width),
            _flat(x),
            height,
            width,
            _flat(out),
            *how.size,
            how.rank,
            np.frombuffer(how.across, np.float32).copy(),
            np.frombuffer(how.along, np.float32).copy(),
            *how.up,
            *how.down,
            *how.start,
        )
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return _resampled(grads[0], ctx.back), None


def _resampled_half(x: Tensor, how: _Resampling) -> Tensor:
    from gan.ops.cpu import half_kernels

    n, c, height, width = x.shape
    out = torch.empty(n, c, *how.size, dtype=x.dtype, memory_format=torch.channels_last)
    half_kernels.resampled(
        n * how.size[0],
        2 * width * c,
        _bits(x),
        height,
        width,
        c,
        _bits(out),
        *how.size,
        np.frombuffer(how.across, np.float32).copy(),
        np.frombuffer(how.along, np.float32).copy(),
        *how.up,
        *how.down,
        *how.start,
    )
    return out


def bias_act(
    x: Tensor, b: Tensor | None, dim: int, act: str, slope: float, gain: float, clamp: float | None
) -> Tensor | None:
    """As `gan.ops.bias_act`, arguments checked; None where the reference must answer."""
    if act != "lrelu" or not 0 < slope <= 1 or gain <= 0 or x.ndim < 2 or dim != 1 or not _answers(x):
        return None
    if b is not None and (b.dtype != x.dtype or not b.is_contiguous()):
        return None
    if not _activating_pays(x, b, gain, clamp):
        return None
    result: Tensor = _BiasAct.apply(x, b, slope, gain, float("inf") if clamp is None else clamp)  # type: ignore[no-untyped-call]
    return result


def _activating_pays(x: Tensor, b: Tensor | None, gain: float, clamp: float | None) -> bool:
    """True if the reference needs several PyTorch calls and the tensor is large enough."""
    return x.numel() >= _SMALLEST_ACTIVATED and not (b is None and clamp is None and gain == 1)


class _BiasAct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, b: Tensor | None, slope: float, gain: float, clamp: float) -> Tensor:
        ctx.constants = slope, gain, clamp
        ctx.has_bias = b is not None
        if x.dtype == torch.bfloat16:
            clamp = torch.tensor(clamp).bfloat16().item()  # as a clamped number is stored
            ctx.constants = slope, gain, clamp
            out = _activated_half(x, b, slope, gain, clamp)
            ctx.save_for_backward(out)
            return out
        from gan.ops.cpu.pointwise import biased_lrelu

        out = torch.empty_like(x)
        planes = x.shape[0] * x.shape[1]
        size = x.numel() // planes
        bias = np.empty(0, np.float32) if b is None else b.detach().numpy()
        biased_lrelu(planes, size, _flat(x), size, x.shape[1], bias, slope, gain, clamp, _flat(out))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor | None, None, None, None]:
        (y,) = ctx.saved_tensors
        dx: Tensor = _Slope.apply(grads[0], y.detach(), *ctx.constants)  # type: ignore[no-untyped-call]
        wanted = ctx.has_bias and ctx.needs_input_grad[1]
        return dx, dx.sum(dim=[i for i in range(dx.ndim) if i != 1]) if wanted else None, None, None, None


class _Slope(torch.autograd.Function):
    """Linear in its first argument, and its own adjoint; flat in the other one, almost everywhere."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, y: Tensor, slope: float, gain: float, clamp: float) -> Tensor:
        ctx.save_for_backward(y)
        ctx.constants = slope, gain, clamp
        if dy.dtype == torch.bfloat16:
            return _sloped_half(dy, y, slope, gain, clamp)
        from gan.ops.cpu.pointwise import scaled_by_slope

        dy = dy.contiguous()
        out = torch.empty_like(dy)
        planes = dy.shape[0] * dy.shape[1]
        size = dy.numel() // planes
        scaled_by_slope(planes, size, _flat(dy), _flat(y), size, slope, gain, clamp, _flat(out))
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None, None]:
        (y,) = ctx.saved_tensors
        ddy: Tensor = _Slope.apply(grads[0], y, *ctx.constants)  # type: ignore[no-untyped-call]
        return ddy, None, None, None, None


def _activated_half(x: Tensor, b: Tensor | None, slope: float, gain: float, clamp: float) -> Tensor:
    from gan.ops.cpu import half_kernels

    out, channels = torch.empty_like(x), x.shape[1]
    bias = np.zeros(channels, np.float32) if b is None else b.detach().float().numpy()
    half_kernels.activated(
        *half_kernels.tasks(x.shape), _bits(x), x.numel() // channels, channels, bias, slope, gain, clamp, _bits(out)
    )
    return out


def _sloped_half(dy: Tensor, y: Tensor, slope: float, gain: float, clamp: float) -> Tensor:
    from gan.ops.cpu import half_kernels

    out, channels = torch.empty_like(y), y.shape[1]
    half_kernels.sloped(
        *half_kernels.tasks(y.shape),
        _bits(dy),
        _bits(y),
        y.numel() // channels,
        channels,
        slope,
        gain,
        clamp,
        _bits(out),
    )
    return out


def _bits(x: Tensor) -> Any:
    """The bits of bfloat16 images with the channels last, flat."""
    last = x.detach().contiguous(memory_format=torch.channels_last)
    return last.permute(0, 2, 3, 1).view(torch.uint16).view(-1).numpy()


def _flat(x: Tensor) -> Any:
    return x.detach().view(-1).numpy()
