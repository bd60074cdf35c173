"""StyleGAN3's images of low resolution: the same network at a lower sampling rate (arXiv 2106.12423, section 2).

The layers of an alias-free network work on continuous signals, of which the pixels are samples: fewer samples give the
same signals, without the frequencies that so few cannot carry. Left out at 1 / n of the resolution are:

* Frequencies: every layer has 1 / n of its sampling rate, but no less than `LEAST_RATE` or its own, since the first
  layers decide what the image shows. Frequencies above half the new rate are gone, in the layers and in the image, and
  so is what later layers would have made of them.
* Margin: around the image it has half as many pixels, so near the edge some of what lies outside is missing.
* Exact kernels: the taps of a 3 x 3 kernel lie one sample of the original rate apart. On the coarser grid each tap lies
  between samples and is spread over the nearest three of them, along both axes, by the parabola through those.

Styles, demodulation, magnitudes and biases are those of the whole network, which shares all its weights.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gan.inference.low_res.views import view_of
from gan.inference.revision import same_tensors
from gan.networks.stylegan3 import SynthesisNetwork
from gan.networks.stylegan3_design import InputDesign, LayerDesign, Stage, SynthesisDesign, layer_between
from gan.networks.stylegan3_layers import SynthesisLayer, layer_filters

LEAST_RATE = 32
"""Lowest rate of any layer: with fewer samples of the first layers, other images appear."""
FRACTIONS = (2, 4)
"""Divisors of the resolution. Smaller images cost nearly as much as a quarter does."""
WORTH = 0.85
"""Largest share of the next larger resolution's cost; a resolution that costs more is left out."""


def multiplications(synthesis: SynthesisNetwork) -> float:
    """Multiplications of a whole image."""
    return float(synthesis.design.multiplications)


def shares(synthesis: SynthesisNetwork) -> dict[int, float]:
    """Low resolutions of a network, ascending, each with its share of the whole image's multiplications."""
    return design_shares(synthesis.design)


def design_shares(design: SynthesisDesign) -> dict[int, float]:
    """Low resolutions of a design, ascending, each with its share of the multiplications.

    Empty where the kernels have other sizes than those of the published networks.
    """
    if any(layer.conv_kernel not in (1, 3) for layer in design.layers):
        return {}
    whole = design.layers[-1].out_size
    shares: dict[int, float] = {}
    for side in (whole // n for n in FRACTIONS):
        # The input's waves fade between their bandwidth and half the rate.
        if side > 2 * design.input.bandwidth:
            share = small_design(design, side).multiplications / design.multiplications
            if share <= WORTH * min(shares.values(), default=1.0):
                shares[side] = share
    return dict(sorted(shares.items()))


def small_design(design: SynthesisDesign, resolution: int) -> SynthesisDesign:
    """Design of a network at a low resolution; at its own resolution, the design itself.

    Layers keep their names, and compute in half precision where they did.
    """
    last = design.layers[-1]
    if resolution == last.out_size:
        return design
    stages = [_stage(layer, last, resolution) for layer in design.layers]
    layers = []
    for i, (layer, after) in enumerate(zip(design.layers, stages, strict=True)):
        made = layer_between(
            i,
            stages[max(i - 1, 0)],
            after,
            is_torgb=layer.is_torgb,
            is_critically_sampled=layer.is_critically_sampled,
            use_fp16=layer.use_fp16,
            conv_kernel=layer.conv_kernel,
            filter_size=design.filter_size,
            lrelu_upsampling=design.lrelu_upsampling,
            use_radial_filters=layer.down_radial,
        )
        layers.append(replace(made, name=layer.name))
    start = InputDesign(design.input.channels, stages[0].size, stages[0].sampling_rate, design.input.bandwidth)
    return replace(design, input=start, layers=tuple(layers))


def _stage(layer: LayerDesign, last: LayerDesign, resolution: int) -> Stage:
    """Signal after a layer, at a low resolution."""
    fraction = last.out_sampling_rate // resolution
    rate = max(layer.out_sampling_rate // fraction, min(layer.out_sampling_rate, LEAST_RATE, resolution))
    margin = (layer.out_size - layer.out_sampling_rate) // 2
    cutoff, half_width = layer.out_cutoff, layer.out_half_width
    if rate < layer.out_sampling_rate:
        cutoff = min(cutoff, rate / 2)
        # As wide as the rate leaves room for; at the limit, as narrow as in the image's own last layers.
        narrow = min(half_width, cutoff * last.out_half_width / last.out_cutoff)
        half_width = max(rate / 2 - cutoff, narrow)
    return Stage(cutoff, cutoff + half_width, rate, half_width, rate + 2 * (margin // 2), layer.out_channels)


def at_resolution(
    synthesis: SynthesisNetwork, resolution: int, like: SynthesisNetwork | None = None
) -> SynthesisNetwork:
    """Network of the same weights whose layers have the sampling rates of a low resolution, one of `shares`.

    Layers that have the same tensors as those of `like`, another network at this resolution, are taken from there.
    """
    small = view_of(synthesis)
    small.design = small_design(synthesis.design, resolution) if like is None else like.design
    small.img_resolution = resolution
    small.moves_averages = False
    small.input = view_of(synthesis.input)
    small.input.design = small.design.input
    for layer in small.design.layers:
        whole, other = getattr(synthesis, layer.name), None if like is None else getattr(like, layer.name)
        if other is None or not same_tensors(_weights(whole), _weights(other)):
            other = _small_layer(whole, layer)
        setattr(small, layer.name, other)
    return small


def _weights(layer: SynthesisLayer) -> Iterator[Tensor]:
    """The tensors of a layer that its low resolution shares: all but its filters."""
    yield from layer.parameters()
    yield layer.magnitude_ema


def _small_layer(whole: SynthesisLayer, design: LayerDesign) -> SynthesisLayer:
    layer = view_of(whole)
    layer.design = design
    where: dict[str, Any] = {"device": whole.weight.device, "dtype": whole.weight.dtype}
    layer.up_filter, layer.down_filter = (None if f is None else f.to(**where) for f in layer_filters(design))
    spacing = whole.design.in_sampling_rate // design.in_sampling_rate
    if spacing > 1 and design.conv_kernel > 1:
        layer.resampled = spread_taps(whole.weight, spacing)
    return layer


def spread_taps(weight: Tensor, spacing: int) -> Tensor:
    """Kernels [out, in, 3, 3] for a grid whose samples lie `spacing` times as far apart as the taps of `weight` do.

    A tap at position a, in samples of the new grid about the kernel's centre, weighs the samples -1, 0 and 1 by the
    Lagrange polynomials a (a - 1) / 2, 1 - a^2 and a (a + 1) / 2: the response keeps its value at frequency 0 and its
    first two derivatives there.
    """
    at = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64) / spacing
    spread = torch.stack([at * (at - 1) / 2, 1 - at.square(), at * (at + 1) / 2]).to(weight)  # [new, old]
    return spread @ weight.detach() @ spread.t()
