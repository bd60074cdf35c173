"""Files of a fit's run folder, read without torch. Damaged files give the part that is readable."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.arrays import LATENT_KEY, latents_of, read_array, read_floats
from foundation.inputs import clean_text, read_object, read_regular
from foundation.specs.editing.distances import DISTANCES
from foundation.specs.editing.fits import ABOUT, CURVE, LATEST, LATEST_PICTURE, PAUSE, PROJECTED, TUNED

Ws = npt.NDArray[np.float32]
_LARGEST = 1 << 26
"""Bytes that are read of a file."""
POINTS = 400
"""Most points of a curve."""


@dataclass(frozen=True)
class Fit:
    """Facts of a fit, as its `fit.json` says them."""

    name: str = ""
    network: str = ""
    """Fingerprint of the network."""
    distance: str = ""
    """Name of the distance, as "LPIPS (VGG16)"."""
    step: int = 0
    steps: int = 0
    """All of them, those of tuning included."""
    phase: str = "fit"
    """fit or tune."""
    seconds_per_step: float | None = None
    has_result: bool = False
    result_distance: float | None = None
    """Of the result; None before."""
    tuned: str = ""
    """Path of the tuned network; empty without."""
    anew: str = ""
    """Why it began anew in the folder of an earlier fit; empty where it did not."""
    face: tuple[float, ...] = ()
    """Centre x, y, side and degrees counterclockwise of the face that the fit has found in its photo; else empty."""

    @property
    def outdated(self) -> bool:
        """True if it was made with a distance that no version of the fit measures any more."""
        return bool(self.distance) and self.distance not in DISTANCES

    @property
    def left_s(self) -> float | None:
        """Seconds left by the time of a step; None before that is known."""
        return None if self.seconds_per_step is None else self.seconds_per_step * max(self.steps - self.step, 0)


def read_fit(folder: str) -> Fit | None:
    """Return the facts of a fit; None if there are none yet."""
    try:
        found = read_object(read_regular(Path(folder) / ABOUT, _LARGEST))
    except (OSError, ValueError):
        return None
    result = found.get("result")
    results: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    tuned = Path(folder) / TUNED
    return Fit(
        clean_text(found.get("name", "")),
        str(found.get("network", ""))[:200],
        clean_text(found.get("distance", "")),
        _count(found.get("step")),
        _count(found.get("steps")),
        "tune" if found.get("phase") == "tune" else "fit",
        _number(found.get("seconds_per_step")),
        isinstance(result, Mapping) and os.path.isfile(Path(folder) / PROJECTED),
        _number(results.get("distance")),
        str(tuned) if results.get("tuned") and os.path.isfile(tuned) else "",
        clean_text(found.get("anew", "")),
        numbers(found.get("face"), 4),
    )


def read_curve(folder: str, most: int = POINTS) -> tuple[tuple[int, float], ...]:
    """Return the distance by step, ascending, of at most about `most` steps: the newest values of steps done twice."""
    try:
        lines = read_regular(Path(folder) / CURVE, _LARGEST).splitlines()
    except (OSError, ValueError):
        return ()
    share = max(len(lines) // most, 1)
    found: dict[int, float] = {}
    for index, line in enumerate(lines):
        if index % share and index < len(lines) - 1:
            continue
        try:
            values = read_object(line)
        except ValueError:
            continue  # the last line may be half written
        distance = _number(values.get("distance"))
        if distance is not None and isinstance(values.get("step"), int):
            found[_count(values["step"])] = distance
    return tuple(sorted(found.items()))


def read_latest(folder: str) -> tuple[int, Ws] | None:
    """Return the step and the ws [num_ws, w_dim] of a fit that runs; None if there are none."""
    path = Path(folder) / LATEST
    ws = read_ws(path)
    try:
        step = int(read_array(path, "step", _LARGEST)) if ws is not None else 0
    except (OSError, ValueError, TypeError):
        step = 0
    return None if ws is None else (step, ws)


def read_result(folder: str) -> Ws | None:
    """Return the ws [num_ws, w_dim] that were found; None if there are none."""
    return read_ws(Path(folder) / PROJECTED)


def read_ws(path: Path) -> Ws | None:
    """Return the first of the latents in a file, float32 [num_ws, w_dim]; None if it holds none."""
    try:
        ws = latents_of(read_floats(path, LATENT_KEY, _LARGEST))
    except (OSError, ValueError):
        return None
    return None if ws is None or not len(ws) else np.asarray(ws[0], np.float32)


def tuning_picture(folder: str) -> Path | None:
    """Return the newest picture of a network that is being tuned; None if there is none."""
    path = Path(folder) / LATEST_PICTURE
    return path if os.path.isfile(path) else None


def pause(folder: str) -> None:
    """Let a fit wait for some seconds."""
    Path(folder, PAUSE).touch()


def _number(value: object) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None  # type: ignore[arg-type]


def numbers(value: object, count: int) -> tuple[float, ...]:
    """Return a list of as many numbers; empty for anything else."""
    found = [_number(one) for one in value] if isinstance(value, list | tuple) and len(value) == count else []
    return () if None in found else tuple(one for one in found if one is not None)


def _count(value: object) -> int:
    return min(max(value, 0), 10**9) if isinstance(value, int) and not isinstance(value, bool) else 0
