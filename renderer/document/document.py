"""The Document (the image, its shelf and timeline) and the View (how the window shows it), both frozen.

Standard library and numpy. Document + View -> RenderRequest.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from renderer.document.directions.finds import Finds
from renderer.document.dragging.kept import PointDrag
from renderer.document.fitting.photos import Photos
from renderer.document.lens.settings import Lens
from renderer.document.parts import Display, ImageState, Latent, Mixing, Network, Source
from renderer.document.ranges import Count, Factor, Offset, Range, Seconds, Speed, Text
from renderer.document.request import RenderRequest
from renderer.document.timeline import Timeline

Workspace = Literal["explore", "mix", "analyse", "train"]
CompareMode = Literal["off", "split", "flip", "difference"]
Tool = Literal["walk", "transform", "inspect", "drag", "brush"]


@dataclass(frozen=True)
class Swatch:
    """A style on the shelf, to be mixed into layers."""

    name: str
    latent: Source
    mixing: Mixing = Mixing()
    """Has layers if the style was itself mixed."""
    photo: Annotated[str, Text(300)] = ""
    """Says of which photo it was fitted, as `jon.jpg, W+, distance 0.17`; empty for other styles."""
    network: Network | None = None
    """The photo's own copy of the network, which opening it takes; None: the present one."""


@dataclass(frozen=True)
class Document(ImageState):
    """The image, the shelf and the timeline. Undo, sessions and recipes store this."""

    latent: Latent = Latent()
    """Blends of latents come from the timeline only."""
    shelf: Annotated[tuple[Swatch, ...], Count(20_000)] = ()
    networks: Annotated[tuple[Network, ...], Count(100)] = ()
    """Networks beside the own one, to blend with."""
    timeline: Timeline = Timeline()


@dataclass(frozen=True)
class Motion:
    """Parameters that move by themselves while playing. Speeds are per second, at any frame rate."""

    latent: bool = False
    latent_speed: Speed = 0.25
    """Seeds a second."""
    mixing: bool = False
    mixing_speed: Speed = 0.25
    """Seeds a second."""
    noise: bool = False
    noise_speed: Speed = 10.0
    """New seeds a second."""
    orbit: bool = False
    orbit_speed: Speed = 0.1
    """Circles a second of the translation around its start."""
    orbit_radius: Offset = 0.1
    """Image widths."""
    turn: bool = False
    turn_speed: Speed = 10.0
    """Degrees a second."""

    @property
    def playing(self) -> bool:
        """True if anything moves."""
        return self.latent or self.mixing or self.noise or self.orbit or self.turn


@dataclass(frozen=True)
class Camera:
    """Position and zoom of the canvas."""

    zoom: Annotated[float, Range(1e-4, 1e4)] | None = None
    """Screen pixels per image pixel; None fits the canvas."""
    x: Offset = 0.5
    y: Offset = 0.5
    """Point of the image, 0..1, in the middle of the canvas."""


@dataclass(frozen=True)
class Playback:
    """Playhead of the timeline."""

    at: Seconds = 0.0
    """Seconds."""
    playing: bool = False
    on: bool = False
    """Show the timeline at this moment instead of the document."""


@dataclass(frozen=True)
class Compare:
    """Comparison of the present state, A, with another one."""

    mode: CompareMode = "off"
    b: Document | None = None
    """The other state."""
    divider: Factor = 0.5
    """Share of the image's width that shows A in mode split."""
    flipped: bool = False
    """Show B in mode flip."""
    gain: Annotated[float, Range(0, 1e4)] = 4.0
    """Multiplies differences."""


GalleryFilter = Literal["all", "starred", "unrejected", "rejected"]
MOST_SEEDS = 32_768
"""Most seeds of the gallery."""
SeedNumber = Annotated[int, Range(0, 2**32 - 1)]


@dataclass(frozen=True)
class Gallery:
    """The contact sheet of seeds."""

    on: bool = False
    """Show it instead of the image."""
    first: SeedNumber = 0
    count: Annotated[int, Range(1, MOST_SEEDS)] = 400
    show: GalleryFilter = "all"
    sort: Annotated[str, Text(200)] = "seed"
    """Order of the seeds; see `viz.gallery.order`."""
    like: SeedNumber | None = None
    """Seed that "similar" compares with; None: the image."""
    side: Annotated[int, Range(32, 512)] = 84
    """Side of each picture in design lengths."""


@dataclass(frozen=True)
class SeedMarks:
    """Seeds of one network that were starred or rejected."""

    network: Annotated[str, Text(8192, verbatim=True)] = ""
    """Fingerprint of the network; its source where that is unknown."""
    starred: Annotated[tuple[SeedNumber, ...], Count(20_000)] = ()
    rejected: Annotated[tuple[SeedNumber, ...], Count(20_000)] = ()


NetworksMode = Literal["side", "flip", "difference"]
NetworksMatch = Literal["seed", "w", "closest"]


@dataclass(frozen=True)
class NetworksView:
    """Comparison of the networks of the document: each draws the same state in a cell of its own."""

    on: bool = False
    """Show it instead of the image."""
    mode: NetworksMode = "side"
    """All cells; one at a time; all as their differences to the first."""
    match: NetworksMatch = "seed"
    """Shared by all: the seed, the w of the first, or the w whose image is nearest to the first's."""
    linked: bool = True
    """One zoom and pan for all."""


@dataclass(frozen=True)
class View:
    """Display and layout of the window: never part of a recipe, not undone."""

    workspace: Workspace = "explore"
    tool: Tool = "walk"
    camera: Camera = Camera()
    display: Display = Display()
    motion: Motion = Motion()
    playback: Playback = Playback()
    compare: Compare = Compare()
    panels_hidden: bool = False
    grid: bool = False
    """Show the mixing grid instead of the image."""
    start: bool = False
    """Show the tab Start."""
    gallery: Gallery = Gallery()
    marks: Annotated[tuple[SeedMarks, ...], Count(200)] = ()
    """At most one for each network."""
    unlocked: bool = False
    """Panels show their tab bars and can be moved."""
    lens: Lens = Lens()
    sorting: bool = False
    """Show the two piles instead of the image."""
    networks: NetworksView = NetworksView()
    finds: Finds = Finds()
    """Directions that were found. They belong to the session but are no part of the picture until they are added."""
    photos: Photos = Photos()
    """Photos that are fitted. They belong to the session like what was found."""
    pulled: PointDrag = PointDrag()
    """Points that are dragged over the picture."""

    @property
    def in_gallery(self) -> bool:
        """True while the gallery takes the canvas's place, if there is a network."""
        return self.gallery.on and self.workspace != "train"

    @property
    def moving(self) -> bool:
        """True if anything moves by itself."""
        return self.motion.playing or self.playback.playing


def request_for(document: Document, display: Display, device: str, request_id: int) -> RenderRequest:
    """Make the request that shows `document` by `display` on `device`."""
    return RenderRequest(request_id, document.image, device, display)
