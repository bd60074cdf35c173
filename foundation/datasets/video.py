"""Frames of a film as images of a dataset, decoded by the ffmpeg of imageio-ffmpeg."""

import math
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from foundation.datasets.channels import Bytes
from foundation.datasets.files import DatasetError
from foundation.inputs import clean_text, open_regular, reason_of
from foundation.inputs.pictures import PIXELS
from foundation.specs.image_files import FILM_ENDINGS

_DEMUXERS = {
    **dict.fromkeys((".mp4", ".m4v", ".mov"), "mov"),
    **dict.fromkeys((".mkv", ".webm"), "matroska"),
    **dict.fromkeys((".mpg", ".mpeg"), "mpeg"),
    ".avi": "avi",
}
"""Formats by ending. ffmpeg must not choose by content: playlists name further files to open."""
_PROBE_S = 60.0
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_HEADER = re.compile(rb"P6\s(\d+) (\d+)\s255\s")
_HEADER_BYTES = 64


def is_video(path: str | Path) -> bool:
    """Return True for the name of a film."""
    return Path(path).suffix.lower() in FILM_ENDINGS


class Video:
    """Frames of a film at a steady rate, upright as it is played.

    Args:
        path: The film.
        rate: Frames to take for each second of it.

    Raises:
        DatasetError: it cannot be opened, or has no length.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self._path, self._rate = path, rate
        try:
            open_regular(path).close()
            said = subprocess.run(
                self._command("-f", "null", "-t", "0", "-"), capture_output=True, timeout=_PROBE_S, check=False
            ).stderr.decode("utf-8", "replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DatasetError(
                f"{clean_text(path.name, 100)} cannot be opened ({clean_text(reason_of(error), 80)})."
            ) from error
        found = _DURATION.search(said)
        if found is None or "Video:" not in said:
            raise DatasetError(f"{clean_text(path.name, 100)} is damaged or no film: convert it to MP4.")
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
        self._count = max(1, math.ceil(seconds * rate - 1e-6))

    def __len__(self) -> int:
        """Return the number of frames, as far as the film's length is known."""
        return self._count

    def frames(self) -> Iterator[Bytes]:
        """Yield the frames, uint8 [3, H, W], from the first one.

        Raises:
            DatasetError: a frame has too many pixels, or there is none.
        """
        count = 0
        wanted = ("-v", "quiet", "-vf", f"fps={self._rate:g}", "-f", "image2pipe", "-c:v", "ppm", "-")
        running = subprocess.Popen(self._command(*wanted), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert running.stdout is not None
        try:
            while (frame := self._frame(running.stdout)) is not None:
                count += 1
                yield frame
        finally:
            with suppress(OSError):
                running.kill()
            running.wait()
            running.stdout.close()
        if not count:
            raise DatasetError(
                f"{clean_text(self._path.name, 100)} holds no frame that can be read: convert it to MP4."
            )

    def _frame(self, stream: IO[bytes]) -> Bytes | None:
        """Read one frame in the PPM format; None at the end."""
        head = b""
        while (found := _HEADER.match(head)) is None:
            byte = stream.read(1)
            if not byte or len(head) > _HEADER_BYTES:
                return None
            head += byte
        width, height = int(found[1]), int(found[2])
        if width * height > PIXELS:
            raise DatasetError(f"{clean_text(self._path.name, 100)} has frames of {width}x{height}: make it smaller.")
        data = stream.read(width * height * 3)
        if len(data) < width * height * 3:
            return None
        return np.frombuffer(data, np.uint8).reshape(height, width, 3).transpose(2, 0, 1)

    def _command(self, *rest: str) -> list[str]:
        import imageio_ffmpeg

        opened = ("-protocol_whitelist", "file", "-f", _DEMUXERS[self._path.suffix.lower()])
        named = ("-i", f"file:{self._path.absolute()}", "-map", "0:v:0")
        return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", *opened, *named, *rest]
