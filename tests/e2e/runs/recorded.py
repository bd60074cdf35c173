"""Run folders as runs leave them, made by hand in no time."""

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 230)
LOSSES = ("Loss/G/loss", "Loss/D/loss", "Loss/signs/real", "Progress/augment", "Timing/sec_per_kimg")


def stats_line(kimg: float, level: float = 1.0) -> str:
    """A line of `stats.jsonl`: every loss zigzags around `level`."""
    values = {name: level + 0.3 * (-1) ** int(kimg) + k * 0.1 for k, name in enumerate(LOSSES)}
    values["Progress/kimg"] = kimg
    return json.dumps({name: {"num": 1, "mean": value, "std": 0.0} for name, value in values.items()}) + "\n"


def metric_line(kimg: int, value: float) -> str:
    """A line of `metric-fid50k_full.jsonl`."""
    snapshot = f"network-snapshot-{kimg:06d}.safetensors"
    return json.dumps({"results": {"fid50k_full": value}, "metric": "fid50k_full", "snapshot_pkl": snapshot}) + "\n"


def run_folder(outdir: Path, name: str, state: str = "stopped", **status: Any) -> Path:
    """A training run up to 40 kimg of 100: images red at 0, green at 20, blue at 40, empty networks at 0 and 40.

    A running one is this very process, so it is found alive.
    """
    folder = outdir / name
    folder.mkdir(parents=True)
    told = {"state": state, "kimg": 40.0, "total_kimg": 100.0, "sec_per_kimg": 12.5, "eta_s": 750.0, "error": None}
    told |= {"updated": time.time(), "host": socket.gethostname(), "pid": os.getpid(), "boot_id": _boot()}
    told |= {"pid_start_time": psutil.Process().create_time(), **status}
    (folder / "status.json").write_text(json.dumps(told))
    spec = {"outdir": str(outdir), "cfg": "stylegan2", "data": "data.zip", "aug": "ada", "target": 0.6}
    (folder / "run.yaml").write_text(json.dumps({"kind": "train", "spec": spec}))
    (folder / "stats.jsonl").write_text("".join(stats_line(k) for k in range(41)))
    (folder / "log.txt").write_text("".join(f"tick {k} kimg {k}\n" for k in range(41)))
    for kimg, colour in ((0, RED), (20, GREEN), (40, BLUE)):
        Image.new("RGB", (512, 288), colour).save(folder / f"fakes{kimg:06d}.png")
    Image.new("RGB", (512, 288), (200, 200, 200)).save(folder / "reals.png")
    (folder / "training-state.pt").touch()
    for kimg in (0, 40):
        (folder / f"network-snapshot-{kimg:06d}.safetensors").touch()
    return folder


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
