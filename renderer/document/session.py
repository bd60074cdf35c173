"""Sessions, `.stylescope`: a zip of session.json, the arrays that it names as .npy, and a thumbnail.

session.json has a version, the Document, the View, and the SHA-256 of their networks.

Version 1 has session.yaml instead. Nothing in it can run. Sessions of any earlier version open; damaged ones as far as
they are readable.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.bundled import moved
from foundation.files import replacing
from foundation.inputs import NotRegularError, TooLargeError, clean_text
from renderer.document import held_arrays
from renderer.document.archive import MOST_FILE, Archive
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.network_files import Pins, with_sources
from renderer.document.plain import PlainError, from_plain, to_plain
from renderer.document.plain_text import TextError, dump, parse, salvage
from renderer.document.recipe import RecipeError, check_version

SUFFIX = ".stylescope"
VERSION = 2
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: lambda plain: plain}
"""By version: converts plain values of that version to the next. Version 1 differs in being YAML."""
MOST_STATE = 1 << 25
"""Largest session.json, in bytes."""

_STATE, _STATE_1, _THUMBNAIL, _ARRAYS = "session.json", "session.yaml", "thumbnail.png", "arrays/"


@dataclass(frozen=True)
class Session:
    """State of a window: the document and the view."""

    document: Document = Document()
    view: View = View()


class SessionTooLargeError(OSError):
    """A session is larger than sessions may be. `strerror` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)


def save(path: Path, session: Session, arrays: ArrayStore, thumbnail: bytes = b"") -> None:
    """Write a session, whole or not at all.

    Args:
        path: The file; an older one is replaced.
        session: The state.
        arrays: Holds the arrays that it names.
        thumbnail: A small PNG for file managers.

    Raises OSError, also (`SessionTooLargeError`) if the file could not be read again.
    """
    pins = to_plain(arrays.networks.pins(session))
    state = dump({"stylescope": "session", "version": VERSION, **to_plain(session), **pins})
    if len(state) > MOST_STATE:
        raise SessionTooLargeError(f"it takes more than {MOST_STATE >> 20} MB")
    try:
        held = held_arrays.written(session, arrays)
    except held_arrays.TooManyArraysError as error:
        raise SessionTooLargeError(str(error)) from error
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as file:
        # The state comes first and unpacked, so that much of it is left whatever happens to the file.
        file.writestr(_STATE, state)
        for ref, npy in held.items():
            file.writestr(f"{_ARRAYS}{ref.sha256}.npy", npy, zipfile.ZIP_DEFLATED, 1)
        if thumbnail:
            file.writestr(_THUMBNAIL, thumbnail)


def load(path: Path, arrays: ArrayStore, notes: list[str]) -> Session:
    """Read a session, and put its arrays, and the content that its networks should have, into `arrays`.

    Args:
        path: A file written by `save` of this or an earlier version.
        arrays: Gets the arrays.
        notes: Gets a line for each lost part.

    Raises RecipeError if nothing in it can be read.
    """
    name = clean_text(path.name, 80)
    try:
        with Archive(path, _is_part) as archive:
            return _read(archive, name, arrays, notes)
    except TooLargeError as error:
        raise RecipeError(f"{name} is larger than {MOST_FILE >> 20} MB, so it is no session.") from error
    except NotRegularError as error:
        raise RecipeError(f"{name} is no ordinary file, so it is no session; choose another file.") from error
    except OSError as error:
        raise RecipeError(f"{name} cannot be read: {error.strerror or error}.") from error


def _is_part(name: str) -> bool:
    return name in (_STATE, _STATE_1) or name.startswith(_ARRAYS)


def _read(archive: Archive, name: str, arrays: ArrayStore, notes: list[str]) -> Session:
    try:
        state = archive.read(_STATE, MOST_STATE)
        if state is None:
            state = archive.read(_STATE_1, MOST_STATE)
    except ValueError as error:
        raise RecipeError(f"{name} is no session that can be read: it {error}; choose another file.") from error
    if state is None:
        raise RecipeError(f"{name} is no session, or nothing is left of it; choose another file.")
    plain = _state(state.decode("utf-8", "replace"), name, notes)
    try:
        pins = with_sources(from_plain(Pins, {"networks": plain.pop("networks", [])}, []), moved)
        session = with_sources(from_plain(Session, plain, notes), moved)
        held_arrays.read(
            session,
            lambda ref: archive.read(f"{_ARRAYS}{ref.sha256}.npy", held_arrays.MOST_FILE_BYTES),
            arrays,
            notes,
        )
    except (PlainError, held_arrays.TooManyArraysError) as error:
        raise RecipeError(f"{name} cannot be read: {error}; choose another file.") from error
    arrays.networks.expect(pins)
    if archive.damaged:
        notes.insert(0, "the file is damaged")
    return session


def _state(text: str, name: str, notes: list[str]) -> dict[str, Any]:
    """Return the plain values of the newest version. Raises RecipeError."""
    damaged = False
    try:
        plain = parse(text)
    except TextError as error:
        plain, damaged = salvage(text), True
        notes.append(f"state: {error}")
    if not isinstance(plain, dict) or plain.pop("stylescope", "session") != "session" or not plain:
        raise RecipeError(f"{name} is no session, or nothing is left of it; choose another file.")
    version = check_version(plain.pop("version", VERSION if damaged else None), VERSION, "session")
    for older in range(version, VERSION):
        plain = MIGRATIONS[older](plain)
    if not isinstance(plain.get("document"), Mapping) or (damaged and not plain["document"]):
        raise RecipeError(f"{name} is no session, or nothing is left of it; choose another file.")
    state: dict[str, Any] = plain
    return state
