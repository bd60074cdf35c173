"""Figures of the test pattern for the lens and for the closest w, in two steps each. Standard library and numpy."""

import numpy as np

from foundation.specs.editing.distances import DISTANCES
from renderer.document.fitting.closest import ClosestFound
from renderer.document.lens.jobs import PowerFound
from renderer.engine.base import Result, Steps
from renderer.ipc.protocol import ClosestW, Diversity, PathMap, RadialPower

_PIXELS = len(DISTANCES) - 1


def figure(work: RadialPower | Diversity | PathMap | ClosestW, resolution: int, w_dim: int) -> Steps:
    """Return figures that differ from each other, for a network of this resolution."""
    yield 1, 2, _made(work, resolution, w_dim, 0.5)
    return _made(work, resolution, w_dim, 1.0)


def _made(work: RadialPower | Diversity | PathMap | ClosestW, resolution: int, w_dim: int, share: float) -> Result:
    match work:
        case RadialPower():
            frequency = np.arange(resolution // 2 + 1) / resolution
            dataset, difference = 10 - 40 * frequency, 4 * np.sin(20 * frequency)
            count = round(share * work.pictures)
            rows = (frequency, dataset + difference, dataset, difference, np.full_like(frequency, 0.2 / share))
            counts = count, work.pictures, count, work.pictures
            return PowerFound(counts, (resolution, resolution), *(one.astype(np.float32) for one in rows)).packed()
        case Diversity():
            psi = float(np.mean(work.request.image.truncation.of(16)))
            return np.array([0.3 * psi, 0.01 / share, round(share * work.pictures), _PIXELS], np.float32)
        case PathMap():
            rows, columns = np.mgrid[: work.rows, : work.columns]
            values = np.where((rows + columns) % 2 < 2 * share, 1 + rows + 0.1 * columns, np.nan)
            return np.array([_PIXELS, resolution, np.isfinite(values).sum(), *values.ravel()], np.float32)
        case ClosestW():
            return ClosestFound(np.full(w_dim, share, np.float32), 0.2 / share, _PIXELS).packed()
