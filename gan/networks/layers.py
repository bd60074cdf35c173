"""Layers that the generators, the discriminator and the mapping network share.

All of them use the equalised learning rate of Progressive GAN (arXiv 1710.10196, section 4.1): a weight is stored as
N(0, 1) / lr_multiplier, and multiplied by ``lr_multiplier / sqrt(fan_in)`` when it is used, so that one optimiser step
moves every layer by a comparable amount.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from gan.ops.bias_act import ACTIVATIONS, bias_act
from gan.ops.conv2d_resample import conv2d_resample
from gan.ops.upfirdn2d import setup_filter

RESNET_GAIN = math.sqrt(0.5)
ARCHITECTURES = ("skip", "resnet", "orig")
"""Connections between blocks of different resolutions (StyleGAN2, arXiv 1912.04958, section 4.1)."""
DEFAULT_RESAMPLE_FILTER: tuple[int, ...] = (1, 3, 3, 1)

ResampleFilter = Sequence[float] | Sequence[Sequence[float]] | None
"""Taps of a separable filter, a 2-D filter, or None for no filtering."""


def activation_gain(activation: str) -> float:
    """The published gain of an activation by name; ValueError where there is no such activation."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"Unknown activation {activation!r}; choose one of {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[activation].gain


def normalize_2nd_moment(x: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Scale `x` so that the mean of its squares along `dim` is 1: x / sqrt(mean(x^2) + eps)."""
    return x * (x.square().mean(dim=dim, keepdim=True) + eps).rsqrt()


def weight_scale(
    fan_in: int, gain: float = 1.0, lr_multiplier: float = 1.0, equalized: bool = True
) -> tuple[float, float]:
    """Scales of a weight: (standard deviation at the start, factor when it is used).

    Their product is He's initialisation, gain / sqrt(fan_in) (arXiv 1502.01852). With the equalised learning rate it
    is the factor, else the start, but for `lr_multiplier`, which always is.
    """
    if equalized:
        return 1.0 / lr_multiplier, gain * lr_multiplier / math.sqrt(fan_in)
    return gain / math.sqrt(fan_in) / lr_multiplier, lr_multiplier


class FullyConnectedLayer(nn.Module):
    """Dense layer with the equalised learning rate: act(x @ (weight * gain).T + bias * lr_multiplier).

    Args:
        in_features: Inputs, ``fan_in``.
        out_features: Outputs.
        bias: True if there is a bias.
        activation: Name known to `gan.ops.bias_act`; its default gain applies (sqrt(2) for "lrelu").
        lr_multiplier: Learning rate relative to the rest of the network; 0.01 in mapping networks.
        weight_init: Standard deviation of the effective weight before division by sqrt(fan_in).
        bias_init: Effective bias at the start, a number or one per output.
        gain: None multiplies the output by the activation's gain. A number multiplies the weight instead, so that the
            bias is not scaled: StyleGAN1 does so.
        equalized: True if the learning rate is equalised; False stores the weight as it is used.
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        activation: str = "linear",
        lr_multiplier: float = 1.0,
        weight_init: float = 1.0,
        bias_init: float | npt.ArrayLike = 0.0,
        gain: float | None = None,
        equalized: bool = True,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.activation = activation
        self.act_gain = activation_gain(activation) if gain is None else 1.0
        std, self.weight_gain = weight_scale(in_features, 1.0 if gain is None else gain, lr_multiplier, equalized)
        # In place: other arithmetic on the device "meta", where networks are built before they are loaded, makes torch
        # import its whole compiler, which takes a second.
        self.weight = nn.Parameter(torch.randn(out_features, in_features).mul_(weight_init * std))
        if bias:
            start = np.broadcast_to(np.asarray(bias_init, dtype=np.float32), (out_features,))
            self.bias = nn.Parameter(torch.tensor(start / np.float32(lr_multiplier)))
        else:
            self.bias = None
        self.bias_gain = lr_multiplier

    def forward(self, x: Tensor) -> Tensor:
        """[N, in_features] -> [N, out_features], computed in the dtype of `x`."""
        w = self.weight.to(x.dtype) * self.weight_gain
        b = None if self.bias is None else self.bias.to(x.dtype)
        if b is not None and self.bias_gain != 1:
            b = b * self.bias_gain
        if self.activation == "linear":
            return nn.functional.linear(x, w, b)
        return bias_act(x @ w.t(), b, act=self.activation, gain=self.act_gain)

    def extra_repr(self) -> str:
        """The sizes, for `print(network)`."""
        return f"{self.in_features} -> {self.out_features}, activation={self.activation}"


def styles_of(affine: FullyConnectedLayer, w: Tensor, offset: Tensor | None = None) -> Tensor:
    """Styles s = A w + b, and an offset: w [N, w_dim] -> [N, channels]; `offset` is [channels] or [N, channels]."""
    styles: Tensor = affine(w)
    return styles if offset is None else styles + offset


class Conv2dLayer(nn.Module):
    """Convolution with the equalised learning rate, optional resampling, bias and activation.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Width and height of the kernel (odd).
        bias: True if there is a bias.
        activation: Name known to `gan.ops.bias_act`.
        up: Integer factor of upsampling.
        down: Integer factor of downsampling.
        resample_filter: Taps of the low-pass filter used when resampling.
        conv_clamp: Clamp the output to +-conv_clamp; None for never.
        channels_last: Keep the weight in channels_last memory order.
        trainable: False registers weight and bias as buffers (a frozen layer), under the same names.
    """

    weight: Tensor
    bias: Tensor | None
    resample_filter: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        bias: bool = True,
        activation: str = "linear",
        up: int = 1,
        down: int = 1,
        resample_filter: ResampleFilter = DEFAULT_RESAMPLE_FILTER,
        conv_clamp: float | None = None,
        channels_last: bool = False,
        trainable: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.activation = activation
        self.up = up
        self.down = down
        self.conv_clamp = conv_clamp
        self.padding = kernel_size // 2
        self.weight_gain = 1.0 / math.sqrt(in_channels * kernel_size**2)
        self.act_gain = activation_gain(activation)
        self.register_buffer("resample_filter", setup_filter(resample_filter))
        weight = conv_weight(out_channels, in_channels, kernel_size, channels_last)
        start = torch.zeros(out_channels) if bias else None
        if trainable:
            self.weight = nn.Parameter(weight)
            self.bias = None if start is None else nn.Parameter(start)
        else:
            self.register_buffer("weight", weight)
            if start is None:
                self.bias = None
            else:
                self.register_buffer("bias", start)

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """[N, in, H, W] -> [N, out, H * up / down, W * up / down]; `gain` scales the result and its clamp."""
        w = (self.weight * self.weight_gain).to(x.dtype)
        b = None if self.bias is None else self.bias.to(x.dtype)
        x = conv2d_resample(
            x,
            w,
            f=self.resample_filter,
            up=self.up,
            down=self.down,
            padding=self.padding,
            flip_weight=self.up == 1,  # upsampling layers were published with true convolution, the others correlation
        )
        clamp = None if self.conv_clamp is None else self.conv_clamp * gain
        return bias_act(x, b, act=self.activation, gain=self.act_gain * gain, clamp=clamp)

    def extra_repr(self) -> str:
        """The sizes, for `print(network)`."""
        return (
            f"{self.in_channels} -> {self.out_channels}, activation={self.activation}, up={self.up}, down={self.down}"
        )


def conv_weight(out_channels: int, in_channels: int, kernel_size: int, channels_last: bool = False) -> Tensor:
    """A fresh N(0, 1) kernel [out, in, k, k] for run-time scaling."""
    order = torch.channels_last if channels_last else torch.contiguous_format
    return torch.randn(out_channels, in_channels, kernel_size, kernel_size).contiguous(memory_format=order)


def check_architecture(architecture: str) -> None:
    """Raise ValueError if `architecture` is not one of `ARCHITECTURES`."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"There is no architecture {architecture!r}; choose one of {', '.join(ARCHITECTURES)}.")


def resolutions(img_resolution: int) -> tuple[int, ...]:
    """4, 8, ... up to `img_resolution`; ValueError where that is not a power of two or below 4."""
    if img_resolution < 4 or img_resolution & (img_resolution - 1) != 0:
        raise ValueError(f"The resolution {img_resolution} is not a power of two of at least 4.")
    return tuple(2**i for i in range(2, img_resolution.bit_length()))


def size_at(resolution: int, init_res: Sequence[int]) -> tuple[int, int]:
    """Height and width of the block `b<resolution>` of a network whose first block, `b4`, has the size `init_res`."""
    height, width = init_res
    return height * resolution // 4, width * resolution // 4


def checked_init_res(init_res: Sequence[int] | None) -> tuple[int, int]:
    """Height and width of the first block; 4 x 4 for None. Raises ValueError where they are no two sizes."""
    if init_res is None:
        return 4, 4
    if len(init_res) != 2 or not all(type(side) is int and side >= 1 for side in init_res):
        raise ValueError(f"init_res is {init_res!r}; give the height and the width of the first block.")
    height, width = init_res
    return height, width


def channel_counts(sizes: Sequence[int], channel_base: int, channel_max: int) -> dict[int, int]:
    """Channels at each resolution r of `sizes`: min(channel_base / r, channel_max)."""
    return {resolution: min(channel_base // resolution, channel_max) for resolution in sizes}
