"""The Document (the image, its shelf and timeline) and the View (how the window shows it), both frozen.

Standard library and numpy. Document + View -> RenderRequest.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from renderer.document.parts import Display, ImageState, Latent, Mixing, Source
from renderer.document.ranges import Count, Factor, Offset, Range, Seconds, Speed
from renderer.document.request import RenderRequest
from renderer.document.timeline import Timeline

Workspace = Literal["explore", "mix", "analyse", "train"]
CompareMode = Literal["off", "split", "flip", "difference"]
Tool = Literal["walk", "transform", "inspect"]


@dataclass(frozen=True)
class Swatch:
    """A style on the shelf, to be mixed into layers."""

    name: str
    latent: Source
    mixing: Mixing = Mixing()
    """Has layers if the style was itself mixed."""


@dataclass(frozen=True)
class Document(ImageState):
    """The image, the shelf and the timeline. Undo, sessions and recipes store this."""

    latent: Latent = Latent()
    """Blends of latents come from the timeline only."""
    shelf: Annotated[tuple[Swatch, ...], Count(20_000)] = ()
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
    unlocked: bool = False
    """Panels show their tab bars and can be moved."""

    @property
    def moving(self) -> bool:
        """True if anything moves by itself."""
        return self.motion.playing or self.playback.playing


def request_for(document: Document, display: Display, device: str, request_id: int) -> RenderRequest:
    """Make the request that shows `document` by `display` on `device`."""
    return RenderRequest(request_id, document.image, device, display)
