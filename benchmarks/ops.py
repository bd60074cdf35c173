"""CPU kernels of the operators against their reference: `python -m benchmarks.ops` prints JSON.

Measures selected configurations, those of 256 x 256 networks (StyleGAN2, StyleGAN3-T and R rendering one image, a
discriminator on four), and 200 random ones per operator; each forward alone and with gradient (forward and backward).
Kernels and reference alternate, and a time is the minimum of at least 3 calls, as many as fit into 80 ms. A ratio below
1 means that the kernels are faster. If a call is left to the reference entirely (`answers` is false), both are the same
code, and the ratio shows the noise of the machine.

A call that a kernel handles and that looks slower is measured three more times, longer, in wall-clock time and in CPU
time on one thread; `slower` lists the configurations whose minimum ratio of either is still above `NOISE`.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch

from benchmarks import ops_cases
from benchmarks.ops_cases import Case
from gan.memory import keep_freed_memory
from gan.ops.cpu import dispatch
from gan.ops.cpu.jit import Kernel

NOISE = 1.05
"""Ratio within the noise of a machine that is not idle."""
_LEAST, _MOST, _SECONDS = 3, 50, 0.08
"""Minimum and maximum repeats of each variant, and their time limit in seconds."""
_AGAIN, _LOOKS = 5, 3
"""Factor on that time limit, and number of repeats, for a second measurement."""

Work = Callable[[], Any]
Clock = Callable[[], float]


def compared(work: Work, longer: float = 1.0, clock: Clock = time.perf_counter) -> tuple[float, float]:
    """Return minimum milliseconds of kernels and reference, measured alternately.

    Args:
        work: Call to measure.
        longer: Factor on the time limit.
        clock: Wall-clock or CPU time in seconds.
    """
    times: dict[bool, list[float]] = {True: [], False: []}
    started = time.perf_counter()
    while len(times[True]) < _MOST * longer and (
        len(times[True]) < _LEAST * min(longer, 4) or time.perf_counter() - started < _SECONDS * longer
    ):
        # Alternate the order, so that neither always finds the other's memory warm.
        for kernels in (True, False) if len(times[True]) % 2 else (False, True):
            dispatch.enable() if kernels else dispatch.disable()
            begun = clock()
            work()
            times[kernels].append(clock() - begun)
    dispatch.enable()
    return 1000 * min(times[True]), 1000 * min(times[False])


@contextmanager
def one_thread() -> Iterator[None]:
    """Restrict PyTorch and the kernels to the calling thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def answers(work: Work) -> bool:
    """Return True if a kernel takes part in the call."""
    called: list[Kernel] = []
    plain = Kernel.__call__

    def counted(kernel: Kernel, *arguments: Any) -> None:
        called.append(kernel)
        plain(kernel, *arguments)

    dispatch.enable()
    with patch.object(Kernel, "__call__", counted):
        work()
    return bool(called)


def measure(case: Case) -> dict[str, Any]:
    """Measure one configuration."""
    x, b = torch.randn(case.shape), torch.randn(case.shape[1])
    leaf = x.clone().requires_grad_()

    @torch.no_grad()
    def forward() -> Any:
        return case.call(x, b)

    def with_gradient() -> Any:
        return torch.autograd.grad(case.call(leaf, b).sum(), leaf)

    row: dict[str, Any] = {"op": case.op, "kind": case.kind, "shape": case.shape}
    for name, work in {"forward": forward, "with_gradient": with_gradient}.items():
        for _ in range(2):  # allocates memory and makes plans
            work()
        row[name] = figures(work)
    return row


def figures(work: Work) -> dict[str, Any]:
    """Measure a call: kernel use, times and ratio, and those of a second measurement if it looks slower."""
    kernels, reference = compared(work)
    found: dict[str, Any] = {"answers": answers(work), "ms": [round(kernels, 4), round(reference, 4)]}
    found["ratio"] = round(kernels / reference, 3)
    if found["answers"] and found["ratio"] > NOISE:
        found["again"] = round(_least_ratio(work, time.perf_counter), 3)
        with one_thread():
            found["again_processor"] = round(_least_ratio(work, time.process_time), 3)
    return found


def _least_ratio(work: Work, clock: Clock) -> float:
    """Return the minimum ratio of several longer measurements, as load can only raise ratios."""
    times = [compared(work, _AGAIN, clock) for _ in range(_LOOKS)]
    return min(kernels / reference for kernels, reference in times)


def is_slower(found: dict[str, Any]) -> bool:
    """Return True if a kernel is slower than the reference in the second measurement too."""
    return max(found.get("again", 0.0), found.get("again_processor", 0.0)) > NOISE


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Summarise by operator: configurations, those handled by kernels, and quartiles of their last ratios."""
    result = {}
    for op in sorted({row["op"] for row in rows}):
        own = [row for row in rows if row["op"] == op]
        result[op] = {"configurations": len(own)}
        for way in ("forward", "with_gradient"):
            ratios = torch.tensor([row[way].get("again", row[way]["ratio"]) for row in own if row[way]["answers"]])
            quartiles = ratios.quantile(torch.tensor([0.25, 0.5, 0.75, 1.0])) if len(ratios) else ratios
            result[op][way] = {"answered": len(ratios), "ratio_quartiles": [round(float(q), 2) for q in quartiles]}
    return result


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawn", type=int, default=200, help="configurations of each operator that are drawn")
    parser.add_argument("--seed", type=int, default=0, help="decides those")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rows", action="store_true", help="print every configuration")
    parser.add_argument("--tiny", action="store_true", help="small images, to show that it runs")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    tuned = keep_freed_memory()
    if not dispatch.enable():
        raise SystemExit("The kernels cannot be compiled here: nothing was measured.")
    if given.tiny:
        cases = [*ops_cases.of_networks(16, 1, small=True), *ops_cases.drawn(given.drawn, given.seed, 1 << 12)]
    else:
        cases = [*ops_cases.chosen(), *ops_cases.of_networks(), *ops_cases.drawn(given.drawn, given.seed)]
    rows = [measure(case) for case in cases]
    slower = [row for row in rows if is_slower(row["forward"]) or is_slower(row["with_gradient"])]
    result = {
        "threads": given.threads,
        "malloc_tuned": tuned,
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "operators": summary(rows),
        "measured_again": sum("again" in row[way] for row in rows for way in ("forward", "with_gradient")),
        "slower": slower,
        "targets": {"no_configuration_slower_than_its_reference": not slower},
    }
    print(json.dumps(result | ({"rows": rows} if given.rows else {}), indent=2))


if __name__ == "__main__":
    main()
