"""The StyleGAN3 generator, configurations T and R (Alias-Free GAN, arXiv 2106.12423)."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

from .generator import StyleGenerator
from .noise import LayerNoise, NoiseSource
from .steps import Steps, is_forced, kept
from .stylegan3_design import LayerDesign, SynthesisDesign, plan
from .stylegan3_layers import SynthesisInput, SynthesisLayer
from .synthesis import StyleSynthesis, SynthesisCall

DEFAULT_MAPPING_LAYERS = 2
"""StyleGAN3's mapping network is shallower than StyleGAN2's; all else about it is the same."""


class SynthesisNetwork(StyleSynthesis):
    """From w to an image: Fourier features, then layers that keep their signals free of aliasing.

    The submodules are `input` and the layers by the names of their design (`L0_36_512`, ...).

    Attributes:
        num_ws: Number of w vectors: one for `input` and one for each layer.
        layer_names: Every named layer in the order in which they run: "input", then those of the design.
        noise_layers: Empty: StyleGAN3 has no noise.
        ws_layers: For each of the `num_ws` vectors, the layers that read it.
        design: The signal-processing design that the layers were built from.

    Args:
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two.
        img_channels: Colour channels.
        output_scale: Factor on the last layer's output.
        conv_clamp: Limit of the values after each leaky ReLU; None for none.
        magnitude_ema_beta: Decay of each layer's running mean square, per update.
        design_kwargs: Arguments of `gan.networks.stylegan3_design.plan`, with its defaults.
    """

    family = "StyleGAN3"
    takes_transform = True

    def __init__(
        self,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        output_scale: float = 0.25,
        conv_clamp: float | None = 256,
        magnitude_ema_beta: float = 0.999,
        **design_kwargs: Any,
    ) -> None:
        super().__init__(w_dim, img_resolution, img_channels)
        self.design: SynthesisDesign = self.designed(img_resolution, img_channels, **design_kwargs)
        self.layer_names = ("input", *(layer.name for layer in self.design.layers))
        self.noise_layers = ()
        self.ws_layers = tuple((name,) for name in self.layer_names)
        self.num_ws = len(self.ws_layers)
        self.output_scale = output_scale
        self.input = SynthesisInput(w_dim, self.design.input)
        for layer in self.design.layers:
            setattr(self, layer.name, SynthesisLayer(w_dim, layer, conv_clamp, magnitude_ema_beta))
        self.style_channels = self._count_styles()

    def designed(self, img_resolution: int, img_channels: int, **design_kwargs: Any) -> SynthesisDesign:
        """The design of the layers; the published one of `plan`."""
        return plan(img_resolution, img_channels, **design_kwargs)

    def steps(self, call: SynthesisCall) -> Steps:
        """See `StyleSynthesis.steps`."""
        vectors = call.ws.unbind(dim=1)
        offsets = call.style_offsets
        x: Tensor = self.input(vectors[0], call.transform, offsets.get("input"))
        x = kept(x, (yield "input", x))
        for layer, w in zip(self.design.layers, vectors[1:], strict=True):
            forced = is_forced(call.force_fp32, layer.name)
            module: SynthesisLayer = getattr(self, layer.name)
            x = module(x, w, force_fp32=forced, update_emas=call.update_emas, offset=offsets.get(layer.name))
            x = kept(x, (yield layer.name, x))
        return x.to(call.ws.dtype) * self.output_scale

    def layer_size(self, layer: str) -> tuple[int, int]:
        """See `StyleSynthesis.layer_size`."""
        side = self.design.input.size if layer == "input" else self._layer_design(layer).out_size
        return side, side

    def image_share(self, layer: str) -> float:
        """See `StyleSynthesis.image_share`."""
        if layer == "input":
            return self.design.input.sampling_rate / self.design.input.size
        design = self._layer_design(layer)
        return design.out_sampling_rate / design.out_size

    def _layer_design(self, name: str) -> LayerDesign:
        return next(layer for layer in self.design.layers if layer.name == name)

    def _dtype(self) -> torch.dtype:
        return self.input.weight.dtype

    def _noise(
        self, mode: str, settings: Mapping[str, LayerNoise] | None, generator: torch.Generator | None
    ) -> NoiseSource:
        return NoiseSource((), "none", {}, None)  # accepted so that all generators are called alike

    def _transform(self, value: Tensor | npt.ArrayLike | None, ws: Tensor) -> Tensor | None:
        if value is None:
            return None
        matrix = torch.as_tensor(value, dtype=self.input.weight.dtype, device=ws.device)
        if matrix.shape[-2:] != (3, 3) or matrix.ndim > 3 or (matrix.ndim == 3 and len(matrix) != len(ws)):
            raise ValueError(
                f"input_transform has the shape {tuple(matrix.shape)}; give [3, 3], or [{len(ws)}, 3, 3] for {len(ws)} "
                "images."
            )
        return matrix


class Generator(StyleGenerator):
    """StyleGAN3: `mapping` and `synthesis`."""

    synthesis_class = SynthesisNetwork

    def mapping_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """See `StyleGenerator.mapping_options`."""
        return {"num_layers": DEFAULT_MAPPING_LAYERS, **given}
