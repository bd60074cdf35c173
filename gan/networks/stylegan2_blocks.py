"""The layers and blocks of the StyleGAN2 synthesis network (arXiv 1912.04958)."""

import math
from collections.abc import Generator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gan.ops.bias_act import bias_act
from gan.ops.half import layer_format
from gan.ops.upfirdn2d import setup_filter, upsample2d

from .layers import (
    DEFAULT_RESAMPLE_FILTER,
    RESNET_GAIN,
    Conv2dLayer,
    FullyConnectedLayer,
    ResampleFilter,
    activation_gain,
    check_architecture,
    conv_weight,
    styles_of,
)
from .modulation import modulated_conv2d
from .noise import NoiseImages, noise_of
from .steps import ForceFp32, is_forced, kept

FUSED_MODCONV = (True, False, "inference_only")

BlockSteps = Generator[tuple[str, Tensor], Tensor | None, tuple[Tensor, Tensor | None]]


class SynthesisLayer(nn.Module):
    """Modulated convolution, noise, bias and activation.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        w_dim: Size of w.
        size: Height and width of the output.
        kernel_size: Width and height of the kernel.
        up: Factor of upsampling.
        use_noise: True if there is a noise input (`noise_const`, `noise_strength`).
        activation: Name known to `gan.ops.bias_act`.
        resample_filter: Low-pass filter for upsampling.
        conv_clamp: Clamp the output to +-conv_clamp; None for never.
        channels_last: Keep the weight in channels_last memory order.
    """

    resample_filter: Tensor
    noise_const: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        size: tuple[int, int],
        kernel_size: int = 3,
        up: int = 1,
        use_noise: bool = True,
        activation: str = "lrelu",
        resample_filter: ResampleFilter = DEFAULT_RESAMPLE_FILTER,
        conv_clamp: float | None = None,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        self.size = size
        self.up = up
        self.use_noise = use_noise
        self.activation = activation
        self.conv_clamp = conv_clamp
        self.padding = kernel_size // 2
        self.act_gain = activation_gain(activation)
        self.register_buffer("resample_filter", setup_filter(resample_filter))
        self.affine = FullyConnectedLayer(w_dim, in_channels, bias_init=1)
        self.weight = nn.Parameter(conv_weight(out_channels, in_channels, kernel_size, channels_last))
        if use_noise:
            self.register_buffer("noise_const", torch.randn(size))
            self.noise_strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(
        self,
        x: Tensor,
        w: Tensor,
        noise: Tensor | None = None,
        gain: float = 1.0,
        fused: bool = True,
        offset: Tensor | None = None,
    ) -> Tensor:
        """[N, in, H / up, W / up] and w [N, w_dim] -> [N, out, H, W].

        `noise` [1 or N, 1, H, W] is multiplied by the learned strength and added before the bias;
        `gain` scales the result and its clamp; `offset` [in] or [N, in] is added to the styles.
        """
        x = modulated_conv2d(
            x,
            self.weight,
            styles_of(self.affine, w, offset),
            up=self.up,
            padding=self.padding,
            resample_filter=self.resample_filter,
            fused=fused,
        )
        if noise is not None:
            x = x + (noise * self.noise_strength).to(x.dtype)
        clamp = None if self.conv_clamp is None else self.conv_clamp * gain
        return bias_act(x, self.bias.to(x.dtype), act=self.activation, gain=self.act_gain * gain, clamp=clamp)


