"""Hostile and broken sources of data: `python -m gan dataset` ends with status 1, one sentence, and nothing written."""

import gzip
import io
import json
import os
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.datasets.facts import look
from gan.cli.main import main
from gan.data import DatasetError, ImageSource

MIB = 1 << 20
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"
GIGANTIC = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 1 << 20, 1 << 20, 8, 2, 0, 0, 0, 0)
Made = Callable[[Path], Path]


def png(size: int = 8) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), (10, 20, 30)).save(file, "PNG")
    return file.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Made:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", method, compresslevel=1) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return folder / "a.zip"

    return make


def patched(make: Made, place: int, value: int, form: str = "<H") -> Made:
    """Change each entry of a zip file's directory."""

    def change(folder: Path) -> Path:
        path = make(folder)
        data = bytearray(path.read_bytes())
        at = data.find(b"PK\x01\x02")
        while at >= 0:
            struct.pack_into(form, data, at + place, value)
            at = data.find(b"PK\x01\x02", at + 4)
        path.write_bytes(bytes(data))
        return path

    return change


def file(name: str, content: bytes) -> Made:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def pictures(members: dict[str, bytes]) -> Made:
    def make(folder: Path) -> Path:
        (folder / "pictures").mkdir()
        for name, content in members.items():
            (folder / "pictures" / name).write_bytes(content)
        return folder / "pictures"

    return make


def labelled(labels: bytes) -> Made:
    return zipped({"a.png": png(), "dataset.json": labels})


def linked(name: str, target: str) -> Made:
    def make(folder: Path) -> Path:
        (folder / "pictures").mkdir()
        (folder / "pictures" / name).symlink_to(target)
        return folder / "pictures"

    return make


def pipe(name: str) -> Made:
    def make(folder: Path) -> Path:
        os.mkfifo(folder / name)
        return folder / name

    return make


def pipe_inside(name: str) -> Made:
    def make(folder: Path) -> Path:
        (folder / "pictures").mkdir()
        os.mkfifo(folder / "pictures" / name)
        return folder / "pictures"

    return make


def pipe_for_labels(folder: Path) -> Path:
    place = pipe_inside("dataset.json")(folder)
    (place / "a.png").write_bytes(png())
    return place


def sparse(name: str, size: int) -> Made:
    def make(folder: Path) -> Path:
        (folder / "pictures").mkdir()
        with (folder / "pictures" / name).open("wb") as file:
            file.truncate(size)
        return folder / "pictures"

    return make


def tar_bomb(folder: Path) -> Path:
    path = folder / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("data_batch_1")
        info.size = 1024 * MIB
        archive.addfile(info, _Zeros(info.size))
    return path


