"""Operators on a device: error of the kernels against the reference, time, and memory throughput."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan import ops
from gan.ops import cuda

_LEAST_SECONDS, _MOST_REPEATS = 0.3, 30


def milliseconds(work: Callable[[], Any], device: torch.device) -> float:
    """Return the median time of `work` after two warm-up calls."""
    for _ in range(2):
        work()
    _wait(device)
    times: list[float] = []
    begun = time.perf_counter()
    while len(times) < _MOST_REPEATS and (len(times) < 3 or time.perf_counter() - begun < _LEAST_SECONDS):
        if device.type == "cuda":
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            work()
            end.record()
            torch.cuda.synchronize(device)
            times.append(start.elapsed_time(end))
        else:
            started = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@dataclass(frozen=True)
class Case:
    """Operator call as made by layers."""

    name: str
    shape: tuple[int, int, int, int]
    run: Callable[[Tensor, Callable[[Tensor], Tensor]], Tensor]
    """Function of x, and of a function that moves a filter to x's device."""
    channels_last: bool = False


def cases(tiny: bool) -> list[Case]:
    """Return calls with the shapes of 1024 x 1024 networks at batch 1, or tiny ones."""
    line, bias = ops.setup_filter([1, 3, 3, 1]), torch.ones(2 if tiny else 32)
    short, long = (ops.design_lowpass_filter(taps, 0.9, 0.3, rate) for taps, rate in ((12, 4), (24, 8)))
    radial = ops.design_lowpass_filter(12, 0.5, 0.6, 4, radial=True)
    assert short is not None and long is not None and radial is not None  # noqa: PT018
    size, channels = (20, 2) if tiny else (1024, 32)
    inner, wide = (20, 2) if tiny else (548, 128)

    def layer(fu: Tensor, fd: Tensor, up: int) -> Callable[..., Tensor]:
        pad = (len(fu) + len(fd) - 2 - up) // 2
        return lambda x, on: ops.filtered_lrelu(x, on(fu), on(fd), None, up, 2, pad, math.sqrt(2), 0.2, 256)

    return [
        Case("bias_act", (1, channels, size, size), lambda x, on: ops.bias_act(x, on(bias), act="lrelu")),
        Case("upfirdn2d blur", (1, channels, size, size), lambda x, on: ops.filter2d(x, on(line))),
        Case("upfirdn2d blur, NHWC", (1, channels, size, size), lambda x, on: ops.filter2d(x, on(line)), True),
        Case("upfirdn2d up", (1, channels, size // 2, size // 2), lambda x, on: ops.upsample2d(x, on(line))),
        Case("upfirdn2d down", (1, channels, size, size), lambda x, on: ops.downsample2d(x, on(line))),
        Case("filtered_lrelu T", (1, wide, inner, inner), layer(short, short, 2)),
        Case("filtered_lrelu T, up 4", (1, wide, inner // 2, inner // 2), layer(long, short, 4)),
        Case("filtered_lrelu R", (1, wide, inner, inner), layer(short, radial, 2)),
    ]


def copy_bandwidth(device: torch.device, megabytes: int) -> float:
    """Return bytes per second of a copy within the device, reads and writes counted."""
    x = torch.empty(megabytes << 20, dtype=torch.uint8, device=device)
    y = torch.empty_like(x)
    return 2 * x.numel() / milliseconds(lambda: y.copy_(x), device) * 1000


def measure(device: torch.device, tiny: bool) -> dict[str, Any]:
    """Measure errors, times with and without kernels, and share of copy bandwidth per operator and dtype."""
    bandwidth = copy_bandwidth(device, 1 if tiny else 512)
    result: dict[str, Any] = {"copy_bytes_per_second": bandwidth, "operators": {}}
    for case in cases(tiny):
        for dtype in (torch.float16, torch.float32):
            result["operators"][f"{case.name}, {str(dtype).removeprefix('torch.')}"] = _row(
                case, dtype, device, bandwidth
            )
    result["notices"] = list(cuda.notices())
    return result


def _row(case: Case, dtype: torch.dtype, device: torch.device, bandwidth: float) -> dict[str, float]:
    order = torch.channels_last if case.channels_last else torch.contiguous_format
    x = torch.randn(case.shape, device=device).to(dtype, memory_format=order)
    moved: dict[int, Tensor] = {}

    def on(f: Tensor) -> Tensor:
        """Return the same tensor on every call, like a network's buffers."""
        if id(f) not in moved:
            moved[id(f)] = f.to(device)
        return moved[id(f)]

    def backward() -> Tensor:
        y = case.run(leaf, on)
        return torch.autograd.grad(y, leaf, torch.ones_like(y))[0]

    leaf = x.clone().requires_grad_()
    with torch.no_grad():
        y = case.run(x, on)
        fast = milliseconds(lambda: case.run(x, on), device)
        with cuda.reference_only(), torch.backends.cudnn.flags(allow_tf32=False):
            want = case.run(x.float(), on)
        with cuda.reference_only():
            slow = milliseconds(lambda: case.run(x, on), device)
    gradient, both = backward(), milliseconds(backward, device)
    with cuda.reference_only():
        leaf = x.detach().float().requires_grad_()
        want_gradient = backward()
        leaf = x.clone().requires_grad_()
        both_slow = milliseconds(backward, device)
    return {
        "error": _error(y, want),
        "gradient_error": _error(gradient, want_gradient),
        "ms": fast,
        "reference_ms": slow,
        "forward_backward_ms": both,
        "reference_forward_backward_ms": both_slow,
        "share_of_copy_bandwidth": (x.nbytes + y.nbytes) / fast * 1000 / bandwidth,
    }


def _error(got: Tensor, want: Tensor) -> float:
    """Return the maximum difference relative to the maximum value."""
    return float((got.float() - want).abs().max() / want.abs().max())
