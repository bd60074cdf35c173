"""Warm-up: loading or compiling kernels, and building plans."""

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gan.inference import low_res
from gan.inference.cpu import plans, precision
from gan.networks.protocol import Synthesis

if TYPE_CHECKING:
    from gan.ops.cpu.jit import Kernel

Progress = Callable[[int, int], None]
"""Called as progress(ready, total) when a kernel must be compiled, and after each kernel from then on."""


class CompilingError(Exception):
    """The kernels could not be compiled or stored on disk; the text gives the reason in a few words."""


def warm_up(synthesis: Synthesis, progress: Progress | None = None, *, automatic: bool = False) -> bool:
    """Make a synthesis network's plan, so that calls without gradients use it on the CPU from now on.

    Args:
        synthesis: `G.synthesis`.
        progress: See `Progress`; not called where all kernels are in memory or on disk.
        automatic: See `plans.Entry`.

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
    _prepare(family.kernels(synthesis, "exact"), progress)
    plans.enter(synthesis, family.plan, family.plan, automatic=automatic)
    return True


def warm_up_fast(synthesis: Synthesis, progress: Progress | None = None) -> bool:
    """Make a network's plan of the precision "fast", where it has a plan and the CPU multiplies bfloat16 numbers.

    Args:
        synthesis: `G.synthesis`.
        progress: As for `warm_up`.

    Returns:
        True if there is such a plan now.

    Raises:
        CompilingError: The kernels could not be made; the exact plan is used.
    """
    if synthesis not in plans.entries or not precision.has_fast():
        return False
    from gan.inference.cpu import families

    family = families.family_of(synthesis)
    assert family is not None
    _prepare(family.kernels(synthesis, "fast"), progress)
    plans.enter_fast(synthesis)
    return True


def warm_up_low_res(
    synthesis: Synthesis,
    progress: Progress | None = None,
    made: Callable[[int], None] = lambda resolution: None,
    least: int | None = None,
) -> None:
    """Make the plans of a network's low resolutions (`low_res`), the lowest first, in the precisions of its own plan.

    Plans that exist are kept, so it can be called again when the network has a plan of another precision.

    Args:
        synthesis: `G.synthesis`.
        progress: As for `warm_up`.
        made: Called with each resolution whose plans are ready.
        least: Make only the lowest resolution that has at least this side.

    Raises:
        CompilingError: The kernels could not be made; low resolutions use the reference.
    """
    entry = plans.entries.get(synthesis)
    if entry is None:
        return
    from gan.inference.cpu import families

    sides = [side for side in low_res.shares(synthesis) if least is None or side >= least]
    for resolution in sides if least is None else sides[:1]:
        network = low_res.at_resolution(synthesis, resolution)
        family = families.family_of(network)
        if family is None:
            continue
        smaller = family.smaller
        if not plans.is_current(network):
            _prepare(family.kernels(network, "exact"), progress)
            plans.enter(network, lambda network, make=smaller: make(network, entry.plan), family.plan)  # type: ignore[misc]
        if entry.fast is not None:
            _prepare(family.kernels(network, "fast"), progress)
            plans.enter_fast(network, lambda network, make=smaller: make(network, entry.fast))  # type: ignore[misc]
        made(resolution)


def follow(synthesis: Synthesis, like: Synthesis, side: int = 0, *, fast: bool = False) -> bool:
    """Make a network's plan from that of another one of the same architecture, layer by layer where tensors differ.

    Kernels are those of the other network, so nothing is compiled.

    Args:
        synthesis: `G.synthesis`, for which `low_res.follow` has been called too.
        like: The network with the plan.
        side: Low resolution, one of `low_res.shares`; 0 for the whole network.
        fast: Also make the plan of lower precision, where the other network has one.

    Returns:
        True if there is a plan now; False while the other network has none: the reference is used then.
    """
    if not plans.fits(synthesis) or not plans.enter_like(synthesis, like, fast=fast):
        return False
    if not side:
        return True
    from gan.inference.cpu import families

    small, other = (low_res.at_resolution(network, side) for network in (synthesis, like))
    family, entry, known = families.family_of(small), plans.entries[synthesis], plans.entries.get(other)
    if family is None or known is None:
        return small in plans.entries
    smaller = family.smaller
    plans.enter_like(small, other, lambda network: smaller(network, entry.plan, known.plan))
    if fast and entry.fast is not None and known.fast is not None:
        plans.enter_fast(small, lambda network: smaller(network, entry.fast, known.fast))
    return True


def load_early() -> None:
    """Import numba, and read the kernel that all plans need: the first one takes far longer than the others."""
    if not available():
        return
    from gan.inference.cpu import families
    from gan.ops.cpu.affine import affine_rows

    with contextlib.suppress(*families.COMPILING_FAILED):  # `warm_up` reports it
        affine_rows.prepare()


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
