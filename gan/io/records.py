"""Tensors of files as torch's, made from the records of `foundation.pickles`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from foundation.pickles.records import (
    ITEM_SIZES,
    FileBytes,
    Module,
    NumpyArray,
    NumpyType,
    Record,
    Storage,
    Stored,
    View,
    is_count,
    is_shape,
    make_view,
)

if TYPE_CHECKING:
    import torch

__all__ = [
    "ITEM_SIZES",
    "FileBytes",
    "Module",
    "NumpyArray",
    "NumpyType",
    "Record",
    "Storage",
    "Tensor",
    "derived",
    "is_count",
    "is_shape",
    "make_tensor",
]


@dataclass(frozen=True, slots=True)
class Tensor(Stored):
    """A tensor that is not allocated yet; its shape and strides were checked against the available bytes.

    Attributes:
        dtype: A key of `ITEM_SIZES`.
        shape: Its sizes.
        read: Makes the real tensor, with memory of its own.
    """

    dtype: str
    shape: tuple[int, ...]
    read: "Callable[[], torch.Tensor]" = field(repr=False)

    @property
    def nbytes(self) -> int:
        """The bytes the real tensor needs."""
        return prod(self.shape) * ITEM_SIZES[self.dtype]


def derived(tensor: Tensor, shape: tuple[int, ...], change: "Callable[[torch.Tensor], torch.Tensor]") -> Tensor:
    """A tensor of another shape or with other values, made from `tensor` when it is read."""
    return Tensor(tensor.dtype, shape, lambda: change(tensor.read()))


def make_tensor(storage: Any, offset: Any, shape: Any, stride: Any) -> Tensor:
    """A view of `storage` as the file describes it. Arguments and errors as of `make_view`."""
    view = make_view(storage, offset, shape, stride)
    return Tensor(view.dtype, view.shape, lambda: _read(view))


def _read(view: View) -> "torch.Tensor":
    import torch

    kind = getattr(torch, view.dtype)
    if not view.span:
        return torch.empty(view.shape, dtype=kind)
    # torch's own memory is aligned for its kernels, and must not be the file's read-only bytes.
    raw = torch.empty(view.span * ITEM_SIZES[view.dtype], dtype=torch.uint8)
    view.read_into(raw.numpy().data)
    return raw.view(kind).as_strided(view.shape, view.stride).contiguous()
