"""Adaptive discriminator augmentation: the pipeline (ADA, arXiv 2006.06676, appendix B).

Every augmentation is applied with a probability of p times its own multiplier, so that augmentations do not leak into
the generated images as long as p stays below one. In the order of the paper: pixel blitting, general geometric and
colour transformations, image-space filtering, additive noise and cutout. Blitting and geometry are one warp, all colour
changes one matrix.
"""

from torch import Tensor, nn

from gan.ops.upfirdn2d import setup_filter
from gan.training.augment.color import color_matrices, recolor
from gan.training.augment.corruption import add_noise, cut_out
from gan.training.augment.filters import amplify_bands, band_filters
from gan.training.augment.geometry import inverse_warps, warp
from gan.training.augment.settings import Augmentations
from gan.training.augment.wavelets import SYM6
from gan.training.draws import Draws


class AugmentPipe(nn.Module):
    """Augments batches of images. Stateless but for its filters: p and the random numbers are arguments.

    Args:
        augmentations: Probabilities and strengths.
    """

    warp_filter: Tensor
    bands: Tensor

    def __init__(self, augmentations: Augmentations) -> None:
        super().__init__()
        self.augmentations = augmentations
        self.register_buffer("warp_filter", setup_filter(SYM6), persistent=False)
        self.register_buffer("bands", band_filters(), persistent=False)

    def forward(self, images: Tensor, p: float | Tensor, draws: Draws) -> Tensor:
        """Augment every image independently.

        Args:
            images: [N, C, H, W], -1..1; gradients of any order flow through.
            p: Overall probability 0..1.
            draws: Source of the random numbers.

        Returns:
            Images of the same shape. Hue exists for three channels only, saturation for two or more.
        """
        a = self.augmentations
        batch, channels, height, width = images.shape
        inverse = inverse_warps(a, batch, (height, width), p, draws)
        if inverse is not None:
            images = warp(images, inverse.to(images.device), self.warp_filter)
        matrices = color_matrices(a, batch, channels, p, draws)
        if matrices is not None:
            images = recolor(images, matrices.to(images.device))
        if a.imgfilter > 0:
            images = amplify_bands(images, a, self.bands, p, draws)
        if a.noise > 0:
            images = add_noise(images, a, p, draws)
        if a.cutout > 0:
            images = cut_out(images, a, p, draws)
        return images
