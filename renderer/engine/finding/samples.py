"""Samples of seeds that searches look at, kept from job to job: their w, and small pictures as they are drawn."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from gan.edits.found import Steps, sampling
from gan.edits.measures import PSI
from gan.images import Label
from renderer.engine.finding.drawing import drawing, styled
from renderer.engine.models import Model
from renderer.ipc.protocol import RenderRequest

SIDE = 8
"""Side of the pictures that are compared, in pixels."""
LEAST = 16
"""Least resolution at which they are drawn."""
MOST = 4
"""Samples that are kept."""

Key = tuple[int, Label | None, int, int]


@dataclass
class Sample:
    """Seeds of one network."""

    w: torch.Tensor
    """[count, w_dim], without truncation."""
    pictures: list[npt.NDArray[np.float32]] = field(default_factory=list)
    """[SIDE, SIDE, 3] each, of the first seeds."""

    @property
    def complete(self) -> bool:
        """True once every seed has its picture."""
        return len(self.pictures) == len(self.w)


@dataclass
class Samples:
    """Samples by network, class and seeds; the newest ones are kept."""

    _kept: dict[Key, Sample] = field(default_factory=dict)

    def get(self, model: Model, label: Label | None, first_seed: int, count: int) -> Steps[Sample]:
        """Return a sample, its w computed in steps."""
        key = (model.serial, label, first_seed, count)
        found = self._kept.pop(key, None)
        if found is None:
            found = Sample((yield from sampling(styled(model), count, first_seed=first_seed, label=label)))
        self._kept[key] = found
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        return found


def pictured(model: Model, request: RenderRequest, sample: Sample) -> Steps[None]:
    """Draw the missing pictures of a sample, at psi 0.7, a picture at each step."""
    G, draw = styled(model), drawing(model, request, LEAST, always=True)
    mean = sample.w.mean(dim=0)
    while not sample.complete:
        number = len(sample.pictures)
        w = mean + PSI * (sample.w[number] - mean)
        sample.pictures.append(_reduced(draw(w.expand(G.num_ws, -1), number)))
        yield len(sample.pictures), len(sample.w)


def _reduced(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
    small = torch.nn.functional.adaptive_avg_pool2d(pixels, SIDE)
    return np.asarray(small[0].permute(1, 2, 0).numpy())
