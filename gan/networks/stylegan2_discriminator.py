"""The discriminator of StyleGAN2 (arXiv 1912.04958), which StyleGAN2-ADA and StyleGAN3 use too."""

import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import torch
from torch import Tensor, nn

from gan.ops.half import layer_format
from gan.ops.upfirdn2d import downsample2d, setup_filter

from .discriminator import MinibatchStdLayer, StyleDiscriminator
from .layers import (
    DEFAULT_RESAMPLE_FILTER,
    RESNET_GAIN,
    Conv2dLayer,
    FullyConnectedLayer,
    ResampleFilter,
    check_architecture,
)
from .mapping import MappingNetwork, checked_vector


class DiscriminatorBlock(nn.Module):
    """The layers of one resolution: `fromrgb` where the image enters, `conv0`, `conv1` (downsampling) and `skip`.

    Args:
        in_channels: Channels of the block above; 0 for the first, which sees the image only.
        tmp_channels: Channels after `fromrgb` and `conv0`.
        out_channels: Channels of the output.
        resolution: Width and height of the input.
        img_channels: Colour channels.
        first_layer_idx: How many layers the blocks above have.
        architecture: "resnet" has residual connections, "skip" sees the image at all resolutions, "orig" neither.
        activation: Activation of every layer but `skip`.
        resample_filter: Low-pass filter for downsampling.
        conv_clamp: Clamp every layer's output to +-conv_clamp (but `skip`); None for never.
        use_fp16: Compute in half precision where the device does (`gan.ops.half`).
        fp16_channels_last: With `use_fp16`, also use the channels_last memory order.
        freeze_layers: The so many first layers of the network do not train: their parameters become buffers.
    """

    resample_filter: Tensor

    def __init__(
        self,
        in_channels: int,
        tmp_channels: int,
        out_channels: int,
        resolution: int,
        img_channels: int,
        first_layer_idx: int,
        architecture: str = "resnet",
        activation: str = "lrelu",
        resample_filter: ResampleFilter = DEFAULT_RESAMPLE_FILTER,
        conv_clamp: float | None = None,
        use_fp16: bool = False,
        fp16_channels_last: bool = False,
        freeze_layers: int = 0,
    ) -> None:
        super().__init__()
        check_architecture(architecture)
        self.in_channels = in_channels
        self.resolution = resolution
        self.architecture = architecture
        self.use_fp16 = use_fp16
        self.channels_last = use_fp16 and fp16_channels_last
        self.register_buffer("resample_filter", setup_filter(resample_filter))
        index = count(first_layer_idx)

        def layer(inputs: int, outputs: int, kernel_size: int, **kwargs: Any) -> Conv2dLayer:
            trainable = next(index) >= freeze_layers
            return Conv2dLayer(
                inputs, outputs, kernel_size, trainable=trainable, channels_last=self.channels_last, **kwargs
            )

        shared: dict[str, Any] = {"activation": activation, "conv_clamp": conv_clamp}
        down: dict[str, Any] = {"down": 2, "resample_filter": resample_filter}
        self.sees_image = in_channels == 0 or architecture == "skip"
        if self.sees_image:
            self.fromrgb = layer(img_channels, tmp_channels, 1, **shared)
        self.conv0 = layer(tmp_channels, tmp_channels, 3, **shared)
        self.conv1 = layer(tmp_channels, out_channels, 3, **shared, **down)
        if architecture == "resnet":
            self.skip = layer(tmp_channels, out_channels, 1, bias=False, **down)
        self.num_layers = next(index) - first_layer_idx

    def forward(self, x: Tensor | None, img: Tensor | None, force_fp32: bool = False) -> tuple[Tensor, Tensor | None]:
        """Run the block.

        Args:
            x: Features [N, in_channels, R, R]; None for the first block.
            img: Image [N, img_channels, R, R]; None where the architecture has used it already.
            force_fp32: Never use float16.

        Returns:
            Features [N, out_channels, R/2, R/2], and the image at R/2 ("skip") or None.
        """
        source = img if x is None else x
        assert source is not None
        wanted = self.use_fp16 and not force_fp32
        dtype, order = layer_format(source.device, wanted, self.channels_last)
        if x is not None:
            x = x.to(dtype=dtype, memory_format=order)
        if self.sees_image:
            assert img is not None
            seen = self.fromrgb(img.to(dtype=dtype, memory_format=order))
            x = seen if x is None else x + seen
            img = downsample2d(img, self.resample_filter) if self.architecture == "skip" else None
        if self.architecture == "resnet":
            shortcut = self.skip(x, gain=RESNET_GAIN)
            return shortcut + self.conv1(self.conv0(x), gain=RESNET_GAIN), img
        return self.conv1(self.conv0(x)), img


