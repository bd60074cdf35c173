"""The StyleGAN-XL generator (arXiv 2202.00273): StyleGAN3's layers after a mapping network of embedded classes.

Networks for higher resolutions are a stem, which was trained first, and a head of more layers in place of the stem's
last ones. Their layers follow no single formula, so they are built from the numbers that the file keeps of each.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from . import stylegan3
from .layers import FullyConnectedLayer, normalize_2nd_moment
from .mapping import MappingNetwork, checked_vector
from .protocol import TruncationPsi
from .stylegan3_design import InputDesign, LayerDesign, SynthesisDesign, plan

MAX_TAPS = 256
"""Longest filter that is built."""
MAX_SIZE = 8192
"""Largest width of a layer in pixels."""

_FLAGS = ("is_torgb", "is_critically_sampled", "use_fp16", "down_radial")
_COUNTS = (
    *("in_channels", "out_channels", "in_size", "out_size", "in_sampling_rate", "out_sampling_rate"),
    *("tmp_sampling_rate", "conv_kernel", "up_factor", "down_factor", "up_taps", "down_taps"),
)
_BANDS = ("in_cutoff", "out_cutoff", "in_half_width", "out_half_width")
LAYER_FIELDS = (*_FLAGS, *_COUNTS, *_BANDS)
"""The numbers that make a layer, by the names that files have for them; beside these, the four of `padding`."""


class EmbeddingMapping(MappingNetwork):
    """A mapping network that looks its classes up in a table of features and projects them to the size of z.

    The submodules `embed` (a table [classes, features]) and `embed_proj` exist only if c_dim > 0.

    Args:
        z_dim: Size of the latent.
        c_dim: Number of classes; 0 for none.
        w_dim: Size of w.
        num_ws: How many copies of w to return.
        embed_classes: Rows of the table.
        embed_features: Columns of the table.
        class_means: True if `w_avg` is [classes, w_dim], one mean for each class.
        options: Further arguments of `MappingNetwork`.
    """

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        num_ws: int | None,
        embed_classes: int = 1000,
        embed_features: int = 320,
        class_means: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(z_dim, c_dim, w_dim, num_ws, embed_features=z_dim, **options)
        self.embed_classes = embed_classes
        if c_dim > embed_classes:
            raise ValueError(f"There are {c_dim} classes, but the table has {embed_classes}.")
        if c_dim > 0:
            self.embed = nn.Embedding(embed_classes, embed_features)  # type: ignore[assignment]
            self.embed_proj = FullyConnectedLayer(embed_features, z_dim, activation="lrelu")
        if class_means:
            self.register_buffer("w_avg", torch.zeros(max(c_dim, 1), w_dim))

    def forward(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
    ) -> Tensor:
        """See `MappingNetwork.forward`; truncation is towards the mean of each sample's class where there is one."""
        if self.w_avg_beta is None or self.w_avg.ndim == 1:
            return super().forward(z, c, truncation_psi, truncation_cutoff, update_emas)
        ws = super().forward(z, c)
        mean = self.w_avg[:1] if self.c_dim == 0 else self._classes(c) @ self.w_avg  # [N, w_dim]
        return self._truncate(ws, truncation_psi, truncation_cutoff, mean if ws.ndim == 2 else mean[:, None])

    if TYPE_CHECKING:
        __call__ = forward

    @property
    def mean(self) -> Tensor | None:
        """Mean of w [w_dim], of all classes."""
        mean = super().mean
        return mean if mean is None or mean.ndim == 1 else mean.mean(dim=0)

    @property
    def class_means(self) -> Tensor | None:
        """See `MappingNetwork.class_means`."""
        return self.w_avg if self.w_avg_beta is not None and self.w_avg.ndim == 2 else None

    def _classes(self, c: Tensor | None) -> Tensor:
        return checked_vector(c, "c", self.c_dim).to(torch.float32)

    def _inputs(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        x = normalize_2nd_moment(checked_vector(z, "z", self.z_dim).to(torch.float32))
        if self.c_dim == 0:
            return x
        # A product and not a look-up: it is the same for one class, and mixes several.
        features = self._classes(c) @ self.embed.weight[: self.c_dim]
        y = normalize_2nd_moment(self.embed_proj(features))
        if len(x) != len(y):
            raise ValueError(f"z holds {len(x)} samples and c {len(y)}; give one label per latent.")
        return torch.cat([x, y], dim=1)


class SynthesisNetwork(stylegan3.SynthesisNetwork):
    """StyleGAN3's synthesis network, or layers by the numbers of each.

    Args:
        args: Those of StyleGAN3's.
        kwargs: Those of StyleGAN3's, or `layers_kwargs`: for each layer in order, `<name>_kwargs` with `LAYER_FIELDS`
            and `padding_0` to `padding_3`, and `input_kwargs` with channels, size, sampling_rate and bandwidth.
    """

    family = "StyleGAN-XL"

    def designed(self, img_resolution: int, img_channels: int, **design_kwargs: Any) -> SynthesisDesign:
        """See `stylegan3.SynthesisNetwork.designed`."""
        layers: Mapping[str, Mapping[str, Any]] | None = design_kwargs.pop("layers_kwargs", None)
        if layers is None:
            return plan(img_resolution, img_channels, **design_kwargs)
        first = layers["input_kwargs"]
        start = InputDesign(
            _count(first, "channels"), _count(first, "size"), _count(first, "sampling_rate"), _band(first, "bandwidth")
        )
        made = tuple(_layer(name, values) for name, values in layers.items() if name != "input_kwargs")
        if not made or made[-1].out_size != img_resolution or made[-1].out_channels != img_channels:
            raise ValueError("the last layer does not make the image")
        return SynthesisDesign(start, made, filter_size=6, lrelu_upsampling=2)


def _layer(name: str, values: Mapping[str, Any]) -> LayerDesign:
    numbers: dict[str, Any] = {key: bool(values[key]) for key in _FLAGS}
    numbers |= {key: _count(values, key) for key in _COUNTS}
    numbers |= {key: _band(values, key) for key in _BANDS}
    padding = tuple(int(values[f"padding_{side}"]) for side in range(4))
    if max(map(abs, padding)) > MAX_SIZE or max(numbers["up_taps"], numbers["down_taps"]) > MAX_TAPS:
        raise ValueError(f"the numbers of {name} are out of bounds")
    return LayerDesign(
        name=name.removesuffix("_kwargs"),
        out_stopband=numbers["out_cutoff"] + numbers["out_half_width"],
        padding=padding,  # type: ignore[arg-type]
        **numbers,
    )


def _count(values: Mapping[str, Any], key: str) -> int:
    value = values[key]
    if value != int(value) or not 1 <= value <= MAX_SIZE:
        raise ValueError(f"{key} is {value}")
    return int(value)


def _band(values: Mapping[str, Any], key: str) -> float:
    value = float(values[key])
    if not 0 < value <= MAX_SIZE:
        raise ValueError(f"{key} is {value}")
    return value


class Generator(stylegan3.Generator):
    """StyleGAN-XL: `mapping` and `synthesis`. The arguments are those of `StyleGenerator`."""

    synthesis_class = SynthesisNetwork

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
        super().__init__(z_dim, 0, w_dim, img_resolution, img_channels, None, **synthesis_kwargs)
        self.c_dim = c_dim
        options = self.mapping_options(mapping_kwargs or {})
        self.mapping = EmbeddingMapping(z_dim, c_dim, w_dim, self.num_ws, **options)
