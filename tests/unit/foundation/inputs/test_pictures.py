"""Pictures from outside: the formats of a short list, chosen by content, and never with another program's help."""

import io
import os
import shutil
import struct
import subprocess
import zlib

import pytest
from PIL import EpsImagePlugin, Image, ImageOps, features

from foundation.inputs import FORMATS, NotRegularError, PictureError, open_picture, orientation_of, upright

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"


def _bytes(format_, mode="RGB"):
    file = io.BytesIO()
    Image.new(mode, (5, 3), 200 if mode == "L" else (10, 20, 30)).save(file, format_)
    return file.getvalue()


@pytest.mark.parametrize("format_", FORMATS)
def test_the_named_formats_are_decoded(format_, tmp_path):
    if format_ == "AVIF" and not features.check("avif"):
        pytest.skip("this build of Pillow has no AVIF")
    (tmp_path / "a.bin").write_bytes(_bytes(format_))
    for source in (tmp_path / "a.bin", str(tmp_path / "a.bin"), _bytes(format_)):
        with open_picture(source) as image:
            assert image.format == format_
            assert image.convert("RGB").size == (5, 3)


@pytest.mark.parametrize("format_", ["ICO", "TGA", "PCX", "SGI", "JPEG2000", "DDS"])
def test_other_formats_are_no_pictures(format_):
    with pytest.raises(PictureError, match="no picture"), open_picture(_bytes(format_)):
        pass


def test_no_program_is_started_for_a_picture_in_postscript(tmp_path, monkeypatch):
    def started(*_, **__):
        raise AssertionError("a program was started")

    for name in ("Popen", "call", "check_call", "run", "check_output"):
        monkeypatch.setattr(subprocess, name, started)
    monkeypatch.setattr(os, "system", started)
    monkeypatch.setattr(shutil, "which", lambda *_: "/bin/true")
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", "/bin/true")
    (tmp_path / "a.png").write_bytes(EPS)
    with pytest.raises(PictureError, match="no picture"), open_picture(tmp_path / "a.png") as image:
        image.load()


def test_the_formats_can_be_fewer():
    with pytest.raises(PictureError, match=r"\(PNG\)"), open_picture(_bytes("GIF"), formats=("PNG",)):
        pass


def _png(width, height, more=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def test_a_picture_of_too_many_pixels_is_refused_by_its_header():
    for width, height in ((1 << 14, 1 << 14), (1 << 20, 1 << 20), (1 << 30, 1 << 30)):
        with pytest.raises(PictureError, match="pixels"), open_picture(_png(width, height)):
            pass
    with open_picture(_png(100, 100)) as image:
        assert image.size == (100, 100)
    with pytest.raises(PictureError, match="100 x 100 pixels"), open_picture(_png(100, 100), pixels=9999):
        pass


def test_a_png_of_very_many_parts_is_refused_before_they_are_read():
    part = struct.pack(">I", 0) + b"teSt" + struct.pack(">I", zlib.crc32(b"teSt"))
    with pytest.raises(PictureError, match="more than 131072 parts"), open_picture(_png(8, 8, part * 140_000)):
        pass
    with open_picture(_png(8, 8, part * 1000)) as image:
        assert image.size == (8, 8)


def test_damage_is_reported_when_the_block_decodes(tmp_path):
    with pytest.raises(PictureError, match="damaged"), open_picture(_png(100, 100)) as image:
        image.load()
    whole = _bytes("TIFF")
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] = 255
        try:
            with open_picture(bytes(damaged)) as image:
                image.load()
        except PictureError:
            pass


def test_errors_of_the_block_stay_what_they_are():
    class OwnError(ValueError):
        pass

    with pytest.raises(OwnError), open_picture(_bytes("PNG")):
        raise OwnError


def test_pipes_are_no_pictures(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(NotRegularError), open_picture(tmp_path / "a.png"):
        pass


@pytest.mark.parametrize(
    "notes", [b"II*\0", b"II*\0\x08", b"MM\0*\0\0\0\x08\xff\xff\x01", b"?", b"II*\0" + b"\xff" * 4]
)
def test_damaged_notes_do_not_make_a_picture_unreadable(notes):
    data = zlib.crc32(b"eXIf" + notes)
    chunk = struct.pack(">I", len(notes)) + b"eXIf" + notes + struct.pack(">I", data)
    whole = _bytes("PNG")
    with open_picture(whole[:33] + chunk + whole[33:]) as image:
        assert orientation_of(image) == 1
        assert upright(image).size == (5, 3)
    whole = _bytes("JPEG")
    for body in (notes, b"Exif\0\0" + notes):
        segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
        with open_picture(whole[:2] + segment + whole[2:]) as image:
            assert orientation_of(image) == 1
            assert upright(image).size == (5, 3)


def test_pictures_are_turned_as_pillow_turns_them():
    made = Image.effect_noise((5, 3), 100)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = io.BytesIO()
        made.save(file, "PNG", exif=exif)
        with open_picture(file.getvalue()) as image:
            assert orientation_of(image) == orientation
            assert upright(image).tobytes() == ImageOps.exif_transpose(image).tobytes()


def test_a_jpeg_that_is_reduced_may_have_any_size():
    whole = _bytes("JPEG")
    at = whole.index(b"\xff\xc0") + 5
    large = whole[:at] + struct.pack(">HH", 65_000, 65_000) + whole[at + 4 :]
    with pytest.raises(PictureError, match="pixels"), open_picture(large):
        pass
    with open_picture(large, reduced=True) as image:
        image.draft("", (8000, 8000))
        assert image.size == (8125, 8125)
    with pytest.raises(PictureError, match="pixels"), open_picture(_png(1 << 14, 1 << 14), reduced=True):
        pass
