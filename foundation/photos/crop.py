"""Place of a square crop on a photo. Standard library only."""

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

Border = Literal["mirrored", "blurred"]
"""Border of a crop that reaches beyond the photo: the photo mirrored, or that blurred, as in FFHQ."""
BORDERS: tuple[Border, ...] = get_args(Border)
LEAST, MOST = 0.01, 100.0
"""Least and largest size of a crop."""


@dataclass(frozen=True)
class Crop:
    """A square on a photo as it is held upright; the default is the largest square in its middle.

    Raises ValueError for numbers that are not finite, or a size that is not positive.
    """

    x: float = 0.5
    """Centre as a share of the photo's width."""
    y: float = 0.5
    """Centre as a share of the photo's height."""
    size: float = 1.0
    """Side as a share of the photo's shorter side; above 1 it reaches beyond the photo."""
    angle: float = 0.0
    """Degrees by which the square is turned clockwise on the photo."""
    border: Border = "mirrored"

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.x, self.y, self.size, self.angle))) or self.size <= 0:
            raise ValueError("A crop needs finite numbers and a size above 0.")

    def corners(self, width: float, height: float) -> tuple[tuple[float, float], ...]:
        """Return the four corners on a photo of this size, from the upper left one clockwise."""
        half = self.side(width, height) / 2
        turn = math.radians(self.angle)
        across, down = (half * math.cos(turn), half * math.sin(turn)), (-half * math.sin(turn), half * math.cos(turn))
        x, y = self.x * width, self.y * height
        return tuple((x + i * across[0] + j * down[0], y + i * across[1] + j * down[1]) for i, j in _AROUND)

    def side(self, width: float, height: float) -> float:
        """Return the side of the square on a photo of this size."""
        return self.size * min(width, height)

    def moved(self, dx: float, dy: float) -> "Crop":
        """Return the crop with its centre moved by shares of width and height; it stays on the photo."""
        return replace(self, x=min(max(self.x + dx, 0.0), 1.0), y=min(max(self.y + dy, 0.0), 1.0))

    def sized(self, size: float) -> "Crop":
        """Return the crop with another size within its bounds."""
        return replace(self, size=min(max(size, LEAST), MOST))

    def turned(self, angle: float) -> "Crop":
        """Return the crop at another angle, kept within -180 (not included) and 180 degrees."""
        return replace(self, angle=180.0 - (180.0 - angle) % 360.0)

    def pixels(self, width: float, height: float) -> tuple[float, float, float, float]:
        """Return centre x, centre y and side in pixels of a photo, and degrees counterclockwise; see `in_pixels`."""
        return self.x * width, self.y * height, self.side(width, height), -self.angle

    @property
    def text(self) -> str:
        """Return the crop as `read_crop` reads it, as "0.5,0.5,1,0"."""
        return ",".join(f"{one:.6g}" for one in (self.x, self.y, self.size, self.angle))


_AROUND = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def whole(width: float, height: float) -> Crop:
    """Return the square around all of a photo of this size; what lies beyond its border is mirrored."""
    return Crop(size=min(max(width, height) / max(min(width, height), 1e-9), MOST))


def in_pixels(x: float, y: float, side: float, angle: float, width: float, height: float) -> Crop:
    """Return the crop of a photo of this size that is given in its pixels, with degrees counterclockwise.

    Raises ValueError as `Crop`, or for a photo without pixels.
    """
    if min(width, height) <= 0:
        raise ValueError("A photo needs at least one pixel.")
    return Crop(x / width, y / height, side / min(width, height), -angle)


def read_crop(text: str) -> Crop:
    """Return the crop written as "x,y,size,angle"; the angle may be left out. Raises ValueError with one sentence."""
    parts = text.split(",")
    try:
        if len(parts) not in (3, 4):
            raise ValueError
        x, y, size, angle = map(float, (*parts, "0")[:4])
        return Crop(x, y, size, angle)
    except ValueError as error:
        raise ValueError(
            f"“{text[:60]}” is no crop: write the centre as shares of width and height, the size as a share of the "
            "shorter side and the degrees, as 0.5,0.5,1,0."
        ) from error
