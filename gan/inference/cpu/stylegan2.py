"""Plan of StyleGAN2's synthesis on a CPU, for one image; equivalent to the reference up to rounding.

Everything is in NHWC order. A modulated convolution scales its input, or its weight where that is smaller, by the
styles, and its output by the demodulation, which costs nothing in the pass that also adds noise and bias and
activates. An upsampling convolution is one matrix product of the input's pixels with all nine taps; the pass after it
adds up what belongs to one pixel of the output and filters it. The products are computed some rows at a time, so that
they stay in the CPU's cache.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.inference.cpu.packing import (
    AffineRows,
    Packed,
    filter_taps,
    floats,
    modulated_convolution,
    modulated_pixels,
    nhwc_convolution,
    pad_to,
    scales_weight,
)
from gan.inference.cpu.plans import StepsOf
from gan.networks.noise import NoiseImages, noise_of, one_by_one
from gan.networks.steps import Steps
from gan.networks.stylegan2 import SynthesisNetwork
from gan.networks.stylegan2_blocks import SynthesisBlock, SynthesisLayer, ToRGBLayer
from gan.networks.synthesis import SynthesisCall
from gan.ops.bias_act import ACTIVATIONS
from gan.ops.cpu import stylegan2 as kernels
from gan.ops.cpu.affine import affine_rows
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.lanes import LANES

KERNELS = (affine_rows, kernels.finish, kernels.blur_phases, kernels.add_colours)
_PRODUCTS_BYTES = 1 << 23
"""Of the matrix products that are computed at once. Less would stay nearer to a core, but each product of two threads
waits for both, which costs on a busy machine."""
_FEW, _MANY = 4, 1 << 33
"""Larger batches, of networks with fewer multiplications per image, are left to the reference layers, which call each
operator once per batch (`python -m benchmarks.synthesis --batches`)."""
_COLOURS = 3
_SLOPES = {"linear": 1.0, "lrelu": ACTIVATIONS["lrelu"].alpha}


def covers(synthesis: SynthesisNetwork) -> bool:
    """True for networks that a plan can render: all but residual architectures and unusual layers."""
    return synthesis.img_channels <= _COLOURS and all(_covers(block) for block in synthesis.blocks())


def _covers(block: SynthesisBlock) -> bool:
    layers = [block.conv1] if block.in_channels == 0 else [block.conv0, block.conv1]
    return not block.has_skip and all(
        layer.weight.shape[2:] == (3, 3)
        and layer.activation in _SLOPES
        and filter_taps(layer.resample_filter, 2) is not None
        for layer in layers
    )


@dataclass(frozen=True)
class _Layer:
    """A convolution's constants, channels padded."""

    name: str
    module: SynthesisLayer
    weight: Tensor
    """[out, in, 3, 3] in channels_last order, or of an upsampling layer [in, 9 out]."""
    packed: Packed | None
    """Convolution with the packed weight, where the input is scaled and not the weight."""
    bias: npt.NDArray[np.float32]
    taps: npt.NDArray[np.float32]
    styles: slice
    scale: slice
    strength: float
    slope: float
    clamp: float


@dataclass(frozen=True)
class _Colours:
    """A toRGB layer's constants."""

    name: str
    weight: Tensor
    """[3, in]."""
    bias: npt.NDArray[np.float32]
    styles: slice
    clamp: float


@dataclass(frozen=True)
class _Block:
    resolution: int
    start: Tensor | None
    conv0: _Layer | None
    conv1: _Layer
    colours: _Colours | None
    taps: npt.NDArray[np.float32]


