"""PNG files with text chunks. Pillow is imported when the first image is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.files import replacing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def save_png(path: Path, pixels: "npt.NDArray[np.uint8]", text: Mapping[str, str] | None = None) -> None:
    """Write a whole PNG file.

    Args:
        path: The file; missing folders are made.
        pixels: uint8 [H, W], [H, W, 3] or [H, W, 4].
        text: Text chunks by keyword.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as part:
        write_png(part, pixels, text)


def write_png(path: Path, pixels: "npt.NDArray[np.uint8]", text: Mapping[str, str] | None = None) -> None:
    """Write a PNG file in place, as into a temporary file; otherwise like `save_png`."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    Image.fromarray(pixels).save(path, format="PNG", pnginfo=info)
