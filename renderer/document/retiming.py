"""Constant change per second: when to show what, from how much the picture changes. NumPy only."""

import numpy as np
import numpy.typing as npt

from renderer.document.timeline import Retiming, Timeline, fingerprint

POINTS = 240
"""Moments that a retiming is kept at."""
_LEAST = 0.02
"""Share of the mean change that every moment counts as at least, so that pauses are not cut out entirely."""


def retimed(timeline: Timeline, changes: npt.NDArray[np.float64]) -> Retiming:
    """The retiming that makes a timeline's picture change by the same amount in every second.

    Args:
        timeline: What was measured.
        changes: [N], of the picture from moment i / N to (i + 1) / N (see `protocol.Changes`).

    With D the sum of all changes up to a moment, the film shows at the share f of its time the moment at which D is the
    share f of its total: the inverse of D, which never falls.
    """
    changes = np.maximum(np.asarray(changes, np.float64), 0)
    mean = changes.mean()
    steps = np.maximum(changes, _LEAST * mean) if mean > 0 else np.ones_like(changes)
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    moments = np.linspace(0, 1, len(sums))
    shares = np.interp(np.linspace(0, sums[-1], POINTS + 1), sums, moments)
    shares[0], shares[-1] = 0.0, 1.0
    return Retiming(tuple(float(share) for share in shares), fingerprint(timeline))
