"""Kernels for CUDA devices, written in Triton, and the choice between them and the reference operators.

Triton compiles a kernel at its first launch and caches it on disk. It needs a C compiler for its launcher: without one,
without Triton, or on an unknown device, the reference operators are used, and a notice gives the reason. Every operator
is checked on a small case against the reference before its first use in a process.

Importing this package does not import Triton.
"""

import importlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

_log = logging.getLogger(__name__)

OPERATORS = ("bias_act", "upfirdn2d", "filtered_lrelu")
"""Operators that have kernels; each has a module here with a function of its name."""

DTYPES = (torch.float16, torch.bfloat16, torch.float32)

Fast = Callable[..., Tensor | None]

_LOCK = threading.RLock()
_chosen: dict[tuple[str, int | None, bool], Fast | None] = {}
"""By operator, device number and whether gradients may be asked for: the tried kernel, None for the reference."""
_notices: dict[str, None] = {}
_enabled = True


def attempt(name: str, x: Tensor, *arguments: Any) -> Tensor | None:
    """Run an operator by its kernel.

    Args:
        name: One of `OPERATORS`.
        x: Its first argument.
        arguments: The others, in the order of the operator's signature.

    Returns:
        The result; None where the reference must do it: on other devices and types, where there is no working kernel,
        and for what the kernel does not cover.
    """
    if x.device.type != "cuda" or not _enabled or x.dtype not in DTYPES:
        return None
    key = (name, x.device.index, torch.is_grad_enabled())
    if key not in _chosen:
        if torch.compiler.is_compiling() or torch.cuda.is_current_stream_capturing():
            return None  # no moment to compile and compare; whoever records has run the same once before
        with _LOCK:
            _chosen[key] = choose(name, x.device, key[2])
    fast = _chosen[key]
    if fast is None:
        return None
    try:
        return fast(x, *arguments)
    except _launch_errors() as error:
        _chosen[key] = None
        _notice(f"Triton could not run {name} ({str(error).strip().splitlines()[0]})")
        return None


def choose(name: str, device: torch.device, with_gradients: bool) -> Fast | None:
    """The operator's kernel if it works on this device, else None and a notice."""
    reason = _obstacle(name, device, with_gradients)
    if reason is None:
        fast: Fast = getattr(importlib.import_module(f"{__name__}.{name}"), name)
        return fast
    _notice(reason)
    return None


def notices() -> tuple[str, ...]:
    """Reasons why kernels are not used, a sentence each, for people; empty where all that were wanted work."""
    return tuple(_notices)


def forget() -> None:
    """Reset the choices and notices: the next call tries again."""
    with _LOCK:
        _chosen.clear()
        _notices.clear()


@contextmanager
def reference_only() -> Iterator[None]:
    """Disable all kernels during the block, for comparisons."""
    global _enabled
    before, _enabled = _enabled, False
    try:
        yield
    finally:
        _enabled = before


def _notice(reason: str) -> None:
    notice = f"The GPU draws with PyTorch's own operators, which are slower: {reason}."
    if notice not in _notices:
        _notices[notice] = None
        _log.warning(notice)


def _launch_errors() -> tuple[type[Exception], ...]:
    """Exceptions of Triton where a kernel asks for more than the device has."""
    errors = sys.modules.get("triton.errors")
    return () if errors is None else (errors.TritonError,)


def _obstacle(name: str, device: torch.device, with_gradients: bool) -> str | None:
    """Reason why an operator's kernel cannot be used; None where it can."""
    try:
        trials = importlib.import_module(f"{__name__}.trials")
    except ImportError:
        return "Triton is not installed (pip install triton)"
    problem: str | None = trials.problem(name, device, with_gradients)
    return problem
