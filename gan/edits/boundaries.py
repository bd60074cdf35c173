"""Boundaries of attributes in W (InterFaceGAN: Shen et al., arXiv 1907.10786 and 2005.09635), and conditional ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation.specs.editing.defaults import BOUNDARY_RATIO, BOUNDARY_SPLIT

Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Boundary:
    """A plane that separates w of low from w of high score."""

    normal: Doubles
    """[w_dim], of length 1, towards the high scores."""
    intercept: float
    """The plane is where normal . w + intercept is 0."""
    validation: float
    """Accuracy on the ends' samples that were held out."""
    middle: float
    """Accuracy on the samples between the ends, whose border is the median score; NaN where there are none."""
    middle_published: float
    """The same as the published program counts it, with the border half-way between lowest and highest score."""
    support: int
    """Number of support vectors."""


@dataclass(frozen=True, eq=False)
class Split:
    """Samples by their use, as indices into those given."""

    train_high: Indices
    train_low: Indices
    held_high: Indices
    held_low: Indices
    middle: Indices


def split(scores: npt.ArrayLike, ratio: float, share: float, generator: np.random.RandomState) -> Split:
    """Choose the samples of highest and lowest score, and hold some of them out.

    Of each end int(n ratio) samples (at most half of all) are shuffled; the first int(count share) train.

    Raises:
        ValueError: the scores leave an end empty, or all of them are equal.
    """
    scores = np.asarray(scores, np.float64).ravel()
    count = min(int(len(scores) * ratio), len(scores) // 2)
    trained = int(count * share)
    if trained < 1 or count == trained:
        raise ValueError(
            f"{len(scores)} pictures leave {count} at each end, too few to learn from and to test on; give more."
        )
    if scores.min() == scores.max():
        raise ValueError("All pictures are on one side: their scores are equal.")
    order = np.argsort(scores)[::-1]
    high, low = order[:count], order[-count:]
    first, second = np.arange(count), np.arange(count)
    generator.shuffle(first)
    generator.shuffle(second)
    return Split(
        high[first[:trained]], low[second[:trained]], high[first[trained:]], low[second[trained:]], order[count:-count]
    )


def boundary(
    w: npt.ArrayLike,
    scores: npt.ArrayLike,
    ratio: float = BOUNDARY_RATIO,
    share: float = BOUNDARY_SPLIT,
    generator: np.random.RandomState | None = None,
) -> Boundary:
    """Separate the w of lowest from those of highest score by a linear support vector machine of C = 1, as published.

    Args:
        w: Samples [N, w_dim].
        scores: Their scores [N], as a classifier's, or 1 and 0.
        ratio: Share of the samples taken from each end.
        share: Share of those that trains; the rest validates.
        generator: Source of the shuffling; None for that of seed 0.

    Raises:
        ValueError: as `split`, or the shapes differ.
    """
    samples, score = np.asarray(w, np.float32), np.asarray(scores, np.float64).ravel()
    if samples.ndim != 2 or len(samples) != len(score):
        raise ValueError(f"{len(score)} scores do not belong to w of the shape {list(samples.shape)}.")
    parts = split(score, ratio, share, np.random.RandomState(0) if generator is None else generator)
    chosen = np.concatenate([parts.train_high, parts.train_low])
    labels = np.repeat([1, 0], [len(parts.train_high), len(parts.train_low)])
    from sklearn.svm import SVC  # takes longer to import than torch

    machine = SVC(kernel="linear").fit(samples[chosen], labels)
    held = np.concatenate([parts.held_high, parts.held_low])
    right = np.repeat([1, 0], [len(parts.held_high), len(parts.held_low)])
    length = float(np.linalg.norm(machine.coef_))

    def middle(border: float) -> float:
        if not len(parts.middle):
            return float("nan")
        wanted = (score[parts.middle] >= border).astype(int)
        return float((machine.predict(samples[parts.middle]) == wanted).mean())

    return Boundary(
        machine.coef_[0].astype(np.float64) / length,
        float(machine.intercept_[0]) / length,
        float((machine.predict(samples[held]) == right).mean()),
        middle(float(np.median(score[parts.middle])) if len(parts.middle) else 0.0),
        middle((score.max() + score.min()) / 2),
        len(machine.support_),
    )


def keeping_fixed(vector: npt.ArrayLike, others: Sequence[npt.ArrayLike]) -> Doubles:
    """Remove from a direction what lies in the span of others, so that it does not change what those do.

    One condition gives InterFaceGAN's a - (a . b) b; several are removed together, whether they are orthogonal or not.

    Returns:
        [w_dim], of length 1.

    Raises:
        ValueError: nothing is left, as the direction is a mixture of the others.
    """
    a = np.asarray(vector, np.float64).ravel()
    a = a / np.linalg.norm(a)
    if len(others):
        fixed = np.stack([np.asarray(one, np.float64).ravel() for one in others])
        basis = np.linalg.svd(fixed, full_matrices=False)[2][: np.linalg.matrix_rank(fixed)]
        a = a - basis.T @ (basis @ a)
    length = float(np.linalg.norm(a))
    if length < 1e-6:
        raise ValueError("Nothing is left of this direction without the others: it is a mixture of them.")
    return a / length


def to_distance(w: npt.ArrayLike, normal: npt.ArrayLike, distance: float, intercept: float = 0.0) -> Doubles:
    """Move w [..., w_dim] along a boundary's normal to a signed distance from its plane.

    With intercept 0 these are the published positions for single w vectors, w + (t - w . n) n.
    """
    w, n = np.asarray(w, np.float64), np.asarray(normal, np.float64).ravel()
    return w + (distance - intercept - w @ n)[..., None] * n
