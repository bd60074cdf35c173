"""Synthesis on a CPU by plans: a network's weights arranged for kernels that draw the same pictures in less time.

A network is drawn by its plan from the moment that `warm_up` has made one. That reads the kernels from disk or, the
first time on a computer, compiles them, which takes seconds: call it from a thread. A plan sees changes of the
network's parameters and is then made anew; the network itself is never changed, and holds nothing of the plan.

Importing this module does not import numba.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from gan.networks.steps import OnLayer, Steps, follow
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.dispatch import VARIABLE

Progress = Callable[[int, int], None]
"""Called with how many kernels are ready, and of how many: when one must be compiled, and after each from then on."""

Fingerprint = tuple[tuple[int, int], ...]
"""See `fingerprint`."""

_LOCK = threading.Lock()
_log = logging.getLogger(__name__)


class CompilingError(Exception):
    """The kernels could not be made, or not be kept on disk; the text says why in a few words."""


@dataclass
class _Entry:
    plan: Any
    made_of: Fingerprint


_entries: "WeakKeyDictionary[nn.Module, _Entry]" = WeakKeyDictionary()


def warm_up(synthesis: nn.Module, progress: Progress | None = None) -> bool:
    """Make a synthesis network's plan, so that it draws on the CPU from now on; whether there is one.

    There is none for networks on other devices, of other types than float32, or with layers that no kernel covers, and
    where numba cannot be imported; the network's own way then stays.

    Args:
        synthesis: `G.synthesis`.
        progress: See `Progress`; not called where all kernels are in memory or on disk.

    Raises:
        CompilingError: The network's own way stays.
    """
    if not _fits(synthesis) or not available():
        return False
    from gan.inference.cpu import families

    family = families.family_of(synthesis)
    if family is None:
        return False
    _prepare(family.kernels(synthesis), progress)
    _enter(synthesis, family.plan)
    return True


def warm_up_drafts(synthesis: nn.Module, progress: Progress | None = None) -> None:
    """Make the plans of a network's drafts, where it has one itself and its drafts need their own.

    Args:
        synthesis: `G.synthesis`.
        progress: As for `warm_up`.

    Raises:
        CompilingError: The drafts' own way stays.
    """
    entry = _entries.get(synthesis)
    if entry is None:
        return
    from gan.inference.cpu import families

    family = families.family_of(synthesis)
    assert family is not None
    drafts = [draft for draft in family.drafts(synthesis) if families.family_of(draft) is not None]
    _prepare([kernel for draft in drafts for kernel in family.kernels(draft)], progress)
    for draft in drafts:
        _enter(draft, lambda network: family.plan(network, entry.plan))


def _enter(synthesis: nn.Module, make: Callable[[nn.Module], Any]) -> None:
    """Make a network's plan, and draw the network by it from now on."""
    made_of = fingerprint(synthesis)
    entry = _Entry(_made(make, synthesis), made_of)
    with _LOCK:
        _entries[synthesis] = entry


def wanted() -> bool:
    """Whether the user's environment leaves kernels on: see `dispatch.VARIABLE`."""
    return os.environ.get(VARIABLE) != "off"


def make_ready(synthesis: nn.Module) -> bool:
    """`warm_up` where kernels are `wanted`: for programs that draw so many pictures that making a plan pays."""
    try:
        return wanted() and warm_up(synthesis)
    except CompilingError as problem:
        _log.warning("The kernels for this processor could not be made (%s); drawing goes on without.", problem)
        return False


def _prepare(kernels: Sequence[Any], progress: Progress | None) -> None:
    """Compile these kernels, or read them from disk. Raises CompilingError."""
    from gan.inference.cpu import families

    missing = [kernel for kernel in dict.fromkeys(kernels) if not kernel.ready]
    compiled = False

    def compiling() -> None:
        nonlocal compiled
        if not compiled and progress is not None:
            progress(i, len(missing))
        compiled = True

    try:
        for i, kernel in enumerate(missing):
            kernel.prepare(compiling)
            if compiled and progress is not None:
                progress(i + 1, len(missing))
    except families.COMPILING_FAILED as error:
        raise CompilingError(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    return next(iter(str(error).splitlines()), type(error).__name__)


def available() -> bool:
    """Whether numba can be imported; imports it."""
    try:
        import gan.inference.cpu.families  # noqa: F401
    except ImportError:
        return False
    return True


def cool_down(synthesis: nn.Module) -> None:
    """Let a network's plan go: it draws in its own way again."""
    with _LOCK:
        _entries.pop(synthesis, None)


def plan_for(synthesis: nn.Module, ws: Tensor, watched: bool = False) -> Any | None:
    """The plan that can draw `ws` [N, num_ws, w_dim] now; None where the network's own way must be taken.

    Args:
        synthesis: `G.synthesis`.
        ws: What to draw.
        watched: Whether somebody looks at every layer, who expects those of a batch together.
    """
    entry = _entries.get(synthesis)
    if entry is None or torch.is_grad_enabled() or ws.device.type != "cpu" or len(ws) == 0:
        return None
    if len(ws) > 1 and (watched or not entry.plan.pays(len(ws))):
        return None
    if (now := fingerprint(synthesis)) != entry.made_of:
        if not _fits(synthesis):
            cool_down(synthesis)
            return None
        entry.plan, entry.made_of = _made(type(entry.plan), synthesis), now
    return entry.plan


def pictures(count: int, steps_of: Callable[[int], Steps], capture: str | None, on_layer: OnLayer | None) -> Tensor:
    """A batch's pictures (or their layers `capture`), drawn by a plan one after another: [count, C, H, W].

    Args:
        count: How many.
        steps_of: The steps that draw one of them.
        capture: As in `follow`, like `on_layer`, which is for a single picture.
        on_layer: See `capture`.
    """
    first = follow(steps_of(0), capture, on_layer)
    if count == 1:
        return first
    result = first.new_empty(count, *first.shape[1:])
    result[0] = first[0]
    for i in range(1, count):
        result[i] = follow(steps_of(i), capture)[0]
    return result


@contextmanager
def drawing() -> Iterator[None]:
    """The time in which a plan draws: it has its buffers for itself."""
    with ALONE:
        yield


def _fits(synthesis: nn.Module) -> bool:
    tensors = (*synthesis.parameters(), *synthesis.buffers())
    return all(x.device.type == "cpu" and x.dtype == torch.float32 for x in tensors)


def _made(make: Callable[[nn.Module], Any], synthesis: nn.Module) -> Any:
    # Not in inference mode, whose tensors know no versions; nothing here is for learning.
    with torch.inference_mode(False), torch.no_grad():
        return make(synthesis)


def fingerprint(synthesis: nn.Module) -> Fingerprint:
    """Of a network: changes when any parameter or buffer does, in place or by another one in its place.

    Those of a network that was read in inference mode count no changes in place.
    """
    tensors = (*synthesis.parameters(), *synthesis.buffers())
    return tuple((x.data_ptr(), -1 if x.is_inference() else x._version) for x in tensors)
