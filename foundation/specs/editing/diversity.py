"""Options of `diversity`."""

from dataclasses import dataclass

from foundation.specs.options import option
from foundation.specs.pictures import TruncatedSpec

PICTURES = 128
"""Default number of pictures whose pairs are measured."""


@dataclass(frozen=True, kw_only=True)
class DiversitySpec(TruncatedSpec):
    """Measure how different a network's pictures are: the mean perceptual distance of all pairs.

    The distance is LPIPS where VGG16 was fetched, else that of EfficientNet-Lite0's features where its package is
    installed, else that of low-passed pixels. Figures of different distances cannot be compared.
    """

    num: int = option(PICTURES, low=2, help="Number of pictures.")
    first_seed: int = option(0, low=0, help="Seed of the first one; the others follow.")
