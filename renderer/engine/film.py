"""Films of the timeline, frame by frame, with the images that the window shows at the same times."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.specs.formats import CHECKERBOARD
from foundation.transparency import over
from renderer.document.animate import requested
from renderer.document.parts import Latent, Source, WBlend
from renderer.document.timeline import Timeline
from renderer.engine.base import Engine, Watch
from renderer.ipc.protocol import RenderRequest

Picture = npt.NDArray[np.uint8]
"""uint8 [H, W, 3], or [H, W, 4] where transparency is kept."""


@dataclass(frozen=True)
class Cut:
    """Range, size and grid of a film."""

    fps: float
    start: float
    """Seconds."""
    end: float
    """Seconds; the frame there is not part of the film."""
    size: int = 0
    """Height of each image in pixels; 0: as rendered."""
    columns: int = 1
    rows: int = 1
    """Images side by side: that of column i and row j is i + 100 j seeds further."""
    background: str | None = CHECKERBOARD
    """Background of images with transparency, as in `transparency.over`; None keeps the transparency."""

    @property
    def times(self) -> tuple[float, ...]:
        """Time of each frame in seconds."""
        first, last = round(self.start * self.fps), round(self.end * self.fps)
        return tuple(i / self.fps for i in range(first, max(last, first + 1)))


def frames(engine: Engine, request: RenderRequest, timeline: Timeline, cut: Cut, watch: Watch) -> Iterator[Picture]:
    """Render the frames of a film one by one. Raises the errors of the engine."""
    for t in cut.times:
        now = requested(request, timeline, t)
        cells = [
            _sized(_laid(engine.still(_shifted_request(now, i, j), watch), cut.background), cut.size)
            for j in range(cut.rows)
            for i in range(cut.columns)
        ]
        lines = [np.concatenate(cells[j * cut.columns : (j + 1) * cut.columns], axis=1) for j in range(cut.rows)]
        yield np.ascontiguousarray(np.concatenate(lines, axis=0))


def _laid(picture: Picture, background: str | None) -> Picture:
    return picture if background is None else over(picture, background)


def _shifted_request(request: RenderRequest, columns: int, rows: int) -> RenderRequest:
    latent = shifted(request.image.latent, columns, rows)
    return replace(request, image=replace(request.image, latent=latent))


def shifted(source: Source, columns: int, rows: int) -> Source:
    """Return a source shifted by columns and rows of the grid of seeds. Stored latents stay."""
    if columns == rows == 0:
        return source
    if isinstance(source, WBlend):
        return replace(source, parts=tuple((shifted(part, columns, rows), share) for part, share in source.parts))
    return source if source.array is not None and not source.array_at else _further(source, columns, rows)


def _further(latent: Latent, columns: int, rows: int) -> Latent:
    return replace(latent, x=latent.x + columns, y=latent.y + rows)


def _sized(picture: Picture, size: int) -> Picture:
    height, width = picture.shape[:2]
    if size in (0, height):
        return picture
    resized = Image.fromarray(picture).resize((round(width * size / height), size), Image.Resampling.LANCZOS)
    return np.asarray(resized)