class Plan:
    """A network's weights, arranged for rendering one image after another. Later changes of the network are not seen.

    Args:
        synthesis: A network that `covers` accepts.
        whole: Plan of the network that `synthesis` is a low resolution of: weights are shared with it.
    """

    def __init__(self, synthesis: SynthesisNetwork, whole: "Plan | None" = None) -> None:
        self._planes = int(synthesis.img_channels)
        self._styles: AffineRows
        self._scales: AffineRows
        self._blocks: list[_Block]
        if whole is None:
            self._styles, self._scales, self._blocks = AffineRows(), AffineRows(power=2, eps=1e-8), []
            first = 0
            for block in synthesis.blocks():
                self._blocks.append(self._block(block, first))
                first += block.num_conv
            self._styles.pack()
            self._scales.pack()
            self._products = torch.empty(max([_band(block)[1] for block in self._blocks if block.conv0], default=0))
        else:
            self._styles, self._scales, self._products = whole._styles, whole._scales, whole._products
            self._blocks = whole._blocks[: len(synthesis.block_resolutions)]
        self._multiplications = self._count_multiplications()

    def _count_multiplications(self) -> int:
        layers = [layer for block in self._blocks for layer in (block.conv0, block.conv1) if layer is not None]
        return sum(layer.weight.numel() * (layer.module.resolution // layer.module.up) ** 2 for layer in layers)

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""
        return count <= _FEW or self._multiplications >= _MANY

    def steps_of(self, call: SynthesisCall) -> StepsOf:
        """Steps of each image of a call. There are no running averages to update."""
        apart, noises = torch.split(call.ws, 1), one_by_one(call.noise, len(call.ws))
        return lambda i: self.steps(apart[i], noises[i])

    def steps(self, ws: Tensor, noise: NoiseImages) -> Steps:
        """As `SynthesisNetwork.steps`, for ws [1, num_ws, w_dim]. The outputs that it yields are not changed later."""
        with ALONE:
            return (yield from self._layers(ws, noise))

    def _layers(self, ws: Tensor, noise: NoiseImages) -> Steps:
        styles = self._styles(ws[0])
        scales = self._scales(styles)
        image = np.empty(0, np.float32)
        x = self._blocks[0].start
        total: Tensor | None = None
        for block in self._blocks:
            assert x is not None
            if block.conv0 is not None:
                x = self._enlarge(block, block.conv0, x, styles, scales, noise)
                yield block.conv0.name, _public(x, block.conv0)
            layer, colours = block.conv1, block.colours
            rgb = torch.empty(1, self._planes, block.resolution, block.resolution) if colours else None
            x = modulated_convolution(x, layer.weight, layer.packed, styles[layer.styles], padding=1)
            _finish(layer, x, styles, scales, noise, colours, rgb)
            yield layer.name, _public(x, layer)
            if colours is not None and rgb is not None:
                total = torch.empty_like(rgb)
                _add_colours(block, colours, image, rgb, total)
                image = floats(total)
                yield colours.name, rgb
        assert total is not None
        return total

    def _block(self, block: SynthesisBlock, first: int) -> _Block:
        start = None if block.in_channels else _nhwc(pad_to(block.const.detach()[None], (1,)))
        taps = filter_taps(block.resample_filter, 2)
        assert taps is not None
        name = f"b{block.resolution}"
        conv0 = self._layer(f"{name}.conv0", block.conv0, first) if block.in_channels else None
        conv1 = self._layer(f"{name}.conv1", block.conv1, first + block.num_conv - 1)
        colours = self._colours(f"{name}.torgb", block.torgb, first + block.num_conv) if block.has_torgb else None
        return _Block(block.resolution, start, conv0, conv1, colours, taps)

    def _layer(self, name: str, module: SynthesisLayer, source: int) -> _Layer:
        weight = pad_to(module.weight.detach().float(), (0, 1))
        styles = self._styles.add_affine(module.affine, source)
        energy = weight.square().sum(dim=[2, 3])
        scale = self._scales.add(energy, torch.zeros(len(energy)), styles.start)
        taps = filter_taps(module.resample_filter, 2)
        assert taps is not None
        pixels = (module.resolution // module.up) ** 2
        packed = None
        if module.up > 1:
            weight = weight.permute(1, 2, 3, 0).reshape(weight.shape[1], -1).contiguous()
        else:
            weight = _nhwc(weight)
            if not scales_weight(weight, pixels, weight.shape[1]):
                packed = nhwc_convolution(weight, module.resolution, padding=1)
        return _Layer(
            name,
            module,
            weight,
            packed,
            floats(pad_to(module.bias.detach().float(), (0,))),
            taps,
            styles,
            scale,
            float(module.noise_strength) if module.use_noise else 0.0,
            _SLOPES[module.activation],
            float("inf") if module.conv_clamp is None else float(module.conv_clamp),
        )

    def _colours(self, name: str, module: ToRGBLayer, source: int) -> _Colours:
        weight = pad_to(module.weight.detach().float()[:, :, 0, 0], (1,))
        weight = F.pad(weight, (0, 0, 0, _COLOURS - len(weight))).contiguous()
        styles = self._styles.add_affine(module.affine, source, module.weight_gain)
        clamp = float("inf") if module.conv_clamp is None else float(module.conv_clamp)
        return _Colours(name, weight, floats(module.bias.detach().float()), styles, clamp)

    def _enlarge(
        self, block: _Block, layer: _Layer, x: Tensor, styles: Tensor, scales: Tensor, noise: NoiseImages
    ) -> Tensor:
        """An upsampling layer: [1, in, H, W] -> [1, out, 2 H, 2 W]."""
        height, width = x.shape[2:]
        out_channels = layer.weight.shape[1] // 9
        pixels, weight = modulated_pixels(x, layer.weight, styles[layer.styles])
        out = torch.empty(1, 2 * height, 2 * width, out_channels)
        image, strength = _noise(layer, noise)
        rows, size = _band(block)
        products = self._products[:size].view(rows + 2, width, 9 * out_channels)
        products[0].zero_()
        for first in range(0, height, rows):
            begin, end = (0 if first == 0 else first + 1), min(first + rows + 1, height)
            target = products[begin - first + 1 : end - first + 1].view(-1, 9 * out_channels)
            torch.mm(pixels[begin * width : end * width], weight, out=target)
            if end < first + rows + 1:
                products[rows + 1].zero_()
            kernels.blur_phases(
                rows * (out_channels // LANES),
                9 * width * LANES,
                floats(products),
                first,
                rows,
                height,
                width,
                out_channels,
                image,
                strength,
                layer.slope,
                layer.module.act_gain,
                layer.clamp,
                floats(scales[layer.scale]),
                layer.bias,
                layer.taps,
                floats(out),
            )
            products[:2] = products[rows:]
        return out.permute(0, 3, 1, 2)


def _band(block: _Block) -> tuple[int, int]:
    """Of a block's upsampling layer: rows of the input to work on at once, and numbers of their products."""
    assert block.conv0 is not None
    height, numbers = block.resolution // 2, block.conv0.weight.shape[1]
    rows = height
    while rows > 4 and rows * height * numbers * 4 > _PRODUCTS_BYTES:
        rows //= 2
    return rows, (rows + 2) * height * numbers


def _finish(
    layer: _Layer,
    x: Tensor,
    styles: Tensor,
    scales: Tensor,
    noise: NoiseImages,
    colours: _Colours | None,
    rgb: Tensor | None,
) -> None:
    image, strength = _noise(layer, noise)
    none = layer.bias[:0]
    pixels = x.shape[2] * x.shape[3]
    kernels.finish(
        -(-pixels // kernels.FINISH_PIXELS),
        kernels.FINISH_PIXELS * x.shape[1],
        floats(x.permute(0, 2, 3, 1)),
        pixels,
        x.shape[1],
        image,
        strength,
        layer.slope,
        layer.module.act_gain,
        layer.clamp,
        floats(scales[layer.scale]),
        layer.bias,
        none if colours is None else floats(colours.weight * styles[colours.styles]),
        none if rgb is None else floats(rgb),
        0 if rgb is None else rgb.shape[1],
    )


def _add_colours(block: _Block, colours: _Colours, image: npt.NDArray[np.float32], rgb: Tensor, total: Tensor) -> None:
    kernels.add_colours(
        rgb.shape[1] * block.resolution // 2,
        4 * block.resolution,
        image,
        floats(rgb),
        rgb.shape[1],
        block.resolution,
        block.resolution,
        block.taps,
        colours.bias,
        colours.clamp,
        floats(total),
    )


def _noise(layer: _Layer, noise: NoiseImages) -> tuple[npt.NDArray[np.float32], float]:
    """The noise image, flat, and its factor; 0 where there is none."""
    image = noise_of(layer.module, layer.name, noise, 1)
    if image is None or layer.strength == 0:
        return layer.bias[:0], 0.0
    return floats(image.float().contiguous()), layer.strength


def _public(x: Tensor, layer: _Layer) -> Tensor:
    """A layer's output without the channels that pad it."""
    return x[:, : len(layer.module.bias)]


def _nhwc(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)
