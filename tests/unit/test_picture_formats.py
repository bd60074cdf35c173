"""Formats of saved pictures, read by independent decoders, and the texts in them."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from foundation.pictures import bits_of, format_of, suffix_of, write_picture
from foundation.specs.formats import PICTURE_FORMATS as FORMATS
from renderer.document.metadata import TooLongTextError, read
from renderer.document.plain_text import MOST_TEXT

NUMBERS = np.random.default_rng(3)
OPAQUE = NUMBERS.integers(0, 256, (9, 13, 3), np.uint8)
CLEAR = np.dstack([OPAQUE, NUMBERS.integers(0, 256, (9, 13), np.uint8)])
DEEP = NUMBERS.integers(0, 65536, (9, 13, 4), np.uint16)
TEXT = '{"stylescope": "recipe", "name": "a < b & c > d 日本 \\u0000"}'


def pixels_of(kind):
    return DEEP if bits_of(kind) == 16 else CLEAR


def decoded16(path):
    """Pixels of a file as ffmpeg reads them, uint16 [9, 13, 4]."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    made = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgba64le", "-"], capture_output=True, check=True)
    return np.frombuffer(made.stdout, "<u2").reshape(9, 13, 4)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_every_pixel_and_its_transparency_comes_back(kind, tmp_path):
    path = tmp_path / f"a{suffix_of(kind)}"
    write_picture(path, CLEAR, kind)
    assert np.array_equal(np.asarray(Image.open(path).convert("RGBA")), CLEAR)
    write_picture(path, np.dstack([OPAQUE, np.full((9, 13), 255, np.uint8)]), kind)
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert np.array_equal(np.asarray(image), OPAQUE)


def test_16_bits_come_back_from_another_decoder(tmp_path):
    write_picture(tmp_path / "a.png", DEEP, "png16", {"stylescope": TEXT})
    assert np.array_equal(decoded16(tmp_path / "a.png"), DEEP)
    with Image.open(tmp_path / "a.png") as image:
        assert image.text["stylescope"] == TEXT
    opaque = DEEP.copy()
    opaque[..., 3] = 65535
    write_picture(tmp_path / "b.png", opaque, "png16")
    assert np.array_equal(decoded16(tmp_path / "b.png"), opaque)
    assert (tmp_path / "b.png").read_bytes()[24:26] == b"\x10\x02", "16 bits, RGB"


def test_a_jpeg_is_close_and_lies_over_white(tmp_path):
    smooth = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 48, 0).repeat(3, 2)
    write_picture(tmp_path / "a.jpg", smooth, "jpeg")
    assert np.abs(np.asarray(Image.open(tmp_path / "a.jpg")).astype(int) - smooth).max() <= 4
    clear = np.zeros((16, 16, 4), np.uint8)
    write_picture(tmp_path / "b.jpg", clear, "jpeg")
    assert np.asarray(Image.open(tmp_path / "b.jpg")).min() >= 253


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("text", [TEXT, "x" * 200_001, ""], ids=["signs", "long", "empty"])
def test_a_text_comes_back_from_every_format(kind, text, tmp_path):
    path = tmp_path / f"a{suffix_of(kind)}"
    write_picture(path, pixels_of(kind), kind, {"Software": "StyleScope", "stylescope": text})
    if kind == "jpeg" or text:
        assert read(path, "stylescope") == text
    assert read(path, "another") is None
    Image.open(path).load()


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_left_of_a_damaged_file_is_read_or_nothing(kind, tmp_path):
    path = tmp_path / f"a{suffix_of(kind)}"
    write_picture(path, pixels_of(kind), kind, {"stylescope": TEXT})
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        found = read(path, "stylescope")
        assert found is None or TEXT.startswith(found[:-1])
    flips = np.random.default_rng(1)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[int(flips.integers(2, len(whole)))] ^= 1 << int(flips.integers(8))
        path.write_bytes(damaged)
        read(path, "stylescope")


def test_a_text_longer_than_any_recipe_is_refused(tmp_path):
    part = b"stylescope\0" + b"x" * 65_000
    segment = b"\xff\xfe" + (len(part) + 2).to_bytes(2, "big") + part
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8" + segment * (MOST_TEXT // 65_000 + 1))
    with pytest.raises(TooLongTextError):
        read(tmp_path / "a.jpg", "stylescope")
    (tmp_path / "a.webp").write_bytes(b"RIFF\0\0\0\0WEBPXMP " + (MOST_TEXT + 2).to_bytes(4, "little"))
    with pytest.raises(TooLongTextError):
        read(tmp_path / "a.webp", "stylescope")


def test_a_picture_too_large_for_a_format_is_refused(tmp_path):
    with pytest.raises(OSError, match="16383 pixels a side"):
        write_picture(tmp_path / "a.webp", np.zeros((1, 16_384, 3), np.uint8), "webp")


def test_endings():
    names = ("a.PNG", "a.jpeg", "a.webp", "a.gif")
    assert [format_of(Path(name)) for name in names] == ["png", "jpeg", "webp", None]
