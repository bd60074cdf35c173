"""Settings of the optimisation that drags points of a picture. Standard library only."""

from dataclasses import dataclass
from typing import Any

from foundation.specs.editing.defaults import DRAG_HOLD, DRAG_PATIENCE
from foundation.specs.options import option


def first_option(default: int | None, otherwise: str = "") -> Any:
    """Return the option of the first w vector that may change."""
    return option(default, low=0, high=4095, help=f"First w vector that may change{otherwise}.")


def last_option(otherwise: str) -> Any:
    """Return the option of the last w vector that may change."""
    return option(None, low=0, high=4095, help=f"Last w vector that may change; default: {otherwise}.")


def hold_option(default: float | None, otherwise: str = "") -> Any:
    """Return the option of the weight of what must not change."""
    return option(
        default,
        low=0.0,
        high=100.0,
        help=f"Weight of what lies outside the mask; a smaller one counts below 256 pixels, in proportion{otherwise}.",
    )


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """Settings that the window has no controls for. Those that are None follow from the network, in its pixels."""

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


@dataclass(frozen=True, kw_only=True)
class DragOptions(Optimisation):
    """Settings of the optimisation."""

    first: int = first_option(0)
    last: int | None = last_option("that of the last layer at a quarter of the resolution")
    hold: float = hold_option(DRAG_HOLD)
