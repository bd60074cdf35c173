"""Plan of StyleGAN3's synthesis on a CPU, for one image; equivalent to the reference up to rounding.

Everything is in NHWC order. A modulated convolution scales its input, or its weight where that is smaller, by the
styles; the demodulation is the scale of what the fused filtered leaky ReLU reads.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from gan.inference.cpu.packing import (
    AffineRows,
    Floats,
    Packed,
    StyleRows,
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
from gan.inference.revision import same_tensors, tensors_of
from gan.networks.steps import Steps, of_each
from gan.networks.stylegan3 import SynthesisNetwork
from gan.networks.stylegan3_layers import SynthesisLayer
from gan.networks.synthesis import SynthesisCall
from gan.ops.cpu.affine import affine_rows
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.filtered_lrelu import FilteredLrelu
from gan.ops.cpu.halves import SPLIT, SPLIT_WEIGHT, Halves, halves, scaled_halves, split_weight
from gan.ops.cpu.jit import Kernel

NEAR = 5
"""So many of the last layers split pixels as well as weights; they have the smaller part of the multiplications."""
EXACT = 2
"""So many of the last layers of a low resolution stay in float32: they are small, and are seen as they are."""
NARROW = 128
"""A matrix product with fewer columns is no quicker in bfloat16: its pixels are read and written more often."""


def covers(synthesis: SynthesisNetwork) -> bool:
    """True for networks that a plan can render: those that consist of its layers."""
    return all(_covers(getattr(synthesis, layer.name)) for layer in synthesis.design.layers)


def _covers(module: SynthesisLayer) -> bool:
    d = module.design
    if d.is_torgb:
        plain = module.up_filter is None and module.down_filter is None and d.up_factor == d.down_factor == 1
        return plain and d.conv_kernel == 1 and not any(d.padding)
    return d.conv_kernel in (1, 3) and _filter(module) is not None


def _filter(module: SynthesisLayer) -> FilteredLrelu | None:
    d = module.design
    fu, fd = (None if f is None else f.numpy() for f in (module.up_filter, module.down_filter))
    return FilteredLrelu.design(fu, fd, d.up_factor, d.down_factor, d.padding, math.sqrt(2), 0.2, module.conv_clamp)


def kernels(synthesis: SynthesisNetwork, precision: Precision = "exact") -> list[Kernel]:
    """Kernels that a network needs, each once."""
    modules = [getattr(synthesis, layer.name) for layer in synthesis.design.layers if not layer.is_torgb]
    filters = [f for module in modules if (f := _filter(module)) is not None]
    if precision == "exact":
        return [affine_rows, *dict.fromkeys(f.kernel for f in filters)]
    return [affine_rows, scaled_halves, *dict.fromkeys(f.kernel_half for f in filters)]


@dataclass(frozen=True)
class _Layer:
    """A layer's constants, channels padded."""

    module: SynthesisLayer
    weight: Tensor
    """[out, in, 3, 3] in channels_last order, or of a 1 x 1 convolution [in, out]; without its numbers if packed."""
    packed: Packed | None
    """Convolution with the packed weight, where the input is scaled and not the weight."""
    bias: Tensor
    styles: slice
    scale: slice
    gain: float
    filter: FilteredLrelu | None
    """None for toRGB."""


