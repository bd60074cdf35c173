"""Plan of StyleGAN1's synthesis on a CPU, for one image; equivalent to the reference up to rounding.

Everything is in NHWC order. The kernels do not depend on the image, so they are packed once. An upsampling convolution
is one matrix product of the input's pixels with all nine taps, as in StyleGAN2's plan; the pass after it adds up,
blurs, adds noise and bias, activates, and sums up each channel for its normalisation, which is one more pass together
with the style.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from gan.inference.cpu.packing import (
    AffineRows,
    StyleRows,
    floats,
    moved,
    pad_to,
)
from gan.inference.cpu.plans import StepsOf
from gan.inference.cpu.precision import Precision
from gan.inference.cpu.stylegan1_layers import (
    SLOPES,
    Colours,
    Layer,
    activated,
    colours_of,
    enlarging_taps,
    in_bfloat16,
    noise_image,
    packed_layer,
    public,
    rgb_of,
    second,
    styled,
)
from gan.inference.cpu.stylegan2 import FEW, MANY, PRODUCTS_BYTES
from gan.inference.cpu.stylegan2_layers import nhwc
from gan.inference.revision import same_tensors, tensors_of
from gan.networks.noise import NoiseImages, one_by_one
from gan.networks.steps import Steps, of_each
from gan.networks.stylegan1 import SynthesisBlock, SynthesisNetwork
from gan.networks.stylegan1_layers import SynthesisLayer, checked_lod, enlarge
from gan.networks.synthesis import SynthesisCall
from gan.ops.cpu import stylegan1 as kernels
from gan.ops.cpu.affine import affine_rows
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.halves import halves
from gan.ops.cpu.jit import Kernel
from gan.ops.cpu.lanes import LANES

_KERNELS: dict[Precision, tuple[Kernel, ...]] = {
    "exact": (affine_rows, kernels.activate, kernels.enlarge_phases, kernels.style),
    "fast": (
        *(affine_rows, kernels.activate, kernels.activate_half),
        *(kernels.enlarge_phases, kernels.enlarge_phases_half, kernels.style),
    ),
}


def covers(synthesis: SynthesisNetwork) -> bool:
    """True for networks as they were published: a constant, styles, normalised channels and a short blur."""
    return all(_covers(block) for block in synthesis.blocks())


def kernels_of(synthesis: SynthesisNetwork, precision: Precision) -> tuple[Kernel, ...]:
    """Kernels that a network needs for its plan of a precision."""
    return _KERNELS[precision]


def _covers(block: SynthesisBlock) -> bool:
    layers: list[SynthesisLayer] = [getattr(block, name) for name in (block.first, block.second)]
    return block.const_input and all(
        layer.use_styles
        and layer.use_instance_norm
        and not layer.use_pixel_norm
        and layer.activation in SLOPES
        and (not layer.up or enlarging_taps(layer.resample_filter) is not None)
        for layer in layers
    )


@dataclass(frozen=True)
class _Block:
    resolution: int
    start: Tensor | None
    first: Layer
    second: Layer
    colours: Colours | None


class Plan:
    """A network's weights, arranged for rendering one image after another. Later changes of the network are not seen.

    Args:
        synthesis: A network that `covers` accepts.
    """

    def __init__(self, synthesis: SynthesisNetwork) -> None:
        self._resolution, self._progressive = synthesis.img_resolution, synthesis.progressive
        self._styles = AffineRows()
        self._places: dict[str, StyleRows] = {}
        self._blocks = [self._block(block, 2 * i) for i, block in enumerate(synthesis.blocks())]
        self._styles.pack()
        self._products = torch.empty(max([_band(block)[1] for block in self._blocks], default=0))
        self._half_products = torch.empty(0, dtype=torch.bfloat16)
        self._multiplications = sum(_multiplications(block) for block in self._blocks)

    def in_bfloat16(self, like: "tuple[Plan, Plan] | None" = None) -> "Plan":
        """Plan of the same network whose matrix products are of bfloat16 numbers; all else is shared."""
        plan = copy.copy(self)
        plan._half_products = self._products.bfloat16() if like is None else like[1]._half_products
        known: dict[int, Layer] = {}
        for exact, fast in () if like is None else zip(like[0]._blocks, like[1]._blocks, strict=True):
            known |= {id(exact.first): fast.first, id(exact.second): fast.second}

        def half(layer: Layer) -> Layer:
            return known.get(id(layer)) or in_bfloat16(layer)

        plan._blocks = [replace(block, first=half(block.first), second=half(block.second)) for block in self._blocks]
        return plan

    def like(self, synthesis: SynthesisNetwork) -> "Plan":
        """Plan of another network of the same architecture; layers of the same tensors are shared."""
        plan = copy.copy(self)
        plan._styles = self._styles.copied()
        plan._blocks = [plan._again(old, block) for old, block in zip(self._blocks, synthesis.blocks(), strict=True)]
        return plan

    def _again(self, old: _Block, block: SynthesisBlock) -> _Block:
        layers = [
            self._again_layer(one, getattr(block, name))
            for one, name in ((old.first, block.first), (old.second, block.second))
        ]
        colours = old.colours
        if colours is not None and not same_tensors(tensors_of(colours.module), tensors_of(block.torgb)):
            colours = colours_of(block.torgb)
        return _Block(old.resolution, _start(block), layers[0], layers[1], colours)

    def _again_layer(self, old: Layer, module: SynthesisLayer) -> Layer:
        if same_tensors(tensors_of(old.module), tensors_of(module)):
            return old
        self._styles.put_affine(old.styles, module.affine)
        return packed_layer(old.name, module, old.styles)

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""
        return count <= FEW or self._multiplications >= MANY

    def steps_of(self, call: SynthesisCall) -> StepsOf:
        """Steps of each image of a call, at its level of detail."""
        count = len(call.ws)
        apart, noises = torch.split(call.ws, 1), one_by_one(call.noise, count)
        offsets = of_each(call.style_offsets, count)
        return lambda i: self.steps(apart[i], noises[i], offsets[i], call.lod)

    def steps(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor], lod: float) -> Steps:
        """As `SynthesisNetwork.steps`, for ws [1, num_ws, w_dim]. The outputs that it yields are not changed later."""
        with ALONE:
            return (yield from self._layers(ws, noise, offsets, lod))

    def _layers(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor], lod: float) -> Steps:
        levels, rest = checked_lod(lod, self._resolution, self._progressive)
        blocks = self._blocks[: len(self._blocks) - levels]
        styles = self._styles(ws[0])
        moved(styles, self._places, offsets)
        x: Tensor | None = None
        image: Tensor | None = None
        for block in blocks:
            x = self._first(block, x, styles, noise)
            yield block.first.name, public(x, block.first)
            x = second(block.second, x, styles, noise)
            yield block.second.name, public(x, block.second)
            if block is blocks[-1] or (rest and block is blocks[-2]):
                assert block.colours is not None
                rgb = rgb_of(block.colours, x)
                yield f"b{block.resolution}.torgb", rgb
                image = rgb if image is None else torch.lerp(rgb, enlarge(image, 2), rest)
        assert image is not None
        return enlarge(image, self._resolution // blocks[-1].resolution)

    def _block(self, block: SynthesisBlock, source: int) -> _Block:
        layers = []
        for i, name in enumerate((block.first, block.second)):
            module: SynthesisLayer = getattr(block, name)
            styles = self._styles.add_affine(module.affine, source + i)
            self._places[block.layer_names[i]] = StyleRows(styles, 1.0)
            layers.append(packed_layer(block.layer_names[i], module, styles))
        colours = colours_of(block.torgb) if hasattr(block, "torgb") else None
        return _Block(block.resolution, _start(block), layers[0], layers[1], colours)

    def _first(self, block: _Block, x: Tensor | None, styles: Tensor, noise: NoiseImages) -> Tensor:
        """A block's first layer: of its constant, or of the features of the block below, enlarged."""
        layer = block.first
        if x is None:
            assert block.start is not None
            return activated(layer, block.start, styles, noise)
        assert layer.weight is not None
        height, width = x.shape[2:]
        channels = layer.weight.shape[1] // 9
        pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
        pixels = pixels.bfloat16() if layer.half else pixels
        out, sums = torch.empty(1, 2 * height, 2 * width, channels), np.empty((height, 3, channels), np.float32)
        image = noise_image(layer, noise)
        rows, size = _band(block)
        products = (self._half_products if layer.half else self._products)[:size].view(rows + 2, width, 9 * channels)
        products[0].zero_()
        for first in range(0, height, rows):
            begin, end = (0 if first == 0 else first + 1), min(first + rows + 1, height)
            target = products[begin - first + 1 : end - first + 1].view(-1, 9 * channels)
            torch.mm(pixels[begin * width : end * width], layer.weight, out=target)
            if end < first + rows + 1:
                products[rows + 1].zero_()
            kernel = kernels.enlarge_phases_half if layer.half else kernels.enlarge_phases
            kernel(
                rows * (channels // LANES),
                9 * width * LANES,
                halves(products) if layer.half else floats(products),
                first,
                rows,
                height,
                width,
                channels,
                image,
                layer.strength,
                layer.slope,
                layer.bias,
                layer.taps,
                sums.ravel(),
                floats(out),
            )
            if first + rows < height:
                products[:2] = products[rows:]
        return styled(layer, out.permute(0, 3, 1, 2), out, sums, np.full(height, 4 * width), styles)


def _start(block: SynthesisBlock) -> Tensor | None:
    """The constant [1, channels, R, R] of the first block; None for the others."""
    return nhwc(pad_to(block.const.detach().float()[None], (1,))) if block.first == "input" else None


def _band(block: _Block) -> tuple[int, int]:
    """Of a block's upsampling layer: rows of the input to work on at once, and numbers of their products."""
    if block.first.weight is None:
        return 0, 0
    side, numbers = block.resolution // 2, block.first.weight.shape[1]
    rows = side
    while rows > 4 and rows % 2 == 0 and rows * side * numbers * 4 > PRODUCTS_BYTES:
        rows //= 2
    return rows, (rows + 2) * side * numbers


def _multiplications(block: _Block) -> int:
    """Of a block's convolutions for one image."""
    pixels = block.resolution**2
    first = 0 if block.first.weight is None else block.first.weight.numel() * pixels // 4
    kernel = block.second.module.weight
    return first + kernel.numel() * pixels
