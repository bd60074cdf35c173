"""State of Adam as named tensors, for fits and tunings that are resumed."""

from collections.abc import Mapping

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
"""Published decay of the moments."""
_PREFIX = "adam."


def tensors_of(adam: torch.optim.Adam) -> dict[str, Tensor]:
    """Return the state by names that begin with `adam.`: number of the parameter, name of the moment."""
    held = adam.state_dict()["state"].items()
    return {f"{_PREFIX}{number}.{name}": value for number, one in held for name, value in one.items()}


def moments_in(state: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    """Return the state that `tensors_of` has named. Raises ValueError for other names that begin like its own."""
    held: dict[int, dict[str, Tensor]] = {}
    for name, value in state.items():
        if name.startswith(_PREFIX):
            _, number, moment = name.split(".")
            held.setdefault(int(number), {})[moment] = value
    return held


def restore(adam: torch.optim.Adam, moments: dict[int, dict[str, Tensor]]) -> None:
    """Go on from a state, at the learning rate that Adam has."""
    adam.load_state_dict({**adam.state_dict(), "state": moments})