class Plan:
    """A network's weights, arranged for rendering one image after another. Later changes of the network are not seen.

    Args:
        synthesis: A network that `covers` accepts.
        whole: Plan of the network that `synthesis` is a low resolution of: equal weights are shared with it.
        like: Plan of another network at this low resolution: layers of the same tensors are shared with it.
    """

    def __init__(self, synthesis: SynthesisNetwork, whole: "Plan | None" = None, like: "Plan | None" = None) -> None:
        self._input = synthesis.input
        self._output_scale = float(synthesis.output_scale)
        self._styles: AffineRows = AffineRows() if whole is None else whole._styles
        self._scales: AffineRows = AffineRows(power=2, eps=1e-8) if whole is None else whole._scales
        modules = [getattr(synthesis, layer.name) for layer in synthesis.design.layers]
        self._places: dict[str, StyleRows] = {} if whole is None else whole._places
        self._layers: list[_Layer]
        if whole is None:
            self._layers = [self._layer(module, i + 1) for i, module in enumerate(modules)]
            self._styles.pack()
            self._scales.pack()
        else:
            known = [None] * len(modules) if like is None else like._layers
            self._layers = [
                _like(layer, module, other, len(modules) - 1 - i)
                for i, (layer, module, other) in enumerate(zip(whole._layers, modules, known, strict=True))
            ]

    def in_bfloat16(self, like: "tuple[Plan, Plan] | None" = None) -> "Plan":
        """Plan of the same network whose matrix products are of bfloat16 numbers; all else is shared."""
        plan = copy.copy(self)
        pairs = () if like is None else zip(like[0]._layers, like[1]._layers, strict=True)
        known = {id(exact): fast for exact, fast in pairs}
        last = len(self._layers) - 1
        plan._layers = [known.get(id(layer)) or _in_bfloat16(layer, last - i) for i, layer in enumerate(self._layers)]
        return plan

    def like(self, synthesis: SynthesisNetwork) -> "Plan":
        """Plan of another network of the same architecture; layers of the same tensors are shared."""
        plan = copy.copy(self)
        plan._input = synthesis.input
        plan._styles, plan._scales = self._styles.copied(), self._scales.copied()
        modules = [getattr(synthesis, layer.name) for layer in synthesis.design.layers]
        plan._layers = [plan._again(old, module) for old, module in zip(self._layers, modules, strict=True)]
        return plan

    def _again(self, old: _Layer, module: SynthesisLayer) -> _Layer:
        """The layer, made anew in the same places if it has other tensors."""
        if same_tensors(tensors_of(old.module), tensors_of(module)):
            return old
        self._styles.put_affine(old.styles, module.affine)
        kernels = _kernels(module, module.weight)
        if not module.design.is_torgb:
            energy = kernels.square().sum(dim=[2, 3])
            self._scales.put(old.scale, energy, torch.zeros(len(energy)))
        return _packed_layer(module, old.styles, old.scale, kernels)

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""
        return True

    def steps_of(self, call: SynthesisCall) -> StepsOf | None:
        """Steps of each image of a call; None for one that updates magnitudes."""
        if call.update_emas:
            return None
        apart, transform = torch.split(call.ws, 1), call.transform
        own = transform is not None and transform.ndim == 3
        transforms = torch.split(transform, 1) if transform is not None and own else (transform,) * len(apart)
        offsets = of_each(call.style_offsets, len(apart))
        return lambda i: self.steps(apart[i], transforms[i], offsets[i])

    def steps(
        self, ws: Tensor, transform: Tensor | None, offsets: Mapping[str, Tensor] = MappingProxyType({})
    ) -> Steps:
        """As `SynthesisNetwork.steps`, for ws [1, num_ws, w_dim]. The outputs that it yields are not changed later."""
        with ALONE:
            return (yield from self._run(ws, transform, offsets))

    def _run(self, ws: Tensor, transform: Tensor | None, offsets: Mapping[str, Tensor]) -> Steps:
        styles = self._styles(ws[0])
        moved(styles, self._places, offsets)
        for layer in self._layers:
            if layer.filter is not None:
                own = styles[layer.styles]
                own *= (own.square().sum() / layer.module.design.in_channels).rsqrt()
        scales = self._scales(styles)
        x: Tensor = self._input(ws[:, 0], transform, offsets.get("input"))
        yield "input", x
        x = pad_to(x, (1,)).contiguous(memory_format=torch.channels_last)
        for layer in self._layers:
            # One name for all: the input is freed before the output is allocated.
            x = _convolve(layer, x, styles[layer.styles] * layer.gain)
            if layer.filter is None:
                x = _coloured(layer, x)
            else:
                x = _activated(layer.filter, x, scales[layer.scale], layer.bias)
            yield layer.module.design.name, x[:, : layer.module.design.out_channels]
        return x * self._output_scale

    def _layer(self, module: SynthesisLayer, source: int) -> _Layer:
        d = module.design
        styles = self._styles.add_affine(module.affine, source)
        self._places[d.name] = StyleRows(styles, 1.0)
        kernels = _kernels(module, module.weight)
        energy = kernels.square().sum(dim=[2, 3])
        scale = slice(0, 0) if d.is_torgb else self._scales.add(energy, torch.zeros(len(energy)), styles.start)
        return _packed_layer(module, styles, scale, kernels)


def _packed_layer(module: SynthesisLayer, styles: slice, scale: slice, kernels: Tensor) -> _Layer:
    """A layer whose styles and scales are in these rows; `kernels` are those of its own weight (see `_kernels`)."""
    d = module.design
    gain = float(module.magnitude_ema.rsqrt())
    if d.is_torgb:
        gain /= math.sqrt(d.in_channels * d.conv_kernel**2)
    weight, packed = _packed(module, kernels if module.resampled is None else _kernels(module, module.resampled))
    bias = module.bias.detach()
    return _Layer(
        module,
        weight,
        packed,
        bias if d.is_torgb else pad_to(bias, (0,)),
        styles,
        scale,
        gain,
        None if d.is_torgb else _filter(module),
    )


