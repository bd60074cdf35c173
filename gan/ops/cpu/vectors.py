"""Explicit vectors of `LANES` float32 numbers for numba: what `load` gives, `fma` and the like take, `store` puts back.

LLVM's vectoriser gives up on loops over many arrays, so the kernels say what they mean. A vector that is longer than
the CPU's registers is split by LLVM. Addresses are counted in numbers from the start of a flat array. `load` and
`store` also take arrays of bfloat16, as the uint16 of their bits: the upper halves of float32 numbers.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from gan.ops.cpu.lanes import LANES

FLOAT = ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)
_BITS = ir.VectorType(ir.IntType(32), LANES)
_HALVES = ir.VectorType(ir.IntType(16), LANES)
Result = tuple[Any, Callable[..., Any]]


class VectorType(types.Type):  # type: ignore[misc]
    """numba's type of a vector."""

    def __init__(self) -> None:
        super().__init__(name=f"float32x{LANES}")


vector = VectorType()


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, VECTOR)


def address(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Pointer to a number of a flat array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


def load_at(builder: Any, pointer: Any) -> Any:
    """The vector at a pointer to a number."""
    return builder.load(builder.bitcast(pointer, VECTOR.as_pointer()), align=4)


def store_at(builder: Any, pointer: Any, value: Any) -> None:
    """Put a vector at a pointer to a number."""
    builder.store(value, builder.bitcast(pointer, VECTOR.as_pointer()), align=4)


def load_half_at(builder: Any, pointer: Any) -> Any:
    """The vector of the bfloat16 numbers at a pointer to their bits."""
    bits = builder.load(builder.bitcast(pointer, _HALVES.as_pointer()), align=2)
    return builder.bitcast(builder.shl(builder.zext(bits, _BITS), ir.Constant(_BITS, [16] * LANES)), VECTOR)


def halves_of(builder: Any, value: Any) -> Any:
    """The bits of a vector's numbers in bfloat16, as 32-bit numbers: rounded to the nearest, to even where two are."""
    bits = builder.bitcast(value, _BITS)
    upper = builder.lshr(bits, ir.Constant(_BITS, [16] * LANES))
    odd = builder.and_(upper, ir.Constant(_BITS, [1] * LANES))
    rounded = builder.add(builder.add(bits, odd), ir.Constant(_BITS, [0x7FFF] * LANES))
    halves = builder.lshr(rounded, ir.Constant(_BITS, [16] * LANES))
    # Rounding could carry the bits of what is no number into those of one.
    nan = builder.fcmp_unordered("uno", value, value)
    return builder.select(nan, ir.Constant(_BITS, [0x7FC0] * LANES), halves)


def store_half_at(builder: Any, pointer: Any, value: Any) -> None:
    """Put a vector to a pointer as bfloat16."""
    halves = builder.trunc(halves_of(builder, value), _HALVES)
    builder.store(halves, builder.bitcast(pointer, _HALVES.as_pointer()), align=2)


def splat_of(builder: Any, number: Any) -> Any:
    """A vector with the same number in each place."""
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(VECTOR, ir.Undefined), mask)


def fma_of(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f32")
    return builder.call(function, [a, b, c])


def greater_of(builder: Any, a: Any, b: Any) -> Any:
    """max(a, b); where one is not a number, b."""
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


def less_of(builder: Any, a: Any, b: Any) -> Any:
    """min(a, b); where one is not a number, b."""
    return builder.select(builder.fcmp_ordered("<", a, b), a, b)


def prefetch_at(builder: Any, pointer: Any, write: bool) -> None:
    """Ask for the cache line of a pointer, which need not be one that may be read."""
    byte = builder.bitcast(pointer, ir.IntType(8).as_pointer())
    i32 = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte.type, i32, i32, i32])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(function, [byte, i32(int(write)), i32(3 if write else 2), i32(1)])


