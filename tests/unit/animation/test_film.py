"""Films: frames, rate and text read back, and no incomplete file is left behind."""

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from gan.animation.film import FilmCancelled, read_metadata, write_film
from renderer.document import metadata

TEXT = {"recipe": '{"psi": 0.7, "note": "a=b; #1 \\ \n grüß ψ"}', "Software": "StyleScope"}


def clip(count=6, height=32, width=48):
    """A square that moves over a gradient."""
    frames = []
    for i in range(count):
        frame = np.zeros((height, width, 3), dtype=np.uint8)
        frame[..., 0] = np.linspace(0, 255, width)
        frame[4 : height // 2, 4 * i : 4 * i + 8] = (0, 255, 64)
        frames.append(frame)
    return frames


def ffmpeg(*arguments):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, check=True)


def decoded(path):
    """Return ffmpeg's description of a film's only stream, and the frames [N, H, W, 3]."""
    done = ffmpeg("-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    said = next(line for line in done.stderr.decode().splitlines() if "Stream #0:0" in line)
    width, height = map(int, re.search(r", (\d+)x(\d+)[, ]", said).groups())
    return said, np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def test_mp4(tmp_path):
    told = []
    path = write_film(tmp_path / "a" / "film.mp4", clip(), fps=25, metadata=TEXT, progress=told.append)
    said, frames = decoded(path)
    assert "Video: h264" in said
    assert "25 fps" in said
    assert frames.shape == (6, 32, 48, 3)
    for frame, wanted in zip(frames, clip(), strict=True):
        assert np.abs(frame.astype(int) - wanted).mean() < 8
    assert read_metadata(path) == TEXT
    assert told == [1, 2, 3, 4, 5, 6]
    assert [file.name for file in path.parent.iterdir()] == ["film.mp4"]


def clear_clip(count=6):
    """The same square, opaque over a background that fades out to the left."""
    frames = []
    for frame in clip(count):
        alpha = np.broadcast_to(np.linspace(0, 255, frame.shape[1]).astype(np.uint8), frame.shape[:2]).copy()
        alpha[frame[..., 1] > 0] = 255
        frames.append(np.dstack([frame, alpha]))
    return frames


@pytest.mark.parametrize("frames", [clip(), clear_clip()], ids=["opaque", "clear"])
def test_webm_keeps_transparency_rate_and_text(tmp_path, frames):
    path = write_film(tmp_path / "film.webm", frames, fps=25, metadata=TEXT)
    done = ffmpeg("-c:v", "libvpx-vp9", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgba", "-")
    said = next(line for line in done.stderr.decode().splitlines() if "Stream #0:0" in line)
    assert "vp9" in said
    assert "25 fps" in said
    assert ("yuva420p" in said) == (frames[0].shape[2] == 4)
    back = np.frombuffer(done.stdout, np.uint8).reshape(-1, 32, 48, 4).astype(int)
    assert len(back) == len(frames)
    for frame, wanted in zip(back, frames, strict=True):
        assert np.abs(frame[..., :3] - wanted[..., :3]).mean() < 8
        alpha = wanted[..., 3] if wanted.shape[2] == 4 else 255
        assert np.abs(frame[..., 3] - alpha).mean() < 3
    assert read_metadata(path) == TEXT
    assert metadata.read(path, "recipe") == TEXT["recipe"]


def test_transparency_is_refused_where_none_can_be_kept(tmp_path):
    for name in ("film.mp4", "film.gif"):
        with pytest.raises(ValueError, match="Frame 0 is"):
            write_film(tmp_path / name, clear_clip(), fps=25)
    assert not list(tmp_path.iterdir())


def test_mp4_of_an_odd_size_gains_a_line_and_keeps_long_text(tmp_path):
    text = {"session": "0123456789=" * 40000}
    path = write_film(tmp_path / "film.mp4", clip(2, 33, 47), metadata=text)
    assert decoded(path)[1].shape == (2, 34, 48, 3)
    assert read_metadata(path) == text


def test_png_sequence_is_exact(tmp_path):
    path = write_film(tmp_path / "frames", clip(), metadata=TEXT)
    files = sorted(path.iterdir())
    assert [file.name for file in files] == [f"frame{i:05d}.png" for i in range(6)]
    for file, wanted in zip(files, clip(), strict=True):
        with Image.open(file) as picture:
            assert np.array_equal(np.array(picture), wanted)
        assert read_metadata(file) == TEXT
    assert read_metadata(path) == TEXT


def test_gif_lasts_as_long_as_it_should(tmp_path):
    path = write_film(tmp_path / "film.gif", clip(), fps=30, metadata=TEXT)
    assert read_metadata(path) == TEXT
    with Image.open(path) as film:
        assert film.n_frames == 6
        lasts = 0
        for i, wanted in enumerate(clip()):
            film.seek(i)
            lasts += film.info["duration"]
            assert np.abs(np.array(film.convert("RGB")).astype(int) - wanted).mean() < 8
    assert lasts == 200


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.gif", "film"])
def test_cancelled_films_leave_nothing_and_spoil_nothing(tmp_path, name):
    old = tmp_path / "film.mp4"
    old.write_bytes(b"old")
    asked = iter([False, False, True])
    with pytest.raises(FilmCancelled):
        write_film(tmp_path / name, clip(), fps=30, cancelled=lambda: next(asked))
    assert [file.name for file in tmp_path.iterdir()] == ["film.mp4"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.gif", "film"])
def test_what_frames_raise_is_passed_on_and_leaves_nothing(tmp_path, name):
    def broken():
        yield clip()[0]
        raise MemoryError

    with pytest.raises(MemoryError):
        write_film(tmp_path / name, broken(), fps=30)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "frames", "fps", "says"),
    [
        ("film.avi", clip(), 30, r"film\.avi is none of these"),
        ("film.gif", clip(), 60, "at most 50 for a GIF"),
        ("film.mp4", clip(), 0, "more than 0"),
        ("film.mp4", [], 30, "at least one frame"),
        ("film.gif", [], 30, "at least one frame"),
        ("film", [], 30, "at least one frame"),
        ("film.mp4", [clip()[0], clip(1, 16)[0]], 30, r"Frame 1 is uint8 \[16, 48, 3\]"),
        ("film.mp4", [clip()[0].astype(float)], 30, "Frame 0 is float64"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, name, frames, fps, says):
    with pytest.raises(ValueError, match=says):
        write_film(tmp_path / name, frames, fps=fps)
    assert not list(tmp_path.iterdir())


def test_folders_with_something_in_them_are_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="already holds something"):
        write_film(tmp_path, clip())
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert len(list(write_film(tmp_path / "empty", clip()).iterdir())) == 6


def test_files_without_text_and_files_that_are_none(tmp_path):
    assert read_metadata(write_film(tmp_path / "film.mp4", clip(1))) == {}
    assert read_metadata(write_film(tmp_path / "film.gif", clip(1), fps=10)) == {}
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="no film or picture"):
        read_metadata(tmp_path / "a.png")
    (tmp_path / "a.mp4").write_bytes(b"no film")
    with pytest.raises(OSError, match="could not be read"):
        read_metadata(tmp_path / "a.mp4")
