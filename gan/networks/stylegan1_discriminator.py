"""The discriminator of StyleGAN1 (arXiv 1812.04948): Progressive GAN's (1710.10196) with blurred resampling."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from .discriminator import MinibatchStdLayer, StyleDiscriminator
from .layers import FullyConnectedLayer, activation_gain
from .mapping import checked_vector
from .stylegan1 import CHANNEL_BASE
from .stylegan1_layers import ConvLayer, checked_lod, shrink


class DiscriminatorBlock(nn.Module):
    """The layers of one resolution: `fromrgb`, `conv0` and `conv1` (downsampling).

    Args:
        in_channels: Channels of the input, and after `conv0`.
        out_channels: Channels of the output.
        img_channels: Colour channels.
        has_fromrgb: True if images of this resolution can enter here.
        layer_kwargs: Further arguments of `ConvLayer`.
    """

    def __init__(
        self, in_channels: int, out_channels: int, img_channels: int, has_fromrgb: bool, **layer_kwargs: Any
    ) -> None:
        super().__init__()
        if has_fromrgb:
            self.fromrgb = ConvLayer(img_channels, in_channels, 1, **layer_kwargs)
        self.conv0 = ConvLayer(in_channels, in_channels, 3, **layer_kwargs)
        self.conv1 = ConvLayer(in_channels, out_channels, 3, down=True, **layer_kwargs)

    def forward(self, x: Tensor) -> Tensor:
        """[N, in_channels, R, R] -> [N, out_channels, R/2, R/2]."""
        y: Tensor = self.conv1(self.conv0(x))
        return y


class DiscriminatorEpilogue(nn.Module):
    """The last block: `fromrgb`, `mbstd`, `conv`, `fc`, `out`.

    Args:
        channels: Channels of the input and of the convolution.
        fc_channels: Channels of the hidden dense layer.
        img_channels: Colour channels.
        has_fromrgb: True if images of 4x4 pixels can enter here.
        c_dim: Number of classes; 0 for none.
        mbstd_group_size: See `MinibatchStdLayer`; 1 or less for no such layer.
        mbstd_num_channels: Channels that it appends.
        equalized: True if the learning rate is equalised.
        activation: Activation of the hidden layers.
    """

    def __init__(
        self,
        channels: int,
        fc_channels: int,
        img_channels: int,
        has_fromrgb: bool,
        c_dim: int,
        mbstd_group_size: int = 4,
        mbstd_num_channels: int = 1,
        equalized: bool = True,
        activation: str = "lrelu",
    ) -> None:
        super().__init__()
        shared: dict[str, Any] = {"activation": activation, "equalized": equalized}
        if has_fromrgb:
            self.fromrgb = ConvLayer(img_channels, channels, 1, **shared)
        has_mbstd = mbstd_group_size > 1 and mbstd_num_channels > 0
        self.mbstd = MinibatchStdLayer(mbstd_group_size, mbstd_num_channels) if has_mbstd else None
        self.conv = ConvLayer(channels + (mbstd_num_channels if has_mbstd else 0), channels, 3, **shared)
        self.fc = FullyConnectedLayer(channels * 4**2, fc_channels, gain=activation_gain(activation), **shared)
        self.out = FullyConnectedLayer(fc_channels, max(c_dim, 1), equalized=equalized)

    def forward(self, x: Tensor) -> Tensor:
        """[N, channels, 4, 4] -> one score for each class [N, max(c_dim, 1)]."""
        if self.mbstd is not None:
            x = self.mbstd(x)
        scores: Tensor = self.out(self.fc(self.conv(x).flatten(1)))
        return scores


class Discriminator(StyleDiscriminator):
    """Blocks `b<R>` from the image's resolution down to 8, then `b4`.

    Args:
        c_dim: Number of classes; 0 for none.
        img_resolution: Width and height of the image, a power of two, at least 8.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        progressive: True if every resolution has a `fromrgb`, so that the network can grow.
        lod: Level of detail that a call has where it names none: 0 is the whole network; see `forward`.
        activation: Activation of every layer but the last.
        equalized: True if the learning rate is equalised.
        resample_filter: Taps of the blur before downsampling; None for no blur.
        mbstd_group_size: See `MinibatchStdLayer`; 1 or less for no such layer.
        mbstd_num_channels: Channels that it appends.
    """

    def __init__(
        self,
        c_dim: int,
        img_resolution: int,
        img_channels: int,
        channel_base: int = CHANNEL_BASE,
        channel_max: int = 512,
        progressive: bool = True,
        lod: float = 0.0,
        mbstd_group_size: int = 4,
        mbstd_num_channels: int = 1,
        equalized: bool = True,
        activation: str = "lrelu",
        **layer_kwargs: Any,
    ) -> None:
        super().__init__(c_dim, img_resolution, img_channels, channel_base, channel_max)
        self.progressive = progressive
        self.lod = lod
        channels = self.channels
        self.block_resolutions = tuple(reversed(channels))
        shared: dict[str, Any] = {"activation": activation, "equalized": equalized}
        for resolution in self.block_resolutions[:-1]:
            block = DiscriminatorBlock(
                channels[resolution],
                channels[resolution // 2],
                img_channels,
                has_fromrgb=progressive or resolution == img_resolution,
                **shared,
                **layer_kwargs,
            )
            setattr(self, f"b{resolution}", block)
        self.b4 = DiscriminatorEpilogue(
            channels[4],
            min(channel_base // 2, channel_max),
            img_channels,
            progressive,
            c_dim,
            mbstd_group_size,
            mbstd_num_channels,
            **shared,
        )
        checked_lod(lod, img_resolution, progressive)

    def judge(self, img: Tensor, c: Tensor | None, force_fp32: bool, lod: float | None) -> Tensor:
        """See `StyleDiscriminator.judge`."""
        levels, rest = checked_lod(self.lod if lod is None else lod, self.img_resolution, self.progressive)
        blocks = [getattr(self, f"b{resolution}") for resolution in self.block_resolutions[levels:]]
        img = shrink(img.to(torch.float32), 2**levels)
        x: Tensor = blocks[0].fromrgb(img)
        for block, following in pairwise(blocks):
            x = block(x)
            if rest and block is blocks[0]:
                x = torch.lerp(x, following.fromrgb(shrink(img, 2)), rest)
        scores: Tensor = blocks[-1](x)
        if self.c_dim == 0:
            return scores
        return (scores * checked_vector(c, "c", self.c_dim)).sum(dim=1, keepdim=True)
