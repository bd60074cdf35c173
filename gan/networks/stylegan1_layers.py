"""The layers of StyleGAN1 (arXiv 1812.04948), of its generator and its discriminator.

The gain of an activation, sqrt 2 for leaky ReLU, sits in the scale of the weight before it, not in its output.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.ops.bias_act import bias_act
from gan.ops.upfirdn2d import filter2d, setup_filter

from .layers import (
    FullyConnectedLayer,
    ResampleFilter,
    activation_gain,
    conv_weight,
    normalize_2nd_moment,
    styles_of,
    weight_scale,
)

BLUR_FILTER: tuple[int, ...] = (1, 2, 1)
"""Taps of the binomial filter that follows upsampling and precedes downsampling (section 2)."""


def convolve(x: Tensor, w: Tensor, blur: Tensor | None = None, up: bool = False, down: bool = False) -> Tensor:
    """Correlate with a kernel, with resampling by the factor 2 built in.

    Upsampling repeats pixels, correlates, then blurs; downsampling blurs, correlates, then averages 2x2 pixels.
    Repeating or averaging and the correlation run as one strided convolution, with a kernel wider by one.

    Args:
        x: [N, in, H, W].
        w: [out, in, k, k] with an odd k.
        blur: Filter [taps, taps] of the resampling; None for no blur.
        up: True if the output has twice the size.
        down: True if the output has half the size.

    Returns:
        [N, out, H', W'].
    """
    padding = w.shape[2] // 2
    if down:
        x = x if blur is None else filter2d(x, blur, flip_filter=True)
        return F.conv2d(x, _widened(w) / 4, stride=2, padding=padding)
    if not up:
        return F.conv2d(x, w, padding=padding)
    # Correlating repeated pixels is convolving spread ones: transposed convolution turns the kernel round.
    x = F.conv_transpose2d(x, _widened(w.flip([2, 3])).transpose(0, 1), stride=2, padding=padding)
    return x if blur is None else filter2d(x, blur, flip_filter=True)


def _widened(w: Tensor) -> Tensor:
    """Kernels [O, I, k, k] convolved with a 2x2 box of ones: [O, I, k + 1, k + 1]."""
    w = F.pad(w, [1, 1, 1, 1])
    return w[:, :, 1:, 1:] + w[:, :, 1:, :-1] + w[:, :, :-1, 1:] + w[:, :, :-1, :-1]


class Convolution(nn.Module):
    """The scaled kernel that the layers below have in common; a layer of no kernel has `in_channels` 0.

    Args:
        in_channels: Channels of the input; 0 for no kernel.
        out_channels: Channels of the output.
        kernel_size: Width and height of the kernel (odd).
        activation: Name known to `gan.ops.bias_act`; its gain scales the kernel.
        up: True if the output has twice the size.
        down: True if the output has half the size.
        resample_filter: Taps of the blur that goes with resampling; None for no blur.
        equalized: True if the learning rate is equalised.
    """

    weight: Tensor
    resample_filter: Tensor | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        activation: str = "lrelu",
        up: bool = False,
        down: bool = False,
        resample_filter: ResampleFilter = BLUR_FILTER,
        equalized: bool = True,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.up = up
        self.down = down
        gain = activation_gain(activation)
        if in_channels > 0:
            std, self.weight_gain = weight_scale(in_channels * kernel_size**2, gain, equalized=equalized)
            self.weight = nn.Parameter(conv_weight(out_channels, in_channels, kernel_size).mul_(std))
        blurs = (up or down) and resample_filter is not None
        self.register_buffer("resample_filter", setup_filter(resample_filter) if blurs else None)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def convolve(self, x: Tensor) -> Tensor:
        """[N, in, H, W] -> [N, out, H', W'], before bias and activation."""
        return convolve(x, self.weight * self.weight_gain, self.resample_filter, self.up, self.down)

    def activate(self, x: Tensor) -> Tensor:
        """Add the bias and apply the activation."""
        return bias_act(x, self.bias, act=self.activation, gain=1)


class ConvLayer(Convolution):
    """Convolution, bias and activation. Args: as for `Convolution`."""

    def forward(self, x: Tensor) -> Tensor:
        """[N, in, H, W] -> [N, out, H', W']."""
        return self.activate(self.convolve(x))


class SynthesisLayer(Convolution):
    """Convolution, then noise, bias, activation, normalisation and style (figure 1b).

    AdaIN(x, y) = (y_s + 1) (x - mean(x)) / std(x) + y_b, with mean and std of each channel of each sample (equation 1;
    the network learns y_s + 1 so that a fresh one leaves the scale alone).

    Args:
        in_channels: Channels of the input; 0 for the layer that follows the constant, which has no convolution.
        out_channels: Channels of the output.
        w_dim: Size of w.
        resolution: Width and height of the output.
        use_noise: True if there is a noise input (`noise_const`, `noise_strength` for each channel).
        use_pixel_norm: Scale each pixel to unit mean square over its channels (Progressive GAN, arXiv 1710.10196).
        use_instance_norm: Normalise each channel of each sample.
        use_styles: True if w scales and shifts the channels (`affine`).
        equalized: True if the learning rate is equalised.
        conv_kwargs: Further arguments of `Convolution`.
    """

    noise_const: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        resolution: int,
        use_noise: bool = True,
        use_pixel_norm: bool = False,
        use_instance_norm: bool = True,
        use_styles: bool = True,
        equalized: bool = True,
        **conv_kwargs: Any,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size=3, equalized=equalized, **conv_kwargs)
        self.resolution = resolution
        self.has_kernel = in_channels > 0
        self.use_noise = use_noise
        self.use_pixel_norm = use_pixel_norm
        self.use_instance_norm = use_instance_norm
        self.use_styles = use_styles
        if use_noise:
            self.register_buffer("noise_const", torch.randn(resolution, resolution))
            self.noise_strength = nn.Parameter(torch.zeros(out_channels))
        if use_styles:
            self.affine = FullyConnectedLayer(w_dim, 2 * out_channels, equalized=equalized)

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None = None, offset: Tensor | None = None) -> Tensor:
        """[N, in, H, W], w [N, w_dim] and noise [1 or N, 1, R, R] -> [N, out, R, R]; R is the resolution.

        `offset` [2 out] or [N, 2 out] is added to the styles: the scales, then the shifts.
        """
        if self.has_kernel:
            x = self.convolve(x)
        if noise is not None:
            x = x + noise * self.noise_strength[:, None, None]
        x = self.activate(x)
        if self.use_pixel_norm:
            x = normalize_2nd_moment(x)
        if self.use_instance_norm:
            x = x - x.mean(dim=[2, 3], keepdim=True)
            x = x * (x.square().mean(dim=[2, 3], keepdim=True) + 1e-8).rsqrt()
        if self.use_styles:
            scale, shift = styles_of(self.affine, w, offset)[:, :, None, None].chunk(2, dim=1)
            x = x * (scale + 1) + shift
        return x


def enlarge(x: Tensor, factor: int) -> Tensor:
    """Images [N, C, H, W] -> [N, C, H factor, W factor]: each pixel repeated."""
    return x if factor == 1 else F.interpolate(x, scale_factor=factor, mode="nearest")


def shrink(x: Tensor, factor: int) -> Tensor:
    """Images [N, C, H, W] -> [N, C, H / factor, W / factor]: the mean of each square of pixels."""
    return x if factor == 1 else F.avg_pool2d(x, factor)


def checked_lod(lod: float, img_resolution: int, progressive: bool) -> tuple[int, float]:
    """A level of detail as (whole levels, rest below 1).

    Progressive GAN (arXiv 1710.10196, section 2): at level n the network works at img_resolution / 2^n; in between,
    two resolutions are blended.

    Raises:
        ValueError: the level is below 0 or beyond 4x4 pixels, or above 0 where the network is not `progressive`.
    """
    if lod != 0 and not progressive:
        raise ValueError(f"This network cannot grow, so it has no level of detail {lod}; leave lod at 0.")
    last = img_resolution.bit_length() - 3
    if not 0 <= lod <= last:
        raise ValueError(f"The level of detail is {lod}; it goes from 0 (whole) to {last} (4 pixels).")
    return int(lod), float(lod) - int(lod)
