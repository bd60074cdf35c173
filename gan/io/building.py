"""The steps that every file format shares: plan a network, compare it with the file, build it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gan.io.arguments import checked_arguments
from gan.io.errors import CorruptFileError, LoadError, UnsupportedNetworkError, listed, quoted
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import Tensor

if TYPE_CHECKING:
    import torch
    from torch import nn


def check_class(name: str, architecture: Architecture) -> None:
    """Make sure that there is such a class.

    Raises:
        UnsupportedNetworkError: there is none.
    """
    from gan.networks import CLASS_NAMES

    if architecture.class_name not in CLASS_NAMES:
        raise UnsupportedNetworkError(
            f"{name} is a {quoted(architecture.class_name)}, which this version cannot build (it knows "
            f"{', '.join(CLASS_NAMES)}); update the program or choose another file."
        )


@dataclass(frozen=True)
class Plan:
    """A network without memory, compared with the tensors in its file."""

    name: str
    network: "nn.Module"
    tensors: Mapping[str, Tensor]

    @property
    def nbytes(self) -> int:
        """Memory of the finished network in bytes."""
        return sum(value.numel() * value.element_size() for value in self.network.state_dict().values())


def plan(name: str, stored: StoredNetwork) -> Plan:
    """Build a network without memory, and compare it with the file by name and shape; no random numbers are drawn.

    Args:
        name: What the file calls it, for messages.
        stored: The network in the file.

    Raises:
        UnsupportedNetworkError: the arguments are not those of the class.
        CorruptFileError: a parameter is missing, unknown or of the wrong shape.
    """
    import torch

    from gan.io.shapes import ShapesAlone
    from gan.networks import build

    architecture = stored.architecture
    check_class(name, architecture)
    arguments = checked_arguments(architecture.arguments)
    try:
        with torch.device("meta"), ShapesAlone():
            network = build(architecture.class_name, **arguments)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, AssertionError, RuntimeError) as error:
        raise UnsupportedNetworkError(
            f"{name} cannot be built as {architecture.class_name} from the arguments in the file "
            f"({quoted(str(error), 80)}); if it comes from a changed version of the official code, export it with the "
            "original code."
        ) from error
    _compare(name, network.state_dict(), stored.tensors)
    return Plan(name, network, stored.tensors)


def check_memory(plans: Iterable[Plan], device: "str | torch.device") -> None:
    """Compare the needs of networks with the memory that is available, before any is taken.

    Raises:
        UnsupportedNetworkError: there is too little.
    """
    from gan.memory import available_bytes

    needed = sum(one.nbytes for one in plans)
    available = available_bytes(device)
    # What is available is an estimate: other programs' memory can be swapped out.
    if needed > max(available, _SMALL):
        raise too_little_memory(needed, available)


_SMALL = 2**29
"""Needs up to this many bytes are not compared."""


def too_little_memory(needed: int | None = None, available: int | None = None) -> UnsupportedNetworkError:
    """The error of a network that does not fit into memory."""
    sizes = f": they take {needed / 2**30:.1f} GiB, but {(available or 0) / 2**30:.1f} GiB are free" if needed else ""
    return UnsupportedNetworkError(
        f"The file's networks do not fit into memory{sizes}; close other programs, or choose a smaller network."
    )


def assemble(planned: Plan, device: "str | torch.device") -> "nn.Module":
    """Give a network its parameters and buffers.

    Args:
        planned: The network.
        device: Where it should be.

    Returns:
        The network in evaluation mode, with no gradients required.

    Raises:
        CorruptFileError: the file's numbers cannot be read.
        UnsupportedNetworkError: they do not fit into memory.
    """
    network, state = planned.network, {}
    for key, want in network.state_dict().items():
        with reading():
            value = planned.tensors[key].read().to(dtype=want.dtype)
        state[key] = value.to(device=device)
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval().requires_grad_(False)


@contextmanager
def reading() -> Iterator[None]:
    """Turn every error of a reader into a LoadError: a damaged file must not look like a fault of the program.

    Budgets refuse what is known to be hostile; this is for the rest.
    """
    try:
        yield
    except (LoadError, OSError):
        raise
    except MemoryError as error:
        raise too_little_memory() from error
    except Exception as error:
        if "allocate memory" in str(error):  # torch has no error of its own for it on a CPU
            raise too_little_memory() from error
        raise CorruptFileError(
            f"The file holds something that no network has, and cannot be read ({type(error).__name__}); copy or "
            "download it again."
        ) from error


def _compare(name: str, expected: "Mapping[str, torch.Tensor]", stored: Mapping[str, Tensor]) -> None:
    missing = sorted(expected.keys() - stored.keys())
    unknown = sorted(stored.keys() - expected.keys())
    if missing or unknown:
        parts = [
            f"{what} {listed(keys, 2)}" for what, keys in (("lacks", missing), ("has the unknown", unknown)) if keys
        ]
        raise CorruptFileError(
            f"{name} does not fit its own description: it {' and '.join(parts)}; get the file again from its source."
        )
    for key, want in expected.items():
        if stored[key].shape != tuple(want.shape):
            raise CorruptFileError(
                f"{name}'s {quoted(key)} has the shape {list(stored[key].shape)} but should have {list(want.shape)}; "
                "get the file again from its source."
            )
