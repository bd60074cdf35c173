"""Radial power of a network and of a dataset, picture by picture; what was measured is kept."""

import hashlib
import os
from dataclasses import dataclass, field

import numpy as np
import torch

from gan.analysis.average_spectra import chosen_pictures
from gan.analysis.radial import PowerSums, compared
from gan.cache import Cache
from gan.data import ImageSource
from gan.display import to_uint8
from gan.metrics import cache as kept_figures
from renderer.document.arrays import ArrayStore
from renderer.document.lens.jobs import PowerFound, RadialPower
from renderer.engine.base import Result, Steps, Watch
from renderer.engine.finding.drawing import SearchError
from renderer.engine.lens.pictures import drawn, plain
from renderer.engine.models import Model

SEED = 0
"""Decides the choice of a dataset's pictures."""
_EVERY = 8
"""Pictures from result to result, once there are as many."""


@dataclass(eq=False)
class _Dataset:
    """An open dataset, the pictures to measure, and their sums so far."""

    source: ImageSource
    chosen: list[int]
    key: str
    sums: PowerSums
    """Of the first ones of `chosen`."""

    def advance(self) -> None:
        """Add the next picture; the sums of all are written to the disk."""
        self.sums.add(torch.from_numpy(self.source.images([self.chosen[self.sums.count]])[0]))
        if self.complete:
            kept_figures.write(kept_figures.folder(), self.key, self.sums.arrays())

    @property
    def complete(self) -> bool:
        """True once all chosen pictures are added."""
        return self.sums.count >= len(self.chosen)


@dataclass
class Powers:
    """Sums of recent networks and datasets."""

    networks: Cache[int, PowerSums] = field(default_factory=lambda: Cache(8))
    """By the serial number of the model."""
    datasets: Cache[str, _Dataset] = field(default_factory=lambda: Cache(4))
    """By key."""

    def dataset(self, path: str, count: int) -> _Dataset:
        """Open a dataset. Raises ValueError where it cannot be used."""
        source = ImageSource(path)
        chosen = chosen_pictures(source, count, SEED).tolist()
        key = kept_figures.key(of="radial power", dataset=identity(source), count=len(chosen), seed=SEED)
        found = self.datasets.get(key)
        if found is not None:
            return found
        sums, known = PowerSums(source.resolution), kept_figures.read(kept_figures.folder(), key)
        if known is not None:
            try:
                read = PowerSums.restored(known)
                sums = read if (read.size, read.count) == (sums.size, len(chosen)) else sums
            except ValueError:
                pass  # damaged: measured again
        return self.datasets.put(key, _Dataset(source, chosen, key, sums))


def identity(source: ImageSource) -> str:
    """Return a hash that changes with the pictures: of a zip file its list, of a folder names, sizes and times."""
    if os.path.isfile(source.path):
        return source.content_hash
    digest = hashlib.sha256(os.path.realpath(source.path).encode("utf-8", "surrogateescape"))
    for name in source.names:
        stat = os.stat(source.path / name)
        digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


@torch.inference_mode()
def power_steps(model: Model, arrays: ArrayStore, powers: Powers, work: RadialPower, watch: Watch) -> Steps:
    """Do the job `RadialPower`, a picture at each step.

    Raises:
        SearchError: the network's pictures are not square, or the dataset cannot be used.
    """
    height, width = model.G.img_size
    if height != width:
        raise SearchError(f"Power is compared for square pictures, and this network draws {width} × {height}.")
    try:
        dataset = powers.dataset(work.dataset, max(work.pictures, 1))
        network = powers.networks.made(model.serial, lambda: PowerSums(width))
        total, image = max(work.pictures, 1), plain(work.request.image)
        every = total + len(dataset.chosen)
        while network.count < total or not dataset.complete:
            done = min(network.count, total) + dataset.sums.count
            if not dataset.complete and dataset.sums.count / len(dataset.chosen) <= network.count / total:
                dataset.advance()
            else:
                pixels = yield from drawn(model, arrays, image.at_seed(network.count), watch, (done, every))
                network.add(to_uint8(pixels).cpu())
            done += 1
            if done < every:
                due = done < _EVERY or done % _EVERY == 0
                yield (done, every, _found(network, total, dataset)) if due else (done, every)
        return _found(network, total, dataset)
    except (ValueError, OSError) as error:
        raise SearchError(str(error)) from error


def _found(network: PowerSums, total: int, dataset: _Dataset) -> Result:
    counts = network.count, max(total, network.count), dataset.sums.count, len(dataset.chosen)
    sizes, nothing = (network.size, dataset.sums.size), np.zeros(0, np.float32)
    if not network.count or not dataset.sums.count:
        return PowerFound(counts, sizes, *[nothing] * 5).packed()
    found = compared(network, dataset.sums)
    rows = (found.frequency, found.network, found.dataset, found.difference, found.error)
    return PowerFound(counts, sizes, *(one.astype(np.float32) for one in rows)).packed()
