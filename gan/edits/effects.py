"""Effects of a direction on the picture: on which layers, where in the picture, and how far it moves others.

    c_l  = mean over pictures and pixels of ( G(w + s d on layer l alone) - G(w) )^2
    e(p) = mean over pictures of ( G(w + s d) - G(w) )^2 at pixel p
    a_k  = sum of m_k(d) / sum of m_k(d_k),   m_k(x) = s ( M_k(G(w + s x)) - M_k(G(w)) )

w is a seed's at psi 0.7, d one standard deviation of the direction, s = 1 and -1 in turn. M_k is the measure by which
direction k was found; where it was found by none, m_k(x) = < G(w + s x) - G(w), G(w + s d_k) - G(w) >, the part of the
change that is the change by k. So a_k says how many standard deviations of k the direction goes along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from foundation.arrays import Floats
from gan.edits.found import sampled_w
from gan.edits.measures import PSI, Draw
from gan.images import Label
from gan.networks.generator import StyleGenerator

Doubles = npt.NDArray[np.float64]
Gauge = Callable[[Floats], float]
"""Measure of a picture [H, W, 3], 0..1."""

PICTURES, KEPT_PICTURES = 2, 8
"""Seeds for layers and places, and for other directions, whose effects have signs and need more."""
FIRST_SEED = 2_000_000
SIDE = 32
"""Largest side of the map of places."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A direction whose own measure should stay."""

    move: Floats
    """[num_ws, w_dim]: one standard deviation of it on its layers, 0 elsewhere."""
    gauge: Gauge | None = None
    """The measure by which it was found; None for the change of the picture along it."""


@dataclass(frozen=True, eq=False)
class Found:
    """Effects of a direction."""

    by_layer: Floats
    """float32 [num_ws]: c_l, 0 where it does not act."""
    where: Floats
    """float32 [h, w], at most `SIDE` a side: e(p), averaged."""
    kept: Floats
    """float32 [K, 2]: a_k of the direction before it was made to keep the others fixed, and as it is."""


@dataclass(frozen=True)
class Task:
    """A picture to draw."""

    seed: int
    kind: str
    """`base`, `layer`, `whole`, `before` or `kept`."""
    number: int = 0
    """Of the layer, or of the kept direction."""