@intrinsic  # type: ignore[untyped-decorator]
def load(typing: Any, array: Any, index: Any) -> Result:
    """The vector that starts at array[index]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        load_from = load_half_at if signature.args[0].dtype == types.uint16 else load_at
        return load_from(builder, address(context, builder, signature.args[0], *args))

    return vector(array, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]
def store(typing: Any, array: Any, index: Any, value: Any) -> Result:
    """Put a vector to array[index]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        store_to = store_half_at if signature.args[0].dtype == types.uint16 else store_at
        store_to(builder, address(context, builder, signature.args[0], *args[:2]), args[2])
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), code


@intrinsic  # type: ignore[untyped-decorator]
def splat(typing: Any, number: Any) -> Result:
    """A vector with the same number in each place."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return splat_of(builder, args[0])

    return vector(types.float32), code


@intrinsic  # type: ignore[untyped-decorator]
def lost(typing: Any, a: Any) -> Result:
    """The part of each number of a vector that rounding to bfloat16 loses."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        upper = builder.shl(halves_of(builder, args[0]), ir.Constant(_BITS, [16] * LANES))
        return builder.fsub(args[0], builder.bitcast(upper, VECTOR))

    return vector(vector), code


@intrinsic  # type: ignore[untyped-decorator]
def fma(typing: Any, a: Any, b: Any, c: Any) -> Result:
    """a * b + c, rounded once."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return fma_of(builder, *args)

    return vector(vector, vector, vector), code


@intrinsic  # type: ignore[untyped-decorator]
def total(typing: Any, a: Any) -> Result:
    """The sum of a vector's numbers."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(FLOAT, [FLOAT, VECTOR])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
        return builder.call(function, [ir.Constant(FLOAT, 0.0), args[0]], fastmath=("reassoc",))

    return types.float32(vector), code


@intrinsic  # type: ignore[untyped-decorator]
def select_inside(typing: Any, x: Any, limit: Any, above: Any, below: Any) -> Result:
    """`above` where 0 < x < limit, `below` where -limit < x <= 0, 0 elsewhere."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x, limit, above, below = args
        zero = ir.Constant(VECTOR, [0.0] * LANES)
        inside = builder.and_(
            builder.fcmp_ordered("<", x, limit), builder.fcmp_ordered("<", builder.fsub(zero, limit), x)
        )
        side = builder.select(builder.fcmp_ordered(">", x, zero), above, below)
        return builder.select(inside, side, zero)

    return vector(*[vector] * 4), code


def _of_two(name: str, text: str, operation: Callable[[Any, Any, Any], Any]) -> Any:
    def pair(typing: Any, a: Any, b: Any) -> Result:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return operation(builder, *args)

        return vector(vector, vector), code

    pair.__name__, pair.__doc__ = name, text
    return intrinsic(pair)


add = _of_two("add", "a + b.", lambda builder, a, b: builder.fadd(a, b))
multiply = _of_two("multiply", "a * b.", lambda builder, a, b: builder.fmul(a, b))
greater = _of_two("greater", "max(a, b); where one is not a number, b.", greater_of)
less = _of_two("less", "min(a, b); where one is not a number, b.", less_of)


def _shuffled(name: str, text: str, places: list[int]) -> Any:
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), places)
    return _of_two(name, text, lambda builder, a, b: builder.shuffle_vector(a, b, mask))


_HALF = LANES // 2
zip_low = _shuffled("zip_low", "a0 b0 a1 b1 ..., of the first halves.", [i // 2 + i % 2 * LANES for i in range(LANES)])
zip_high = _shuffled(
    "zip_high", "The same of the second halves.", [_HALF + i // 2 + i % 2 * LANES for i in range(LANES)]
)
evens = _shuffled("evens", "a0 a2 ... b0 b2 ...", [2 * i for i in range(LANES)])
odds = _shuffled("odds", "a1 a3 ... b1 b3 ...", [2 * i + 1 for i in range(LANES)])
