"""Captures: numbered image files, written in the background."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from foundation.background import Worker
from foundation.files import next_number, write_numbered
from foundation.png import write_png
from renderer.document.held_arrays import TooManyArraysError
from viz.state.facts import ServiceKey
from viz.state.settings import Settings

Text = Callable[[], Mapping[str, str]]
"""Returns the text chunks of an image, by keyword; called on the writing thread."""
Pixels = NDArray[np.uint8]
Task = tuple[Path, Pixels | Callable[[], Pixels], Text]

SUFFIX = ".png"


@dataclass(frozen=True)
class Written:
    """Result of a capture: the file, or an error message."""

    path: str = ""
    problem: str = ""


@functools.cache
def default_folder() -> Path:
    """Return the default folder of captures, in the user's pictures folder."""
    return platformdirs.user_pictures_path() / "StyleScope"


def folder_of(settings: Settings) -> Path:
    """Return the folder of captures."""
    return Path(settings.capture_dir).expanduser() if settings.capture_dir else default_folder()


def next_path(folder: Path) -> Path:
    """Return the path of the next `00000.png` in `folder`: one above the highest number. Raises OSError."""
    return next_number(folder, SUFFIX)


def write(folder: Path, pixels: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> Path:
    """Write pixels [H, W, 3 or 4] as a PNG under the next number, atomically and without overwriting.

    `text` is written as text chunks. Raises OSError.
    """
    return write_numbered(folder, SUFFIX, lambda part: write_png(part, pixels[..., :3], text))


class Writer:
    """Writes captures in the background, in order. `on_done()` is called on that thread after each."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._worker: Worker[Task, Written] = Worker("capture", _written, on_done)

    def write(self, folder: Path, pixels: Pixels | Callable[[], Pixels], text: Text = dict) -> None:
        """Queue an image [H, W, 3 or 4], which must not be modified, or a function that returns it.

        `text` returns its text chunks.
        """
        self._worker.submit((folder, pixels, text))

    def poll(self) -> Written | None:
        """Return the next finished capture, or None."""
        return self._worker.poll()

    def close(self) -> None:
        """Finish pending captures, then end the thread."""
        self._worker.close(None)


def _written(task: Task) -> Written:
    folder, pixels, text = task
    try:
        made = pixels() if callable(pixels) else pixels
        return Written(path=str(write(folder, made, text())))
    except MemoryError:
        return Written(problem="The picture cannot be saved: there is not enough memory for it.")
    except OSError as error:
        return Written(problem=f"The picture cannot be saved in {folder}: {error.strerror or error}.")
    except TooManyArraysError as error:
        return Written(problem=f"The picture cannot be saved with its recipe: {error}. Use fewer stored latents.")


CAPTURES: ServiceKey[Writer] = ServiceKey("captures")
