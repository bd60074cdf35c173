"""Each operator with the CPU's kernels against its reference: `python -m benchmarks.ops` prints JSON.

Times are the least of several, in turn, of the call alone and with its gradient (forward and backward). A ratio below 1
means that the kernel is faster; where the kernels leave a configuration to the reference (`answers` is false) the two
are the same code, and the ratio shows how noisy the machine is. `slower` lists the configurations that a kernel answers
and the reference does in less time.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

import torch

from gan.memory import keep_freed_memory
from gan.ops import bias_act, design_lowpass_filter, filtered_lrelu, setup_filter, upfirdn2d
from gan.ops.cpu import dispatch

SHAPES = ((1, 512, 16, 16), (8, 128, 32, 32), (4, 8, 64, 64), (1, 64, 128, 128), (1, 64, 256, 256), (4, 3, 256, 256))
NOISE = 1.1
"""Ratios up to this are within what a machine that is not idle does to equal code."""

SHORT = setup_filter([1, 3, 3, 1])
LONG = design_lowpass_filter(12, 0.8, 0.4, 4)
RADIAL = design_lowpass_filter(12, 0.8, 0.4, 4, radial=True)

Op = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
OPS: dict[str, Op] = {
    "upfirdn2d up 2, 4 taps": lambda x, b: upfirdn2d(x, SHORT, up=2, padding=(2, 1, 2, 1)),
    "upfirdn2d down 2, 4 taps": lambda x, b: upfirdn2d(x, SHORT, down=2, padding=1),
    "upfirdn2d 4 taps": lambda x, b: upfirdn2d(x, SHORT, padding=(2, 1, 2, 1)),
    "upfirdn2d up 2, 12 taps": lambda x, b: upfirdn2d(x, LONG, up=2, padding=(6, 5, 6, 5)),
    "upfirdn2d down 2, 12 taps": lambda x, b: upfirdn2d(x, LONG, down=2, padding=5),
    "upfirdn2d up 3 down 2, 12 taps": lambda x, b: upfirdn2d(x, LONG, up=3, down=2, padding=6),
    "upfirdn2d down 2, radial": lambda x, b: upfirdn2d(x, RADIAL, down=2, padding=5),
    "bias_act": lambda x, b: bias_act(x, b, act="lrelu", clamp=256),
    "filtered_lrelu T": lambda x, b: filtered_lrelu(x, LONG, LONG, b, 2, 2, (11, 10, 11, 10), clamp=256),
    "filtered_lrelu R": lambda x, b: filtered_lrelu(x, LONG, RADIAL, b, 2, 2, (11, 10, 11, 10), clamp=256),
}


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compared(work: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Milliseconds of the kernels and of the reference, the least of `repeats` each, taken in turn."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for i in range(repeats + 1):
        for kernels in (True, False) if i % 2 else (False, True):  # neither always finds the other's memory warm
            dispatch.enable() if kernels else dispatch.disable()
            took = seconds(work)
            if i > 0:  # the first calls make room and plans
                times[kernels].append(took)
    return 1000 * min(times[True]), 1000 * min(times[False])


def answers(op: Op, x: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether a kernel has a part in it."""
    dispatch.enable()
    left = [op(x.clone().requires_grad_(), b).grad_fn]
    found = False
    while left:
        node = left.pop()
        found = found or node.name() in ("_ResampleBackward", "_BiasActBackward")
        left += [following for following, _ in node.next_functions if following is not None]
    return found


def measure(name: str, shape: tuple[int, ...], repeats: int) -> dict[str, Any]:
    op = OPS[name]
    x, b = torch.randn(shape), torch.randn(shape[1])
    with torch.no_grad():
        forward = compared(lambda: op(x, b), repeats)
    leaf = x.clone().requires_grad_()
    both = compared(lambda: torch.autograd.grad(op(leaf, b).sum(), leaf), repeats)
    return {
        "op": name,
        "shape": shape,
        "answers": answers(op, x, b),
        "forward_ms": [round(t, 3) for t in forward],
        "ratio": round(forward[0] / forward[1], 2),
        "with_backward_ms": [round(t, 3) for t in both],
        "with_backward_ratio": round(both[0] / both[1], 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    tuned = keep_freed_memory()
    if not dispatch.enable():
        raise SystemExit("The kernels cannot be compiled here: nothing was measured.")
    rows = [measure(name, shape, given.repeats) for name in OPS for shape in SHAPES]
    slower = [r for r in rows if r["answers"] and max(r["ratio"], r["with_backward_ratio"]) > NOISE]
    load = os.getloadavg() if hasattr(os, "getloadavg") else None
    result = {"threads": given.threads, "malloc_tuned": tuned, "load": load, "rows": rows, "slower": slower}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
