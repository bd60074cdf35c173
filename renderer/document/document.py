"""The Document (everything that determines the picture) and the View (how we look at it), both frozen.

Standard library and numpy. Document + View -> RenderRequest.
"""

from dataclasses import dataclass
from typing import Literal

from renderer.document.parts import Display, ImageState, Latent, Mixing, Source
from renderer.document.request import RenderRequest
from renderer.document.timeline import Timeline

Workspace = Literal["explore", "mix", "analyse", "train"]
CompareMode = Literal["off", "split", "flip", "difference"]
Tool = Literal["walk", "transform", "inspect"]


@dataclass(frozen=True)
class Swatch:
    """A style laid on the shelf, to be mixed into layers."""

    name: str
    latent: Source
    mixing: Mixing = Mixing()
    """With layers, where the style was itself mixed."""


@dataclass(frozen=True)
class Document(ImageState):
    """The image, the shelf and the timeline. Undo, sessions and recipes store this."""

    latent: Latent = Latent()
    """Blends of latents come from the timeline only."""
    shelf: tuple[Swatch, ...] = ()
    timeline: Timeline = Timeline()


@dataclass(frozen=True)
class Motion:
    """What moves by itself while playing. Speeds are per second, so the frame rate does not matter."""

    latent: bool = False
    latent_speed: float = 0.25
    """Seeds a second."""
    mixing: bool = False
    mixing_speed: float = 0.25
    """Seeds a second."""
    noise: bool = False
    noise_speed: float = 10.0
    """New seeds a second."""
    orbit: bool = False
    orbit_speed: float = 0.1
    """Circles a second of the translation around where it was."""
    orbit_radius: float = 0.1
    """Picture widths."""
    turn: bool = False
    turn_speed: float = 10.0
    """Degrees a second."""

    @property
    def playing(self) -> bool:
        """Whether anything moves."""
        return self.latent or self.mixing or self.noise or self.orbit or self.turn


@dataclass(frozen=True)
class Camera:
    """Where the canvas looks."""

    zoom: float | None = None
    """Screen pixels per picture pixel; None fits the canvas."""
    x: float = 0.5
    y: float = 0.5
    """Point of the picture, 0..1, in the middle of the canvas."""


@dataclass(frozen=True)
class Playback:
    """Where the timeline stands."""

    at: float = 0.0
    """Seconds."""
    playing: bool = False
    on: bool = False
    """Whether the picture is that of the timeline at this moment, and not the document's own."""


@dataclass(frozen=True)
class Compare:
    """The present state, A, beside another one."""

    mode: CompareMode = "off"
    b: Document | None = None
    """What the present state is compared with."""
    divider: float = 0.5
    """Share of the picture's width that shows A, where it is split."""
    flipped: bool = False
    """Whether B is shown, where one or the other is."""
    gain: float = 4.0
    """Multiplies differences."""


@dataclass(frozen=True)
class View:
    """How we look at it: never part of a recipe, not undone."""

    workspace: Workspace = "explore"
    tool: Tool = "walk"
    camera: Camera = Camera()
    display: Display = Display()
    motion: Motion = Motion()
    playback: Playback = Playback()
    compare: Compare = Compare()
    panels_hidden: bool = False
    grid: bool = False
    """Whether the centre shows the mixing grid instead of the picture."""
    unlocked: bool = False
    """Whether panels show their tab bars and can be moved."""

    @property
    def moving(self) -> bool:
        """Whether anything moves by itself."""
        return self.motion.playing or self.playback.playing


def request_for(document: Document, display: Display, device: str, request_id: int) -> RenderRequest:
    """The request that shows `document` by `display` on `device`."""
    return RenderRequest(request_id, document.image, device, display)
