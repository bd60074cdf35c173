"""The request for one frame. Standard library only."""

from dataclasses import dataclass

from renderer.document.parts import Display, ImageState


@dataclass(frozen=True)
class RenderRequest:
    """Everything that determines a frame. Equal requests (but for the id) give equal bytes on the same device."""

    request_id: int
    image: ImageState = ImageState()
    device: str = "auto"
    display: Display = Display()
    low_res_ms: float = 0.0
    """Milliseconds that synthesis may take before it renders at a low resolution and upscales; 0: no limit."""