class DiscriminatorEpilogue(nn.Module):
    """The last block: `mbstd`, `conv`, `fc`, `out`, and the projection onto the embedded label.

    Args:
        in_channels: Channels of the input.
        cmap_dim: Size of the embedded label; 0 for none.
        resolution: Width and height of the input.
        img_channels: Colour channels.
        architecture: With "skip" the image enters here too.
        mbstd_group_size: See `MinibatchStdLayer`.
        mbstd_num_channels: See `MinibatchStdLayer`; 0 for no such layer.
        activation: Activation of the hidden layers.
        conv_clamp: Clamp the convolution's output to +-conv_clamp; None for never.
        class_logits: See `Discriminator`.
    """

    def __init__(
        self,
        in_channels: int,
        cmap_dim: int,
        resolution: int,
        img_channels: int,
        architecture: str = "resnet",
        mbstd_group_size: int | None = 4,
        mbstd_num_channels: int = 1,
        activation: str = "lrelu",
        conv_clamp: float | None = None,
        class_logits: bool = False,
    ) -> None:
        super().__init__()
        self.cmap_dim = cmap_dim
        self.cmap_scale = 1.0 if class_logits or cmap_dim == 0 else 1 / math.sqrt(cmap_dim)
        self.architecture = architecture
        if architecture == "skip":
            self.fromrgb = Conv2dLayer(img_channels, in_channels, kernel_size=1, activation=activation)
        self.mbstd = MinibatchStdLayer(mbstd_group_size, mbstd_num_channels) if mbstd_num_channels > 0 else None
        self.conv = Conv2dLayer(
            in_channels + mbstd_num_channels, in_channels, kernel_size=3, activation=activation, conv_clamp=conv_clamp
        )
        self.fc = FullyConnectedLayer(in_channels * resolution**2, in_channels, activation=activation)
        self.out = FullyConnectedLayer(in_channels, cmap_dim if cmap_dim > 0 else 1)

    def forward(self, x: Tensor, img: Tensor | None, cmap: Tensor | None) -> Tensor:
        """Features [N, in_channels, R, R], image at R ("skip") and embedded label [N, cmap_dim] -> logits [N, 1]."""
        x = x.to(dtype=torch.float32, memory_format=torch.contiguous_format)
        if self.architecture == "skip":
            assert img is not None
            x = x + self.fromrgb(img.to(torch.float32))
        if self.mbstd is not None:
            x = self.mbstd(x)
        x = self.out(self.fc(self.conv(x).flatten(1)))
        if cmap is not None:
            # Projection discriminator (arXiv 1802.05637), scaled so that logits of unit vectors have unit variance.
            x = (x * cmap).sum(dim=1, keepdim=True) * self.cmap_scale
        return x


class Discriminator(StyleDiscriminator):
    """Blocks `b<R>` from the image's resolution down to 8, then `b4`; with labels also `mapping`.

    The defaults are those of the StyleGAN3 release; the StyleGAN2-ADA release's are conv_clamp None, num_fp16_res 0.

    Args:
        c_dim: Size of the label; 0 for none.
        img_resolution: Width and height of the image, a power of two, at least 8.
        img_channels: Colour channels.
        architecture: "resnet", "skip" or "orig".
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        num_fp16_res: The so many highest resolutions (8 and up) compute in half precision (`gan.ops.half`).
        conv_clamp: Clamp every convolution's output to +-conv_clamp; None for never.
        cmap_dim: Size of the embedded label; None for the channels at 4x4. Not used where c_dim is 0.
        block_kwargs: Further arguments of `DiscriminatorBlock`, as freeze_layers.
        mapping_kwargs: Further arguments of `MappingNetwork`.
        epilogue_kwargs: Further arguments of `DiscriminatorEpilogue`, as mbstd_group_size.
        class_logits: With labels, one logit for each class, of which the label picks its own, as the TensorFlow release
            has it; False embeds the label (`mapping`) and projects onto it.
    """

    def __init__(
        self,
        c_dim: int,
        img_resolution: int,
        img_channels: int,
        architecture: str = "resnet",
        channel_base: int = 32768,
        channel_max: int = 512,
        num_fp16_res: int = 4,
        conv_clamp: float | None = 256,
        cmap_dim: int | None = None,
        block_kwargs: Mapping[str, Any] | None = None,
        mapping_kwargs: Mapping[str, Any] | None = None,
        epilogue_kwargs: Mapping[str, Any] | None = None,
        class_logits: bool = False,
    ) -> None:
        super().__init__(c_dim, img_resolution, img_channels, channel_base, channel_max)
        self.class_logits = class_logits
        channels = self.channels
        self.block_resolutions = tuple(reversed(list(channels)[1:]))
        self.cmap_dim = c_dim if class_logits or c_dim == 0 else channels[4] if cmap_dim is None else cmap_dim
        shared: dict[str, Any] = {
            "img_channels": img_channels,
            "architecture": architecture,
            "conv_clamp": conv_clamp,
        }
        fp16_from = max(2 * img_resolution >> num_fp16_res, 8)
        layers = 0
        for resolution in self.block_resolutions:
            block = DiscriminatorBlock(
                channels[resolution] if resolution < img_resolution else 0,
                channels[resolution],
                channels[resolution // 2],
                resolution=resolution,
                first_layer_idx=layers,
                use_fp16=resolution >= fp16_from,
                **shared,
                **(block_kwargs or {}),
            )
            setattr(self, f"b{resolution}", block)
            layers += block.num_layers
        if c_dim > 0 and not class_logits:
            self.mapping = MappingNetwork(
                z_dim=0, c_dim=c_dim, w_dim=self.cmap_dim, num_ws=None, w_avg_beta=None, **(mapping_kwargs or {})
            )
        self.b4 = DiscriminatorEpilogue(
            channels[4],
            cmap_dim=self.cmap_dim,
            resolution=4,
            class_logits=class_logits,
            **shared,
            **(epilogue_kwargs or {}),
        )

    def _blocks(self) -> Iterator[DiscriminatorBlock]:
        return (getattr(self, f"b{resolution}") for resolution in self.block_resolutions)

    def judge(self, img: Tensor, c: Tensor | None, force_fp32: bool, lod: float | None) -> Tensor:
        """See `StyleDiscriminator.judge`."""
        if lod:
            raise ValueError(f"This discriminator cannot grow, so it has no level of detail {lod}; leave lod out.")
        x: Tensor | None = None
        left: Tensor | None = img
        for block in self._blocks():
            x, left = block(x, left, force_fp32)
        logits: Tensor = self.b4(x, left, self._label(c))
        return logits

    def _label(self, c: Tensor | None) -> Tensor | None:
        if self.c_dim == 0:
            return None
        return checked_vector(c, "c", self.c_dim) if self.class_logits else self.mapping(None, c)
