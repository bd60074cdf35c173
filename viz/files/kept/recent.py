"""Sessions of earlier windows, for the menu: network, content, time and thumbnail of each, read in the background."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from foundation.background import Worker
from foundation.inputs import clean_text, open_picture
from foundation.runs import snapshot_kimg
from foundation.words import counted
from renderer.document import session
from renderer.document.archive import Archive
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.recipe import RecipeError
from viz.files.kept import folder as session_folder
from viz.files.kept.folder import Kept
from viz.files.restoring import missing
from viz.files.sources import bundled
from viz.gl.textures import Picture
from viz.state.facts import RecentSession, ServiceKey
from viz.state.swatches import source_name

_THUMBNAIL = "thumbnail.png"
"""Name of the thumbnail in a session."""
SIDE = 64
"""Side of a thumbnail in the menu, in texture pixels."""
_MOST_THUMBNAIL = 1 << 20
_NAME_LENGTH = 60


@dataclass(frozen=True, eq=False)
class _Found:
    """A session as read: its description, its thumbnail [SIDE, SIDE, 4], and the path of its network."""

    kept: Kept
    title: str
    detail: str
    pixels: NDArray[np.uint8] | None
    network: str = ""
    missing: bool = False


class RecentSessions:
    """Lists the sessions of a folder; the first list is there at once, descriptions and thumbnails follow."""

    def __init__(
        self, folder: Path | None, own: Path | None, found: tuple[Kept, ...], wake: Callable[[], None]
    ) -> None:
        self._folder, self._own = folder, own
        self._worker: Worker[None, tuple[_Found, ...]] = Worker("recent sessions", self._read, wake, order="latest")
        self._known: dict[tuple[Path, float], _Found] = {}
        self._pictures: dict[tuple[Path, float], Picture] = {}
        self.shown = tuple(RecentSession(str(one.path), one.at, "", "") for one in found)
        """Sessions, newest first; the same object while nothing changes."""

    def read(self) -> None:
        """Read the folder again, and what is new in it."""
        if self._folder is not None:
            self._worker.submit(None)

    def look(self) -> tuple[RecentSession, ...]:
        """Return the sessions; call once a frame, with the window's OpenGL context."""
        while (found := self._worker.poll()) is not None:
            self.shown = tuple(self._entry(one) for one in found)
        return self.shown

    def free(self) -> None:
        """End reading, and free the textures."""
        self._worker.close()
        for picture in self._pictures.values():
            picture.free()
        self._pictures.clear()

    def _entry(self, found: _Found) -> RecentSession:
        key = (found.kept.path, found.kept.at)
        if found.pixels is not None and key not in self._pictures:
            self._pictures[key] = Picture()
            self._pictures[key].upload(found.pixels)
        texture = self._pictures[key].texture if key in self._pictures else None
        return RecentSession(str(found.kept.path), found.kept.at, found.title, found.detail, texture, found.missing)

    def _read(self, _: None) -> tuple[_Found, ...]:
        assert self._folder is not None
        kept = [one for one in session_folder.sessions(self._folder) if one.state != "open" and one.path != self._own]
        found = {(one.path, one.at): self._known.get((one.path, one.at)) or _described(one) for one in kept}
        self._known = found
        return tuple(replace(one, missing=missing(one.network)) for one in found.values())


RECENT_SESSIONS: ServiceKey[RecentSessions] = ServiceKey("recent sessions")


def title_of(document: Document) -> str:
    """Return the name of a document's network."""
    source = document.network.source
    known = dict(bundled()).get(source)
    if known is not None:
        return known
    path = PurePath(source.replace("\\", "/"))
    # Snapshots of all runs have the same names.
    name = f"{path.parent.name}/{path.name}" if snapshot_kimg(path.name) is not None and path.parent.name else path.name
    return clean_text(name or source, _NAME_LENGTH)


def detail_of(document: Document) -> str:
    """Return the content of a document in a few words."""

    def some(count: int, one: str, more: str = "") -> str:
        return counted(count, one, more) if count else ""

    name = clean_text(source_name(document.latent, document.shelf), 24)
    parts = (
        f"seed {name}" if name.isdecimal() else name,
        some(len(document.mixing.acting), "layer mixed", "layers mixed"),
        some(len(document.shelf), "on the shelf", "on the shelf"),
        some(len(document.directions), "direction"),
        some(len(document.styles), "style channel"),
        some(len(document.bends), "bent layer"),
        f"film of {document.timeline.seconds:g} s" if document.timeline.acting else "",
    )
    return ", ".join(part for part in parts if part)


def when(at: float, now: float | None = None) -> str:
    """Return a time as `16:21` of the same day, else as `28 Nov 16:21`."""
    day, today = datetime.fromtimestamp(at), datetime.fromtimestamp(time.time() if now is None else now)
    return f"{day:%H:%M}" if day.date() == today.date() else f"{day.day} {day:%b %H:%M}"


def _described(kept: Kept) -> _Found:
    try:
        document = session.load(kept.path, ArrayStore(), []).document
    except RecipeError:
        return _Found(kept, kept.path.name, "cannot be read", None)
    return _Found(kept, title_of(document), detail_of(document), _thumbnail(kept.path), document.network.source)


def _thumbnail(path: Path) -> NDArray[np.uint8] | None:
    """Return the thumbnail in a session, [SIDE, SIDE, 4]; None if there is none that can be read."""
    try:
        with Archive(path, lambda name: name == _THUMBNAIL) as archive:
            content = archive.read(_THUMBNAIL, _MOST_THUMBNAIL)
        with open_picture(content or b"", formats=("PNG",)) as picture:
            return np.asarray(picture.convert("RGBA").resize((SIDE, SIDE))).copy()
    except (OSError, ValueError):
        return None
