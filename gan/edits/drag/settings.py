"""Settings of dragging, and what follows from the network where they are not given.

The published program (arXiv 2305.10973) is for pictures of 512 pixels and more. Its radii, 3 and 12 pixels of 512,
round to nothing below 86 pixels, and its feature block, 128 x 128, is missing in networks of 64 pixels and less. So:

* radii scale with the picture, but are never less than `LEAST_MOTION` and `LEAST_TRACK` pixels;
* features are those of the last layer at half of the resolution, of 128 x 128 in larger networks, whatever the family;
  in networks of up to 64 pixels those of the last layer before the colours, for coarser ones lose the handles;
* w vectors up to the layer at a quarter of the resolution change: later ones repaint instead of moving;
* the mask's weight shrinks below `WHOLE_HOLD` pixels, in proportion: it is a mean over the picture, of which a handle's
  surroundings of a few pixels are then so large a part that nothing would move;
* Adam's step is `RATE_SHARE` of the deviation of w, whose scale differs between networks;
* it has arrived at a mean distance of 1 pixel, or of 0.5 in networks of up to 64 pixels.
"""

from dataclasses import dataclass

from foundation.specs.editing.defaults import DRAG_HOLD, DRAG_PATIENCE
from foundation.specs.editing.drag_options import DragOptions
from gan.edits.found import sampled_w
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import Synthesis

NEAR = 1.0
"""Published distance in pixels up to which a handle is not pulled."""
LEAST_MOTION, LEAST_TRACK = 3.0, 2.0
"""Least radii in pixels of the surroundings that are moved, and of those that are searched."""
MOST_SIDE = 128
"""Largest resolution of features."""
SMALL = 64
"""Resolution up to which handles go to half a pixel of their targets, by the finest features."""
WHOLE_HOLD = 256
"""Resolution from which on the mask has its whole weight."""
RATE_SHARE, MEASURED_ON = 0.05, 256
"""Adam's step as a share of w's deviation, and the number of w that this is measured on."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings for one network; all lengths are in pixels of its pictures."""

    layer: str
    """Layer whose features are compared."""
    layers: tuple[int, ...]
    """Indices of the w vectors that change."""
    one_w: bool = False
    """Move them alike."""
    motion_radius: float = LEAST_MOTION
    track_radius: float = LEAST_TRACK
    hold: float = DRAG_HOLD
    """Weight of the mask as it is used."""
    rate: float = 0.002
    arrive: float = 1.0
    patience: int = DRAG_PATIENCE
    published: bool = False
    """Do what the published program does to the letter: the radius of motion is measured on a grid stretched by
    H / (H - 1), handles and their features are those of whole pixels, the mask is compared at the resolution of the
    picture, and a drag ends when every handle is within max(2, 2 H / 512) pixels."""

    @property
    def near(self) -> float:
        """Distance in pixels up to which a handle is not pulled."""
        return NEAR if self.published else min(NEAR, self.arrive)


def deviation_of(G: StyleGenerator) -> float:
    """Return the root mean square of the standard deviations of w in each dimension."""
    w = sampled_w(G, MEASURED_ON)
    return float(w.float().std(dim=0).square().mean().sqrt())


def settings_of(synthesis: Synthesis, options: DragOptions, deviation: float) -> Settings:
    """Return the settings for a network. Raises ValueError for layers that it lacks.

    Args:
        synthesis: The network.
        options: The user's.
        deviation: See `deviation_of`.
    """
    side = min(synthesis.img_size)
    layer = options.layer or _feature_layer(synthesis)
    if layer not in synthesis.layer_names:
        raise ValueError(f"There is no layer called {layer!r}; choose from {', '.join(synthesis.layer_names)}.")
    read = layers_up_to(synthesis, layer)
    last = _default_last(synthesis, layer) if options.last is None else min(options.last, read)
    if options.first > last:
        raise ValueError(
            f"The features of {layer} depend on the w vectors 0 to {read}, and {options.first} is to be the first that "
            "changes; choose an earlier one, or a later layer."
        )
    return Settings(
        layer=layer,
        layers=tuple(range(options.first, last + 1)),
        one_w=options.one_w,
        motion_radius=max(LEAST_MOTION, 3 * side / 512) if options.motion_radius is None else options.motion_radius,
        track_radius=max(LEAST_TRACK, 12 * side / 512) if options.track_radius is None else options.track_radius,
        hold=options.hold * min(1.0, side / WHOLE_HOLD),
        rate=max(RATE_SHARE * deviation, 1e-7) if options.rate is None else options.rate,
        arrive=(0.5 if side <= SMALL else 1.0) if options.arrive is None else options.arrive,
        patience=options.patience,
    )


def usual_last(synthesis: Synthesis) -> int:
    """Return the last w vector that changes where nothing is given."""
    return _default_last(synthesis, _feature_layer(synthesis))


def layers_up_to(synthesis: Synthesis, layer: str) -> int:
    """Return the index of the last w vector that a layer's features depend on; colours do not count."""
    names = synthesis.layer_names
    before = {one for one in names[: names.index(layer) + 1] if not _is_colour(one)}
    return max((i for i, reading in enumerate(synthesis.ws_layers) if before.intersection(reading)), default=0)


def _is_colour(name: str) -> bool:
    return name.endswith("torgb")


def picture_side(synthesis: Synthesis, layer: str) -> float:
    """Return the height of the part of a layer's output that the picture covers, in samples."""
    return synthesis.layer_size(layer)[0] * synthesis.image_share(layer)


def _feature_layer(synthesis: Synthesis) -> str:
    height = synthesis.img_size[0]
    return _last_of(synthesis, height if height <= SMALL else min(height / 2, MOST_SIDE))


def _last_of(synthesis: Synthesis, most: float) -> str:
    """Return the last layer with features of at most this height."""
    names = [name for name in synthesis.layer_names if not _is_colour(name) and name != "input"]
    fitting = [name for name in names if round(picture_side(synthesis, name)) <= most]
    return fitting[-1] if fitting else names[0]


def _default_last(synthesis: Synthesis, layer: str) -> int:
    quarter = _last_of(synthesis, max(synthesis.img_size[0] / 4, 4))
    return min(layers_up_to(synthesis, quarter), layers_up_to(synthesis, layer))
