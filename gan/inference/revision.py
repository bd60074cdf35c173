"""Revisions of networks in memory: they change when a parameter or buffer does."""

from collections.abc import Iterable, Iterator

from torch import Tensor

from gan.networks.protocol import HasTensors

Revision = tuple[tuple[int, int], ...]
"""Address and version of each tensor."""


def revision(network: HasTensors) -> Revision:
    """Value that changes when any parameter or buffer is changed in place or replaced.

    The tensors of a network that was read in inference mode count no changes in place.
    """
    tensors = (*network.parameters(), *network.buffers())
    return tuple((x.data_ptr(), -1 if x.is_inference() else x._version) for x in tensors)


def same_tensors(a: Iterable[Tensor], b: Iterable[Tensor]) -> bool:
    """Return True if tensors are the same ones in memory, one after another."""
    pairs = zip(a, b, strict=True)
    return all(x is y or (x.data_ptr() == y.data_ptr() and x.shape == y.shape) for x, y in pairs)


def tensors_of(network: HasTensors) -> Iterator[Tensor]:
    """Parameters and buffers of a module."""
    yield from network.parameters()
    yield from network.buffers()
