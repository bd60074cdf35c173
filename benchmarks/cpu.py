"""CPU benchmarks: `python -m benchmarks.cpu [--only=walk,ops] [--tiny] [--out=FILE]`, or `make bench`.

Runs every benchmark in turn, each in its own process, as `python -m benchmarks.<name>` does. Results and a description
of the machine are written to benchmarks/results/<processor>.json after each benchmark; results of benchmarks excluded
by --only are kept. The summary has one line per target: met or missed. Use an otherwise idle machine; a full run takes
about half an hour. `--tiny` only checks that all benchmarks run.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from benchmarks.keeping import named, write

ROOT = Path(__file__).resolve().parent.parent

BENCHMARKS: dict[str, list[str]] = {
    "synthesis": ["--batches"],
    "ops": [],
    "walk": [],
    "live": [],
    "latency": [],
    "training": ["--json", "--resolution=32", "--device=cpu"],
    "tailing": [],
    "film": [],
    "speed.library": ["--rounds=3"],
    "speed.families": [],
    "speed.dataset": [],
    "speed.engines": ["--rounds=3"],
    "speed.thumbnails": [],
    "speed.blends": [],
    "speed.compare_networks": [],
    "speed.drags": [],
    "speed.drag_frames": [],
}
"""Benchmarks by name, with their arguments."""

TINY: dict[str, list[str]] = {
    "synthesis": ["--family=stylegan2", "--resolution=8", "--repeats=1", "--own-repeats=1"],
    "ops": ["--tiny", "--drawn=1"],
    "walk": ["--seconds=0.5"],
    "live": ["--networks=demo", "--columns=walk", "--seconds=1"],
    "latency": ["--tiny"],
    "training": ["--json", "--tiny", "--cfg=stylegan2", "--resolution=16", "--device=cpu"],
    "tailing": ["--tiny"],
    "film": ["--seconds=0.2"],
    "speed.library": ["--family=stylegan2", "--resolution=8", "--rounds=1"],
    "speed.families": ["--family=StyleGAN1", "--resolution=8", "--rounds=1"],
    "speed.dataset": ["--resolution=32", "--pictures=2", "--rounds=1"],
    "speed.engines": ["--family=stylegan2", "--resolution=8", "--rounds=1"],
    "speed.thumbnails": ["--tiny"],
    "speed.blends": ["--tiny"],
    "speed.compare_networks": ["--tiny"],
    "speed.drags": ["--tiny"],
    "speed.drag_frames": ["--rounds=1", "--seconds=0.5"],
}
"""Arguments of `--tiny`: a few seconds each."""


def processor() -> str:
    """Return the processor's model name."""
    if Path("/proc/cpuinfo").is_file():
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        if names:
            return str(names[0]).strip()
    return platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """Describe the machine."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "capability": torch.backends.cpu.get_cpu_capability(),
    }


def run(name: str, arguments: list[str]) -> dict[str, Any]:
    """Run a benchmark and return its results, or `{"failed": sentence}`."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    environment = {**os.environ, "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "0")}
    child = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if child.returncode:
        return {"failed": f"benchmarks.{name} ended with {child.returncode}; its messages say why."}
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def summary(found: dict[str, Any]) -> list[str]:
    """Return a line for each target and for each failed benchmark."""
    lines = []
    for name in BENCHMARKS:
        part = found.get(name, {})
        if "failed" in part:
            lines.append(f"failed  {name}: {part['failed']}")
        for target, met in part.get("targets", {}).items():
            lines.append(f"{'met   ' if met else 'MISSED'}  {name}: {target.replace('_', ' ')}")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Measure, write results and print the summary; exit with status 1 if a benchmark failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="which of them, with commas between")
    parser.add_argument("--tiny", action="store_true", help="a few seconds of each, to show that it runs")
    parser.add_argument("--out", type=Path, help="file to write; benchmarks/results/<processor>.json unless given")
    given = parser.parse_args(arguments)
    wanted = given.only.split(",")
    if unknown := sorted(set(wanted) - set(BENCHMARKS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(BENCHMARKS)}")
    out = given.out or named(processor())
    found: dict[str, Any] = json.loads(out.read_text()) if out.is_file() else {}
    found["machine"] = machine()
    for name in [name for name in BENCHMARKS if name in wanted]:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found[name] = run(name, (TINY if given.tiny else BENCHMARKS)[name])
        write(out, found)
    print("\n".join([*summary(found), f"All figures are in {out}."]))
    if any("failed" in found[name] for name in wanted):
        sys.exit(1)


if __name__ == "__main__":
    main()
