"""Files of a fit: published results, what a window follows, and the state that an interrupted fit goes on from."""

import io
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from foundation.files import replacing, write_bytes, write_text
from foundation.inputs import clean_text, open_regular, read_object, read_regular
from foundation.leftovers import clean
from foundation.png import save_png
from foundation.specs.editing import fits as names
from gan.edits.projection.photos import Pixels

SHOW_S = 0.3
"""Least time between two writes of what a window follows."""
SAVE_S, SAVE_SHARE = 1.0, 20.0
"""Least time between two writes of the state, and that time in durations of a write."""
_LARGEST = 1 << 26
_KEY = "stylescope.fit"


class FitFolder:
    """Files of one photo's fit.

    Args:
        path: The folder; made when the cropped photo is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        clean([path])
        self._lines: list[str] = []
        self._shown = self._saved = 0.0
        self._took = 0.0

    # -- For a window --------------------------------------------------------------------------------------------

    def line(self, **values: Any) -> None:
        """Add a step to the curve; written with the next `show`."""
        self._lines.append(json.dumps(values))

    def due(self) -> bool:
        """Return True if it is time for `show`."""
        return time.monotonic() - self._shown >= SHOW_S

    def show(self, about: Mapping[str, Any], ws: Tensor, step: int, picture: Pixels | None) -> None:
        """Write the facts, the curve, the present ws [num_ws, w_dim], and the picture where there is one."""
        self.flush()
        self.write_about(about)
        write_bytes(self.path / names.LATEST, _npz(w=ws[None].cpu().numpy(), step=np.int64(step)))
        if picture is not None:
            save_png(self.path / names.LATEST_PICTURE, as_picture(picture))
        self._shown = time.monotonic()

    def flush(self) -> None:
        """Append the steps so far to the curve, whole lines in one write."""
        if not self._lines:
            return
        with (self.path / names.CURVE).open("ab") as file:
            file.write(("\n".join(self._lines) + "\n").encode())
        self._lines.clear()

    def cut_curve(self, step: int) -> None:
        """Remove the steps from `step` on from the curve, which are done again."""
        path = self.path / names.CURVE
        try:
            lines = read_regular(path, _LARGEST).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return
        kept = [line for line in lines if _step(line) < step]
        write_text(path, "".join(f"{line}\n" for line in kept))

    def write_about(self, about: Mapping[str, Any]) -> None:
        """Write the facts."""
        write_text(self.path / names.ABOUT, json.dumps(about, indent=1) + "\n")

    def about(self) -> dict[str, Any]:
        """Return the facts that are there; empty without, or where they are damaged."""
        try:
            return read_object(read_regular(self.path / names.ABOUT, _LARGEST))
        except (OSError, ValueError):
            return {}

    def why_anew(self, key: str, distance: str) -> str:
        """Return why a fit of this key and distance does not go on from the one that is there; empty if it does."""
        before = self.about()
        if before.get("key") == key:
            return clean_text(before.get("anew", ""))  # it says so until it is done
        if not before.get("step"):
            return ""
        was = clean_text(before.get("distance", ""))
        if was and was != distance:
            return f"it was fitted by another distance before, {was}; now it is by {distance}"
        return "the photo, the network or an option is another than before"

    @property
    def paused(self) -> bool:
        """True while somebody asks the fit to wait."""
        try:
            age = time.time() - os.stat(self.path / names.PAUSE).st_mtime
        except OSError:
            return False
        return -names.PAUSE_S < age < names.PAUSE_S

    # -- State -----------------------------------------------------------------------------------------------------

    def save_due(self) -> bool:
        """Return True if it is time to save the state: sooner where that is quick."""
        return time.monotonic() - self._saved >= max(SAVE_S, SAVE_SHARE * self._took)

    def save(self, key: str, tensors: Mapping[str, Tensor], phase: str) -> None:
        """Write the state whole."""
        from safetensors.torch import save_file

        began = time.monotonic()
        with replacing(self.path / names.STATE) as part:
            save_file(dict(tensors), part, metadata={_KEY: json.dumps({"key": key, "phase": phase})})
        self._saved = time.monotonic()
        self._took = self._saved - began

    def load(self, key: str) -> tuple[str, dict[str, Tensor]] | None:
        """Return phase and tensors of the state; None if there is none, it is damaged, or of other options."""
        from safetensors import SafetensorError, safe_open

        path = self.path / names.STATE
        try:
            with open_regular(path):  # neither a pipe nor a device
                pass
            with safe_open(path, framework="pt") as file:
                about = read_object((file.metadata() or {}).get(_KEY, ""))
                if about.get("key") != key:
                    return None
                return str(about.get("phase")), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, ValueError, OSError):
            return None

    # -- Results ---------------------------------------------------------------------------------------------------

    def write_target(self, pixels: Pixels) -> None:
        """Make the folder, and write the cropped photo."""
        self.path.mkdir(parents=True, exist_ok=True)
        save_png(self.path / names.TARGET, as_picture(pixels))

    def write_mask(self, region: Tensor) -> None:
        """Write the region that is ignored, bool [H, W], white."""
        grey = region.cpu().numpy().astype(np.uint8)[..., None] * 255
        save_png(self.path / names.IGNORED, np.repeat(grey, 3, axis=2))

    def write_result(self, ws: Tensor, picture: Pixels, text: Mapping[str, str], noise: Mapping[str, Tensor]) -> None:
        """Write ws [num_ws, w_dim] with the fitted noise images, and its picture."""
        images = {f"noise.{name}": image.cpu().numpy() for name, image in noise.items()}
        write_bytes(self.path / names.PROJECTED, _npz(w=ws[None].float().cpu().numpy(), **images))
        save_png(self.path / names.PROJECTION, as_picture(picture), text)

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the facts of the finished fit, and remove what only a running one needs."""
        self.flush()
        self.write_about(about)
        for name in (names.STATE, names.LATEST_PICTURE, names.PAUSE):
            (self.path / name).unlink(missing_ok=True)


def as_picture(pixels: Pixels) -> Pixels:
    """Return pixels [H, W, 1, 3 or 4] as a picture, [H, W, 3 or 4]."""
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def target_in(folder: Path, channels: int) -> Pixels:
    """Return the cropped photo of an earlier start, uint8 [H, W, channels]. Raises ValueError or OSError."""
    from foundation.inputs import open_picture

    with open_picture(folder / names.TARGET, formats=("PNG",)) as image:
        pixels = np.asarray(image.convert("RGBA"))
    return np.ascontiguousarray(pixels[..., :channels])


def tensors_with(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of one part of a state, without the prefix."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _npz(**arrays: Any) -> bytes:
    held = io.BytesIO()
    np.savez(held, **arrays)
    return held.getvalue()


def _step(line: str) -> float:
    try:
        step = read_object(line).get("step")
    except ValueError:
        return float("inf")
    return step if isinstance(step, int) else float("inf")
