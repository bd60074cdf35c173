"""Quality of fits of photos: pictures of the network itself, pictures that it has not seen, editability, locality.

    python -m benchmarks.editing.quality own [--steps=200] [--count=20] [--distance=pixels|best]
    python -m benchmarks.editing.quality held --data=ZIP [--time=quick] [--tune-steps=60,150] [--editable=0,0.6] ...
    python -m benchmarks.editing.quality tables --results=FILE

`own` fits pictures of the network's seeds 1000, 1001, ... `held` fits every 97th picture of a dataset (of those of a
class, where one is given) in W, in W+ at
each place of the slider Editable, and tuned with and without the locality term, looked at after each of the numbers of
steps; `--time` takes those of a setting of the product. FILE gets a line of JSON for each picture; several programs may
fit other pictures (`--first`) into one file, and `tables` prints medians of all of it.
"""

import argparse
import json
import statistics as figures
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import gan
from foundation.specs.editing.fits import STEPS, TUNE_STEPS
from foundation.specs.editing.projection import editable_weight
from gan.data import ImageSource
from gan.edits.found import mapped
from gan.edits.projection.comparison import Comparison, comparison
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.mean import Statistics, statistics
from gan.edits.projection.tuning import Locality, Tuning, other_seeds
from gan.edits.projection.work import LOCALITY, LOCALITY_SEEDS
from gan.edits.weights import sefa
from gan.images import styles
from gan.metrics.distance import NAMES, Distance, distance_at_hand, pyramid
from gan.networks.generator import StyleGenerator
from gan.ops.cpu import dispatch

FIRST_SEED, APART = 1000, 97
EDITABLE = (0.0, 0.3, 0.6, 1.0)
DIRECTIONS = 4
OTHERS = 100
"""Seeds whose pictures tuning should not change."""


class Bench:
    """Network, distance and the pictures to fit."""

    def __init__(self, asked: argparse.Namespace) -> None:
        nets = gan.load(asked.network, kernels="off")
        G = nets.G_ema or nets.G
        assert G is not None
        self.G: StyleGenerator = G
        self.asked = asked
        self.steps: int = STEPS[asked.time] if asked.time else asked.steps
        self.tune_steps: tuple[int, ...] = (TUNE_STEPS[asked.time],) if asked.time else asked.tune_steps
        self.distance = Distance(NAMES[""], "", pyramid) if asked.distance == "pixels" else distance_at_hand()
        self.statistics: Statistics = statistics(G)
        self.targets = own(G, asked.count) if asked.what == "own" else held_out(G, asked)
        print(f"{Path(asked.network).name}, {len(self.targets)} pictures, {self.steps} steps, {self.distance.name}")

    def compared(self, target: Tensor) -> Comparison:
        """Return the comparison with a picture [C, H, W], values 0..255."""
        return comparison(self.distance, target)

    def fitted(self, target: Tensor, *, plus: bool, editable: float = 0.0) -> tuple[Tensor, float]:
        """Return ws [num_ws, w_dim] after all steps, and seconds per step."""
        weight = editable_weight(editable) if plus else 0.0
        fit = Fit(self.G, self.compared(target), self.statistics, FitOptions(self.steps, plus=plus, mean_weight=weight))
        began = time.perf_counter()
        for _ in range(self.steps):
            fit.advance()
        return fit.ws, (time.perf_counter() - began) / self.steps

    @torch.no_grad()
    def image(self, ws: Tensor, G: StyleGenerator | None = None) -> Tensor:
        """Return the picture of ws [num_ws, w_dim] with the network's own noise, [1, C, H, W]."""
        return (G or self.G).synthesis(ws[None], noise_mode="const", force_fp32=True)

    @torch.no_grad()
    def judged(self, target: Tensor, ws: Tensor, G: StyleGenerator | None = None) -> tuple[float, float]:
        """Return distance and PSNR in dB of the picture of ws."""
        compared, image = self.compared(target), self.image(ws, G)
        return float(compared.distance(image)), compared.psnr(image)


