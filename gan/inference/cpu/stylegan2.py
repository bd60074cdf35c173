"""Plan of StyleGAN2's synthesis on a CPU, for one image; equivalent to the reference up to rounding.

Everything is in NHWC order. A modulated convolution scales its input, or its weight where that is smaller, by the
styles, and its output by the demodulation, which costs nothing in the pass that also adds noise and bias and
activates. An upsampling convolution is one matrix product of the input's pixels with all nine taps; the pass after it
adds up what belongs to one pixel of the output and filters it. The products are computed some rows at a time, so that
they stay in the CPU's cache.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.inference.cpu.packing import (
    AffineRows,
    StyleRows,
    filter_taps,
    floats,
    half_convolution,
    modulated_convolution,
    modulated_pixels,
    moved,
    nhwc_convolution,
    pad_to,
    scales_weight,
)
from gan.inference.cpu.plans import StepsOf
from gan.inference.cpu.precision import Precision
from gan.inference.cpu.stylegan2_layers import (
    COLOURS,
    Colours,
    Layer,
    Skip,
    add_colours,
    colours_of,
    covers_skip,
    finish,
    nhwc,
    noise_image,
    past,
    public,
    skip_of,
)
from gan.inference.revision import same_tensors, tensors_of
from gan.networks.layers import RESNET_GAIN
from gan.networks.noise import NoiseImages, one_by_one
from gan.networks.steps import Steps, of_each
from gan.networks.stylegan2 import SynthesisNetwork
from gan.networks.stylegan2_blocks import SynthesisBlock, SynthesisLayer, ToRGBLayer
from gan.networks.synthesis import SynthesisCall
from gan.ops.bias_act import ACTIVATIONS
from gan.ops.cpu import stylegan2 as kernels
from gan.ops.cpu.affine import affine_rows
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.halves import halves, scaled_halves
from gan.ops.cpu.jit import Kernel
from gan.ops.cpu.lanes import LANES

_KERNELS: dict[Precision, tuple[Kernel, ...]] = {
    "exact": (affine_rows, kernels.finish, kernels.blur_phases, kernels.add_colours),
    "fast": (affine_rows, scaled_halves, kernels.finish_half, kernels.blur_phases_half, kernels.add_colours),
}
PRODUCTS_BYTES = 1 << 23
"""Of the matrix products that are computed at once. Less would stay nearer to a core, but each product of two threads
waits for both, which costs on a busy machine."""
FEW, MANY = 4, 1 << 33
"""Larger batches, of networks with fewer multiplications per image, are left to the reference layers, which call each
operator once per batch (`python -m benchmarks.synthesis --batches`)."""
_SLOPES = {"linear": 1.0, "lrelu": ACTIVATIONS["lrelu"].alpha}


def covers(synthesis: SynthesisNetwork) -> bool:
    """True for networks that a plan can render: all but those with unusual layers."""
    return all(_covers(block) for block in synthesis.blocks())


def kernels_of(synthesis: SynthesisNetwork, precision: Precision) -> tuple[Kernel, ...]:
    """Kernels that a network needs for its plan of a precision."""
    residual = any(block.has_skip for block in synthesis.blocks())
    return (*_KERNELS[precision], kernels.enlarge) if residual else _KERNELS[precision]


def _covers(block: SynthesisBlock) -> bool:
    layers = [block.conv1] if block.in_channels == 0 else [block.conv0, block.conv1]
    return (not block.has_skip or covers_skip(block.skip)) and all(
        layer.weight.shape[2:] == (3, 3)
        and layer.activation in _SLOPES
        and filter_taps(layer.resample_filter, 2) is not None
        for layer in layers
    )


@dataclass(frozen=True)
class Block:
    """A block's constants."""

    size: tuple[int, int]
    start: Tensor | None
    conv0: Layer | None
    conv1: Layer
    colours: Colours | None
    taps: npt.NDArray[np.float32]
    skip: Skip | None = None


