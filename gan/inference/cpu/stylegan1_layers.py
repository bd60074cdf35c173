"""Layers of the plans of StyleGAN1 (`gan.inference.cpu.stylegan1`): their constants, and what follows a convolution."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.inference.cpu.packing import Packed, floats, half_convolution, nhwc_convolution, pad_to
from gan.inference.cpu.stylegan2_layers import nhwc
from gan.networks.noise import NoiseImages, noise_of
from gan.networks.stylegan1_layers import ConvLayer, SynthesisLayer
from gan.ops.bias_act import ACTIVATIONS
from gan.ops.cpu import stylegan1 as kernels
from gan.ops.cpu.halves import halves

SLOPES = {"linear": 1.0, "lrelu": ACTIVATIONS["lrelu"].alpha}
"""Activations that the kernels know."""
_EXACT = 16
"""Layers up to this resolution stay exact in plans of bfloat16 numbers: what they lose, all others would normalise and
build on, and they take little of the time."""
_EPS = 1e-8
_RANK_ONE = 1e-6
_NONE = np.empty(0, np.float32)


@dataclass(frozen=True)
class Layer:
    """A layer's constants, channels padded."""

    name: str
    module: SynthesisLayer
    weight: Tensor | None
    """[in, 9 out] of a layer that enlarges; None where the convolution is packed, or there is none."""
    packed: Packed | None
    half: bool
    """True if the convolution is of bfloat16 numbers."""
    bias: npt.NDArray[np.float32]
    strength: npt.NDArray[np.float32]
    slope: float
    taps: npt.NDArray[np.float32]
    styles: slice
    """The scales of all channels, then the shifts."""


@dataclass(frozen=True)
class Colours:
    """A colour layer's constants."""

    module: ConvLayer
    weight: Tensor
    """[channels of the image, in]."""
    bias: Tensor


def enlarging_taps(blur: Tensor | None) -> npt.NDArray[np.float32] | None:
    """Taps of enlarging by 2 and blurring as `enlarge_phases` takes them; None where the blur is unusual."""
    rows = []
    square = np.ones((1, 1)) if blur is None else blur.detach().double().numpy()
    square = np.outer(square, square) if square.ndim == 1 else square
    i, j = np.unravel_index(np.abs(square).argmax(), square.shape)
    vertical, horizontal = square[:, j], square[i] / square[i, j]
    if np.abs(np.outer(vertical, horizontal) - square).max() > _RANK_ONE * abs(square[i, j]):
        return None
    for own in (vertical, horizontal):
        if len(own) not in (1, 3):
            return None
        a, b, c = own if len(own) == 3 else (0.0, own[0], 0.0)
        # Pixels that are repeated are a filter of two ones; the blur of the outermost rows lacks what lies beyond.
        rows += [(a, a + b, b + c, c), (0, b, b + c, c), (a, a + b, b, 0)]
    return np.array(rows, np.float32).ravel()


def second(layer: Layer, x: Tensor, styles: Tensor, noise: NoiseImages) -> Tensor:
    """A block's second layer: [1, in, H, W] -> [1, out, H, W]."""
    assert layer.packed is not None
    return activated(layer, layer.packed(x.bfloat16() if layer.half else x), styles, noise)


