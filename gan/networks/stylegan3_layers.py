"""The two kinds of layer of a StyleGAN3 synthesis network (arXiv 2106.12423, sections 3.1 and 3.2)."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.ops.filtered_lrelu import filtered_lrelu
from gan.ops.filters import design_lowpass_filter
from gan.ops.half import half_type

from .layers import FullyConnectedLayer, styles_of
from .modulation import spares_weights
from .stylegan3_design import InputDesign, LayerDesign


def modulated_conv2d(
    x: Tensor,
    w: Tensor,
    s: Tensor,
    demodulate: bool = True,
    padding: int = 0,
    input_gain: Tensor | None = None,
    norm_of: Tensor | None = None,
) -> Tensor:
    """Convolve each sample with weights scaled by its own styles.

    Demodulation divides each filter by its norm, sqrt(sum (w s)^2) (StyleGAN2, arXiv 1912.04958, equation 3); the
    input's magnitude is not part of that norm in StyleGAN3, so it enters as a separate factor afterwards.

    Args:
        x: [N, in, H, W].
        w: [out, in, k, k].
        s: Styles [N, in].
        demodulate: Give every filter unit norm. The scale of ``w`` and ``s`` then has no effect.
        padding: Zeros around ``x``.
        input_gain: Factor on the input: a number, [in] or [N, in].
        norm_of: Weights [out, in, k', k'] whose norms demodulate in place of those of ``w``.

    Returns:
        [N, out, H + 2 padding - k + 1, the same for W], in the dtype of ``x``.
    """
    n, channels, height, width = x.shape
    if demodulate:
        # Unit mean squares first: the sums below then keep clear of the ends of half precision's range.
        scale = (w if norm_of is None else norm_of).square().mean(dim=[1, 2, 3], keepdim=True).rsqrt()
        w = w * scale
        s = s * s.square().mean(dim=1, keepdim=True).rsqrt()
    if spares_weights(x, w, s) and x.dtype == w.dtype:
        # The same by linearity: the gradient of N kernels that nothing learns costs half as much again.
        gains = s if input_gain is None else s * input_gain.expand(n, channels)
        y = F.conv2d(x * gains[:, :, None, None], w, padding=padding)
        if demodulate:
            energy = (w if norm_of is None else norm_of * scale).square().sum(dim=[2, 3])
            y = y * (s.square() @ energy.t() + 1e-8).rsqrt()[:, :, None, None]
        return y
    weights = w.unsqueeze(0) * s.reshape(n, 1, channels, 1, 1)  # [N, out, in, k, k]
    if demodulate:
        normed = weights if norm_of is None else (norm_of * scale).unsqueeze(0) * s.reshape(n, 1, channels, 1, 1)
        weights = weights * (normed.square().sum(dim=[2, 3, 4], keepdim=True) + 1e-8).rsqrt()
    if input_gain is not None:
        weights = weights * input_gain.expand(n, channels).reshape(n, 1, channels, 1, 1)
    # One group per sample: the batch becomes channels of a single image.
    weights = weights.to(x.dtype).reshape(n * w.shape[0], channels, *w.shape[2:])
    y = F.conv2d(x.reshape(1, n * channels, height, width), weights, padding=padding, groups=n)
    return y.reshape(n, w.shape[0], *y.shape[2:])


def _frequencies(channels: int, bandwidth: float) -> Tensor:
    """Uniform over the disc of radius `bandwidth`, so that all frequencies the rate can carry are as likely."""
    if torch.get_default_device().type == "meta":  # see `FullyConnectedLayer`
        return torch.empty(channels, 2)
    direction = F.normalize(torch.randn(channels, 2))
    return direction * torch.rand(channels, 1).sqrt() * bandwidth


class SynthesisInput(nn.Module):
    """Fourier features: sinusoids of the image's plane, moved by w, mixed by a learned matrix.

    Args:
        w_dim: Size of w.
        design: Channels, size, sampling rate and bandwidth.
    """

    freqs: Tensor
    phases: Tensor
    transform: Tensor

    def __init__(self, w_dim: int, design: InputDesign) -> None:
        super().__init__()
        self.design = design
        channels = design.channels
        freqs = _frequencies(channels, design.bandwidth)
        self.weight = nn.Parameter(torch.randn(channels, channels))
        # At the start the affine layer gives (1, 0, 0, 0) whatever w: no rotation, no translation.
        self.affine = FullyConnectedLayer(w_dim, 4, weight_init=0, bias_init=[1, 0, 0, 0])
        self.register_buffer("transform", torch.tensor(np.eye(3, dtype=np.float32)))
        self.register_buffer("freqs", freqs)
        self.register_buffer("phases", torch.rand(channels).sub_(0.5))

    def forward(self, w: Tensor, input_transform: Tensor | None = None, offset: Tensor | None = None) -> Tensor:
        """Sample the features on the pixel grid.

        Args:
            w: [N, w_dim].
            input_transform: [3, 3] or [N, 3, 3], from output to input coordinates (the inverse of how the image
                is to move); one image width is 1, the centre is 0. None takes the buffer `transform`.
            offset: [4] or [N, 4], added to the styles.

        Returns:
            [N, channels, size, size] in the dtype of the parameters.
        """
        outer = self.transform if input_transform is None else input_transform
        matrix = _rotation_and_translation(styles_of(self.affine, w, offset)) @ outer  # [N, 3, 3]
        freqs = self.freqs @ matrix[:, :2, :2]  # [N, channels, 2]
        phases = self.phases + (self.freqs @ matrix[:, :2, 2:]).squeeze(2)  # [N, channels]
        # A transform that shrinks the image raises frequencies: what comes near the Nyquist limit fades out.
        low, high = self.design.bandwidth, self.design.sampling_rate / 2
        amplitudes = ((high - freqs.norm(dim=2)) / (high - low)).clamp(0, 1)
        size = self.design.size
        axis = torch.arange(size, dtype=w.dtype, device=w.device)
        axis = (axis - (size - 1) / 2) / self.design.sampling_rate
        along_x = freqs[:, :, 0, None] * axis + phases.unsqueeze(2)
        along_y = freqs[:, :, 1, None] * axis
        waves = torch.sin(2 * math.pi * (along_x.unsqueeze(2) + along_y.unsqueeze(3)))  # [N, channels, y, x]
        mixing = self.weight / math.sqrt(self.design.channels) * amplitudes.unsqueeze(1)  # [N, out, in]
        mixed: Tensor = mixing @ waves.flatten(2)
        return mixed.reshape(*mixed.shape[:2], size, size)

    def extra_repr(self) -> str:
        """The sizes, for `print(network)`."""
        return str(self.design)


def _rotation_and_translation(t: Tensor) -> Tensor:
    """Matrices [N, 3, 3] that undo a rotation and a translation; ``t`` [N, 4] is (cos, sin, x, y), up to the scale
    that makes cos^2 + sin^2 = 1.
    """
    t = t / t[:, :2].norm(dim=1, keepdim=True)
    cos, sin, x, y = t.unbind(dim=1)
    zero, one = torch.zeros_like(cos), torch.ones_like(cos)
    # The rotation about the centre applied after the shift by (-x, -y), multiplied out.
    rows = [cos, -sin, sin * y - cos * x, sin, cos, -sin * x - cos * y, zero, zero, one]
    return torch.stack(rows, dim=1).reshape(-1, 3, 3)


def layer_filters(design: LayerDesign) -> tuple[Tensor | None, Tensor | None]:
    """The upsampling and the downsampling filter of a layer, float32; None for one tap, which is the identity."""
    d = design
    up = design_lowpass_filter(d.up_taps, d.in_cutoff, 2 * d.in_half_width, d.tmp_sampling_rate)
    down = design_lowpass_filter(
        d.down_taps, d.out_cutoff, 2 * d.out_half_width, d.tmp_sampling_rate, radial=d.down_radial
    )
    return up, down


class SynthesisLayer(nn.Module):
    """Modulated convolution, then bias and leaky ReLU between an upsampling and a downsampling filter.

    Attributes:
        resampled: Kernels that are convolved with in place of `weight`, which still demodulates; None for none.

    Args:
        w_dim: Size of w.
        design: Everything that the sampling theorem decides about the layer.
        conv_clamp: Limit of the values after the leaky ReLU; None for none.
        magnitude_ema_beta: Decay of the running mean square of the input, per update.
    """

    magnitude_ema: Tensor
    up_filter: Tensor | None
    down_filter: Tensor | None
    resampled: Tensor | None

    def __init__(
        self,
        w_dim: int,
        design: LayerDesign,
        conv_clamp: float | None = 256,
        magnitude_ema_beta: float = 0.999,
    ) -> None:
        super().__init__()
        d = self.design = design
        self.conv_clamp = conv_clamp
        self.magnitude_ema_beta = magnitude_ema_beta
        self.affine = FullyConnectedLayer(w_dim, d.in_channels, bias_init=1)
        self.weight = nn.Parameter(torch.randn(d.out_channels, d.in_channels, d.conv_kernel, d.conv_kernel))
        self.bias = nn.Parameter(torch.zeros(d.out_channels))
        self.register_buffer("magnitude_ema", torch.ones([]))
        up, down = layer_filters(d)
        self.register_buffer("up_filter", up)
        self.register_buffer("down_filter", down)
        self.register_buffer("resampled", None, persistent=False)

    def forward(
        self,
        x: Tensor,
        w: Tensor,
        force_fp32: bool = False,
        update_emas: bool = False,
        offset: Tensor | None = None,
    ) -> Tensor:
        """Apply the layer.

        Args:
            x: [N, in_channels, in_size, in_size], any floating dtype.
            w: [N, w_dim].
            force_fp32: Never compute in half precision.
            update_emas: Also move `magnitude_ema` towards the mean square of ``x`` (training only).
            offset: [in_channels] or [N, in_channels], added to the styles.

        Returns:
            [N, out_channels, out_size, out_size]; float16 where the design says so and the device is CUDA, else
            the dtype of the parameters.
        """
        d = self.design
        if update_emas:
            self._move_magnitude_ema(x)
        styles = styles_of(self.affine, w, offset)
        if d.is_torgb:
            styles = styles / math.sqrt(d.in_channels * d.conv_kernel**2)
        half = half_type(x.device) if d.use_fp16 and not force_fp32 else None
        last = half == torch.bfloat16
        x = modulated_conv2d(
            x.to(half or self.weight.dtype, memory_format=torch.channels_last if last else torch.preserve_format),
            self.weight if self.resampled is None else self.resampled,
            styles,
            demodulate=not d.is_torgb,
            padding=d.conv_kernel - 1,
            input_gain=self.magnitude_ema.rsqrt(),
            norm_of=None if self.resampled is None else self.weight,
        )
        if last:  # filters are in float32, which their kernels are for
            x = x.to(self.weight.dtype, memory_format=torch.contiguous_format)
        return filtered_lrelu(
            x,
            fu=self.up_filter,
            fd=self.down_filter,
            b=self.bias.to(x.dtype),
            up=d.up_factor,
            down=d.down_factor,
            padding=d.padding,
            gain=1 if d.is_torgb else math.sqrt(2),
            slope=1 if d.is_torgb else 0.2,
            clamp=self.conv_clamp,
        )

    @torch.no_grad()
    def _move_magnitude_ema(self, x: Tensor) -> None:
        mean_square = x.detach().to(self.magnitude_ema.dtype).square().mean()
        self.magnitude_ema.copy_(mean_square.lerp(self.magnitude_ema, self.magnitude_ema_beta))

    def extra_repr(self) -> str:
        """The design, for `print(network)`."""
        return str(self.design)
