"""Image synthesis on the CPU against a lower bound: `python -m benchmarks.synthesis` prints JSON.

The lower bound is the time that an image's convolutions would take at the throughput of a large matrix product (2048 x
2048 x 2048, float32, same threads). Product and image alternate, and each image is compared with the products before
and after it, as shared machines vary from moment to moment. Ratios are medians over the repeats; `best` is the fastest
image against the fastest product, which is closer to an idle machine. `own` is the network without kernels, with the
same memory settings. Drafts (low-resolution images) alternate with full images. Weights are random; they do not affect
the cost.

With `--batches`, batches of smaller networks too: `by_plan` is true if the kernels rendered them.

    python -m benchmarks.synthesis --resolution 256 --threads 2 --family stylegan2 --repeats 20
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

import gan
from gan.inference import cpu
from gan.inference.low_res import at_resolution, shares
from gan.memory import keep_freed_memory
from gan.networks import build

ROOT = Path(__file__).resolve().parent.parent
SIDE = 2048
DIFFERENT = 7
"""Number of images for the error of a draft."""
AIMS = {"stylegan2": 1.6, "stylegan3-t": 1.4, "stylegan3-r": 2.4}
"""Target ratios at 256 x 256."""
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2": ("stylegan2.Generator", {"channel_base": 16384}),
    "stylegan3-t": ("stylegan3.Generator", {"channel_base": 16384}),
    "stylegan3-r": (
        "stylegan3.Generator",
        {"channel_base": 32768, "channel_max": 1024, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


def convolution_flop(synthesis: Any) -> float:
    """Return the multiplications and additions of one image's convolutions, filters excluded."""
    if hasattr(synthesis, "design"):
        return 2.0 * synthesis.design.multiplications
    return 2.0 * sum(getattr(synthesis, f"b{resolution}").multiplications for resolution in synthesis.block_resolutions)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@torch.inference_mode()
def difference(synthesis: Any, side: int) -> float:
    """Return the RMS error of drafts against the downsampled image, relative to its RMS contrast (median)."""
    found = []
    for ws in torch.randn(DIFFERENT, 1, synthesis.num_ws, synthesis.w_dim):
        picture = F.interpolate(synthesis(ws), (side, side), mode="bicubic", antialias=True)
        contrast = (picture - picture.mean(dim=(2, 3), keepdim=True)).square().mean().sqrt()
        found.append(float((at_resolution(synthesis, side)(ws) - picture).square().mean().sqrt() / contrast))
    return statistics.median(found)


def made(family: str, resolution: int, **changes: Any) -> Any:
    """Build a synthesis network with random weights."""
    class_name, extra = FAMILIES[family]
    sizes = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3, "img_resolution": resolution}
    return build(class_name, **sizes, **(extra | changes)).eval().requires_grad_(False).synthesis


def measure(family: str, resolution: int, repeats: int, own_repeats: int) -> dict[str, Any]:
    synthesis = made(family, resolution)
    flop = convolution_flop(synthesis)
    a, b, c = (torch.randn(SIDE, SIDE) for _ in range(3))
    with torch.inference_mode():
        ws = torch.randn(1, synthesis.num_ws, 512)
        own_picture = synthesis(ws)
        own = [seconds(lambda: synthesis(ws)) for _ in range(own_repeats)]
        ready = seconds(lambda: cpu.warm_up(synthesis))
        drafts_ready = seconds(lambda: cpu.warm_up_low_res(synthesis))
        error = (synthesis(ws) - own_picture).abs().max() / own_picture.abs().max()
        products, pictures = [seconds(lambda: torch.mm(a, b, out=c)) for _ in range(3)][-1:], []
        drafts: dict[int, list[float]] = {side: [] for side in shares(synthesis)}
        for _ in range(repeats):
            pictures.append(seconds(lambda: synthesis(ws)))
            products.append(seconds(lambda: torch.mm(a, b, out=c)))
            for side, taken in drafts.items():
                taken.append(seconds(lambda side=side: at_resolution(synthesis, side)(ws)))  # type: ignore[misc]
    per_flop = [x / (2.0 * SIDE**3) for x in products]
    ratios = [x / (flop * (y + z) / 2) for x, y, z in zip(pictures, per_flop, per_flop[1:], strict=False)]
    return {
        "family": family,
        "resolution": resolution,
        "gflop": round(flop / 1e9, 1),
        "gflop_per_second": round(1e-9 / statistics.median(per_flop), 1),
        "floor_s": round(flop * statistics.median(per_flop), 4),
        "picture_s": round(statistics.median(pictures), 4),
        "ratio": round(statistics.median(ratios), 2),
        "best": {"picture_s": round(min(pictures), 4), "ratio": round(min(pictures) / (flop * min(per_flop)), 2)},
        "own": {"picture_s": round(statistics.median(own), 4), "best_s": round(min(own), 4)} if own else None,
        "plan_ready_s": round(ready, 2),
        "drafts_ready_s": round(drafts_ready, 2),
        "drafts": {
            side: {
                "picture_s": round(statistics.median(taken), 4),
                "best_s": round(min(taken), 4),
                "of_whole": round(statistics.median(x / y for x, y in zip(taken, pictures, strict=True)), 2),
                "of_multiplications": round(shares(synthesis)[side], 2),
                "difference": round(difference(synthesis, side), 3),
            }
            for side, taken in drafts.items()
        },
        "error": float(error),
    }


