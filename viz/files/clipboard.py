"""Pictures on the system's clipboard, copied in the background."""

from collections.abc import Callable

import numpy as np

from foundation.background import Worker
from viz.files.capture import Pixels
from viz.state.facts import ServiceKey

MOST_PIXELS = 1 << 26
"""Most pixels of a picture that is copied: 256 MB."""


class Clipboard:
    """Copies pictures to the clipboard. `on_done()` is called on its thread after each."""

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._worker: Worker[Callable[[], Pixels], str] = Worker("clipboard", _copied, on_done, order="latest")

    def copy(self, pixels: Callable[[], Pixels]) -> None:
        """Copy a picture; `pixels` returns it, uint8 [H, W, 3 or 4], on the thread."""
        self._worker.submit(pixels)

    def poll(self) -> str | None:
        """Return why the last picture could not be copied; empty if it was, None if nothing is new."""
        return self._worker.poll()

    def close(self) -> None:
        """End the thread."""
        self._worker.close()


def _copied(pixels: Callable[[], Pixels]) -> str:
    import copykitten

    try:
        made = pixels()
        height, width = made.shape[:2]
        if height * width > MOST_PIXELS:
            return f"a picture of {width} × {height} pixels is too large for the clipboard; save it instead"
        rgba = np.full((height, width, 4), 255, np.uint8)
        rgba[..., : made.shape[2]] = made
        copykitten.copy_image(rgba.tobytes(), width, height)
    except copykitten.CopykittenError:
        return "there is no clipboard here, as without a display; save it instead"
    except MemoryError:
        return "there is not enough memory for it"
    return ""


CLIPBOARD: ServiceKey[Clipboard] = ServiceKey("clipboard")
