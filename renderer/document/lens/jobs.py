"""Jobs of the renderer for the lens. Standard library and numpy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.document.lens.settings import PICTURES
from renderer.document.request import RenderRequest

POWER_PICTURES = 512
"""Pictures of a network, and of a dataset that has as many, whose radial power is averaged."""
DIVERSITY_PICTURES = 128
"""Pictures whose pairs are measured."""
MAP_COLUMNS, MAP_ROWS = 28, 15
"""Fields of the map of path lengths."""
MAP_STEP = 0.2
"""Seeds from field to field."""
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


@dataclass(frozen=True)
class RadialPower:
    """Job: radial power of a request's network against a dataset: see `PowerFound`.

    Of the network the pictures of the seeds from 0 without truncation, each of the class that it draws, as
    `python -m gan spectra` takes them; of the dataset as many chosen at random (seed 0), or all. What was measured
    before is not measured again, in this process or, of a dataset, in others. Results follow as pictures are added.
    """

    request: RenderRequest
    dataset: str
    """Path of a zip file or folder."""
    pictures: int = POWER_PICTURES


@dataclass(frozen=True, eq=False)
class PowerFound:
    """Result of `RadialPower`; see `gan.analysis.radial.Compared`. It has no frequencies where either has no pictures.

    Counts are of pictures: measured so far and to be measured, of the network and of the dataset.
    """

    counts: tuple[int, int, int, int]
    sizes: tuple[int, int]
    """Width of the network's pictures, and of the dataset's."""
    frequency: npt.NDArray[np.float32]
    """[K] in cycles per pixel of the network's pictures, from 0."""
    network: npt.NDArray[np.float32]
    """[K] in dB."""
    dataset: npt.NDArray[np.float32]
    difference: npt.NDArray[np.float32]
    """[K] in dB, over a third of an octave."""
    error: npt.NDArray[np.float32]
    """[K]: standard error of the difference in dB; nan where it is not known."""

    @property
    def complete(self) -> bool:
        """True once all pictures are measured."""
        return self.counts[0] >= self.counts[1] and self.counts[2] >= self.counts[3]

    @property
    def largest(self) -> int:
        """Index of the largest difference, the frequency 0 left out."""
        return 1 + int(np.abs(self.difference[1:]).argmax()) if len(self.difference) > 1 else 0

    @property
    def average(self) -> float:
        """Mean magnitude of the differences in dB, the frequency 0 left out."""
        return float(np.abs(self.difference[1:]).mean()) if len(self.difference) > 1 else 0.0

    def packed(self) -> npt.NDArray[np.float32]:
        """Return one array [6 + 5 K]."""
        rows = (self.frequency, self.network, self.dataset, self.difference, self.error)
        return np.concatenate([np.array([*self.counts, *self.sizes]), *rows]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "PowerFound":
        """Return what a packed array holds."""
        values = np.asarray(packed, np.float32)
        a, b, c, d, own, other = (round(float(one)) for one in values[:6])
        return cls((a, b, c, d), (own, other), *values[6:].reshape(5, -1))


@dataclass(frozen=True)
class Diversity:
    """Job: mean distance of all pairs of a request's pictures at the seeds from 0, by the distance at hand.

    Result float32 [4]: the mean, an upper bound of its standard error (nan while unknown), the number of pictures, and
    the distance's index in `DISTANCES`. Everything but the place of the latent is the request's.
    """

    request: RenderRequest
    pictures: int = DIVERSITY_PICTURES


@dataclass(frozen=True)
class PathMap:
    """Job: perceptual path length around places of the grid of seeds, float32 [3 + rows * columns], by rows.

    The first numbers are the distance's index in `DISTANCES`, the resolution at which it was measured, and the number
    of fields so far. Field (i, j) is at x = (first + i) MAP_STEP, y = (top + j) MAP_STEP and holds the mean, over a
    step along x and one along y, of d(g(p), g(p + epsilon)) / epsilon^2, as PPL counts it, epsilon in seeds; nan while
    it is not measured. Coarse to fine; fields of an earlier map are not measured again.
    """

    request: RenderRequest
    first: int
    top: int
    columns: int = MAP_COLUMNS
    rows: int = MAP_ROWS
