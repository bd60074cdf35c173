"""Sampling of a turned square from an image, with a mirrored border that may be blurred."""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from foundation.photos.crop import Crop

Pixels = npt.NDArray[np.uint8]
_OVER = 2
"""Samples across each pixel of a turned square before the Lanczos filter."""
_BLUR, _REACH = 0.02, 0.1
"""Standard deviation of the blur, and distance from the photo in which it sets in, in sides of the square."""


def sampled(pixels: Pixels, crop: Crop, size: int) -> Pixels:
    """Return a square of an image [H, W, 3 or 4], uint8 [size, size, 3 or 4]."""
    height, width = pixels.shape[:2]
    square = _mirroring(pixels, crop, size)
    return square if crop.border == "mirrored" else _blurred(square, _beyond(crop, width, height, size))


def _mirroring(pixels: Pixels, crop: Crop, size: int) -> Pixels:
    height, width = pixels.shape[:2]
    side = crop.side(width, height)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    # Averages of whole blocks first: what follows then costs no more than the result.
    factor = max(int(side / (2 * size)), 1)
    across, down = min(factor, width), min(factor, height)
    if factor > 1:
        image = image.reduce((across, down))
    centre = crop.x * width / across, crop.y * height / down
    units = side / across, side / down  # the side in columns and in rows
    if crop.angle % 90 == 0 and across == down:
        return _straight(image, centre, units[0], size, round(crop.angle / 90) % 4)
    return _turned(image, centre, units, math.radians(crop.angle), size)


def _straight(image: Image.Image, centre: tuple[float, float], side: float, size: int, quarters: int) -> Pixels:
    left, top = centre[0] - side / 2, centre[1] - side / 2
    part, (x, y) = _padded(np.asarray(image), left, top, left + side, top + side)
    box = (left - x, top - y, left - x + side, top - y + side)
    box = (max(box[0], 0), max(box[1], 0), min(box[2], part.width), min(box[3], part.height))
    found = part.resize((size, size), Image.Resampling.LANCZOS, box=box)
    return np.ascontiguousarray(np.rot90(np.asarray(found), quarters))


def _turned(
    image: Image.Image, centre: tuple[float, float], units: tuple[float, float], turn: float, size: int
) -> Pixels:
    """Sample cubic at `_OVER` times the size, then reduce."""
    c, s = math.cos(turn), math.sin(turn)
    reach = (abs(c) + abs(s)) / 2
    left, right = centre[0] - reach * units[0], centre[0] + reach * units[0]
    top, bottom = centre[1] - reach * units[1], centre[1] + reach * units[1]
    part, (x, y) = _padded(np.asarray(image), left, top, right, bottom)
    count = size * _OVER
    ax, ay = units[0] / count, units[1] / count
    # A sample (u, v) lies at the centre plus the turned offset from the middle.
    x0 = centre[0] - x - (c - s) * units[0] / 2
    y0 = centre[1] - y - (s + c) * units[1] / 2
    matrix = (c * ax, -s * ax, x0, s * ay, c * ay, y0)
    found = part.transform((count, count), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return np.asarray(found.resize((size, size), Image.Resampling.LANCZOS))


_MARGIN = 4
"""Columns and rows around a part, for the filters."""


def _padded(
    pixels: Pixels, left: float, top: float, right: float, bottom: float
) -> tuple[Image.Image, tuple[int, int]]:
    """Return a part of an image with a margin, mirrored where it lies beyond the border, and its upper left corner."""
    height, width = pixels.shape[:2]
    x = _mirrored(math.floor(left) - _MARGIN, math.ceil(right) + _MARGIN, width)
    y = _mirrored(math.floor(top) - _MARGIN, math.ceil(bottom) + _MARGIN, height)
    return Image.fromarray(pixels[np.ix_(y, x)]), (math.floor(left) - _MARGIN, math.floor(top) - _MARGIN)


def _mirrored(first: int, end: int, count: int) -> npt.NDArray[np.intp]:
    """Return indices within 0..count-1 of the places first..end-1, mirrored at both borders."""
    at = np.arange(first, end) % (2 * count)
    return np.asarray(np.where(at < count, at, 2 * count - 1 - at), np.intp)


def _beyond(crop: Crop, width: int, height: int, size: int) -> npt.NDArray[np.float64]:
    """Return how far the pixels of a square lie beyond an image of this size, [size, size] in sides of the square."""
    side, turn = crop.side(width, height), math.radians(crop.angle)
    at = (np.arange(size) + 0.5) / size - 0.5
    u, v = np.meshgrid(at, at)
    x = crop.x * width / side + math.cos(turn) * u - math.sin(turn) * v
    y = crop.y * height / side + math.sin(turn) * u + math.cos(turn) * v
    across = np.maximum(np.maximum(-x, x - width / side), 0)
    down = np.maximum(np.maximum(-y, y - height / side), 0)
    return np.asarray(np.hypot(across, down))


def _blurred(square: Pixels, beyond: npt.NDArray[np.float64]) -> Pixels:
    """Return a square that is blurred where it lies beyond the image, gradually; inside nothing changes."""
    if not beyond.any():
        return square
    share = np.minimum(beyond / _REACH, 1)
    share = share * share * (3 - 2 * share)
    image = Image.fromarray(square)
    # With transparency the colours are weighted by it, so that what is not seen does not show.
    weighted = {"RGBA": "RGBa", "LA": "La"}.get(image.mode, image.mode)
    sharp = image.convert(weighted) if weighted != image.mode else image
    soft = sharp.filter(ImageFilter.GaussianBlur(_BLUR * len(square)))
    mask = Image.fromarray(np.asarray(np.rint(share * 255), np.uint8))
    mixed = Image.composite(soft, sharp, mask)
    found = np.asarray(mixed.convert(image.mode) if weighted != image.mode else mixed)
    return np.where((beyond > 0)[..., None] if found.ndim == 3 else beyond > 0, found, square)
