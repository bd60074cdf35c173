"""Writing networks in the layouts of other programs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gan.io.exports.official_pickle import save_official_pickle
from gan.io.exports.rosinality import save_rosinality
from gan.io.exports.state_dict import save_state_dict
from gan.io.networks import Networks

LAYOUTS: Mapping[str, Callable[[Path, Networks], tuple[str, ...]]] = {
    "official-pickle": save_official_pickle,
    "state-dict": save_state_dict,
    "rosinality": save_rosinality,
}
"""Of each format, the function that writes it."""


def save_as(path: str | Path, nets: Networks, layout: str) -> tuple[str, ...]:
    """Write networks in a layout of `LAYOUTS`, atomically.

    Returns:
        A sentence for each part that the layout does not hold and that was left out.

    Raises:
        ValueError: the layout cannot hold the generator; the message names the reason.
        OSError: the file cannot be written.
    """
    return LAYOUTS[layout](Path(path), nets)


__all__ = ["LAYOUTS", "save_as"]
