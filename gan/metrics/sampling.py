"""Images of a network and of a dataset, batch by batch."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.metrics.group import Batch
from gan.networks.protocol import Generator

_PIXELS = 2**22
"""Pixels of images that a network renders at once: 4 of 1024 x 1024."""

_READERS = 3
"""Threads that decode images ahead of their use."""


class ImageSet(Protocol):
    """Dataset as metrics need it; `gan.data.ImageSource` is one."""

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
        """Names the images, by what they are."""

    def __len__(self) -> int: ...

    def images(self, indices: Iterable[int]) -> npt.NDArray[np.uint8]:
        """uint8 [N, channels, height, width]."""

    def label(self, index: int) -> npt.NDArray[np.float32]:
        """float32 [label_dim]."""

    def with_xflip(self, xflip: bool) -> "ImageSet":
        """The same with or without its mirrored half."""


@dataclass(frozen=True)
class Draw:
    """The random numbers of one batch.

    Attributes:
        z: Latents [N, z_dim] on the network's device.
        c: Labels [N, c_dim] there.
        random: Source of everything else that is random in this batch; on the CPU, so that all devices get the same.
    """

    z: Tensor
    c: Tensor
    random: torch.Generator


class Sampler:
    """Renders images of a network. Batch j is decided by the seed and j alone.

    Attributes:
        network: A copy for evaluation, on `device`.
        device: Where it computes.
    """

    def __init__(self, network: Generator, device: torch.device, seed: int, labels: ImageSet | None) -> None:
        """Take a network that is not changed from here.

        Args:
            network: A generator of `gan.networks`, in evaluation mode on `device`.
            device: Where it computes.
            seed: Decides all random numbers.
            labels: The dataset whose labels a conditional network gets.
        """
        self.network = network
        self.device = device
        self._seed = seed
        self._labels = labels

    def draw(self, batch: Batch, pairs: bool = False) -> Draw:
        """The latents and labels of a batch; of `pairs`, both ends of each: [2 N, z_dim], all first ends first."""
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
        """The intermediate latents of a batch [N, num_ws, w_dim]; a label serves both ends of a pair."""
        repeats = len(draw.z) // len(draw.c)
        return self.network.mapping(draw.z, draw.c.repeat(repeats, 1))

    def images(self, ws: Tensor, random: torch.Generator) -> Iterator[Tensor]:
        """Images of [N, num_ws, w_dim] with fresh noise, a few at a time: float32 [n, C, H, W], about -1..1."""
        for part in torch.split(ws, self.at_once):
            yield self.network.synthesis(part, noise_mode="random", generator=random)

    @property
    def at_once(self) -> int:
        """Number of images that fit into memory together."""
        return max(1, min(64, _PIXELS // self.network.img_resolution**2))


def read_ahead(source: ImageSet, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Tensor]]:
    """Batches of a dataset's images, uint8 [N, C, H, W], decoded by threads while the ones before are used."""

    def read(batch: Batch) -> tuple[Batch, Tensor]:
        return batch, torch.from_numpy(source.images(range(batch.start, batch.start + batch.count)))

    with ThreadPoolExecutor(_READERS) as pool:
        yield from _ahead(pool, read, batches)


def _ahead(
    pool: ThreadPoolExecutor, read: Callable[[Batch], tuple[Batch, Tensor]], batches: Iterable[Batch]
) -> Iterator[tuple[Batch, Tensor]]:
    waiting: deque[Future[tuple[Batch, Tensor]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(read, batch))
            if len(waiting) > 2 * _READERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
