"""Features of layers, with the image, from one call through which gradients flow."""

import copy
from collections.abc import Sequence
from typing import TypeVar, Unpack

import torch
from torch import Tensor, nn

from gan.networks.protocol import Synthesis, SynthesisOptions


def image_and_features(
    synthesis: Synthesis, ws: Tensor, layers: Sequence[str], **options: Unpack[SynthesisOptions]
) -> tuple[Tensor, dict[str, Tensor]]:
    """Render images, and return the outputs of some layers of the same run.

    With gradients enabled both are differentiable in all that the call gives: ws, noise images, style offsets and the
    input transform.

    Args:
        synthesis: `G.synthesis`.
        ws: Intermediate latents [N, num_ws, w_dim].
        layers: Some of `layer_names`.
        options: Arguments of the call; an observer (`on_layer`) is called as well.

    Returns:
        The images [N, img_channels, *img_size], and by layer [N, channels, H, W], margins included (see `inside`).

    Raises:
        ValueError: there is no such layer, or the network refuses an argument.
    """
    unknown = [name for name in layers if name not in synthesis.layer_names]
    if unknown:
        raise ValueError(f"There is no layer called {unknown[0]!r}; choose from {', '.join(synthesis.layer_names)}.")
    if options.get("capture") is not None:
        raise ValueError("A captured layer ends the call before the image; name it among the layers instead.")
    found: dict[str, Tensor] = {}
    observer = options.get("on_layer")

    def look(name: str, x: Tensor) -> None:
        if name in layers:
            # A plan may reuse its memory in a later layer; what gradients flow through is never overwritten.
            found[name] = x if x.requires_grad else x.clone()
        if observer is not None:
            observer(name, x)

    watched: SynthesisOptions = {**options, "on_layer": look}
    image = synthesis(ws, **watched)
    return image, {name: found[name] for name in layers}


def inside(synthesis: Synthesis, layer: str, features: Tensor) -> Tensor:
    """Return the part of a layer's output [N, channels, H, W] that the image covers: StyleGAN3's have margins.

    Its sides are rounded to whole samples.
    """
    share = synthesis.image_share(layer)
    if share == 1:
        return features
    height, width = (round(side * share) for side in features.shape[2:])
    top, left = (features.shape[2] - height) // 2, (features.shape[3] - width) // 2
    return features[:, :, top : top + height, left : left + width]


_Module = TypeVar("_Module", bound=nn.Module)


@torch.inference_mode(False)
def differentiable(network: _Module) -> _Module:
    """Return a network through which gradients can flow to its inputs: itself, or a copy where it needs one.

    Tensors made in inference mode take part in no gradient, and a network that was loaded there has only such; its copy
    takes as much memory again.
    """
    tensors = (*network.parameters(), *network.buffers())
    return copy.deepcopy(network) if any(x.is_inference() for x in tensors) else network
