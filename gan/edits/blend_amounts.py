"""Amounts of a second network by layer: a hard cut, a logistic ramp, uniform (see `gan.edits.blend`)."""

from collections.abc import Mapping

from foundation import bands
from gan.edits.blend import MAPPING, layers_of
from gan.networks.generator import StyleGenerator

Amounts = Mapping[str, float]
"""Share of the second network, 0..1, by layer."""


def hard_cut(G: StyleGenerator, after: str) -> Amounts:
    """Return 0 for the layers of a network up to a place, inclusive, and 1 for those above.

    See `foundation.bands.hard_cut`.
    """
    return bands.hard_cut(_names(G), after)


def ramp(G: StyleGenerator, around: str, width: float | None = bands.RAMP_WIDTH) -> Amounts:
    """Return a logistic ramp over the layers of a network. See `foundation.bands.ramp`."""
    return bands.ramp(_names(G), around, width)


def uniform(G: StyleGenerator, amount: float) -> Amounts:
    """Return the same share for every layer and the mapping network (deep network interpolation, 1811.10515)."""
    return dict.fromkeys((MAPPING, *_names(G)), amount)


def mean_amount(G: StyleGenerator, amounts: Amounts) -> float:
    """Return the mean share of all layers but the mapping network's."""
    names = _names(G)
    return sum(amounts.get(name, 0.0) for name in names) / len(names)


def _names(G: StyleGenerator) -> list[str]:
    return [name for name in layers_of(G) if name != MAPPING]
