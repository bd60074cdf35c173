"""Types of the networks, for code that uses them: what a generator, its parts and a discriminator can be asked for.

`StyleGenerator`, `MappingNetwork`, `StyleSynthesis` and `StyleDiscriminator` fulfil these protocols. Code that renders
images asks for a protocol; code that trains, saves or changes networks needs the classes, which are `torch.nn.Module`s.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from typing import Protocol, TypedDict, Unpack

import numpy.typing as npt
import torch
from torch import Tensor, nn

from .noise import LayerNoise
from .steps import Bends, ForceFp32, OnLayer

TruncationPsi = float | Sequence[float] | Tensor
"""One psi for all w vectors, or one for each of the `num_ws`."""


class SynthesisOptions(TypedDict, total=False):
    """Optional arguments of a synthesis network, of every family; see `StyleSynthesis.forward`."""

    noise_mode: str
    noise: Dictionary[str, LayerNoise] | None
    generator: torch.Generator | None
    input_transform: Tensor | npt.ArrayLike | None
    force_fp32: ForceFp32
    capture: str | None
    on_layer: OnLayer | None
    lod: float | None
    style_offsets: Dictionary[str, Tensor | npt.ArrayLike] | None
    bends: Bends | None


class HasTensors(Protocol):
    """Parameters and buffers, as a `torch.nn.Module` has them."""

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Learned tensors."""

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Tensors that are not learned."""


class Synthesis(HasTensors, Protocol):
    """A synthesis network: w vectors to images.

    Attributes:
        w_dim: Size of w.
        num_ws: Number of w vectors.
        img_resolution: Number in the last layer's name: width and height of the images where they are square.
        img_channels: Colour channels.
        layer_names: Every named layer, in the order in which they run.
        noise_layers: Layers with a noise input, in order.
        ws_layers: For each of the `num_ws` vectors, the layers that read it.
        style_channels: Number of styles of each layer that has some, in order; see `StyleSynthesis.style_channels`.
        takes_transform: True if the input can be moved (`input_transform`).
    """

    w_dim: int
    num_ws: int
    img_resolution: int
    img_channels: int
    layer_names: tuple[str, ...]
    noise_layers: tuple[str, ...]
    ws_layers: tuple[tuple[str, ...], ...]
    style_channels: Dictionary[str, int]
    takes_transform: bool

    @property
    def img_size(self) -> tuple[int, int]:
        """Height and width of the images."""

    def layer_size(self, layer: str) -> tuple[int, int]:
        """Height and width of the output of one of `layer_names`, margin included."""

    def image_share(self, layer: str) -> float:
        """Share of a layer's width that the image covers; less than 1 where the layer has a margin around it."""

    def __call__(self, ws: Tensor, *, update_emas: bool = False, **options: Unpack[SynthesisOptions]) -> Tensor:
        """[N, num_ws, w_dim] -> images [N, img_channels, *img_size], about -1..1."""


class Mapping(HasTensors, Protocol):
    """A mapping network: latents and labels to w vectors.

    Attributes:
        z_dim: Size of the latent.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        num_layers: Number of dense layers.
    """

    z_dim: int
    c_dim: int
    w_dim: int
    num_layers: int

    @property
    def mean(self) -> Tensor | None:
        """Running mean of w [w_dim]; None where the network has none."""

    @property
    def class_means(self) -> Tensor | None:
        """Running mean of w of each class [classes, w_dim]; None where the network has one for all."""

    def __call__(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
    ) -> Tensor:
        """[N, z_dim] and [N, c_dim] -> w vectors [N, num_ws, w_dim]."""


class Generator(HasTensors, Protocol):
    """A generator: mapping and synthesis, called as one.

    Attributes:
        z_dim: Size of the latent.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        num_ws: Number of w vectors.
        img_resolution: As of `synthesis`.
        img_channels: Colour channels.
    """

    z_dim: int
    c_dim: int
    w_dim: int
    num_ws: int
    img_resolution: int
    img_channels: int

    @property
    def img_size(self) -> tuple[int, int]:
        """Height and width of the images."""

    @property
    def mapping(self) -> Mapping:
        """The mapping network."""

    @property
    def synthesis(self) -> Synthesis:
        """The synthesis network."""

    def __call__(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
        **options: Unpack[SynthesisOptions],
    ) -> Tensor:
        """[N, z_dim] and [N, c_dim] -> images [N, img_channels, *img_size], about -1..1."""


class Discriminator(HasTensors, Protocol):
    """A discriminator: images and labels to logits.

    Attributes:
        c_dim: Size of the label; 0 for none.
        img_resolution: Width and height of the images.
        img_channels: Colour channels.
    """

    c_dim: int
    img_resolution: int
    img_channels: int

    def __call__(
        self, img: Tensor, c: Tensor | None = None, *, force_fp32: bool = False, lod: float | None = None
    ) -> Tensor:
        """[N, img_channels, img_resolution, img_resolution], -1..1, and [N, c_dim] -> logits [N, 1]."""
