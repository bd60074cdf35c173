"""Parts that the discriminators of every family share."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .layers import channel_counts, resolutions


class MinibatchStdLayer(nn.Module):
    """Appended channels with the spread of the samples of a group (Progressive GAN, 1710.10196, section 3).

    Args:
        group_size: Samples of one group; None for the whole batch.
        num_channels: Channels to append; each averages over an equal share of the features.
    """

    def __init__(self, group_size: int | None, num_channels: int = 1) -> None:
        super().__init__()
        self.group_size = group_size
        self.num_channels = num_channels

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C + num_channels, H, W]; ValueError if N is not a multiple of the group's size.

        Sample n belongs to group n mod (N / group size). A batch smaller than the group size is one group.
        """
        batch, channels, height, width = x.shape
        group = batch if self.group_size is None else min(self.group_size, batch)
        if batch % group != 0:
            raise ValueError(
                f"The discriminator compares samples in groups of {group}; {batch} is not a multiple of it."
            )
        if channels % self.num_channels != 0:
            raise ValueError(f"{channels} channels cannot be shared among {self.num_channels} of mbstd_num_channels.")
        y = x.reshape(group, batch // group, self.num_channels, -1, height, width)
        spread = (y.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=[2, 3, 4])
        spread = spread[:, :, None, None].repeat(group, 1, height, width)
        return torch.cat([x, spread], dim=1)


class StyleDiscriminator(nn.Module):
    """Base of the discriminators: sizes, and checks of the arguments.

    Attributes:
        channels: Channels of each resolution, from 4 x 4 upwards.

    Args:
        c_dim: Size of the label; 0 for none.
        img_resolution: Width and height of the image, a power of two, at least 8.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.

    Raises:
        ValueError: The resolution is below 8 or no power of two.
    """

    def __init__(self, c_dim: int, img_resolution: int, img_channels: int, channel_base: int, channel_max: int) -> None:
        super().__init__()
        self.c_dim = c_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels
        sizes = resolutions(img_resolution)
        if img_resolution < 8:
            raise ValueError(f"A discriminator starts at 8x8 or above; img_resolution is {img_resolution}.")
        self.channels = channel_counts(sizes, channel_base, channel_max)

    def forward(
        self, img: Tensor, c: Tensor | None = None, *, force_fp32: bool = False, lod: float | None = None
    ) -> Tensor:
        """Judge images: the higher, the more real.

        Args:
            img: Images [N, img_channels, img_resolution, img_resolution], -1..1.
            c: Labels [N, c_dim]; not read where c_dim is 0.
            force_fp32: Compute in float32 on CUDA too (other devices, and StyleGAN1, always do).
            lod: Level of detail of a growing StyleGAN1 network, as in `StyleSynthesis.forward`: at n the image enters
                at img_resolution / 2^n; at n + a the features of n, one block on, are blended with those of the image
                that enters at n + 1, which have the share a. None for the network's own.

        Returns:
            Logits [N, 1], float32.

        Raises:
            ValueError: A shape or the level of detail is wrong, a label is missing, or N is not a multiple of the
                minibatch group.
        """
        expected = (self.img_channels, self.img_resolution, self.img_resolution)
        if img.ndim != 4 or tuple(img.shape[1:]) != expected:
            size = ", ".join(map(str, expected))
            raise ValueError(f"The images have the shape {tuple(img.shape)}; this discriminator needs [N, {size}].")
        return self.judge(img, c, force_fp32, lod)

    if TYPE_CHECKING:
        __call__ = forward

    def judge(self, img: Tensor, c: Tensor | None, force_fp32: bool, lod: float | None) -> Tensor:
        """Logits [N, 1] of images of the right shape."""
        raise NotImplementedError
