"""Job of the renderer that finds the w of one network whose picture is closest to that of another. NumPy only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.document.request import RenderRequest

STEPS = 120
"""Default number of steps."""


@dataclass(frozen=True)
class ClosestW:
    """Job: the w of a request's network whose picture is closest to another one's: see `ClosestFound`.

    It is the w of all layers, fitted as by the projector of StyleGAN2, from the best of the mean, some seeds and, where
    the spaces are alike, the other request's own w. Of the request the network, the noise and the transform count.
    Results so far follow.
    """

    request: RenderRequest
    other: RenderRequest
    steps: int = STEPS


@dataclass(frozen=True, eq=False)
class ClosestFound:
    """Result of `ClosestW`: the best w [w_dim] so far, its distance, and the distance's index in `DISTANCES`."""

    w: npt.NDArray[np.float32]
    distance: float
    name: int

    def packed(self) -> npt.NDArray[np.float32]:
        """Return one array [2 + w_dim]."""
        return np.concatenate([[self.distance, self.name], self.w]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "ClosestFound":
        """Return what a packed array holds."""
        values = np.asarray(packed, np.float32)
        return cls(values[2:], float(values[0]), int(values[1]))
