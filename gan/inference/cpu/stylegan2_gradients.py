"""Plan of StyleGAN2's synthesis on a CPU through which gradients flow, for one image; weights have none.

The image is that of the plan (`gan.inference.cpu.stylegan2`). Backwards too everything is in NHWC order, in three steps
for each layer: one pass from the gradient of a layer's output to that of its convolution's, which also adds up those of
the demodulation, the noise and the colours; the convolution with the transposed weight, after the filter of an
upsampling layer and in steps of two pixels; and one pass for the styles.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gan.inference.cpu.packing import Packed, floats, modulated_convolution, nhwc_convolution, pad_to
from gan.inference.cpu.precision import Precision
from gan.inference.cpu.stylegan2 import Block, Plan
from gan.inference.cpu.stylegan2 import kernels_of as plan_kernels
from gan.inference.cpu.stylegan2_layers import COLOURS, Colours, Layer, finished, public
from gan.networks.noise import NoiseImages, noise_of
from gan.networks.steps import Steps
from gan.networks.stylegan2 import SynthesisNetwork
from gan.networks.stylegan2_blocks import SynthesisLayer, ToRGBLayer
from gan.ops.bias_act import bias_act
from gan.ops.cpu import stylegan2_gradients as kernels
from gan.ops.cpu.crew import ALONE
from gan.ops.cpu.halves import halves
from gan.ops.cpu.jit import Kernel
from gan.ops.upfirdn2d import upsample2d

_KERNELS: Mapping[Precision, tuple[Kernel, ...]] = {
    "exact": (kernels.finish_back, kernels.blur_back, kernels.modulate_back),
    "fast": (kernels.finish_back, kernels.finish_back_half, kernels.blur_back_half, kernels.modulate_back_half),
}


def kernels_of(synthesis: SynthesisNetwork, precision: Precision) -> tuple[Kernel, ...]:
    """Kernels that a network needs for its gradients in a precision."""
    return (*plan_kernels(synthesis, precision), *_KERNELS[precision])


def covers(synthesis: SynthesisNetwork) -> bool:
    """True for networks whose gradients this plan has, of those that have a plan: all without residual blocks."""
    return not any(block.has_skip for block in synthesis.blocks())


@dataclass(frozen=True)
class _Affine:
    """Styles of a layer, channels padded."""

    weight: Tensor
    bias: Tensor
    gain: float

    @classmethod
    def of(cls, module: SynthesisLayer | ToRGBLayer, gain: float = 1.0) -> "_Affine":
        layer = module.affine
        assert layer.bias is not None
        weight = pad_to(layer.weight.detach() * (layer.weight_gain * gain), (0,))
        return cls(weight, pad_to(layer.bias.detach() * (layer.bias_gain * gain), (0,)), gain)

    def __call__(self, w: Tensor, offset: Tensor | None) -> Tensor:
        """Styles [channels] of w [w_dim]."""
        styles = F.linear(w, self.weight, self.bias)
        return styles if offset is None else styles + pad_to(offset.view(-1) * self.gain, (0,))


@dataclass(frozen=True)
class _Layer:
    """Constants of a layer, and what its gradients need besides."""

    layer: Layer
    affine: _Affine
    energy: Tensor
    """[in, out], of the demodulation."""
    back: Packed
    """Convolution of the gradient with the transposed weight."""
    enlarge: Callable[[Tensor, Tensor, Tensor, npt.NDArray[np.float32], float], Tensor] | None
    """Of an upsampling layer: x, styles, demodulation, noise image and its strength -> output."""

    @property
    def half(self) -> bool:
        """True if the convolutions are of bfloat16 numbers."""
        return self.layer.weight.dtype == torch.bfloat16


@dataclass(frozen=True)
class _Block:
    start: Tensor | None
    conv0: _Layer | None
    conv1: _Layer
    colours: tuple[Colours, _Affine] | None
    resample_filter: Tensor


class GradientPlan:
    """A network's weights, arranged for gradients of one image. Later changes of the network are not seen.

    Args:
        synthesis: A network that `covers` accepts.
        plan: Its plan.
    """

    def __init__(self, synthesis: SynthesisNetwork, plan: Plan) -> None:
        self._plan = plan
        self._blocks = [
            self._block(block, module.resample_filter)
            for block, module in zip(plan.blocks, synthesis.blocks(), strict=True)
        ]

    def steps(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor]) -> Steps:
        """As `SynthesisNetwork.steps`, for ws [1, num_ws, w_dim]."""
        x = self._blocks[0].start
        image: Tensor | None = None
        vectors, first = ws[0].unbind(), 0
        for one in self._blocks:
            assert x is not None
            if one.conv0 is not None:
                x, _ = self._layer(one.conv0, x, vectors[first], noise, offsets, None)
                first += 1
                yield one.conv0.layer.name, public(x, one.conv0.layer)
            weight = None
            if one.colours is not None:
                colours, affine = one.colours
                weight = colours.weight * affine(vectors[first + 1], offsets.get(colours.name))
            x, rgb = self._layer(one.conv1, x, vectors[first], noise, offsets, weight)
            first += 1
            yield one.conv1.layer.name, public(x, one.conv1.layer)
            if image is not None:
                image = upsample2d(image, one.resample_filter)
            if one.colours is not None and rgb is not None:
                module = one.colours[0].module
                rgb = bias_act(rgb[:, : len(module.weight)], module.bias, clamp=module.conv_clamp)
                yield one.colours[0].name, rgb
                image = rgb if image is None else image + rgb
        assert image is not None
        return image

    def _layer(
        self,
        own: _Layer,
        x: Tensor,
        w: Tensor,
        noise: NoiseImages,
        offsets: Mapping[str, Tensor],
        colours: Tensor | None,
    ) -> tuple[Tensor, Tensor | None]:
        """Output of a layer [1, out, H, W] and its colours [1, planes, H, W], for w [w_dim]."""
        layer = own.layer
        styles = own.affine(w, offsets.get(layer.name))
        scale = (styles.square() @ own.energy + 1e-8).rsqrt()
        image = noise_of(layer.module, layer.name, noise, 1) if layer.strength else None
        fits = colours is not None and len(colours) <= COLOURS
        result: Any = _Convolve.apply(x, styles, scale, image, colours if fits else None, own)  # type: ignore[no-untyped-call]
        y, rgb = result
        if colours is not None and not fits:
            pixels = y.permute(0, 2, 3, 1).reshape(-1, y.shape[1])
            rgb = (colours @ pixels.t()).view(1, -1, *y.shape[2:])
        return y, rgb

    def _block(self, block: Block, resample_filter: Tensor) -> _Block:
        colours = None
        if block.colours is not None:
            module = block.colours.module
            colours = block.colours, _Affine.of(module, module.weight_gain)
        conv0 = None if block.conv0 is None else self._packed(block.conv0, block)
        return _Block(block.start, conv0, self._packed(block.conv1, block), colours, resample_filter)

    def _packed(self, layer: Layer, block: Block) -> _Layer:
        weight = pad_to(layer.module.weight.detach(), (0, 1))
        energy = weight.square().sum(dim=[2, 3]).t().contiguous()
        weight = weight.transpose(0, 1).to(layer.weight.dtype)
        affine, (height, width) = _Affine.of(layer.module), block.size
        if layer.module.up == 1:
            turned = weight.flip([2, 3]).contiguous(memory_format=torch.channels_last)
            return _Layer(layer, affine, energy, nhwc_convolution(turned, (height, width), padding=1), None)

        def enlarge(
            x: Tensor, styles: Tensor, scale: Tensor, image: npt.NDArray[np.float32], strength: float
        ) -> Tensor:
            with ALONE:
                return self._plan.enlarged(block, x, styles, scale, image, strength)

        whole = weight.contiguous(memory_format=torch.channels_last)
        back = nhwc_convolution(whole, (height + 1, width + 1), padding=0, stride=2)
        return _Layer(layer, affine, energy, back, enlarge)


def plan_of(synthesis: SynthesisNetwork, precision: Precision) -> GradientPlan:
    """Make the plan of a network that `covers` accepts."""
    exact = Plan(synthesis)
    return GradientPlan(synthesis, exact if precision == "exact" else exact.in_bfloat16())


class _Convolve(torch.autograd.Function):
    """A layer: x, styles, demodulation, noise image and weights of colours -> output and colours."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, styles: Tensor, scale: Tensor, noise: Tensor | None, colours: Tensor | None, own: _Layer
    ) -> tuple[Tensor, Tensor | None]:
        layer = own.layer
        image = layer.bias[:0] if noise is None else floats(noise.detach().contiguous())
        strength, rgb = 0.0 if noise is None else layer.strength, None
        if own.enlarge is not None:
            y = own.enlarge(x, styles, scale, image, strength)
        else:
            rgb = None if colours is None else torch.empty(1, COLOURS, *layer.module.size)
            z = modulated_convolution(x, layer.weight, layer.packed, styles, padding=1)
            y = finished(layer, z, scale, image, strength, colours, rgb)
        ctx.save_for_backward(x, styles, scale, noise, colours, y)
        ctx.own = own
        ctx.set_materialize_grads(False)
        return y, rgb

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        x, styles, scale, noise, colours, y = ctx.saved_tensors
        own: _Layer = ctx.own
        dz, dscale, dnoise, dcolours = _unfinished(own, y, scale, noise, colours, *grads)
        if own.enlarge is not None:
            dz = _unblurred(own, dz)
        dx, dstyles = _unmodulated(own.back(dz), x, styles)
        return dx, dstyles, dscale, dnoise, dcolours, None


