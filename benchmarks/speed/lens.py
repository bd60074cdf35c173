"""Figures of the lens over time: `python -m benchmarks.speed.lens [--seconds 10] [--exact 256]`.

Seconds are CPU time of this process, so that other work on the machine counts little. For the network
`pattern-t-128` it prints EQ-T after each picture count and its distance from the exact figure over many pictures; for
radial power, diversity and the map of path lengths the time to the first figure, and how the error narrows.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from renderer.document.lens.jobs import EquivarianceFound, PowerFound
from renderer.document.parts import ImageState, Latent, Transform
from renderer.engine.jobs import Step, begin
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import Diversity, Equivariance, Network, PathMap, RadialPower, RenderRequest, Work

ASSETS = Path(__file__).parents[2] / "assets"
MOVE = Transform(0.1, -0.07)


class _Watch:
    """Interrupts nothing."""

    def check(self, share: float) -> None:
        """Go on."""

    def loading(self, share: float | None) -> None:
        """Go on."""


def timed(pipeline: Pipeline, work: Work, seconds: float) -> Iterator[tuple[float, Step]]:
    """Yield (CPU seconds, step) of a job until it is over or the time is."""
    running, began = begin(work, pipeline), time.process_time()
    while True:
        step = running.step(_Watch())
        spent = time.process_time() - began
        yield spent, step
        if step.done >= step.total or spent > seconds:
            return


def request(name: str) -> RenderRequest:
    """Return the request of a bundled network."""
    image = ImageState(network=Network(str(ASSETS / f"{name}.safetensors")), latent=Latent(3.0), transform=MOVE)
    return RenderRequest(1, image, device="cpu")


def equivariance(pipeline: Pipeline, seconds: float, exact: int) -> None:
    """Print EQ-T over time, and the exact figure."""
    own, found = request("pattern-t-128"), []
    pipeline.still(own, _Watch())  # reads the network and makes its kernels
    for spent, step in timed(pipeline, Equivariance(own, 64, 2), seconds):
        if step.result is not None:
            now = EquivarianceFound.of(step.result)
            found.append((spent, int(now.pictures[-1]), float(now.translation[-1])))
    *_, (_, last) = timed(pipeline, Equivariance(own, exact, 2), 1e9)
    assert last.result is not None
    truth = float(EquivarianceFound.of(last.result).translation[-1])
    for spent, count, value in (found[0], found[len(found) // 4], found[-1]):
        print(f"EQ-T after {spent:5.2f} s, {count:3d} pictures: {value:.2f} dB, off by {value - truth:+.2f} dB")
    print(f"EQ-T of {exact} pictures: {truth:.2f} dB")


def others(pipeline: Pipeline, seconds: float) -> None:
    """Print the first figures of power, diversity and the map, and how they narrow."""
    own = request("demo")
    pipeline.still(own, _Watch())
    with tempfile.TemporaryDirectory() as folder:
        for number in range(64):
            noise = np.random.RandomState(number).randn(64, 64, 3).cumsum(axis=0).cumsum(axis=1)
            Image.fromarray((128 + 8 * noise).clip(0, 255).astype(np.uint8)).save(Path(folder) / f"{number}.png")
        for spent, step in timed(pipeline, RadialPower(own, folder, 512), seconds):
            if step.result is not None and len((power := PowerFound.of(step.result)).frequency):
                line = f"power after {spent:5.2f} s, {power.counts[0]:3d} pictures: "
                print(f"{line}{power.difference[power.largest]:+.2f} ± {power.error[power.largest]:.2f} dB")
    for spent, step in timed(pipeline, Diversity(own), seconds):
        if step.result is None:
            continue
        mean, error, count, _ = step.result.tolist()
        if int(count) & (int(count) - 1) == 0:
            print(f"diversity after {spent:5.2f} s, {count:.0f} pictures: {mean:.4f} ± {error:.4f}")
    *_, (spent, step) = timed(pipeline, PathMap(own, 0, 0), seconds)
    print(f"map after {spent:5.2f} s: {step.done} of {step.total} fields")


def main(arguments: list[str] | None = None) -> None:
    """Entry of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--exact", type=int, default=256)
    given = parser.parse_args(arguments)
    pipeline = Pipeline(wait_for_kernels=True)
    equivariance(pipeline, given.seconds, given.exact)
    others(pipeline, given.seconds)


if __name__ == "__main__":
    main()
