"""Warm-up: loading or compiling kernels, and building plans."""

import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gan.inference import low_res
from gan.inference.cpu import plans
from gan.networks.protocol import Synthesis
from gan.ops.cpu.dispatch import VARIABLE

if TYPE_CHECKING:
    from gan.ops.cpu.jit import Kernel

Progress = Callable[[int, int], None]
"""Called as progress(ready, total) when a kernel must be compiled, and after each kernel from then on."""

_log = logging.getLogger(__name__)


class CompilingError(Exception):
    """The kernels could not be compiled or stored on disk; the text gives the reason in a few words."""


def warm_up(synthesis: Synthesis, progress: Progress | None = None) -> bool:
    """Make a synthesis network's plan, so that calls without gradients use it on the CPU from now on.

    Args:
        synthesis: `G.synthesis`.
        progress: See `Progress`; not called where all kernels are in memory or on disk.

    Returns:
        True if there is a plan now; False for networks on other devices, of other types than float32, or with layers
        that no kernel covers, and where numba cannot be imported: the reference is used then.

    Raises:
        CompilingError: The kernels could not be made; the reference is used.
    """
    if not plans.fits(synthesis) or not available():
        return False
    from gan.inference.cpu import families

    family = families.family_of(synthesis)
    if family is None:
        return False
    _prepare(family.kernels(synthesis), progress)
    plans.enter(synthesis, family.plan, family.plan)
    return True


def warm_up_low_res(synthesis: Synthesis, progress: Progress | None = None) -> None:
    """Make the plans of a network's low resolutions (`low_res`), where it has a plan itself.

    Args:
        synthesis: `G.synthesis`.
        progress: As for `warm_up`.

    Raises:
        CompilingError: The kernels could not be made; low resolutions use the reference.
    """
    entry = plans.entries.get(synthesis)
    if entry is None:
        return
    from gan.inference.cpu import families

    small = [low_res.at_resolution(synthesis, resolution) for resolution in low_res.shares(synthesis)]
    planned = [(network, family) for network in small if (family := families.family_of(network)) is not None]
    _prepare([kernel for network, family in planned for kernel in family.kernels(network)], progress)
    for network, family in planned:
        plans.enter(network, lambda network, make=family.smaller: make(network, entry.plan), family.plan)  # type: ignore[misc]


def wanted() -> bool:
    """True unless the user's environment turns kernels off: see `dispatch.VARIABLE`."""
    return os.environ.get(VARIABLE) != "off"


def make_ready(synthesis: Synthesis) -> bool:
    """`warm_up` where kernels are `wanted`, for programs that render so many images that making a plan pays.

    Returns:
        True if there is a plan now. A failure is logged, and the reference is used.
    """
    try:
        return wanted() and warm_up(synthesis)
    except CompilingError as problem:
        _log.warning("The kernels for this processor could not be made (%s); drawing goes on without.", problem)
        return False


def available() -> bool:
    """True if numba can be imported; imports it."""
    try:
        import gan.inference.cpu.families  # noqa: F401
    except ImportError:
        return False
    return True


def _prepare(kernels: Sequence["Kernel"], progress: Progress | None) -> None:
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