@torch.inference_mode()
def batches(name: str, synthesis: Any, counts: Sequence[int], repeats: int) -> list[dict[str, Any]]:
    """Measure milliseconds per image of batches, alternating between reference layers and kernels."""
    rows = []
    for count in counts:
        ws = torch.randn(count, synthesis.num_ws, synthesis.w_dim)
        own, drawn = [], []
        draw = partial(synthesis, ws)
        for i in range(repeats + 1):
            cpu.cool_down(synthesis)
            own.append(seconds(draw))
            cpu.warm_up(synthesis)
            drawn.append(seconds(draw))
            if i == 0:  # the first calls allocate memory
                own, drawn = [], []
        by_plan = cpu.plan_for(synthesis, ws) is not None
        row = {"network": name, "batch": count, "by_plan": by_plan, "ratio": round(min(drawn) / min(own), 2)}
        rows.append(row | {"own_ms": round(1000 * min(own) / count, 2), "ms": round(1000 * min(drawn) / count, 2)})
    return rows


def all_batches(repeats: int) -> list[dict[str, Any]]:
    """Measure batches of the demo network, narrow networks, and full ones at 64 and 128."""
    networks = {
        "demo, 32": gan.load(ROOT / "assets" / "demo.safetensors", only=("G_ema",)).G_ema.synthesis,
        "stylegan2, 64, channel_base 2048": made("stylegan2", 64, channel_base=2048),
        "stylegan3-t, 32, channel_base 1024": made("stylegan3-t", 32, channel_base=1024),
        "stylegan3-r, 32, channel_base 1024": made("stylegan3-r", 32, channel_base=1024),
        "stylegan2, 64": made("stylegan2", 64),
        "stylegan2, 128": made("stylegan2", 128),
        "stylegan3-t, 64, channel_base 4096": made("stylegan3-t", 64, channel_base=4096),
        "stylegan3-r, 64, channel_base 4096": made("stylegan3-r", 64, channel_base=4096),
    }
    few = ("64", "128")
    return [
        row
        for name, network in networks.items()
        for row in batches(name, network, (2, 4, 8) if name.split(", ")[1] in few else (2, 4, 16, 64), repeats)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--resolution", type=int, action="append")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--own-repeats", type=int, default=3)
    parser.add_argument("--batches", action="store_true", help="measure batches too")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    result: dict[str, Any] = {
        "threads": given.threads,
        "torch": torch.__version__,
        "malloc_tuned": keep_freed_memory(),
        "load_before": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "pictures": [
            measure(family, resolution, given.repeats, given.own_repeats)
            for resolution in given.resolution or [256]
            for family in given.family or FAMILIES
        ],
        "batches": all_batches(given.own_repeats) if given.batches else [],
        "load_after": os.getloadavg() if hasattr(os, "getloadavg") else None,
    }
    result["targets"] = {
        f"{row['family']}_at_most_{AIMS[row['family']]}_times_the_floor": row["ratio"] <= AIMS[row["family"]]
        for row in result["pictures"]
        if row["resolution"] == 256
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
