"""Photos that are fitted to a network: the queue of a session, with crops, settings and fits. Standard library only."""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Annotated, Literal

from foundation.photos.crop import LEAST, MOST, Crop
from renderer.document.parts import ArrayRef
from renderer.document.ranges import Angle, Count, FilePath, Index, Range, Share, Text

Space = Literal["w", "w+", "tuned"]
"""Space of a fit; tuned: W, and then the network's weights."""
Time = Literal["quick", "good", "best"]
Start = Literal["mean", "best", "present"]
"""The mean of w, the closest of some hundred seeds, or the picture on the canvas."""


@dataclass(frozen=True)
class FitSettings:
    """Settings of a fit."""

    space: Space = "w+"
    time: Time = "good"
    editable: Share = 0.6
    """Weight of staying near w that the network knows, 0..1; see `foundation.specs.editing.projection`."""
    start: Start = "mean"
    noise_weight: Annotated[float, Range(0, 1e9)] = 1e5
    """Weight of the noise regulariser, of networks with noise."""
    encoder: FilePath = ""
    """TorchScript file that gives the start; empty for none. A window asks before it is run."""


@dataclass(frozen=True)
class PhotoRow:
    """One photo of the queue."""

    path: FilePath = ""
    x: Share = 0.5
    y: Share = 0.5
    size: Annotated[float, Range(LEAST, MOST)] = 1.0
    angle: Angle = 0.0
    """Its crop; see `foundation.photos.crop.Crop`."""
    framed: bool = False
    """The crop was seen, or the photo is a square."""
    settings: FitSettings = FitSettings()
    ignore: ArrayRef | None = None
    """Mask of the part that is not fitted, uint8 [H, W] in the frame of the crop, 255 where it is ignored."""
    run: FilePath = ""
    """Folder of its fit; empty before the first."""
    taken: bool = False
    """The result of the fit was put on the shelf, or shown."""
    network: Annotated[str, Text(200)] = ""
    """Title of the network that it was fitted with; empty before."""
    fingerprint: Annotated[str, Text(8192, verbatim=True)] = ""
    """Of that network; see `viz.state.finding.belonging`."""
    blurred: bool = False
    """The crop is that of a face: what it shows beyond the photo is blurred."""

    @property
    def name(self) -> str:
        """Name of the file."""
        return PurePath(self.path).name

    @property
    def crop(self) -> Crop:
        """Its crop."""
        return Crop(self.x, self.y, self.size, self.angle, "blurred" if self.blurred else "mirrored")

    def cropped(self, crop: Crop) -> "PhotoRow":
        """Return it with another crop, which was seen. What was painted belongs to the old one, and goes."""
        ignore = self.ignore if crop == self.crop else None
        place = replace(self, x=crop.x, y=crop.y, size=crop.size, angle=crop.angle, blurred=crop.border == "blurred")
        return replace(place, framed=True, ignore=ignore)


@dataclass(frozen=True)
class Photos:
    """All photos of a window. They belong to the session and survive undo."""

    rows: Annotated[tuple[PhotoRow, ...], Count(1000)] = ()
    """In the order in which they are fitted, each path once."""
    chosen: Index = 0
    """Index of the row that is shown."""
    same: bool = True
    """Settings are the same for all photos."""
    shelve: bool = True
    """Put results on the shelf when they are done."""

    @property
    def row(self) -> PhotoRow | None:
        """The chosen row; None without any."""
        return self.rows[min(max(self.chosen, 0), len(self.rows) - 1)] if self.rows else None

    def find(self, path: str) -> PhotoRow | None:
        """Return the row of a photo."""
        return next((row for row in self.rows if row.path == path), None)

    def put(self, row: PhotoRow) -> "Photos":
        """Return them with the row of the same path replaced; unchanged if there is none."""
        return replace(self, rows=tuple(row if one.path == row.path else one for one in self.rows))
