"""Text metadata of images and films: PNG, JPEG, WebP, MP4 and WebM. Only the parts that contain text are read."""

import html
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from foundation.inputs import open_regular
from foundation.pictures import JPEG_MARK
from renderer.document.plain_text import MOST_TEXT, TextError, parse_json

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG, _EBML = b"\xff\xd8", b"\x1aE\xdf\xa3"
_COMMENT = b"\xa9cmt"
_WAY = {b"moov": 0, b"udta": 0, b"meta": 4, b"ilst": 0, _COMMENT: 0}
"""Boxes of an MP4 that lead to its comment, and the bytes between their header and what is in them."""
MOST_PARTS = 100_000
"""Chunks of a picture, or boxes or elements of a film, that are looked at."""
_SEGMENT, _TAGS, _TAG, _SIMPLE, _NAME, _STRING = 0x18538067, 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487
"""Elements of a WebM file that lead to its comment."""


class TooLongTextError(ValueError):
    """The text unpacks to more than can be read."""


def read(path: Path, key: str) -> str | None:
    """Return the text of an image or a film under `key`; None if it has none, or has another format.

    Raises OSError if the file cannot be read, TooLongTextError if the text is longer than `MOST_TEXT`.
    """
    with open_regular(path) as file:
        head = file.read(12)
        if head[:8] == _PNG:
            return _png_text(file, key)
        if head[:2] == _JPEG:
            return _jpeg_text(file, key)
        if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            return _webp_text(file, key)
        size = file.seek(0, 2)
        if head.startswith(_EBML):
            return _webm_text(file, size, key)
        return _mp4_text(file, size, key)


def _png_text(file: BinaryIO, key: str) -> str | None:
    """Search the chunks: length, type, data, checksum."""
    file.seek(len(_PNG))
    for _ in range(MOST_PARTS):
        if len(head := file.read(8)) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        if kind not in (b"tEXt", b"zTXt", b"iTXt") or length > MOST_TEXT:
            file.seek(length + 4, 1)
            continue
        data = file.read(length + 4)[:length]
        name, _, rest = data.partition(b"\0")
        if name.decode("latin-1") == key:
            return _chunk_text(kind, rest)
    return None


def _chunk_text(kind: bytes, rest: bytes) -> str | None:
    """Return the text of a chunk, after its keyword; None if damaged."""
    packed, encoding = kind == b"zTXt", "latin-1"
    if kind == b"iTXt":  # flag, method, language, keyword in that language
        packed, encoding = rest[:1] == b"\1", "utf-8"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    try:
        if packed:
            unpacked = zlib.decompressobj()
            rest = unpacked.decompress(rest, MOST_TEXT)
            if unpacked.unconsumed_tail:
                raise TooLongTextError
        return rest.decode(encoding)
    except (zlib.error, UnicodeDecodeError):
        return None


def _jpeg_text(file: BinaryIO, key: str) -> str | None:
    """Join the comment segments of a JPEG that begin with the mark of `key`."""
    file.seek(2)
    mark, parts, size = JPEG_MARK.format(key=key).encode(), list[bytes](), 0
    for _ in range(MOST_PARTS):
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):  # its end, or where the image begins
            break
        length = int.from_bytes(head[2:], "big") - 2
        if length < 0:
            break
        if head[1] != 0xFE:
            file.seek(length, 1)
            continue
        data = file.read(length)
        if data.startswith(mark):
            size += len(data)
            if size > MOST_TEXT:
                raise TooLongTextError
            parts.append(data[len(mark) :])
    return _decoded(b"".join(parts)) if parts else None


