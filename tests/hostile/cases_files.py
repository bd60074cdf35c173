"""Files of other kinds, broken files, paths that lead nowhere, and safetensors files."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from tests.hostile import build as b
from tests.hostile.case import CORRUPT, MISSING, UNSUPPORTED, Case
from tests.official_pickles import TINY_G, official


def cases(command: str) -> Iterator[Case]:
    """All cases of this kind; what runs anything runs `command`."""
    yield from _broken()
    yield from _paths()
    yield from _safetensors(command)


def _broken() -> Iterator[Case]:
    """Files that are cut short or of another kind."""
    whole = official()
    for percent in (1, 10, 35, 60, 85, 99):
        yield Case(
            f"cut at {percent}%", whole[: len(whole) * percent // 100], CORRUPT, ("cut short", "download it again")
        )
    yield Case("one byte short", whole[:-1], CORRUPT, ("cut short",))
    yield Case("empty file", b"", CORRUPT, ("empty",))
    yield Case("PNG", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, CORRUPT, ("png picture",))
    yield Case("JPEG", b"\xff\xd8\xff\xe0" + b"\0" * 100, CORRUPT, ("jpeg",))
    yield Case("HTML", b"\n<!DOCTYPE html><html><body>Sign in</body></html>", CORRUPT, ("web page", "browser"))
    yield Case("JSON", b'{"a": 1, "bb": 2, "c": 3}', CORRUPT, ("json",))
    yield Case("gzip", b"\x1f\x8b\x08\x00" + b"\0" * 50, CORRUPT, ("gzip", "unpack"))
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 364000000\n"
    yield Case("Git LFS pointer", pointer, CORRUPT, ("git lfs pull",))
    yield Case("text", b"hello, this is no network", CORRUPT, ("damaged",))
    yield Case("zeros", b"\0" * 1000, CORRUPT, ("damaged",))
    yield Case("ZIP", _zip({"00000/img00000000.png": b"x"}), CORRUPT, ("zip",))
    for name, new in {"zip": True, "legacy": False}.items():
        stream = io.BytesIO()
        torch.save({"weight": torch.zeros(3)}, stream, _use_new_zipfile_serialization=new)
        yield Case(f"torch.save, {name}", stream.getvalue(), UNSUPPORTED, ("state dict", "holds weight"), ".pt")


def _zip(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _paths() -> Iterator[Case]:
    """Paths that lead to no file."""

    def folder(at: Path) -> Path:
        (at / "run").mkdir()
        (at / "run" / "log.txt").write_text("tick 0")
        return at / "run"

    def fifo(at: Path) -> Path:
        os.mkfifo(at / "pipe.pkl")
        return at / "pipe.pkl"

    def below_file(at: Path) -> Path:
        (at / "file").write_bytes(b"x")
        return at / "file" / "net.pkl"

    def loop(at: Path) -> Path:
        (at / "loop.pkl").symlink_to(at / "loop.pkl")
        return at / "loop.pkl"

    yield Case("folder without snapshots", folder, MISSING, ("no network yet", "snapshot"))
    yield Case("missing file", lambda at: at / "absent.pkl", MISSING, ("no such file", "check the path"))
    yield Case("pipe", fifo, MISSING, ("no ordinary file",))
    yield Case("file as a folder", below_file, MISSING, ("check",))
    yield Case("link to itself", loop, MISSING, ("check",))
    yield Case("name too long", lambda at: at / ("x" * 5000), MISSING, ("check",))

    def named(name: str) -> Callable[[Path], Path]:
        def make(at: Path) -> Path:
            path = at / name
            path.write_bytes(b"x")
            return path

        return make

    yield Case("name of two lines", named("red\x1b[31m\nline.pkl"), CORRUPT, ("damaged",))
    yield Case("name of other bytes", named("bad\udcff.pkl"), CORRUPT, ("damaged",))
    yield Case("name of 250 letters", named("x" * 246 + ".pkl"), CORRUPT, ("xxx.pkl", "damaged"))
    yield Case("name with a zero byte", lambda at: at / "a\0b", MISSING, ("check",))


def _safetensors(command: str) -> Iterator[Case]:
    """Broken and hostile safetensors files."""
    for name, case in _safetensors_headers(command).items():
        yield Case(f"safetensors: {name}", case[0], case[1], case[2:], ".safetensors")


def _safetensors_headers(command: str) -> dict[str, tuple[Any, ...]]:
    one = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    evil = {"G_ema": {"class": "os.system", "arguments": {"command": command}}}
    huge = {"G_ema": {"class": "stylegan2.Generator", "arguments": {**TINY_G, "img_resolution": 2**20}}}
    unbuilt = {"G_ema": {"class": "stylegan2.Generator", "arguments": "x"}}
    four = b"\0" * 4
    return {
        "2 GB header": (b.safetensors({}, length=2**31), CORRUPT, "header"),
        "2^64 header": (b.safetensors({}, length=2**64 - 1), CORRUPT, "header"),
        "too short": (b"\x05\0\0", CORRUPT, "cut short"),
        "no JSON": (b.safetensors(b"{not json}" * 3), CORRUPT, "header"),
        "a list": (b.safetensors(b"[1, 2, 3]"), CORRUPT, "header"),
        "bad text": (b.safetensors(b"{\xff\xfe}"), CORRUPT, "header"),
        "deep JSON": (b.safetensors(b'{"a":' + b"[" * 1_000_000), CORRUPT, "header"),
        "no description": (b.safetensors({"w": one}, four), UNSUPPORTED, "state dict"),
        "metadata of numbers": (b.safetensors({"__metadata__": {"stylescope": 1}}), UNSUPPORTED, "none of g"),
        "metadata of noise": (b.safetensors({"__metadata__": {"stylescope": "}{"}}), CORRUPT, "description"),
        "class named like code": (b.safetensors(b.described(evil)), UNSUPPORTED, "os.system", "stylegan2.Generator"),
        "huge resolution": (b.safetensors(b.described(huge)), UNSUPPORTED, "img_resolution"),
        "arguments of text": (b.safetensors(b.described(unbuilt)), CORRUPT, "how G_ema is built"),
        "unknown network": (b.safetensors(b.described({"X": {}})), CORRUPT, "description"),
        "no networks": (b.safetensors(b.described({})), "AbsentNetworkError", "does not hold"),
        "later version": (b.safetensors(b.described(version=99)), UNSUPPORTED, "update the program"),
        "no tensors": (b.safetensors(b.described()), CORRUPT, "lacks"),
        "unknown type": (b.safetensors(b.described(w={**one, "dtype": "O"}), four), CORRUPT, "w"),
        "negative place": (b.safetensors(b.described(w={**one, "data_offsets": [-4, 0]}), four), CORRUPT, "w"),
        "beyond the end": (b.safetensors(b.described(w={**one, "data_offsets": [4, 8]}), four), CORRUPT, "not there"),
        "2 GB shape": (b.safetensors(b.described(w={**one, "shape": [2**29]}), four), CORRUPT, "not there"),
        "2 GB tensor": (
            b.safetensors(b.described(w={"dtype": "F32", "shape": [2**29], "data_offsets": [0, 2**31]}), four),
            CORRUPT,
            "not there",
        ),
        "shape of text": (b.safetensors(b.described(w={**one, "shape": "x"}), four), CORRUPT, "no sense"),
        "shared bytes": (b.safetensors(b.described(v=one, w=one), four), CORRUPT, "share"),
        "wrong shapes": (b.safetensors(b.described(**{"G_ema.mapping.w_avg": one}), four), CORRUPT, "lacks"),
    }
