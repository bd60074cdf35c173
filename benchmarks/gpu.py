"""Time per picture of full-size generators on the GPU at hand, in both precisions.

`python -m benchmarks.gpu` prints JSON and writes it to benchmarks/results/<gpu>.json. Compare figures within one run:
each network's fp16 against its fp32.
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import torch

from gan.networks import build

FULL = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2-1024": ("stylegan2.Generator", {"img_resolution": 1024, "num_fp16_res": 4, "conv_clamp": 256}),
    "stylegan3-t-1024": ("stylegan3.Generator", {"img_resolution": 1024}),
    "stylegan3-r-1024": (
        "stylegan3.Generator",
        {
            "img_resolution": 1024,
            "conv_kernel": 1,
            "use_radial_filters": True,
            "channel_base": 65536,
            "channel_max": 1024,
        },
    ),
}


def milliseconds(network: torch.nn.Module, z: torch.Tensor, force_fp32: bool, repeats: int = 20) -> float:
    """Median time of one picture, after warming up."""
    times = []
    for i in range(repeats + 5):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        network(z, noise_mode="const", force_fp32=force_fp32)
        end.record()
        torch.cuda.synchronize()
        if i >= 5:
            times.append(start.elapsed_time(end))
    return statistics.median(times)


def main() -> None:
    """Measure, print and keep."""
    if not torch.cuda.is_available():
        sys.exit("There is no CUDA device here: nothing was measured.")
    gpu = torch.cuda.get_device_name()
    result: dict[str, Any] = {"gpu": gpu, "torch": torch.__version__, "milliseconds_per_picture": {}}
    with torch.inference_mode():
        for name, (class_name, extra) in CASES.items():
            network = build(class_name, **FULL, **extra).eval().requires_grad_(False).cuda()
            z = torch.randn(1, 512, device="cuda")
            half, single = (milliseconds(network, z, force) for force in (False, True))
            result["milliseconds_per_picture"][name] = {"mixed": half, "fp32": single, "ratio": single / half}
    text = json.dumps(result, indent=2)
    print(text)
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{gpu.replace(' ', '-').lower()}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
