"""Live rendering in the real window: `python -m benchmarks.live [--networks=demo,sg2-256] [--seconds=4]` prints JSON.

For each network a new process opens the window as `python visualizer.py NETWORK` does, under Xvfb where there is no
display, and a script drives it with mouse events. Random networks are built on the fly, and their kernels compiled, as
an earlier session would have. Every column but the first two begins with a window at rest. Only different images count:
the same pixels shown again are no new image.

* start: seconds from the start of the process to the window, to the first image (and its resolution), and to the
  first image of full resolution.
* alone: seconds from a new seed to its full image.
* drag: different images per second while ψ is dragged back and forth, and their resolutions; seconds from letting go
  to the full image, and their ratio to `alone`.
* walk: the latent walk at half a seed per second, its slowest second too. The script sleeps meanwhile, so that the
  window draws as often as it does on its own.
* timeline: playback of two keys.
* swatch: a swatch carried over 15 rows of layers a second, back and forth: images that differ from the one before.
* cores: CPU time per second that window and renderer had in a motion: on a busy machine divide by it.
* renderer_mb: memory of the renderer: at its peak, and after the bundled networks have taken the place of this one.

`load` is the load average when the row began: compare rows of one run only.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NETWORKS: dict[str, tuple[str, int] | None] = {
    "demo": None,
    "sg2-256": ("stylegan2", 256),
    "sg3t-256": ("stylegan3-t", 256),
    "sg3r-256": ("stylegan3-r", 256),
    "sg2-1024": ("stylegan2", 1024),
    "sg3t-1024": ("stylegan3-t", 1024),
    "sg3r-1024": ("stylegan3-r", 1024),
}
"""Family and resolution by name; None is the bundled network."""
WIDE = {"stylegan2": {"channel_base": 32768}, "stylegan3-t": {"channel_base": 32768}, "stylegan3-r": {}}
"""Arguments at 1024, where the published networks have other widths than at 256."""
COLUMNS = ("start", "drag", "walk", "timeline", "swatch")
SECONDS = 4.0
RATES = {"demo": 12.0, "sg2-256": 12.0, "sg3t-256": 5.0, "sg3r-256": 5.0, "sg2-1024": 6.0, "sg3t-1024": 2.0}
"""Least images per second of a drag and a walk."""
FIRST = {"sg2-1024": 2.5, "sg3t-1024": 4.0, "sg3r-1024": 5.0}
FIRST_S, WINDOW_S, WHOLE_RATIO, SLOWEST = 1.5, 1.0, 1.3, 0.5
LONGEST_S = 300.0


def network(name: str, folder: Path) -> str:
    """Make the file of a network with random weights, and return its path; empty for the bundled one."""
    described = NETWORKS[name]
    if described is None:
        return ""
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        import torch

        import gan
        from benchmarks.synthesis import FAMILIES
        from gan.networks import build

        family, resolution = described
        class_name, extra = FAMILIES[family]
        sizes = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_resolution": resolution, "img_channels": 3}
        arguments: dict[str, Any] = {**sizes, **extra, **(WIDE[family] if resolution == 1024 else {})}
        torch.manual_seed(0)
        G = build(class_name, **arguments).eval()
        G.mapping.w_avg.normal_()  # what ψ moves away from
        info = gan.describe({"G_ema": gan.Architecture(class_name, arguments)})
        gan.save(path, gan.Networks(G=None, D=None, G_ema=G, info=info))
    return str(path)


def compile_kernels(path: str) -> None:
    """Compile the kernels of a network's file, or of the bundled one, in a process of its own."""
    script = (
        "import sys, gan; from gan.inference import cpu; from foundation.bundled import DEMO;"
        "synthesis = gan.load(sys.argv[1] or DEMO, only=('G_ema',), kernels='off').G_ema.synthesis;"
        "[make(synthesis) for make in (cpu.warm_up, cpu.warm_up_fast, cpu.warm_up_low_res)]"
    )
    subprocess.run([sys.executable, "-c", script, path], cwd=ROOT, check=True)


