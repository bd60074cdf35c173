"""Pictures on the CPU against their floor: `python -m benchmarks.synthesis` prints JSON.

The floor of a picture is the time that its convolutions would take at the rate of a large matrix product (2048 x 2048 x
2048, float32, the same threads). Both are measured in turn, product, picture, product, and the ratio of each picture is
against the products on both of its sides: a shared machine differs from moment to moment. Ratios are medians over the
repeats; `best` is the fastest picture against the fastest product, which is nearer to an idle machine. `own` is the
network's own way, with the same memory settings. Drafts are drawn in turn with whole pictures. Networks have random
weights; what they cost does not depend on them.

With `--batches`, batches of smaller networks as well: `by_plan` tells whether the kernels drew them or were left out.

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
"""Pictures that a draft's difference is measured on."""
AIMS = {"stylegan2": 1.6, "stylegan3-t": 1.4, "stylegan3-r": 2.4}
"""Ratios that 256 x 256 should stay below."""
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2": ("stylegan2.Generator", {"channel_base": 16384}),
    "stylegan3-t": ("stylegan3.Generator", {"channel_base": 16384}),
    "stylegan3-r": (
        "stylegan3.Generator",
        {"channel_base": 32768, "channel_max": 1024, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


def convolution_flop(synthesis: Any) -> float:
    """Multiplications and additions of one picture's convolutions, filters left out."""
    if hasattr(synthesis, "design"):
        return 2.0 * synthesis.design.multiplications
    return 2.0 * sum(getattr(synthesis, f"b{resolution}").multiplications for resolution in synthesis.block_resolutions)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@torch.inference_mode()
def difference(synthesis: Any, side: int) -> float:
    """How far drafts are from the whole pictures reduced to their size; the median of some.

    The root mean square, by that of the picture's difference from its mean colour.
    """
    found = []
    for ws in torch.randn(DIFFERENT, 1, synthesis.num_ws, synthesis.w_dim):
        picture = F.interpolate(synthesis(ws), (side, side), mode="bicubic", antialias=True)
        contrast = (picture - picture.mean(dim=(2, 3), keepdim=True)).square().mean().sqrt()
        found.append(float((at_resolution(synthesis, side)(ws) - picture).square().mean().sqrt() / contrast))
    return statistics.median(found)


def made(family: str, resolution: int, **changes: Any) -> Any:
    """A synthesis network of random weights."""
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
    """Milliseconds a picture of batches, by the network's own layers and as they are drawn with kernels, in turn."""
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
            if i == 0:  # the first calls make room
                own, drawn = [], []
        by_plan = cpu.plan_for(synthesis, ws) is not None
        row = {"network": name, "batch": count, "by_plan": by_plan, "ratio": round(min(drawn) / min(own), 2)}
        rows.append(row | {"own_ms": round(1000 * min(own) / count, 2), "ms": round(1000 * min(drawn) / count, 2)})
    return rows


def all_batches(repeats: int) -> list[dict[str, Any]]:
    """Of the demo network, a narrow one, and whole ones at 64 and 128."""
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
