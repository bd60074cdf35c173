"""Series of measurements for the Performance panel and the status bar."""

import sys
import time
from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from viz.state.facts import REFRESH_S, Figures, Performance

work_clock = time.perf_counter if sys.platform == "win32" else time.thread_time
"""Seconds of CPU time of this thread, which excludes waiting for (possibly software) OpenGL and other processes.
On Windows CPU time has a resolution of only 16 ms, so wall time is used there.
"""

LENGTH = 300
"""Number of measurements kept per series."""


class Series:
    """Latest measurements, oldest first."""

    def __init__(self, length: int = LENGTH) -> None:
        self._kept: deque[float] = deque(maxlen=length)
        self.add = self._kept.append
        """Append a measurement, dropping the oldest."""

    def values(self) -> NDArray[np.float64]:
        """Return a copy of the measurements, oldest first."""
        return np.array(self._kept, np.float64)


class Steady:
    """Rate limiter: keeps displayed figures constant long enough to read them while new ones arrive."""

    def __init__(self) -> None:
        self._shown = Figures()
        self._at = -REFRESH_S

    def figures(self, newest: Figures, now: float, changing: bool) -> Figures:
        """Return `newest`, or the displayed figures while the document is `changing` and they are recent enough."""
        frame, shown = newest.frame, self._shown.frame
        if frame is not shown and (
            not changing
            or frame is None
            or shown is None
            or frame.model is not shown.model
            or len(frame.layers) != len(shown.layers)
            or not 0 <= now - self._at < REFRESH_S
        ):
            self._shown, self._at = newest, now
        return self._shown


class Meters:
    """All series of the window."""

    def __init__(self) -> None:
        self.ui, self.frame, self.render, self.latency = Series(), Series(), Series(), Series()
        self._stages: dict[str, Series] = {}
        self._pictures = 0
        self._memory = (0, 0)

    def rendered(self, milliseconds: Iterable[tuple[str, float]], memory: tuple[int, int]) -> None:
        """Record the stage times of one image, and the renderer's memory (used, total)."""
        ran = dict(milliseconds)
        self.render.add(sum(spent for stage, spent in ran.items() if stage != "load"))
        for stage in ran:
            if stage not in self._stages:
                self._stages[stage] = late = Series()
                for _ in range(min(self._pictures, LENGTH)):
                    late.add(0.0)  # aligns the ends of all series
        for stage, series in self._stages.items():
            series.add(ran.get(stage, 0.0))
        self._pictures += 1
        self._memory = memory

    def figures(self) -> Performance:
        """Return all series for panels."""
        return Performance(
            ui_ms=self.ui.values(),
            frame_ms=self.frame.values(),
            render_ms=self.render.values(),
            stages=tuple((stage, series.values()) for stage, series in self._stages.items()),
            latency_ms=self.latency.values(),
            memory=self._memory,
        )
