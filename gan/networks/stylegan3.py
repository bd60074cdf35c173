"""The StyleGAN3 generator, configurations T and R (Alias-Free GAN, arXiv 2106.12423)."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn

from gan.inference import cpu as fast_cpu
from gan.inference.low_res_stylegan3 import draft_of, draft_shares

from .generator import StyleGenerator
from .mapping import MappingNetwork
from .noise import NoiseSetting
from .steps import ForceFp32, OnLayer, Steps, check_capture, check_draft, check_ws, follow, is_forced
from .stylegan3_design import SynthesisDesign, plan
from .stylegan3_layers import SynthesisInput, SynthesisLayer

DEFAULT_MAPPING_LAYERS = 2
"""StyleGAN3's mapping network is shallower than StyleGAN2's; all else about it is the same."""


class SynthesisNetwork(nn.Module):
    """From w to a picture: Fourier features, then layers that keep their signals free of aliasing.

    The submodules are `input` and the layers by the names of their design (`L0_36_512`, ...).

    Attributes:
        num_ws: Number of w vectors: one for `input` and one for each layer.
        layer_names: Every named layer in the order in which they run: "input", then those of the design.
        noise_layers: Empty: StyleGAN3 has no noise.
        ws_layers: For each of the `num_ws` vectors, the layers that read it.
        takes_transform: Whether there is an input that can be moved.
        design: The signal-processing design that the layers were built from.
        drafts: Resolutions that pictures can be drawn at for less, ascending, each with its share of a whole picture's
            multiplications (`stylegan3_drafts`).

    Args:
        w_dim: Size of w.
        img_resolution: Width and height of the picture, a power of two.
        img_channels: Colour channels.
        output_scale: Factor on the last layer's output.
        conv_clamp: Limit of the values after each leaky ReLU; None for none.
        magnitude_ema_beta: Decay of each layer's running mean square, per update.
        design_kwargs: What `gan.networks.stylegan3_design.plan` takes, with its defaults.
    """

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
        super().__init__()
        self.design: SynthesisDesign = plan(img_resolution, img_channels, **design_kwargs)
        self.w_dim = w_dim
        self.layer_names = ("input", *(layer.name for layer in self.design.layers))
        self.noise_layers: tuple[str, ...] = ()
        self.ws_layers = tuple((name,) for name in self.layer_names)
        self.num_ws = len(self.ws_layers)
        self.img_resolution = img_resolution
        self.img_channels = img_channels
        self.drafts: Mapping[int, float] = draft_shares(self.design)
        self.output_scale = output_scale
        self.input = SynthesisInput(w_dim, self.design.input)
        for layer in self.design.layers:
            setattr(self, layer.name, SynthesisLayer(w_dim, layer, conv_clamp, magnitude_ema_beta))

    def forward(
        self,
        ws: Tensor,
        *,
        noise_mode: str = "const",
        noise: Mapping[str, NoiseSetting] | None = None,
        generator: torch.Generator | None = None,
        input_transform: Tensor | npt.ArrayLike | None = None,
        force_fp32: ForceFp32 = False,
        update_emas: bool = False,
        capture: str | None = None,
        on_layer: OnLayer | None = None,
        draft: int | None = None,
    ) -> Tensor:
        """Draw the picture of `ws`. Changes the network only with `update_emas`.

        On a CPU, pictures without gradients are drawn by the network's plan, if it has one and that is faster
        (`fast_cpu`); batches whose layers are watched are not.

        Args:
            ws: Intermediate latents [N, num_ws, w_dim].
            noise_mode: Accepted so that all generators are called alike; StyleGAN3 has no noise.
            noise: Likewise.
            generator: Likewise.
            input_transform: [3, 3] or [N, 3, 3], used for this call in place of the buffer `input.transform`:
                the inverse of how the picture is to move, in picture widths about its centre.
            force_fp32: Compute in float32 on CUDA too (other devices always do), everywhere or in the layers named.
            update_emas: Also move each layer's `magnitude_ema` (training only).
            capture: Return the output of this one of `layer_names`, and compute nothing beyond it.
            on_layer: Called as on_layer(name, output) after each named layer; the output must not be changed.
                What it raises ends the call.
            draft: Draw at this resolution, one of `drafts`: the same network with fewer samples (`stylegan3_drafts`),
                its layers too. Not for training.

        Returns:
            Images [N, img_channels, img_resolution, img_resolution], float32, about -1..1; with `capture` that
            layer's output [N, channels, H, W], float32; with `draft` images of that resolution. (A network of float64
            parameters returns float64.)

        Raises:
            ValueError: ws or input_transform has the wrong shape, there is no layer named `capture`, or `draft` is none
                of `drafts` or is asked to update magnitudes.
        """
        check_ws(ws, self.num_ws, self.w_dim)
        check_capture(capture, self.layer_names)
        check_draft(draft, self.drafts, self.img_resolution)
        if draft is not None and draft != self.img_resolution:
            if update_emas:
                raise ValueError("Magnitudes are those of whole pictures; leave draft out to update them.")
            view = draft_of(self, draft)
            options = {"force_fp32": force_fp32, "capture": capture, "on_layer": on_layer}
            return view(ws, input_transform=input_transform, **options)  # type: ignore[no-any-return]
        dtype = self.input.weight.dtype
        transform = self._transform(input_transform, ws)
        ws = ws.to(dtype)
        plan = None if update_emas else fast_cpu.plan_for(self, ws, on_layer is not None)
        if plan is None:
            return follow(self._steps(ws, transform, force_fp32, update_emas), capture, on_layer).to(dtype)
        apart = torch.split(ws, 1)
        turned = (transform,) * len(ws) if transform is None or transform.ndim == 2 else torch.split(transform, 1)
        return fast_cpu.pictures(len(ws), lambda i: plan.steps(apart[i], turned[i]), capture, on_layer)

    def _steps(self, ws: Tensor, transform: Tensor | None, force_fp32: ForceFp32, update_emas: bool) -> Steps:
        vectors = ws.unbind(dim=1)
        x: Tensor = self.input(vectors[0], transform)
        yield "input", x
        for layer, w in zip(self.design.layers, vectors[1:], strict=True):
            forced = is_forced(force_fp32, layer.name)
            x = getattr(self, layer.name)(x, w, force_fp32=forced, update_emas=update_emas)
            yield layer.name, x
        return x.to(ws.dtype) * self.output_scale

    def _transform(self, value: Tensor | npt.ArrayLike | None, ws: Tensor) -> Tensor | None:
        if value is None:
            return None
        matrix = torch.as_tensor(value, dtype=self.input.weight.dtype, device=ws.device)
        if matrix.shape[-2:] != (3, 3) or matrix.ndim > 3 or (matrix.ndim == 3 and len(matrix) != len(ws)):
            raise ValueError(
                f"input_transform has the shape {tuple(matrix.shape)}; give [3, 3], or [{len(ws)}, 3, 3] for {len(ws)} "
                "pictures."
            )
        return matrix


class Generator(StyleGenerator):
    """Mapping and synthesis together.

    Args:
        z_dim: Size of the latent.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        img_resolution: Width and height of the picture, a power of two.
        img_channels: Colour channels.
        mapping_kwargs: More arguments of `MappingNetwork`; `num_layers` is 2 unless given.
        synthesis_kwargs: More arguments of `SynthesisNetwork`.
    """

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        mapping_kwargs: Mapping[str, Any] | None = None,
        **synthesis_kwargs: Any,
    ) -> None:
        super().__init__(z_dim, c_dim, w_dim, img_resolution, img_channels)
        self.synthesis = SynthesisNetwork(w_dim, img_resolution, img_channels, **synthesis_kwargs)
        self.num_ws = self.synthesis.num_ws
        mapping = {"num_layers": DEFAULT_MAPPING_LAYERS, **(mapping_kwargs or {})}
        self.mapping = MappingNetwork(z_dim, c_dim, w_dim, num_ws=self.num_ws, **mapping)
