"""Dragging points: `python -m benchmarks.speed.drags` prints JSON.

Steps a second of the demo network, and of a StyleGAN2 of 256 x 256 with random weights against a plain loop of the
published algorithm with the reference operators: it renders the whole picture, resizes all features to its size, and
tracks, moves and holds there. Both take turns in one run, with the same point and mask, as shared machines vary from
moment to moment. With the kernels' derivatives and without, as `gan.edits.drag` can be run either way.
"""

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F

from foundation.bundled import DEMO
from foundation.specs.editing.drag_options import DragOptions
from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.settings import deviation_of, settings_of
from gan.images import load_generator, styles
from gan.networks import build_generator
from gan.networks.generator import StyleGenerator
from gan.ops.cpu import dispatch
from gan.optimizers import Adam

TARGET_DEMO, TARGET_RATIO = 15.0, 2.0
"""Steps a second of the demo network at least, and times as many as the plain loop's at least."""
FEATURES = 128
"""Side of the published features."""


def _middle(G: StyleGenerator) -> tuple[Point, torch.Tensor]:
    """Return a point of the picture and its target, and the left three quarters as what may change."""
    height, width = G.img_size
    may_change = torch.zeros(height, width, dtype=torch.bool)
    may_change[:, : 3 * width // 4] = True
    return Point(width // 3, height // 2, width // 2, height // 3), may_change


class PlainLoop:
    """The published loop: every operator by its reference, everything at the resolution of the picture."""

    def __init__(self, G: StyleGenerator, ws: torch.Tensor) -> None:
        self._synthesis = G.synthesis
        self._start = ws.clone()
        self._w = ws[:6].clone().requires_grad_()
        self._adam = Adam([self._w], lr=0.002)
        (point, may_change), self._size = _middle(G), G.img_size
        self._x, self._y, self._to = round(point.x), round(point.y), (round(point.to_x), round(point.to_y))
        self._fixed = (~may_change).float()
        self._first: torch.Tensor | None = None
        self._near, self._far = max(1, round(3 * self._size[0] / 512)), round(12 * self._size[0] / 512)

    def step(self) -> None:
        """Do a step."""
        found: list[torch.Tensor] = []
        layer = f"b{min(FEATURES, self._size[0])}.conv1"
        ws = torch.cat([self._w, self._start[6:]])[None]
        self._synthesis(ws, noise_mode="const", on_layer=lambda name, x: found.append(x) if name == layer else None)
        f = F.interpolate(found[0], self._size, mode="bilinear", align_corners=False)
        if self._first is None:
            self._first = f.detach().clone()
            self._reference = self._first[0, :, self._y, self._x]
        top, left = max(self._y - self._far, 0), max(self._x - self._far, 0)
        part = f.detach()[0, :, top : self._y + self._far + 1, left : self._x + self._far + 1]
        row, column = divmod(int((part - self._reference[:, None, None]).norm(dim=0).argmin()), part.shape[2])
        self._y, self._x = top + row, left + column
        loss = self._motion(f) + 20 * ((f - self._first) * self._fixed).abs().mean()
        self._adam.zero_grad()
        (self._w.grad,) = torch.autograd.grad(loss, [self._w])
        self._adam.step()

    def _motion(self, f: torch.Tensor) -> torch.Tensor:
        height, width = self._size
        y, x = torch.meshgrid(torch.linspace(0, height, height), torch.linspace(0, width, width), indexing="ij")
        rows, columns = torch.where(((y - self._y).square() + (x - self._x).square()).sqrt() < self._near)
        way = torch.tensor([self._to[0] - self._x, self._to[1] - self._y], dtype=torch.float32)
        way = way / way.norm().clamp_min(1e-7)
        grid = torch.stack([2 * (columns + way[0]) / (width - 1) - 1, 2 * (rows + way[1]) / (height - 1) - 1], dim=-1)
        ahead = F.grid_sample(f, grid[None, None], align_corners=True)[0, :, 0]
        return (f.detach()[0, :, rows, columns] - ahead).abs().mean()


@contextmanager
def _kernels(on: bool) -> Iterator[None]:
    if on:
        dispatch.enable()
    try:
        yield
    finally:
        dispatch.disable()


def _drag(G: StyleGenerator, ws: torch.Tensor) -> Dragging:
    point, may_change = _middle(G)
    settings = settings_of(G.synthesis, DragOptions(arrive=0.0, patience=1_000_000), deviation_of(G))
    return Dragging(G.synthesis, ws, [point], settings, may_change, noise_mode="const")


def compared(G: StyleGenerator, ws: torch.Tensor, rounds: int) -> dict[str, float]:
    """Return the median seconds of a step of each way, the ways in turn, and those of the processor (`_cpu`)."""
    # Published networks are not trained here, but their kernels are modulated one by one ("fused").
    plain = PlainLoop(copy.deepcopy(G).requires_grad_(True), ws)
    reference, kernels = _drag(G, ws), _drag(G, ws)
    ways: dict[str, tuple[bool, Callable[[], object]]] = {
        "plain": (False, plain.step),
        "reference": (False, reference.step),
        "kernels": (True, kernels.step),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, (on, step) in ways.items():
            with _kernels(on):
                started = time.perf_counter(), time.process_time()
                step()
                times[name].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    walls = {name: statistics.median(wall for wall, _ in values[1:]) for name, values in times.items()}
    return walls | {f"{name}_cpu": statistics.median(cpu for _, cpu in values[1:]) for name, values in times.items()}


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the results and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="one tiny network, to show that it runs")
    parser.add_argument("--rounds", type=int, default=7, help="steps of each")
    given = parser.parse_args(arguments)
    side, rounds = (32, 1) if given.tiny else (256, given.rounds)
    small: dict[str, Any] = {"channel_base": 512, "channel_max": 16} if given.tiny else {}
    G = build_generator(
        "stylegan2.Generator", z_dim=512, c_dim=0, w_dim=512, img_channels=3, img_resolution=side, **small
    )
    G.eval().requires_grad_(False)
    found = {f"stylegan2-{side}": compared(G, styles(G, [1])[0], rounds)}
    demo = load_generator(DEMO, "cpu").requires_grad_(False)
    found["demo"] = compared(demo, styles(demo, [3], psi=0.7)[0], 2 if given.tiny else 10 * rounds)
    figures = {
        name: {
            **{f"{way}_ms": round(1000 * seconds, 1) for way, seconds in times.items()},
            "steps_a_second": round(1 / times["reference"], 2),
            "times_the_plain_loop": round(times["plain"] / times["reference"], 2),
            "kernels_times_the_plain_loop": round(times["plain"] / times["kernels"], 2),
            "cpu_times_the_plain_loop": round(times["plain_cpu"] / times["reference_cpu"], 2),
        }
        for name, times in found.items()
    }
    targets = {
        f"demo_{TARGET_DEMO:g}_steps_a_second": figures["demo"]["steps_a_second"] >= TARGET_DEMO,
        f"stylegan2_{side}_{TARGET_RATIO:g}_times_the_plain_loop": figures[f"stylegan2-{side}"]["times_the_plain_loop"]
        >= TARGET_RATIO,
    }
    print(json.dumps({"networks": figures, "targets": targets}, indent=1))


if __name__ == "__main__":
    main()
