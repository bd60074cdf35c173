"""Moving averages of generators over saved snapshots, with another half-life than that of the training."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch

from foundation.runs import Snapshot
from gan.edits.blend import MisfitError, layers_of, misfit, with_tensors
from gan.networks.generator import StyleGenerator

Step = tuple[float, StyleGenerator]
"""Training time in kimg, and the generator then."""


def weights_of(kimg: Sequence[float], half_life: float) -> list[float]:
    """Return the share of each snapshot in the average after the last one.

    From snapshot to snapshot the average moves as in training, average = b average + (1 - b) network, with
    b = 0.5 ^ (kimg since the snapshot before / half-life); it starts at the first one.

    Args:
        kimg: Training times, ascending.
        half_life: In kimg, after which half of the older networks is gone; 0 keeps the last one alone.

    Raises:
        ValueError: there are none, they do not ascend, or the half-life is negative.
    """
    if not kimg:
        raise ValueError("There is no snapshot to average.")
    if any(after <= before for before, after in pairwise(kimg)):
        raise ValueError("The snapshots must be in the order of their training times, each once.")
    if not half_life >= 0:
        raise ValueError(f"A half-life must be at least 0 kimg, not {half_life:g}.")
    shares = [1.0]
    for before, after in pairwise(kimg):
        kept = 0.5 ** ((after - before) / half_life) if half_life else 0.0
        shares = [share * kept for share in shares] + [1 - kept]
    return shares


def chosen(snapshots: Sequence[Snapshot], first: float | None = None, last: float | None = None) -> list[Snapshot]:
    """Return the snapshots of a run to average: those with a training time within `first` and `last` kimg, each once.

    Of a snapshot in two formats the safetensors file is taken. Raises ValueError if there are fewer than two.
    """
    by_time: dict[float, Snapshot] = {}
    for one in snapshots:
        if one.kimg is not None and (first is None or one.kimg >= first) and (last is None or one.kimg <= last):
            by_time[one.kimg] = one
    if len(by_time) < 2:
        there = ", ".join(f"{one.kimg:g}" for one in snapshots if one.kimg is not None) or "none"
        raise ValueError(f"An average needs two snapshots or more; the folder's are at (kimg) {there}.")
    return [by_time[kimg] for kimg in sorted(by_time)]


@torch.no_grad()
def average(steps: Iterable[Step], shares: Sequence[float]) -> StyleGenerator:
    """Return the weighted mean of generators, of which one at a time is in memory.

    Parameters, the mean of w and magnitudes are averaged, in double precision; the rest is that of the last one.

    Args:
        steps: The snapshots, in order.
        shares: Share of each, see `weights_of`.

    Raises:
        MisfitError: a snapshot is of another architecture.
    """
    totals: dict[str, torch.Tensor] = {}
    last: StyleGenerator | None = None
    for (kimg, G), share in zip(steps, shares, strict=True):
        if last is not None and (problem := misfit(last, G, "the one before")):
            raise MisfitError(f"The snapshot of {kimg:g} kimg does not fit: {problem}.")
        state = G.state_dict()
        for name in (name for names in layers_of(G).values() for name in names):
            value = state[name].double() * share
            totals[name] = totals[name].add_(value) if name in totals else value
        last = G
    if last is None:
        raise ValueError("There is no snapshot to average.")
    own = last.state_dict()
    # A single network, or numbers that never change, stay as they are.
    tensors = {name: value.to(own[name].dtype) for name, value in totals.items()}
    result = with_tensors(last, tensors)
    assert isinstance(result, StyleGenerator)
    return result