class ToRGBLayer(nn.Module):
    """Modulated convolution without demodulation that turns features into image channels.

    Args: as for `SynthesisLayer`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        kernel_size: int = 1,
        conv_clamp: float | None = None,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        self.conv_clamp = conv_clamp
        self.padding = kernel_size // 2
        self.affine = FullyConnectedLayer(w_dim, in_channels, bias_init=1)
        self.weight = nn.Parameter(conv_weight(out_channels, in_channels, kernel_size, channels_last))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.weight_gain = 1.0 / math.sqrt(in_channels * kernel_size**2)

    def forward(self, x: Tensor, w: Tensor, fused: bool = True, offset: Tensor | None = None) -> Tensor:
        """[N, in, H, W] and w [N, w_dim] -> [N, out, H, W]; `offset` [in] or [N, in] is added to the styles."""
        styles = styles_of(self.affine, w, offset) * self.weight_gain
        x = modulated_conv2d(x, self.weight, styles, demodulate=False, padding=self.padding, fused=fused)
        return bias_act(x, self.bias.to(x.dtype), clamp=self.conv_clamp)


class SynthesisBlock(nn.Module):
    """The layers of one resolution: `conv0` (upsampling), `conv1`, and by architecture `torgb` and `skip`.

    Args:
        in_channels: Channels of the block below; 0 for the first block, which starts from the learned `const`.
        out_channels: Channels of this block.
        w_dim: Size of w.
        resolution: Number in the block's name, which is the width and height of the output where it is square.
        size: Height and width of the output.
        img_channels: Colour channels.
        is_last: True if this is the block of the highest resolution.
        architecture: "skip" sums the images of all resolutions, "resnet" has residual connections, "orig" neither.
        resample_filter: Low-pass filter for upsampling.
        conv_clamp: Clamp every layer's output to +-conv_clamp; None for never.
        use_fp16: Compute in half precision where the device does (`gan.ops.half`).
        fp16_channels_last: With `use_fp16`, also use the channels_last memory order.
        fused_modconv_default: Form of the modulated convolution; "inference_only" fuses in eval mode.
        layer_kwargs: Further arguments of `SynthesisLayer`.
    """

    resample_filter: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        resolution: int,
        size: tuple[int, int],
        img_channels: int,
        is_last: bool,
        architecture: str = "skip",
        resample_filter: ResampleFilter = DEFAULT_RESAMPLE_FILTER,
        conv_clamp: float | None = 256,
        use_fp16: bool = False,
        fp16_channels_last: bool = False,
        fused_modconv_default: bool | str = True,
        **layer_kwargs: Any,
    ) -> None:
        super().__init__()
        check_architecture(architecture)
        if fused_modconv_default not in FUSED_MODCONV:
            raise ValueError(
                f"fused_modconv_default is {fused_modconv_default!r}; use True, False or 'inference_only'."
            )
        self.in_channels = in_channels
        self.w_dim = w_dim
        self.resolution = resolution
        self.size = size
        self.is_last = is_last
        self.architecture = architecture
        self.use_fp16 = use_fp16
        self.channels_last = use_fp16 and fp16_channels_last
        self.fused_modconv_default = fused_modconv_default
        self.register_buffer("resample_filter", setup_filter(resample_filter))
        shared: dict[str, Any] = {"conv_clamp": conv_clamp, "channels_last": self.channels_last}
        if in_channels == 0:
            self.const = nn.Parameter(torch.randn(out_channels, *size))
        else:
            self.conv0 = SynthesisLayer(
                in_channels,
                out_channels,
                w_dim,
                size,
                up=2,
                resample_filter=resample_filter,
                **shared,
                **layer_kwargs,
            )
        self.conv1 = SynthesisLayer(out_channels, out_channels, w_dim, size, **shared, **layer_kwargs)
        self.has_torgb = is_last or architecture == "skip"
        if self.has_torgb:
            self.torgb = ToRGBLayer(out_channels, img_channels, w_dim, **shared)
        self.has_skip = in_channels != 0 and architecture == "resnet"
        if self.has_skip:
            self.skip = Conv2dLayer(
                in_channels,
                out_channels,
                kernel_size=1,
                bias=False,
                up=2,
                resample_filter=resample_filter,
                channels_last=self.channels_last,
            )
        self.num_conv = 1 if in_channels == 0 else 2

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The named layers in the order in which they run, as `b8.conv0`."""
        present = (self.has_skip, self.in_channels != 0, True, self.has_torgb)
        kinds = ("skip", "conv0", "conv1", "torgb")
        return tuple(f"b{self.resolution}.{kind}" for kind, is_there in zip(kinds, present, strict=True) if is_there)

    @property
    def multiplications(self) -> int:
        """Of the convolutions of one image."""
        modules = [getattr(self, name.partition(".")[2]) for name in self.layer_names]
        # An upsampling convolution multiplies each pixel of its input with all taps, the others each of their output.
        pixels = self.size[0] * self.size[1]
        return sum(module.weight.numel() * pixels // getattr(module, "up", 1) ** 2 for module in modules)

    def _fused(self, ws: Tensor) -> bool:
        """True for the fused form of the modulated convolution; both forms give the same up to rounding.

        Grouped convolutions are slow on a CPU: measured 1.5 times at 256x256 with a batch of 4.
        """
        if len(ws) > 1 and ws.device.type == "cpu":
            return False
        return not self.training if self.fused_modconv_default == "inference_only" else bool(self.fused_modconv_default)

    def steps(
        self,
        x: Tensor | None,
        img: Tensor | None,
        ws: Tensor,
        noise: NoiseImages,
        force_fp32: ForceFp32,
        offsets: Mapping[str, Tensor],
    ) -> BlockSteps:
        """Run the block, yielding (layer name, output) after each layer.

        Args:
            x: Features of the block below [N, in_channels, H / 2, W / 2]; None for the first.
            img: Image so far [N, img_channels, H / 2, W / 2] or None.
            ws: This block's vectors [N, num_conv + 1, w_dim]; the last is for `torgb`.
            noise: Where the noise comes from.
            force_fp32: Never use float16, or not if one of these layers is the block's.
            offsets: By layer, what is added to its styles.

        Returns:
            Features [N, out_channels, H, W] and the image (None if there is none yet).
        """
        name = f"b{self.resolution}"
        wanted = self.use_fp16 and not is_forced(force_fp32, *self.layer_names)
        dtype, order = layer_format(ws.device, wanted, self.channels_last)
        fused = self._fused(ws)
        vectors = iter(ws.unbind(dim=1))

        def convolve(kind: str, layer: SynthesisLayer, x: Tensor, gain: float = 1.0) -> Tensor:
            image = noise_of(layer, f"{name}.{kind}", noise, len(ws))
            offset = offsets.get(f"{name}.{kind}")
            return layer(x, next(vectors), noise=image, gain=gain, fused=fused, offset=offset)  # type: ignore[no-any-return]

        shortcut: Tensor | None = None
        if x is None:
            x = self.const.to(dtype).expand(len(ws), -1, -1, -1).contiguous(memory_format=order)
        else:
            x = x.to(dtype=dtype, memory_format=order)
            if self.has_skip:
                shortcut = self.skip(x, gain=RESNET_GAIN)
                shortcut = kept(shortcut, (yield f"{name}.skip", shortcut))
            x = convolve("conv0", self.conv0, x)
            x = kept(x, (yield f"{name}.conv0", x))
        x = convolve("conv1", self.conv1, x, gain=1.0 if shortcut is None else RESNET_GAIN)
        x = kept(x, (yield f"{name}.conv1", x))
        if shortcut is not None:
            x = shortcut + x
        if img is not None:
            img = upsample2d(img, self.resample_filter)
        if self.has_torgb:
            rgb = self.torgb(x, next(vectors), fused=fused, offset=offsets.get(f"{name}.torgb"))
            rgb = kept(rgb, (yield f"{name}.torgb", rgb))
            rgb = rgb.to(dtype=torch.float32, memory_format=torch.contiguous_format)
            img = rgb if img is None else img + rgb
        return x, img
