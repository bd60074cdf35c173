"""Orders of seeds: by number, similarity, stars, directions, class and measures. NumPy only."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.seeds import seed_class

Floats = npt.NDArray[np.float32]
Seeds = npt.NDArray[np.int64]

ALONG = "along:"
"""Beginning of the sort by a direction; its name follows."""
NAMES = {
    "seed": "Seed",
    "similar": "Similar to the picture",
    "starred": "Starred first",
    "typical": "Typical first",
    "class": "Class",
    "bright": "Brightness",
    "colour": "Colourfulness",
    "contrast": "Contrast",
}
"""Sorts by their keys; those along directions come behind them."""
SHORT = {"similar": "Similar", "starred": "Starred", "typical": "Typical", "colour": "Colour"}
"""Names of sorts where there is little room."""
LOOKS = ("bright", "colour", "contrast")
"""Sorts by the columns of `protocol.SeedLooks`."""


class Ordered(NamedTuple):
    """Seeds in an order, with the number that each was sorted by."""

    seeds: Seeds
    """[N]."""
    values: Floats | None
    """[N], aligned with `seeds`; None where there is none to show."""


def name_of(sort: str, short: bool = False) -> str:
    """Return the name of a sort."""
    if sort.startswith(ALONG):
        return sort.removeprefix(ALONG) if short else f"Along {sort.removeprefix(ALONG)}"
    return SHORT.get(sort, NAMES.get(sort, sort)) if short else NAMES.get(sort, sort)


def needs_w(sort: str) -> bool:
    """Return True if a sort is by w vectors."""
    return sort in ("similar", "typical") or sort.startswith(ALONG)


def similarity(w: Floats, mean: Floats, reference: Floats) -> Floats:
    """Return the similarity of w vectors to one: the cosine of their angle as seen from the mean of w, [N].

    Args:
        w: [N, w_dim].
        mean: [w_dim].
        reference: [w_dim].
    """
    # Without a copy of w: (w - m) . r = w . r - m . r, and |w - m|^2 = |w|^2 - 2 w . m + |m|^2.
    own = reference - mean
    dots = w @ own - np.float32(mean @ own)
    squares = np.einsum("ij,ij->i", w, w) - 2 * (w @ mean) + np.float32(mean @ mean)
    lengths = np.sqrt(np.maximum(squares, 1e-12)) * max(float(np.linalg.norm(own)), 1e-6)
    return np.asarray(np.clip(dots / lengths, -1, 1), np.float32)


def typicality(w: Floats, mean: Floats) -> Floats:
    """Return the distances of w vectors [N, w_dim] from their mean, [N]: the smaller, the more typical."""
    squares = np.einsum("ij,ij->i", w, w) - 2 * (w @ mean) + np.float32(mean @ mean)
    return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float32)


def projection(w: Floats, mean: Floats, direction: Floats) -> Floats:
    """Return the shares of a direction in w vectors, in lengths of it; 0 is the mean of w, [N].

    Args:
        w: [N, w_dim].
        mean: [w_dim].
        direction: [w_dim], or [num_ws, w_dim], whose mean counts.
    """
    one = direction.reshape(-1, w.shape[1]).mean(axis=0)
    share = (w @ one - np.float32(mean @ one)) / np.float32(max(float(one @ one), 1e-12))
    return np.asarray(share, np.float32)


def by_values(seeds: Seeds, values: Floats, descending: bool) -> Ordered:
    """Return seeds sorted by their values; equal ones stay in the order of their numbers."""
    order = np.argsort(-values if descending else values, kind="stable")
    return Ordered(seeds[order], values[order])


def starred_first(seeds: Seeds, starred: Collection[int], rejected: Collection[int]) -> Ordered:
    """Return starred seeds first and rejected ones last, else by number."""
    rank = np.isin(seeds, list(rejected)).astype(np.int8) - np.isin(seeds, list(starred)).astype(np.int8)
    return Ordered(seeds[np.argsort(rank, kind="stable")], None)


_class_of = lru_cache(maxsize=1 << 16)(seed_class)
"""Drawing the z of a seed takes 0.1 ms, and there may be 32,768 of them."""


def by_class(seeds: Seeds, z_dim: int, c_dim: int) -> Ordered:
    """Return seeds of each class together."""
    classes = np.array([_class_of(int(one), z_dim, c_dim) for one in seeds], np.float32)
    return by_values(seeds, classes, descending=False)


def filtered(order: Ordered, show: str, starred: Collection[int], rejected: Collection[int]) -> Ordered:
    """Return the seeds that a filter shows; with "starred" and "rejected" also those of other numbers, at the end."""
    if show == "all":
        return order
    if show == "unrejected":
        keep = ~np.isin(order.seeds, list(rejected))
    else:
        marked = starred if show == "starred" else rejected
        keep = np.isin(order.seeds, list(marked))
    seeds, values = order.seeds[keep], None if order.values is None else order.values[keep]
    if show == "unrejected":
        return Ordered(seeds, values)
    others = np.array(sorted(set(marked) - set(seeds.tolist())), np.int64)
    if values is not None:
        values = np.concatenate([values, np.full(len(others), np.nan, np.float32)])
    return Ordered(np.concatenate([seeds, others]), values)
