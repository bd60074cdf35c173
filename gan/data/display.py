"""Shows the images of a source, one after another in a window, or the first ones as one image."""

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.datasets.channels import with_channels
from foundation.datasets.files import DatasetError
from foundation.files import replacing
from foundation.words import counted

from .convert import png
from .items import Item, Source

COLUMNS, SHOWN = 8, 64
"""Columns of a sheet, and its images."""
_NO_WINDOW = ("agg", "pdf", "ps", "svg", "template", "cairo")


def caption(index: int, item: Item) -> str:
    """Return number, name, size and label of an image as one line."""
    if item.pixels is None:
        return f"{index}: {item.problem}"
    channels, height, width = item.pixels.shape
    label = "" if item.label is None else f", label {item.label}"
    return f"{index}: {item.name}, {width}x{height}, {counted(channels, 'channel')}{label}"


def sheet(source: Source) -> npt.NDArray[np.uint8]:
    """Return the first images side by side, uint8 [3, H, W]; the cells have the size of the largest.

    Raises:
        DatasetError: not one of them can be read.
    """
    images = [with_channels(item.pixels, 3) for item in islice(source, SHOWN) if item.pixels is not None]
    if not images:
        raise DatasetError("Not one of the first pictures can be read.")
    height, width = max(one.shape[1] for one in images), max(one.shape[2] for one in images)
    rows = -(-len(images) // COLUMNS)
    made = np.zeros((3, rows * height, min(COLUMNS, len(images)) * width), np.uint8)
    for index, one in enumerate(images):
        row, column = divmod(index, COLUMNS)
        made[:, row * height : row * height + one.shape[1], column * width : column * width + one.shape[2]] = one
    return made


def save(source: Source, path: Path) -> None:
    """Write `sheet` as a PNG."""
    content = png(sheet(source))
    with replacing(path) as part:
        part.write_bytes(content)


def show(source: Source) -> None:
    """Show the images in a window of Matplotlib until it is closed.

    Raises:
        DatasetError: Matplotlib is missing, or can open no window.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise DatasetError("Showing pictures needs Matplotlib: pip install 'stylescope[metrics]'.") from error
    if pyplot.get_backend().lower() in _NO_WINDOW:
        raise DatasetError("Matplotlib can open no window here: name a picture to write with --save.")
    figure, axes = pyplot.subplots()
    axes.set_axis_off()
    items = enumerate(source)

    def advance(event: Any = None) -> None:
        found = None if getattr(event, "key", "") == "escape" else next(items, None)
        if found is None:
            pyplot.close(figure)
            return
        index, item = found
        axes.clear()
        axes.set_axis_off()
        axes.set_title(caption(index, item), fontsize=9)
        if item.pixels is not None:
            axes.imshow(with_channels(item.pixels, 3).transpose(1, 2, 0))
        figure.canvas.draw_idle()

    figure.canvas.mpl_connect("key_press_event", advance)
    figure.canvas.mpl_connect("button_press_event", advance)
    advance()
    pyplot.show()
