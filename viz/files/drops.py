"""Files dropped on the window: looked at in the background, and then opened one after the other."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from foundation.arrays import TORCH_SUFFIXES, are_latents, shape_in
from foundation.background import Worker
from foundation.directions import holds_directions
from foundation.network_files import NETWORK_SUFFIXES
from foundation.specs.image_files import is_image
from renderer.document import metadata
from renderer.document.recall import PICTURES
from renderer.document.recipe import KEY
from viz.files.direction_files import SUFFIXES

Holds = Literal["latents", "direction", "pictures", "photo", "networks", "other"]
"""Content of a file where its name does not say it: a photo is a picture without a recipe, several networks are
"networks"; one network or anything else is "other".
"""


@dataclass(frozen=True)
class Dropped:
    """A dropped path."""

    path: str
    holds: Holds = "other"
    together: tuple[str, ...] = ()
    """All of several networks that were dropped together, which are compared."""


class Drops:
    """Queue of dropped files: one is read at a time, so that a hundred cost no more memory than one, and no frame.

    Args:
        wake: Called on another thread when files have been looked at.
        holds_pictures: Returns True for a path that pictures could be taken from. Called on that thread.
    """

    def __init__(self, wake: Callable[[], None], holds_pictures: Callable[[str], bool]) -> None:
        self._waiting: deque[Dropped] = deque()
        self._holds_pictures = holds_pictures
        self._looking: Worker[tuple[str, ...], tuple[Dropped, ...]] = Worker("dropped files", self._looked, wake)

    def __bool__(self) -> bool:
        """Return True if files wait."""
        return bool(self._waiting) or self._looking.busy

    def add(self, paths: Sequence[str]) -> None:
        """Queue files that were dropped together; several networks are one drop, as they are compared."""
        self._looking.submit(tuple(paths))

    def take(self, busy: bool) -> list[Dropped]:
        """Return the files to open in this frame: the next one, or the next photos together; none while `busy`."""
        while (found := self._looking.poll()) is not None:
            self._waiting += found
        if not self._waiting or busy:
            return []
        taken = [self._waiting.popleft()]
        while taken[0].holds == "photo" and self._waiting and self._waiting[0].holds == "photo":
            taken.append(self._waiting.popleft())
        return taken

    def close(self) -> None:
        """End the thread."""
        self._looking.close()

    def _looked(self, paths: tuple[str, ...]) -> tuple[Dropped, ...]:
        found = [Dropped(path, self._content(path)) for path in paths]
        networks = tuple(one.path for one in found if _is_network(one))
        if len(networks) < 2:
            return tuple(found)
        return (*(one for one in found if not _is_network(one)), Dropped(networks[0], "networks", networks))

    def _content(self, path: str) -> Holds:
        suffix = PurePath(path).suffix.lower()
        try:
            if suffix == ".npz":
                return "direction" if holds_directions(path) else "latents"
            if suffix in SUFFIXES:
                shape = shape_in(path)
                if shape is None:
                    return "other" if suffix in TORCH_SUFFIXES else "direction"  # reading it says what is wrong
                return "latents" if are_latents(shape) else "direction"
            if is_image(path) and not os.path.isdir(path):
                return "other" if suffix in PICTURES and _has_recipe(path) else "photo"
            return "pictures" if self._holds_pictures(path) else "other"
        except (OSError, ValueError):
            return "other"


def _has_recipe(path: str) -> bool:
    """Return True for a picture with a recipe, or one of which that cannot be said."""
    try:
        return metadata.read(Path(path), KEY) is not None
    except metadata.TooLongTextError:
        return True


def _is_network(one: Dropped) -> bool:
    """Return True for a network file by its name, and its content where it may be latents or a direction instead."""
    return one.holds == "other" and one.path.lower().endswith(NETWORK_SUFFIXES)
