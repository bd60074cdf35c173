"""The StyleGAN2 generator (arXiv 1912.04958), as published with StyleGAN2-ADA and again with StyleGAN3.

The two releases have the same parameters; what differs are defaults (see `Generator`).
"""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn

from gan.inference import cpu as fast_cpu

from .generator import StyleGenerator
from .layers import resolutions
from .mapping import MappingNetwork
from .noise import NoiseSetting, NoiseSource, one_by_one
from .steps import ForceFp32, OnLayer, Steps, check_capture, check_draft, check_no_transform, check_ws, follow
from .stylegan2_blocks import SynthesisBlock, SynthesisLayer, ToRGBLayer

__all__ = [
    "ADA_DEFAULTS",
    "ADA_W_AVG_BETA",
    "Generator",
    "SynthesisBlock",
    "SynthesisLayer",
    "SynthesisNetwork",
    "ToRGBLayer",
]

ADA_DEFAULTS: Mapping[str, Any] = {"conv_clamp": None, "num_fp16_res": 0}
"""What the StyleGAN2-ADA release takes for synthesis and discriminator arguments that a file of it leaves out."""
ADA_W_AVG_BETA = 0.995
"""And for the mapping network's."""


class SynthesisNetwork(nn.Module):
    """The synthesis network g: W+ -> image, with blocks `b4`, `b8`, ... up to the image's resolution.

    Attributes:
        num_ws: Number of w vectors: one for each convolution and one for the last `torgb`.
        layer_names: Every named layer in the order in which they run.
        noise_layers: Those with a noise input; the position is the i of `RandomState([seed, i])`.
        ws_layers: For each of the `num_ws` vectors, the layers that read it. Vector i drives the i-th convolution;
            a `torgb` shares the vector of the next block's `conv0`.
        drafts: Resolutions of the images on the way to the whole one, ascending, each with its share of the whole
            one's multiplications. Only the architecture "skip" has them.
        takes_transform: Whether there is an input that can be moved.

    Args:
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two, at least 4.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        num_fp16_res: The so many highest resolutions (8 and up) compute in float16 on CUDA.
        block_kwargs: Further arguments of `SynthesisBlock` and `SynthesisLayer`.
    """

    takes_transform = False

    def __init__(
        self,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        channel_base: int = 32768,
        channel_max: int = 512,
        num_fp16_res: int = 4,
        **block_kwargs: Any,
    ) -> None:
        super().__init__()
        self.w_dim = w_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels
        self.num_fp16_res = num_fp16_res
        self.block_resolutions = resolutions(img_resolution)
        fp16_from = max(2 * img_resolution >> num_fp16_res, 8)
        channels = 0
        for resolution in self.block_resolutions:
            below, channels = channels, min(channel_base // resolution, channel_max)
            block = SynthesisBlock(
                below,
                channels,
                w_dim=w_dim,
                resolution=resolution,
                img_channels=img_channels,
                is_last=resolution == img_resolution,
                use_fp16=resolution >= fp16_from,
                **block_kwargs,
            )
            setattr(self, f"b{resolution}", block)
        blocks = self._blocks()
        self.num_ws = sum(block.num_conv for block in blocks) + 1
        self.layer_names = tuple(name for block in blocks for name in block.layer_names)
        convs = tuple(name for name in self.layer_names if name.split(".")[1].startswith("conv"))
        self.noise_layers = convs if blocks[0].conv1.use_noise else ()
        self.ws_layers = self._readers()
        work = dict(zip(self.block_resolutions, accumulate(block.multiplications for block in blocks), strict=True))
        self.drafts: Mapping[int, float] = {
            block.resolution: work[block.resolution] / work[img_resolution]
            for block in blocks[:-1]
            if block.architecture == "skip"
        }

    def _blocks(self) -> list[SynthesisBlock]:
        return [getattr(self, f"b{resolution}") for resolution in self.block_resolutions]

    def _readers(self) -> tuple[tuple[str, ...], ...]:
        readers: list[list[str]] = [[] for _ in range(self.num_ws)]
        first = 0
        for block in self._blocks():
            styled = [name for name in block.layer_names if not name.endswith(".skip")]
            for i, name in enumerate(styled):
                readers[first + i].append(name)
            first += block.num_conv
        return tuple(tuple(names) for names in readers)

    def forward(
        self,
        ws: Tensor,
        *,
        noise_mode: str = "const",
        noise: Mapping[str, NoiseSetting] | None = None,
        generator: torch.Generator | None = None,
        input_transform: Tensor | None = None,
        force_fp32: ForceFp32 = False,
        update_emas: bool = False,
        capture: str | None = None,
        on_layer: OnLayer | None = None,
        draft: int | None = None,
    ) -> Tensor:
        """Draw the picture of `ws`. Never changes the network.

        On a CPU, pictures without gradients are drawn by the network's plan, if it has one and that is faster
        (`fast_cpu`); batches whose layers are watched are not.

        Args:
            ws: Intermediate latents [N, num_ws, w_dim].
            noise_mode: "const" adds the stored noise images, "random" fresh ones for each sample, "none" none.
            noise: {layer name: (on, strength, seed)} for the layers that do not follow `noise_mode`. The strength
                multiplies the learned one; seed None is the stored image, else that of layer i of `noise_layers` is
                numpy's RandomState([seed, i]).randn(H, W), the same for all samples.
            generator: Where "random" draws from; None for torch's global state.
            input_transform: Must be None: only StyleGAN3 has an input that can be transformed.
            force_fp32: Compute in float32 on CUDA too (other devices always do), everywhere or in the blocks of the
                layers named.
            update_emas: Accepted as StyleGAN3 has it; there is nothing to update here.
            capture: Return the output of this one of `layer_names`, and compute nothing beyond it.
            on_layer: Called as on_layer(name, output) after each named layer; the output must not be changed.
                What it raises ends the call.
            draft: Return the image of this resolution, one of `drafts`, and compute nothing beyond.

        Returns:
            Images [N, img_channels, img_resolution, img_resolution], float32, about -1..1; with `capture` that
            layer's output [N, channels, H, W], float32; with `draft` images of that resolution.

        Raises:
            ValueError: a shape, a layer name, the noise mode or `draft` is wrong, or `input_transform` was given.
        """
        check_no_transform("StyleGAN2", input_transform)
        check_ws(ws, self.num_ws, self.w_dim)
        check_capture(capture, self.layer_names)
        check_draft(draft, self.drafts, self.img_resolution)
        source = NoiseSource(self.noise_layers, noise_mode, noise or {}, generator)
        ws = ws.to(torch.float32)
        plan = fast_cpu.plan_for(self, ws, on_layer is not None)
        last = draft or self.img_resolution
        if plan is None:
            return follow(self._steps(ws, source, force_fp32, last), capture, on_layer).to(torch.float32)
        apart, noises = torch.split(ws, 1), one_by_one(source, len(ws))
        return fast_cpu.pictures(len(ws), lambda i: plan.steps(apart[i], noises[i], last), capture, on_layer)

    def _steps(self, ws: Tensor, noise: NoiseSource, force_fp32: ForceFp32, last: int) -> Steps:
        """Layers up to resolution `last`."""
        x: Tensor | None = None
        img: Tensor | None = None
        first = 0
        for block in self._blocks():
            own = ws.narrow(1, first, block.num_conv + 1)
            x, img = yield from block.steps(x, img, own, noise, force_fp32)
            first += block.num_conv
            if block.resolution == last:
                break
        assert img is not None
        return img


class Generator(StyleGenerator):
    """StyleGAN2: `mapping` and `synthesis`.

    Args:
        z_dim: Size of the latent z.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two.
        img_channels: Colour channels.
        mapping_kwargs: Arguments of `MappingNetwork`.
        synthesis_kwargs: Arguments of `SynthesisNetwork` in one mapping, as files of the StyleGAN2-ADA release have
            them; then that release's defaults hold (no clamp, no float16, w_avg_beta 0.995) and not those of
            the StyleGAN3 release (clamp 256, four resolutions in float16, w_avg_beta 0.998).
        flat_kwargs: Arguments of `SynthesisNetwork` one by one, as the StyleGAN3 release has them.
    """

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        mapping_kwargs: Mapping[str, Any] | None = None,
        synthesis_kwargs: Mapping[str, Any] | None = None,
        **flat_kwargs: Any,
    ) -> None:
        super().__init__(z_dim, c_dim, w_dim, img_resolution, img_channels)
        mapping_options = dict(mapping_kwargs or {})
        if synthesis_kwargs is not None:
            flat_kwargs = {**ADA_DEFAULTS, **synthesis_kwargs, **flat_kwargs}
            mapping_options.setdefault("w_avg_beta", ADA_W_AVG_BETA)
        self.synthesis = SynthesisNetwork(
            w_dim=w_dim, img_resolution=img_resolution, img_channels=img_channels, **flat_kwargs
        )
        self.num_ws = self.synthesis.num_ws
        self.mapping = MappingNetwork(z_dim=z_dim, c_dim=c_dim, w_dim=w_dim, num_ws=self.num_ws, **mapping_options)
