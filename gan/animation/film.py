"""Film writers: MP4 (H.264), WebM (VP9), GIF, or a folder of numbered PNGs. Files are written atomically; no torch."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.files import replacing, replacing_folder, working_folder
from foundation.inputs import PictureError, clean_text, open_picture, open_regular, read_object
from foundation.png import save_png
from foundation.specs.film import CLEAR_FILMS, FILM_ENDINGS, GIF_RATE

Frame = npt.NDArray[np.uint8]
"""uint8 [H, W, 3]; [H, W, 4] with transparency, which WebM and folders can hold."""

CRF = 17
"""H.264's quality, 0-51: below about 18 no difference is visible."""
VP9_CRF = 15
"""VP9's quality, 0-63; like H.264's of 17."""

_COMMENT = 1 << 26
"""Maximum length of a comment that is parsed."""


class FilmCancelled(Exception):  # noqa: N818 - nothing went wrong
    """The film was cancelled, and its incomplete file removed."""


def write_film(
    path: str | Path,
    frames: Iterable[Frame],
    *,
    fps: float = 60.0,
    metadata: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    threads: int = 0,
) -> Path:
    """Write frames to a film, in the format given by the extension.

    `.mp4` is H.264 and `.webm` VP9 (odd sizes are padded by repeating the last row or column), `.gif` a GIF that loops
    forever, and no extension a folder of `frame00000.png`, ..., which must be missing or empty.

    Args:
        path: The file or folder; an older file is replaced once the film is done.
        frames: Frames of one size, consumed one by one.
        fps: Frames per second.
        metadata: Text to store with the film: as text chunks in each PNG, else as JSON in the film's comment. Read by
            `read_metadata`.
        progress: Called with the number of frames written so far.
        cancelled: Called before each frame; True cancels the film.
        threads: Number of encoder threads; 0 leaves it to the encoder.

    Returns:
        The path.

    Raises:
        FilmCancelled: `cancelled` returned True.
        ValueError: the extension, the rate or a frame is invalid, or there are no frames.
        OSError: the film cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FILM_ENDINGS:
        raise ValueError(
            f"Films end in .mp4, .webm or .gif, or are a folder with no ending; {path.name} is none of these."
        )
    if not 0 < fps < 1000 or (suffix == ".gif" and fps > GIF_RATE):
        most = f"at most {GIF_RATE:g} for a GIF" if suffix == ".gif" else "more than 0 and less than 1000"
        raise ValueError(f"Frames a second must be {most}, not {fps:g}.")
    source = _watched(frames, progress, cancelled, 4 if suffix in CLEAR_FILMS else 3)
    text = dict(metadata or {})
    with closing(source):
        if suffix in (".mp4", ".webm"):
            with replacing(path) as part:
                _write_video(part, source, suffix, fps, text, threads)
        elif suffix == ".gif":
            with replacing(path) as part:
                _write_gif(part, source, fps, text)
        else:
            _write_folder(path, source, text)
    return path


def _watched(
    frames: Iterable[Frame], progress: Callable[[int], None] | None, cancelled: Callable[[], bool], most_channels: int
) -> Generator[Frame, None, None]:
    """Yield the frames, checked; reports the number taken."""
    shape: tuple[int, ...] | None = None
    for number, frame in enumerate(frames):
        if cancelled():
            raise FilmCancelled
        shape = shape or frame.shape
        if (
            frame.dtype != np.uint8
            or frame.ndim != 3
            or not 3 <= frame.shape[2] <= most_channels
            or frame.shape != shape
        ):
            raise ValueError(
                f"Frame {number} is {frame.dtype} {list(frame.shape)}; all must be uint8 [H, W, 3] of one size."
            )
        yield frame
        if progress is not None:
            progress(number + 1)
    if shape is None:
        raise ValueError("A film needs at least one frame.")


# -- MP4 and WebM -----------------------------------------------------------------------------------------------------


def _write_video(
    path: Path, frames: Iterator[Frame], suffix: str, fps: float, text: Mapping[str, str], threads: int
) -> None:
    with working_folder(path) as folder:
        silent = folder / f"film{suffix}"
        writer = None
        try:
            for frame in frames:
                even = np.pad(frame, ((0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)), mode="edge")
                if writer is None:
                    writer = _encoder(silent, even.shape, fps, threads)
                writer.send(np.ascontiguousarray(even))
        finally:
            if writer is not None:
                writer.close()
        _add_comment(silent, path, text)


def _encoder(path: Path, shape: tuple[int, ...], fps: float, threads: int) -> Generator[None, Frame, None]:
    """Start the encoder of frames [H, W, 3 or 4]; of the latter the alpha channel is kept."""
    height, width, channels = shape
    webm, clear = path.suffix == ".webm", channels == 4
    vp9 = [str(VP9_CRF), "-b:v", "0", "-cpu-used", "4", "-row-mt", "1", "-auto-alt-ref", "0"]
    writer: Generator[None, Frame, None] = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        pix_fmt_in="rgba" if clear else "rgb24",
        fps=fps,
        codec="libvpx-vp9" if webm else "libx264",
        pix_fmt_out="yuva420p" if clear else "yuv420p",
        quality=None,
        macro_block_size=1,
        output_params=["-crf", *(vp9 if webm else [str(CRF)]), "-threads", str(threads)],
    )
    writer.send(None)  # type: ignore[arg-type]  # the first send starts ffmpeg
    return writer


def _add_comment(source: Path, target: Path, text: Mapping[str, str]) -> None:
    """Copy a film and set its comment, passed in a file: a long one would not fit on the command line."""
    notes = source.with_name("notes.txt")
    comment = json.dumps(dict(text)) if text else ""
    escaped = "".join("\\" + letter if letter in "=;#\\\n" else letter for letter in comment)
    notes.write_text(f";FFMETADATA1\ncomment={escaped}\n", encoding="utf-8")
    _ffmpeg(
        *("-i", str(source), "-f", "ffmetadata", "-i", str(notes)),
        *("-map", "0:v", "-map_metadata", "1", "-codec", "copy"),
        *(("-f", "webm") if source.suffix == ".webm" else ("-movflags", "+faststart", "-f", "mp4")),
        str(target),
    )


def _ffmpeg(*arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
        raise OSError(f"The film could not be read or written by ffmpeg: {said[-1]}")
    return done.stdout


# -- GIF and PNG -------------------------------------------------------------------------------------------------


def _write_gif(path: Path, frames: Iterator[Frame], fps: float, text: Mapping[str, str]) -> None:
    images = [Image.fromarray(frame).quantize(dither=Image.Dither.NONE) for frame in frames]
    ends = [round(100 * i / fps) for i in range(len(images) + 1)]
    images[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=images[1:],
        duration=[10 * (end - start) for start, end in pairwise(ends)],
        loop=0,
        comment=json.dumps(dict(text)).encode() if text else b"",
    )


def _write_folder(path: Path, frames: Iterator[Frame], text: Mapping[str, str]) -> None:
    if os.path.exists(path) and (not os.path.isdir(path) or any(path.iterdir())):
        raise ValueError(f"{path} already holds something; give the film a new folder.")
    with replacing_folder(path) as part:
        for number, frame in enumerate(frames):
            save_png(part / f"frame{number:05d}.png", frame, text)


# -- Reading -----------------------------------------------------------------------------------------------------


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the text stored with a film or a PNG; empty if there is none.

    Args:
        path: An MP4, a WebM, a GIF, a PNG, or a folder of PNGs (whose first one is read).

    Raises:
        ValueError: it is not such a file.
        OSError: it cannot be read.
    """
    path = Path(path)
    if os.path.isdir(path):
        images = sorted(path.glob("*.png"))
        return read_metadata(images[0]) if images else {}
    if path.suffix.lower() in (".mp4", ".webm"):
        open_regular(path).close()
        lines = _ffmpeg("-i", f"file:{path}", "-f", "ffmetadata", "-").decode("utf-8", "replace")
        return _parsed(_comment(lines))
    try:
        with open_picture(path, formats=("PNG", "GIF")) as image:
            if image.format == "GIF":
                return _parsed(bytes(image.info.get("comment", b"")).decode("utf-8", "replace"))
            image.load()  # text may come after the pixels
            return {str(key): str(value) for key, value in getattr(image, "text", {}).items()}
    except PictureError as error:
        raise ValueError(f"{path} is no film or picture that can be read: it {error}; choose another file.") from error


def _comment(ffmetadata: str) -> str:
    """The comment in ffmpeg's text form: entries are lines, and backslashes protect what is part of a value."""
    found = re.search(r"(?:^|(?<!\\)\n)comment=((?:[^\\\n]|\\.)*)", ffmetadata, re.DOTALL | re.IGNORECASE)
    return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL) if found else ""


def _parsed(comment: str) -> dict[str, str]:
    """The metadata in a comment; comments of other programs are none."""
    try:
        value = read_object(comment, size=_COMMENT)
    except ValueError:
        return {}
    return {key: text if isinstance(text, str) else clean_text(text) for key, text in value.items()}
