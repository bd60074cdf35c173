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

MOST_CHUNKS = 1 << 17
"""Limit of the parts of a PNG: what has the most pixels is written in half as many parts of 8 KB."""

_MODULES = {"JPEG": "Jpeg", "WEBP": "WebP", "BMP": "Bmp", "GIF": "Gif", "TIFF": "Tiff", "PPM": "Ppm", "AVIF": "Avif"}
_DAMAGE = (
    *(OSError, EOFError, SyntaxError, struct.error, zlib.error, MemoryError, OverflowError, RuntimeError),
    *(ArithmeticError, AttributeError, LookupError, TypeError),
)
"""Raised by Pillow, besides ValueError, for damaged pictures."""
_ORIENTATION = 0x0112


class PictureError(ValueError):
    """The picture cannot be decoded; the text is a predicate, as "is damaged or no picture (...)"."""


@contextmanager
def open_picture(
    source: str | Path | bytes, *, formats: Sequence[str] = FORMATS, pixels: int = PIXELS, reduced: bool = False
) -> "Iterator[Image.Image]":
    """Open a picture for the block; errors of decoding in the block become PictureError too.

    Args:
        source: Path of a regular file, or the content of one.
        formats: Formats to accept, out of `FORMATS`.
        pixels: Maximum number of pixels.
        reduced: A JPEG may have any size, as the block reduces it while it is decoded (`Image.draft`).

    Raises:
        PictureError: it is too large, damaged, or of no such format.
        OSError: the file cannot be opened.
    """
    try:
        content = source if isinstance(source, bytes) else read_regular(source, FILE_BYTES)
    except TooLargeError as error:
        raise PictureError(f"is no picture ({reason_of(error)})") from error
    from PIL import Image, UnidentifiedImageError

    if _has_too_many_chunks(content):
        raise PictureError(f"is damaged or no picture (a PNG of more than {MOST_CHUNKS} parts)")
    accepted = [one for one in formats if one in _loaded()]
    # Of damaged details and large pictures: our limits decide. Not `catch_warnings`, which threads cannot share.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        with _decoder(content, accepted, reduced) as image:
            width, height = image.size
            if width * height > pixels and not (reduced and image.format == "JPEG"):
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


def _decoder(content: bytes, accepted: list[str], reduced: bool) -> "Image.Image":
    from PIL import Image

    if reduced and "JPEG" in accepted and content.startswith(b"\xff\xd8\xff"):
        from PIL.JpegImagePlugin import JpegImageFile

        return JpegImageFile(io.BytesIO(content))  # `Image.open` refuses what is large before it can be reduced
    return Image.open(io.BytesIO(content), formats=accepted)


def _has_too_many_chunks(content: bytes) -> bool:
    """Return True for a PNG of more chunks than Pillow reads in a second."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    at = 8
    for _ in range(MOST_CHUNKS):
        if at >= len(content):
            return False
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return at < len(content)


def orientation_of(image: "Image.Image") -> int:
    """Return the EXIF orientation of a picture, 1..8; 1 where there is none, or the notes are damaged."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except (*_DAMAGE, ValueError):
        return 1
    return found if isinstance(found, int) else 1


def upright(image: "Image.Image") -> "Image.Image":
    """Return a picture as the camera was held: the same one, or one that is turned. Raises what decoding raises."""
    from PIL import Image

    image.load()
    turns = Image.Transpose
    method = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }.get(orientation_of(image))
    return image if method is None else image.transpose(method)


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
