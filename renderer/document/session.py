"""Sessions, `.stylescope`: a zip of session.yaml, the arrays that it names as .npy, and a thumbnail.

Nothing in it can run. Sessions of any earlier version open; damaged ones as far as they are readable.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.arrays import npy_of
from foundation.files import replacing
from foundation.inputs import TooLargeError, read_regular
from renderer.document.arrays import MOST_BYTES, ArrayStore, refs_in
from renderer.document.document import Document, View
from renderer.document.plain import PlainError, from_plain, to_plain
from renderer.document.recipe import RecipeError, check_version, named, take
from renderer.document.yaml_text import MOST_TEXT, TextError, dump, parse, salvage

SUFFIX = ".stylescope"
VERSION = 1
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By version: converts plain values of that version to the next."""
MOST_FILE = 1 << 30
"""Largest session that is read, in bytes, packed or not."""

_STATE, _THUMBNAIL, _ARRAYS = "session.yaml", "thumbnail.png", "arrays/"
_LOCAL = struct.Struct("<4s5H3I2H")
"""Header before each file in a zip."""


@dataclass(frozen=True)
class Session:
    """State of a window: the document and the view."""

    document: Document = Document()
    view: View = View()


def save(path: Path, session: Session, arrays: ArrayStore, thumbnail: bytes = b"") -> None:
    """Write a session, whole or not at all. Raises OSError.

    Args:
        path: The file; an older one is replaced.
        session: The state.
        arrays: Holds the arrays that it names.
        thumbnail: A small PNG for file managers.
    """
    state = dump({"stylescope": "session", "version": VERSION, **to_plain(session)})
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
        # The state comes first and unpacked, so that much of it is left whatever happens to the file.
        file.writestr(_STATE, state)
        for ref, array in named(session, arrays).items():
            file.writestr(f"{_ARRAYS}{ref.sha256}.npy", npy_of(array), zipfile.ZIP_DEFLATED, 1)
        if thumbnail:
            file.writestr(_THUMBNAIL, thumbnail)


def load(path: Path, arrays: ArrayStore, notes: list[str]) -> Session:
    """Read a session, and put its arrays into `arrays`.

    Args:
        path: A file written by `save` of this or an earlier version.
        arrays: Gets the arrays.
        notes: Gets a line for each lost part.

    Raises RecipeError if nothing in it can be read.
    """
    try:
        data = read_regular(path, MOST_FILE)
    except OSError as error:
        raise RecipeError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except TooLargeError as error:
        raise RecipeError(f"{path.name} is larger than {MOST_FILE >> 20} MB, so it is no session.") from error
    files = _files(data, notes)
    if _STATE not in files:
        raise RecipeError(f"{path.name} is no session, or nothing is left of it; choose another file.")
    for name, content in files.items():
        if name.startswith(_ARRAYS):
            try:
                take(name.removeprefix(_ARRAYS).removesuffix(".npy"), content, arrays)
            except ValueError:
                notes.append(f"{name[:20]}: it is damaged")
    plain = _state(files[_STATE].decode("utf-8", "replace"), path.name, notes)
    try:
        session = from_plain(Session, plain, notes)
    except PlainError as error:
        raise RecipeError(f"{path.name} cannot be read: {error}.") from error
    lost = {ref for ref in refs_in(session) if ref not in arrays}
    notes += [f"arrays: {ref.sha256[:12]} is missing" for ref in sorted(lost, key=lambda ref: ref.sha256)]
    return session


def _state(text: str, name: str, notes: list[str]) -> dict[str, Any]:
    """Return the plain values of the newest version. Raises RecipeError."""
    try:
        plain = parse(text)
    except TextError as error:
        plain = salvage(text)
        notes.append(f"{_STATE}: {error}")
    if not isinstance(plain, dict) or plain.pop("stylescope", "session") != "session" or not plain:
        raise RecipeError(f"{name} is no session, or nothing is left of it; choose another file.")
    version = check_version(plain.pop("version", VERSION if notes else None), VERSION, "session")
    for older in range(version, VERSION):
        plain = MIGRATIONS[older](plain)
    state: dict[str, Any] = plain
    return state


def _files(data: bytes, notes: list[str]) -> dict[str, bytes]:
    """Return the files in a zip, by name; of a damaged zip, the readable ones."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            known = [info for info in file.infolist() if info.filename == _STATE or info.filename.startswith(_ARRAYS)]
            if sum(info.file_size for info in known) > MOST_FILE:
                notes.append("it holds more than can be read")
                return {}
            return {info.filename: file.read(info) for info in known}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError, OSError):
        notes.append("the file is damaged")
        return _left(data)


def _left(data: bytes) -> dict[str, bytes]:
    """Return the readable files of a damaged zip, found by the headers before each."""
    found: dict[str, bytes] = {}
    at = data.find(b"PK\3\4")
    while 0 <= at <= len(data) - _LOCAL.size:
        _, _, _, method, _, _, _, packed, size, name_size, extra = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_size + extra
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_size].decode("utf-8", "replace")
        content = data[start : start + packed]
        if method == zipfile.ZIP_DEFLATED:
            try:
                content = zlib.decompressobj(-15).decompress(content, min(size, MOST_BYTES) or 1)
            except zlib.error:
                content = b""
        if name == _STATE or name.startswith(_ARRAYS):
            found.setdefault(name, content[:MOST_TEXT])
        at = data.find(b"PK\3\4", at + 4)
    return found
