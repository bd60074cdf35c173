"""Measurements requested beside the image: only those that some part of the window shows."""

from dataclasses import replace
from functools import lru_cache

from renderer.ipc.protocol import Display
from viz.state.facts import ServiceKey

TABLE = {"Layers"}
SPECTRUM = {"Spectrum", "Radial"}
"""Parts of the window that show the layers' statistics, and the spectrum."""


class Seen:
    """Parts of the window that show measurements and were drawn."""

    def __init__(self) -> None:
        self._drawn: set[str] = set()
        self.last: frozenset[str] = frozenset()
        """Parts drawn in the newest whole frame."""

    def add(self, name: str) -> None:
        """A part is being drawn."""
        self._drawn.add(name)

    def end_frame(self) -> None:
        """All that is seen in this frame has been drawn."""
        if self._drawn != self.last:  # else it stays the same object
            self.last = frozenset(self._drawn)
        self._drawn.clear()


SEEN: ServiceKey[Seen] = ServiceKey("seen measurements")


@lru_cache(maxsize=8)
def measured(display: Display, seen: frozenset[str]) -> Display:
    """`display` with the measurements that the parts in `seen` show, and no others."""
    table, spectrum = bool(seen & TABLE), display.spectrum.on and bool(seen & SPECTRUM)
    if (display.layer_table, display.spectrum.on) == (table, spectrum):
        return display
    return replace(display, layer_table=table, spectrum=replace(display.spectrum, on=spectrum))
