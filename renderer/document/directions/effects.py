"""Effects of a direction on the picture, as measured on rendered ones. Standard library and numpy."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt

from foundation.directions import acting_layers
from renderer.document.parts import ArrayRef
from renderer.document.ranges import Factor, Index, Text
from renderer.document.request import RenderRequest

Floats = npt.NDArray[np.float32]
Word = Annotated[str, Text(200)]

MOST = 0.1
"""Share of the picture that counts as the place of a direction where none is painted."""


@dataclass(frozen=True)
class Fixed:
    """A direction that another was made to keep fixed, and how far that one still goes along it."""

    name: Word
    array: ArrayRef
    first: Index = 0
    last: Index = 0
    words: Word = ""
    """Measure by which it was found; empty for the change of the picture along it."""
    region: ArrayRef | None = None
    measured: bool = False
    before: Factor = 0.0
    """Standard deviations of it by one of the other direction, before that was made to keep it fixed."""
    after: Factor = 0.0
    """The same, as the other direction is."""


@dataclass(frozen=True)
class Effects:
    """Job: what a direction, or a style channel, does to the picture, float32: see `EffectsFound`."""

    request: RenderRequest
    """Its network, noise, transform and class count."""
    array: ArrayRef
    first: int = 0
    last: int = 0
    style: str = ""
    """Layer of a style channel, whose `array` is not used."""
    channel: int = 0
    sigma: float = 0.0
    before: ArrayRef | None = None
    """The direction before it was made to keep others fixed."""
    fixed: tuple[Fixed, ...] = ()


@dataclass(frozen=True, eq=False)
class EffectsFound:
    """Effects of a direction on the picture."""

    by_layer: Floats
    """[num_ws]: mean squared change of the picture by one standard deviation on each layer alone."""
    where: Floats
    """[h, w]: mean squared change by all of it, by place."""
    kept: Floats
    """[K, 2]: `before` and `after` of each `Fixed`."""

    def packed(self) -> Floats:
        """Return one array: the three sizes, by_layer, where, kept."""
        head = np.array([len(self.by_layer), *self.where.shape], np.float32)
        return np.concatenate([head, self.by_layer, self.where.ravel(), self.kept.ravel()]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "EffectsFound":
        """Return what a packed array holds. Raises ValueError if it is none."""
        array = np.asarray(packed, np.float32).ravel()
        if array.size < 3 or not all(0 < size < 8192 for size in array[:3]):
            raise ValueError("no effects of a direction")
        count, height, width = (int(size) for size in array[:3])
        end = 3 + count
        if array.size < end + height * width or (array.size - end - height * width) % 2:
            raise ValueError("no effects of a direction")
        where = array[end : end + height * width].reshape(height, width)
        return cls(array[3:end], where, array[end + height * width :].reshape(-1, 2))

    def share(self, first: int, last: int) -> float:
        """Return the share of the change that some layers have, 0..1."""
        total = float(self.by_layer.sum())
        return float(self.by_layer[max(first, 0) : last + 1].sum()) / total if total > 0 else 0.0

    def acting(self) -> tuple[int, int] | None:
        """Return the first and last of the fewest layers in a row that have most of the change; None of none."""
        return acting_layers(self.by_layer)

    def elsewhere(self, inside: npt.NDArray[np.float64] | None = None) -> float:
        """Return the share of the change outside a region, or outside the tenth of the picture that changes most.

        Args:
            inside: The region as `covered` has it for the shape of `where`.
        """
        total = float(self.where.sum(dtype=np.float64))
        if not total > 0:
            return 1.0
        if inside is None:
            flat = np.sort(self.where.ravel())[::-1]
            own = float(flat[: max(1, round(MOST * flat.size))].sum(dtype=np.float64))
        else:
            own = float((self.where * inside).sum(dtype=np.float64))
        return min(max(1 - own / total, 0.0), 1.0)


def covered(region: npt.NDArray[np.generic], size: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the share of each cell of a grid of this size that a region [H, W] of 0..255 covers."""
    found = np.asarray(region, np.float64) / 255
    for axis, count in enumerate(size):
        edges = np.arange(count + 1) * found.shape[axis] // count
        sums = np.add.reduceat(found, edges[:-1], axis=axis)
        widths = np.maximum(np.diff(edges), 1)
        found = sums / (widths[:, None] if axis == 0 else widths[None, :])
    return found
