"""GPU benchmarks: operators, synthesis, frame delivery and training.

`python -m benchmarks.gpu [--only=operators,synthesis,frames,training] [--tiny] [--device=cuda] [--out=FILE]` prints
JSON and writes it, after every part, to benchmarks/results/<gpu>.json. Needs only Python, torch, numpy and Pillow, and
Triton for the kernels. Compare results within one run: kernels against reference, with against without graphs, fp16
against fp32.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from benchmarks import gpu_frames, gpu_ops, training
from benchmarks.keeping import named, write
from gan.networks import build
from gan.ops import cuda
from renderer.engine.graphs import CudaRecorder, Replays

COMMON = {"c_dim": 0, "img_channels": 3}
SMALL = {"z_dim": 8, "w_dim": 8, "channel_base": 128, "channel_max": 4}
FULL = {"z_dim": 512, "w_dim": 512}
RADIAL = {"conv_kernel": 1, "use_radial_filters": True}
PARTS = ("operators", "synthesis", "frames", "training")


def networks(tiny: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (name, class, arguments) of every generator to measure."""
    for resolution in (32,) if tiny else (256, 1024):
        shared = {**COMMON, **(SMALL if tiny else FULL), "img_resolution": resolution}
        base = {} if tiny else {"channel_base": 16384 if resolution == 256 else 32768}
        wide = {} if tiny else {"channel_base": 2 * base["channel_base"], "channel_max": 1024}
        yield (
            f"stylegan2-{resolution}",
            "stylegan2.Generator",
            {**shared, **base, "num_fp16_res": 4, "conv_clamp": 256},
        )
        yield f"stylegan3-t-{resolution}", "stylegan3.Generator", {**shared, **base}
        yield f"stylegan3-r-{resolution}", "stylegan3.Generator", {**shared, **wide, **RADIAL}


def synthesis(device: torch.device, tiny: bool) -> dict[str, Any]:
    """Measure milliseconds per batch by network, batch size and precision: reference, kernels, kernels in a graph."""
    result: dict[str, Any] = {}
    for name, class_name, arguments in networks(tiny):
        torch.manual_seed(0)
        network = build(class_name, **arguments).eval().requires_grad_(False).to(device)
        for batch in (1, 2) if tiny else (1, 8):
            for precision in ("mixed", "fp32"):
                key = f"{name}, batch {batch}, {precision}"
                try:
                    result[key] = _ways(network, batch, precision == "fp32", device)
                except torch.OutOfMemoryError:
                    result[key] = "out of memory"
        del network
        if device.type == "cuda":
            torch.cuda.empty_cache()
    return result


@torch.inference_mode()
def _ways(network: Any, batch: int, force_fp32: bool, device: torch.device) -> dict[str, float | None]:
    ws = torch.randn(batch, network.num_ws, network.w_dim, device=device)
    replays = Replays(CudaRecorder(), kept=1)

    def draw(inputs: Any) -> torch.Tensor:
        picture: torch.Tensor = network.synthesis(inputs["ws"], noise_mode="const", force_fp32=force_fp32)
        return picture

    row: dict[str, float | None] = {}
    for way in ("reference", "kernels"):
        with cuda.reference_only() if way == "reference" else nullcontext():
            row[f"{way}_ms"] = gpu_ops.milliseconds(lambda: draw({"ws": ws}), device)
    row["graph_ms"] = row["graph_difference"] = None
    if device.type == "cuda":
        replays.draw("picture", {"ws": ws}, draw)
        replayed = replays.draw("picture", {"ws": ws}, draw)
        if replayed is not None:
            row["graph_difference"] = float((replayed - draw({"ws": ws})).abs().max())
            row["graph_ms"] = gpu_ops.milliseconds(lambda: replays.draw("picture", {"ws": ws}, draw), device)
    return row


def frames(device: torch.device, tiny: bool) -> dict[str, Any]:
    """Measure frame delivery; see `gpu_frames.measure`."""
    return gpu_frames.measure(networks(tiny), device, tiny)


def train(device: torch.device, tiny: bool) -> dict[str, Any]:
    """Measure seconds per thousand images at 256 x 256, with and without kernels."""
    resolution, batch = (16, 4) if tiny else (256, 32)
    result: dict[str, Any] = {}
    for cfg in ("stylegan2",) if tiny else ("stylegan2", "stylegan3-t", "stylegan3-r"):
        for way in ("kernels", "reference"):
            try:
                with cuda.reference_only() if way == "reference" else nullcontext():
                    result[f"{cfg}, {way}"] = training.figures(cfg, resolution, batch, str(device), tiny)
            except torch.OutOfMemoryError:
                result[f"{cfg}, {way}"] = "out of memory"
            if device.type == "cuda":
                torch.cuda.empty_cache()
    return result


def machine(device: torch.device) -> dict[str, Any]:
    """Describe the machine."""
    facts: dict[str, Any] = {"torch": torch.__version__, "python": sys.version.split()[0], "gpu": str(device)}
    if device.type == "cuda":
        facts |= {"gpu": torch.cuda.get_device_name(device), "cuda": torch.version.cuda}
    try:
        import triton

        facts["triton"] = triton.__version__
    except ImportError:
        facts["triton"] = None
    return facts


def main(arguments: list[str] | None = None) -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="which parts, with commas between")
    parser.add_argument("--tiny", action="store_true", help="shapes so small that a CPU can show that all parts run")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", type=Path, help="file to write; benchmarks/results/<gpu>.json unless given")
    given = parser.parse_args(arguments)
    device = torch.device(given.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit("There is no CUDA device here: nothing was measured.")
    result = machine(device)
    out = given.out or named(result["gpu"])
    for part, measure in zip(PARTS, (gpu_ops.measure, synthesis, frames, train), strict=True):
        if part in given.only.split(","):
            result[part] = measure(device, given.tiny)
            write(out, result)
    print(out.read_text())


if __name__ == "__main__":
    main()
