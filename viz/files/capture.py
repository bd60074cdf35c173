"""Captures: numbered image files, written in the background."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import Image

from foundation.background import Worker
from foundation.files import next_number, write_numbered
from foundation.pictures import suffix_of, write_picture
from foundation.specs.formats import PictureFormat
from renderer.document.held_arrays import TooManyArraysError
from viz.state.facts import ServiceKey
from viz.state.settings import Settings

Text = Callable[[], Mapping[str, str]]
"""Returns the texts of an image, by keyword; called on the writing thread."""
Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Task = tuple[Path, Pixels | Callable[[], Pixels], Text, PictureFormat]

SMALL_RESOLUTION, MOST_SCALE = 256, 16
"""Largest resolution of networks whose saved images can be enlarged, and the largest enlargement."""


@dataclass(frozen=True)
class Written:
    """Result of a capture: the file, or an error message."""

    path: str = ""
    problem: str = ""
    size: str = ""
    """Width and height of the image in pixels, as text."""


def size_text(width: int, height: int) -> str:
    """Format the size of a saved image in pixels: `512 × 512`."""
    return f"{width} × {height}"


@functools.cache
def default_folder() -> Path:
    """Return the default folder of captures, in the user's pictures folder."""
    return platformdirs.user_pictures_path() / "StyleScope"


def folder_of(settings: Settings) -> Path:
    """Return the folder of captures."""
    return Path(settings.capture_dir).expanduser() if settings.capture_dir else default_folder()


def next_path(folder: Path, format: PictureFormat = "png") -> Path:
    """Return the path of the next `00000.png` in `folder`: one above the highest number. Raises OSError."""
    return next_number(folder, suffix_of(format))


def scale_for(settings: Settings, resolution: int) -> int:
    """Return the enlargement of saved images; 1 for networks whose images are large enough as they are."""
    return min(max(settings.capture_scale, 1), MOST_SCALE) if resolution <= SMALL_RESOLUTION else 1


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """Return an image [H, W, C] of 8 or 16 bits enlarged smoothly by a whole number."""
    height, width = pixels.shape[:2]
    return resized(pixels, width * scale, height * scale)


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return an image [H, W, C] of 8 or 16 bits at another size, by Lanczos's filter."""
    if pixels.shape[:2] == (height, width):
        return pixels
    size, lanczos = (width, height), Image.Resampling.LANCZOS
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).resize(size, lanczos))
    channels = [
        Image.fromarray(pixels[..., i].astype(np.float32)).resize(size, lanczos) for i in range(pixels.shape[2])
    ]
    return np.stack([np.asarray(one).round().clip(0, 65535) for one in channels], axis=2).astype(np.uint16)


def write(
    folder: Path,
    pixels: Pixels,
    text: Mapping[str, str] | None = None,
    format: PictureFormat = "png",
) -> Path:
    """Write pixels [H, W, 3 or 4] under the next number, atomically and without overwriting.

    Transparency is kept where there is any and the format can. `text`: texts by keyword. Raises OSError.
    """
    return write_numbered(folder, suffix_of(format), lambda part: write_picture(part, pixels, format, text))


class Writer:
    """Writes captures in the background, in order. `on_done()` is called on that thread after each."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._worker: Worker[Task, Written] = Worker("capture", _written, on_done)

    def write(
        self,
        folder: Path,
        pixels: Pixels | Callable[[], Pixels],
        text: Text = dict,
        format: PictureFormat = "png",
    ) -> None:
        """Queue an image [H, W, 3 or 4], which must not be modified, or a function that returns it.

        `text` returns its texts by keyword.
        """
        self._worker.submit((folder, pixels, text, format))

    def poll(self) -> Written | None:
        """Return the next finished capture, or None."""
        return self._worker.poll()

    def close(self) -> None:
        """Finish pending captures, then end the thread."""
        self._worker.close(None)


def _written(task: Task) -> Written:
    folder, pixels, text, kind = task
    try:
        made = pixels() if callable(pixels) else pixels
        path = str(write(folder, made, text(), kind))
        return Written(path, size=size_text(made.shape[1], made.shape[0]))
    except MemoryError:
        return Written(problem="The picture cannot be saved: there is not enough memory for it.")
    except OSError as error:
        return Written(problem=f"The picture cannot be saved in {folder}: {error.strerror or error}.")
    except TooManyArraysError as error:
        return Written(problem=f"The picture cannot be saved with its recipe: {error}. Use fewer stored latents.")


CAPTURES: ServiceKey[Writer] = ServiceKey("captures")
