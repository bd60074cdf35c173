"""The StyleGAN1 generator (arXiv 1812.04948): mapping, and synthesis by adaptive instance normalisation.

Names are those of StyleGAN2's networks wherever the part is the same. What only StyleGAN1 has: `b4.input`, the layer
that follows the constant, and a `torgb` in every block, which only a growing network uses.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .generator import StyleGenerator
from .layers import FullyConnectedLayer, activation_gain
from .noise import NoiseImages, noise_of
from .steps import Steps, kept
from .stylegan1_layers import ConvLayer, SynthesisLayer, checked_lod, enlarge
from .synthesis import BlockSynthesis, SynthesisCall

CHANNEL_BASE = 16384
"""StyleGAN1 has half of StyleGAN2's channels at high resolutions."""
W_AVG_BETA = 0.995
"""Decay of the mean of w for each update, as StyleGAN1 was published."""


class SynthesisBlock(nn.Module):
    """The layers of one resolution: `conv0` (upsampling) or `input`, `conv1`, and `torgb`.

    Args:
        in_channels: Channels of the block below; 0 for the first block, which starts from the learned `const`.
        out_channels: Channels of this block.
        w_dim: Size of w.
        resolution: Width and height of the output.
        img_channels: Colour channels.
        has_torgb: True if there is a `torgb`.
        const_input: The first block's input: True for the constant, False for a dense layer (`dense`) of w.
        activation: Activation of every layer but `torgb`.
        equalized: True if the learning rate is equalised.
        layer_kwargs: Further arguments of `SynthesisLayer`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        resolution: int,
        img_channels: int,
        has_torgb: bool,
        const_input: bool = True,
        activation: str = "lrelu",
        equalized: bool = True,
        **layer_kwargs: Any,
    ) -> None:
        super().__init__()
        self.resolution = resolution
        self.out_channels = out_channels
        self.const_input = const_input
        self.first, self.second = ("input", "conv1") if in_channels == 0 else ("conv0", "conv1")
        shared: dict[str, Any] = {"activation": activation, "equalized": equalized, **layer_kwargs}
        if in_channels == 0 and const_input:
            self.const = nn.Parameter(torch.ones(out_channels, resolution, resolution))
        elif in_channels == 0:
            # A quarter of the gain, as published: these numbers are no pixels yet, they are normalised only later.
            gain, size = activation_gain(activation) / 4, out_channels * resolution**2
            self.dense = FullyConnectedLayer(w_dim, size, bias=False, gain=gain, equalized=equalized)
        setattr(
            self, self.first, SynthesisLayer(in_channels, out_channels, w_dim, resolution, up=in_channels > 0, **shared)
        )
        self.conv1 = SynthesisLayer(out_channels, out_channels, w_dim, resolution, **shared)
        if has_torgb:
            self.torgb = ConvLayer(out_channels, img_channels, 1, activation="linear", equalized=equalized)

    @property
    def layer_names(self) -> tuple[str, str]:
        """Its two layers that have noise and a style, as `b8.conv0`."""
        return f"b{self.resolution}.{self.first}", f"b{self.resolution}.{self.second}"

    def steps(self, x: Tensor | None, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor]) -> Steps:
        """Run the two layers, yielding (layer name, output) after each.

        Args:
            x: Features of the block below [N, in_channels, resolution / 2, resolution / 2]; None for the first.
            ws: This block's vectors [N, 2, w_dim].
            noise: Where the noise comes from.
            offsets: By layer, what is added to its styles.

        Returns:
            Features [N, out_channels, resolution, resolution].
        """
        if x is not None:
            features = x
        elif self.const_input:
            features = self.const.expand(len(ws), -1, -1, -1)
        else:
            features = self.dense(ws[:, 0]).reshape(len(ws), self.out_channels, self.resolution, self.resolution)
        for i, (name, key) in enumerate(zip(self.layer_names, (self.first, self.second), strict=True)):
            layer: SynthesisLayer = getattr(self, key)
            features = layer(features, ws[:, i], noise_of(layer, name, noise, len(ws)), offsets.get(name))
            features = kept(features, (yield name, features))
        return features


class SynthesisNetwork(BlockSynthesis[SynthesisBlock]):
    """The synthesis network g: W+ -> image, with blocks `b4`, `b8`, ... up to the image's resolution.

    Attributes:
        num_ws: Number of w vectors: one for each layer, or one in all where there are no styles.
        layer_names: Every named layer in the order in which they run at the network's own `lod`.
        noise_layers: Those with a noise input, of all resolutions; the position is the i of `RandomState([seed, i])`.
        ws_layers: For each of the `num_ws` vectors, the layers that read it (those of resolutions not yet grown too).

    Args:
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two, at least 4.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        progressive: True gives every resolution a `torgb`, so that the network can grow.
        lod: Level of detail that a call has where it names none: 0 is the whole network; see `forward`.
        use_noise: True gives the layers noise inputs.
        use_styles: True lets w style the layers.
        block_kwargs: Further arguments of `SynthesisBlock` and of the layers in it.
    """

    family = "StyleGAN1"

    def __init__(
        self,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        channel_base: int = CHANNEL_BASE,
        channel_max: int = 512,
        progressive: bool = True,
        lod: float = 0.0,
        use_noise: bool = True,
        use_styles: bool = True,
        **block_kwargs: Any,
    ) -> None:
        def block(below: int, channels: int, resolution: int) -> SynthesisBlock:
            return SynthesisBlock(
                below,
                channels,
                w_dim=w_dim,
                resolution=resolution,
                img_channels=img_channels,
                has_torgb=progressive or resolution == img_resolution,
                use_noise=use_noise,
                use_styles=use_styles,
                **block_kwargs,
            )

        super().__init__(w_dim, img_resolution, img_channels, channel_base, channel_max, block)
        self.progressive = progressive
        self.lod = lod
        layers = tuple(name for block in self.blocks() for name in block.layer_names)
        self.noise_layers = layers if use_noise else ()
        self.ws_layers = tuple((name,) for name in layers) if use_styles else (layers[:1],)
        self.num_ws = len(self.ws_layers)
        self.layer_names = self.layers_at(lod)
        self.style_channels = self._count_styles()

    def layers_at(self, lod: float) -> tuple[str, ...]:
        """See `StyleSynthesis.layers_at`."""
        blocks, rest = self._running(lod)
        shown = blocks[-2:] if rest else blocks[-1:]
        names: list[str] = []
        for block in blocks:
            names += block.layer_names
            if block in shown:
                names.append(f"b{block.resolution}.torgb")
        return tuple(names)

    def steps(self, call: SynthesisCall) -> Steps:
        """See `StyleSynthesis.steps`."""
        blocks, rest = self._running(call.lod)
        ws = call.ws.expand(-1, 2 * len(self.block_resolutions), -1) if self.num_ws == 1 else call.ws
        x: Tensor | None = None
        img: Tensor | None = None
        for i, block in enumerate(blocks):
            x = yield from block.steps(x, ws[:, 2 * i : 2 * i + 2], call.noise, call.style_offsets)
            if block is blocks[-1] or (rest and block is blocks[-2]):
                rgb: Tensor = block.torgb(x)
                rgb = kept(rgb, (yield f"b{block.resolution}.torgb", rgb))
                img = rgb if img is None else torch.lerp(rgb, enlarge(img, 2), rest)
        assert img is not None
        return enlarge(img, self.img_resolution // blocks[-1].resolution)

    def _running(self, lod: float) -> tuple[list[SynthesisBlock], float]:
        """The blocks that run at a level of detail, and the share of the last but one."""
        levels, rest = checked_lod(lod, self.img_resolution, self.progressive)
        return self.blocks()[: len(self.block_resolutions) - levels], rest

    def _level_of_detail(self, lod: float | None) -> float:
        return self.lod if lod is None else lod


class Generator(StyleGenerator):
    """StyleGAN1: `mapping` and `synthesis`. The defaults are those of the paper's configuration F."""

    synthesis_class = SynthesisNetwork

    def mapping_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """See `StyleGenerator.mapping_options`."""
        gain = activation_gain(given.get("activation", "lrelu"))
        return {"w_avg_beta": W_AVG_BETA, "joint_labels": True, **given, "gain": gain}
