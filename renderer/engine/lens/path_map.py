"""Path lengths around places of the grid of seeds, coarse to fine; fields are kept while only the place changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from renderer.document.arrays import ArrayStore
from renderer.document.lens.jobs import MAP_STEP, PathMap
from renderer.document.parts import ImageState
from renderer.engine.base import Result, Steps, Watch
from renderer.engine.finding.drawing import SMALL
from renderer.engine.lens.measuring import Measuring
from renderer.engine.lens.pictures import Attempt, awaited, drawn
from renderer.engine.models import Model
from renderer.engine.small import ROUGH_SECONDS

EPSILON = 0.01
"""Length of a step in seeds."""
MOST = 4096
"""Fields that are kept."""
_COARSEST = 4

Field = tuple[int, int]


@dataclass
class MapFields:
    """Fields of the newest map, by their columns and rows in the grid of fields."""

    key: tuple[object, ...] = ()
    values: dict[Field, float] = field(default_factory=dict)

    def begin(self, key: tuple[object, ...]) -> None:
        """Drop the fields of another map."""
        if key != self.key or len(self.values) > MOST:
            self.key, self.values = key, {}


def order(columns: int, rows: int) -> Iterator[Field]:
    """Yield all fields (column, row): every fourth each way, every second, all; of each, the middle first."""
    seen: set[Field] = set()
    step = _COARSEST
    while step:
        level = [(i, j) for j in range(0, rows, step) for i in range(0, columns, step) if (i, j) not in seen]
        level.sort(key=lambda one: (one[0] - columns / 2) ** 2 + (one[1] - rows / 2) ** 2)
        seen.update(level)
        yield from level
        step //= 2


@torch.inference_mode()
def map_steps(
    model: Model, arrays: ArrayStore, known: MapFields, measuring: Measuring, work: PathMap, watch: Watch
) -> Steps:
    """Do the job `PathMap`, a field at each step. Slow networks are drawn at a low resolution."""
    image = work.request.image
    sides = [side for side in model.low_res_sides if side >= SMALL] if model.pace.full_s > ROUGH_SECONDS else []
    side = min(sides, default=0)
    known.begin((model.serial, image.at_seed(0), side))
    about = measuring.name, side or model.G.img_resolution
    fields = list(order(work.columns, work.rows))
    wanted = [one for one in fields if (work.first + one[0], work.top + one[1]) not in known.values]
    total = len(fields)
    for number, (column, row) in enumerate(wanted, total - len(wanted)):
        place = work.first + column, work.top + row
        value = yield from _field(model, arrays, measuring, image, place, watch, (number, total), side)
        known.values[place] = value
        if number + 1 < total:
            yield number + 1, total, _packed(work, known, about)
    return _packed(work, known, about)


def _field(
    model: Model,
    arrays: ArrayStore,
    measuring: Measuring,
    image: ImageState,
    place: Field,
    watch: Watch,
    done: tuple[int, int],
    side: int,
) -> Attempt[float]:
    x, y = place[0] * MAP_STEP, place[1] * MAP_STEP
    shown = []
    for dx, dy in ((0.0, 0.0), (EPSILON, 0.0), (0.0, EPSILON)):
        pixels = yield from drawn(model, arrays, image.at_seed(x + dx, y + dy), watch, done, side)
        shown.append((pixels[:3][None] + 1) * 127.5)
    features = yield from awaited(measuring.run(lambda distance: distance.of(torch.cat(shown))), watch, done)
    here, right, below = features.double()
    changes = [(one - here).square().sum() / EPSILON**2 for one in (right, below)]
    return float(sum(changes) / 2)


def _packed(work: PathMap, known: MapFields, about: tuple[int, int]) -> Result:
    values = [
        known.values.get((work.first + i, work.top + j), np.nan) for j in range(work.rows) for i in range(work.columns)
    ]
    return np.array([*about, np.count_nonzero(np.isfinite(values)), *values], np.float32)