@torch.no_grad()
def own(G: StyleGenerator, count: int) -> list[Tensor]:
    """Return pictures of the network's seeds as targets, rounded to whole values."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        image = G.synthesis(styles(G, [seed]), noise_mode="const", force_fp32=True)[0]
        found.append(((image + 1) * 127.5).round().clamp(0, 255))
    return found


def held_out(G: StyleGenerator, asked: argparse.Namespace) -> list[Tensor]:
    """Return pictures of a dataset as targets of the network's size."""
    source = ImageSource(asked.data, use_labels=asked.label is not None)
    chosen = list(range(len(source)))
    if asked.label is not None:
        chosen = [i for i in chosen if source.labels([i])[0].argmax() == asked.label]
    found = []
    for number in range(asked.first, asked.first + asked.count):
        image = torch.from_numpy(source.images([chosen[number * APART % len(chosen)]])[0]).float()[None]
        if tuple(image.shape[2:]) != G.img_size:
            image = torch.nn.functional.interpolate(image, list(G.img_size), mode="bicubic", antialias=True)
        found.append(image[0].round().clamp(0, 255))
    return found


def _median(values: list[float]) -> str:
    return f"{figures.median(values):.4g}"


def fit_own(bench: Bench) -> None:
    """Print distance and PSNR of the network's own pictures in W and in W+."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for target in bench.targets:
        for name, plus, value in (("W", False, 0.0), ("W+, editable 0", True, 0.0), ("W+, editable 0.6", True, 0.6)):
            ws, _ = bench.fitted(target, plus=plus, editable=value)
            rows.setdefault(name, []).append(bench.judged(target, ws))
    print("| space | distance | PSNR, dB |\n|---|---|---|")
    for name, values in rows.items():
        print(f"| {name} | {_median([d for d, _ in values])} | {_median([p for _, p in values])} |", flush=True)


def fit_held(bench: Bench) -> None:
    """Write a line of JSON for each picture."""
    asked, kept = bench.asked, Others(bench)
    directions = Directions(bench)
    for number, target in enumerate(bench.targets):
        row: dict[str, object] = {"picture": asked.first + number, "steps": bench.steps}
        pivot, row["pace"] = bench.fitted(target, plus=False)
        row["W"] = bench.judged(target, pivot)
        for value in asked.editable:
            ws, _ = bench.fitted(target, plus=True, editable=value)
            row[f"W+ {value:g}"] = (*bench.judged(target, ws), directions.length(ws), directions.agreement(ws))
        for weight in (LOCALITY, 0.0):
            for steps, tuned in _tuned(bench, target, pivot, weight):
                row[f"tuned {weight:g} {steps}"] = (*bench.judged(target, pivot, tuned), kept.change(tuned))
        row["seeds agree"] = directions.usual
        with Path(asked.results).open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


class Directions:
    """Effect of directions on pictures, beside their effect on pictures of seeds."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._ways = torch.from_numpy(sefa(bench.G, DIRECTIONS).vectors) * bench.statistics.std / 4
        seeds = [styles(bench.G, [seed])[0] for seed in range(FIRST_SEED, FIRST_SEED + 20)]
        found = [self._effects(ws) for ws in seeds]
        self._mean = torch.stack(found).mean(dim=0)
        self.usual = figures.median(float(self._cosines(one)) for one in found)
        """Agreement of the pictures of seeds with their mean."""

    def agreement(self, ws: Tensor) -> float:
        """Return the mean cosine of the changes of a picture and the mean changes of seeds' pictures."""
        return float(self._cosines(self._effects(ws)))

    def length(self, ws: Tensor) -> float:
        """Return the mean over layers of |w - mean| / std."""
        known = self._bench.statistics
        return float((ws - known.mean).norm(dim=1).mean()) / known.std

    def _effects(self, ws: Tensor) -> Tensor:
        before = self._bench.image(ws)
        return torch.cat([(self._bench.image(ws + way) - before).flatten(1) for way in self._ways])

    def _cosines(self, effects: Tensor) -> Tensor:
        return torch.nn.functional.cosine_similarity(effects, self._mean, dim=1).mean()


