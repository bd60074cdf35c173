"""Quality of fits of photos: pictures of the network itself, pictures that it has not seen, editability, locality.

    python -m benchmarks.editing.quality own [--steps=200] [--count=20] [--distance=pixels|best]
    python -m benchmarks.editing.quality held --data=ZIP ...
    python -m benchmarks.editing.quality editable --data=ZIP ...
    python -m benchmarks.editing.quality locality --data=ZIP ...

Seeds of the network's own pictures are 1000, 1001, ...; pictures of a dataset are every 97th. Figures are medians.
"""

import argparse
import statistics as figures
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import gan
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

FIRST_SEED, APART = 1000, 97
EDITABLE = (0.0, 0.3, 0.6, 1.0)
OTHERS = 100
"""Seeds whose pictures tuning should not change."""


class Bench:
    """Network, distance and the pictures to fit."""

    def __init__(self, asked: argparse.Namespace) -> None:
        nets = gan.load(asked.network, kernels="off")
        G = nets.G_ema or nets.G
        assert G is not None
        self.G: StyleGenerator = G
        self.steps: int = asked.steps
        self.tune_steps: int = asked.tune_steps
        self.distance = Distance(NAMES[""], "", pyramid) if asked.distance == "pixels" else distance_at_hand()
        self.statistics: Statistics = statistics(G)
        self.targets = own(G, asked.count) if asked.what == "own" else held_out(G, asked.data, asked.count)
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


def held_out(G: StyleGenerator, data: str, count: int) -> list[Tensor]:
    """Return pictures of a dataset as targets of the network's size."""
    source = ImageSource(data)
    found = []
    for number in range(count):
        image = torch.from_numpy(source.images([number * APART % len(source)])[0]).float()[None]
        if tuple(image.shape[2:]) != G.img_size:
            image = torch.nn.functional.interpolate(image, list(G.img_size), mode="bicubic", antialias=True)
        found.append(image[0].round().clamp(0, 255))
    return found


def _median(values: list[float]) -> str:
    return f"{figures.median(values):.4g}"


def spaces(bench: Bench, *, tune: bool) -> None:
    """Print distance and PSNR in W, in W+, and tuned."""
    rows: dict[str, list[tuple[float, float]]] = {}
    paces = []
    for target in bench.targets:
        pivot, pace = bench.fitted(target, plus=False)
        paces.append(pace)
        rows.setdefault("W", []).append(bench.judged(target, pivot))
        for editable in (0.0, 0.6) if tune else (0.6,):
            ws, _ = bench.fitted(target, plus=True, editable=editable)
            rows.setdefault(f"W+, editable {editable:g}", []).append(bench.judged(target, ws))
        if tune:
            tuned = _tuned(bench, target, pivot, LOCALITY)
            rows.setdefault("tuned", []).append(bench.judged(target, pivot, tuned))
    print("| space | distance | PSNR, dB |\n|---|---|---|")
    for name, values in rows.items():
        print(f"| {name} | {_median([d for d, _ in values])} | {_median([p for _, p in values])} |", flush=True)
    print(f"{figures.median(paces):.4f} s per step in W")


def editable(bench: Bench) -> None:
    """Print distance, and the effect of directions on a fitted picture relative to that on the seeds' pictures."""
    G = bench.G
    directions = torch.from_numpy(sefa(G, 4).vectors) * bench.statistics.std / 4
    seeds = [styles(G, [seed])[0] for seed in range(FIRST_SEED, FIRST_SEED + len(bench.targets))]
    usual = [_effects(bench, ws, directions) for ws in seeds]
    mean = torch.stack(usual).mean(dim=0)
    print(
        "| editable | weight | distance | PSNR, dB | length of w - mean | directions agree |\n|---|---|---|---|---|---|"
    )
    for value in EDITABLE:
        found = [bench.fitted(target, plus=True, editable=value)[0] for target in bench.targets]
        judged = [bench.judged(target, ws) for target, ws in zip(bench.targets, found, strict=True)]
        lengths = [float((ws - bench.statistics.mean).norm(dim=1).mean()) / bench.statistics.std for ws in found]
        agree = [float(_cosines(_effects(bench, ws, directions), mean).mean()) for ws in found]
        print(
            f"| {value:g} | {editable_weight(value):.3g} | {_median([d for d, _ in judged])} | "
            f"{_median([p for _, p in judged])} | {_median(lengths)} | {_median(agree)} |",
            flush=True,
        )
    own_agree = [float(_cosines(one, mean).mean()) for one in usual]
    print(f"Pictures of seeds agree {_median(own_agree)} with their mean.")


def _effects(bench: Bench, ws: Tensor, directions: Tensor) -> Tensor:
    """Return the change of the picture by each direction, [K, C H W]."""
    before = bench.image(ws)
    return torch.cat([(bench.image(ws + way) - before).flatten(1) for way in directions])


def _cosines(a: Tensor, b: Tensor) -> Tensor:
    return torch.nn.functional.cosine_similarity(a, b, dim=1)


def _tuned(bench: Bench, target: Tensor, pivot: Tensor, weight: float) -> StyleGenerator:
    locality = None
    if weight:
        locality = Locality(other_seeds(bench.G, None, 303, LOCALITY_SEEDS), bench.distance.features, weight, "const")
    tuning = Tuning(bench.G, bench.compared(target), pivot, enough=0.0, locality=locality)
    for _ in range(bench.tune_steps):
        tuning.advance()
    return tuning.finished()


def locality(bench: Bench, weights: tuple[float, ...]) -> None:
    """Print how far tuning changes the pictures of other seeds, with and without the locality term."""
    z = torch.from_numpy(np.random.RandomState(77).randn(OTHERS, bench.G.z_dim))
    ws = mapped(bench.G, z)[:, None].expand(-1, bench.G.num_ws, -1)
    with torch.no_grad():
        before = bench.G.synthesis(ws, noise_mode="const", force_fp32=True)
    rows: dict[float, list[tuple[float, float, float]]] = {weight: [] for weight in weights}
    for target in bench.targets:
        pivot, _ = bench.fitted(target, plus=False)
        for weight in weights:
            tuned = _tuned(bench, target, pivot, weight)
            with torch.no_grad():
                after = tuned.synthesis(ws, noise_mode="const", force_fp32=True)
            rows[weight].append(
                (float((after - before).square().mean().sqrt()) * 127.5, *bench.judged(target, pivot, tuned))
            )
    print("| weight | change of 100 other seeds, RMS of 255 | distance | PSNR, dB |\n|---|---|---|---|")
    for weight, values in rows.items():
        print(
            "| " + " | ".join([f"{weight:g}", *(_median([v[i] for v in values]) for i in range(3))]) + " |", flush=True
        )


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("own", "held", "editable", "locality"))
    parser.add_argument("--network", default="assets/demo.safetensors")
    parser.add_argument("--data", default="../shared/data/avatars-64.zip")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--tune-steps", type=int, default=100)
    parser.add_argument("--distance", choices=("pixels", "best"), default="best")
    parser.add_argument("--weights", default=f"0,{LOCALITY:g}")
    asked = parser.parse_args()
    torch.manual_seed(0)
    bench = Bench(asked)
    if asked.what == "editable":
        editable(bench)
    elif asked.what == "locality":
        locality(bench, tuple(float(part) for part in asked.weights.split(",")))
    else:
        spaces(bench, tune=asked.what == "held")


if __name__ == "__main__":
    main()
