"""Pictures from outside: decoded by a short list of formats only, whatever the file's name ends in.

Pillow has decoders for forty formats, chosen by content, and one of them starts another program on the file.
"""

import importlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.inputs.files import TooLargeError, read_regular, reason_of
from foundation.inputs.texts import clean_text

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
"""Formats that are decoded, as Pillow calls them."""
PIXELS = 1 << 27
"""Maximum number of pixels: more than the largest grid of a run has, and 0.4 GB in colour."""
FILE_BYTES = 1 << 29
"""Maximum size of a picture's file."""

_MODULES = {"JPEG": "Jpeg", "WEBP": "WebP", "BMP": "Bmp", "GIF": "Gif", "TIFF": "Tiff", "PPM": "Ppm", "AVIF": "Avif"}
_DAMAGE = (
    *(OSError, EOFError, SyntaxError, struct.error, zlib.error, MemoryError, OverflowError, RuntimeError),
    *(ArithmeticError, AttributeError, LookupError, TypeError),
)
"""Raised by Pillow, besides ValueError, for damaged pictures."""


class PictureError(ValueError):
    """The picture cannot be decoded; the text is a predicate, as "is damaged or no picture (...)"."""


@contextmanager
def open_picture(
    source: str | Path | bytes, *, formats: Sequence[str] = FORMATS, pixels: int = PIXELS
) -> "Iterator[Image.Image]":
    """Open a picture for the block; errors of decoding in the block become PictureError too.

    Args:
        source: Path of a regular file, or the content of one.
        formats: Formats to accept, out of `FORMATS`.
        pixels: Maximum number of pixels.

    Raises:
        PictureError: it is too large, damaged, or of no such format.
        OSError: the file cannot be opened.
    """
    try:
        content = source if isinstance(source, bytes) else read_regular(source, FILE_BYTES)
    except TooLargeError as error:
        raise PictureError(f"is no picture ({reason_of(error)})") from error
    from PIL import Image, UnidentifiedImageError

    accepted = [one for one in formats if one in _loaded()]
    # Of damaged details and large pictures: our limits decide. Not `catch_warnings`, which threads cannot share.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        with Image.open(io.BytesIO(content), formats=accepted) as image:
            width, height = image.size
            if width * height > pixels:
                raise PictureError(f"has {width} x {height} pixels, more than the {pixels} that are read")
            yield image
    except UnidentifiedImageError as error:
        raise PictureError(f"is damaged or no picture ({', '.join(accepted)})") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"has more than the {pixels} pixels that are read") from error
    except _DAMAGE as error:
        raise PictureError(f"is damaged or no picture ({clean_text(reason_of(error), 100)})") from error
    except ValueError as error:
        if type(error) is not ValueError:  # the block's own
            raise
        raise PictureError(f"is damaged or no picture ({clean_text(str(error), 100)})") from error


@cache
def _loaded() -> frozenset[str]:
    """Return the formats that this build of Pillow has, with their decoders loaded."""
    from PIL import Image

    Image.preinit()
    for module in _MODULES.values():
        try:
            importlib.import_module(f"PIL.{module}ImagePlugin")
        except ImportError:
            continue
    return frozenset(Image.OPEN)
