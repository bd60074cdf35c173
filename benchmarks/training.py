"""Seconds per thousand images, and memory, of training every configuration; one process each.

`python -m benchmarks.training [--resolution=64] [--batch=4] [--device=cpu]`

Regularisation runs in every 4th batch (G) and 16th (D), so three kinds of batches are timed once each after a warm-up
batch, and weighted: main + (main and G - main) / 4 + (all - main and G) / 16. On a busy computer, CPU seconds (over all
cores) are more reliable than wall-clock seconds.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.specs.train import CONFIGURATIONS, TrainSpec

if TYPE_CHECKING:
    import torch

    from gan.training.trainer import Trainer


def make_trainer(
    folder: Path, cfg: str, resolution: int, batch: int, device: "torch.device", tiny: bool = False, bf16: bool = False
) -> "Trainer":
    """Create a trainer of a configuration on noise images, which are written to `folder`.

    `tiny` uses networks of a few channels, to check that it runs; `bf16` as the option of that name.
    """
    import numpy as np
    from PIL import Image

    from gan.cli.train_config import train_config
    from gan.data import ImageSource
    from gan.training.group import Group
    from gan.training.trainer import Trainer

    pixels = np.random.RandomState(0).randint(0, 256, (resolution, resolution, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "noise.png")
    source = ImageSource(folder)
    size = {"cbase": 64, "cmax": 4} if tiny else {}
    spec = TrainSpec("", cfg, str(folder), gpus=1, batch=batch, gamma=1.0, bf16=bf16, **size)
    return Trainer(train_config(spec, resolution, 3, 0), source, Group(), device)


def figures(cfg: str, resolution: int, batch: int, device_name: str, tiny: bool = False) -> dict[str, float]:
    """Measure wall-clock and CPU seconds per thousand images, parameters in millions, and memory in GiB.

    `tiny` as in `make_trainer`.
    """
    import numpy as np
    import torch

    from gan.device import choose_device, synchronize
    from gan.memory import keep_freed_memory
    from gan.ops.cpu import dispatch

    device = choose_device(device_name)
    if device.type == "cpu":  # as `python -m gan train` does
        keep_freed_memory()
        dispatch.enable()
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(Path(folder), cfg, resolution, batch, device, tiny)
        seconds = []
        for batches in (0, 1, 4, 16):
            trainer.batches = batches
            synchronize(device)
            begun = np.array([time.perf_counter(), time.process_time()])
            trainer.step()
            synchronize(device)
            seconds.append(np.array([time.perf_counter(), time.process_time()]) - begun)
        trainer.close()
    dispatch.disable()
    _, main, with_G, everything = seconds
    wall, processor = (main + (with_G - main) / 4 + (everything - with_G) / 16) / batch * 1000
    parameters = sum(p.numel() for network in (trainer.G, trainer.D) for p in network.parameters()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    on_gpu = torch.cuda.max_memory_allocated() / 2**30 if device.type == "cuda" else 0.0
    return {
        "seconds_per_kimg": float(wall),
        "processor_seconds_per_kimg": float(processor),
        "million_parameters": parameters,
        "memory_gib": memory,
        "gpu_memory_gib": on_gpu,
    }


def row(cfg: str, found: dict[str, float]) -> str:
    """Format a row of the table."""
    gpu = f" + {found['gpu_memory_gib']:.1f} on the GPU" if found["gpu_memory_gib"] else ""
    return (
        f"| {cfg} | {found['million_parameters']:.1f} M | {found['seconds_per_kimg']:.0f} "
        f"| {found['processor_seconds_per_kimg']:.0f} | {found['memory_gib']:.1f} GB{gpu} |"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--cfg", choices=CONFIGURATIONS, help="only this one, in this process, as JSON")
    parser.add_argument("--tiny", action="store_true", help="networks of a few channels, to show that it runs")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    given = parser.parse_args(arguments)
    if given.cfg:
        print(json.dumps({given.cfg: figures(given.cfg, given.resolution, given.batch, given.device, given.tiny)}))
        return
    if not given.json:
        print("| cfg | parameters | s/kimg | processor s/kimg | memory |\n|---|---|---|---|---|", flush=True)
    everything: dict[str, Any] = {"resolution": given.resolution, "batch": given.batch}
    for cfg in CONFIGURATIONS:
        options = sys.argv[1:] if arguments is None else arguments
        command = [sys.executable, "-m", "benchmarks.training", f"--cfg={cfg}", *options]
        environment = {"GOMP_SPINCOUNT": "0", **os.environ}
        child = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
        everything |= json.loads(child.stdout)
        if not given.json:
            print(row(cfg, everything[cfg]), flush=True)
    if given.json:
        print(json.dumps(everything, indent=2))


if __name__ == "__main__":
    main()
