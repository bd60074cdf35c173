"""Pictures on the CPU against their floor: `python -m benchmarks.synthesis` prints JSON.

The floor of a picture is the time that its convolutions would take at the rate of a large matrix product (2048 x 2048 x
2048, float32, the same threads). Both are measured in turn, product, picture, product, and the ratio of each picture is
against the products on both of its sides: a shared machine differs from moment to moment. Ratios are medians over the
repeats; `best` is the fastest picture against the fastest product, which is nearer to an idle machine. `own` is the
network's own way, with the same memory settings. Drafts are drawn in turn with whole pictures. Networks have random
weights; what they cost does not depend on them.

    python -m benchmarks.synthesis --resolution 256 --threads 2 --family stylegan2 --repeats 20
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from gan.memory import keep_freed_memory
from gan.networks import build, fast_cpu

SIDE = 2048
DIFFERENT = 7
"""Pictures that a draft's difference is measured on."""
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
        found.append(float((synthesis(ws, draft=side) - picture).square().mean().sqrt() / contrast))
    return statistics.median(found)


def measure(family: str, resolution: int, repeats: int, own_repeats: int) -> dict[str, Any]:
    class_name, extra = FAMILIES[family]
    sizes = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3, "img_resolution": resolution}
    synthesis = build(class_name, **sizes, **extra).eval().requires_grad_(False).synthesis
    flop = convolution_flop(synthesis)
    a, b, c = (torch.randn(SIDE, SIDE) for _ in range(3))
    with torch.inference_mode():
        ws = torch.randn(1, synthesis.num_ws, 512)
        own_picture = synthesis(ws)
        own = [seconds(lambda: synthesis(ws)) for _ in range(own_repeats)]
        ready = seconds(lambda: fast_cpu.warm_up(synthesis))
        drafts_ready = seconds(lambda: fast_cpu.warm_up_drafts(synthesis))
        error = (synthesis(ws) - own_picture).abs().max() / own_picture.abs().max()
        products, pictures = [seconds(lambda: torch.mm(a, b, out=c)) for _ in range(3)][-1:], []
        drafts: dict[int, list[float]] = {side: [] for side in synthesis.drafts}
        for _ in range(repeats):
            pictures.append(seconds(lambda: synthesis(ws)))
            products.append(seconds(lambda: torch.mm(a, b, out=c)))
            for side, taken in drafts.items():
                taken.append(seconds(lambda side=side: synthesis(ws, draft=side)))  # type: ignore[misc]
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
                "of_multiplications": round(synthesis.drafts[side], 2),
                "difference": round(difference(synthesis, side), 3),
            }
            for side, taken in drafts.items()
        },
        "error": float(error),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--resolution", type=int, action="append")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--own-repeats", type=int, default=3)
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
        "load_after": os.getloadavg() if hasattr(os, "getloadavg") else None,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