class Others:
    """Pictures of other seeds, which tuning should not change."""

    def __init__(self, bench: Bench) -> None:
        z = torch.from_numpy(np.random.RandomState(77).randn(OTHERS, bench.G.z_dim))
        self._ws = mapped(bench.G, z)[:, None].expand(-1, bench.G.num_ws, -1)
        self._before = self._images(bench.G)

    def change(self, G: StyleGenerator) -> float:
        """Return the root mean square of their changes, of 255."""
        return float((self._images(G) - self._before).square().mean().sqrt()) * 127.5

    @torch.no_grad()
    def _images(self, G: StyleGenerator) -> Tensor:
        return torch.cat([G.synthesis(part, noise_mode="const", force_fp32=True) for part in self._ws.split(10)])


def _tuned(bench: Bench, target: Tensor, pivot: Tensor, weight: float) -> Iterator[tuple[int, StyleGenerator]]:
    """Tune to a picture, and yield steps done and the network after each of the numbers of steps."""
    locality = None
    if weight:
        locality = Locality(other_seeds(bench.G, None, 303, LOCALITY_SEEDS), bench.distance.features, weight, "const")
    tuning = Tuning(bench.G, bench.compared(target), pivot, enough=0.0, locality=locality)
    for steps in sorted(bench.tune_steps):
        while tuning.step < steps:
            tuning.advance()
        yield steps, tuning.G


def tables(results: str) -> None:
    """Print medians over the pictures of a file."""
    rows = [json.loads(line) for line in Path(results).read_text().splitlines()]
    names = [name for name in rows[0] if isinstance(rows[0][name], list)]
    print(f"{len(rows)} pictures, steps {sorted({row['steps'] for row in rows})}")

    def medians(name: str, *places: int) -> str:
        return " | ".join(_median([row[name][place] for row in rows]) for place in places)

    print("| space | distance | PSNR, dB |\n|---|---|---|")
    for name in names:
        print(f"| {name} | {medians(name, 0, 1)} |")
    print("| editable | weight | distance | PSNR, dB | length | directions agree |\n|---|---|---|---|---|---|")
    for name in (name for name in names if name.startswith("W+ ")):
        value = float(name.removeprefix("W+ "))
        print(f"| {value:g} | {editable_weight(value):.3g} | {medians(name, 0, 1, 2, 3)} |")
    print(f"pictures of seeds agree {_median([row['seeds agree'] for row in rows])} with their mean")
    print("| tuned, weight of locality and steps | change of other seeds, of 255 |\n|---|---|")
    for name in (name for name in names if name.startswith("tuned")):
        print(f"| {name.removeprefix('tuned ')} | {medians(name, 2)} |")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in text.split(","))


def _places(text: str) -> tuple[float, ...]:
    return tuple(float(one) for one in text.split(",") if one)


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("own", "held", "tables"))
    parser.add_argument("--network", default="assets/demo.safetensors")
    parser.add_argument("--data", default="../shared/data/avatars-64.zip")
    parser.add_argument("--class", dest="label", type=int)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--tune-steps", type=_numbers, default=(100,))
    parser.add_argument("--time", choices=("quick", "good", "best"), default="")
    parser.add_argument("--editable", type=_places, default=EDITABLE)
    parser.add_argument("--distance", choices=("pixels", "best"), default="best")
    parser.add_argument("--results", default="benchmarks/results/photos.jsonl")
    asked = parser.parse_args()
    if asked.what == "tables":
        return tables(asked.results)
    torch.manual_seed(0)
    dispatch.enable()  # as the command does
    bench = Bench(asked)
    return fit_own(bench) if asked.what == "own" else fit_held(bench)


if __name__ == "__main__":
    main()
