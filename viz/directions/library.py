"""Library of directions: the starred and the added ones of each network, by its fingerprint, for later windows."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from foundation.background import Worker
from foundation.directions import NamedDirection, read_directions, written
from foundation.files import write_bytes
from foundation.inputs import clean_text, reason_of
from renderer.document.arrays import ArrayStore, ref_of
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import ModelInfo
from viz.directions.groups import with_group
from viz.directions.listing import is_added
from viz.files.direction_files import identity, named_of, row_of
from viz.state.facts import Facts, ServiceKey
from viz.state.finding.belonging import elsewhere, key_of
from viz.state.scene import Say, Scene

FOLDER = "directions"
SETTLE_S = 1.0
"""Seconds after a change until it is written."""


@dataclass(frozen=True)
class _Done:
    """Result of reading or writing the file of one network."""

    key: str
    found: tuple[NamedDirection, ...] | None = None
    """Directions in the file; None after writing."""
    problem: str = ""


class Library:
    """Keeps directions by network. Files are read and written on a thread.

    Args:
        folder: Configuration folder of the window; None keeps nothing.
        arrays: Holds the vectors.
        wake: Called from the thread after each file.
    """

    def __init__(self, folder: Path | None, arrays: ArrayStore, wake: Callable[[], None]) -> None:
        self._folder, self._arrays = folder, arrays
        self._worker: Worker[Callable[[], _Done], _Done] = Worker("directions", lambda work: work(), wake)
        self._key = ""
        """Network whose file is known."""
        self._asked = ""
        """Network whose file was asked for."""
        self._w_dim = 0
        self._known: tuple[Found, ...] = ()
        """Rows as they are in the file."""
        self._seen: set[ArrayRef] = set()
        """All rows of this network that were in the file or in this window: others are of another window."""
        self._due: float | None = None
        """Time at which `_pending` is written."""
        self._pending: tuple[Found, ...] = ()

    def look(self, scene: Scene, facts: Facts, say: Say) -> Scene:
        """Return the scene with what the file of its network holds; schedule writing. Call once a frame."""
        if self._folder is None or facts.model is None:
            return scene
        key = key_of(facts.model)
        if key != self._asked:
            self._flush()
            self._asked, self._key, self._known, self._due = key, "", (), None
            self._w_dim = facts.model.w_dim
            self._seen = set()
            path = self._path(key)
            self._worker.submit(lambda: _read(key, path))
        while (done := self._worker.poll()) is not None:
            if done.problem:
                say(done.problem, bad=True)
            if done.found is not None and done.key == key:
                scene = self._arrived(scene, facts, facts.model, done.found)
        if self._key == key:
            self._follow(scene, facts, facts.model)
        return scene

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._flush()
        self._worker.close(None)

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"

    def _arrived(self, scene: Scene, facts: Facts, model: ModelInfo, found: tuple[NamedDirection, ...]) -> Scene:
        rows = tuple(row_of(one, self._arrays, model) for one in found if one.vector.shape[-1] == model.w_dim)
        self._key, self._known = self._asked, rows
        self._seen = {row.array for row in rows}
        there = {row.array for group in scene.view.finds.groups for row in group.rows}
        new = tuple(row for row in rows if row.array not in there)
        if not new:
            return scene
        return with_group(scene, FoundGroup("kept", "starred and added before", new, model.title, key_of(model)))

    def _follow(self, scene: Scene, facts: Facts, model: ModelInfo) -> None:
        """Schedule writing where the starred and added rows are not those of the file."""
        kept = wanted(scene, model)
        if kept == self._known:
            self._due = None
            return
        if self._due is None:
            self._due = facts.now + SETTLE_S
        if facts.now >= self._due:
            self._write(kept)
        self._pending = kept

    def _flush(self) -> None:
        if self._due is not None and self._key:
            self._write(self._pending)

    def _write(self, kept: tuple[Found, ...]) -> None:
        named = tuple(named_of(row, self._arrays, self._w_dim) for row in kept)
        self._seen |= {row.array for row in kept} | {ref_of(identity(one)) for one in named}
        path, key, seen = self._path(self._key), self._key, frozenset(self._seen)
        self._known, self._due = kept, None
        self._worker.submit(lambda: _written(key, path, named, seen))


def wanted(scene: Scene, model: ModelInfo) -> tuple[Found, ...]:
    """Return the rows of a network that a library keeps, each once.

    They are the starred and the added ones, and those that it has kept before until they are hidden.
    """
    found: dict[ArrayRef, Found] = {}
    for group in scene.view.finds.groups:
        if elsewhere(group, model):
            continue
        for row in group.rows:
            before = group.way == "kept" and not row.hidden
            if row.starred or before or is_added(row, scene.document):
                plain = replace(row, hidden=False, note="", effects=None, before=None, fixed=())
                found.setdefault(row.array, plain)
    return tuple(found.values())


def _read(key: str, path: Path) -> _Done:
    try:
        return _Done(key, read_directions(path))
    except FileNotFoundError:
        return _Done(key, ())
    except (OSError, ValueError) as error:
        reason = clean_text(reason_of(error), 120)
        return _Done(key, (), f"The directions kept for this network cannot be read: {path.name} {reason}.")


def _written(key: str, path: Path, named: tuple[NamedDirection, ...], seen: frozenset[ArrayRef]) -> _Done:
    """Write a file; what another window has put there since stays."""
    before = _read(key, path)
    if before.problem:
        return _Done(key, problem=before.problem)  # what cannot be read now may be whole all the same
    others = tuple(one for one in before.found or () if ref_of(identity(one)) not in seen)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if named or others:
            write_bytes(path, written((*named, *others), network=key))
        else:
            path.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        return _Done(key, problem=f"Directions cannot be kept: {clean_text(reason_of(error), 120)}.")
    return _Done(key)


LIBRARY: ServiceKey[Library] = ServiceKey("directions")
