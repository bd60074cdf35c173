"""Keys of the pipeline's stages. Each holds everything that its stage reads of a request.

    MappingKey -> WsKey -> SynthesisKey -> OutputKey -> DisplayKey, SpectrumKey

Stage functions get their key and arrays, never the request: a parameter that is not in the key cannot be read, so
equal keys mean equal results. Parameters that the network does not read are set to fixed values; changing those
reuses the result.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.specs.formats import UNBENT
from gan.latents import blend_z, neighbours, seed_z
from renderer.document.parts import (
    Channels,
    Direction,
    Display,
    ImageState,
    LayerBend,
    Mixing,
    Noise,
    Source,
    StyleOffset,
    Transform,
    Truncation,
)
from renderer.engine.models import Model

Z = npt.NDArray[np.float64]
"""A latent [z_dim]."""

Seeds = tuple[tuple[int, float], ...]
"""Seeds and their weights, as `gan.latents.neighbours` gives them."""


Condition = int | tuple[float, ...]
"""A class, or numbers."""


@dataclass(frozen=True)
class SeedPoint:
    """The z of seeds: of one, or blended on the sphere by weight."""

    seeds: Seeds

    def z(self, z_dim: int) -> Z:
        """Return z [z_dim]."""
        if len(self.seeds) == 1:
            return seed_z(self.seeds[0][0], z_dim)
        return blend_z([seed_z(seed, z_dim) for seed, _ in self.seeds], [weight for _, weight in self.seeds])


@dataclass(frozen=True)
class SpherePoint:
    """The z between places of the grid of seeds, blended on the sphere."""

    places: tuple[tuple[float, float, float], ...]
    """x, y and weight of each."""

    def z(self, z_dim: int) -> Z:
        """Return z [z_dim]."""
        ends = [SeedPoint(neighbours(x, y)).z(z_dim) for x, y, _ in self.places]
        return blend_z(ends, [weight for _, _, weight in self.places])


class MappingKey(NamedTuple):
    """One z through the mapping network: w [w_dim]."""

    serial: int
    """Of the network, see `Model.serial`."""
    point: SeedPoint | SpherePoint
    label: Condition | None
    """Condition; None for a network that has none."""


class WsKey(NamedTuple):
    """Mapping, mixing, truncation and directions: ws [1, num_ws, w_dim]."""

    serial: int
    latent: Source
    mixing: Mixing
    """Only the layers that act."""
    truncation: Truncation
    directions: tuple[Direction, ...]
    """Only those of a strength, without their names."""


class SynthesisKey(NamedTuple):
    """One run of the synthesis network."""

    ws: WsKey
    noise: Noise
    transform: Transform
    force_fp32: bool = False
    low_res: int = 0
    """Resolution to render at before upscaling; 0: the full one."""
    fast: bool = False
    """True for the lower precision; see `gan.inference.cpu.precision`."""
    styles: tuple[StyleOffset, ...] = ()
    """Those that move a style that the network has, with a sigma of 1 and without names."""
    bends: tuple[LayerBend, ...] = ()
    """Those that change a layer that the network has."""


class OutputKey(NamedTuple):
    """The output of one run: the image, or a layer on the way to it, float32 [C, H, W]."""

    synthesis: SynthesisKey
    layer: str | None = None
    """None: the image."""


class DisplayKey(NamedTuple):
    """An output as it is shown: uint8 [H, W, 4]."""

    output: OutputKey
    channels: Channels
    channel: int
    normalize: bool
    scale_db: float
    untransform: bool


class SpectrumKey(NamedTuple):
    """The power spectrum of an output."""

    output: OutputKey
    beta: float
    selected: tuple[Channels, int] | None
    """`Display.channels` and `channel`; None: all channels."""


def ws_key(model: Model, image: ImageState) -> WsKey:
    """Make the key of the ws of `image`."""
    layers = image.mixing.acting
    second = image.mixing.x if any(layer.source is None for layer in layers) else Mixing().x
    return WsKey(
        serial=model.serial,
        latent=image.latent,
        mixing=Mixing(second, tuple(replace(layer, locked=False) for layer in layers)),
        truncation=image.truncation,
        directions=tuple(
            replace(one, name="", found_with="", whole=False) for one in image.directions if one.strength != 0
        ),
    )


def synthesis_key(model: Model, image: ImageState) -> SynthesisKey:
    """Make the key of the synthesis of `image` at the full resolution."""
    noise = image.noise if model.info.noise_layers and image.noise.mode != "none" else Noise(mode="none")
    return SynthesisKey(
        ws=ws_key(model, image),
        noise=noise if noise.mode == "random" else replace(noise, seed=0),
        transform=image.transform if model.info.has_transform else Transform(),
        force_fp32=image.force_fp32 and model.device.type == "cuda",
        styles=acting_styles(model, image.styles),
        bends=acting_bends(model, image.bends),
    )


def acting_bends(model: Model, bends: tuple[LayerBend, ...]) -> tuple[LayerBend, ...]:
    """Return the bends that change the network's image, as `SynthesisKey.bends` has them."""
    names = model.G.synthesis.layer_names if bends else ()
    return tuple(
        one if one.kind == "noise" else replace(one, seed=0)
        for one in bends
        if one.layer in names and one.strength != UNBENT[one.kind]
    )


def acting_styles(model: Model, styles: tuple[StyleOffset, ...]) -> tuple[StyleOffset, ...]:
    """Return the offsets that change the network's image, as `SynthesisKey.styles` has them."""
    counts = dict(model.info.style_layers) if styles else {}
    return tuple(
        StyleOffset(one.layer, one.channel, one.amount)
        for one in styles
        if one.amount != 0 and one.channel < counts.get(one.layer, 0)
    )


def display_key(output: OutputKey, display: Display) -> DisplayKey:
    """Make the key of an output shown by `display`."""
    return DisplayKey(
        output, display.channels, display.channel, display.normalize, display.scale_db, display.untransform
    )


def spectrum_key(output: OutputKey, display: Display) -> SpectrumKey:
    """Make the key of the spectrum of an output."""
    shown = (display.channels, display.channel) if display.spectrum.selected_only else None
    return SpectrumKey(output, display.spectrum.beta, shown)