def _like(layer: _Layer, module: SynthesisLayer, other: _Layer | None, after: int) -> _Layer:
    """Layer of a low-resolution network, whose module is `module`, made of the whole network's layer.

    `other` is that of another network, which is taken if it has the same tensors; `after` counts the layers after it.
    """
    if (
        other is not None
        and (after <= EXACT or other.weight.dtype == layer.weight.dtype)
        and same_tensors(tensors_of(other.module), tensors_of(module))
    ):
        return replace(other, module=module)
    if module.resampled is None:
        return replace(layer, module=module, filter=None if layer.filter is None else _filter(module))
    weight, packed = _packed(module, _kernels(module, module.resampled))
    own = replace(layer, module=module, filter=_filter(module), weight=weight, packed=packed)
    return own if layer.weight.dtype == torch.float32 else _in_bfloat16(own, after)


def _in_bfloat16(layer: _Layer, after: int) -> _Layer:
    """The layer, after which come `after` others, with its weight in bfloat16; one that is no quicker so stays.

    Weights are split: their rounding would shift the levels of whole channels, which add up to 2 to 3 % of the contrast
    over the many layers. The rounding of pixels is noise, of which the filters of further layers leave little; near the
    image, and at a lower sampling rate than the network's, pixels are split too.
    """
    module, d = layer.module, layer.module.design
    resampled = module.resampled is not None
    narrow = d.conv_kernel == 1 and layer.weight.shape[1] < NARROW
    if layer.filter is None or narrow or (resampled and after <= EXACT):
        return layer
    parts = SPLIT if resampled or after < NEAR else SPLIT_WEIGHT
    if d.conv_kernel == 1:
        return replace(layer, weight=split_weight(layer.weight, 0, parts))
    kernels = _kernels(module, module.weight if module.resampled is None else module.resampled)
    weight, packed = half_convolution(kernels, (d.in_size, d.in_size), d.conv_kernel - 1, parts)
    return replace(layer, weight=weight, packed=packed)


def _kernels(module: SynthesisLayer, kernels: Tensor) -> Tensor:
    """Kernels scaled as the layer's weight is before it is demodulated, channels padded."""
    if module.design.is_torgb:
        return pad_to(kernels.detach(), (1,))
    return pad_to(kernels.detach() * module.weight.detach().square().mean(dim=[1, 2, 3], keepdim=True).rsqrt(), (0, 1))


def _packed(module: SynthesisLayer, kernels: Tensor) -> tuple[Tensor, Packed | None]:
    """`_Layer.weight` and `_Layer.packed` of these kernels (see `_kernels`)."""
    d = module.design
    if d.conv_kernel == 1:
        return kernels[:, :, 0, 0].t().contiguous(), None
    weight = kernels.contiguous(memory_format=torch.channels_last)
    if scales_weight(weight, d.in_size**2, weight.shape[1]):
        return weight, None
    return weight.to("meta"), nhwc_convolution(weight, (d.in_size, d.in_size), padding=d.conv_kernel - 1)


def _convolve(layer: _Layer, x: Tensor, scale: Tensor) -> Tensor:
    """The modulated convolution of x [1, in, H, W], before demodulation: [1, out, ...] in channels_last order."""
    if layer.module.design.conv_kernel > 1:
        return modulated_convolution(x, layer.weight, layer.packed, scale, layer.module.design.conv_kernel - 1)
    pixels, weight = modulated_pixels(x, layer.weight, scale)
    return (pixels @ weight).view(1, *x.shape[2:], -1).permute(0, 3, 1, 2)


def _activated(op: FilteredLrelu, y: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Demodulation, bias and filtered leaky ReLU of a convolution's output [1, C, H, W], in channels_last order."""
    height, width = op.size(*y.shape[2:])
    out = torch.empty(height, width, y.shape[1])
    op(_pixels(y), floats(scale), floats(bias), out.numpy())
    return out[None].permute(0, 3, 1, 2)


def _pixels(y: Tensor) -> Floats | Halves:
    """[H, W, C] of [1, C, H, W] in channels_last order, not copied; of bfloat16 numbers their bits."""
    pixels = y[0].permute(1, 2, 0).contiguous()
    own: Floats | Halves = halves(pixels).reshape(pixels.shape) if pixels.dtype == torch.bfloat16 else pixels.numpy()
    return own


def _coloured(layer: _Layer, y: Tensor) -> Tensor:
    clamp = layer.module.conv_clamp
    rgb = (y + layer.bias[:, None, None]).contiguous()
    return rgb if clamp is None else rgb.clamp_(-clamp, clamp)
