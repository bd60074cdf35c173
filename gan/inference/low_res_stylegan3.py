"""Drafts of StyleGAN3's pictures: the same network at a lower sampling rate (arXiv 2106.12423, section 2).

The layers of an alias-free network work on continuous signals, of which the pixels are samples: fewer samples give the
same signals, without the frequencies that so few cannot carry. What a draft of 1 / n of the resolution leaves out:

* Every layer has 1 / n of its sampling rate, but no less than `LEAST_RATE` or its own: the first layers decide what the
  picture shows. Frequencies above half the new rate are gone, in the layers and in the picture, and so is what later
  layers would have made of them.
* The margin around the picture has half as many pixels: near the picture's edge some of what lies outside is missing.
* A kernel of 3 x 3 taps has them one sample of the original rate apart. On the coarser grid each tap lies between
  samples and is spread over the nearest three of them, along both axes, by the parabola through those.

Styles, demodulation, magnitudes and biases are those of the whole network: a draft has no weights of its own.
"""

import copy
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from gan.inference.cpu import Fingerprint, fingerprint
from gan.networks.stylegan3_design import InputDesign, LayerDesign, Stage, SynthesisDesign, layer_between
from gan.networks.stylegan3_layers import SynthesisLayer, layer_filters

if TYPE_CHECKING:
    from gan.networks.stylegan3 import SynthesisNetwork

LEAST_RATE = 32
"""No layer's rate is brought below this: with fewer samples of the first layers, drafts show other pictures."""
FRACTIONS = (2, 4)
"""Parts of the resolution that drafts have. Smaller ones cost nearly as much as a quarter does."""
WORTH = 0.85
"""A draft that costs more than this share of the next larger one is left out."""

_Module = TypeVar("_Module", bound=nn.Module)

_LOCK = threading.Lock()
_drafts: "WeakKeyDictionary[nn.Module, dict[int, tuple[Fingerprint, SynthesisNetwork]]]" = WeakKeyDictionary()


def draft_shares(design: SynthesisDesign) -> dict[int, float]:
    """Resolutions that a network's drafts can have, ascending, each with its share of the multiplications.

    None where the kernels have other sizes than those of the published networks.
    """
    if any(layer.conv_kernel not in (1, 3) for layer in design.layers):
        return {}
    whole = design.layers[-1].out_size
    shares: dict[int, float] = {}
    for side in (whole // n for n in FRACTIONS):
        # The input's waves fade between their bandwidth and half the rate.
        if side > 2 * design.input.bandwidth:
            share = draft_design(design, side).multiplications / design.multiplications
            if share <= WORTH * min(shares.values(), default=1.0):
                shares[side] = share
    return dict(sorted(shares.items()))


def draft_design(design: SynthesisDesign, resolution: int) -> SynthesisDesign:
    """The design of a network's drafts of this resolution; of its own resolution, the design itself.

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
    """What a draft's signal after a layer looks like."""
    fraction = last.out_sampling_rate // resolution
    rate = max(layer.out_sampling_rate // fraction, min(layer.out_sampling_rate, LEAST_RATE, resolution))
    margin = (layer.out_size - layer.out_sampling_rate) // 2
    cutoff, half_width = layer.out_cutoff, layer.out_half_width
    if rate < layer.out_sampling_rate:
        cutoff = min(cutoff, rate / 2)
        # As wide as the rate leaves room for; at the limit, as narrow as in the picture's own last layers.
        narrow = min(half_width, cutoff * last.out_half_width / last.out_cutoff)
        half_width = max(rate / 2 - cutoff, narrow)
    return Stage(cutoff, cutoff + half_width, rate, half_width, rate + 2 * (margin // 2), layer.out_channels)


def draft_of(synthesis: "SynthesisNetwork", resolution: int) -> "SynthesisNetwork":
    """A network that draws the pictures of `synthesis` at a lower resolution, with the very same parameters.

    It is made once and kept for as long as `synthesis`, which is not changed, and made anew when parameters are. It is
    for looking at pictures: nothing can be learned through its kernels.

    Args:
        synthesis: The whole network.
        resolution: One of its `drafts`.
    """
    now = fingerprint(synthesis)
    with _LOCK:
        kept = _drafts.setdefault(synthesis, {})
        if resolution not in kept or kept[resolution][0] != now:
            # Not in inference mode, whose tensors know no versions.
            with torch.inference_mode(False), torch.no_grad():
                kept[resolution] = now, _draft(synthesis, resolution)
        return kept[resolution][1]


def _draft(synthesis: "SynthesisNetwork", resolution: int) -> "SynthesisNetwork":
    draft = _view(synthesis)
    draft.design = draft_design(synthesis.design, resolution)
    draft.img_resolution, draft.drafts = resolution, {}
    draft.input = _view(synthesis.input)
    draft.input.design = draft.design.input
    for layer in draft.design.layers:
        setattr(draft, layer.name, _draft_layer(getattr(synthesis, layer.name), layer))
    return draft


def _draft_layer(whole: SynthesisLayer, design: LayerDesign) -> SynthesisLayer:
    layer = _view(whole)
    layer.design = design
    where: dict[str, Any] = {"device": whole.weight.device, "dtype": whole.weight.dtype}
    layer.up_filter, layer.down_filter = (None if f is None else f.to(**where) for f in layer_filters(design))
    spacing = whole.design.in_sampling_rate // design.in_sampling_rate
    if spacing > 1 and design.conv_kernel > 1:
        layer.resampled = spread_taps(whole.weight, spacing)
    return layer


def _view(module: _Module) -> _Module:
    """Another module of the same parameters, buffers and submodules, which can be given others instead."""
    view = copy.copy(module)
    for registry in ("_parameters", "_buffers", "_modules"):
        setattr(view, registry, dict(getattr(module, registry)))
    return view


def spread_taps(weight: Tensor, spacing: int) -> Tensor:
    """Kernels [out, in, 3, 3] for a grid whose samples lie `spacing` times as far apart as the taps of `weight` do.

    A tap at position a, in samples of the new grid about the kernel's centre, weighs the samples -1, 0 and 1 by the
    Lagrange polynomials a (a - 1) / 2, 1 - a^2 and a (a + 1) / 2: the response keeps its value at frequency 0 and its
    first two derivatives there.
    """
    at = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64) / spacing
    spread = torch.stack([at * (at - 1) / 2, 1 - at.square(), at * (at + 1) / 2]).to(weight)  # [new, old]
    return spread @ weight.detach() @ spread.t()
