"""Alternatives for training on a CPU: `python -m benchmarks.training_ways` prints JSON.

Times one batch of StyleGAN2 and of StyleGAN3-T with each alternative, in wall-clock and CPU time, in separate
processes: `main` is a batch with the main losses only, as most are, `regularised` one with path length and R1 as well.
Times are the minimum of `--repeats` after a warm-up batch.

* kernels: as `python -m gan train`.
* bf16: as `python -m gan train --bf16=1`.
* reference: with the reference operators.
* channels_last: as `kernels`, with all weights in channels_last order.
* compiled: forward passes of both networks through torch.compile, which needs a C++ compiler (otherwise the problem is
  reported). It cannot be differentiated twice, so there is no `regularised`; `compiling_s` is the time of its first
  batches.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.training import make_trainer

WAYS = ("kernels", "bf16", "reference", "channels_last", "compiled")
MAIN, ALL = 1, 0
"""Batch numbers without and with regularisation."""


def measure(cfg: str, way: str, resolution: int, batch: int, repeats: int, tiny: bool = False) -> dict[str, Any]:
    """Measure seconds per batch in this process."""
    import torch

    from gan.memory import keep_freed_memory
    from gan.ops.cpu import dispatch

    keep_freed_memory()
    if way != "reference":
        dispatch.enable()
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(Path(folder), cfg, resolution, batch, torch.device("cpu"), tiny, bf16=way == "bf16")
        if way == "channels_last":
            for network in (trainer.G, trainer.D):
                network.to(memory_format=torch.channels_last)
        found: dict[str, Any] = {}
        if way == "compiled":
            for module in (trainer.G.synthesis, trainer.D):
                module.forward = torch.compile(module.forward)
            begun = time.perf_counter()
            try:
                _seconds(trainer, MAIN)
            except RuntimeError as error:  # raised by torch for compiler errors
                return {"problem": str(error).strip().splitlines()[0]}
            _seconds(trainer, MAIN)
            found["compiling_s"] = round(time.perf_counter() - begun, 1)
        for name, number in {"main": MAIN, "regularised": ALL}.items():
            if way == "compiled" and number == ALL:
                continue
            times = [_seconds(trainer, number) for _ in range(repeats + 1)][1:]
            found[f"{name}_s"], found[f"{name}_processor_s"] = (round(min(t), 3) for t in zip(*times, strict=True))
        trainer.close()
    dispatch.disable()
    return found


def _seconds(trainer: Any, number: int) -> tuple[float, float]:
    trainer.batches = number
    begun = time.perf_counter(), time.process_time()
    trainer.step()
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cfg", action="append", help="stylegan2 and stylegan3-t unless given")
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--resolution", type=int, default=32)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tiny", action="store_true", help="networks of a few channels, to show that it runs")
    parser.add_argument("--here", action="store_true", help="one configuration and way, in this process")
    given = parser.parse_args(arguments)
    cfgs, ways = given.cfg or ["stylegan2", "stylegan3-t"], given.way or list(WAYS)
    size = (given.resolution, given.batch, given.repeats)
    if given.here:
        print(json.dumps(measure(cfgs[0], ways[0], *size, given.tiny)))
        return
    result: dict[str, Any] = {"resolution": given.resolution, "batch": given.batch, "seconds_a_batch": {}}
    for cfg in cfgs:
        for way in ways:
            command = [sys.executable, "-m", "benchmarks.training_ways", "--here", f"--cfg={cfg}", f"--way={way}"]
            command += [
                f"--{name}={value}" for name, value in zip(("resolution", "batch", "repeats"), size, strict=True)
            ]
            environment = {"GOMP_SPINCOUNT": "0", **os.environ}
            child = subprocess.run(
                [*command, *["--tiny"][: given.tiny]], check=True, env=environment, stdout=subprocess.PIPE, text=True
            )
            result["seconds_a_batch"][f"{cfg}, {way}"] = json.loads(child.stdout)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
