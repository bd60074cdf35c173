"""Weight modulation and demodulation (StyleGAN2, arXiv 1912.04958, section 2.2)."""

import torch
from torch import Tensor

from gan.ops.conv2d_resample import conv2d_resample


def spares_weights(x: Tensor, weight: Tensor, styles: Tensor) -> bool:
    """Return True where gradients of the input or the styles are taken, and none of the weights.

    All else has one form of the convolution whatever the mode, and so the same image bit for bit.
    """
    return torch.is_grad_enabled() and (x.requires_grad or styles.requires_grad) and not weight.requires_grad


def modulated_conv2d(
    x: Tensor,
    weight: Tensor,
    styles: Tensor,
    *,
    demodulate: bool = True,
    up: int = 1,
    padding: int = 0,
    resample_filter: Tensor | None = None,
    fused: bool = True,
) -> Tensor:
    """Convolve each sample with its own kernel w' = s_i w_oik, divided by its norm over (i, k) when demodulating.

    ``w'_oik = s_i w_oik`` and ``w''_oik = w'_oik / sqrt(sum_{i,k} w'_oik^2 + 1e-8)`` (equations 1 and 3).

    Args:
        x: Input [N, I, H, W].
        weight: Shared kernel [O, I, k, k].
        styles: Scale of each input channel [N, I].
        demodulate: Apply equation 3.
        up: Integer factor of upsampling.
        padding: As in `conv2d_resample`.
        resample_filter: Low-pass filter used when upsampling.
        fused: True makes the N kernels and runs one grouped convolution. False scales input and output instead,
            which is the same since convolution is linear; it is the better of the two to differentiate twice. Weights
            that do not learn are never fused where gradients are taken: see `spares_weights`.

    Returns:
        [N, O, H * up, W * up] in the dtype of `x`.
    """
    if spares_weights(x, weight, styles):
        fused = False  # the gradient of N kernels that nothing learns costs half as much again
    if demodulate and x.dtype == torch.float16 and not fused:
        # A common factor of the weight or the styles drops out of equation 3; without it half precision could overflow.
        weight = weight / weight.flatten(1).norm(dim=1).clamp_min(1e-12)[:, None, None, None]
        styles = styles / styles.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
    scale = _demodulation(weight, styles) if demodulate else None
    flip_weight = up == 1
    if not fused:
        y = x * styles.to(x.dtype)[:, :, None, None]
        y = conv2d_resample(y, weight.to(x.dtype), resample_filter, up=up, padding=padding, flip_weight=flip_weight)
        return y if scale is None else y * scale.to(x.dtype)[:, :, None, None]
    batch, _, height, width = x.shape
    kernels = weight[None] * styles[:, None, :, None, None]
    if scale is not None:
        kernels = kernels * scale[:, :, None, None, None]
    y = conv2d_resample(
        x.reshape(1, -1, height, width),
        kernels.flatten(0, 1).to(x.dtype),
        resample_filter,
        up=up,
        padding=padding,
        groups=batch,
        flip_weight=flip_weight,
    )
    return y.reshape(batch, -1, *y.shape[2:])


def _demodulation(weight: Tensor, styles: Tensor) -> Tensor:
    """1 / sqrt(sum_{i,k} (s_i w_oik)^2 + 1e-8) as [N, O], without making the N kernels."""
    energy = weight.square().sum(dim=[2, 3])
    return (styles.square() @ energy.t() + 1e-8).rsqrt()
