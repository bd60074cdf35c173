"""Blends of two networks: `python -m benchmarks.speed.blends` prints JSON.

A StyleGAN2 and a StyleGAN3-T of 256 x 256 with random weights, by the plans of the CPU: a picture of one network and
of a blend, alternating, then the making of a blend's weights and plan after a change of all amounts, and after a change
of one layer's. All are given in pictures of one network too, as shared machines vary from moment to moment.
"""

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from gan.edits.blend import MAPPING, layers_of
from gan.edits.rendered_blends import Blend, Blends
from gan.inference import cpu, low_res
from gan.networks import build_generator
from gan.networks.generator import StyleGenerator

NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2-256": ("stylegan2.Generator", {"img_resolution": 256}),
    "stylegan3-t-256": ("stylegan3.Generator", {"img_resolution": 256, "channel_base": 16384}),
}
TINY: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2-64": ("stylegan2.Generator", {"img_resolution": 64, "channel_base": 512, "channel_max": 16}),
}
TARGET_PICTURE = 1.1
"""A picture of a blend takes at most so many of one network."""
TARGET_MADE_S = 0.3
"""Seconds for the weights and the plan of all layers."""


def measure(class_name: str, arguments: dict[str, Any], rounds: int) -> dict[str, float]:
    """Return seconds of a picture of one network and of a blend, and of making blends."""
    arguments = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3} | arguments
    first = build_generator(class_name, **arguments).eval().requires_grad_(False)
    second = copy.deepcopy(first)
    for p in second.parameters():
        p.add_(0.1 * torch.randn(p.shape))
    cpu.warm_up(first.synthesis)
    cpu.warm_up_low_res(first.synthesis)
    names = [name for name in layers_of(first) if name != MAPPING]
    ws = torch.randn(1, first.num_ws, first.w_dim)
    blends = Blends()
    draft = max((side for side in low_res.shares(first.synthesis)), default=0)
    times: dict[str, list[float]] = {key: [] for key in ("one", "blend", "all layers", "one layer", "draft")}

    def blend(amounts: dict[str, float], side: int = 0) -> Blend:
        made = blends.get(first, [second], {name: ((0, amount),) for name, amount in amounts.items()})
        made.prepare(side)
        return made

    def timed(key: str, work: Callable[[], object]) -> Any:
        started = time.perf_counter()
        result = work()
        times[key].append(time.perf_counter() - started)
        return result

    for i in range(rounds + 1):
        amounts = dict.fromkeys(names, 0.2 + 0.5 * i / (rounds + 1))
        made = timed("all layers", lambda amounts=amounts: blend(amounts))
        changed = {**amounts, names[len(names) // 2]: 0.9 - 0.1 * i / (rounds + 1)}
        timed("one layer", lambda changed=changed: blend(changed))
        timed("draft", lambda changed=changed: _picture(blend({**changed, names[-2]: 0.77}, draft).G, ws, draft))
        for G, key in ((first, "one"), (made.G, "blend")):
            timed(key, lambda G=G: _picture(G, ws))
    found = {f"{key.replace(' ', '_')}_s": statistics.median(values[1:]) for key, values in times.items()}
    one = found["one_s"]
    return found | {f"{key[:-2]}_in_pictures": value / one for key, value in found.items() if key != "one_s"}


def _picture(G: StyleGenerator, ws: torch.Tensor, side: int = 0) -> torch.Tensor:
    return (low_res.at_resolution(G.synthesis, side) if side else G.synthesis)(ws)


@torch.no_grad()
def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the results and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="one tiny network, to show that it runs")
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each")
    given = parser.parse_args(arguments)
    networks = TINY if given.tiny else NETWORKS
    results = {name: measure(*network, 1 if given.tiny else given.rounds) for name, network in networks.items()}
    targets = {
        f"{name}_a_picture_of_a_blend_in_{TARGET_PICTURE}_of_one": found["blend_in_pictures"] <= TARGET_PICTURE
        for name, found in results.items()
    } | {
        f"{name}_weights_made_in_{TARGET_MADE_S}_s": found["all_layers_s"] <= TARGET_MADE_S
        for name, found in results.items()
        if name.startswith("stylegan2")
    }
    print(json.dumps({"networks": results, "targets": targets}, indent=1))


if __name__ == "__main__":
    main()
