"""The innermost loops of the fused filtered leaky ReLU, written out for each variant in LLVM's own terms.

A march goes along one row of the upsampled image, `group` pixels a step, and keeps in registers what the next steps
need. Each lane of a vector is a channel, so there are no shuffles.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from gan.ops.cpu import vectors as v
from gan.ops.cpu.jit import inner
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.lrelu_variant import Variant
from gan.ops.cpu.vectors import Result

Value = Any
"""A value in LLVM's intermediate representation."""


class _Writer:
    """Writes instructions; registers are variables that LLVM promotes."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def vector(self, pointer: Value, offset: int) -> Value:
        """The vector that lies `offset` vectors after a pointer."""
        return v.load_at(self.builder, self._at(pointer, offset * LANES))

    def put(self, pointer: Value, offset: int, value: Value) -> None:
        """Store one there."""
        v.store_at(self.builder, self._at(pointer, offset * LANES), value)

    def tap(self, pointer: Value, index: int) -> Value:
        """A number of a table, in every lane."""
        return v.splat_of(self.builder, self.builder.load(self._at(pointer, index), align=4))

    def dot(self, taps: Callable[[int], Value], values: list[Value], start: Value | None = None) -> Value:
        """start + sum of taps(i) * values[i]."""
        total = start
        for i, value in enumerate(values):
            total = self.multiply_add(taps(i), value, total)
        return total

    def multiply_add(self, a: Value, b: Value, c: Value | None) -> Value:
        """a * b + c, where there is a c."""
        return self.builder.fmul(a, b) if c is None else v.fma_of(self.builder, a, b, c)

    def moved(self, pointer: Value, index: Value, step: int) -> Value:
        """A pointer, `index` times `step` vectors further."""
        return self.builder.gep(pointer, [self.builder.mul(index, ir.Constant(index.type, step * LANES))])

    def zeros(self, count: int) -> list[Value]:
        """Registers that hold 0."""
        registers = [cgutils.alloca_once(self.builder, v.VECTOR) for _ in range(count)]
        for register in registers:
            self.builder.store(ir.Constant(v.VECTOR, [0.0] * LANES), register)
        return registers

    def _at(self, pointer: Value, index: int) -> Value:
        return self.builder.gep(pointer, [ir.Constant(ir.IntType(64), index)])


@intrinsic  # type: ignore[untyped-decorator]
def _march(
    typing: Any, variant: Any, source: Any, p: Any, target: Any, q: Any, steps: Any, vertical: Any, phase: Any,
    up: Any, down: Any, slope: Any, clamp: Any, written: Any, wi: Any, ws: Any, read: Any, ri: Any, rs: Any,
) -> Result:  # fmt: skip
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def pointer(array: int, index: Value) -> Value:
            return v.address(context, builder, signature.args[array], args[array], index)

        zero = ir.Constant(ir.IntType(64), 0)
        own = signature.args[0].variant
        _write_march(
            _Writer(builder),
            own,
            pointer(1, args[2]),
            pointer(3, args[4]),
            args[5],
            pointer(6, builder.mul(args[7], ir.Constant(args[7].type, own.up_taps))),
            pointer(8, zero),
            pointer(9, zero),
            v.splat_of(builder, args[10]),
            v.splat_of(builder, args[11]),
            ((pointer(12, args[13]), args[14], True), (pointer(15, args[16]), args[17], False)),
        )
        return context.get_dummy_value()

    size, number = types.intp, types.float32
    kinds = (variant, source, size, target, size, size, vertical, size, up, down, number, number, written, size, size)
    return types.void(*kinds, read, size, size), code


def _write_march(
    w: _Writer,
    variant: Variant,
    source: Value,
    target: Value,
    steps: Value,
    vertical: Value,
    up: Value,
    down: Value,
    slope: Value,
    clamp: Value,
    ahead: tuple[tuple[Value, Value, bool], ...],
) -> None:
    """Filter `steps` groups of an upsampled row down, horizontally, for each of the separable filters.

    The down filter lags one step behind the activation, so that the CPU has both to do at a time.
    """
    b, group, per_step, window = w.builder, variant.group, variant.pixels_in, variant.window
    taps = variant.up_taps
    low = b.fsub(ir.Constant(v.VECTOR, [0.0] * LANES), clamp)
    rows = [w.tap(vertical, t) for t in range(taps)]

    def column(pointer: Value, offset: int) -> Value:
        """A pixel of the row between the input's rows."""
        return w.dot(rows.__getitem__, [w.vector(pointer, offset + t * variant.row) for t in range(taps)])

    seen = w.zeros(window)
    for t, register in enumerate(seen):
        b.store(column(source, t), register)
    activated = w.zeros(group)
    lagging = _Folded(w, variant, down) if variant.folded else _Plain(w, variant, down)
    with cgutils.for_range(b, b.add(steps, ir.Constant(steps.type, 1))) as loop:
        for place, stride, write in ahead:
            v.prefetch_at(b, b.gep(place, [b.mul(loop.index, stride)]), write)
        here = w.moved(source, loop.index, per_step)
        fresh = [column(here, window + t) for t in range(per_step)]
        pixels = [b.load(register) for register in seen]
        before = [b.load(register) for register in activated]
        for q, (phase, shift) in enumerate(variant.members):
            own = [phase + variant.up * t for t in range(taps)]
            y = w.dot(lambda t, own=own: w.tap(up, own[t]), pixels[shift : shift + taps])  # type: ignore[misc]
            scaled = b.fmul(y, slope)
            y = v.less_of(b, scaled, y) if variant.steep else v.greater_of(b, scaled, y)
            b.store(v.less_of(b, clamp, v.greater_of(b, low, y)), activated[q])
        lagging.step(before, w.moved(target, loop.index, variant.pixels_out))
        for register, value in zip(seen, [*pixels, *fresh][per_step:], strict=True):
            b.store(value, register)


