"""Text formats of option values. Standard library only.

Every reader raises ValueError with one sentence that names the expected format.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from foundation.inputs.conditions import SUFFIXES, load_condition

Reader = Callable[[str], Any]

PictureFormat = Literal["png", "png16", "jpeg", "webp"]
"""Format of saved pictures; png16 has 16 bits a channel."""
PICTURE_FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)

CHECKERBOARD = "checkerboard"
"""Name of a background of squares."""
ALPHA_CHANNELS = 4
"""Channels of an image with transparency."""


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


FACE = "face"
"""Crop that is found in the photo."""


def read_photo_crop(text: str) -> tuple[float | str, ...]:
    """Parse the crop of a photo: numbers between commas, or "face" -> ("face",)."""
    return (FACE,) if text.strip().lower() == FACE else read_numbers(text)


def read_condition(text: str) -> tuple[float, ...]:
    """Parse numbers between commas, or read them from a file with one of `conditions.SUFFIXES`."""
    return load_condition(text) if text.lower().endswith(SUFFIXES) else read_numbers(text)


def color_of(text: str) -> tuple[int, int, int] | None:
    """Return red, green and blue of a background such as "#ff8000"; None for `CHECKERBOARD`."""
    if text == CHECKERBOARD:
        return None
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f"expected {CHECKERBOARD} or a colour as in #ff8000, not {text!r}")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def read_background(text: str) -> str:
    """Check the background of transparent images: "checkerboard", or a colour as in "#ff8000"."""
    color_of(text)
    return text


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
    """A `.npz`, `.npy` or `.pt` file."""
    strength: float
    """Factor of its vector."""
    layers: tuple[int, ...] | None = None
    """Indices of w vectors; None for the first 8, or for all with `every_layer`."""
    every_layer: bool = False
    name: str = ""
    """Name or number of one of the file's directions; empty for the first."""

    def __str__(self) -> str:
        layers = "all" if self.every_layer else "" if self.layers is None else write(self.layers)
        file = f"{self.file}@{self.name}" if self.name else self.file
        return ":".join([file, write(self.strength), *([layers] if layers else [])])


_DIRECTION = re.compile(
    r"(.+?)(?:(?:(?<=\.npz)|(?<=\.pt)|(?<=\.pth))@([^:@/\\]+))?:([-+.\deE]+)(?::([\d,\s-]+|all))?", re.DOTALL
)
"""File, name, strength and layers; a name only behind the endings of files that hold several."""


def read_direction(text: str) -> DirectionChoice:
    """Parse a file, a strength and layers: "age.npy:1.5", "age.npy:-2:0-3,5", "pca.npz@PC 2:1:all"."""
    found = _DIRECTION.fullmatch(text.strip())
    try:
        if not found:
            raise ValueError
        file, name, strength, layers = found[1], found[2] or "", float(found[3]), found[4]
        if layers is None or layers == "all":
            return DirectionChoice(file, strength, every_layer=layers == "all", name=name)
        return DirectionChoice(file, strength, read_seeds(layers), name=name)
    except ValueError:
        raise ValueError(f"expected FILE[@NAME]:STRENGTH[:LAYERS] as in age.npy:1.5:0-7, not {text!r}") from None


@dataclass(frozen=True)
class StyleChoice:
    """An offset of one style, as an option names it."""

    layer: str
    channel: int
    amount: float
    """Added to the style."""

    def __str__(self) -> str:
        return f"{self.layer}:{self.channel}:{write(self.amount)}"


def read_style(text: str) -> StyleChoice:
    """Parse a layer, a channel and an amount: "b8.conv0:118:2.5"."""
    layer, _, rest = text.strip().partition(":")
    channel, _, amount = rest.partition(":")
    try:
        if not layer or int(channel) < 0 or not abs(float(amount)) < float("inf"):
            raise ValueError
        return StyleChoice(layer, int(channel), float(amount))
    except ValueError:
        raise ValueError(f"expected LAYER:CHANNEL:AMOUNT as in b8.conv0:118:2.5, not {text!r}") from None


@dataclass(frozen=True)
class LayerShare:
    """A layer's share of another network, as an option names it."""

    layer: str
    amount: float
    """0..1."""
    network: int = 1
    """Number of the other network, from 1."""

    def __str__(self) -> str:
        return ":".join([self.layer, write(self.amount), *([str(self.network)] if self.network != 1 else [])])


def read_layer_share(text: str) -> LayerShare:
    """Parse a layer, its share of another network, and that network's number: "b8.conv0:0.5", "L3:1:2"."""
    found = re.fullmatch(r"([\w.]+):([+.\deE-]+)(?::(\d{1,3}))?", text.strip())
    try:
        if not found or not 0 <= float(found[2]) <= 1:
            raise ValueError
        return LayerShare(found[1], float(found[2]), int(found[3] or 1))
    except ValueError:
        raise ValueError(
            f"expected LAYER:AMOUNT[:NUMBER], amounts from 0 to 1 as in b8.conv0:0.5, not {text!r}"
        ) from None


BendKind = Literal["multiply", "zoom", "turn", "mirror", "threshold", "noise"]
"""Operation on the feature maps of a layer; see `gan.ops.bending`."""
BEND_KINDS: tuple[BendKind, ...] = get_args(BendKind)
UNBENT: Mapping[BendKind, float] = MappingProxyType(
    {"multiply": 1.0, "zoom": 1.0, "turn": 0.0, "mirror": 0.0, "threshold": 0.0, "noise": 0.0}
)
"""Amounts that change nothing."""


@dataclass(frozen=True)
class BendChoice:
    """An operation on the feature maps of a layer, as an option names it."""

    layer: str
    kind: str
    amount: float
    channels: tuple[int, ...] = ()
    """Empty: all."""

    def __str__(self) -> str:
        channels = [write(self.channels)] if self.channels else []
        return ":".join([self.layer, self.kind, write(self.amount), *channels])


def read_bend(text: str) -> BendChoice:
    """Parse a layer, an operation, its amount and channels: "b8.conv0:turn:15", "L3:multiply:-1:0-3,7"."""
    layer, kind, amount, *rest = [*text.strip().split(":"), "", ""][: max(3, text.count(":") + 1)]
    try:
        if not layer or kind not in BEND_KINDS or not abs(float(amount)) < float("inf") or len(rest) > 1:
            raise ValueError
        return BendChoice(layer, kind, float(amount), read_seeds(rest[0]) if rest and rest[0] else ())
    except ValueError:
        raise ValueError(
            f"expected LAYER:KIND:AMOUNT[:CHANNELS] as in b8.conv0:turn:15:0-3, KIND one of {', '.join(BEND_KINDS)}, "
            f"not {text!r}"
        ) from None


def write(value: Any) -> str:
    """Format a value for its reader: (0, 1) -> "0,1"; True -> "1"."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(write(part) for part in value)
    return str(value)
