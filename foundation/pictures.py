"""Formats of saved pictures: PNG of 8 and 16 bits, JPEG, WebP, each with texts. Pillow is imported on first use.

The texts, such as the recipe, are iTXt chunks of a PNG, comment segments of a JPEG, and an XMP packet of a WebP;
`renderer.document.metadata` reads them again.
"""

import html
import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.files import replacing
from foundation.png import write_png, write_png16
from foundation.specs.formats import PICTURE_FORMATS, PictureFormat
from foundation.transparency import over, trimmed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class _About:
    """Properties of a format."""

    name: str
    suffix: str
    hint: str
    longest: int
    """Largest width and height in pixels."""
    bits: int = 8
    alpha: bool = True
    """Transparency is kept."""


_ABOUT: dict[PictureFormat, _About] = {
    "png": _About("PNG", ".png", "Every pixel as it is shown", 2**31 - 1),
    "png16": _About("16 bit", ".png", "PNG with 65536 steps a colour instead of 256", 2**31 - 1, bits=16),
    "jpeg": _About("JPEG", ".jpg", "Small, almost the same; transparency becomes white", 65_500, alpha=False),
    "webp": _About("WebP", ".webp", "Every pixel as it is shown, smaller than PNG", 16_383),
}
QUALITY = 92
"""Quality of JPEG files, 1..100; colours have the full resolution."""
BACKGROUND = "#ffffff"
"""Colour behind transparent pixels where a format has none."""
JPEG_MARK = "{key}\0"
"""Beginning of each comment segment of a JPEG that holds a part of a text."""
_SEGMENT = 65_533
"""Bytes of a segment of a JPEG, without its length."""
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:s="urn:stylescope:text:">{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def name_of(format: PictureFormat) -> str:
    """Return the name of a format for people."""
    return _ABOUT[format].name


def suffix_of(format: PictureFormat) -> str:
    """Return the ending of a format, with the dot."""
    return _ABOUT[format].suffix


def hint_of(format: PictureFormat) -> str:
    """Return what a format is good for, in a few words."""
    return _ABOUT[format].hint


def bits_of(format: PictureFormat) -> int:
    """Return the bits a channel of a format: 8 or 16."""
    return _ABOUT[format].bits


def format_of(path: Path) -> PictureFormat | None:
    """Return the format of 8 bits that a file's ending names; None if it names none."""
    suffix = path.suffix.lower()
    suffix = ".jpg" if suffix == ".jpeg" else suffix
    return next((one for one in PICTURE_FORMATS if _ABOUT[one].suffix == suffix), None)


def save_picture(path: Path, pixels: "npt.NDArray[Any]", text: Mapping[str, str] | None = None) -> None:
    """Write a whole picture file of 8 bits, in the format that its ending names.

    Args:
        path: The file; missing folders are made.
        pixels: uint8 [H, W, 3 or 4].
        text: Texts by keyword.

    Raises:
        ValueError: the ending names no format.
        OSError: the file cannot be written, or the picture is too large for the format.
    """
    format = format_of(path)
    if format is None:
        endings = ", ".join(sorted({_ABOUT[one].suffix for one in PICTURE_FORMATS}))
        raise ValueError(f"Pictures end in one of {endings}, not as in {path.name}.")
    with replacing(path) as part:
        write_picture(part, pixels, format, text)


def write_picture(
    path: Path,
    pixels: "npt.NDArray[Any]",
    format: PictureFormat = "png",
    text: Mapping[str, str] | None = None,
) -> None:
    """Write a picture in place, as into a temporary file. Transparency is kept where there is any and the format can.

    Args:
        path: The file.
        pixels: uint8 [H, W, 3 or 4]; uint16 for "png16".
        format: The format, whatever the ending is.
        text: Texts by keyword.

    Raises:
        OSError: the file cannot be written, or the picture is too large for the format.
    """
    about = _ABOUT[format]
    if max(pixels.shape[:2]) > about.longest:
        raise OSError(None, f"a {about.name} has {about.longest} pixels a side at most; choose PNG")
    if format == "png16":
        write_png16(path, _trimmed16(pixels), text)
        return
    pixels = trimmed(pixels) if about.alpha else over(pixels, BACKGROUND)
    if format == "png":
        write_png(path, pixels, text)
        return
    from PIL import Image

    image = Image.fromarray(pixels)
    if format == "webp":
        image.save(path, format="WEBP", lossless=True, exact=True, xmp=_packet(text or {}))
        return
    made = io.BytesIO()
    image.save(made, format="JPEG", quality=QUALITY, subsampling=0)
    content = made.getvalue()
    path.write_bytes(content[:2] + _segments(text or {}) + content[2:])  # behind the mark that starts the file


def _trimmed16(pixels: "npt.NDArray[np.uint16]") -> "npt.NDArray[np.uint16]":
    opaque = pixels.shape[2] == 4 and pixels[..., 3].min(initial=65_535) == 65_535
    return pixels[..., :3] if opaque else pixels


def _segments(text: Mapping[str, str]) -> bytes:
    """Return texts as comment segments of a JPEG; a long one is continued in the next segment."""
    segments = []
    for key, value in text.items():
        mark, data = JPEG_MARK.format(key=key).encode(), value.encode()
        room = _SEGMENT - len(mark)
        for first in range(0, max(len(data), 1), room):
            part = mark + data[first : first + room]
            segments.append(b"\xff\xfe" + struct.pack(">H", len(part) + 2) + part)
    return b"".join(segments)


def _packet(text: Mapping[str, str]) -> bytes:
    """Return texts as an XMP packet: elements with their keywords as names; empty without any."""
    parts = (f"<s:{key}>{html.escape(value, quote=False)}</s:{key}>" for key, value in text.items())
    return _PACKET.format("".join(parts)).encode() if text else b""
