"""Hostile and broken sessions."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from foundation.arrays import npy_of
from renderer.document.arrays import ref_of
from tests.hostile.build import stored
from tests.hostile.documents.case import MEGA, OPENED, REFUSED, DocumentCase, zeros


def session(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A session of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def state(*arrays: str, **parts: Any) -> bytes:
    """The state of a session with these arrays on its shelf."""
    shelf = [{"name": str(i), "latent": {"array": {"sha256": name}}} for i, name in enumerate(arrays)]
    return json.dumps({"stylescope": "session", "version": 2, "document": {"shelf": shelf}, **parts}).encode()


def with_arrays(arrays: list[np.ndarray], names: list[str] | None = None) -> bytes:
    """A session that names these arrays, also by other names than theirs."""
    names = [ref_of(array).sha256 for array in arrays] if names is None else names
    files = {f"arrays/{name}.npy": npy_of(array) for name, array in zip(names, arrays, strict=True)}
    return session({"session.json": state(*names), **files})


def with_file(npy: bytes) -> bytes:
    """A session that names an array with this file."""
    name = "ab" * 32
    return session({"session.json": state(name), f"arrays/{name}.npy": npy})


def _header(text: str) -> bytes:
    raw = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(raw)) + raw


def _lying(content: bytes, at: int, value: int) -> bytes:
    """A zip whose first list entry and header claim another size (at 0: packed, at 4: unpacked)."""
    data = bytearray(content)
    for sign, offset in ((b"PK\3\4", 18), (b"PK\1\2", 20)):
        struct.pack_into("<I", data, data.index(sign) + offset + at, value)
    return bytes(data)


def _flagged(content: bytes, flag: int) -> bytes:
    data = bytearray(content)
    for sign, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(sign) + offset] |= flag
    return bytes(data)


def sessions() -> Iterator[DocumentCase]:
    def made(name: str, make: Callable[[], bytes], outcome: str = REFUSED) -> DocumentCase:
        return DocumentCase(name, ".stylescope", lambda path: path.write_bytes(make()), outcome)

    def large(count: int, nbytes: int) -> list[np.ndarray]:
        return [np.full(nbytes // 4, i, np.float32) for i in range(count)]

    yield made("17 arrays of 32 MB", lambda: with_arrays(large(17, 32 * MEGA)), OPENED)
    yield made("20 arrays of 8 MB", lambda: with_arrays(large(20, 8 * MEGA)))
    names = [f"{i:064x}" for i in range(20)]
    yield made("20 arrays of 8 MB by other names", lambda: with_arrays(large(20, 8 * MEGA), names))
    yield made(
        "arrays that are not named", lambda: session({"session.json": state(), "arrays/x.npy": bytes(99)}), OPENED
    )
    point = {"x": 1e308, "y": -1e308, "to_x": 1.0, "to_y": "a", "set_x": []}
    pulled = {"points": [point] * 40, "masked": 7, "mask": {"sha256": "zz"}, "layers": [-9, 1 << 40], "hold": -1.0}
    many = session({"session.json": state(view={"pulled": pulled})})
    yield made("points of a drag out of all bounds", lambda: many, OPENED)
    whole = session({"session.json": state()})
    yield made("20,000 members", lambda: stored({f"arrays/{i}": b"" for i in range(20_000)}))
    yield made("a member list of 10 MB", lambda: stored({f"{i}" + "x" * 500: b"" for i in range(20_000)}))
    yield made("headers without end", lambda: b"PK\3\4" * (8 * MEGA))
    yield made("headers with long names", lambda: (b"PK\3\4" + bytes(22) + b"\xff\xff\0\0" + b"x" * 99) * 100_000)
    yield made("a state of 150 MB", lambda: session({"session.json": bytes(150 * MEGA)}))
    yield made("a state of 150 MB, packed twice", lambda: session({"session.yaml": zeros()}))
    yield made("a state that claims 4 GB", lambda: _lying(whole, 4, 2**32 - 2), OPENED)
    yield made("a state that claims 1 byte", lambda: _lying(whole, 4, 1), OPENED)
    yield made("a state that claims 4 GB packed", lambda: _lying(whole, 0, 2**32 - 2), OPENED)
    yield made("bzip2", lambda: session({"session.json": bytes(150 * MEGA)}, zipfile.ZIP_BZIP2))
    yield made("lzma", lambda: session({"session.json": bytes(80 * MEGA)}, zipfile.ZIP_LZMA))
    yield made("encrypted", lambda: _flagged(whole, 1), OPENED)
    yield made("patched data", lambda: _flagged(whole, 32), OPENED)
    yield made("no state", lambda: session({"arrays/x.npy": b""}))
    yield made("an empty archive", lambda: session({}))
    yield made("no archive", lambda: b"hello" * 99)
    yield made("nothing", lambda: b"")
    yield made("a list as state", lambda: session({"session.json": b"[1]"}))
    yield made("a bomb as state", lambda: session({"session.json": b'{"a":[' + b"[]," * (9 * MEGA) + b"0]}"}))
    yield made(
        "damaged lines without end", lambda: session({"session.json": b'{"document":{\n' + b' "x":[\n' * (4 * MEGA)})
    )
    yield made("damaged blocks in blocks", lambda: session({"session.yaml": _blocks()}))
    yield made("a version ahead", lambda: session({"session.json": state(version=9)}))
    array = npy_of(np.arange(9, dtype=np.float32))
    numbers = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }"
    for name, npy in {
        "objects": b"".join([_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), b"cos\nsystem\n"]),
        "2^60 numbers": _header(numbers % 2**60) + bytes(36),
        "minus one number": _header(numbers % -1) + bytes(36),
        "no numbers": _header(numbers % 0),
        "a header of a call": _header("__import__('os').system('true')"),
        "a header of levels": _header("[" * 110),
        "text": npy_of(np.array(["a", "b"])),
        "fields": npy_of(np.zeros(3, [("a", "f4"), ("b", "f4")])),
        "not numbers": npy_of(np.array([np.nan, np.inf], np.float32)),
        "six axes": npy_of(np.zeros((1, 1, 1, 1, 1, 2), np.float32)),
        "another byte order": npy_of(np.zeros(4, ">f4")),
        "cut off": array[:-3],
        "more behind": array + b"x",
        "no array": b"x" * 99,
    }.items():
        yield made(f"an array: {name}", lambda npy=npy: with_file(npy), OPENED)


def _blocks() -> bytes:
    return ("\n".join("  " * (i % 200) + f"x{i}:" for i in range(60_000)) + "\n{[").encode()
