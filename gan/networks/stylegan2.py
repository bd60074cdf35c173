"""The StyleGAN2 generator (arXiv 1912.04958), as published with StyleGAN2-ADA and again with StyleGAN3.

The two releases have the same parameters; what differs are defaults (see `Generator`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from .generator import StyleGenerator
from .layers import checked_init_res, size_at
from .steps import Steps
from .stylegan2_blocks import SynthesisBlock, SynthesisLayer, ToRGBLayer
from .synthesis import BlockSynthesis, SynthesisCall

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
"""Synthesis and discriminator arguments that a file of the StyleGAN2-ADA release leaves out."""
ADA_W_AVG_BETA = 0.995
"""The mapping network's decay where such a file leaves it out."""


class SynthesisNetwork(BlockSynthesis[SynthesisBlock]):
    """The synthesis network g: W+ -> image, with blocks `b4`, `b8`, ... up to the image's resolution.

    Attributes:
        num_ws: Number of w vectors: one for each convolution and one for the last `torgb`.
        layer_names: Every named layer in the order in which they run.
        noise_layers: Layers with a noise input; the position is the i of `RandomState([seed, i])`.
        ws_layers: For each of the `num_ws` vectors, the layers that read it. Vector i drives the i-th convolution;
            a `torgb` shares the vector of the next block's `conv0`.

    Args:
        w_dim: Size of w.
        img_resolution: Number in the last block's name, a power of two, at least 4: the width and height of the image
            where it is square.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        num_fp16_res: The so many highest resolutions (8 and up) compute in half precision (`gan.ops.half`).
        init_res: Height and width of the first block, `b4`; None for 4 x 4. Each block doubles the one below, so the
            image is img_resolution / 4 times as large.
        block_kwargs: Further arguments of `SynthesisBlock` and `SynthesisLayer`.
    """

    family = "StyleGAN2"

    def __init__(
        self,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        channel_base: int = 32768,
        channel_max: int = 512,
        num_fp16_res: int = 4,
        init_res: Sequence[int] | None = None,
        **block_kwargs: Any,
    ) -> None:
        start = checked_init_res(init_res)
        fp16_from = max(2 * img_resolution >> num_fp16_res, 8)

        def block(below: int, channels: int, resolution: int) -> SynthesisBlock:
            return SynthesisBlock(
                below,
                channels,
                w_dim=w_dim,
                resolution=resolution,
                size=size_at(resolution, start),
                img_channels=img_channels,
                is_last=resolution == img_resolution,
                use_fp16=resolution >= fp16_from,
                **block_kwargs,
            )

        super().__init__(w_dim, img_resolution, img_channels, channel_base, channel_max, block, start)
        self.num_fp16_res = num_fp16_res
        blocks = self.blocks()
        self.num_ws = sum(block.num_conv for block in blocks) + 1
        self.layer_names = tuple(name for block in blocks for name in block.layer_names)
        convs = tuple(name for name in self.layer_names if name.split(".")[1].startswith("conv"))
        self.noise_layers = convs if blocks[0].conv1.use_noise else ()
        self.ws_layers = self._readers()
        self.style_channels = self._count_styles()

    def _readers(self) -> tuple[tuple[str, ...], ...]:
        readers: list[list[str]] = [[] for _ in range(self.num_ws)]
        first = 0
        for block in self.blocks():
            styled = [name for name in block.layer_names if not name.endswith(".skip")]
            for i, name in enumerate(styled):
                readers[first + i].append(name)
            first += block.num_conv
        return tuple(tuple(names) for names in readers)

    def steps(self, call: SynthesisCall) -> Steps:
        """See `StyleSynthesis.steps`."""
        x: Tensor | None = None
        img: Tensor | None = None
        first = 0
        for block in self.blocks():
            own = call.ws.narrow(1, first, block.num_conv + 1)
            x, img = yield from block.steps(x, img, own, call.noise, call.force_fp32, call.style_offsets)
            first += block.num_conv
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

    synthesis_class = SynthesisNetwork

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
        if synthesis_kwargs is not None:
            flat_kwargs = {**ADA_DEFAULTS, **synthesis_kwargs, **flat_kwargs}
            mapping_kwargs = {"w_avg_beta": ADA_W_AVG_BETA, **(mapping_kwargs or {})}
        super().__init__(z_dim, c_dim, w_dim, img_resolution, img_channels, mapping_kwargs, **flat_kwargs)
