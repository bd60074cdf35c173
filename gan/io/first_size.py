"""The size of a network's first block, which programs that draw rectangles name in ways of their own."""

from collections.abc import Mapping
from typing import Any

from gan.io.records import Tensor


def set_first_size(arguments: dict[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """The size of the first block, which is that of its constant: programs that draw rectangles name it differently."""
    for name in ("init_res", "square"):
        arguments.pop(name, None)
    const = tensors.get("synthesis.b4.const")
    if const is not None and len(const.shape) == 3 and const.shape[1:] != (4, 4):
        arguments["init_res"] = list(const.shape[1:])
