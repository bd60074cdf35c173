"""Results of metrics, and their files: `metric-<name>.jsonl`, a line for each evaluation."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.files import append_line
from foundation.inputs import open_regular


@dataclass(frozen=True)
class Result:
    """One metric of one network.

    Attributes:
        metric: The metric's name.
        results: The figures by name; most metrics have one, of the metric's own name.
        total_time: Duration in seconds.
        num_gpus: Processes that shared the work.
        snapshot_pkl: The network's file, relative to the folder that the result is written to; None if there is none.
        timestamp: Time of completion, in seconds since 1970.
        samples: Number of generated images (pairs, for path lengths).
        detector: Name of the feature network; empty if none was needed.
        sha256: Hash of the feature network's file; empty likewise.
        device: Name of the device.
        seed: Seed of the random numbers.
    """

    metric: str
    results: Mapping[str, float]
    total_time: float
    num_gpus: int
    snapshot_pkl: str | None
    timestamp: float
    samples: int
    detector: str
    sha256: str
    device: str
    seed: int

    def line(self) -> str:
        """Format as a line of JSON: the fields of the official files first, then ours. Non-finite numbers are null."""
        fields = {
            "results": {name: value if math.isfinite(value) else None for name, value in self.results.items()},
            "metric": self.metric,
            "total_time": self.total_time,
            "total_time_str": duration(self.total_time),
            "num_gpus": self.num_gpus,
            "snapshot_pkl": self.snapshot_pkl,
            "timestamp": self.timestamp,
            "samples": self.samples,
            "detector": self.detector,
            "sha256": self.sha256,
            "device": self.device,
            "seed": self.seed,
        }
        return json.dumps(fields)


def append(result: Result, folder: Path) -> Path:
    """Append a result to its file in a folder in one write; an incomplete line before it is ended first."""
    path = folder / f"metric-{result.metric}.jsonl"
    torn = os.path.isfile(path) and _is_torn(path)
    append_line(path, ("\n" if torn else "") + result.line())
    return path


def _is_torn(path: Path) -> bool:
    """Return True if the last line of a file has no end."""
    with open_regular(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return size > 0 and file.read(1) != b"\n"


def duration(seconds: float) -> str:
    """ "7s", "3m 07s", "1h 03m 07s" or "2d 01h 03m"."""
    s = round(seconds)
    if s < 60:
        return f"{s}s"
    if s < 3600:
        return f"{s // 60}m {s % 60:02d}s"
    if s < 86400:
        return f"{s // 3600}h {s // 60 % 60:02d}m {s % 60:02d}s"
    return f"{s // 86400}d {s // 3600 % 24:02d}h {s // 60 % 60:02d}m"
