"""Directions from class to class of a conditional network."""

from collections.abc import Sequence

import numpy as np
import torch

from foundation.seeds import seed_z
from foundation.specs.editing.defaults import CLASS_SAMPLES
from gan.edits.found import MEASURED_ON, Found, Steps, checked_layers, counted, deviating, finished, mapped
from gan.networks.generator import StyleGenerator


def class_direction(
    G: StyleGenerator,
    start: int | None,
    end: int | None,
    samples: int = CLASS_SAMPLES,
    layers: Sequence[int] | None = None,
) -> Found:
    """Return the difference of two classes' means of w, over the same z.

    Args:
        G: A conditional generator.
        start: Class from which the direction leads; None for the mean of all others.
        end: Class to which it leads; None likewise.
        samples: Number of z.
        layers: Positions in ws that the direction acts on; None for all.

    Raises:
        ValueError: the network has no classes, there is no such class, or both are the same.
    """
    return finished(class_steps(G, start, end, samples, layers))


def class_steps(
    G: StyleGenerator,
    start: int | None,
    end: int | None,
    samples: int = CLASS_SAMPLES,
    layers: Sequence[int] | None = None,
) -> Steps[Found]:
    """Do `class_direction` in steps of one class."""
    if not G.c_dim:
        raise ValueError("This network has no classes.")
    if start == end:
        raise ValueError("A direction leads from one class to another: choose two.")
    z = torch.from_numpy(np.stack([seed_z(seed, G.z_dim) for seed in range(samples)])).float()

    ends = [
        [one] if one is not None else [c for c in range(G.c_dim) if c != other]
        for one, other in ((end, start), (start, end))
    ]
    total, done, means = samples * sum(map(len, ends)) + MEASURED_ON, 0, []
    for numbers in ends:
        few = z if len(numbers) == 1 else z[:: max(1, len(numbers) // 4)]
        one_by_one = []
        for number in numbers:
            one_by_one.append(mapped(G, few, number).double().mean(dim=0))
            done += samples
            yield done, total
        means.append(torch.stack(one_by_one).mean(dim=0))
    way = (means[0] - means[1]).cpu().numpy()
    length = float(np.linalg.norm(way))
    if length < 1e-9:
        raise ValueError("These two classes have the same mean of w, so there is no way from one to the other.")
    vector = (way / length)[None].astype(np.float32)
    sigma = yield from counted(deviating(G, vector), done, total)
    named = ["any" if one is None else str(one) for one in (start, end)]
    strength = np.array([length / max(float(sigma[0]), 1e-9)], np.float32)
    name = (f"Class {named[0]} to {named[1]}",)
    return Found(
        "classes",
        vector,
        sigma,
        strength,
        "standard deviations between the means",
        name,
        checked_layers(layers, G.num_ws),
    )
