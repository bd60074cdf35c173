"""Two piles sorted by a known rule: accuracy on other seeds by choices, and by the order of the pictures.

    python -m benchmarks.editing.piles [--network=FILE] [--repeats=10]

The rule is the brightness of the middle of the picture, at psi 0.7, above or below its median. Accuracy is on 500
seeds that nothing had seen, the mean of ten repetitions with other first pictures. The 2,000 labels are learned by a
logistic regression in the same w, with a ridge that cross validation chooses. The last table counts choices until an
accuracy is reached: the least number of choices from which the mean stays above it.
"""

import argparse
from collections.abc import Sequence

import numpy as np
import torch

from foundation.specs.editing.defaults import PILE_SAMPLE
from gan.edits.measures import PSI
from gan.edits.piles import Coordinates, coordinates, fitted, sort_piles
from renderer.engine.base import Host
from renderer.engine.finding.drawing import drawing
from renderer.engine.finding.samples import SIDE
from renderer.engine.jobs import begin
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import ImageState, Network, RenderRequest, SampleW
from viz.directions.piles import BY_CHANCE, EVERY

LABELS, HELD = 2000, 500
CHOICES = (8, 12, 16, 20, 24, 30, 40)
ORDERS = ("by chance", "least sure")


class _Quiet:
    """A watch that lets everything run."""

    def check(self, share: float) -> None:
        """Nothing."""

    def loading(self, share: float | None) -> None:
        """Nothing."""


class Bench:
    """Seeds of a network, their w, their small pictures and the side on which a rule puts them."""

    def __init__(self, source: str) -> None:
        pipeline, request = Pipeline(Host()), RenderRequest(1, ImageState(Network(source)), "cpu")
        running = begin(SampleW(request, 0, LABELS + HELD), pipeline)
        while (step := running.step(_Quiet())).result is None:
            pass
        self.w = np.asarray(step.result, np.float64)
        model = pipeline._models.get(request.image.network, "cpu", lambda share: None)
        draw, mean = drawing(model, request), self.w.mean(axis=0)
        small, value = [], []
        for number, one in enumerate(self.w):
            ws = torch.from_numpy(mean + PSI * (one - mean)).float().expand(model.G.num_ws, -1)
            with torch.inference_mode():
                picture = draw(ws, number)
            side = len(picture)
            middle = slice(side // 4, side - side // 4)
            value.append(float(picture[middle, middle].mean()))
            block = side // SIDE
            small.append(picture.reshape(SIDE, block, SIDE, block, 3).mean(axis=(1, 3)).ravel())
        self.right = np.array(value) > np.median(value)
        self.space = coordinates(self.w[:PILE_SAMPLE], np.stack(small[:PILE_SAMPLE]))
        self.held = np.arange(LABELS, LABELS + HELD)

    def accuracy(self, odds: np.ndarray) -> float:
        """Return the share of the held-out seeds that are on the right side."""
        return float(((odds > 0) == self.right[self.held]).mean())

    def of_labels(self) -> float:
        """Return the accuracy of a regression on all labels."""
        whole: Coordinates = coordinates(self.w[:LABELS], count=self.w.shape[1])
        x, y = whole.of(self.w[:LABELS]), self.right[:LABELS].astype(float)
        parts = np.arange(LABELS) % 5
        scores = []
        ridges = np.logspace(-1, 3, 9)
        for ridge in ridges:
            right = []
            for part in range(5):
                seen = parts != part
                weights = fitted(x[seen][None], y[seen][None], np.array([ridge]))[0]
                right.append((x[~seen] @ weights[:-1] + weights[-1] > 0) == y[~seen])
            scores.append(float(np.concatenate(right).mean()))
        weights = fitted(x[None], y[None], ridges[int(np.argmax(scores)) :][:1])[0]
        return self.accuracy(whole.of(self.w[self.held]) @ weights[:-1] + weights[-1])

    def curve(self, order: str, turn: int, choices: Sequence[int]) -> list[float]:
        """Return the accuracy after so many choices, in the order of the window: one run of it."""
        waiting, chosen, found = list(np.random.RandomState(turn).permutation(PILE_SAMPLE)), [], []
        odds = None
        while len(found) < len(choices):
            place, at = len(chosen), 0
            if order != ORDERS[0] and odds is not None and place >= BY_CHANCE and place % EVERY != EVERY - 1:
                at = int(np.abs(odds[waiting]).argmin())
            chosen.append(waiting.pop(at))
            sides = self.right[chosen]
            if min(sides.sum(), (~sides).sum()) >= 4:
                plane = sort_piles(self.w[chosen], sides, self.space)
                odds = plane.odds(self.w[:PILE_SAMPLE])
            if len(chosen) == choices[len(found)]:
                found.append(0.5 if odds is None else self.accuracy(plane.odds(self.w[self.held])))
        return found


def reached(curve: np.ndarray, choices: Sequence[int], wanted: float) -> str:
    """Return from how many choices on a mean curve stays at an accuracy."""
    below = np.nonzero(curve < wanted)[0]
    first = int(below[-1]) + 1 if len(below) else 0
    return str(choices[first]) if first < len(choices) else f"over {choices[-1]}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="assets/demo.safetensors")
    parser.add_argument("--repeats", type=int, default=10)
    asked = parser.parse_args()
    bench = Bench(asked.network)
    best = bench.of_labels()
    every = range(CHOICES[0], CHOICES[-1] + 1)
    runs = {order: np.array([bench.curve(order, turn, every) for turn in range(asked.repeats)]) for order in ORDERS}
    print(f"{asked.network}, {asked.repeats} repetitions; {LABELS} labels: {best:.3f}, 0.9 of that {0.9 * best:.3f}\n")
    print("| choices | " + " | ".join(str(count) for count in CHOICES) + " |\n" + "|---" * (len(CHOICES) + 1) + "|")
    for order, found in runs.items():
        cells = [f"{found[:, every.index(n)].mean():.3f} ± {found[:, every.index(n)].std():.3f}" for n in CHOICES]
        print(f"| {order} | " + " | ".join(cells) + " |")
    levels = (0.75, 0.8, round(0.9 * best, 3), 0.85)
    print("\n| accuracy | " + " | ".join(f"{level:.3g}" for level in sorted(levels)) + " |")
    print("|---" + "|---" * len(levels) + "|")
    for order, found in runs.items():
        print(f"| {order} | " + " | ".join(reached(found.mean(axis=0), every, one) for one in sorted(levels)) + " |")


if __name__ == "__main__":
    main()
