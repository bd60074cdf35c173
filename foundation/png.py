"""PNG files of 8 or 16 bits a channel, with text chunks. Pillow is imported when one of 8 bits is written."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.files import replacing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {1: 0, 3: 2, 4: 6}
"""Colour types of the format, by number of channels: grey, RGB, RGBA."""
_LEVEL = 6


def save_png(path: Path, pixels: "npt.NDArray[np.uint8]", text: Mapping[str, str] | None = None) -> None:
    """Write a whole PNG file.

    Args:
        path: The file; missing folders are made.
        pixels: uint8 [H, W], [H, W, 3] or [H, W, 4].
        text: Text chunks by keyword.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as part:
        write_png(part, pixels, text)


def write_png(path: Path, pixels: "npt.NDArray[np.uint8]", text: Mapping[str, str] | None = None) -> None:
    """Write a PNG file in place, as into a temporary file; otherwise like `save_png`."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    Image.fromarray(pixels).save(path, format="PNG", pnginfo=info)


def write_png16(path: Path, pixels: "npt.NDArray[np.uint16]", text: Mapping[str, str] | None = None) -> None:
    """Write a PNG file of 16 bits a channel in place, which Pillow cannot.

    Args:
        path: The file.
        pixels: uint16 [H, W], [H, W, 3] or [H, W, 4].
        text: Text chunks by keyword.

    Raises:
        OSError: the file cannot be written.
    """
    height, width = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 16, _COLOR_TYPES[pixels[0, 0].size], 0, 0, 0)
    chunks = [_chunk(b"IHDR", head)]
    for key, value in (text or {}).items():
        # keyword, not compressed, no language, no keyword in that language
        chunks.append(_chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + value.encode()))
    chunks += [_chunk(b"IDAT", zlib.compress(_filtered(pixels), _LEVEL)), _chunk(b"IEND", b"")]
    path.write_bytes(SIGNATURE + b"".join(chunks))


def _filtered(pixels: "npt.NDArray[np.uint16]") -> bytes:
    """Return big-endian rows, each with its filter in front: the difference from the row above, byte by byte."""
    import numpy as np

    height = len(pixels)
    rows: npt.NDArray[Any] = np.ascontiguousarray(pixels.astype(">u2")).view(np.uint8).reshape(height, -1)
    differences = rows.copy()
    differences[1:] -= rows[:-1]
    up = np.full((height, 1), 2, np.uint8)
    return np.concatenate([up, differences], axis=1).tobytes()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
