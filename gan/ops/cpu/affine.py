"""The small matrix products of a synthesis: styles and demodulation."""

from typing import Any

from gan.ops.cpu.jit import FLOAT, FLOATS, INT, INTS, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import fma, load, multiply, splat, total


@kernel(FLOATS, INTS, INTS, INTS, FLOATS, FLOATS, FLOATS, INT, FLOAT)
def affine_rows(
    worker: Any, begin: Any, end: Any, matrices: Any, starts: Any, lengths: Any, sources: Any, vectors: Any, bias: Any,
    out: Any, power: Any, eps: Any,
) -> None:  # fmt: skip
    """One dot product a task, of lengths[r] numbers: out[r] = matrices[starts[r] :] . vectors[sources[r] :] + bias[r].

    With `power` 2 the vectors are squared, and the result is 1 / sqrt(it + eps): demodulation.
    Lengths are multiples of `LANES`.
    """
    for r in range(begin, end):
        a, b = starts[r], sources[r]
        s = splat(bias[r] * 0)
        for i in range(0, lengths[r], LANES):
            x = load(vectors, b + i)
            if power == 2:
                x = multiply(x, x)
            s = fma(load(matrices, a + i), x, s)
        y = total(s) + bias[r]
        out[r] = (y + eps) ** -0.5 if power == 2 else y
