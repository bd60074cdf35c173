"""Images of the library and of the commands against the plan alone: `python -m benchmarks.speed.library` prints JSON.

`alone` is the time of one image of the network's plan, with its conversion to bytes, as the window's renderer makes
it. Every other way is measured in turn with it, in the same process, on the same threads; `ratio` is the median over
the rounds of time per image by the time alone. `reference` is a call with kernels off. Weights are random.

    python -m benchmarks.speed.library --family stylegan2 --resolution 256 --threads 1 --rounds 5
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import gan
from benchmarks.synthesis import FAMILIES
from gan.analysis.average_spectra import open_images
from gan.display import to_rgba8
from gan.figures import mixing_figure, noise_bands_figure, truncation_figure, uncurated_figure
from gan.images import load_generator, render, styles
from gan.memory import keep_freed_memory
from gan.metrics.group import Batch
from gan.metrics.sampling import Sampler
from gan.networks import build
from gan.ops.cpu.dispatch import VARIABLE

LIMIT = 1.15
"""Target: largest ratio of what draws with kernels."""


def written(folder: Path, family: str, resolution: int) -> Path:
    """File of a generator with random weights."""
    class_name, extra = FAMILIES[family]
    sizes = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3, "img_resolution": resolution}
    arguments = {**sizes, **extra}
    G = build(class_name, **arguments).eval().requires_grad_(False)
    info = gan.describe({"G_ema": gan.Architecture(class_name, arguments)})
    path = folder / f"{family}.safetensors"
    gan.save(path, gan.Networks(None, None, G, info))
    return path


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(family: str, resolution: int, rounds: int) -> dict[str, Any]:
    """Measure one network."""
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = written(Path(folder), family, resolution)
        alone, command = gan.load(path).G_ema, load_generator(path, "cpu")
        library, slow = gan.load(path).G_ema, gan.load(path, kernels="off").G_ema
        assert alone is not None
        assert library is not None
        assert slow is not None
        assert gan.prepare(alone)
        assert gan.prepare(library)
        ws = styles(alone, [1])
        sampler = Sampler(load_generator(path, "cpu"), torch.device("cpu"), 0, None)
        draw, spectra = sampler.draw(Batch(0, 0, 2)), open_images(str(path), 2, 0, "cpu")
        ways: dict[str, tuple[int, Callable[[], Any]]] = {
            "synthesis": (1, lambda: library.synthesis(ws)),
            "images": (1, lambda: render(command, ws[0])),
            "style-mixing": (5, lambda: mixing_figure(command, [0], [1, 2], [0, 1]).grid[0]),
            "truncation-figure": (2, lambda: truncation_figure(command, [0], [1, 0.5])),
            "uncurated-figure": (2, lambda: uncurated_figure(command, [0], rows=2)),
            "metrics": (2, lambda: list(sampler.images(sampler.ws(draw), draw.random))),
            "spectra": (2, lambda: list(spectra.each())),
            "reference": (1, lambda: slow.synthesis(ws)),
        }
        if command.synthesis.noise_layers:
            ways["noise-figures"] = (4, lambda: noise_bands_figure(command, [0]))
        taken: dict[str, list[float]] = {name: [] for name in ways}
        once = lambda: to_rgba8(alone.synthesis(ws)[0])  # noqa: E731
        by_alone: list[float] = []
        for i in range(rounds + 1):
            for name, (count, work) in ways.items():
                before, own, after = seconds(once), seconds(work) / count, seconds(once)
                if i:  # the first calls make plans and allocate memory
                    taken[name].append(own / ((before + after) / 2))
                    by_alone += [before, after]
    return {
        "family": family,
        "resolution": resolution,
        "alone_s": round(statistics.median(by_alone), 4),
        "ratio": {name: round(statistics.median(ratios), 2) for name, ratios in taken.items()},
    }


def main() -> None:
    """Measure and print."""
    os.environ.pop(VARIABLE, None)  # kernels are what is measured
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    result: dict[str, Any] = {
        "threads": given.threads,
        "malloc_tuned": keep_freed_memory(),
        "load_before": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "networks": [measure(family, given.resolution, given.rounds) for family in given.family or FAMILIES],
    }
    result["targets"] = {
        f"{row['family']}_{name}_at_most_{LIMIT}_times_the_plan_alone": ratio <= LIMIT
        for row in result["networks"]
        for name, ratio in row["ratio"].items()
        if name != "reference"
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
