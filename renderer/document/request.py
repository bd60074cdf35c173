"""The request for one frame. Standard library only."""

from dataclasses import dataclass, fields, replace

from renderer.document.parts import Display, ImageState

RUNS_NETWORK = frozenset({"layer", "layer_table"})
"""Fields of `Display` that need a run of the network of their own."""
DISPLAY_ONLY = frozenset(field.name for field in fields(Display)) - RUNS_NETWORK
"""All other fields of `Display`: they change how an output is shown, and never run the network again."""


@dataclass(frozen=True)
class RenderRequest:
    """Everything that determines a frame. Equal requests (but for the id) give equal bytes on the same device.

    Those that are `fast` excepted: theirs depend on what is ready.
    """

    request_id: int
    image: ImageState = ImageState()
    device: str = "auto"
    display: Display = Display()
    low_res_ms: float = 0.0
    """Milliseconds that synthesis may take before it renders at a low resolution and upscales; 0: no limit."""
    fast: bool = False
    """True for an image of lower precision where the device renders one sooner, as in motion. Never saved."""
    moving: bool = False
    """True while the image moves: once begun it is finished, even if newer requests wait."""
    held: bool = False
    """True while the user holds something: the window draws at its full rate meanwhile, and needs a core."""
    follows: bool = False
    """True for the image of a job's progress, which neither interrupts nor slows down jobs."""

    @property
    def at_rest(self) -> "RenderRequest":
        """The same picture, whole and exact, whatever moves or is held; without an id."""
        if self.request_id or self.low_res_ms or self.fast or self.moving or self.held:
            return replace(self, request_id=0, low_res_ms=0.0, fast=False, moving=False, held=False)
        return self

    @property
    def work(self) -> "RenderRequest":
        """The output that is shown, without its display: equal ones come from one run of the network."""
        return replace(
            self, request_id=0, display=Display(layer=self.display.layer), moving=False, held=False, follows=False
        )
