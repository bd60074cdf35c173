"""Directions of measures on seeds that no search has seen, beside the components of PCA, and with others kept fixed.

python -m benchmarks.editing.measures                                     # the demo network, every measure
python -m benchmarks.editing.measures --network=FILE --words=redder,bluer
"""

import argparse
import time

import numpy as np
import numpy.typing as npt
import torch

from foundation.bundled import DEMO
from foundation.specs.editing.defaults import MEASURE_SAMPLES, MEASURE_WORDS
from gan.edits.components import pca
from gan.edits.found import SPREAD_SEED, Found, finished, sampled_w
from gan.edits.looks import LOOKS, View
from gan.edits.measures import PSI, Kept, Ways, drawing, measure_direction, measure_steps, seen, tracing
from gan.images import load_generator, render, styles

SEEDS, FIRST_SEED, BATCH = 50, 5000, 25
COMPONENTS = 20
STEPS = (-2, -1, 0, 1, 2)
KEPT = (("redder", "bluer"), ("bluer", "redder"), ("redder", "more colourful"), ("more contrast", "sharper"))
"""The measure whose direction is kept, and that whose direction is found."""

Values = npt.NDArray[np.float64]


class Bench:
    """A network, 50 seeds that no search has seen, and the middle of the picture as the region."""

    def __init__(self, network: str = str(DEMO)) -> None:
        self.G = load_generator(network, "cpu")
        height, width = self.G.img_size
        self.region = np.zeros((height, width), np.float32)
        self.region[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 1
        picture = render(self.G, styles(self.G, [0], psi=PSI)[0])[..., :3]
        self.view = View(self.region, np.asarray(picture / 255, np.float32))
        w = sampled_w(self.G, SEEDS, first_seed=FIRST_SEED)
        mean = w.mean(dim=0) if self.G.mapping.mean is None else self.G.mapping.mean
        self.w = mean + PSI * (w - mean)
        assert FIRST_SEED + SEEDS < SPREAD_SEED

    def found(self, words: str, samples: int = MEASURE_SAMPLES) -> Found:
        """Find the direction of a measure of the middle."""
        return measure_direction(self.G, words, self.region, self.view.reference, samples=samples)

    @torch.no_grad()
    def values(self, words: tuple[str, ...], move: npt.ArrayLike, steps: tuple[int, ...] = STEPS) -> dict[str, Values]:
        """Measure the seeds at steps along a direction: [steps, seeds] by measure."""
        way, rows = torch.from_numpy(np.asarray(move, np.float32)), []
        for step in steps:
            parts = torch.split(self.w + step * way, BATCH)
            images = [seen(self.G.synthesis(one[:, None].expand(-1, self.G.num_ws, -1).contiguous())) for one in parts]
            rows.append({name: torch.cat([LOOKS[name](one, self.view) for one in images]).numpy() for name in words})
        return {name: np.array([row[name] for row in rows], np.float64) for name in words}

    def effect(self, words: str, vector: npt.NDArray[np.floating], sigma: float) -> float:
        """Return the mean change of a measure by one standard deviation, from -1 to 1."""
        low, high = self.values((words,), vector * sigma, (-1, 1))[words]
        return float((high - low).mean()) / 2

    def components(self, words: tuple[str, ...]) -> dict[str, float]:
        """Return the largest change of each measure by a standard deviation of a component of PCA, from -2 to 2."""
        most = dict.fromkeys(words, 0.0)
        table = pca(self.G, COMPONENTS, 10_000)
        for vector, sigma in zip(table.vectors, table.sigma, strict=True):
            for name, (low, high) in self.values(words, vector * sigma, (-2, 2)).items():
                most[name] = max(most[name], abs(float((high - low).mean())) / 4)
        return most

    def kept(self, kept: str, words: str, samples: int = MEASURE_SAMPLES) -> tuple[float, float]:
        """Return the change of a kept direction's measure, and of the own one: with it fixed, of that without."""
        keep = [Kept(self.found(kept, samples).vectors[0], LOOKS[kept], self.view)]
        ways = Ways(drawing(self.G), tracing(self.G))
        found = finished(
            measure_steps(self.G, words, self.region, self.view.reference, ways, samples=samples, keep=keep)
        )
        changes = []
        for name in (kept, words):
            after, before = (self.effect(name, found.vectors[i], float(found.sigma[i])) for i in (0, 1))
            changes.append(after / before)
        return changes[0], changes[1]


def main() -> None:
    """Print a row for each measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default=str(DEMO))
    parser.add_argument("--words", type=lambda text: tuple(text.split(",")), default=MEASURE_WORDS)
    parser.add_argument("--samples", type=int, default=MEASURE_SAMPLES)
    asked = parser.parse_args()
    bench = Bench(asked.network)
    best = bench.components(asked.words)
    print("| measure | R² | a deviation | best component | seeds steady | mean steady | CPU seconds |")
    print("|---|---|---|---|---|---|---|")
    for words in asked.words:
        began = time.process_time()
        found = bench.found(words, asked.samples)
        took = time.process_time() - began
        values = bench.values((words,), found.vectors[0] * found.sigma[0])[words]
        own, steady = float((values[-1] - values[0]).mean()) / 4, (np.diff(values, axis=0) > 0).all(axis=0).sum()
        mean = "yes" if (np.diff(values.mean(axis=1)) > 0).all() else "no"
        print(
            f"| {words} | {found.strength[0]:.2f} | {own:.4g} | {best[words]:.4g} | {steady} of {SEEDS} | {mean} "
            f"| {took:.1f} |",
            flush=True,
        )
    print("| kept | found | kept measure moves, of that without | own |\n|---|---|---|---|")
    for kept, found in KEPT:
        if kept in asked.words and found in asked.words:
            moved, own = bench.kept(kept, found, asked.samples)
            print(f"| {kept} | {found} | {moved:.2f} | {own:.2f} |", flush=True)


if __name__ == "__main__":
    main()
