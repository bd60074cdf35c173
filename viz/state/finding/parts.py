"""Parts of the interaction for finding directions."""

from dataclasses import dataclass

from renderer.document.directions.finds import Found, WayName
from renderer.document.directions.piles import PileFound
from renderer.document.directions.searches import ClassSearch, MeasureSearch, PcaSearch, SefaSearch, StyleSpaceSearch
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import Search


@dataclass(frozen=True)
class DirectionFinder:
    """Settings of the tab Directions, and the search that runs."""

    way: WayName = "pca"
    """The chosen way to find directions."""
    pca: PcaSearch = PcaSearch()
    sefa: SefaSearch = SefaSearch()
    channels: StyleSpaceSearch = StyleSpaceSearch()
    classes: ClassSearch = ClassSearch()
    measure: MeasureSearch = MeasureSearch("brighter")
    layers: tuple[int, int] | None = None
    """First and last w vector that the result moves; None for all."""
    keep: bool = False
    """Make a measure's direction orthogonal to those in the section."""
    only: int = 0
    """Index in `viz.directions.listing.FILTERS`."""
    sort: int = 0
    """Index in `viz.directions.listing.SORTS`."""
    chosen: ArrayRef | None = None
    """Row that the keys act on."""
    step: int = 0
    """Place on its strip, -3..3."""
    keyboard: bool = False
    """True while the list of results has the keyboard: arrows, Enter and Del are its own."""
    renaming: ArrayRef | None = None
    running: Search | None = None
    since: float = 0.0
    """Time at which the search began."""
    searches: int = 0
    """Number of searches begun."""
    problem: str = ""
    """Why the last search failed."""
    advice: str = ""
    showing: frozenset[int] = frozenset()
    """Groups, counted from the oldest, whose hidden rows are shown."""


@dataclass(frozen=True)
class PileSorter:
    """The two piles at hand: the picture to sort, and what was learned so far."""

    now: int | None = None
    """Seed of the picture in the middle; None before the first."""
    found: PileFound | None = None
    """Result for the choices of some frames ago."""
    of: int = 0
    """Number of pictures in the piles that it was learned from."""
    final: bool = False
    """True if small pictures were taken into account."""
    trial: Found | None = None
    """The slider that grows, as a row of the results."""
    strength: float = 0.0
    """Place of its slider; a preview until it is added."""
    problem: str = ""
    """Reason why nothing could be learned."""
