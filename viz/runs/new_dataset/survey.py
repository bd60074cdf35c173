"""Survey and preview of pictures in the background, for the UI thread."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundation.background import Loop, Worker
from foundation.datasets.channels import Bytes, common_channels, with_channels
from foundation.datasets.crops import transformed
from foundation.datasets.survey import Survey, survey
from training_launcher.devices import gpus

COLUMNS, ROWS, CELL = 6, 4, 96
"""Pictures of the preview, and the side of each in pixels."""
Sheet = NDArray[np.uint8]


@dataclass(frozen=True)
class Cut:
    """Crop and size of each picture of the preview."""

    size: int
    transform: str | None
    channels: int | None
    resize_filter: str = "lanczos"

    @property
    def resolution(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.size, self.size


class Surveyor:
    """Looks at one source at a time.

    Args:
        wake: Called in the background when there is something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake, self._lock = wake, threading.Lock()
        self._loop = Loop("survey of pictures", self._step)
        self._sheets: Worker[tuple[tuple[Bytes, ...], Cut], Sheet] = Worker(
            "preview of a dataset", _made, wake, order="latest"
        )
        self._wanted: tuple[str, float] = ("", 1.0)
        self._of: tuple[str, float] = ("", 1.0)
        self._steps: Iterator[Survey] | None = None
        self._asked: object = None
        self.found = Survey()
        """Survey so far of the source that was asked for last."""
        self.gpu: bool | None = None
        """This computer has a GPU for training; None until known."""

    def look(self, source: str, rate: float) -> Survey:
        """Return the survey of a source as far as it is known; call in every frame.

        Args:
            source: Folder, zip file or film; empty for none.
            rate: Frames to take for each second of a film.
        """
        with self._lock:
            if (source, rate) != self._wanted:
                self._wanted, self.found = (source, rate), Survey()
                self._loop.start()
                self._loop.wake()
            return self.found

    def preview(self, found: Survey, cut: Cut) -> None:
        """Request the preview of a survey's first pictures, unless it was the last one requested."""
        key = (len(found.first), found.first[:1] and id(found.first[0]), cut)
        if key != self._asked and found.first:
            self._asked = key
            self._sheets.submit((found.first, cut))

    def sheet(self) -> Sheet | None:
        """Return a new preview, RGBA [ROWS * CELL, COLUMNS * CELL, 4]; None if there is none since the last call."""
        return self._sheets.poll()

    def forget(self) -> None:
        """Look again, as the files may have changed."""
        with self._lock:
            self._wanted, self._asked = ("", 1.0), None

    def close(self) -> None:
        """End the threads."""
        self._sheets.drop()
        self._loop.close()
        self._sheets.close()

    def _step(self, woken: bool) -> float | None:
        with self._lock:
            wanted = self._wanted
        if wanted != self._of:
            self._of = wanted
            source, rate = wanted
            self._steps = survey(Path(source).expanduser(), rate) if source else None
        if self.gpu is None:
            self.gpu = bool(gpus())
        found = next(self._steps, None) if self._steps is not None else None
        if found is None:
            self._steps = None
            return None
        with self._lock:
            if self._wanted == wanted:
                self.found = found
        self._wake()
        return 0.0


def _made(task: tuple[tuple[Bytes, ...], Cut]) -> Sheet:
    """Draw the first pictures as the dataset will hold them."""
    first, cut = task
    sheet = np.zeros((ROWS * CELL, COLUMNS * CELL, 4), np.uint8)
    channels = cut.channels or common_channels({len(pixels) for pixels in first})
    for index, pixels in enumerate(first[: COLUMNS * ROWS]):
        made = transformed(with_channels(pixels, channels), cut)
        if made is None:
            continue
        rgba = np.ascontiguousarray(with_channels(made, 4).transpose(1, 2, 0))
        kind = Image.Resampling.BOX if cut.size > CELL else Image.Resampling.NEAREST
        row, column = divmod(index, COLUMNS)
        cell = Image.fromarray(rgba).resize((CELL, CELL), kind)
        sheet[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = np.asarray(cell)
    return sheet
