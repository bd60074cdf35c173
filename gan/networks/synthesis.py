"""Synthesis networks of every family: how they are called, and the place where faster runners take over.

A family is a subclass of `StyleSynthesis` that writes its layers as `steps`. It knows nothing of how it is run:
`forward` checks the arguments and offers the call to the registered runners (`register_runner`); where none takes it,
the reference runs, which is the steps one after another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy.typing as npt
import torch
from torch import Tensor, nn

from .layers import FullyConnectedLayer, channel_counts, checked_init_res, resolutions, size_at
from .noise import LayerNoise, NoiseSource
from .steps import Bends, ForceFp32, OnLayer, Steps, check_capture, check_ws, follow


@dataclass(frozen=True, eq=False)
class SynthesisCall:
    """One call of a synthesis network, with its arguments checked and converted.

    Attributes:
        ws: Intermediate latents [N, num_ws, w_dim], in the network's dtype.
        noise: Source of every layer's noise.
        transform: [3, 3] or [N, 3, 3] for the input; None for the network's own.
        force_fp32: See `StyleSynthesis.forward`, like all that follow.
        update_emas: True to move running averages.
        capture: Layer to stop at and return.
        on_layer: Observer of the layers.
        lod: Level of detail; 0 is the whole network.
        style_offsets: By layer, what its styles are moved by, [channels] or [N, channels] in the network's dtype.
        bends: By layer, the operations on its output.
    """

    ws: Tensor
    noise: NoiseSource
    transform: Tensor | None
    force_fp32: ForceFp32
    update_emas: bool
    capture: str | None
    on_layer: OnLayer | None
    lod: float
    style_offsets: Mapping[str, Tensor]
    bends: Bends


class Runner(Protocol):
    """A faster way to run some synthesis networks."""

    def __call__(self, synthesis: "StyleSynthesis", call: SynthesisCall) -> Tensor | None:
        """Result of the call, as the reference gives it up to rounding; None to leave the call to others.

        A runner that takes a call names itself (`record_way`).
        """


_runners: list[Runner] = []


def register_runner(runner: Runner) -> Runner:
    """Offer every call without gradients to `runner` from now on, after the runners that are registered already.

    Usable as a decorator.
    """
    _runners.append(runner)
    return runner


_gradient_runners: list[Runner] = []


def register_gradient_runner(runner: Runner) -> Runner:
    """Offer every call with gradients in a block of `first_derivatives` to `runner` from now on.

    Usable as a decorator.
    """
    _gradient_runners.append(runner)
    return runner


_first: ContextVar[bool] = ContextVar("first_derivatives", default=False)


@contextmanager
def first_derivatives() -> Iterator[None]:
    """Declare that of the calls in this block and thread only first derivatives are taken.

    And those of ws, noise images and style offsets alone, so that faster ways may be used, which have no others.
    """
    token = _first.set(True)
    try:
        yield
    finally:
        _first.reset(token)


_ways: ContextVar[list[str] | None] = ContextVar("ways", default=None)


@contextmanager
def rendered_by() -> Iterator[list[str]]:
    """List how the calls of synthesis networks in this block and thread were run, one entry each: "reference", "plan".

    Runners name themselves.
    """
    ways: list[str] = []
    token = _ways.set(ways)
    try:
        yield ways
    finally:
        _ways.reset(token)


def record_way(name: str) -> None:
    """Enter the way of the present call into the lists of `rendered_by`."""
    ways = _ways.get()
    if ways is not None:
        ways.append(name)


class StyleSynthesis(nn.Module):
    """Base of the synthesis networks: argument checks, runners and the reference.

    Attributes:
        family: Name of the family, for messages.
        num_ws: Number of w vectors.
        layer_names: Every named layer, in the order in which they run.
        noise_layers: Layers with a noise input; the position is the i of `RandomState([seed, i])`.
        ws_layers: For each of the `num_ws` vectors, the layers that read it.
        style_channels: Number of styles of each layer that has some, in the order in which they run (those of a growing
            network that do not run yet come last). A low resolution names the layers beyond it too.
        takes_transform: True if the input can be moved.
        moves_averages: False refuses `update_emas`.
    """

    family = ""
    takes_transform = False
    moves_averages = True
    num_ws: int
    layer_names: tuple[str, ...]
    noise_layers: tuple[str, ...]
    ws_layers: tuple[tuple[str, ...], ...]
    style_channels: Mapping[str, int] = MappingProxyType({})

    def __init__(self, w_dim: int, img_resolution: int, img_channels: int) -> None:
        super().__init__()
        self.w_dim = w_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels

    def forward(
        self,
        ws: Tensor,
        *,
        noise_mode: str = "const",
        noise: Mapping[str, LayerNoise] | None = None,
        generator: torch.Generator | None = None,
        input_transform: Tensor | npt.ArrayLike | None = None,
        force_fp32: ForceFp32 = False,
        update_emas: bool = False,
        capture: str | None = None,
        on_layer: OnLayer | None = None,
        lod: float | None = None,
        style_offsets: Mapping[str, Tensor | npt.ArrayLike] | None = None,
        bends: Bends | None = None,
    ) -> Tensor:
        """Render the images of `ws`. Changes the network only with `update_emas`.

        All families take all arguments. Calls without gradients may be run by a registered `Runner`.

        Args:
            ws: Intermediate latents [N, num_ws, w_dim].
            noise_mode: "const" adds the stored noise images, "random" fresh ones for each sample, "none" none.
                StyleGAN3 has no noise.
            noise: {layer name: (on, strength, seed)} for the layers that do not follow `noise_mode`. The strength
                multiplies the learned one; seed None is the stored image, else that of layer i of `noise_layers` is
                numpy's RandomState([seed, i]).randn(H, W), the same for all samples. A tensor [H, W], or
                [1 or N, 1, H, W], is the noise image itself, through which gradients flow.
            generator: Source of "random" noise; None for torch's global state.
            input_transform: [3, 3] or [N, 3, 3], used for this call in place of the buffer `input.transform`: the
                inverse of the movement of the image, in image widths about its centre. StyleGAN3 only.
            force_fp32: Compute in float32 on CUDA too (other devices always do): everywhere, or in the layers named,
                of StyleGAN2 in their whole blocks. StyleGAN1 always computes in float32.
            update_emas: Also move each layer's `magnitude_ema` (training of StyleGAN3 only).
            capture: Return the output of this one of `layer_names`, and compute nothing beyond it.
            on_layer: Called as on_layer(name, output) after each named layer; the output must not be changed. An
                exception that it raises ends the call.
            lod: Level of detail of a growing StyleGAN1 network, from 0 to log2(img_resolution) - 2; None for the
                network's own. At n the image is rendered at img_resolution / 2^n and enlarged by repeating pixels;
                n + a blends it with that of n + 1, which has the share a (Progressive GAN, arXiv 1710.10196,
                section 2).
            style_offsets: {layer name: [channels] or [N, channels]}, added to the styles s = A w + b of the layers
                named, before anything else is made of them (StyleSpace, arXiv 2011.12799); see `style_channels`. In
                StyleGAN1 the scales of all channels come first, then the shifts; in StyleGAN3 the four styles of
                `input` are those of its rotation and translation.
            bends: {layer name: operations} on the outputs of layers, one after another, before the next layer reads
                them. Plans and graphs leave such calls to the reference.

        Returns:
            Images [N, img_channels, *img_size], float32, about -1..1; with `capture` that layer's output
            [N, channels, H, W], float32. (A StyleGAN3 network of float64 parameters returns float64.)

        Raises:
            ValueError: A shape, a layer name, the noise mode, a style offset or the level of detail is wrong, or the
                network has no input that can be moved, or no averages of its own to update.
        """
        if update_emas and not self.moves_averages:
            raise ValueError("The running averages are the whole network's; leave update_emas out.")
        check_ws(ws, self.num_ws, self.w_dim)
        transform = self._transform(input_transform, ws)
        level = self._level_of_detail(lod)
        check_capture(capture, self.layers_at(level))
        source = self._noise(noise_mode, noise, generator)
        ws = ws.to(self._dtype())
        offsets = self._offsets(style_offsets or {}, ws)
        call = SynthesisCall(
            ws, source, transform, force_fp32, update_emas, capture, on_layer, level, offsets, self._bends(bends or {})
        )
        runners = _runners if not torch.is_grad_enabled() else _gradient_runners if _first.get() else ()
        for runner in runners:
            image = runner(self, call)
            if image is not None:
                return image
        record_way("reference")
        return self.reference(call)

    if TYPE_CHECKING:
        __call__ = forward

    def reference(self, call: SynthesisCall) -> Tensor:
        """Run the steps one after another; the result that every runner must reproduce."""
        return follow(self.steps(call), call.capture, call.on_layer, call.bends).to(call.ws.dtype)

    def steps(self, call: SynthesisCall) -> Steps:
        """Yield (layer name, output) after each layer, and return the images."""
        raise NotImplementedError

    def layers_at(self, lod: float) -> tuple[str, ...]:
        """Names of the layers that run at a level of detail, in order."""
        return self.layer_names

    @property
    def img_size(self) -> tuple[int, int]:
        """Height and width of the images."""
        return self.img_resolution, self.img_resolution

    def layer_size(self, layer: str) -> tuple[int, int]:
        """Height and width of the output of one of `layer_names`, margin included."""
        raise NotImplementedError

    def image_share(self, layer: str) -> float:
        """Share of a layer's width that the image covers; less than 1 where the layer has a margin around it."""
        return 1.0

    def _dtype(self) -> torch.dtype:
        return torch.float32

    def _count_styles(self) -> Mapping[str, int]:
        """Numbers of styles by layer, for `style_channels`: the outputs of the layers' own `affine`."""
        readers = dict.fromkeys(name for names in self.ws_layers for name in names)
        order = [*(name for name in self.layer_names if name in readers), *readers]
        found = {name: getattr(self.get_submodule(name), "affine", None) for name in order}
        return {name: layer.out_features for name, layer in found.items() if isinstance(layer, FullyConnectedLayer)}

    def _offsets(self, given: Mapping[str, Tensor | npt.ArrayLike], ws: Tensor) -> dict[str, Tensor]:
        """Checked style offsets, in the type and on the device of `ws`."""
        found = {}
        for name, value in given.items():
            count = self.style_channels.get(name)
            if count is None:
                known = ", ".join(self.style_channels)
                has = f"choose from {known}" if known else "this network has none"
                raise ValueError(f"No layer with styles is called {name!r}; {has}.")
            offset = torch.as_tensor(value, dtype=ws.dtype, device=ws.device)
            if tuple(offset.shape) not in ((count,), (1, count), (len(ws), count)):
                raise ValueError(
                    f"The style offsets of {name} have the shape {list(offset.shape)}; give [{count}], or "
                    f"[{len(ws)}, {count}] for {len(ws)} images."
                )
            found[name] = offset
        return found

    def _bends(self, given: Bends) -> Bends:
        """Checked operations on layers; a low resolution accepts those of the layers beyond it."""
        for name in given:
            if name not in self.layer_names and name not in self.style_channels:
                raise ValueError(
                    f"There is no layer called {name!r} to bend; choose from {', '.join(self.layer_names)}."
                )
        return given

    def _noise(
        self, mode: str, settings: Mapping[str, LayerNoise] | None, generator: torch.Generator | None
    ) -> NoiseSource:
        return NoiseSource(self.noise_layers, mode, settings or {}, generator)

    def _transform(self, value: Tensor | npt.ArrayLike | None, ws: Tensor) -> Tensor | None:
        """Checked input transform. Raises ValueError where there is one that the family cannot take."""
        if value is not None:
            raise ValueError(
                f"{self.family} has no input transform; leave input_transform out or load a StyleGAN3 network."
            )
        return None

    def _level_of_detail(self, lod: float | None) -> float:
        """Checked level of detail. Raises ValueError where there is one and the family cannot grow."""
        if lod:
            raise ValueError(f"{self.family} cannot grow, so it has no level of detail {lod}; leave lod out.")
        return 0.0