class _Zeros(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


def long_name(folder: Path) -> Path:
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    with gzip.open(folder / "cifar-10-binary.tar.gz", "wb", compresslevel=1) as file:
        file.write(name.tobuf(tarfile.GNU_FORMAT))
        for _ in range(600):
            file.write(bytes(MIB))
    return folder / "cifar-10-binary.tar.gz"


def digits(content: bytes, labels: bytes = b"") -> Made:
    def make(folder: Path) -> Path:
        (folder / "train-images-idx3-ubyte.gz").write_bytes(content)
        (folder / "train-labels-idx1-ubyte.gz").write_bytes(labels or gzip.compress(b""))
        return folder / "train-images-idx3-ubyte.gz"

    return make


def records(content: bytes) -> Made:
    def make(folder: Path) -> Path:
        (folder / "records").mkdir()
        (folder / "records" / "a-r02.tfrecords").write_bytes(content)
        return folder / "records"

    return make


def record(example: bytes) -> bytes:
    return struct.pack("<QI", len(example), 0) + example + bytes(4)


DEEP = b'{"labels": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
BATCH = b"\x80\x02}(U\x04dataU\x01xU\x06labels](K\x01eu."

CASES: dict[str, Made] = {
    "a pipe": pipe("a.zip"),
    "a pipe called CIFAR-10": pipe("cifar-10-python.tar.gz"),
    "a folder with a pipe": pipe_inside("a.png"),
    "a folder with endless zeros": linked("a.png", "/dev/zero"),
    "a folder with the kernel's page map": linked("a.png", "/proc/self/pagemap"),
    "a folder with a picture of a terabyte": sparse("a.png", 1 << 40),
    "a folder with a pipe for labels": pipe_for_labels,
    "an encrypted zip file": patched(zipped({"a.png": png()}), 8, 1),
    "encrypted labels": patched(labelled(b'{"labels": [["a.png", 0]]}'), 8, 1),
    "an unknown method": patched(zipped({"a.png": png()}), 10, 99),
    "lzma": zipped({"a.png": png()}, zipfile.ZIP_LZMA),
    "a size that lies": lambda folder: patched(zipped({"a.png": bytes(300 * MIB)}), 24, 100, "<I")(folder),
    "a bomb in bzip2": lambda folder: zipped({"a.png": bytes(300 * MIB)}, zipfile.ZIP_BZIP2)(folder),
    "a gigantic picture": zipped({"a.png": GIGANTIC}),
    "postscript called PNG": pictures({"a.png": EPS}),
    "no zip file": file("a.zip", b"PK\x03\x04" + bytes(100)),
    "a cut zip file": lambda folder: file("a.zip", zipped({"a.png": png()})(folder).read_bytes()[:-30])(folder),
    "deep labels": labelled(DEEP),
    "gigantic labels": lambda folder: labelled(b'{"labels": [' + b" " * (129 * MIB) + b"]}")(folder),
    "millions of labels": lambda folder: labelled(b'{"labels": [' + b"[]," * 9_000_000 + b"[]]}")(folder),
    "a class of 10^9": labelled(b'{"labels": [["a.png", 1000000000]]}'),
    "a class of 10^30": labelled(b'{"labels": [["a.png", 1' + b"0" * 30 + b"]]}"),
    "a class of 10^5000": labelled(b'{"labels": [["a.png", 1' + b"0" * 5000 + b"]]}"),
    "labels that are no numbers": labelled(b'{"labels": [["a.png", [1, {}]]]}'),
    "infinite labels": labelled(b'{"labels": [["a.png", [1e999]]]}'),
    "labels that are no text": labelled(b"\xff\xfe\x00"),
    "labels of another form": labelled(b'{"labels": {"a": 1}}'),
    "names of 60 kilobytes": zipped({"\u202e" + "x" * 60_000 + ".png": b"?"}),
    "names of half pairs": pictures({"bad\udcff\n.png": b"?"}),
    "a tar bomb": tar_bomb,
    "an endless name in a tar archive": long_name,
    "no tar archive": file("cifar-10-binary.tar", b"x" * 1000),
    "no batches": lambda folder: _tar(folder, {"readme": b"1"}),
    "a batch of something else": lambda folder: _tar(folder, {"data_batch_1": BATCH}),
    "a batch that is cut": lambda folder: _tar(folder, {"data_batch_1": BATCH[:-5]}),
    "a gzip bomb": lambda folder: digits(gzip.compress(bytes(600 * MIB), 1))(folder),
    "digits of enormous claims": digits(gzip.compress(bytes([0, 0, 8, 3]) + b"\xff" * 12 + b"1")),
    "digits that are cut": digits(gzip.compress(bytes(1000))[:-9]),
    "records that claim much": records(struct.pack("<QI", 1 << 62, 0)),
    "records of nothing": records(bytes(1600)),
    "a record without an image": records(record(b"\x0a\x00")),
    "a record of odd shape": records(record(b"\xff" * 40)),
}  # fmt: skip


def _tar(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture(autouse=True)
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(os, "system", started)


@pytest.fixture(scope="module")
def source_of(tmp_path_factory):
    """Function that makes the source of a case, once."""
    return cache(lambda name: CASES[name](tmp_path_factory.mktemp("source")))


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_source_ends_the_command_with_a_sentence(source_of, name):
    source = source_of(name)
    folder = source.parent
    dest = "out" if "folder" in name else "out.zip"
    before = sorted(folder.iterdir())
    result = CliRunner().invoke(main, ["dataset", f"--source={source}", f"--dest={folder / dest}"])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    last = result.output.rstrip("\n").splitlines()[-1]
    assert last.startswith("Error: ")
    assert last.isprintable()
    assert last.endswith(".")
    assert len(last) <= 300 + len("Error: ")
    assert sorted(folder.iterdir()) == before, "something was written"


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_source_is_no_training_set(source_of, name):
    """The window's summary never raises, and the training's reader raises its own error."""
    source = source_of(name)
    facts = look(source)
    assert str(facts).isprintable() or "\N{NO-BREAK SPACE}" in str(facts)
    assert len(facts.problem) <= 300
    with pytest.raises(DatasetError) as error:
        ImageSource(source, use_labels=True).images([0])
    assert len(str(error.value)) <= 400


def test_the_command_still_works(tmp_path):
    rows = json.dumps({"labels": [["a.png", 0], ["b.png", 3]]}).encode()
    source = zipped({"a.png": png(), "b.png": png(), "dataset.json": rows}, zipfile.ZIP_BZIP2)(tmp_path)
    result = CliRunner().invoke(main, ["dataset", f"--source={source}", f"--dest={tmp_path / 'out.zip'}"])
    assert result.exit_code == 0, result.output
    read = ImageSource(tmp_path / "out.zip", use_labels=True)
    assert read.label_dim == 4
    assert read.labels([0, 1]).argmax(axis=1).tolist() == [0, 3]
