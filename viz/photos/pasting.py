"""Pictures pasted from the system's clipboard: read and written to a file on a thread."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foundation.background import Worker
from foundation.files import replacing
from foundation.inputs import reason_of
from foundation.png import write_png
from viz.photos.fitting import FOLDER
from viz.state.facts import ServiceKey

MOST_PIXELS = 1 << 27
"""Most pixels of a picture that is pasted."""


@dataclass(frozen=True)
class Pasted:
    """Outcome of a paste."""

    path: str = ""
    problem: str = ""


def clipboard_image() -> tuple[bytes, int, int]:
    """Return the picture on the clipboard as RGBA bytes, its width and its height. Raises CopykittenError."""
    import copykitten

    pixels, width, height = copykitten.paste_image()
    return bytes(pixels), width, height


class Pasting:
    """Pastes pictures. `wake` is called on its thread; `image` is `clipboard_image` but in tests."""

    def __init__(self, wake: Callable[[], None], image: Callable[[], tuple[bytes, int, int]] = clipboard_image) -> None:
        self.image = image
        self._worker: Worker[str, Pasted] = Worker("pasting", self._pasted, wake, order="latest")

    def paste(self, folder: str) -> None:
        """Read the clipboard, and write its picture below the folder of runs."""
        self._worker.submit(folder)

    def poll(self) -> Pasted | None:
        """Return the next outcome, or None."""
        return self._worker.poll()

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _pasted(self, folder: str) -> Pasted:
        import copykitten

        try:
            content, width, height = self.image()
            if width * height > MOST_PIXELS or width * height < 1 or len(content) != 4 * width * height:
                return Pasted(problem=f"The picture on the clipboard has {width} x {height} pixels, which is too many.")
            pixels = np.frombuffer(content, np.uint8).reshape(height, width, 4)
            path = Path(folder) / FOLDER / f"pasted-{hashlib.sha256(content).hexdigest()[:8]}.png"
            with replacing(path) as part:
                write_png(part, pixels)
        except copykitten.CopykittenError:
            return Pasted(problem="There is no picture on the clipboard; copy one first, or drop a file.")
        except MemoryError:
            return Pasted(problem="There is not enough memory for the picture on the clipboard.")
        except OSError as error:
            return Pasted(problem=f"The pasted picture cannot be kept in {folder}: {reason_of(error)}.")
        return Pasted(str(path))


PASTING: ServiceKey[Pasting] = ServiceKey("pasting")