@dataclass(eq=False)
class Trial:
    """The pictures that show the effects of a direction, and what they showed so far.

    Args:
        starts: w of seeds [N, w_dim], as `starts_of` returns them.
        move: One standard deviation of the direction on its layers [num_ws, w_dim], 0 elsewhere.
        layers: Those on which it acts.
        before: The direction before it was made to keep others fixed; None where it was not.
        kept: Those others.
        pictures: Number of seeds for layers and places.
    """

    starts: torch.Tensor
    move: Floats
    layers: Sequence[int]
    before: Floats | None = None
    kept: Sequence[Kept] = ()
    pictures: int = PICTURES
    tasks: list[Task] = field(init=False)
    _base: dict[int, Floats] = field(default_factory=dict)
    _seen: dict[Task, Floats] = field(default_factory=dict)
    _where: Doubles | None = None

    def __post_init__(self) -> None:
        if self.kept and self.before is None:
            raise ValueError("Give the direction as it was before the others were kept fixed.")
        self._by_layer = np.zeros(len(self.move))
        self._own, self._moved = np.zeros(len(self.kept)), np.zeros((len(self.kept), 2))
        self.tasks = []
        for seed in range(max(self.pictures, KEPT_PICTURES if self.kept else 0)):
            self.tasks += [Task(seed, "base"), Task(seed, "whole")]
            if seed < self.pictures and len(self.layers) > 1:
                self.tasks += [Task(seed, "layer", layer) for layer in self.layers]
            if self.kept:
                self.tasks += [Task(seed, "before"), *(Task(seed, "kept", k) for k in range(len(self.kept)))]

    def ws(self, task: Task) -> torch.Tensor:
        """Return the ws [num_ws, w_dim] of a picture."""
        start = self.starts[task.seed].expand(len(self.move), -1)
        moves = np.zeros_like(self.move)
        match task.kind:
            case "layer":
                moves[task.number] = self.move[task.number]
            case "whole":
                moves = self.move
            case "before":
                assert self.before is not None
                moves = self.before
            case "kept":
                moves = self.kept[task.number].move
        return start + sign_of(task.seed) * torch.from_numpy(moves).to(start)

    def take(self, task: Task, picture: Floats) -> None:
        """Take the picture [H, W, 3], 0..1, of a task; those of a seed come in the order of `tasks`."""
        if task.kind == "base":
            self._base, self._seen = {task.seed: picture}, {}
            return
        change = picture - self._base[task.seed]
        if task.kind == "layer":
            self._by_layer[task.number] += float(np.square(change).mean())
            return
        self._seen[task] = picture
        if task.kind == "whole" and task.seed < self.pictures:
            squares = np.square(change).mean(axis=-1, dtype=np.float64)
            self._where = squares if self._where is None else self._where + squares
            if len(self.layers) == 1:
                self._by_layer[self.layers[0]] += float(squares.mean())
        if task.kind == "kept":
            self._keep(task, picture)

    def _keep(self, task: Task, picture: Floats) -> None:
        seed, base, one = task.seed, self._base[task.seed], self.kept[task.number]
        others = [self._seen[Task(seed, kind)] for kind in ("before", "whole")]

        def effect(seen: Floats) -> float:
            if one.gauge is not None:
                return sign_of(seed) * (one.gauge(seen) - one.gauge(base))
            return float(((seen - base) * (picture - base)).sum(dtype=np.float64))

        self._own[task.number] += effect(picture)
        self._moved[task.number] += [effect(other) for other in others]

    def found(self) -> Found:
        """Return what all pictures together show."""
        assert self._where is not None
        own = np.where(
            np.abs(self._own) < 1e-12, np.inf, self._own
        )  # it changes nothing itself, so nothing of it moves
        where = torch.from_numpy(self._where / self.pictures)[None, None]
        sides = min(where.shape[2], SIDE), min(where.shape[3], SIDE)
        return Found(
            (self._by_layer / self.pictures).astype(np.float32),
            np.asarray(F.adaptive_avg_pool2d(where, sides)[0, 0].numpy(), np.float32),
            (self._moved / own[:, None]).astype(np.float32),
        )


def sign_of(seed: int) -> float:
    """Return the way in which the picture of a seed goes along directions."""
    return -1.0 if seed % 2 else 1.0


def starts_of(G: StyleGenerator, count: int = KEPT_PICTURES, label: Label | None = None) -> torch.Tensor:
    """Return w of seeds at psi 0.7 of the network's mean, or of theirs where it has none: [count, w_dim]."""
    w = sampled_w(G, count, first_seed=FIRST_SEED, label=label)
    mean = w.mean(dim=0) if G.mapping.mean is None else G.mapping.mean.to(w)
    return mean + PSI * (w - mean)


def on_layers(vector: npt.ArrayLike, num_ws: int, layers: Sequence[int]) -> Floats:
    """Return a direction [w_dim] or [num_ws, w_dim] on some layers, 0 elsewhere: [num_ws, w_dim]."""
    array = np.asarray(vector, np.float32)
    moves = np.zeros((num_ws, array.shape[-1]), np.float32)
    moves[list(layers)] = np.broadcast_to(array, moves.shape)[list(layers)]
    return moves


def effects(
    G: StyleGenerator,
    vector: npt.ArrayLike,
    draw: Draw,
    layers: Sequence[int] | None = None,
    *,
    before: npt.ArrayLike | None = None,
    kept: Sequence[Kept] = (),
    label: Label | None = None,
) -> Found:
    """Return what a direction does to the picture.

    Args:
        G: A generator.
        vector: One standard deviation of the direction, [w_dim] or [num_ws, w_dim].
        draw: Draws pictures.
        layers: Positions in ws on which it acts; None for all.
        before: The direction before it was made to keep others fixed.
        kept: Those others.
        label: Class of all pictures; None for the class of each seed.
    """
    chosen = range(G.num_ws) if layers is None else layers
    first = None if before is None else on_layers(before, G.num_ws, chosen)
    trial = Trial(starts_of(G, label=label), on_layers(vector, G.num_ws, chosen), chosen, first, kept)
    for task in trial.tasks:
        trial.take(task, draw(trial.ws(task), task.seed))
    return trial.found()
