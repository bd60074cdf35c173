"""Batches of images of a network and of a dataset."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.ahead import in_order
from gan.inference import cpu
from gan.metrics.group import Batch
from gan.networks.protocol import Generator

_PIXELS = 2**22
"""Maximum number of pixels that a network renders at once: 4 images of 1024 x 1024."""

_READERS = 3
"""Number of threads that decode images ahead of their use."""


class ImageSet(Protocol):
    """Dataset as metrics need it, implemented by `gan.data.ImageSource`."""

    @property
    def label_dim(self) -> int:
        """Length of a label; 0 without labels."""

    @property
    def channels(self) -> int:
        """Colour channels."""

    @property
    def resolution(self) -> int:
        """Width and height in pixels."""

    @property
    def content_hash(self) -> str:
        """Hash of the dataset's contents."""

    def __len__(self) -> int: ...

    def images(self, indices: Iterable[int]) -> npt.NDArray[np.uint8]:
        """uint8 [N, channels, height, width]."""

    def label(self, index: int) -> npt.NDArray[np.float32]:
        """float32 [label_dim]."""

    def with_xflip(self, xflip: bool) -> "ImageSet":
        """Return the same dataset with or without its mirrored half."""


@dataclass(frozen=True)
class Draw:
    """The random numbers of one batch.

    Attributes:
        z: Latents [N, z_dim] on the network's device.
        c: Labels [N, c_dim] there.
        random: Source of all other random numbers of this batch; on the CPU, so that they are the same on all devices.
    """

    z: Tensor
    c: Tensor
    random: torch.Generator


class Sampler:
    """Renders images of a network. Batch j depends on the seed and j alone.

    Attributes:
        network: A copy for evaluation, on `device`.
        device: Device of the network.
    """

    def __init__(self, network: Generator, device: torch.device, seed: int, labels: ImageSet | None) -> None:
        """Create a sampler; the network must not change afterwards. On a CPU its plan is made.

        Args:
            network: A generator of `gan.networks`, in evaluation mode on `device`.
            device: Device of the network.
            seed: Determines all random numbers.
            labels: Dataset that provides the labels of a conditional network.
        """
        cpu.make_ready(network.synthesis)
        self.network = network
        self.device = device
        self._seed = seed
        self._labels = labels

    def draw(self, batch: Batch, pairs: bool = False) -> Draw:
        """Draw the latents and labels of a batch; with `pairs` both ends of each, [2 N, z_dim], first ends first."""
        state = np.random.SeedSequence([self._seed, batch.index]).generate_state(1)
        random = torch.Generator().manual_seed(int(state[0]))
        z = torch.randn(batch.count * (2 if pairs else 1), self.network.z_dim, generator=random)
        c = torch.zeros(batch.count, self.network.c_dim)
        if self.network.c_dim:
            assert self._labels is not None
            chosen = torch.randint(len(self._labels), (batch.count,), generator=random)
            c = torch.from_numpy(np.stack([self._labels.label(int(i)) for i in chosen]))
        return Draw(z.to(self.device), c.to(self.device), random)

    def ws(self, draw: Draw) -> Tensor:
        """Map a batch to ws [N, num_ws, w_dim]; both ends of a pair share a label."""
        repeats = len(draw.z) // len(draw.c)
        return self.network.mapping(draw.z, draw.c.repeat(repeats, 1))

    def images(self, ws: Tensor, random: torch.Generator) -> Iterator[Tensor]:
        """Yield images of ws [N, num_ws, w_dim] with new noise, a few at a time: float32 [n, C, H, W], about -1..1."""
        for part in torch.split(ws, self.at_once):
            yield self.network.synthesis(part, noise_mode="random", generator=random)

    @property
    def at_once(self) -> int:
        """Number of images that fit into memory together."""
        return max(1, min(64, _PIXELS // math.prod(self.network.img_size)))


def read_ahead(source: ImageSet, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Tensor]]:
    """Yield batches of a dataset's images, uint8 [N, C, H, W], prefetched by threads."""

    def read(batch: Batch) -> tuple[Batch, Tensor]:
        return batch, torch.from_numpy(source.images(range(batch.start, batch.start + batch.count)))

    yield from in_order(read, batches, _READERS)
