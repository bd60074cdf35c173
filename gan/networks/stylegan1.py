"""The StyleGAN1 generator (arXiv 1812.04948): mapping, and synthesis by adaptive instance normalisation.

Names are those of StyleGAN2's networks wherever the part is the same. What only StyleGAN1 has: `b4.input`, the layer
that follows the constant, and a `torgb` in every block, which only a growing network uses.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .generator import StyleGenerator
from .layers import FullyConnectedLayer, activation_gain, resolutions
from .mapping import MappingNetwork
from .noise import NoiseSetting, NoiseSource
from .steps import ForceFp32, OnLayer, Steps, check_capture, check_no_transform, check_ws, follow
from .stylegan1_layers import ConvLayer, SynthesisLayer, checked_lod, enlarge

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
        has_torgb: Whether there is a `torgb`.
        const_input: The first block's input: True for the constant, False for a dense layer (`dense`) of w.
        activation: Activation of every layer but `torgb`.
        equalized: Whether the learning rate is equalised.
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

    def steps(self, x: Tensor | None, ws: Tensor, noise: NoiseSource) -> Steps:
        """Run the two layers, yielding (layer name, output) after each.

        Args:
            x: Features of the block below [N, in_channels, resolution / 2, resolution / 2]; None for the first.
            ws: This block's vectors [N, 2, w_dim].
            noise: Where the noise comes from.

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
            image = noise.image(name, layer.noise_const, len(ws)) if layer.use_noise else None
            features = layer(features, ws[:, i], image)
            yield name, features
        return features


class SynthesisNetwork(nn.Module):
    """The synthesis network g: W+ -> image, with blocks `b4`, `b8`, ... up to the image's resolution.

    Attributes:
        num_ws: Number of w vectors: one for each layer, or one in all where there are no styles.
        layer_names: Every named layer in the order in which they run at the network's own `lod`.
        noise_layers: Those with a noise input, of all resolutions; the position is the i of `RandomState([seed, i])`.
        ws_layers: For each of the `num_ws` vectors, the layers that read it (those of resolutions not yet grown too).
        takes_transform: Whether there is an input that can be moved.

    Args:
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two, at least 4.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        progressive: Whether every resolution has a `torgb`, so that the network can grow.
        lod: Level of detail that a call has where it names none: 0 is the whole network; see `forward`.
        use_noise: Whether layers have noise.
        use_styles: Whether w styles the layers.
        block_kwargs: Further arguments of `SynthesisBlock` and of the layers in it.
    """

    takes_transform = False
    drafts: Mapping[int, float] = {}
    """There is no image before the last layer."""

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
        super().__init__()
        self.w_dim = w_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels
        self.progressive = progressive
        self.lod = lod
        self.block_resolutions = resolutions(img_resolution)
        channels = 0
        for resolution in self.block_resolutions:
            below, channels = channels, min(channel_base // resolution, channel_max)
            block = SynthesisBlock(
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
            setattr(self, f"b{resolution}", block)
        layers = tuple(name for block in self._blocks() for name in block.layer_names)
        self.noise_layers = layers if use_noise else ()
        self.ws_layers = tuple((name,) for name in layers) if use_styles else (layers[:1],)
        self.num_ws = len(self.ws_layers)
        self.layer_names = self._names(lod)

    def _blocks(self) -> list[SynthesisBlock]:
        return [getattr(self, f"b{resolution}") for resolution in self.block_resolutions]

    def _names(self, lod: float) -> tuple[str, ...]:
        """The layers that run at a level of detail, in order."""
        levels, rest = self._levels(lod)
        blocks = self._blocks()[: len(self.block_resolutions) - levels]
        shown = blocks[-2:] if rest else blocks[-1:]
        names: list[str] = []
        for block in blocks:
            names += block.layer_names
            if block in shown:
                names.append(f"b{block.resolution}.torgb")
        return tuple(names)

    def _levels(self, lod: float) -> tuple[int, float]:
        return checked_lod(lod, self.img_resolution, self.progressive)

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
        lod: float | None = None,
    ) -> Tensor:
        """Draw the picture of `ws`. Never changes the network.

        The arguments are those of `stylegan2.SynthesisNetwork.forward`, and the level of detail. `force_fp32` is
        accepted so that all generators are called alike: StyleGAN1 computes in float32 always.

        Args:
            ws: Intermediate latents [N, num_ws, w_dim].
            noise_mode: "const", "random" or "none".
            noise: {layer name: (on, strength, seed)} for the layers that do not follow `noise_mode`.
            generator: Where "random" draws from; None for torch's global state.
            input_transform: Must be None.
            force_fp32: Not read.
            update_emas: Not read.
            capture: Return the output of this layer, and compute nothing beyond it.
            on_layer: Called as on_layer(name, output) after each named layer.
            lod: Level of detail, from 0 to log2(img_resolution) - 2. At n the picture is drawn at
                img_resolution / 2^n and enlarged by repeating pixels; n + a blends it with that of n + 1, of which it
                takes the share a (Progressive GAN, arXiv 1710.10196, section 2). None for the network's own.

        Returns:
            Images [N, img_channels, img_resolution, img_resolution], float32, about -1..1; with `capture` that
            layer's output [N, channels, H, W].

        Raises:
            ValueError: a shape, a layer name, the noise mode or the level of detail is wrong, or `input_transform`
                was given.
        """
        check_no_transform("StyleGAN1", input_transform)
        check_ws(ws, self.num_ws, self.w_dim)
        lod = self.lod if lod is None else lod
        check_capture(capture, self._names(lod))
        source = NoiseSource(self.noise_layers, noise_mode, noise or {}, generator)
        return follow(self._steps(ws.to(torch.float32), source, lod), capture, on_layer)

    def _steps(self, ws: Tensor, noise: NoiseSource, lod: float) -> Steps:
        levels, rest = self._levels(lod)
        ws = ws.expand(-1, 2 * len(self.block_resolutions), -1) if self.num_ws == 1 else ws
        blocks = self._blocks()[: len(self.block_resolutions) - levels]
        x: Tensor | None = None
        img: Tensor | None = None
        for i, block in enumerate(blocks):
            x = yield from block.steps(x, ws[:, 2 * i : 2 * i + 2], noise)
            if block is blocks[-1] or (rest and block is blocks[-2]):
                rgb: Tensor = block.torgb(x)
                yield f"b{block.resolution}.torgb", rgb
                img = rgb if img is None else torch.lerp(rgb, enlarge(img, 2), rest)
        assert img is not None
        return enlarge(img, 2**levels)


class Generator(StyleGenerator):
    """StyleGAN1: `mapping` and `synthesis`. The defaults are those of the paper's configuration F.

    Args:
        z_dim: Size of the latent z.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two.
        img_channels: Colour channels.
        mapping_kwargs: More arguments of `MappingNetwork`.
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
        options: dict[str, Any] = {"w_avg_beta": W_AVG_BETA, "joint_labels": True, **(mapping_kwargs or {})}
        options["gain"] = activation_gain(options.get("activation", "lrelu"))
        self.mapping = MappingNetwork(z_dim, c_dim, w_dim, num_ws=self.num_ws, **options)
