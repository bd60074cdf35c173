"""Text metadata of images and films, read from PNG and MP4. Only the parts that contain text are read."""

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from foundation.inputs import open_regular
from renderer.document.yaml_text import MOST_TEXT

_PNG = b"\x89PNG\r\n\x1a\n"
_COMMENT = b"\xa9cmt"
_WAY = {b"moov": 0, b"udta": 0, b"meta": 4, b"ilst": 0, _COMMENT: 0}
"""Boxes of an MP4 that lead to its comment, and the bytes between their header and what is in them."""


def read(path: Path, key: str) -> str | None:
    """Return the text of a PNG or an MP4 under `key`; None if it has none, or has another format.

    Raises OSError if the file cannot be read.
    """
    with open_regular(path) as file:
        if file.read(8) == _PNG:
            return _png_text(file, key)
        size = file.seek(0, 2)
        return _mp4_text(file, size, key)


def _png_text(file: BinaryIO, key: str) -> str | None:
    """Search the chunks: length, type, data, checksum."""
    file.seek(len(_PNG))
    while len(head := file.read(8)) == 8:
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
                return None
        return rest.decode(encoding)
    except (zlib.error, UnicodeDecodeError):
        return None


def _mp4_text(file: BinaryIO, size: int, key: str) -> str | None:
    """Return the text in the comment, moov/udta/meta/ilst/©cmt/data, which holds a JSON object."""
    for kind, start, end in _boxes(file, 0, size, 0):
        if kind != b"data" or not 8 <= end - start <= MOST_TEXT:
            continue
        file.seek(start + 8)
        try:
            held = json.loads(file.read(end - start - 8).decode("utf-8"))
        except (ValueError, RecursionError):
            continue
        text = held.get(key) if isinstance(held, dict) else None
        if isinstance(text, str):
            return text
    return None


def _boxes(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes that lead to the comment, and the data in it: kind, first byte of the content, end."""
    while start + 8 <= end:
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
