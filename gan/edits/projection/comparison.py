"""Comparison of a network's pictures with a photo, in the features of a distance."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.metrics.distance import LARGEST, Distance, Features, prepared

COLOURS = 3


@dataclass(frozen=True)
class Comparison:
    """Distance to a photo.

    Attributes:
        features: Images [1, 3, H, W], values 0..255 -> [1, D]; the squared distance of these is the distance.
        target: The photo [C, H, W], values 0..255: grey, colour, or colour with alpha. Images may have more channels.
        ignored: Bool [H, W], True where the photo is left out; None for nowhere.
        enlarge: Enlarge small images as feature networks need it.
    """

    features: Features
    target: Tensor
    ignored: Tensor | None = None
    enlarge: bool = False
    _found: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        with torch.no_grad():
            object.__setattr__(self, "_found", self.features(self.prepared(self.target[None])))

    def distance(self, image: Tensor) -> Tensor:
        """Return the distance of an image [1, C, H, W], -1..1, which is not clamped, to the photo: a number.

        Where the photo is ignored the image counts as equal to it, so that no gradient comes from there. Alpha, a
        fourth channel, adds its mean squared difference.
        """
        pixels = self.seen(image)
        found = (self._found - self.features(self.prepared(pixels))).square().sum()
        if pixels.shape[1] > COLOURS:
            found = found + (pixels[0, COLOURS:] - self.target[COLOURS:]).div(127.5).square().mean()
        return found

    def squared(self, image: Tensor) -> Tensor:
        """Return the mean squared difference of an image [1, C, H, W], -1..1, and the photo in that range."""
        return (self.seen(image)[0] - self.target).div(127.5).square().mean()

    @torch.no_grad()
    def psnr(self, image: Tensor) -> float:
        """Return the peak signal-to-noise ratio in dB of an image [1, C, H, W], -1..1, where it is not ignored."""
        pixels = ((image + 1) * (255 / 2)).clamp(0, 255)[0, : min(len(self.target), COLOURS)]
        error = (pixels - self.target[:COLOURS]).square().mean(dim=0)
        mean = error.mean() if self.ignored is None else error[~self.ignored].mean()
        return float(10 * torch.log10(255.0**2 / mean.clamp_min(1e-9)))

    def seen(self, image: Tensor) -> Tensor:
        """Return the photo's channels of an image, -1..1, as values 0..255, with the photo where it is ignored."""
        pixels = (image[:, : len(self.target)] + 1) * (255 / 2)
        return pixels if self.ignored is None else torch.where(self.ignored, self.target, pixels)

    def prepared(self, pixels: Tensor) -> Tensor:
        """Return images [N, C, H, W], values 0..255, as `features` takes them, at most `LARGEST` pixels wide."""
        if pixels.shape[1] > COLOURS:
            pixels = pixels[:, :COLOURS]
        if max(pixels.shape[2:]) > LARGEST:
            scale = LARGEST / max(pixels.shape[2:])
            pixels = F.interpolate(pixels, [max(1, round(side * scale)) for side in pixels.shape[2:]], mode="area")
        return prepared(pixels, self.enlarge)


def comparison(distance: Distance, target: Tensor, ignored: Tensor | None = None) -> Comparison:
    """Return the comparison with a photo [C, H, W], values 0..255, by a distance with gradients."""
    return Comparison(distance.features, target, ignored, enlarge=distance.kind != "")
