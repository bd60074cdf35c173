"""Writing pictures as numbered files without holding up the window."""

import functools
import os
import queue
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from viz.state.facts import ServiceKey
from viz.state.settings import Settings

Text = Callable[[], Mapping[str, str]]
"""Makes the text that a picture carries, by keyword; called in the thread that writes."""
Pixels = NDArray[np.uint8]
Task = tuple[Path, Pixels | Callable[[], Pixels], Text]

_NUMBERED = re.compile(r"(\d+)\.png", re.IGNORECASE)


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
    numbers = [int(found[1]) for name in os.listdir(folder) if (found := _NUMBERED.fullmatch(name))]
    return folder / f"{max(numbers, default=-1) + 1:05d}.png"


def write(folder: Path, pixels: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> Path:
    """Write [H, W, 3 or 4] as a PNG of the next number. Nothing is overwritten and no half a file is left.

    `text` goes into text chunks. Raises OSError.
    """
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{os.getpid()}-{threading.get_ident()}.part"
    try:
        Image.fromarray(pixels[..., :3]).save(partial, format="PNG", pnginfo=info)
        while True:
            path = next_path(folder)
            try:
                path.open("xb").close()  # takes the number, should another window write here too
            except FileExistsError:
                continue
            partial.replace(path)
            return path
    finally:
        partial.unlink(missing_ok=True)


class Writer:
    """Writes captures in a thread of its own, one after the other. `on_done()` is called there after each."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._on_done = on_done
        self._waiting: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Written] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def write(self, folder: Path, pixels: Pixels | Callable[[], Pixels], text: Text = dict) -> None:
        """Write a picture [H, W, 3 or 4], which must not change any more, when its turn comes; or make it then.

        `text` makes what it carries.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="capture", daemon=True)
            self._thread.start()
        self._waiting.put((folder, pixels, text))

    def poll(self) -> Written | None:
        """The next finished capture, if there is one."""
        return None if self._done.empty() else self._done.get()

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (task := self._waiting.get()) is not None:
            folder, pixels, text = task
            try:
                made = pixels() if callable(pixels) else pixels
                self._done.put(Written(path=str(write(folder, made, text()))))
            except MemoryError:
                self._done.put(Written(problem="The picture cannot be saved: there is not enough memory for it."))
            except OSError as error:
                self._done.put(Written(problem=f"The picture cannot be saved in {folder}: {error.strerror or error}."))
            self._on_done()


CAPTURES: ServiceKey[Writer] = ServiceKey("captures")
