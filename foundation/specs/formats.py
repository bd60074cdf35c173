"""Text formats of option values. Standard library only.

Every reader raises ValueError with one sentence that names the expected format.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Reader = Callable[[str], Any]


def read_seeds(text: str) -> tuple[int, ...]:
    """Parse whole numbers and ranges that include both ends: "0,1,4-6" -> (0, 1, 4, 5, 6)."""
    seeds: list[int] = []
    for part in text.replace(" ", "").split(","):
        if found := re.fullmatch(r"(\d+)-(\d+)", part):
            first, last = int(found[1]), int(found[2])
            if last < first:
                raise ValueError(f"the range {part} runs backwards: write {last}-{first}")
            seeds += range(first, last + 1)
        elif re.fullmatch(r"-?\d+", part):
            seeds.append(int(part))
        else:
            raise ValueError(f"expected whole numbers and ranges as in 0,1,4-6, not {text!r}")
    return tuple(seeds)


def read_pair(text: str) -> tuple[float, float]:
    """Parse two numbers: "0.3,1" -> (0.3, 1.0)."""
    parts = text.replace(" ", "").strip("()[]").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        raise ValueError(f"expected two numbers as in 0.3,1, not {text!r}") from None
    return x, y


def read_size(text: str) -> tuple[int, int]:
    """Parse two positive whole numbers, width first: "4x2" or "4,2" -> (4, 2)."""
    found = re.fullmatch(r"\s*(\d+)\s*[x,]\s*(\d+)\s*", text)
    if not found or not int(found[1]) * int(found[2]):
        raise ValueError(f"expected two positive whole numbers as in 4x2, not {text!r}")
    return int(found[1]), int(found[2])


def read_numbers(text: str) -> tuple[float, ...]:
    """Parse numbers between commas: "1,0.7,-0.5" -> (1.0, 0.7, -0.5)."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"expected numbers as in 1,0.7,-0.5, not {text!r}") from None


def read_box(text: str) -> tuple[int, ...]:
    """Parse the left, top, width and height of a rectangle in pixels: "0,0,64,48" -> (0, 0, 64, 48)."""
    found = re.fullmatch(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*", text)
    if not found or not int(found[3]) * int(found[4]):
        raise ValueError(f"expected X,Y,W,H in pixels as in 0,0,64,48, not {text!r}")
    return tuple(int(part) for part in found.groups())


def read_names(text: str) -> tuple[str, ...]:
    """Parse names between commas; "none" or an empty text gives none: "a,b" -> ("a", "b")."""
    names = tuple(part for part in text.replace(" ", "").split(",") if part)
    return () if tuple(name.lower() for name in names) == ("none",) else names


@dataclass(frozen=True)
class DirectionChoice:
    """A direction in W, as an option names it."""

    file: str
    """A `.npy` file."""
    strength: float
    """Factor of its vector."""
    layers: tuple[int, ...] | None = None
    """Indices of w vectors; None for the first 8, or for all with `every_layer`."""
    every_layer: bool = False

    def __str__(self) -> str:
        layers = "all" if self.every_layer else "" if self.layers is None else write(self.layers)
        return ":".join([self.file, write(self.strength), *([layers] if layers else [])])


def read_direction(text: str) -> DirectionChoice:
    """Parse a file, a strength and layers: "age.npy:1.5", "age.npy:-2:0-3,5", "age.npy:1:all"."""
    found = re.fullmatch(r"(.+?):([-+.\deE]+)(?::([\d,\s-]+|all))?", text.strip())
    try:
        if not found:
            raise ValueError
        file, strength, layers = found[1], float(found[2]), found[3]
        if layers is None or layers == "all":
            return DirectionChoice(file, strength, every_layer=layers == "all")
        return DirectionChoice(file, strength, read_seeds(layers))
    except ValueError:
        raise ValueError(f"expected FILE:STRENGTH[:LAYERS] as in age.npy:1.5:0-7, not {text!r}") from None


def write(value: Any) -> str:
    """Format a value for its reader: (0, 1) -> "0,1"; True -> "1"."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(write(part) for part in value)
    return str(value)