def _unfinished(
    own: _Layer,
    y: Tensor,
    scale: Tensor,
    noise: Tensor | None,
    colours: Tensor | None,
    dy: Tensor | None,
    drgb: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """Gradients of a convolution's output, its scale, the noise and the weights of the colours."""
    layer, none = own.layer, own.layer.bias[:0]
    channels, height, width = y.shape[1:]
    pixels = height * width
    strength = 0.0 if noise is None else layer.strength
    half = own.half and own.enlarge is None  # else what is filtered is rounded
    dz = torch.empty(1, height, width, channels, dtype=torch.bfloat16 if half else torch.float32)
    tasks = -(-pixels // kernels.PIXELS)
    sums = torch.empty(tasks, kernels.SUMS, channels)
    dnoise = torch.empty_like(noise, memory_format=torch.contiguous_format) if noise is not None else None
    kernel = kernels.finish_back_half if half else kernels.finish_back
    kernel(
        tasks,
        kernels.PIXELS * channels,
        none if dy is None else _numbers(dy),
        _numbers(y),
        pixels,
        channels,
        none if noise is None else floats(noise.detach().contiguous()),
        strength,
        layer.slope,
        layer.module.act_gain * layer.factor,
        layer.clamp,
        floats(scale),
        layer.bias,
        none if colours is None or drgb is None else floats(colours.detach()),
        none if drgb is None else floats(drgb.contiguous()),
        0 if drgb is None else COLOURS,
        halves(dz) if half else floats(dz),
        floats(sums),
        none if dnoise is None else floats(dnoise),
    )
    added = sums.sum(dim=0)
    return dz.permute(0, 3, 1, 2), added[0] / scale, dnoise, None if drgb is None else added[1:]


def _unblurred(own: _Layer, dz: Tensor) -> Tensor:
    """Gradient of the enlarged image before the filter, [1, C, H + 1, W + 1], of that [1, C, H, W] behind it."""
    channels, height, width = dz.shape[1:]
    out = torch.empty(1, height + 1, width + 1, channels, dtype=torch.bfloat16 if own.half else torch.float32)
    kernel = kernels.blur_back_half if own.half else kernels.blur_back
    kernel(
        height + 1,
        width * channels,
        _numbers(dz),
        height,
        width,
        channels,
        own.layer.taps,
        halves(out) if own.half else floats(out),
    )
    return out.permute(0, 3, 1, 2)


def _unmodulated(dz: Tensor, x: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of x [1, C, H, W] and of the styles, from that of their product."""
    channels, height, width = x.shape[1:]
    pixels = height * width
    tasks = -(-pixels // kernels.PIXELS)
    dx = torch.empty(1, height, width, channels)
    sums = torch.empty(tasks, channels)
    half = dz.dtype == torch.bfloat16
    own = dz.permute(0, 2, 3, 1).contiguous()
    kernel = kernels.modulate_back_half if half else kernels.modulate_back
    kernel(
        tasks,
        kernels.PIXELS * channels,
        halves(own) if half else floats(own),
        _numbers(x),
        pixels,
        channels,
        floats(styles.contiguous()),
        floats(dx),
        floats(sums),
    )
    return dx.permute(0, 3, 1, 2), sums.sum(dim=0)


def _numbers(x: Tensor) -> npt.NDArray[np.float32]:
    """The numbers of a tensor [1, C, H, W] in NHWC order, flat."""
    return floats(x.detach().permute(0, 2, 3, 1).contiguous())
