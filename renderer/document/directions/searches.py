"""Searches for directions, as jobs name them, and the tables that they return. Standard library and numpy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation.specs.editing.defaults import (
    CLASS_SAMPLES,
    MEASURE_SAMPLES,
    PCA_COMPONENTS,
    PCA_SAMPLES,
    SEFA_COMPONENTS,
    STYLESPACE_COUNT,
)
from renderer.document.directions.effects import Fixed
from renderer.document.parts import ArrayRef

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PcaSearch:
    """Main variations of w (GANSpace)."""

    samples: int = PCA_SAMPLES
    components: int = PCA_COMPONENTS


@dataclass(frozen=True)
class SefaSearch:
    """Directions that change the styles of some layers most, from the weights (SeFa)."""

    components: int = SEFA_COMPONENTS
    layers: tuple[int, ...] | None = None
    """Positions in ws; None for all."""


@dataclass(frozen=True)
class ClassSearch:
    """From class to class of a conditional network; None stands for the mean of all others."""

    start: int | None = None
    end: int | None = None
    samples: int = CLASS_SAMPLES


@dataclass(frozen=True)
class MeasureSearch:
    """A direction along which a measure of the picture, or of a region in it, grows."""

    words: str
    """One of `foundation.specs.directions.MEASURE_WORDS`."""
    region: ArrayRef | None = None
    """uint8 [H, W] in pixels of the network, 255 inside; None for the whole picture."""
    samples: int = MEASURE_SAMPLES
    layers: tuple[int, ...] | None = None
    keep: tuple[Fixed, ...] = ()
    """Directions whose measures the result leaves; the result as it was before follows it in the table."""


@dataclass(frozen=True)
class StyleSpaceSearch:
    """Single style channels that change the picture, or a region of it, most and most locally (StyleSpace)."""

    channels: int = STYLESPACE_COUNT
    layer: str = ""
    """Name of the layer to search in, as in `ModelInfo.style_layers`; empty for all."""
    region: ArrayRef | None = None
    """uint8 [H, W] in pixels of the network, 255 inside; None: where each channel acts most."""


Way = PcaSearch | SefaSearch | StyleSpaceSearch | ClassSearch | MeasureSearch
"""A search with its settings."""


@dataclass(frozen=True, eq=False)
class FoundTable:
    """Directions that a search found, best first."""

    vectors: Floats
    """[K, w_dim], each of length 1."""
    sigma: Floats
    """[K]: standard deviation of w along each."""
    strength: Floats
    """[K]: what the search ranks by."""

    def packed(self) -> Floats:
        """Return one array [K, 2 + w_dim]: sigma, strength, vector."""
        columns = [self.sigma[:, None], self.strength[:, None], self.vectors]
        return np.concatenate(columns, axis=1).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "FoundTable":
        """Return the table of a packed array."""
        array = np.asarray(packed, np.float32)
        return cls(array[:, 2:], array[:, 0], array[:, 1])


@dataclass(frozen=True, eq=False)
class ChannelTable:
    """Style channels that a search found, best first."""

    layers: npt.NDArray[np.int64]
    """[K]: numbers of the layers in `ModelInfo.style_layers`."""
    channels: npt.NDArray[np.int64]
    """[K]: numbers of the styles in them."""
    indices: npt.NDArray[np.int64]
    """[K]: positions in ws of the vectors that the layers read."""
    sigma: Floats
    """[K]: standard deviation of the style."""
    strength: Floats
    """[K]: what the search ranks by."""

    def packed(self) -> Floats:
        """Return one array [K, 5]: layer, channel, index, sigma, strength."""
        columns = [self.layers, self.channels, self.indices, self.sigma, self.strength]
        return np.stack([np.asarray(one, np.float32) for one in columns], axis=1)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "ChannelTable":
        """Return the table of a packed array."""
        array = np.asarray(packed, np.float32)
        layers, channels, indices = (np.rint(array[:, i]).astype(np.int64) for i in range(3))
        return cls(layers, channels, indices, array[:, 3], array[:, 4])