class _Plain:
    """The horizontal down filter of a step: sums that later steps go on with stay in registers."""

    def __init__(self, w: _Writer, variant: Variant, down: Value) -> None:
        self._w, self._variant, self._down = w, variant, down
        self._begun = [w.zeros(-variant.earliest) for _ in range(variant.rank)]

    def step(self, pixels: list[Value], target: Value) -> None:
        w, own = self._w, self._variant
        for j, begun in enumerate(self._begun):
            sums = [w.builder.load(register) for register in begun]
            left = {}
            for o in range(own.earliest, own.pixels_out):
                total = sums[o - own.earliest] if o < 0 else None
                for q, pixel in enumerate(pixels):
                    if 0 <= (k := q - own.down * o) < own.down_taps:
                        total = w.multiply_add(w.tap(self._down, j * own.down_taps + k), pixel, total)
                if total is None:
                    total = ir.Constant(v.VECTOR, [0.0] * LANES)
                if own.down * o + own.down_taps <= own.group:
                    w.put(target, j * own.half_row + o + own.margin - own.pixels_out, total)
                else:
                    left[o - own.pixels_out] = total
            for o, total in left.items():
                w.builder.store(total, begun[o - own.earliest])


class _Folded:
    """The same for symmetric filters: the pixels that later steps need stay in registers, and pairs are added once."""

    def __init__(self, w: _Writer, variant: Variant, down: Value) -> None:
        self._w, self._variant, self._down = w, variant, down
        ends = [o for o in range(variant.earliest, variant.pixels_out) if self._ends(o)]
        self._outputs = ends
        self._history = w.zeros(max(-variant.down * min(ends), 0))

    def _ends(self, o: int) -> bool:
        return 0 <= self._variant.down * o + self._variant.down_taps - 1 < self._variant.group

    def step(self, pixels: list[Value], target: Value) -> None:
        w, own = self._w, self._variant
        known = [*(w.builder.load(register) for register in self._history), *pixels]
        first, half = len(self._history), own.down_taps // 2
        for o in self._outputs:
            begin = first + own.down * o
            pairs = [w.builder.fadd(known[begin + k], known[begin + own.down_taps - 1 - k]) for k in range(half)]
            for j in range(own.rank):
                table = j * own.down_taps
                total = w.dot(lambda k, table=table: w.tap(self._down, table + k), pairs)  # type: ignore[misc]
                w.put(target, j * own.half_row + o + own.margin - own.pixels_out, total)
        for register, value in zip(self._history, known[own.group :], strict=True):
            w.builder.store(value, register)


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def _sum_rows(
    typing: Any, variant: Any, rows: Any, source: Any, p: Any, target: Any, q: Any, pixel: Any, line: Any, count: Any,
    down: Any,
) -> Result:  # fmt: skip
    at_once = rows.literal_value

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        own, w = signature.args[0].variant, _Writer(builder)
        base = v.address(context, builder, signature.args[2], args[2], args[3])
        out = v.address(context, builder, signature.args[4], args[4], args[5])
        table = v.address(context, builder, signature.args[9], args[9], ir.Constant(ir.IntType(64), 0))
        with cgutils.for_range(builder, args[8]) as loop:
            here = w.moved(base, loop.index, 1)
            sums: list[Any] = [None] * at_once
            for row in range(own.down * (at_once - 1) + own.down_taps):
                for j in range(own.rank):
                    x = w.vector(here, (row * own.rank + j) * own.half_row + own.margin)
                    for i in range(at_once):
                        if 0 <= (k := row - own.down * i) < own.down_taps:
                            sums[i] = w.multiply_add(w.tap(table, j * own.down_taps + k), x, sums[i])
            there = builder.gep(out, [builder.mul(loop.index, args[6])])
            for i, total in enumerate(sums):
                offset = builder.mul(args[7], ir.Constant(args[7].type, i))
                v.store_at(builder, builder.gep(there, [offset]), total)
        return context.get_dummy_value()

    kinds = (variant, rows, source, types.intp, target, types.intp, types.intp, types.intp, types.intp, down)
    return types.void(*kinds), code


