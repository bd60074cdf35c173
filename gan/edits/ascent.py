"""Directions along which a measure grows most: gradients of it, averaged over pictures along the direction itself.

    E(u) = mean over w of ( M(w + 2 s u) - M(w - 2 s u) ) / 4,   |u| = 1,  s = sqrt(u^T C u)
         = mean over w and t of  s u . g(w + t s u),              t even in -2..2,  g the gradient of M(G(w))

is what one standard deviation of w along u changes of the measure M, C being the covariance of w. Of a measure that is
linear in w, g is the same everywhere, and the greatest E has the u to which

    u  <-  s^2 g + (g . u) C u,   to length 1

leads: between g, the steepest way, and the ways in which w varies most. Of others g is averaged along the present u and
u is made anew, round after round (a conditional gradient). Pictures in which the measure grows little, or falls, count
more in the next round, so that the measure grows in all of them. Measures that shall stay have gradients at the same
places: orthogonal to their mean and their main variation, u leaves them. A regression (`measures.regress`) has one
number from each picture where this has w_dim.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy  # imports its parts when they are used

Doubles = npt.NDArray[np.float64]

REACH = 2.0
"""Standard deviations to both sides over which the measure shall grow."""
LEADING = 1
"""Main variations of the gradients of a measure that shall stay to which the direction is orthogonal as well."""
ROUNDS = 5
"""Rounds of gradients, each of as many pictures."""
SOFT, MOST = 1.5, 2.0
"""Deviations of the growth from its mean by which a picture counts e times as much or as little, and the largest
exponent."""
_TURNS = 500


@dataclass(frozen=True, eq=False)
class Spread:
    """Covariance of w."""

    values: Doubles
    """[w_dim]: variances along `axes`."""
    axes: Doubles
    """[w_dim, w_dim]: a main variation in each column."""

    @classmethod
    def of(cls, w: npt.ArrayLike) -> "Spread":
        """Return that of samples [N, w_dim]."""
        values, axes = np.linalg.eigh(np.cov(np.asarray(w, np.float64), rowvar=False))
        return cls(np.maximum(values, 0), axes)

    def deviation(self, vector: Doubles) -> float:
        """Return the standard deviation along a vector [w_dim] of length 1."""
        return float(np.sqrt((self.values * (self.axes.T @ vector) ** 2).sum()))


def steepest(slope: npt.ArrayLike, spread: Spread, fixed: npt.ArrayLike = ()) -> Doubles:
    """Return the u [w_dim] of length 1 with the greatest (g . u) s(u) for one gradient g [w_dim].

    Args:
        slope: g.
        spread: See `Spread`.
        fixed: Vectors [F, w_dim] that u is orthogonal to.

    Raises:
        ValueError: the gradient is 0, or a mixture of the fixed ones.
    """
    others = np.asarray(fixed, np.float64)
    if others.size:
        lengths = np.linalg.norm(others, axis=1, keepdims=True)
        bound = scipy.linalg.orth((others / np.where(lengths > 0, lengths, 1)).T)
        free = scipy.linalg.null_space(bound.T)
        inner = free.T @ (spread.axes * spread.values) @ spread.axes.T @ free
        values, axes = np.linalg.eigh(inner)
        inside = free.T @ np.asarray(slope, np.float64)
        if not np.linalg.norm(inside) > 1e-6 * np.linalg.norm(slope):
            raise ValueError("Nothing is left of this direction without the others: it is a mixture of them.")
        return np.asarray(free @ steepest(inside, Spread(np.maximum(values, 0), axes)))
    slope = spread.axes.T @ np.asarray(slope, np.float64)
    length = float(np.linalg.norm(slope))
    if not 0 < length < np.inf:
        raise ValueError("The measure is the same in every picture, so no direction changes it; paint another region.")
    slope = slope / length
    best, most = slope, -1.0
    for start in (slope, spread.values * slope):
        u = start / max(float(np.linalg.norm(start)), 1e-300)
        for _ in range(_TURNS):
            variance, along = float((spread.values * u * u).sum()), float(slope @ u)
            turned = variance * slope + along * spread.values * u
            turned /= max(float(np.linalg.norm(turned)), 1e-300)
            done = np.abs(turned - u).max() < 1e-9
            u = turned
            if done:
                break
        effect = float(slope @ u) * np.sqrt(float((spread.values * u * u).sum()))
        if effect > most:
            best, most = u, effect
    return spread.axes @ best


class Climb:
    """Rounds of gradients, each taken along the direction that those before lead to.

    Args:
        spread: See `Spread`.
        count: Number of gradients in all.
        fixed: Directions [F, w_dim] that the direction is orthogonal to.
    """

    def __init__(self, spread: Spread, count: int, fixed: npt.ArrayLike = ()) -> None:
        self._spread = spread
        self._fixed = np.asarray(fixed, np.float64).reshape(-1, len(spread.values))
        self._held: list[Doubles] = []
        self._ends = [round(count * number / ROUNDS) for number in range(ROUNDS + 1)]
        self._offsets = np.random.RandomState(0).uniform(-REACH, REACH, count)
        self._vector: Doubles | None = None
        self._slopes: list[Doubles] = []
        self._total, self._weight = 0.0 * spread.values, 0.0

    def place(self, number: int) -> Doubles:
        """Return the move [w_dim] from a seed to where a gradient is taken next."""
        if self._vector is None:
            return 0 * self._spread.values
        return float(self._offsets[number]) * self._spread.deviation(self._vector) * self._vector

    def batches(self, most: int) -> Iterator[range]:
        """Yield the numbers of the gradients, at most so many together and none of two rounds."""
        for first, last in pairwise(self._ends):
            yield from (range(at, min(at + most, last)) for at in range(first, last, most))

    def keeping(self, fixed: npt.ArrayLike, count: int) -> "Climb":
        """Return more rounds from where these led, orthogonal to some directions [F, w_dim]."""
        other = Climb(self._spread, count, fixed)
        other._total, other._weight = self._total, self._weight
        other._vector = steepest(self._total, self._spread, fixed)
        return other

    def take(self, numbers: range, slopes: Doubles, held: Doubles | None = None) -> None:
        """Take the gradients [N, w_dim] at places, and those of measures that shall stay [K, N, w_dim]."""
        self._slopes += list(slopes)
        if held is not None:
            self._held += list(held.transpose(1, 0, 2))
        if numbers[-1] + 1 in self._ends:
            self._turn()

    def direction(self) -> Doubles:
        """Return the direction [w_dim], of length 1, to which the rounds lead. Raises ValueError before the first."""
        if self._vector is None:
            raise ValueError("There is no gradient yet.")
        return self._vector

    @property
    def slope(self) -> Doubles:
        """The mean gradient [w_dim]."""
        return self._total / max(self._weight, 1.0)

    def _turn(self) -> None:
        """Turn the direction to the gradients so far, of which those of later rounds count more."""
        slopes = np.stack(self._slopes)
        weight = len(slopes) * (1 if self._vector is None else 2)
        self._total, self._weight = self._total + weight * self._mean(slopes), self._weight + weight
        self._vector = steepest(self._total, self._spread, np.concatenate([self._fixed, self._bound()]))
        self._slopes = []

    def _bound(self) -> Doubles:
        """Return gradients to which the direction is orthogonal [B, w_dim]: means, and main variations."""
        if not self._held:
            return self._fixed[:0]
        held = np.stack(self._held)
        found = [held.mean(axis=0)]
        found += [np.linalg.svd(one, full_matrices=False)[2][:LEADING] for one in held.transpose(1, 0, 2)]
        return np.concatenate(found)

    def _mean(self, slopes: Doubles) -> Doubles:
        """Return the mean of gradients [N, w_dim], of which those count more along which the measure grows less."""
        if self._vector is None:
            return np.asarray(slopes.mean(axis=0))
        growth = slopes @ self._vector
        away = (growth - growth.mean()) / (SOFT * growth.std() + 1e-300)
        weights = np.exp(-np.clip(away, -MOST, MOST))
        return np.asarray(weights @ slopes / weights.sum())
