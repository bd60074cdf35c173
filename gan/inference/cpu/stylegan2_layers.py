"""Layers of the plans of StyleGAN2 (`gan.inference.cpu.stylegan2`), and the kernels that finish them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.inference.cpu.packing import Packed, filter_taps, floats, pad_to
from gan.networks.layers import RESNET_GAIN, Conv2dLayer
from gan.networks.noise import NoiseImages, noise_of
from gan.networks.stylegan2_blocks import SynthesisLayer, ToRGBLayer
from gan.ops.cpu import stylegan2 as kernels
from gan.ops.cpu.halves import halves

COLOURS = 3
"""Channels of an image that the pass over its features computes too; more are a matrix product of their own."""


@dataclass(frozen=True)
class Layer:
    """A convolution's constants, channels padded."""

    name: str
    module: SynthesisLayer
    weight: Tensor
    """[out, in, 3, 3] in channels_last order, or of an upsampling layer [in, 9 out]; without its numbers if packed."""
    packed: Packed | None
    """Convolution with the packed weight, where the input is scaled and not the weight."""
    bias: npt.NDArray[np.float32]
    taps: npt.NDArray[np.float32]
    styles: slice
    scale: slice
    strength: float
    slope: float
    factor: float
    """Of the activation's gain: that of a residual branch, else 1."""
    clamp: float


@dataclass(frozen=True)
class Skip:
    """Constants of a residual block's way past its convolutions."""

    name: str
    module: Conv2dLayer
    weight: Tensor
    """[in, out], channels padded, with all gains."""
    taps: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Colours:
    """A toRGB layer's constants."""

    name: str
    module: ToRGBLayer
    weight: Tensor
    """[max(channels, 3), in]."""
    bias: npt.NDArray[np.float32]
    styles: slice
    clamp: float


def finish(
    layer: Layer,
    x: Tensor,
    styles: Tensor,
    scales: Tensor,
    noise: NoiseImages,
    colours: Colours | None,
    rgb: Tensor | None,
) -> Tensor:
    """Output of a layer from its convolution's, in the same memory unless that is in bfloat16, and its colours."""
    image, strength = noise_image(layer, noise)
    weight = None if colours is None else colours.weight * styles[colours.styles]
    return finished(layer, x, scales[layer.scale], image, strength, weight, rgb)


def finished(
    layer: Layer,
    x: Tensor,
    scale: Tensor,
    image: npt.NDArray[np.float32],
    strength: float,
    weight: Tensor | None,
    rgb: Tensor | None,
) -> Tensor:
    """Do the same with the demodulation, the noise image, and the weights of the colours as they are used."""
    none = layer.bias[:0]
    pixels = x.shape[2] * x.shape[3]
    half, own = x.dtype == torch.bfloat16, x.permute(0, 2, 3, 1)
    out = torch.empty(own.shape) if half else own
    fits = rgb is not None and rgb.shape[1] <= COLOURS
    kernel = kernels.finish_half if half else kernels.finish
    kernel(
        -(-pixels // kernels.FINISH_PIXELS),
        kernels.FINISH_PIXELS * x.shape[1],
        halves(own) if half else floats(own),
        pixels,
        x.shape[1],
        image,
        strength,
        layer.slope,
        layer.module.act_gain * layer.factor,
        layer.clamp,
        floats(scale),
        layer.bias,
        none if weight is None else floats(weight),
        none if rgb is None else floats(rgb),
        rgb.shape[1] if rgb is not None and fits else 0,
        floats(out),
    )
    if rgb is not None and weight is not None and not fits:
        torch.mm(weight, out.view(pixels, x.shape[1]).t(), out=rgb.view(rgb.shape[1], pixels))
    return out.permute(0, 3, 1, 2)


def skip_of(name: str, module: Conv2dLayer) -> Skip:
    """Constants of a residual block's skip layer, which `covers_skip` accepts."""
    weight = pad_to(module.weight.detach().float()[:, :, 0, 0], (0, 1)) * (module.weight_gain * RESNET_GAIN)
    taps = filter_taps(module.resample_filter, 2)
    assert taps is not None
    return Skip(name, module, weight.t().contiguous(), taps)


def covers_skip(module: Conv2dLayer) -> bool:
    """True for the skip layers that were published: a linear 1 x 1 convolution, enlarged by a short filter."""
    plain = module.activation == "linear" and module.bias is None and module.conv_clamp is None
    return plain and tuple(module.weight.shape[2:]) == (1, 1) and filter_taps(module.resample_filter, 2) is not None


def past(skip: Skip, x: Tensor) -> Tensor:
    """The addend of a residual block to its convolutions: [1, in, H, W] -> [1, out, 2 H, 2 W], channels padded."""
    channels, height, width = x.shape[1:]
    small = torch.mm(x.permute(0, 2, 3, 1).reshape(-1, channels), skip.weight)
    out = torch.empty(1, 2 * height, 2 * width, small.shape[1])
    kernels.enlarge(
        height, 4 * width * small.shape[1], floats(small), height, width, small.shape[1], skip.taps, floats(out)
    )
    return out.permute(0, 3, 1, 2)


def colours_of(colours: Colours, x: Tensor, styles: Tensor, planes: int) -> Tensor:
    """An image's colours [1, planes, H, W] of features [1, in, H, W], where no pass over them computes them too."""
    pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
    rgb = torch.empty(1, planes, *x.shape[2:])
    torch.mm((colours.weight * styles[colours.styles])[:planes], pixels.t(), out=rgb.view(planes, -1))
    return rgb


def add_colours(
    size: tuple[int, int],
    taps: npt.NDArray[np.float32],
    colours: Colours,
    image: npt.NDArray[np.float32],
    rgb: Tensor,
    total: Tensor,
) -> None:
    """Add a layer's colours to the image below, enlarged: `total` gets the sum."""
    kernels.add_colours(
        rgb.shape[1] * -(-size[0] // 2),
        4 * size[1],
        image,
        floats(rgb),
        rgb.shape[1],
        *size,
        taps,
        colours.bias,
        colours.clamp,
        floats(total),
    )


def noise_image(layer: Layer, noise: NoiseImages) -> tuple[npt.NDArray[np.float32], float]:
    """The noise image, flat, and its factor; 0 where there is none."""
    image = noise_of(layer.module, layer.name, noise, 1)
    if image is None or layer.strength == 0:
        return layer.bias[:0], 0.0
    return floats(image.float().contiguous()), layer.strength


def public(x: Tensor, layer: Layer | Skip) -> Tensor:
    """A layer's output without the channels that pad it; itself where there are none, for hooks on its gradient."""
    channels = len(layer.module.weight)
    return x if x.shape[1] == channels else x[:, :channels]


def nhwc(x: Tensor) -> Tensor:
    """The tensor in channels_last order."""
    return x.contiguous(memory_format=torch.channels_last)
