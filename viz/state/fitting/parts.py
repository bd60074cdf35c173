"""Part of the interaction for fitting photos."""

from dataclasses import dataclass

from foundation.photos.crop import Crop
from renderer.document.document import Document
from renderer.document.fitting.photos import PhotoRow


@dataclass(frozen=True)
class FaceSearch:
    """A photo in which faces are being looked for."""

    path: str
    crop: Crop
    """Its crop when that began: a photo that was cropped meanwhile keeps its crop."""


@dataclass(frozen=True)
class PhotoTable:
    """State of the tab Photos while the window is open."""

    viewing: str = ""
    """Path of the photo that the canvas shows beside its fit; empty: the document."""
    since: Document | None = None
    """Document when that began: an edit ends it."""
    divider: float = 0.5
    """Share of the picture's width that shows the photo."""
    flipped: bool = False
    """The two sides are exchanged."""
    keeping: tuple[str, ...] = ()
    """Photos whose fits were asked to end, and are shown once they have."""
    painting: bool = False
    """The brush for what not to fit is in hand."""
    erasing: bool = False
    removed: tuple[int, PhotoRow] | None = None
    """The row that was removed last, with its index."""
    on_crop: bool = False
    """The frame of the crop was pressed last: keys act on it, and not on the queue."""
    trusted: tuple[str, ...] = ()
    """Encoders that may be run. Sessions do not hold that: they come from anywhere."""
    searches: tuple[FaceSearch, ...] = ()
    """Searches for faces that go on, in their order."""
    batch: tuple[str, ...] = ()
    """Photos that were to be cropped to faces all at once, until all of them are."""
    faceless: tuple[str, ...] = ()
    """Photos in which no face was found."""
    keyboard: bool = False
    """True while the tab has the keyboard: arrows, Enter and Del are its own."""