def row(name: str, path: str, seconds: float, columns: Sequence[str]) -> dict[str, Any]:
    """Measure one network in a window of its own; `{"failed": text}` if that fails."""
    from tests.xserver import AVAILABLE, on_display, x_server
    from viz.shell.headless import DISPLAY

    with TemporaryDirectory() as folder, x_server() if AVAILABLE and not DISPLAY else nullcontext() as display:
        environment = {**(on_display(display) if display else os.environ), "STYLESCOPE_CONFIG_DIR": folder}
        load = round(os.getloadavg()[0], 1)
        command = [
            sys.executable,
            "-m",
            "benchmarks.live.row",
            path,
            str(seconds),
            ",".join(columns),
            repr(time.time()),
        ]
        try:
            child = subprocess.run(
                [*command, repr(time.time())],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_S,
            )
        except subprocess.TimeoutExpired:
            return {"load": load, "failed": f"{name} took longer than {LONGEST_S:.0f} s"}
    if child.returncode:
        return {"load": load, "failed": child.stderr.strip()[-2000:]}
    found: dict[str, Any] = json.loads(child.stdout.strip().splitlines()[-1])
    return {"load": load, **found}


def targets(rows: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """Return the targets of the measured columns."""
    met: dict[str, bool] = {}
    for name, found in rows.items():
        if "start" in found:
            met[f"{name}_window_in_{WINDOW_S}_s"] = found["start"]["window_s"] <= WINDOW_S
            first = FIRST.get(name, FIRST_S)
            met[f"{name}_first_picture_in_{first}_s"] = found["start"]["picture_s"] <= first
        for column in ("drag", "walk"):
            if name in RATES and column in found:
                rate = RATES[name]
                met[f"{name}_{column}_shows_{rate:g}_a_second"] = found[column]["pictures_per_second"] >= rate
        if "drag" in found:
            met[f"{name}_whole_within_{WHOLE_RATIO}_of_alone"] = found["drag"]["whole_ratio"] <= WHOLE_RATIO
        if "walk" in found:
            least = SLOWEST * found["walk"]["pictures_per_second"]
            met[f"{name}_slowest_second_half_the_mean"] = found["walk"]["slowest_second"] >= max(least, 1)
    return met


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| network | load | window | first picture | whole | alone | drag | whole after | walk, slowest second "
        "| timeline | swatch |",
        "|" + "---|" * 11,
    ]
    for name, found in rows.items():
        if "failed" in found:
            lines.append(f"| {name} | {found['load']} | {found['failed'][-200:]} |")
            continue
        start, drag, walk = (found.get(column) for column in ("start", "drag", "walk"))
        cells = [name, str(found["load"])]
        if start:
            cells += [f"{start['window_s']} s", f"{start['picture_s']} s ({start['side']})", f"{start['whole_s']} s"]
        else:
            cells += ["", "", ""]
        cells.append(f"{found['alone_s']} s")
        cells.append(_rate(drag))
        cells.append(f"{drag['whole_s']} s ({drag['whole_ratio']})" if drag else "")
        cells.append(f"{_rate(walk)}, {walk['slowest_second']}" if walk else "")
        cells += [_rate(found.get("timeline")), _rate(found.get("swatch"))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _rate(found: dict[str, Any] | None) -> str:
    if not found:
        return ""
    sides = ", ".join(found["sides"])
    return f"{found['pictures_per_second']} ({sides})"


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", default=",".join(NETWORKS), help="which of them, with commas between")
    parser.add_argument("--columns", default=",".join(COLUMNS), help="which of them, with commas between")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each motion")
    parser.add_argument("--folder", type=Path, help="folder that keeps the random networks")
    given = parser.parse_args(arguments)
    names, columns = given.networks.split(","), given.columns.split(",")
    for what, wanted, known in (("network", names, NETWORKS), ("column", columns, COLUMNS)):
        if unknown := sorted(set(wanted) - set(known)):
            parser.error(f"there is no {what} {', '.join(unknown)}; choose from {', '.join(known)}")
    rows: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory() as folder:
        place = given.folder or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            path = network(name, place)
            compile_kernels(path)
            rows[name] = row(name, path, given.seconds, columns)
    print(table(rows), file=sys.stderr)
    measured = {name: found for name, found in rows.items() if "failed" not in found}
    print(json.dumps({"cores": os.cpu_count(), "rows": rows, "targets": targets(measured)}, indent=2))
