"""Plans against other inference engines on the CPU: `python -m benchmarks.speed.engines` prints JSON.

The synthesis of one image is exported to ONNX (its reference layers, noise and input fixed) and run by OpenVINO, in
float32 and in bfloat16, and by ONNX Runtime. Engines and plans, exact and fast, take turns in one process, on the same
number of threads. `floor` and `floor_bf16` are the network's convolutions alone, as PyTorch's library computes them
with packed weights, in float32 and in bfloat16. Weights are random. What cannot be had is skipped with its reason. On a
busy machine compare `best_processor_s`, of one thread.

The engines are the optional extra `engines`: `pip install openvino onnxruntime onnx`, best in an environment of its
own, or with `--site=FOLDER` from the site-packages of another.

    python -m benchmarks.speed.engines --family stylegan2 --resolution 256 --threads 1 --rounds 5
"""

import argparse
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.synthesis import FAMILIES, made
from gan.inference import cpu
from gan.inference.cpu.packing import nhwc_convolution
from gan.memory import keep_freed_memory

Draw = Callable[[], Any]


class Fixed(torch.nn.Module):
    """A synthesis network as a function of ws alone."""

    def __init__(self, synthesis: Any) -> None:
        super().__init__()
        self.synthesis = synthesis

    def forward(self, ws: Tensor) -> Tensor:
        image: Tensor = self.synthesis(ws, noise_mode="const")
        return image


def exported(synthesis: Any, ws: Tensor, path: Path) -> None:
    """Write the network's reference as ONNX."""
    cpu.cool_down(synthesis)
    torch.onnx.export(Fixed(synthesis), (ws,), str(path), input_names=["ws"], dynamo=False, opset_version=17)


def openvino(path: Path, ws: Tensor, threads: int, kind: str) -> Draw:
    """The image by OpenVINO, in "f32" or "bf16"."""
    library = importlib.import_module("openvino")
    options = {"INFERENCE_PRECISION_HINT": kind, "INFERENCE_NUM_THREADS": threads}
    request = library.Core().compile_model(str(path), "CPU", options).create_infer_request()
    array = ws.numpy()
    return lambda: request.infer([array])[0]


def onnxruntime(path: Path, ws: Tensor, threads: int) -> Draw:
    """The image by ONNX Runtime."""
    library = importlib.import_module("onnxruntime")
    options = library.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = library.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    array = ws.numpy()
    return lambda: session.run(None, {"ws": array})[0]


def convolutions(synthesis: Any, kind: torch.dtype) -> Draw:
    """All convolutions of one image, at their sizes, without anything between them."""
    calls = []
    if hasattr(synthesis, "design"):
        sizes = [(d.in_channels, d.out_channels, d.conv_kernel, d.in_size) for d in synthesis.design.layers]
    else:
        layers = [
            layer
            for block in synthesis.blocks()
            for layer in ([block.conv1] if block.in_channels == 0 else [block.conv0, block.conv1])
        ]
        sizes = [(w.shape[1], w.shape[0], 3, layer.size[0] // layer.up) for layer in layers for w in [layer.weight]]
    for inner, outer, kernel, side in sizes:
        weight = torch.randn(outer, inner, kernel, kernel, dtype=kind)
        x = torch.randn(1, inner, side, side, dtype=kind).contiguous(memory_format=torch.channels_last)
        packed = nhwc_convolution(weight.contiguous(memory_format=torch.channels_last), side, kernel // 2)
        calls.append((packed, x))
    return lambda: [packed(x) for packed, x in calls]


def reason(error: Exception) -> str:
    """First line of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def measure(family: str, resolution: int, threads: int, rounds: int) -> dict[str, Any]:
    """Measure one network: seconds by engine, and its largest difference from the reference's image."""
    synthesis = made(family, resolution)
    ws = torch.randn(1, synthesis.num_ws, 512)
    ways: dict[str, Draw] = {}
    skipped: dict[str, str] = {}

    def offer(name: str, make: Callable[[], Draw]) -> None:
        try:
            draw = make()
            draw()
        except Exception as error:  # noqa: BLE001 - a benchmark reports what an engine cannot do
            skipped[name] = reason(error)
        else:
            ways[name] = draw

    def fast() -> Any:
        with cpu.rendering("fast"):
            return synthesis(ws)

    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = Path(folder) / "synthesis.onnx"
        expected = synthesis(ws)
        try:
            exported(synthesis, ws, path)
        except Exception as error:  # noqa: BLE001
            skipped["onnx"] = reason(error)
        else:
            offer("openvino", lambda: openvino(path, ws, threads, "f32"))
            offer("openvino_bf16", lambda: openvino(path, ws, threads, "bf16"))
            offer("onnxruntime", lambda: onnxruntime(path, ws, threads))
        if cpu.warm_up(synthesis):
            offer("plan", lambda: lambda: synthesis(ws))
        if cpu.warm_up_fast(synthesis):
            offer("plan_fast", lambda: fast)
            offer("floor_bf16", lambda: convolutions(synthesis, torch.bfloat16))
        offer("floor", lambda: convolutions(synthesis, torch.float32))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, draw in ways.items():
                begun = time.perf_counter(), time.process_time()
                draw()
                taken[name].append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
        errors = {
            name: float(np.abs(np.asarray(draw()) - expected.numpy()).max() / expected.abs().max())
            for name, draw in ways.items()
            if not name.startswith("floor")
        }
    return {
        "family": family,
        "resolution": resolution,
        "median_s": {name: round(statistics.median(wall for wall, _ in times), 4) for name, times in taken.items()},
        "best_s": {name: round(min(wall for wall, _ in times), 4) for name, times in taken.items()},
        "best_processor_s": {name: round(min(own for _, own in times), 4) for name, times in taken.items()},
        "largest_difference": {name: float(f"{error:.2g}") for name, error in errors.items()},
        "skipped": skipped,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--site", help="site-packages of an environment that has the engines")
    given = parser.parse_args()
    if given.site:
        sys.path.append(given.site)
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    keep_freed_memory()
    result = {
        "threads": given.threads,
        "load_before": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "networks": [
            measure(family, given.resolution, given.threads, given.rounds) for family in given.family or FAMILIES
        ],
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
