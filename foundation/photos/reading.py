"""Reading photos: any mode of Pillow, upright, reduced while they are decoded where the format allows that.

Memory is bounded: a JPEG of any size is decoded at a fraction of it, other formats are read up to `PIXELS` pixels.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.datasets.channels import with_channels
from foundation.datasets.pixels import pixels_of
from foundation.inputs import PictureError, clean_text, open_picture, orientation_of, reason_of, upright
from foundation.inputs.pictures import PIXELS
from foundation.photos.crop import Crop
from foundation.photos.sampling import sampled

Source = str | Path | npt.NDArray[np.uint8]
_TURNED = (5, 6, 7, 8)
"""Values of the EXIF orientation that exchange width and height."""
_TOO_LITTLE = "{} cannot be read: there is not enough memory for it; save it smaller."
_MOST_SIDE = 1 << 20
"""Longest side of a photo in pixels."""


class PhotoError(ValueError):
    """The photo cannot be read; the text is one sentence with its name."""


@dataclass(frozen=True)
class Photo:
    """Facts of a photo."""

    width: int
    """Of the upright photo, in pixels."""
    height: int


def facts_of(path: str | Path) -> Photo:
    """Return the size of a photo from its header. Raises PhotoError."""
    with _opened(path) as (_, width, height):
        return Photo(width, height)


def preview(path: str | Path, longest: int) -> tuple[npt.NDArray[np.uint8], Photo]:
    """Return an upright photo, uint8 [H, W, 4], with no side longer than `longest`, and its facts.

    Raises PhotoError.
    """
    with _opened(path, longest) as (image, width, height):
        scale = min(longest / max(image.size), 1.0)
        found = _colour(image, 4)
        if scale < 1:
            size = (max(round(found.shape[1] * scale), 1), max(round(found.shape[0] * scale), 1))
            small = Image.fromarray(found).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
            found = np.asarray(small)
        return np.ascontiguousarray(found), Photo(width, height)


def cropped(source: Source, crop: Crop, size: int, channels: int) -> npt.NDArray[np.uint8]:
    """Return a square of a photo as a network takes it, uint8 [size, size, channels].

    The square is reduced by averages to about twice the size and then by a Lanczos filter. What lies beyond the border
    of the photo is mirrored. Transparency becomes white unless there are 4 channels (or 2).

    Args:
        source: Path of the photo, or its upright pixels [H, W, C].
        crop: The square.
        size: Side of the result in pixels.
        channels: 1 grey, 3 colour, 4 with transparency.

    Raises:
        PhotoError: the file cannot be read.
    """
    if isinstance(source, np.ndarray):
        pixels = source[..., None] if source.ndim == 2 else source
    else:
        with _opened(source) as (image, width, height):
            # At least two pixels of the photo for each of the result, as far as it has them.
            scale = min(2.0 * size / max(crop.side(width, height), 1e-9), 1.0)
            _reduce(image, max(round(scale * max(width, height)), 1), _name(source))
            pixels = _colour(image, 4 if channels in (2, 4) else 3)
    try:
        if channels not in (2, 4):  # Lanczos must not mix in colours of transparent pixels
            pixels = with_channels(pixels.transpose(2, 0, 1), 3).transpose(1, 2, 0)
        square = sampled(pixels, crop, size)
    except MemoryError as error:
        name = "The photo" if isinstance(source, np.ndarray) else _name(source)
        raise PhotoError(_TOO_LITTLE.format(name)) from error
    return np.ascontiguousarray(with_channels(square.transpose(2, 0, 1), channels).transpose(1, 2, 0))


@contextmanager
def _opened(path: str | Path, longest: int | None = None) -> Iterator[tuple[Image.Image, int, int]]:
    """Open a photo for the block, with its upright width and height. Errors become PhotoError.

    Args:
        path: The file.
        longest: Decode it with at least this longest side, as far as it has that; None: only its header is looked at.
    """
    name = _name(path)
    try:
        with open_picture(path, reduced=True) as image:
            width, height = image.size
            if max(width, height) > _MOST_SIDE:
                raise PhotoError(f"{name} cannot be read: a side of it has more than {_MOST_SIDE} pixels.")
            turned = orientation_of(image) in _TURNED
            if longest is not None:
                _reduce(image, longest, name)
            yield image, *((height, width) if turned else (width, height))
    except PhotoError:
        raise
    except PictureError as error:
        raise PhotoError(f"{name} cannot be read: it {error}.") from error
    except MemoryError as error:
        raise PhotoError(_TOO_LITTLE.format(name)) from error
    except OSError as error:
        raise PhotoError(f"{name} cannot be read: {reason_of(error)}.") from error


def _name(path: str | Path) -> str:
    return clean_text(Path(path).name, 100)


def _reduce(image: Image.Image, longest: int, name: str) -> None:
    """Let a JPEG be decoded at the smallest fraction that is wanted and fits. Raises PhotoError."""
    width, height = image.size
    if image.format == "JPEG":
        shares = [2**k for k in range(4) if max(width, height) / 2**k >= longest] or [1]
        least = next((2**k for k in range(4) if width * height / 4**k <= PIXELS), 8)
        share = max(shares[-1], least)
        image.draft("", (max(width // share, 1), max(height // share, 1)))
    if image.size[0] * image.size[1] > PIXELS:
        raise PhotoError(
            f"{name} cannot be read: it has {width} x {height} pixels, more than are read at once; save it smaller."
        )


def _colour(image: Image.Image, channels: int) -> npt.NDArray[np.uint8]:
    """Return the upright pixels of any mode, uint8 [H, W, channels]."""
    found = pixels_of(image)
    if found is None:
        turned = upright(image)
        if turned.mode in ("F", "I"):
            found = _stretched(np.asarray(turned, np.float64))[None]
        else:  # LAB, HSV and the like
            found = np.asarray(turned.convert("RGB")).transpose(2, 0, 1)
    return with_channels(found, channels).transpose(1, 2, 0)


def _stretched(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Return numbers of any range as grey: 0..1 as such, others from their least to their largest."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    share = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0)
    return np.asarray(np.rint(np.clip(share, 0, 1) * 255), np.uint8)
