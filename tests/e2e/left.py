"""Helpers for tests of the left panels."""

from tests.e2e.driver import Driver


class Clock:
    """Clock that advances only on request, so that motion can be checked exactly."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def run(self, d: Driver, seconds: float, step: float = 0.1) -> None:
        """Let time pass in steps, a frame of the window each."""
        for _ in range(round(seconds / step)):
            self.now += step
            d.frames(1)


def centre(d: Driver, item: str) -> tuple[float, float]:
    """Return the point at which to press an item."""
    x0, y0, x1, y1 = d.rect(item)
    return (x0 + x1) / 2, (y0 + y1) / 2
