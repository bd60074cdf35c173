"""Settings of the optimisation that drags points of a picture. Standard library only."""

from dataclasses import dataclass

from foundation.specs.editing.defaults import DRAG_HOLD, DRAG_PATIENCE
from foundation.specs.options import option


@dataclass(frozen=True, kw_only=True)
class DragOptions:
    """Settings of the optimisation. Those that are None follow from the network; all lengths are in its pixels."""

    first: int = option(0, low=0, high=4095, help="First w vector that may change.")
    last: int | None = option(
        None,
        low=0,
        high=4095,
        help="Last w vector that may change; default: that of the last layer at a quarter of the resolution.",
    )
    one_w: bool = option(False, help="Move all these w vectors alike, by one vector.")
    layer: str | None = option(
        None,
        help="Layer whose features are compared, as named by `inspect`; default: the last of 128 pixels, or of half "
        "of the resolution; up to 64 pixels, the last one before the colours.",
    )
    motion_radius: float | None = option(
        None, low=0.5, high=512.0, help="Radius in pixels of the surroundings that are moved; default: by resolution."
    )
    track_radius: float | None = option(
        None, low=1.0, high=512.0, help="Radius in pixels in which a point is found again; default: by resolution."
    )
    hold: float = option(
        DRAG_HOLD,
        low=0.0,
        high=100.0,
        help="Weight of what lies outside the mask; a smaller one counts below 256 pixels, in proportion.",
    )
    rate: float | None = option(
        None, low=1e-7, high=10.0, help="Learning rate; default: 1/20 of the standard deviation of w."
    )
    arrive: float | None = option(
        None,
        low=0.0,
        high=64.0,
        help="Mean distance in pixels at which it ends; default: 1, and 0.5 up to 64 pixels.",
    )
    patience: int = option(
        DRAG_PATIENCE, low=1, high=1_000_000, help="Number of steps without progress after which it ends."
    )
