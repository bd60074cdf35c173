"""Jobs of the renderer for the lens. Standard library and numpy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.document.lens.settings import PICTURES
from renderer.document.request import RenderRequest

POINTS = 61
"""Places on the path to a transform, both ends included."""


@dataclass(frozen=True)
class Equivariance:
    """Job: EQ-T and EQ-R on the straight path from rest to a request's transform: see `EquivarianceFound`.

    EQ-T is of the translation alone, EQ-R of the rotation alone, each from still to a share of what the request has.
    The first picture is the request's, the others are those of the seeds that follow it, or of seeds from 0 where it
    has none. Results so far follow each measured place: the far end of the path for all pictures, then the rest of it,
    one picture after another. Progress counts places.
    """

    request: RenderRequest
    pictures: int = PICTURES
    points: int = POINTS


@dataclass(frozen=True, eq=False)
class EquivarianceFound:
    """Result of `Equivariance`; place i is at the share i / (points - 1) of the transform."""

    translation: npt.NDArray[np.float32]
    """[points] EQ-T in dB; nan where nothing was compared, inf where both are equal."""
    rotation: npt.NDArray[np.float32]
    """[points] EQ-R in dB."""
    pictures: npt.NDArray[np.float32]
    """[points]: number of pictures that were measured there."""

    def packed(self) -> npt.NDArray[np.float32]:
        """Return one array [3, points]."""
        return np.stack([self.translation, self.rotation, self.pictures]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "EquivarianceFound":
        """Return what a packed array holds."""
        return cls(*np.asarray(packed, np.float32))
