"""Figures: a grid of images, and its cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foundation.files import replacing
from foundation.png import save_png
from gan.images import ImageArray

Progress = Callable[[int, int], None]
"""Called with (images rendered so far, images in all)."""


def silent(done: int, total: int) -> None:
    """Discard progress."""


@dataclass(frozen=True, eq=False)
class Figure:
    """Images by file name (without extension), and all of them in one grid."""

    grid: ImageArray
    images: Mapping[str, ImageArray]
    arrays: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """Arrays behind the images that show data, under the same names."""

    def save(self, folder: Path, grid_name: str = "grid", text: Mapping[str, str] | None = None) -> None:
        """Write `<grid_name>.png`, a PNG for each image and a `.npy` for each array into a folder.

        `text` goes into each PNG. Raises OSError where a file cannot be written.
        """
        for name, image in self.images.items():
            save_png(folder / f"{name}.png", image, text)
        for name, array in self.arrays.items():
            with replacing(folder / f"{name}.npy") as part, part.open("wb") as file:
                np.save(file, array)
        save_png(folder / f"{grid_name}.png", self.grid, text)
