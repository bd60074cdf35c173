"""Sources of a synthesis network's per-pixel noise (StyleGAN, arXiv 1812.04948, section 3.2)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
import torch
from torch import Tensor

from gan.constants import cached_tensors
from gan.device import send

NoiseMode = Literal["const", "random", "none"]
NOISE_MODES: tuple[str, ...] = get_args(NoiseMode)

NoiseSetting = tuple[bool, float, int | None]
"""(on, strength, seed) of one layer: strength multiplies the learned one; seed None is the stored noise image."""
LayerNoise = NoiseSetting | Tensor
"""Noise of one layer: a setting, or the image itself, [H, W] or [1 or N, 1, H, W]."""


class NoiseImages(Protocol):
    """Noise images of the layers of one call."""

    def image(self, layer: str, stored: Tensor, batch: int) -> Tensor | None:
        """See `NoiseSource.image`."""


class NoisyLayer(Protocol):
    """A layer that may have a noise input."""

    use_noise: bool
    noise_const: Tensor


def noise_of(layer: NoisyLayer, name: str, noise: NoiseImages, batch: int) -> Tensor | None:
    """Noise image of a layer [1 or batch, 1, H, W]; None where it has no noise input or adds none."""
    return noise.image(name, layer.noise_const, batch) if layer.use_noise else None


@dataclass(frozen=True)
class NoiseSource:
    """Noise image of every layer of one synthesis call.

    Attributes:
        layers: All layers that have noise, in order; the position is the i of `RandomState([seed, i])`.
        mode: For the layers that `settings` does not name: "const" is the stored image, "random" draws one per
            sample, "none" adds nothing.
        settings: The layers that have a setting or a noise image of their own.
        generator: Source of "random" noise; None for torch's global state.

    Raises:
        ValueError: the mode is unknown, a setting names no layer with noise, or a strength is not finite.
    """

    layers: Sequence[str]
    mode: str
    settings: Mapping[str, LayerNoise]
    generator: torch.Generator | None

    def __post_init__(self) -> None:
        if self.mode not in NOISE_MODES:
            raise ValueError(f"There is no noise_mode {self.mode!r}; choose one of {', '.join(NOISE_MODES)}.")
        for name, setting in self.settings.items():
            if name not in self.layers:
                has = f"choose from {', '.join(self.layers)}" if self.layers else "this network has none"
                raise ValueError(f"No layer with noise is called {name!r}; {has}.")
            if not isinstance(setting, Tensor) and not math.isfinite(setting[1]):
                raise ValueError(f"The noise strength of {name} is {setting[1]}; give a finite number.")

    def image(self, layer: str, stored: Tensor, batch: int) -> Tensor | None:
        """The noise of a layer, before its learned strength: [1 or batch, 1, H, W], or None for no noise.

        Args:
            layer: One of `layers`.
            stored: The layer's stored image [H, W]; gives size, dtype and device too.
            batch: Number of samples.
        """
        if layer in self.settings:
            setting = self.settings[layer]
            if isinstance(setting, Tensor):
                return _fitted(setting, layer, stored, batch)
            on, strength, seed = setting
            if not on or strength == 0:
                return None
            if seed is None:
                image = stored
            else:
                index = list(self.layers).index(layer)
                image = send(_seeded(seed % 2**32, index, *stored.shape).to(stored.dtype), stored.device)
            return (image if strength == 1 else image * strength)[None, None]
        if self.mode == "none":
            return None
        if self.mode == "const":
            return stored[None, None]
        device = stored.device if self.generator is None else self.generator.device
        drawn = torch.randn(batch, 1, *stored.shape, generator=self.generator, device=device)
        return drawn.to(stored.device, stored.dtype)


def _fitted(image: Tensor, layer: str, stored: Tensor, batch: int) -> Tensor:
    """A noise image that a call gives, as [1 or batch, 1, H, W]. Raises ValueError where its size is another."""
    whole = image[None, None] if image.ndim == 2 else image
    if whole.ndim != 4 or len(whole) not in (1, batch) or whole.shape[1:] != (1, *stored.shape):
        sides = ", ".join(map(str, stored.shape))
        raise ValueError(
            f"The noise image of {layer} has the shape {list(image.shape)}; give [{sides}], or [{batch}, 1, {sides}]."
        )
    return whole.to(stored.device, stored.dtype)


@dataclass(frozen=True)
class OneOfBatch:
    """The noise of one image of a batch whose images are rendered one after another: what it would be in the batch.

    A layer's noise is computed for the whole batch when its first image asks for it, so that image comes first.

    Attributes:
        whole: The batch's noise.
        count: How many images it has.
        index: Which one this is.
        images: Noise computed so far, shared by the images of a batch.
    """

    whole: NoiseSource
    count: int
    index: int
    images: dict[str, Tensor | None]

    def image(self, layer: str, stored: Tensor, batch: int) -> Tensor | None:
        """As `NoiseSource.image`, for the one image: [1, 1, H, W] or None."""
        if layer not in self.images:
            self.images[layer] = self.whole.image(layer, stored, self.count)
        image = self.images[layer]
        return image if image is None or len(image) == 1 else image[self.index : self.index + 1]


def one_by_one(source: NoiseSource, count: int) -> list[NoiseImages]:
    """The noise of each image of a batch of `count`."""
    if count == 1:
        return [source]
    images: dict[str, Tensor | None] = {}
    return [OneOfBatch(source, count, i, images) for i in range(count)]


# A slider that moves asks for the same seed at every frame; computing it takes longer than a small network.
@cached_tensors(maxsize=32)
def _seeded(seed: int, index: int, height: int, width: int) -> Tensor:
    return torch.from_numpy(np.random.RandomState([seed, index]).randn(height, width).astype(np.float32))
