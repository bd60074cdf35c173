"""Specialisation of a fused filtered leaky ReLU, and the sizes that follow from it.

Each variant is a type of its own for numba, so the compiler knows its numbers, unrolls by them, and keeps what it made
on disk under the type's name.
"""

from dataclasses import dataclass
from math import lcm
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, lower_getattr_generic, models, register_model, typeof_impl, unbox

TILE_WIDTH = 72
"""Most pixels of output that a task computes side by side."""
TILE_HEIGHT = 16
"""Rows of output that are finished at once."""


@dataclass(frozen=True)
class Variant:
    """Numbers that a kernel is unrolled by. Lengths in memory count vectors."""

    up: int
    """Upsampling factor."""
    down: int
    """Downsampling factor."""
    up_taps: int
    """Taps of each phase of the upsampling filter."""
    down_taps: int
    """Taps of the downsampling filter along one axis."""
    phase: int
    """Of the upsampling filter, at the first pixel."""
    rank: int
    """Separable filters whose sum the downsampling filter is."""
    folded: bool
    """Those are symmetric, of even length: pairs of pixels are added first, once for all of them."""
    steep: bool
    """The slope below zero is above 1."""

    @property
    def group(self) -> int:
        """Upsampled pixels of one step of the march along a row: whole numbers of pixels before and after."""
        return lcm(self.up, self.down)

    @property
    def pixels_in(self) -> int:
        """Input pixels of a step."""
        return self.group // self.up

    @property
    def pixels_out(self) -> int:
        """Output pixels of a step."""
        return self.group // self.down

    @property
    def window(self) -> int:
        """Input pixels that a step reads."""
        return max(shift for _, shift in self.members) + self.up_taps

    @property
    def members(self) -> tuple[tuple[int, int], ...]:
        """Of each upsampled pixel of a step: its phase, and by how many input pixels its window is shifted."""
        return tuple((k % self.up, -(k // self.up)) for k in (self.phase - q for q in range(self.group)))

    @property
    def earliest(self) -> int:
        """The first output, relative to a step's own first one, that the step adds to: at most 0."""
        return -((self.down_taps - 1) // self.down)

    @property
    def margin(self) -> int:
        """Room before a half-filtered row: outputs that begin before it, and those of the step the filter lags."""
        return -self.earliest + self.pixels_out

    @property
    def row(self) -> int:
        """Length of a row of input, odd so that rows do not meet in the same places of the cache."""
        steps = (self.down * (TILE_WIDTH - 1) + self.down_taps + self.group - 1) // self.group
        return (self.pixels_in * (steps + 2) + self.window) | 1

    @property
    def half_row(self) -> int:
        """Length of a half-filtered row."""
        steps = (self.down * (TILE_WIDTH - 1) + self.down_taps + self.group - 1) // self.group
        return (self.pixels_out * (steps + 1) + self.margin) | 1

    @property
    def half_rows(self) -> int:
        """Half-filtered rows that are held."""
        return self.kept_rows + self.down * TILE_HEIGHT

    @property
    def kept_rows(self) -> int:
        """Half-filtered rows that the next ones need too."""
        return max(self.down_taps - self.down, 0)

    @property
    def rows(self) -> int:
        """Rows of input that are held."""
        return (self.half_rows + self.down_taps + self.up - 1) // self.up + 1 + self.up_taps

    @property
    def scratch(self) -> int:
        """Vectors that a thread needs."""
        return self.rows * self.row + (self.half_rows + self.down) * self.rank * self.half_row


class VariantType(types.Type):  # type: ignore[misc]
    """numba's type of one variant."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        super().__init__(name=str(variant))


@register_model(VariantType)
class _VariantModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, ir.IntType(8))


@typeof_impl.register(Variant)  # type: ignore[untyped-decorator]
def _type_of(value: Variant, context: Any) -> VariantType:
    return VariantType(value)


@unbox(VariantType)  # type: ignore[untyped-decorator]
def _unbox(kind: VariantType, value: Any, context: Any) -> Any:
    return NativeValue(ir.Constant(ir.IntType(8), 0))  # all that there is to know is in the type


# Not as overloads: numba would compile a function for each of them and each variant.
@infer_getattr
class _Readable(AttributeTemplate):  # type: ignore[misc]
    key = VariantType

    def generic_resolve(self, kind: VariantType, name: str) -> Any:
        return types.intp if isinstance(getattr(kind.variant, name, None), int) else None


@lower_getattr_generic(VariantType)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, kind: VariantType, value: Any, name: str) -> Any:
    return context.get_constant(types.intp, getattr(kind.variant, name))
