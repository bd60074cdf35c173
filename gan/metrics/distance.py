"""The distance at hand: how different two images look, by the best feature network that the user has.

That is VGG16 with the weights of LPIPS where its official file was fetched or named, else EfficientNet-Lite0 where its
package is installed, else a Laplacian pyramid of the low-passed pixels. Whoever shows a distance shows its name:
figures of different names cannot be compared.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.specs.editing.distances import DISTANCES
from gan.constants import cached_tensors
from gan.io.download import recorded_sha256
from gan.metrics.detectors import LITE0, VGG16, Detectors
from gan.metrics.torchscript.script import PUBLISHED

NAMES = dict(zip((VGG16, LITE0, ""), DISTANCES, strict=True))
"""Names of the distances, as they are shown, by the kind of feature network."""

LARGEST = 256
"""Larger images are averaged down to this size first, as for path lengths."""
SMALLEST = 32
"""Smaller images are enlarged to this size for feature networks, whose layers would see nothing else."""
PIXELS, COARSEST = 64, 4
"""Sizes of the finest and of the coarsest level of the pyramid of pixels."""

Features = Callable[[Tensor], Tensor]
"""Images [N, 3, H, W], values 0..255 -> features [N, D]; the squared distance of these is the distance."""


@dataclass(frozen=True)
class Distance:
    """A perceptual distance.

    Attributes:
        name: Its name, one of `NAMES`.
        kind: Kind of its feature network, a key of `NAMES`.
        features: See `Features`. Images must have passed `prepared`.
    """

    name: str
    kind: str
    features: Features

    def of(self, images: Tensor) -> Tensor:
        """Return the features [N, D] of images [N, C, H, W] of one size, values 0..255."""
        return self.features(prepared(images, self.kind != ""))

    def between(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the distances [N] of images [N, C, H, W], values 0..255; of different sizes the smaller one counts.

        0 for equal images. Of more than three channels the first three count.
        """
        a, b = same_size(prepared(a, self.kind != ""), prepared(b, self.kind != ""))
        return (self.features(a) - self.features(b)).square().sum(dim=1)


def distance_at_hand(detectors: Detectors | None = None) -> Distance:
    """Return the best distance that is available, without fetching anything. Each has gradients.

    Args:
        detectors: The feature networks and their device; None for those that need not be named, on the CPU.
    """
    if detectors is None:
        detectors = Detectors(fetched())
    if detectors.has(VGG16):
        return Distance(NAMES[VGG16], VGG16, detectors.get(VGG16, NAMES[VGG16]).perceptual)
    if detectors.has(LITE0):
        return Distance(NAMES[LITE0], LITE0, detectors.get(LITE0, NAMES[LITE0]).perceptual)
    return Distance(NAMES[""], "", pyramid)


def fetched() -> tuple[str, ...]:
    """Return the published address of VGG16 if its file was fetched before; such files are trusted."""
    return tuple(url for url in PUBLISHED if url.endswith("vgg16.pt") and recorded_sha256(url) is not None)


def prepared(images: Tensor, enlarge: bool = True) -> Tensor:
    """Return images [N, 3, H, W] of any channels and sizes as feature networks take them.

    Grey images get three equal channels, sizes beyond `LARGEST` are averaged down by whole factors, and with `enlarge`
    those below `SMALLEST` are enlarged.
    """
    images = images.float()
    images = images[:, :3] if images.shape[1] >= 3 else images[:, :1].expand(-1, 3, -1, -1)
    factor = max(images.shape[2:]) // LARGEST
    if factor > 1:
        images = F.avg_pool2d(images, factor)
    least = min(images.shape[2:])
    if enlarge and least < SMALLEST:
        grown = [-(-side * SMALLEST // least) for side in images.shape[2:]]
        images = F.interpolate(images, grown, mode="bilinear")
    return images


def same_size(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return images of one size, that of the smaller ones; the others are averaged by area."""
    size = [min(sides) for sides in zip(a.shape[2:], b.shape[2:], strict=True)]
    one, two = (x if list(x.shape[2:]) == size else F.interpolate(x, size, mode="area") for x in (a, b))
    return one, two


def pyramid(images: Tensor) -> Tensor:
    """Return the Laplacian pyramid [N, D] of low-passed images [N, C, H, W], values 0..255, for squared distances.

    The images are averaged down to at most `PIXELS` and smoothed with the taps 1 2 1 along both axes. Each level is the
    difference from the next one, of half the size, enlarged (Burt and Adelson 1983); the last is the image of at most
    `COARSEST` pixels. The squared distance is the sum over levels of mean squared differences of values 0..1, the
    levels weighted as in Bojanowski et al. (arXiv 1707.05776). A difference of all values by d alone gives d^2.
    """
    rows, columns = (_reductions(side, max(images.shape[2:])) for side in images.shape[2:])
    gaussian = [_by_axes(images.float(), rows[0], columns[0])]
    for down, across in zip(rows[1:], columns[1:], strict=True):
        gaussian.append(_by_axes(gaussian[-1], down, across))
    levels = []
    for fine, coarse in pairwise(gaussian):
        rising = (_enlargement(few, many) for few, many in zip(coarse.shape[2:], fine.shape[2:], strict=True))
        levels.append(fine - _by_axes(coarse, *rising))
    levels.append(gaussian[-1])
    return torch.cat([level.flatten(1) / (255 * math.sqrt(level[0].numel())) for level in levels], dim=1)


def _by_axes(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Multiply the columns of images [N, C, H, W] by `rows` [h, H], and their rows by `columns` [w, W]."""
    return rows.to(images.device) @ images @ columns.to(images.device).t()


@cached_tensors(maxsize=32)
def _reductions(side: int, longest: int) -> tuple[Tensor, ...]:
    """Return the matrices from one level to the next along an axis: to `PIXELS` and smoothed, then halved each time."""
    size, largest = max(1, round(side * min(1.0, PIXELS / longest))), min(longest, PIXELS)
    found = [_smoothed(_averaged(torch.eye(side), size))]
    while largest > COARSEST:
        largest, half = -(-largest // 2), -(-size // 2)
        found.append(_averaged(_smoothed(torch.eye(size)), half))
        size = half
    return tuple(found)


@cached_tensors(maxsize=64)
def _enlargement(coarse: int, fine: int) -> Tensor:
    """Return the matrix [fine, coarse] of linear interpolation."""
    return F.interpolate(torch.eye(coarse)[None], fine, mode="linear")[0].t().contiguous()


def _averaged(matrix: Tensor, size: int) -> Tensor:
    """Average the rows of a matrix [H, W] down to [size, W]."""
    return F.interpolate(matrix.t()[None], size, mode="area")[0].t().contiguous()


def _smoothed(matrix: Tensor) -> Tensor:
    """Smooth the columns of a matrix [H, W] with the taps 1 2 1, borders repeated."""
    edged = torch.cat([matrix[:1], matrix, matrix[-1:]])
    return (edged[:-2] + 2 * edged[1:-1] + edged[2:]) / 4
