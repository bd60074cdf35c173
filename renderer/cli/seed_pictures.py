"""Many seeds in the settings of one document: their images, sheets of them, and their w vectors."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from renderer.engine.base import Engine, Watch
from renderer.ipc.protocol import RenderRequest

Pixels = npt.NDArray[Any]
"""uint8 or uint16 [H, W, 4]."""
MOST_PIXELS = 1 << 28
"""Most pixels of a sheet: 1 GB of 8 bits."""
CAPTION = 0.14
"""Height of a caption, as a share of the picture's."""


def seed_requests(request: RenderRequest, seeds: Sequence[int]) -> Iterator[RenderRequest]:
    """Yield the request of each seed, otherwise as `request`."""
    for seed in seeds:
        yield replace(request, image=request.image.at_seed(seed))


def pictures(
    engine: Engine, request: RenderRequest, seeds: Sequence[int], size: int, deep: bool, watch: Watch
) -> Iterator[Pixels]:
    """Render seeds one by one, `size` pixels high (0: as rendered), of 16 bits with `deep`."""
    for one in seed_requests(request, seeds):
        yield _sized(engine.deep_still(one, watch) if deep else engine.still(one, watch), size)


def _sized(pixels: Pixels, size: int) -> Pixels:
    height, width = pixels.shape[:2]
    if size in (0, height):
        return pixels
    to, lanczos = (round(width * size / height), size), Image.Resampling.LANCZOS
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).resize(to, lanczos))
    parts = [np.asarray(Image.fromarray(pixels[..., i].astype(np.float32)).resize(to, lanczos)) for i in range(4)]
    return np.stack([part.round().clip(0, 65535) for part in parts], axis=2).astype(np.uint16)


@dataclass(frozen=True)
class Sheet:
    """Layout of a sheet: pictures in rows, with gaps around them and captions below them."""

    count: int
    height: int
    width: int
    """Of each picture."""
    columns: int
    gap: int
    captions: bool

    @property
    def rows(self) -> int:
        """Number of rows."""
        return -(-self.count // self.columns)

    @property
    def caption(self) -> int:
        """Height of a caption in pixels."""
        return max(round(self.height * CAPTION), 11) if self.captions else 0

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the sheet."""
        return (
            self.rows * (self.height + self.caption + self.gap) + self.gap,
            self.columns * (self.width + self.gap) + self.gap,
        )

    def place(self, index: int) -> tuple[int, int]:
        """Return the top and left of a picture."""
        row, column = divmod(index, self.columns)
        return self.gap + row * (self.height + self.caption + self.gap), self.gap + column * (self.width + self.gap)


def columns_of(count: int, columns: int) -> int:
    """Return the number of columns of a sheet; 0: about as many as rows."""
    return min(columns or math.ceil(math.sqrt(count)), count)


class TooLargeSheetError(ValueError):
    """A sheet would have too many pixels; the text says how many, and what to do."""


def composed(parts: Iterator[Pixels], seeds: Sequence[int], columns: int, gap: int, captions: bool) -> Pixels:
    """Return the sheet of pictures of one size, [H, W, 4]; gaps are transparent. Raises TooLargeSheetError.

    Args:
        parts: Pictures of `seeds`, in order.
        seeds: At least one.
        columns: See `columns_of`.
        gap: Pixels between pictures and around them.
        captions: Write each seed below its picture.
    """
    whole: Pixels | None = None
    for index, pixels in enumerate(parts):
        if whole is None:
            high, wide = pixels.shape[:2]
            sheet = Sheet(len(seeds), high, wide, columns_of(len(seeds), columns), gap, captions)
            height, width = sheet.size
            if height * width > MOST_PIXELS:
                raise TooLargeSheetError(
                    f"The sheet would have {width} x {height} pixels; choose smaller pictures, or fewer."
                )
            whole = np.zeros((height, width, 4), pixels.dtype)
            write = _captions(sheet, whole) if captions else None
        top, left = sheet.place(index)
        whole[top : top + sheet.height, left : left + sheet.width] = pixels
        if write is not None:
            write(index, str(seeds[index]))
    assert whole is not None
    return whole


def _captions(sheet: Sheet, whole: Pixels) -> Callable[[int, str], None]:
    """Return a function that writes a caption on white below a picture."""
    font = ImageFont.load_default(sheet.caption * 0.72)
    most = np.iinfo(whole.dtype).max

    def write(index: int, text: str) -> None:
        image = Image.new("L", (sheet.width, sheet.caption), 255)
        place = sheet.width / 2, sheet.caption / 2
        ImageDraw.Draw(image).text(place, text, fill=0, font=font, anchor="mm")
        top, left = sheet.place(index)
        part = whole[top + sheet.height : top + sheet.height + sheet.caption, left : left + sheet.width]
        part[..., :3] = np.asarray(image)[..., None].astype(whole.dtype) * (most // 255)
        part[..., 3] = most

    return write
