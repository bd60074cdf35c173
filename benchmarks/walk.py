"""Latent walk in the window: `python -m benchmarks.walk [--seconds=60] [--network=FILE]` prints JSON.

The real window (1280x720, off screen without a display; at most 60 frames per second) plays the latent walk at half a
seed per second, with its real renderer process on the network that opens by default, or the given one. Counts the
images that reach the window's texture, from two seconds after the first one, when the kernels are ready: images per
second, those of the slowest whole second, and the interval between images in milliseconds. Target: 30 per second on two
cores, in the slowest second too.
"""

import argparse
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks.drag import percentiles
from benchmarks.window import play
from foundation.bundled import FIRST

if TYPE_CHECKING:
    from viz.tour.stage import Stage

SECONDS, SPEED, TARGET = 60.0, 0.5, 30
SETTLING_S = 2.0


def figures(times: list[float], seconds: float) -> dict[str, Any]:
    """Summarise the times at which images were shown, in seconds since the start."""
    whole = max(1, int(seconds))
    each = np.bincount(np.minimum(np.array(times, int), whole), minlength=whole + 1)[:whole]
    between = np.diff(times) * 1000 if len(times) > 1 else np.array([seconds * 1000])
    return {
        "seconds": round(seconds, 2),
        "pictures_shown": len(times),
        "pictures_shown_per_second": round(len(times) / seconds, 1),
        "slowest_second": int(each.min()),
        "between_pictures_ms": percentiles(between.tolist()) | {"most": round(float(between.max()), 1)},
    }


def _script(stage: "Stage", seconds: float, found: dict[str, Any]) -> Iterator[None]:
    from viz.state.params import put

    app = stage.app
    while not app.up_to_date:
        yield
    app.change(lambda scene: put(scene, "view.motion.latent_speed", SPEED))
    app.change(lambda scene: put(scene, "view.motion.latent", True))
    yield from stage.hand.wait(SETTLING_S)
    times: list[float] = []
    frames, last, start = 0, app.link.frame, time.perf_counter()
    while (now := time.perf_counter() - start) < seconds:
        if app.link.frame is not last:
            last = app.link.frame
            times.append(now)
        frames += 1
        yield
    found |= figures(times, now)
    found["window_frames_per_second"] = round(frames / now, 1)
    found["render_ms"] = round(sum(ms for _, ms in last.milliseconds), 2) if last is not None else None
    found["resolution"] = last.model.resolution if last is not None else None


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--network", default=str(FIRST))
    given = parser.parse_args(arguments)
    found: dict[str, Any] = {"cores": psutil.cpu_count()}
    play(lambda stage: _script(stage, given.seconds, found), network=given.network)
    found["targets"] = {"30_a_second_in_the_slowest_second": found["slowest_second"] >= TARGET}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
