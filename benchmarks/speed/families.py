"""Every family of networks against the like official one: `python -m benchmarks.speed.families` prints JSON.

Each network draws pictures from latents (mapping and synthesis), in turn with the official network of the same widths,
in the same process and on the same threads. `ratio` is the median over the rounds of time per pixel by the time per
pixel of the official one around it; `way` says what drew: "plan", or "reference" where there is no plan. Layouts of
other programs are read as these very networks, which `layouts` lists. Weights are random.

    python -m benchmarks.speed.families --resolution 256 --threads 1 --rounds 7
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import torch

from benchmarks.synthesis import FAMILIES as OFFICIAL
from gan.inference import cpu
from gan.memory import keep_freed_memory
from gan.networks import build
from gan.networks.synthesis import rendered_by
from gan.ops.cpu.dispatch import VARIABLE

LIMIT = 1.3
"""Target: largest ratio."""


@dataclass(frozen=True)
class Family:
    """One kind of network.

    Attributes:
        like: The official network that it is compared with.
        class_name: Its class; None for that of `like`.
        options: Arguments that differ from those of `like`.
        layouts: Files that are read as such networks.
    """

    like: str
    class_name: str | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    layouts: str = ""


_WIDE_MAPPING = {"embed_classes": 1000, "embed_features": 320, "class_means": True, "num_layers": 2}
FAMILIES: dict[str, Family] = {
    "StyleGAN1": Family("stylegan2", "stylegan1.Generator", {}, "StyleGAN in TensorFlow"),
    "StyleGAN2, residual": Family("stylegan2", None, {"architecture": "resnet"}, "configurations of StyleGAN2"),
    "StyleGAN2, original": Family("stylegan2", None, {"architecture": "orig"}, "configurations a to d of StyleGAN2"),
    "StyleGAN2, no limit": Family(
        "stylegan2", None, {"conv_clamp": None}, "rosinality, NADA, pSp, e4e, genforce, mmgeneration, TensorFlow"
    ),
    "StyleGAN2, rectangle": Family("stylegan2", None, {"init_res": [6, 4]}, "StyleGAN-Human, eps696"),
    "StyleGAN2, grey": Family("stylegan2", None, {"img_channels": 1}),
    "StyleGAN2, RGBA": Family("stylegan2", None, {"img_channels": 4}),
    "StyleGAN2, six channels": Family("stylegan2", None, {"img_channels": 6}),
    "StyleGAN2, 1,000 classes": Family("stylegan2", None, {"c_dim": 1000}),
    "StyleGAN2, 25 numbers": Family("stylegan2", None, {"c_dim": 25}),
    "StyleGAN3-T, six channels": Family("stylegan3-t", None, {"img_channels": 6}),
    "StyleGAN-XL": Family(
        "stylegan3-t", "stylegan_xl.Generator", {"c_dim": 1000, "mapping_kwargs": _WIDE_MAPPING}, "StyleGAN-XL"
    ),
    "StyleGAN3-R, six channels": Family("stylegan3-r", None, {"img_channels": 6}),
}


class Drawing:
    """A network with random weights, warmed up, that draws one picture after another.

    Args:
        class_name: Its class.
        arguments: Those of its class.
    """

    def __init__(self, class_name: str, arguments: Mapping[str, Any]) -> None:
        self.G = build(class_name, **arguments).eval().requires_grad_(False)
        cpu.warm_up(self.G.synthesis)
        self.z = torch.randn(1, self.G.z_dim)
        self.c = torch.eye(self.G.c_dim)[:1] if self.G.c_dim else None
        with rendered_by() as ways, torch.inference_mode():
            height, width = self.G(self.z, self.c).shape[2:]
        self.pixels = int(height * width)
        self.way = ways[0]

    def per_pixel(self) -> float:
        """Seconds for each pixel of one picture."""
        started = time.perf_counter()
        with torch.inference_mode():
            self.G(self.z, self.c)
        return (time.perf_counter() - started) / self.pixels


def arguments_of(like: str, resolution: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a network like an official one."""
    sizes = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3, "img_resolution": resolution}
    return sizes | OFFICIAL[like][1] | dict(options)


def measure(name: str, resolution: int, rounds: int, official: Drawing) -> dict[str, Any]:
    """Measure one family."""
    family = FAMILIES[name]
    class_name = family.class_name or OFFICIAL[family.like][0]
    own = Drawing(class_name, arguments_of(family.like, resolution, family.options))
    ratios, per_pixel = [], []
    before = official.per_pixel()
    for i in range(rounds + 1):
        taken = own.per_pixel()
        after = official.per_pixel()
        if i:  # the first pictures allocate memory
            ratios.append(taken / ((before + after) / 2))
            per_pixel.append(taken)
        before = after
    return {
        "like": family.like,
        "layouts": family.layouts,
        "way": own.way,
        "ratio": round(statistics.median(ratios), 2),
        "ns_per_pixel": round(1e9 * statistics.median(per_pixel), 1),
    }


def main() -> None:
    """Measure and print."""
    os.environ.pop(VARIABLE, None)  # kernels are what is measured
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    tuned, load = keep_freed_memory(), os.getloadavg() if hasattr(os, "getloadavg") else None
    rows: dict[str, Any] = {}
    for like, (class_name, _) in OFFICIAL.items():
        chosen = [name for name in given.family or FAMILIES if FAMILIES[name].like == like]
        if chosen:
            official = Drawing(class_name, arguments_of(like, given.resolution, {}))
            for name in chosen:
                rows[name] = measure(name, given.resolution, given.rounds, official)
                print(name, rows[name]["way"], rows[name]["ratio"], file=sys.stderr, flush=True)
    result = {
        "threads": given.threads,
        "resolution": given.resolution,
        "malloc_tuned": tuned,
        "load_before": load,
        "families": rows,
        "targets": {
            f"{name}_by_a_plan_in_at_most_{LIMIT}_times_a_pixel_of_{row['like']}": row["way"] == "plan"
            and row["ratio"] <= LIMIT
            for name, row in rows.items()
        },
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
