"""Directions that a search found, and their file."""

import io
import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from foundation.arrays import Floats
from foundation.files import write_bytes
from foundation.seeds import seed_z
from gan.images import Label, condition_of, device_of, label_of
from gan.networks.generator import StyleGenerator

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Called with (done, total)."""
Steps = Generator[tuple[int, int], None, T]
"""A search in steps: yields (done, total) after each, and returns its result; to drop it ends it."""
MEASURED_ON = 2000
"""Number of w vectors over which the deviation along a direction is measured."""
SPREAD_SEED = 1_000_000
"""First of their seeds, which no search takes."""
SAMPLED = 1000
"""Number of w vectors that are mapped together."""


def silent(done: int, total: int) -> None:
    """Report nothing."""


def finished(steps: Steps[T], progress: Progress = silent) -> T:
    """Do all steps of a search, and return its result."""
    while True:
        try:
            progress(*next(steps))
        except StopIteration as end:
            result: T = end.value
            return result


@dataclass(frozen=True, eq=False)
class Found:
    """Directions in W, best first."""

    method: str
    """Name of the search, as "pca"."""
    vectors: Floats
    """float32 [K, w_dim], each of length 1."""
    sigma: Floats
    """float32 [K]: standard deviation of w along each, the unit of its strength."""
    strength: Floats
    """float32 [K]: what the search ranks by, see `meaning`."""
    meaning: str
    """Of `strength`, as "share of the variance"."""
    names: tuple[str, ...]
    layers: tuple[int, ...]
    """Positions in ws on which they were found to act."""
    facts: tuple[tuple[str, float], ...] = ()
    """Figures of the search as a whole, as a held-out accuracy."""
    ranges: tuple[tuple[int, int], ...] = ()
    """First and last position in ws of each, where those on which it acts were measured; empty: all have `layers`."""

    def __post_init__(self) -> None:
        if not len(self.vectors) == len(self.sigma) == len(self.strength) == len(self.names):
            raise ValueError("vectors, sigma, strength and names must be of equal number")

    def __len__(self) -> int:
        """Number of directions."""
        return len(self.vectors)

    def layers_of(self, row: int) -> tuple[int, ...]:
        """Return the positions in ws on which one of them acts."""
        return tuple(range(self.ranges[row][0], self.ranges[row][1] + 1)) if self.ranges else self.layers

    def first(self, count: int) -> "Found":
        """Return the best of them."""
        return replace(
            self,
            vectors=self.vectors[:count],
            sigma=self.sigma[:count],
            strength=self.strength[:count],
            names=self.names[:count],
            ranges=self.ranges[:count],
        )

    def write(self, path: str | Path, **facts: Any) -> None:
        """Write a `.npz`, whole or not at all.

        It holds `directions` [K, w_dim] (each times its sigma, so that a strength of 1 is one standard deviation),
        `sigma` [K], `strength` [K], `layers`, `ranges` [K, 2] where they were measured, and `about`: the rest with
        `facts` as JSON in UTF-8 bytes.
        """
        about = {"method": self.method, "meaning": self.meaning, "names": self.names, **dict(self.facts), **facts}
        held = io.BytesIO()
        measured: dict[str, Any] = {"ranges": np.array(self.ranges, np.int32)} if self.ranges else {}
        np.savez(
            held,
            **measured,
            directions=(self.vectors * self.sigma[:, None]).astype(np.float32),
            sigma=self.sigma.astype(np.float32),
            strength=self.strength.astype(np.float32),
            layers=np.array(self.layers, np.int32),
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        )
        write_bytes(Path(path), held.getvalue())


def positive(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return rows [K, D] with the sign that makes the entry of largest magnitude of each positive."""
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=1)[:, None], axis=1)
    return vectors * np.where(largest < 0, -1, 1)


def sampled_w(G: StyleGenerator, count: int, *, first_seed: int = 0, label: Label | None = None) -> torch.Tensor:
    """Map `count` seeds without truncation: w [count, w_dim] on the network's device.

    Args:
        G: A generator.
        count: Number of vectors.
        first_seed: Of the seeds, which follow one another.
        label: As in `gan.images.styles`.
    """
    return finished(sampling(G, count, first_seed=first_seed, label=label))


def sampling(G: StyleGenerator, count: int, *, first_seed: int = 0, label: Label | None = None) -> Steps[torch.Tensor]:
    """Do `sampled_w` in steps of `SAMPLED` vectors."""
    found = []
    for start in range(0, count, SAMPLED):
        seeds = range(first_seed + start, first_seed + min(start + SAMPLED, count))
        z = torch.from_numpy(np.stack([seed_z(seed, G.z_dim) for seed in seeds])).float()
        found.append(mapped(G, z, label, seeds[0]))
        yield start + len(seeds), count
    return torch.cat(found)


@torch.no_grad()
def mapped(G: StyleGenerator, z: torch.Tensor, label: Label | None = None, first_seed: int = 0) -> torch.Tensor:
    """Map z [N, z_dim] without truncation: w [N, w_dim]; without a label the classes are those of seeds that follow.

    Raises:
        ValueError: the network takes no z, has no such class, or takes another count of numbers.
    """
    if not G.z_dim:
        raise ValueError("This network takes no z, so it has no w to search in.")
    labels = [label_of(G, first_seed + i, label) for i in range(len(z))] if G.c_dim else []
    c = torch.cat([condition_of(G, one) for one in labels if one is not None]).to(device_of(G)) if labels else None
    return G.mapping(z.to(device_of(G)), c, truncation_psi=1)[:, 0]


def deviations(G: StyleGenerator, vectors: Floats, samples: int = MEASURED_ON, label: Label | None = None) -> Floats:
    """Return the standard deviation of w along unit vectors [K, w_dim]: float32 [K]."""
    return finished(deviating(G, vectors, samples, label))


def deviating(
    G: StyleGenerator, vectors: Floats, samples: int = MEASURED_ON, label: Label | None = None
) -> Steps[Floats]:
    """Do `deviations` in steps."""
    w = (yield from sampling(G, samples, first_seed=SPREAD_SEED, label=label)).double().cpu().numpy()
    return np.asarray((w @ vectors.T.astype(np.float64)).std(axis=0), np.float32)


def counted(steps: Steps[T], before: int, total: int) -> Steps[T]:
    """Do the steps of a part of a search, of which `before` of `total` is done, and report that of the whole."""
    while True:
        try:
            done, _ = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        yield before + done, total


def quiet(steps: Steps[T], done: int, total: int) -> Steps[T]:
    """Do the steps of a short part of a search, and report the same each time."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        yield done, total


def numbered(word: str, count: int) -> tuple[str, ...]:
    """Return names: `PC 1`, `PC 2`, ..."""
    return tuple(f"{word} {i + 1}" for i in range(count))


def checked_layers(layers: Sequence[int] | None, num_ws: int) -> tuple[int, ...]:
    """Return positions in ws, ascending; all for None. Raises ValueError where there is none."""
    if layers is None:
        return tuple(range(num_ws))
    beyond = [layer for layer in layers if not 0 <= layer < num_ws]
    if beyond or not layers:
        named = f"no layer {beyond[0]}" if beyond else "no layer given"
        raise ValueError(f"There is {named}: this network's are 0-{num_ws - 1}.")
    return tuple(sorted(set(layers)))
