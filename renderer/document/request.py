"""The request for one frame. Standard library only."""

from dataclasses import dataclass

from renderer.document.parts import (
    Direction,
    Display,
    Latent,
    Mixing,
    Network,
    Noise,
    Source,
    Transform,
    Truncation,
)


@dataclass(frozen=True)
class RenderRequest:
    """Everything that determines a frame. Equal requests (but for the id) give equal bytes on the same device."""

    request_id: int
    network: Network = Network()
    device: str = "auto"
    latent: Source = Latent()
    mixing: Mixing = Mixing()
    truncation: Truncation = Truncation()
    directions: tuple[Direction, ...] = ()
    noise: Noise = Noise()
    transform: Transform = Transform()
    force_fp32: bool = False
    display: Display = Display()
    draft_ms: float = 0.0
    """A picture whose synthesis takes longer may be a draft, drawn at a lower resolution and enlarged; 0: never."""
