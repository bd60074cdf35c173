"""Fits made by hand in no time: run folders as fits leave them, advanced by the tests, and photos to fit."""

import dataclasses
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from foundation.arrays import save_latents
from foundation.specs.editing.fits import ABOUT, CURVE, LATEST, PROJECTED
from foundation.specs.editing.projection import ProjectSpec
from tests.e2e.driver import Driver
from training_launcher.registry import Registry
from training_launcher.run import Run
from viz.photos.fits import FITS

STEPS = 50


def photo(path: Path, size=(120, 90), colour=(200, 60, 40)) -> str:
    """A photo whose left half has a colour and whose right half has another."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2] = colour
    pixels[:, size[0] // 2 :] = colour[::-1]
    Image.fromarray(pixels).save(path)
    return str(path)


class FakeRuns:
    """Functions of the launcher over run folders that this process writes."""

    def __init__(self, num_ws: int, w_dim: int, process: psutil.Process | None = None) -> None:
        self.shape = (num_ws, w_dim)
        self.process = process or psutil.Process()
        """The process that the fits claim to be."""
        self.specs: list[ProjectSpec] = []
        self.stopped: list[str] = []
        self.resumed: list[str] = []
        self.problem = ""
        self._chance = np.random.default_rng(0)

    def submit(self, spec: ProjectSpec, outdir: str) -> Run:
        if self.problem:
            raise ValueError(self.problem)
        folder = Path(outdir) / f"{len(self.specs):05d}-project-{Path(spec.targets[0]).stem}"
        folder.mkdir(parents=True)
        self.specs.append(spec)
        plain = {
            key: list(value) if isinstance(value, tuple) else value for key, value in dataclasses.asdict(spec).items()
        }
        (folder / "run.yaml").write_text(json.dumps({"kind": "fit", "command": "project", "spec": plain}))
        self._status(folder, "running", 0)
        self.advance(str(folder), 1)
        return Registry().read(folder)

    def stop(self, run: Run) -> None:
        self.stopped.append(run.folder)
        self.end(run.folder, "stopped")

    def resume(self, run: Run) -> Run:
        self.resumed.append(run.folder)
        self._status(Path(run.folder), "running", 30)
        return Registry().read(run.folder)

    def advance(self, folder: str, step: int) -> None:
        """Write the files of a fit at a step."""
        place = Path(folder)
        self._about(place, step, None)
        lines = [json.dumps({"step": k, "phase": "fit", "distance": 0.8 * 0.96**k + 0.1}) for k in range(1, step + 1)]
        (place / CURVE).write_text("\n".join(lines) + "\n")
        ws = self._chance.standard_normal((1, *self.shape)).astype(np.float32)
        part = place / "part.npz"
        np.savez(part, w=ws, step=np.array(step))
        os.replace(part, place / LATEST)
        self._status(place, "running", step)

    def end(self, folder: str, state: str = "finished") -> np.ndarray:
        """End a fit with a result, and return its ws."""
        place = Path(folder)
        ws = self._chance.standard_normal((1, *self.shape)).astype(np.float32)
        save_latents(place / PROJECTED, ws)
        step = json.loads((place / ABOUT).read_text())["step"]
        step = STEPS if state == "finished" else step
        self._about(place, step, {"distance": 0.17, "psnr": 24.0, "step": step, "tuned": None})
        self._status(place, state, step)
        return ws[0]

    def _about(self, folder: Path, step: int, result: Any) -> None:
        found = {"name": "a", "distance": "Laplacian pyramid (pixels)", "step": step, "steps": STEPS, "phase": "fit"}
        found |= {"seconds_per_step": 0.1, "result": result}
        (folder / ABOUT).write_text(json.dumps(found))

    def _status(self, folder: Path, state: str, step: int) -> None:
        told = {"state": state, "done": step, "total": STEPS, "unit": "steps", "seconds_per_unit": 0.1, "error": None}
        told |= {"updated": time.time(), "host": socket.gethostname(), "pid": self.process.pid, "boot_id": _boot()}
        told |= {"pid_start_time": self.process.create_time()}
        (folder / "status.json").write_text(json.dumps(told))


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def faked(d: Driver) -> FakeRuns:
    """Put made-up runs in the place of the launcher."""
    d.wait_frame()
    model = d.facts.model
    runs = FakeRuns(model.num_ws, model.w_dim)
    d.facts.services[FITS].runs = runs
    return runs


def rows(d: Driver):
    """Rows of the queue."""
    return d.scene.view.photos.rows


def dropped(d: Driver, *paths: str) -> None:
    """Drop files on the window, and wait for their rows and pictures."""
    from viz.photos.pictures import PHOTO_PICTURES

    before = len(rows(d))
    d.app.drop(list(paths))
    d.wait_for(lambda: len(rows(d)) >= before + len(paths), what="the photos in the queue")
    pictures = d.facts.services[PHOTO_PICTURES]
    d.wait_for(lambda: all(pictures.get(path) is not None for path in paths), what="the photos")
    d.frames(4)