def activated(layer: Layer, x: Tensor, styles: Tensor, noise: NoiseImages) -> Tensor:
    """Output of a layer from its convolution's [1, out, H, W], which is not changed."""
    own = x.permute(0, 2, 3, 1)
    pixels, channels = own.shape[1] * own.shape[2], own.shape[3]
    tasks = -(-pixels // kernels.PIXELS)
    out, sums = torch.empty(own.shape), np.empty((tasks, 3, channels), np.float32)
    half = own.dtype == torch.bfloat16
    kernel = kernels.activate_half if half else kernels.activate
    kernel(
        tasks,
        kernels.PIXELS * channels,
        halves(own) if half else floats(own),
        pixels,
        channels,
        noise_image(layer, noise),
        layer.strength,
        layer.slope,
        layer.bias,
        sums.ravel(),
        floats(out),
    )
    counts = np.full(tasks, kernels.PIXELS)
    counts[-1] = pixels - kernels.PIXELS * (tasks - 1)
    return styled(layer, out.permute(0, 3, 1, 2), out, sums, counts, styles)


def styled(
    layer: Layer,
    x: Tensor,
    own: Tensor,
    sums: npt.NDArray[np.float32],
    counts: npt.NDArray[np.int64],
    styles: Tensor,
) -> Tensor:
    """Normalise each channel of x, which `own` [1, H, W, channels] holds, and apply the styles, in place.

    Args:
        layer: The layer.
        x: As it is returned.
        own: See above.
        sums: Of the tasks; see `gan.ops.cpu.stylegan1`.
        counts: Pixels of each task.
        styles: Of all layers.
    """
    mean, variance = _moments(sums, counts)
    channels, real = own.shape[3], layer.module.affine.out_features // 2
    given = styles[layer.styles].numpy()
    scale, shift = np.zeros((2, channels), np.float32)
    factor = (given[:real] + 1) / np.sqrt(variance[:real] + _EPS)
    scale[:real] = factor
    shift[:real] = given[real : 2 * real] - mean[:real] * factor
    pixels = own.shape[1] * own.shape[2]
    kernels.style(
        -(-pixels // kernels.PIXELS),
        kernels.PIXELS * channels,
        floats(own),
        pixels,
        channels,
        scale,
        shift,
        floats(own),
    )
    return x


def _moments(
    sums: npt.NDArray[np.float32], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and variance of each channel over all tasks."""
    count = counts[:, None].astype(np.float64)
    value, total, squares = sums.astype(np.float64).transpose(1, 0, 2)
    own = value + total / count
    mean = (own * count).sum(axis=0) / count.sum()
    spread = squares - total**2 / count + count * (own - mean) ** 2
    return mean, np.maximum(spread.sum(axis=0) / count.sum(), 0)


def noise_image(layer: Layer, noise: NoiseImages) -> npt.NDArray[np.float32]:
    """The noise image, flat; empty where there is none."""
    image = noise_of(layer.module, layer.name, noise, 1)
    return _NONE if image is None else floats(image.float().contiguous())


def packed_layer(name: str, module: SynthesisLayer, styles: slice) -> Layer:
    """A layer's constants, whose styles are in these rows."""
    weight, packed, taps = None, None, _NONE
    if module.has_kernel:
        kernel = pad_to(module.weight.detach().float() * module.weight_gain, (0, 1))
        if module.up:
            # Correlating repeated pixels is convolving spread ones, with the kernel turned round.
            weight = kernel.flip([2, 3]).permute(1, 2, 3, 0).reshape(kernel.shape[1], -1).contiguous()
            found = enlarging_taps(module.resample_filter)
            assert found is not None
            taps = found
        else:
            packed = nhwc_convolution(nhwc(kernel), _size(module), padding=1)
    bias = floats(pad_to(module.bias.detach().float(), (0,)))
    strength = floats(pad_to(module.noise_strength.detach().float(), (0,))) if module.use_noise else np.zeros_like(bias)
    return Layer(name, module, weight, packed, False, bias, strength, SLOPES[module.activation], taps, styles)


def in_bfloat16(layer: Layer) -> Layer:
    """The layer with its convolution in bfloat16, if it has one and is large."""
    if layer.module.resolution <= _EXACT:
        return layer
    if layer.weight is not None:
        return replace(layer, weight=layer.weight.bfloat16(), half=True)
    kernel = pad_to(layer.module.weight.detach().float() * layer.module.weight_gain, (0, 1))
    return replace(layer, packed=half_convolution(nhwc(kernel), _size(layer.module), padding=1)[1], half=True)


def colours_of(module: ConvLayer) -> Colours:
    """A colour layer's constants."""
    weight = module.weight.detach().float()[:, :, 0, 0] * module.weight_gain
    return Colours(module, pad_to(weight, (1,)), module.bias.detach().float())


def rgb_of(colours: Colours, x: Tensor) -> Tensor:
    """Colours [1, channels of the image, H, W] of features [1, in, H, W]."""
    height, width = x.shape[2:]
    pixels = x.permute(0, 2, 3, 1).reshape(height * width, -1)
    return torch.addmm(colours.bias[:, None], colours.weight, pixels.t()).view(1, -1, height, width)


def public(x: Tensor, layer: Layer) -> Tensor:
    """A layer's output without the channels that pad it."""
    return x[:, : len(layer.module.bias)]


def _size(module: SynthesisLayer) -> tuple[int, int]:
    """Height and width of a layer's output."""
    side = module.resolution
    return side, side
