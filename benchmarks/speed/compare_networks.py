"""Comparison of six networks: `python -m benchmarks.speed.compare_networks` prints JSON.

The bundled network and five others of its kind walk through the latents in the window (1280 x 720): images a second of
the first one, which has the focus, and the age of the pictures of the others, from the moment whose state they show to
that at which the next one takes their place. Then thirty networks are put beside the first and taken away, one after
the other, each compared with it: memory of the renderer after the first ten, and after all.

With `--large` the cells are those of random networks of 256 to 1024 pixels, `--networks` of them by their names in
`benchmarks.live` (a name that is there again is another file): images a second of the first one alone and beside the
others, frames of the window and the longest of them, seconds until every network is read and until every cell has its
first picture, until all have the next one after a new seed, and the renderer's memory at its peak and its limit.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import torch

import gan
from benchmarks.live import network
from benchmarks.window import play
from foundation.bundled import DEMO
from renderer.ipc.protocol import Network
from viz.networks.beside import known_of
from viz.networks.compare import COMPARED
from viz.networks.compare_state import cells
from viz.state.params import put
from viz.tour.stage import Stage

CELLS, OPENED, SETTLED = 6, 30, 10
LARGE = ("sg2-256", "sg2-1024", "sg3t-256", "sg3r-256", "sg3t-1024", "sg3r-1024")
TARGET_SHARE = 0.5
"""Images a second of the first large network beside the others, in those alone."""
WAIT_S = 120.0
TARGET_FPS, TARGET_AGE_S = 30.0, 1.0
TARGET_GROWTH = 1.15
"""Memory after all networks, in that after the first ten."""


def made(folder: Path, count: int) -> list[str]:
    """Write networks that could have been trained from the bundled one; return their paths."""
    nets, paths = gan.load(str(DEMO), kernels="off"), []
    assert nets.G_ema is not None
    for i in range(count):
        draw = torch.Generator().manual_seed(i)
        with torch.no_grad():
            for p in nets.G_ema.parameters():
                p.add_(0.02 * p.std(unbiased=False) * torch.randn(p.shape, generator=draw))
        paths.append(str(folder / f"network-{i}.safetensors"))
        gan.save(paths[-1], gan.Networks(None, None, nets.G_ema, nets.info))
    return paths


def until(found: Any, what: str) -> Iterator[None]:
    """Draw frames until `found()` is true. Raises TimeoutError."""
    end = time.perf_counter() + WAIT_S
    while not found():
        if time.perf_counter() > end:
            raise TimeoutError(f"waited {WAIT_S:.0f} s for {what}")
        yield


def walked(stage: Stage, paths: list[str], seconds: float, found: dict[str, Any]) -> Iterator[None]:
    """Walk with all cells, and note images a second and ages."""
    app, pictures = stage.app, stage.app.services[COMPARED]
    scene = put(app.scene, "document.networks", tuple(map(Network, paths)))
    app.store.adopt(put(scene, "view.networks.on", True))
    yield from until(lambda: len(cells(app.scene, app.facts)) == len(paths) + 1, "the cells")
    others = [cell for cell in cells(app.scene, app.facts) if cell.kind == "other"]
    yield from until(lambda: all(pictures.of(cell).measured is not None for cell in others), "all pictures")
    app.store.adopt(put(app.scene, "view.motion.latent", True))
    for _ in range(30):
        yield
    start = time.perf_counter()
    frame, images = app.link.frame, 0
    known: dict[Network, tuple[int, float]] = {}
    oldest: dict[Network, float] = {}
    drawn = dict.fromkeys((cell.network for cell in others), 0)
    while time.perf_counter() - start < seconds:
        yield
        if app.link.frame is not frame:
            frame, images = app.link.frame, images + 1
        now = app.facts.now
        for cell in others:
            picture = pictures.of(cell)
            version, at = known.get(cell.network, (picture.version, now))
            oldest[cell.network] = max(oldest.get(cell.network, 0.0), now - at)
            if picture.version != version:
                drawn[cell.network] += 1
                at = picture.began
            known[cell.network] = picture.version, at
    took = time.perf_counter() - start
    found["focused_images_per_second"] = images / took
    found["oldest_picture_s"] = max(oldest.values())
    found["others_images_per_second"] = [count / took for count in drawn.values()]
    app.store.adopt(put(app.scene, "view.motion.latent", False))


def walking(stage: Stage, seconds: float, found: dict[str, Any]) -> Iterator[None]:
    """Walk, and note images a second and how long frames of the window take."""
    app, images, frames, longest = stage.app, 0, 0, 0.0
    app.store.adopt(put(app.scene, "view.motion.latent", True))
    for _ in range(60):
        yield
    began = last = time.perf_counter()
    frame = app.link.frame
    while (now := time.perf_counter()) - began < seconds:
        yield
        frames, longest, last = frames + 1, max(longest, time.perf_counter() - now), now
        if app.link.frame is not frame:
            frame, images = app.link.frame, images + 1
    app.store.adopt(put(app.scene, "view.motion.latent", False))
    took = last - began
    found |= {"images_per_second": images / took, "frames_per_second": frames / took, "longest_frame_s": longest}


def large(stage: Stage, paths: list[str], seconds: float, found: dict[str, Any]) -> Iterator[None]:
    """Walk with the first network alone, then beside large ones; note memory, and when every cell has its picture."""
    app, pictures = stage.app, stage.app.services[COMPARED]
    found["alone"], found["beside"] = {}, {}
    for _ in range(120):  # kernels and low resolutions of the first one
        yield
    yield from walking(stage, seconds, found["alone"])
    scene = put(app.scene, "document.networks", tuple(map(Network, paths[1:])))
    app.store.adopt(put(scene, "view.networks.on", True))
    yield from until(lambda: len(cells(app.scene, app.facts)) == len(paths), "the cells")
    firsts: dict[str, float] = {}
    read: dict[str, float] = {}
    found["read_s"], found["first_picture_s"] = read, firsts
    began, peak = time.perf_counter(), 0
    while time.perf_counter() - began < WAIT_S and len(firsts) < len(paths) - 1:
        yield
        peak = max(peak, psutil.Process(app.renderer.pid).memory_info().rss)
        for cell in cells(app.scene, app.facts)[1:]:
            name, now = Path(cell.network.source).stem, round(time.perf_counter() - began, 1)
            if known_of(app.facts, cell.network).state not in ("waiting", "reading") and name not in read:
                read[name] = now
                print(f"{name} is read after {now} s", file=sys.stderr, flush=True)
            if pictures.of(cell).pixels is not None and name not in firsts:
                firsts[name] = now
                print(f"{name} has its first picture after {now} s", file=sys.stderr, flush=True)
    found["states"] = {
        Path(cell.network.source).stem: known_of(app.facts, cell.network).state
        for cell in cells(app.scene, app.facts)[1:]
    }
    began, others = time.perf_counter(), [pictures.of(cell) for cell in cells(app.scene, app.facts)[1:]]
    app.store.adopt(put(app.scene, "document.latent.x", 7.0))
    for _ in range(10):
        yield
    yield from until(lambda: not any(one.late for one in others), "the pictures of a new seed")
    found["new_seed_s"] = round(time.perf_counter() - began, 1)
    yield from walking(stage, seconds, found["beside"])
    found["share"] = found["beside"]["images_per_second"] / found["alone"]["images_per_second"]
    peak = max(peak, psutil.Process(app.renderer.pid).memory_info().rss)
    assert app.facts.frame is not None
    found["peak_mb"], found["limit_mb"] = peak / 2**20, app.facts.frame.memory[1] / 2**20


def opened(stage: Stage, paths: list[str], found: dict[str, Any]) -> Iterator[None]:
    """Put networks beside the first one and take them away, and note the renderer's memory."""
    app, pictures = stage.app, stage.app.services[COMPARED]
    used = []
    for path in paths:
        document = replace(app.scene.document, networks=(Network(path),))
        app.store.adopt(replace(app.scene, document=document))
        yield from until(lambda: len(cells(app.scene, app.facts)) == 2, "a cell")
        cell = cells(app.scene, app.facts)[1]
        yield from until(lambda cell=cell: pictures.of(cell).measured is not None, "its picture")
        used.append(psutil.Process(app.renderer.pid).memory_info().rss)
    at = min(SETTLED, len(used)) - 1
    found["memory_after_ten_mb"], found["memory_after_all_mb"] = used[at] / 2**20, used[-1] / 2**20
    found["memory_growth"] = used[-1] / used[at]


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print the results and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a second, and three networks opened")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the walk")
    parser.add_argument("--large", action="store_true", help="six random networks of 256 to 1024 pixels")
    parser.add_argument("--networks", default=",".join(LARGE), help="the large networks, by names of benchmarks.live")
    given = parser.parse_args(arguments)
    if given.large:
        print(json.dumps(_large(given.networks.split(","), given.seconds), indent=1))
        return
    count = 3 if given.tiny else OPENED
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = made(Path(folder), max(count, CELLS - 1))

        def script(stage: Stage) -> Iterator[None]:
            yield from until(lambda: stage.app.facts.model is not None, "the first picture")
            yield from walked(stage, paths[: CELLS - 1], 1.0 if given.tiny else given.seconds, found)
            yield from opened(stage, paths[:count], found)

        play(script)
    targets = {
        f"focused_at_{TARGET_FPS:g}_images_per_second": found["focused_images_per_second"] >= TARGET_FPS,
        f"no_picture_older_than_{TARGET_AGE_S:g}_s": found["oldest_picture_s"] <= TARGET_AGE_S,
        "memory_stays": found["memory_growth"] <= TARGET_GROWTH,
    }
    print(json.dumps({"compared": found, "targets": targets}, indent=1))


def files(names: list[str], folder: Path) -> list[str]:
    """Return the path of each network, a copy where its name was there before."""
    paths: list[str] = []
    for number, name in enumerate(names):
        path = network(name, folder)
        if path in paths:
            path = str(shutil.copy(path, folder / f"{name}-{number}.safetensors"))
        paths.append(path)
    return paths


def _large(names: list[str], seconds: float) -> dict[str, Any]:
    """Return the figures of large networks."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = files(names, Path(folder))

        def script(stage: Stage) -> Iterator[None]:
            yield from until(lambda: stage.app.facts.model is not None, "the first picture")
            yield from large(stage, paths, seconds, found)

        play(script, network=paths[0])
    targets = {
        f"beside_others_at_{TARGET_SHARE:g}_of_alone": found["share"] >= TARGET_SHARE,
        "memory_within_its_limit": found["peak_mb"] <= found["limit_mb"],
    }
    return {"large": found, "targets": targets}


if __name__ == "__main__":
    main()