class Plan:
    """A network's weights, arranged for rendering one image after another. Later changes of the network are not seen.

    Args:
        synthesis: A network that `covers` accepts.
        whole: Plan of the network that `synthesis` is a low resolution of: weights are shared with it.
        like: Not needed: a low resolution shares all its layers with the whole network.
    """

    def __init__(self, synthesis: SynthesisNetwork, whole: "Plan | None" = None, like: "Plan | None" = None) -> None:
        self._planes = int(synthesis.img_channels)
        self._styles: AffineRows
        self._scales: AffineRows
        self._blocks: list[Block]
        self._places: dict[str, StyleRows] = {} if whole is None else whole._places
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
        skips = sum(
            block.skip.weight.numel() * block.size[0] * block.size[1] // 4 for block in self._blocks if block.skip
        )
        return skips + sum(layer.weight.numel() * _pixels(layer.module) for layer in layers)

    def in_bfloat16(self, like: "tuple[Plan, Plan] | None" = None) -> "Plan":
        """Plan of the same network whose matrix products are of bfloat16 numbers; all else is shared."""
        plan = copy.copy(self)
        plan._products = self._products.bfloat16() if like is None else like[1]._products
        known = {} if like is None else _halves_of(*like)

        def half(layer: Layer) -> Layer:
            return known.get(id(layer)) or _in_bfloat16(layer)

        plan._blocks = [
            replace(block, conv0=block.conv0 and half(block.conv0), conv1=half(block.conv1)) for block in self._blocks
        ]
        return plan

    def like(self, synthesis: SynthesisNetwork) -> "Plan":
        """Plan of another network of the same architecture; layers of the same tensors are shared."""
        plan = copy.copy(self)
        plan._styles, plan._scales = self._styles.copied(), self._scales.copied()
        plan._blocks = [plan._again(old, block) for old, block in zip(self._blocks, synthesis.blocks(), strict=True)]
        return plan

    def _again(self, old: Block, block: SynthesisBlock) -> Block:
        """The block with what has other tensors made anew, in the same places."""
        start = None if block.in_channels else nhwc(pad_to(block.const.detach()[None], (1,)))
        conv0 = old.conv0 and self._again_layer(old.conv0, block.conv0)
        conv1, colours = self._again_layer(old.conv1, block.conv1), old.colours
        if colours is not None and not same_tensors(tensors_of(colours.module), tensors_of(block.torgb)):
            self._styles.put_affine(colours.styles, block.torgb.affine, block.torgb.weight_gain)
            colours = self._packed_colours(colours.name, block.torgb, colours.styles)
        skip = old.skip
        if skip is not None and not same_tensors(tensors_of(skip.module), tensors_of(block.skip)):
            skip = skip_of(skip.name, block.skip)
        return replace(old, start=start, conv0=conv0, conv1=conv1, colours=colours, skip=skip)

    def _again_layer(self, old: Layer, module: SynthesisLayer) -> Layer:
        if same_tensors(tensors_of(old.module), tensors_of(module)):
            return old
        weight = pad_to(module.weight.detach().float(), (0, 1))
        self._styles.put_affine(old.styles, module.affine)
        energy = weight.square().sum(dim=[2, 3])
        self._scales.put(old.scale, energy, torch.zeros(len(energy)))
        return self._packed(old.name, module, weight, old.styles, old.scale, old.factor)

    @property
    def blocks(self) -> Sequence[Block]:
        """The blocks, from 4 x 4 upwards."""
        return self._blocks

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""
        return count <= FEW or self._multiplications >= MANY

    def steps_of(self, call: SynthesisCall) -> StepsOf:
        """Steps of each image of a call. There are no running averages to update."""
        count = len(call.ws)
        apart, noises = torch.split(call.ws, 1), one_by_one(call.noise, count)
        offsets = of_each(call.style_offsets, count)
        return lambda i: self.steps(apart[i], noises[i], offsets[i])

    def steps(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor]) -> Steps:
        """As `SynthesisNetwork.steps`, for ws [1, num_ws, w_dim]. The outputs that it yields are not changed later."""
        with ALONE:
            return (yield from self._layers(ws, noise, offsets))

    def _layers(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor]) -> Steps:
        styles = self._styles(ws[0])
        moved(styles, self._places, offsets)
        scales = self._scales(styles)
        image = np.empty(0, np.float32)
        x = self._blocks[0].start
        total: Tensor | None = None
        for block in self._blocks:
            assert x is not None
            shortcut: Tensor | None = None
            if block.skip is not None:
                shortcut = past(block.skip, x)
                yield block.skip.name, public(shortcut, block.skip)
            if block.conv0 is not None:
                x = self._enlarge(block, block.conv0, x, styles, scales, noise)
                yield block.conv0.name, public(x, block.conv0)
            layer, colours = block.conv1, block.colours
            rgb = torch.empty(1, self._planes, *block.size) if colours and shortcut is None else None
            x = modulated_convolution(x, layer.weight, layer.packed, styles[layer.styles], padding=1)
            x = finish(layer, x, styles, scales, noise, None if shortcut is not None else colours, rgb)
            yield layer.name, public(x, layer)
            if shortcut is not None:
                x = x + shortcut
                rgb = None if colours is None else colours_of(colours, x, styles, self._planes)
            if colours is not None and rgb is not None:
                total = torch.empty_like(rgb)
                add_colours(block.size, block.taps, colours, image, rgb, total)
                image = floats(total)
                yield colours.name, rgb
        assert total is not None
        return total

    def _block(self, block: SynthesisBlock, first: int) -> Block:
        start = None if block.in_channels else nhwc(pad_to(block.const.detach()[None], (1,)))
        taps = filter_taps(block.resample_filter, 2)
        assert taps is not None
        name = f"b{block.resolution}"
        conv0 = self._layer(f"{name}.conv0", block.conv0, first) if block.in_channels else None
        factor = RESNET_GAIN if block.has_skip else 1.0
        conv1 = self._layer(f"{name}.conv1", block.conv1, first + block.num_conv - 1, factor)
        colours = self._colours(f"{name}.torgb", block.torgb, first + block.num_conv) if block.has_torgb else None
        skip = skip_of(f"{name}.skip", block.skip) if block.has_skip else None
        return Block(block.size, start, conv0, conv1, colours, taps, skip)

    def _layer(self, name: str, module: SynthesisLayer, source: int, factor: float = 1.0) -> Layer:
        weight = pad_to(module.weight.detach().float(), (0, 1))
        styles = self._styles.add_affine(module.affine, source)
        self._places[name] = StyleRows(styles, 1.0)
        energy = weight.square().sum(dim=[2, 3])
        scale = self._scales.add(energy, torch.zeros(len(energy)), styles.start)
        return self._packed(name, module, weight, styles, scale, factor)

    def _packed(
        self, name: str, module: SynthesisLayer, weight: Tensor, styles: slice, scale: slice, factor: float
    ) -> Layer:
        """A layer of the padded weight [out, in, 3, 3], whose styles and scales are in these rows."""
        taps = filter_taps(module.resample_filter, 2)
        assert taps is not None
        packed = None
        if module.up > 1:
            weight = weight.permute(1, 2, 3, 0).reshape(weight.shape[1], -1).contiguous()
        else:
            weight = nhwc(weight)
            if not scales_weight(weight, _pixels(module), weight.shape[1]):
                packed = nhwc_convolution(weight, module.size, padding=1)
                weight = weight.to("meta")
        return Layer(
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
            factor,
            float("inf") if module.conv_clamp is None else float(module.conv_clamp) * factor,
        )

    def _colours(self, name: str, module: ToRGBLayer, source: int) -> Colours:
        styles = self._styles.add_affine(module.affine, source, module.weight_gain)
        self._places[name] = StyleRows(styles, module.weight_gain)
        return self._packed_colours(name, module, styles)

    def _packed_colours(self, name: str, module: ToRGBLayer, styles: slice) -> Colours:
        weight = pad_to(module.weight.detach().float()[:, :, 0, 0], (1,))
        weight = F.pad(weight, (0, 0, 0, max(COLOURS - len(weight), 0))).contiguous()
        clamp = float("inf") if module.conv_clamp is None else float(module.conv_clamp)
        return Colours(name, module, weight, floats(module.bias.detach().float()), styles, clamp)

    def _enlarge(
        self, block: Block, layer: Layer, x: Tensor, styles: Tensor, scales: Tensor, noise: NoiseImages
    ) -> Tensor:
        """An upsampling layer: [1, in, H, W] -> [1, out, 2 H, 2 W]."""
        return self.enlarged(block, x, styles[layer.styles], scales[layer.scale], *noise_image(layer, noise))

    def enlarged(
        self, block: Block, x: Tensor, styles: Tensor, scale: Tensor, image: npt.NDArray[np.float32], strength: float
    ) -> Tensor:
        """Do the same with the styles, the demodulation and the noise of a block's upsampling layer."""
        layer = block.conv0
        assert layer is not None
        height, width = x.shape[2:]
        out_channels = layer.weight.shape[1] // 9
        pixels, weight = modulated_pixels(x, layer.weight, styles)
        out = torch.empty(1, 2 * height, 2 * width, out_channels)
        rows, size = _band(block)
        products = self._products[:size].view(rows + 2, width, 9 * out_channels)
        products[0].zero_()
        for first in range(0, height, rows):
            begin, end = (0 if first == 0 else first + 1), min(first + rows + 1, height)
            target = products[begin - first + 1 : end - first + 1].view(-1, 9 * out_channels)
            torch.mm(pixels[begin * width : end * width], weight, out=target)
            if end < first + rows + 1:
                products[rows + 1].zero_()
            half = products.dtype == torch.bfloat16
            blur_phases = kernels.blur_phases_half if half else kernels.blur_phases
            blur_phases(
                rows * (out_channels // LANES),
                9 * width * LANES,
                halves(products) if half else floats(products),
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
                floats(scale),
                layer.bias,
                layer.taps,
                floats(out),
            )
            if first + rows < height:
                products[:2] = products[rows:]
        return out.permute(0, 3, 1, 2)


def _halves_of(exact: Plan, fast: Plan) -> dict[int, Layer]:
    """The fast layers of two plans of one network, by the identity of the exact ones."""
    found: dict[int, Layer] = {}
    for block, half in zip(exact._blocks, fast._blocks, strict=True):
        found[id(block.conv1)] = half.conv1
        if block.conv0 is not None and half.conv0 is not None:
            found[id(block.conv0)] = half.conv0
    return found


def _in_bfloat16(layer: Layer) -> Layer:
    if layer.module.up > 1:
        return replace(layer, weight=layer.weight.bfloat16())
    own = nhwc(pad_to(layer.module.weight.detach().float(), (0, 1)))
    weight, packed = half_convolution(own, layer.module.size, padding=1)
    return replace(layer, weight=weight, packed=packed)


def _band(block: Block) -> tuple[int, int]:
    """Of a block's upsampling layer: rows of the input to work on at once, and numbers of their products."""
    assert block.conv0 is not None
    height, width, numbers = block.size[0] // 2, block.size[1] // 2, block.conv0.weight.shape[1]
    rows = height
    while rows > 4 and rows % 2 == 0 and rows * width * numbers * 4 > PRODUCTS_BYTES:
        rows //= 2
    return rows, (rows + 2) * width * numbers


def _pixels(layer: SynthesisLayer) -> int:
    """Pixels that a layer's kernel is multiplied with: of its output, or of an upsampling layer's input."""
    return layer.size[0] * layer.size[1] // layer.up**2
