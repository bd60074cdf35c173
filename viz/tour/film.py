"""Recordings of the window: numbered PNG screenshots, and a film encoded while the tour runs."""

import queue
import threading
from collections.abc import Generator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image

RATE = 12
"""Frames per second of the film."""


class Film:
    """Encode frames of the window at a constant rate on a separate thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._queue: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(maxsize=4)
        self._next = 0.0
        self._shots = 0
        self.shots: list[Path] = []
        self._thread = threading.Thread(target=self._write, name="film", daemon=True)
        self._failed: Exception | None = None
        self._thread.start()

    def due(self, now: float) -> bool:
        """Return True if the film needs a frame at time `now` in seconds."""
        return now >= self._next

    def frame(self, pixels: NDArray[np.uint8], now: float) -> None:
        """Add a frame [H, W, 3] to the film."""
        self._next = max(self._next + 1 / RATE, now - 1 / RATE)
        try:
            self._queue.put_nowait(pixels)
        except queue.Full:
            return  # the encoder is behind: skip a film frame rather than stall the window

    def shot(self, pixels: NDArray[np.uint8], name: str) -> Path:
        """Save a numbered screenshot, `01-name.png`, and return its path."""
        self._shots += 1
        path = self._folder / f"{self._shots:02d}-{name}.png"
        Image.fromarray(pixels).save(path)
        self.shots.append(path)
        return path

    def close(self) -> Path:
        """Finish the film and return its path.

        Raises RuntimeError if it could not be written.
        """
        self._queue.put(None)
        self._thread.join()
        if self._failed:
            raise RuntimeError(f"The film could not be written: {self._failed}") from self._failed
        return self._folder / "tour.mp4"

    def _write(self) -> None:
        writer: Generator[None, bytes, None] | None = None
        while (pixels := self._queue.get()) is not None:
            if self._failed:
                continue  # keep emptying the queue, so that the window never waits
            try:
                even = np.ascontiguousarray(pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2])
                if writer is None:
                    writer = _open(self._folder / "tour.mp4", even.shape[1], even.shape[0])
                writer.send(even.tobytes())
            except (OSError, RuntimeError) as problem:
                self._failed = problem
        if writer is not None:
            writer.close()


def _open(path: Path, width: int, height: int) -> Generator[None, bytes, None]:
    writer: Generator[None, bytes, None] = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=RATE,
        codec="libx264",
        quality=None,
        macro_block_size=2,
        output_params=["-preset", "ultrafast", "-crf", "26", "-threads", "1"],
    )
    writer.send(None)  # type: ignore[arg-type]  # the first send starts ffmpeg
    return writer
