"""Pictures that the tour makes a dataset of: faces of the recorded run, at many sizes."""

from pathlib import Path

import numpy as np
from PIL import Image

from foundation.bundled import RECORDED_RUNS
from foundation.inputs import open_picture
from viz.gl.image_grids import tiling

_COUNT = 60
_SIZES = ((96, 96), (128, 96), (80, 120), (64, 64))


def pictures(folder: Path) -> Path:
    """Write the pictures into a new folder and return it."""
    grid = next(RECORDED_RUNS.glob("*/reals.*"))
    with open_picture(grid) as image:
        pixels = np.array(image.convert("RGB"))
    tiles = tiling(pixels, pixels.shape[1], pixels.shape[0])
    side = pixels.shape[0] // tiles.rows
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(min(_COUNT, tiles.rows * tiles.columns)):
        row, column = divmod(index, tiles.columns)
        tile = Image.fromarray(pixels[row * side : (row + 1) * side, column * side : (column + 1) * side])
        tile.resize(_SIZES[index % len(_SIZES)], Image.Resampling.BICUBIC).save(folder / f"face {index:02d}.png")
    return folder
