"""Plays a finished film in the window: frames are decoded in the background, at the film's rate."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundation.background import Loop
from foundation.datasets.files import DatasetError
from foundation.datasets.video import Video, is_video
from foundation.inputs import PictureError, clean_text, open_picture, reason_of
from viz.gl.textures import Picture
from viz.state.facts import ServiceKey, Texture

_LONGEST = 1280
"""Longest side of a shown frame in pixels."""
_ABANDONED_S = 1.0
"""Seconds without a request before playing pauses. A window in which a film plays draws far more often."""
Pixels = NDArray[np.uint8]


class FilmPlayer:
    """One film at a time. Methods are for the UI thread.

    Args:
        wake: Called in the background when there is another frame.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake, self._lock = wake, threading.Lock()
        self._loop = Loop("film", self._step)
        self._picture = Picture()
        self._wanted: tuple[str, float] = ("", 0.0)
        self._of: tuple[str, float] | None = None
        self._asked_at = 0.0
        self._frames: Iterator[Pixels] | None = None
        self._came: Pixels | None = None
        self._due = 0.0
        self.playing = False
        self.frame = -1
        """Number of the frame that was decoded last; -1 before the first."""
        self.problem = ""
        """Why the film cannot be shown, as one sentence."""

    def show(self, path: str, rate: float) -> Texture | None:
        """Return the present frame of a film, None before the first; call in every frame while it is in sight.

        Args:
            path: The film: a video, a GIF or a folder of PNGs.
            rate: Frames per second.
        """
        with self._lock:
            self._asked_at = time.monotonic()
            fresh = (path, rate) != self._wanted
            if fresh:
                self._wanted, self.playing, self.frame, self.problem = (path, rate), False, -1, ""
                self._came = None
            came, self._came = self._came, None
        if fresh:
            self._picture.free()
            self._loop.start()
        if fresh or self.playing:
            self._loop.wake()
        if came is not None:
            self._picture.upload(came)
        return self._picture.texture

    def toggle(self) -> None:
        """Play or pause."""
        with self._lock:
            self.playing = not self.playing
        self._loop.wake()

    def free(self) -> None:
        """End the thread and free the texture."""
        self.playing = False
        self._loop.close()
        self._picture.free()

    # -- the thread --

    def _step(self, woken: bool) -> float | None:
        with self._lock:
            wanted, playing = self._wanted, self.playing
            idle = time.monotonic() - self._asked_at > _ABANDONED_S
        first = wanted != self._of
        if first:
            self._of, self._due = wanted, 0.0
            self._end()
        if not wanted[0] or (not first and (not playing or idle)):
            return None
        now = time.monotonic()
        if now < self._due:
            return self._due - now
        self._due = max(now, self._due) + 1 / max(wanted[1], 0.1)
        self._advance(*wanted)
        return max(0.0, self._due - time.monotonic()) if playing else None

    def _advance(self, path: str, rate: float) -> None:
        """Decode the next frame; after the last one the first."""
        problem, pixels, number = "", None, self.frame + 1
        try:
            if self._frames is None:
                self._frames, number = frames(Path(path), rate), 0
            pixels = next(self._frames, None)
            if pixels is None:
                self._frames, number = frames(Path(path), rate), 0
                pixels = next(self._frames, None)
        except (DatasetError, PictureError, OSError, ValueError) as error:
            self._end()
            why = clean_text(str(error) if isinstance(error, DatasetError) else reason_of(error), 200)
            problem = f"The film cannot be shown: {why}"
        with self._lock:
            if self._wanted != (path, rate):
                return
            self._came, self.frame, self.problem = pixels, number, problem
            self.playing = self.playing and not problem
        self._wake()

    def _end(self) -> None:
        if self._frames is not None:
            close = getattr(self._frames, "close", None)
            self._frames = None
            if close is not None:
                close()


FILM_PLAYER: ServiceKey[FilmPlayer] = ServiceKey("film player")


def frames(path: Path, rate: float) -> Iterator[Pixels]:
    """Yield the frames of a film, RGBA [H, W, 4], none larger than is shown.

    Raises:
        DatasetError, PictureError, OSError: it cannot be read.
    """
    if os.path.isdir(path):
        names = sorted(one for one in path.iterdir() if one.name.startswith("frame") and one.suffix == ".png")
        for name in names:
            with open_picture(name) as image:
                yield _small(image)
    elif is_video(path):
        for frame in Video(path, rate).frames():
            yield _small(Image.fromarray(np.ascontiguousarray(frame.transpose(1, 2, 0))))
    else:
        with open_picture(path) as image:
            yield _small(image)
            for number in itertools.count(1):  # counting the frames of a GIF would read all of it first
                try:
                    image.seek(number)
                except EOFError:
                    return
                yield _small(image)


def _small(image: Image.Image) -> Pixels:
    shown = image.convert("RGBA")
    shown.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    return np.array(shown)
