"""Retiming of a timeline to constant change per second. NumPy only."""

import numpy as np
import numpy.typing as npt

from renderer.document.timeline import Retiming, Timeline, fingerprint

POINTS = 240
"""Number of samples of a retiming."""
_LEAST = 0.02
"""Minimum change of a sample as a share of the mean change, so that pauses are not cut out entirely."""


def retimed(timeline: Timeline, changes: npt.NDArray[np.float64]) -> Retiming:
    """Return the retiming that makes a timeline's image change by the same amount in every second.

    Args:
        timeline: The measured timeline.
        changes: [N], change of the image from moment i / N to (i + 1) / N (see `protocol.Changes`).

    With D the cumulative change, the film shows at fraction f of its duration the moment at which D reaches fraction f
    of its total: the inverse of D, which never falls.
    """
    changes = np.maximum(np.asarray(changes, np.float64), 0)
    mean = changes.mean()
    steps = np.maximum(changes, _LEAST * mean) if mean > 0 else np.ones_like(changes)
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    moments = np.linspace(0, 1, len(sums))
    shares = np.interp(np.linspace(0, sums[-1], POINTS + 1), sums, moments)
    shares[0], shares[-1] = 0.0, 1.0
    return Retiming(tuple(float(share) for share in shares), fingerprint(timeline))
