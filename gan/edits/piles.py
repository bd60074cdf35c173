"""A direction from two piles of pictures that somebody has sorted.

    p(right | w) = 1 / (1 + exp(-(b . x + c))),   x = the coordinates of w

with a ridge on b that is chosen by leaving each picture out: of several ridges the one under which the pictures left
out are most likely. The same predictions give the held-out accuracy. Thirty choices cannot say what hundreds of
coordinates do, so x holds what a sample of other seeds says matters: either the principal components of w, or, where
their small pictures are at hand, those of the pictures, which a linear map predicts from w.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation.specs.editing.defaults import PILE_LEAST

Doubles = npt.NDArray[np.float64]

RIDGES = np.array([0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
COMPONENTS, PICTURE_COMPONENTS = 32, 16
"""Coordinates from w alone, and with pictures."""
_ITERATIONS = 25


@dataclass(frozen=True, eq=False)
class Coordinates:
    """A linear map from w to the coordinates in which piles differ."""

    mean: Doubles
    """[w_dim]."""
    basis: Doubles
    """[w_dim, K]."""

    def of(self, w: npt.ArrayLike) -> Doubles:
        """Return the coordinates [N, K] of w [N, w_dim]."""
        return np.asarray((np.asarray(w, np.float64) - self.mean) @ self.basis)


@dataclass(frozen=True, eq=False)
class Sorted:
    """A plane between two piles."""

    vector: Doubles
    """[w_dim], of length 1, towards the right pile."""
    slope: float
    """Change of the log odds by a step of length 1 along it."""
    intercept: float
    """Log odds at w are slope vector . w + intercept."""
    accuracy: float
    """Share of pictures that a plane which had not seen them puts on the right side, 0..1."""
    error: float
    """Standard error of that."""
    ridge: float

    def odds(self, w: npt.ArrayLike) -> Doubles:
        """Return the log odds [N] of w [N, w_dim] to be in the right pile."""
        return np.asarray(self.slope * (np.asarray(w, np.float64) @ self.vector) + self.intercept)


def coordinates(w: npt.ArrayLike, pictures: npt.ArrayLike | None = None, count: int = 0) -> Coordinates:
    """Return the coordinates that a sample of w [N, w_dim] suggests, or the sample with its small pictures [N, F].

    Without pictures they are the principal components of w; with them, the linear predictions from w of the principal
    components of the pictures. All have one scale, so that a ridge treats those that vary more as likelier to matter.
    """
    sample = np.asarray(w, np.float64)
    count = count or (COMPONENTS if pictures is None else PICTURE_COMPONENTS)
    mean = sample.mean(axis=0)
    centred = sample - mean
    if pictures is None:
        basis = np.linalg.svd(centred, full_matrices=False)[2][:count].T
    else:
        seen = np.asarray(pictures, np.float64).reshape(len(sample), -1)
        seen = seen - seen.mean(axis=0)
        u, s, _ = np.linalg.svd(seen, full_matrices=False)
        wanted = u[:, :count] * s[:count]
        ridge = 1e-3 * float((centred**2).sum()) / centred.shape[1] * np.eye(centred.shape[1])
        basis = np.linalg.solve(centred.T @ centred + ridge, centred.T @ wanted)
    scale = float((centred @ basis).std(axis=0).mean())
    return Coordinates(mean, basis / max(scale, 1e-12))


def sort_piles(w: npt.ArrayLike, right: npt.ArrayLike, space: Coordinates) -> Sorted:
    """Learn the plane between two piles.

    Args:
        w: The w of all sorted pictures [N, w_dim].
        right: True for those in the right pile [N].
        space: Coordinates to learn in.

    Raises:
        ValueError: a pile has fewer than `PILE_LEAST` pictures.
    """
    sides = np.asarray(right, bool).ravel()
    for name, count in (("left", int((~sides).sum())), ("right", int(sides.sum()))):
        if count < PILE_LEAST:
            raise ValueError(f"The {name} pile has {count} of {PILE_LEAST} pictures that a direction needs; sort more.")
    x, y = space.of(w), sides.astype(np.float64)
    odds = left_out(x, y, RIDGES)
    signed = np.where(sides, odds, -odds)
    likelihood = -np.logaddexp(0, -signed).sum(axis=1)
    best = int(likelihood.argmax())
    correct = signed[best] > 0
    accuracy = float(correct.mean())
    weights = fitted(x[None], y[None], RIDGES[best : best + 1])[0]
    along = space.basis @ weights[:-1]
    slope = float(np.linalg.norm(along))
    vector = along / max(slope, 1e-12)
    return Sorted(
        vector,
        slope,
        float(weights[-1] - space.mean @ along),
        accuracy,
        float(np.sqrt(max(accuracy * (1 - accuracy), 0.25 / len(y)) / len(y))),
        float(RIDGES[best]),
    )


def left_out(x: Doubles, y: Doubles, ridges: Doubles) -> Doubles:
    """Return the log odds [R, N] of each of N samples [N, K] by fits that had not seen it, for each ridge."""
    count = len(y)
    kept = np.array([[j for j in range(count) if j != i] for i in range(count)])
    xs, ys = np.repeat(x[kept][None], len(ridges), axis=0), np.repeat(y[kept][None], len(ridges), axis=0)
    flat = fitted(xs.reshape(-1, count - 1, x.shape[1]), ys.reshape(-1, count - 1), np.repeat(ridges, count)).reshape(
        len(ridges), count, -1
    )
    return np.asarray(np.einsum("rnk,nk->rn", flat[..., :-1], x) + flat[..., -1])


def fitted(x: Doubles, y: Doubles, ridges: Doubles) -> Doubles:
    """Fit B logistic regressions at once by Newton's method.

    Args:
        x: Samples [B, N, K].
        y: 0 or 1 [B, N].
        ridges: Of each [B]; the intercept has none.

    Returns:
        Weights and, last, the intercept [B, K + 1].
    """
    a = np.concatenate([x, np.ones((*x.shape[:2], 1))], axis=2)
    weights = np.zeros((len(x), a.shape[2]))
    ridge = np.repeat(ridges[:, None], a.shape[2], axis=1)
    ridge[:, -1] = 1e-4  # piles of one side alone have no finite intercept
    diagonal = np.arange(a.shape[2])
    for _ in range(_ITERATIONS):
        z = np.clip(np.einsum("bnk,bk->bn", a, weights), -30, 30)
        p = 1 / (1 + np.exp(-z))
        gradient = np.einsum("bnk,bn->bk", a, p - y) + ridge * weights
        hessian = np.einsum("bnk,bn,bnl->bkl", a, np.maximum(p * (1 - p), 1e-9), a, optimize=True)
        hessian[:, diagonal, diagonal] += ridge
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights
