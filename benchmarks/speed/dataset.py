"""Pictures per second of the dataset tool: `python -m benchmarks.speed.dataset` prints JSON.

Synthetic pictures of the given size, smooth with a little noise as photographs are. Reading alone, the conversion on
one core and on all are measured in turn; `level` rows encode one picture at each level of compression.

    python -m benchmarks.speed.dataset --resolution 1024 --pictures 16 --rounds 3
"""

import argparse
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foundation.process import cores
from foundation.specs.dataset import DatasetSpec
from gan.data import convert

LEVELS = (0, 1, 2, 4, 6)


def picture(side: int, seed: int) -> Image.Image:
    """A smooth picture with noise of a deviation of 2."""
    random = np.random.default_rng(seed)
    total = random.normal(0, 2, (side, side, 3))
    for cells, weight in ((4, 0.5), (16, 0.3), (64, 0.2)):
        grid = Image.fromarray(random.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += weight * np.asarray(grid.resize((side, side), Image.Resampling.BICUBIC), float)
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(folder: Path, count: int, rounds: int) -> dict[str, float]:
    """Pictures per second, medians."""
    source, number = convert.open_source(folder / "pictures"), iter(range(10**6))

    def converted(workers: int) -> None:
        convert.cores = lambda: workers  # type: ignore[attr-defined]
        to = folder / f"{next(number)}.zip"
        convert.convert(source, to, DatasetSpec("", ""), lambda line: None, lambda done, total: None)
        to.unlink()

    ways: dict[str, Callable[[], Any]] = {
        "reading": lambda: list(source),
        "one_core": lambda: converted(1),
        "all_cores": lambda: converted(cores()),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            taken[name].append(seconds(work))
    return {name: round(count / statistics.median(times), 2) for name, times in taken.items()}


def levels(image: Image.Image, rounds: int) -> list[dict[str, float]]:
    """Encoding and decoding at each level of zlib's compression; CPU time, fastest."""
    rows = []
    for level in LEVELS:
        encoding, decoding = [], []
        for _ in range(rounds):
            stream = io.BytesIO()
            begun = time.process_time()
            image.save(stream, "PNG", compress_level=level)
            between = time.process_time()
            np.asarray(Image.open(io.BytesIO(stream.getvalue()), formats=["PNG"]))
            encoding.append(between - begun)
            decoding.append(time.process_time() - between)
        size = len(stream.getvalue())
        rows.append({"level": level, "encode_s": min(encoding), "decode_s": min(decoding), "bytes": size})
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--pictures", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pictures").mkdir()
        for i in range(given.pictures):
            picture(given.resolution, i).save(folder / "pictures" / f"{i:04d}.png")
        result = {
            "cores": cores(),
            "load_before": os.getloadavg() if hasattr(os, "getloadavg") else None,
            "pictures_per_second": measure(folder, given.pictures, given.rounds),
            "levels": levels(picture(given.resolution, 0), given.rounds),
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
