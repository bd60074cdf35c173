"""Directions in W: what ages a face, opens its eyes or turns its head, as vectors to go along.

    w' = w + strength * direction      on a range of layers, the first 8 unless others are named

Directions are added after truncation and mixing, so their strength does not depend on either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from foundation.arrays import Floats
from foundation.directions import NamedDirection, read_directions
from gan.device import send

FIRST_LAYERS = 8
"""Number of layers that the published face directions apply to (coarse and middle styles)."""


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction in W, how far to go along it, and in which layers."""

    vector: Floats
    """float32 [w_dim], or [num_ws, w_dim] with a vector of its own for each layer."""
    strength: float = 1.0
    """Factor on the vector; 0 changes nothing."""
    layers: tuple[int, ...] | None = None
    """Indices into ws; None for the first `FIRST_LAYERS`, or all where there are fewer."""


def load_direction(path: str | Path, name: str = "") -> Floats:
    """The vector of a direction in a file, float32 [w_dim] or [num_ws, w_dim]. Arguments and errors as the next."""
    return chosen_direction(path, name).vector


def chosen_direction(path: str | Path, name: str = "") -> NamedDirection:
    """One of the directions of a `.npz`, `.npy` or `.pt` file.

    Args:
        path: The file.
        name: Name of the direction, in any case, or its number from 1; empty for the first.

    Raises:
        ValueError: it is no such file, holds Python objects, has another shape, or no direction of this name.
        OSError: it cannot be read.
    """
    try:
        found = read_directions(path)
    except ValueError as error:
        raise ValueError(f"{path} {error}.") from error
    if not name:
        return found[0]
    for one in found:
        if one.name.casefold() == name.strip().casefold():
            return one
    if name.strip().isdecimal() and 1 <= int(name) <= len(found):
        return found[int(name) - 1]
    held = ", ".join(one.name for one in found[:4]) + (", ..." if len(found) > 4 else "")
    raise ValueError(f"{path} has no direction {name!r}; it holds {len(found)}: {held}.")


def apply(ws: torch.Tensor, directions: Sequence[Direction]) -> torch.Tensor:
    """Go along the directions, one after the other: ws [..., num_ws, w_dim] -> the same shape.

    Without directions, ws itself is returned; it is never changed in place.

    Raises:
        ValueError: a direction's shape or a layer does not fit ws; the message says what the network has.
    """
    for direction in directions:
        layers = _layers(direction, ws.shape[-2])
        vector = torch.from_numpy(_checked(direction.vector, *ws.shape[-2:])).to(ws.dtype)
        # Put together on the CPU: a list of layers would be sent to the device by waiting for it.
        moves = torch.zeros(ws.shape[-2:], dtype=ws.dtype)
        moves[layers] = direction.strength * (vector if vector.ndim == 1 else vector[layers])
        ws = ws + send(moves, ws.device)
    return ws


def _layers(direction: Direction, num_ws: int) -> list[int]:
    if direction.layers is None:
        return list(range(min(FIRST_LAYERS, num_ws)))
    beyond = [layer for layer in direction.layers if not 0 <= layer < num_ws]
    if beyond:
        raise ValueError(f"There is no layer {beyond[0]} to apply a direction to: this network's are 0-{num_ws - 1}.")
    return sorted(set(direction.layers))


def _checked(vector: Floats, num_ws: int, w_dim: int) -> Floats:
    if vector.shape not in ((w_dim,), (num_ws, w_dim)):
        raise ValueError(
            f"The direction has the shape {list(vector.shape)}, but this network needs [{w_dim}] or "
            f"[{num_ws}, {w_dim}]; choose a direction made for a network of the same size."
        )
    return vector
