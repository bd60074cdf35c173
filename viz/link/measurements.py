"""Measurements requested with the image, limited to those that are visible."""

from dataclasses import replace
from functools import lru_cache

from renderer.ipc.protocol import Display
from viz.state.facts import ServiceKey

TABLE = {"Layers"}
SPECTRUM = {"Spectrum", "Radial"}
"""Parts of the window that show the statistics of layers and the spectrum."""


class Seen:
    """Parts of the window that show measurements and were drawn."""

    def __init__(self) -> None:
        self._drawn: set[str] = set()
        self.last: frozenset[str] = frozenset()
        """Parts drawn in the last complete frame."""

    def add(self, name: str) -> None:
        """Record that a part is drawn in this frame."""
        self._drawn.add(name)

    def end_frame(self) -> None:
        """Finish the frame."""
        if self._drawn != self.last:  # keeps the object's identity if nothing changed
            self.last = frozenset(self._drawn)
        self._drawn.clear()


SEEN: ServiceKey[Seen] = ServiceKey("seen measurements")


@lru_cache(maxsize=8)
def measured(display: Display, seen: frozenset[str]) -> Display:
    """Return `display` with exactly the measurements shown by the parts in `seen`."""
    table, spectrum = bool(seen & TABLE), display.spectrum.on and bool(seen & SPECTRUM)
    if (display.layer_table, display.spectrum.on) == (table, spectrum):
        return display
    return replace(display, layer_table=table, spectrum=replace(display.spectrum, on=spectrum))
