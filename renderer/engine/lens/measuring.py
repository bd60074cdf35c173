"""The distance at hand, on another thread so that drawing goes on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from foundation.specs.editing.distances import DISTANCES
from gan.analysis.diversity import as_batch
from renderer.ipc.frames import RGBA

if TYPE_CHECKING:
    from gan.metrics.distance import Distance


class Measuring:
    """Measures images by the distance at hand, chosen at the first use."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._distance: Distance | None = None
        self._newest: list[tuple[RGBA, torch.Tensor]] = []
        """Features of the last two images: one of a sequence is measured against the one before and the one after."""

    @property
    def distance(self) -> "Distance":
        """The distance; chosen now if it was not."""
        from gan.metrics.distance import distance_at_hand  # not at the start: it takes the networks of metrics along

        if self._distance is None:
            with torch.inference_mode(False):  # gradients flow through it, too
                self._distance = distance_at_hand()
        return self._distance

    @property
    def name(self) -> int:
        """Index of the distance in `DISTANCES`."""
        return DISTANCES.index(self.distance.name)

    def run(self, work: Callable[["Distance"], torch.Tensor]) -> Future[torch.Tensor]:
        """Begin to compute something with the distance, without gradients."""
        self._thread = self._thread or ThreadPoolExecutor(1, "distance")
        return self._thread.submit(self._run, work)

    @torch.inference_mode()  # the mode belongs to a thread
    def _run(self, work: Callable[["Distance"], torch.Tensor]) -> torch.Tensor:
        return work(self.distance)

    def start(self, a: RGBA, b: RGBA) -> Future[npt.NDArray[np.float64]]:
        """Begin to measure two images [H, W, 4]; the result is as `protocol.PerceptualDistance` has it."""
        self._thread = self._thread or ThreadPoolExecutor(1, "distance")
        return self._thread.submit(self._measured, a, b)

    @torch.inference_mode()
    def _measured(self, a: RGBA, b: RGBA) -> npt.NDArray[np.float64]:
        if a.shape == b.shape:
            value = float((self._features(a) - self._features(b)).square().sum())
        else:
            value = float(self.distance.between(as_batch(a), as_batch(b))[0])
        return np.array([value, self.name])

    def _features(self, image: RGBA) -> torch.Tensor:
        for known, features in self._newest:
            if known is image:
                return features
        features = self.distance.of(as_batch(image))[0]
        self._newest = [*self._newest[-1:], (image, features)]
        return features