Block = TypeVar("Block", bound=nn.Module)


class BlockSynthesis(StyleSynthesis, Generic[Block]):
    """Base of the networks with a block for each resolution, `b4`, `b8`, ...: StyleGAN 1 and 2.

    Args:
        w_dim: Size of w.
        img_resolution: Number in the last block's name, a power of two, at least 4: the width and height of the image
            where it is square.
        img_channels: Colour channels.
        channel_base: Channels at resolution r are min(channel_base / r, channel_max).
        channel_max: See `channel_base`.
        make_block: Builds a block from the channels below it (0 for the first block), its channels and its resolution.
        init_res: Height and width of the first block; None for 4 x 4. Each block doubles the one below.
    """

    def __init__(
        self,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        channel_base: int,
        channel_max: int,
        make_block: Callable[[int, int, int], Block],
        init_res: Sequence[int] | None = None,
    ) -> None:
        super().__init__(w_dim, img_resolution, img_channels)
        self.init_res = checked_init_res(init_res)
        self.block_resolutions = resolutions(img_resolution)
        channels = channel_counts(self.block_resolutions, channel_base, channel_max)
        for (_, below), (resolution, own) in pairwise([(0, 0), *channels.items()]):
            setattr(self, f"b{resolution}", make_block(below, own, resolution))

    def blocks(self) -> list[Block]:
        """The blocks, from 4 x 4 upwards."""
        return [getattr(self, f"b{resolution}") for resolution in self.block_resolutions]

    @property
    def img_size(self) -> tuple[int, int]:
        """See `StyleSynthesis.img_size`."""
        return size_at(self.img_resolution, self.init_res)

    def layer_size(self, layer: str) -> tuple[int, int]:
        """See `StyleSynthesis.layer_size`."""
        return size_at(int(layer.partition(".")[0].removeprefix("b")), self.init_res)