@inner
def march(
    variant: Any, source: Any, p: Any, target: Any, q: Any, steps: Any, vertical: Any, phase: Any, up: Any, down: Any,
    slope: Any, clamp: Any, written: Any, wi: Any, ws: Any, read: Any, ri: Any, rs: Any,
) -> None:  # fmt: skip
    """One row of the upsampled image, activated and filtered down horizontally.

    Args:
        variant: See `Variant`.
        source: Rows of input of one block of channels, `variant.row` apart.
        p: Where in `source` the first pixel is.
        target: Half-filtered rows, `variant.half_row` apart.
        q: Where in `target` to put the result.
        steps: Steps of `variant.group` upsampled pixels.
        vertical: Taps of each phase of the vertical upsampling filter [up, up_taps].
        phase: The one of this row.
        up: Horizontal upsampling filter.
        down: Horizontal downsampling filters [rank, down_taps].
        slope: Below zero.
        clamp: Limit of the activated pixels.
        written: What is written soon: its memory is asked for before.
        wi: Where in it to begin.
        ws: How much further at each step.
        read: What is read soon, likewise.
        ri: As `wi`.
        rs: As `ws`.
    """
    _march(variant, source, p, target, q, steps, vertical, phase, up, down, slope, clamp, written, wi, ws, read, ri, rs)


@inner
def sum_four_rows(
    variant: Any, source: Any, p: Any, target: Any, q: Any, pixel: Any, line: Any, count: Any, down: Any
) -> None:
    """Filter half-filtered rows down vertically, to four rows of output.

    Args:
        variant: See `Variant`.
        source: Half-filtered rows.
        p: Where in `source` the first one starts.
        target: The output.
        q: Where in `target` the first pixel goes.
        pixel: From one pixel of the output to the next.
        line: From one row of the output to the next.
        count: Pixels of a row.
        down: Vertical downsampling filters [rank, down_taps].
    """
    _sum_rows(variant, 4, source, p, target, q, pixel, line, count, down)


@inner
def sum_row(
    variant: Any, source: Any, p: Any, target: Any, q: Any, pixel: Any, line: Any, count: Any, down: Any
) -> None:
    """The same, to one row."""
    _sum_rows(variant, 1, source, p, target, q, pixel, line, count, down)
