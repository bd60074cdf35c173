"""The distance at hand: how different two images look, by the best feature network that the user has.

That is VGG16 with the weights of LPIPS where its official file was fetched or named, else EfficientNet-Lite0 where its
package is installed, else the low-passed pixels themselves. Whoever shows a distance shows its name: figures of
different names cannot be compared.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.specs.editing.distances import DISTANCES
from gan.io.download import recorded_sha256
from gan.metrics.detectors import LITE0, VGG16, Detectors
from gan.metrics.torchscript.script import PUBLISHED

NAMES = dict(zip((VGG16, LITE0, ""), DISTANCES, strict=True))
"""Names of the distances, as they are shown, by the kind of feature network."""

LARGEST = 256
"""Larger images are averaged down to this size first, as for path lengths."""
SMALLEST = 32
"""Smaller images are enlarged to this size for feature networks, whose layers would see nothing else."""
PIXELS = 64
"""Size of the low-passed images."""

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
    return Distance(NAMES[""], "", low_passed)


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


def low_passed(images: Tensor) -> Tensor:
    """Return the pixels [N, D] of images [N, C, H, W], without detail; squared distances are mean squared errors, 0..1.

    The images are averaged down to at most `PIXELS`, then smoothed twice with the taps 1 2 1 along both axes.
    """
    size = [max(1, round(side * min(1.0, PIXELS / max(images.shape[2:])))) for side in images.shape[2:]]
    x = F.interpolate(images.float(), size, mode="area") if list(images.shape[2:]) != size else images.float()
    taps = torch.tensor([1.0, 2.0, 1.0], device=x.device) / 4
    kernel = (taps[:, None] * taps).expand(x.shape[1], 1, 3, 3)
    for _ in range(2):
        x = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernel, groups=x.shape[1])
    return x.flatten(1) / (255 * math.sqrt(x[0].numel()))
