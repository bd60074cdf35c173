"""Writing pictures as numbered files without holding up the window."""

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
from viz.state.settings import Settings

Text = Callable[[], Mapping[str, str]]
"""Makes the text chunks of an image, by keyword; called on the thread that writes."""
Pixels = NDArray[np.uint8]
Task = tuple[Path, Pixels | Callable[[], Pixels], Text]

SUFFIX = ".png"


@dataclass(frozen=True)
class Written:
    """What became of a capture: the file, or why there is none."""

    path: str = ""
    problem: str = ""


@functools.cache
def default_folder() -> Path:
    """Where captures go unless the user chooses: a folder among the user's pictures."""
    return platformdirs.user_pictures_path() / "StyleScope"


def folder_of(settings: Settings) -> Path:
    """Where captures go."""
    return Path(settings.capture_dir).expanduser() if settings.capture_dir else default_folder()


def next_path(folder: Path) -> Path:
    """The next free `00000.png` in `folder`: one above the highest number there. Raises OSError."""
    return next_number(folder, SUFFIX)


def write(folder: Path, pixels: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> Path:
    """Write [H, W, 3 or 4] as a PNG of the next number. Nothing is overwritten and no half a file is left.

    `text` goes into text chunks. Raises OSError.
    """
    return write_numbered(folder, SUFFIX, lambda part: write_png(part, pixels[..., :3], text))


class Writer:
    """Writes captures in the background, one after the other. `on_done()` is called on that thread after each."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._worker: Worker[Task, Written] = Worker("capture", _written, on_done)

    def write(self, folder: Path, pixels: Pixels | Callable[[], Pixels], text: Text = dict) -> None:
        """Write an image [H, W, 3 or 4], which must not change any more, when its turn comes; or make it then.

        `text` makes what it carries.
        """
        self._worker.submit((folder, pixels, text))

    def poll(self) -> Written | None:
        """The next finished capture, if there is one."""
        return self._worker.poll()

    def close(self) -> None:
        """Finish what waits, then end the thread."""
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