def _webp_text(file: BinaryIO, key: str) -> str | None:
    """Return the element named `key` in the XMP packet of a WebP."""
    file.seek(12)
    for _ in range(MOST_PARTS):
        if len(head := file.read(8)) < 8:
            break
        length = int.from_bytes(head[4:], "little")
        if head[:4] != b"XMP ":
            file.seek(length + length % 2, 1)
            continue
        if length > MOST_TEXT:
            raise TooLongTextError
        found = re.search(
            rf"<s:{re.escape(key)}>(.*?)</s:{re.escape(key)}>", _decoded(file.read(length)) or "", re.DOTALL
        )
        return html.unescape(found[1]) if found else None
    return None


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _mp4_text(file: BinaryIO, size: int, key: str) -> str | None:
    """Return the text in the comment, moov/udta/meta/ilst/©cmt/data, which holds a JSON object."""
    for kind, start, end in islice(_boxes(file, 0, size, 0), MOST_PARTS):
        if kind != b"data" or not 8 <= end - start <= MOST_TEXT:
            continue
        file.seek(start + 8)
        if (text := _in_comment(file.read(end - start - 8), key)) is not None:
            return text
    return None


def _in_comment(comment: bytes, key: str) -> str | None:
    """Return a text of the JSON object in a comment; None if there is none."""
    try:
        held = parse_json(comment)
    except TextError:
        return None
    text = held.get(key) if isinstance(held, dict) else None
    return text if isinstance(text, str) else None


def _webm_text(file: BinaryIO, size: int, key: str) -> str | None:
    """Return the text in the comment, Segment/Tags/Tag/SimpleTag, which holds a JSON object."""
    left = [MOST_PARTS]
    for path in _within(file, [(0, size)], (_SEGMENT, _TAGS, _TAG, _SIMPLE), left):
        name, text = b"", b""
        for kind, start, end in _elements(file, *path, left):
            if kind in (_NAME, _STRING):
                if end - start > MOST_TEXT:
                    raise TooLongTextError
                file.seek(start)
                held = file.read(end - start).rstrip(b"\0")
                name, text = (held, text) if kind == _NAME else (name, held)
        if name.upper() == b"COMMENT" and (found := _in_comment(text, key)) is not None:
            return found
    return None


def _within(
    file: BinaryIO, places: Iterable[tuple[int, int]], way: tuple[int, ...], left: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield the first and last byte of the elements at the end of a way from outer to inner kinds."""
    for place in places:
        found = ((start, end) for kind, start, end in _elements(file, *place, left) if kind == way[0])
        yield from found if len(way) == 1 else _within(file, found, way[1:], left)


def _elements(file: BinaryIO, start: int, end: int, left: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the elements in a part of a WebM file: kind, first byte of the content, end; `left` counts down."""
    while start < end and left[0] > 0:
        left[0] -= 1
        file.seek(start)
        head = file.read(12)
        kind, used = _number(head, 0, keep_marker=True)
        length, content = _number(head, used, keep_marker=False)
        if not used or content == used:
            return
        content += start
        unknown = length == (1 << 7 * (content - start - used)) - 1
        stop = end if unknown else content + length
        if stop > end:
            return
        yield kind, content, stop
        start = stop


def _number(head: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """Return a number of variable length and the place behind it; the same place if there is none."""
    first = head[at] if at < len(head) else 0
    width = 9 - first.bit_length()
    if not first or at + width > len(head):
        return 0, at
    number = int.from_bytes(head[at : at + width], "big")
    return (number if keep_marker else number - (1 << 7 * width)), at + width


def _boxes(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes that lead to the comment, and the data in it: kind, first byte of the content, end."""
    for _ in range(MOST_PARTS):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(8)
        if len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head)
        content = start + 8
        if size == 1:
            size, content = int.from_bytes(file.read(8), "big"), start + 16
        elif size == 0:
            size = end - start
        if size < content - start or start + size > end:
            return
        if kind == b"data" and depth == len(_WAY):
            yield kind, content, start + size
        elif depth < len(_WAY) and kind == list(_WAY)[depth]:
            yield from _boxes(file, content + _WAY[kind], start + size, depth + 1)
        start += size
