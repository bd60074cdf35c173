"""Images as PNG files, with text inside. Imports no torch."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gan.io.atomic import replacing


def save_png(path: Path, pixels: npt.NDArray[np.uint8], text: Mapping[str, str] | None = None) -> None:
    """Write pixels uint8 [H, W], [H, W, 3] or [H, W, 4], whole or not at all, each entry of `text` as a text chunk.

    Raises OSError where the file cannot be written.
    """
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    with replacing(path) as part:
        Image.fromarray(pixels).save(part, format="PNG", pnginfo=info)
