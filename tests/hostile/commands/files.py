"""Hostile files of each kind that options of commands read."""

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.hostile import build as b
from tests.hostile.cases_arrays import archive_of, npy
from tests.official_pickles import TINY_G

Make = Callable[[Path], object]
MEGA = 1 << 20

SUFFIXES = {
    "network": ".safetensors",
    "pickle": ".pkl",
    "array": ".npz",
    "picture": ".png",
    "photo": ".jpg",
    "data": ".zip",
    "document": ".stylescope",
    "script": ".pt",
    "numbers": ".txt",
}
"""Ending of the files of each kind."""


# -- files -----------------------------------------------------------------------------------------------------------


def _link(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def _written(content: Callable[[], bytes]) -> Make:
    return lambda path: path.write_bytes(content())


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


ODD_NAME = "a\u202eb\x1b[31m\n\udcff" + "x" * 150
"""A name with marks that turn the text around, an escape sequence, a line break and no UTF-8."""

ANYWHERE: dict[str, Make] = {
    "a pipe": os.mkfifo,
    "zeros without end": _link("/dev/zero"),
    "the kernel's page map": _link("/proc/self/pagemap"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a folder": lambda path: path.mkdir(),
    "a terabyte": _sparse,
    "nothing in it": _written(lambda: b""),
    "noise": _written(lambda: np.random.RandomState(1).bytes(5000)),
    "nothing there": lambda path: None,
    "odd name": _written(lambda: b"\x00\xff" * 50),
}
"""Files for every option; the last one also has a name that cannot be shown."""


def overlapping(count: int, size: int) -> bytes:
    """A zip archive whose members all are the same packed bytes of many zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(size)) + packer.flush()
    crc, name = zlib.crc32(bytes(size)), b"a.npy"
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(data), size, len(name), 0)
    local = b"PK\3\4" + head + name + data
    entries = bytearray()
    for number in range(count):
        own = f"code/{number}.py".encode()
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(data), size, len(own), 0)
        entries += b"PK\1\2\x14\3" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + own
    return local + bytes(entries) + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(entries), len(local), 0)


def bomb(name: str, size: int, count: int = 1) -> bytes:
    """A zip archive of members of zeros, each packed anew."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(size)) + packer.flush()
    crc, files, entries = zlib.crc32(bytes(size)), bytearray(), bytearray()
    for number in range(count):
        own = name.format(number).encode()
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(data), size, len(own), 0)
        entries += b"PK\1\2\x14\3" + head + struct.pack("<HHHII", 0, 0, 0, 0, len(files)) + own
        files += b"PK\3\4" + head + own + data
    return bytes(files + entries) + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(entries), len(files), 0)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes, width: int = 8, height: int = 8, bits: int = 8, colour: int = 2) -> bytes:
    """A PNG of zeros, with chunks before its pixels."""
    row = (width * {0: 1, 2: 3}[colour] * bits + 7) // 8 + 1
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(bytes(row)) for _ in range(height)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif(frames: int) -> bytes:
    """A GIF of 8 x 8 pixels of many frames."""
    frame = b"!\xf9\4\0\0\0\0\0,\0\0\0\0\x08\0\x08\0\0\2\7\x84\x8f\xa9\xcb\xed\x0f\x05\0"
    return b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def tiff(entries: int, count: int = 1, compression: int = 1, side: int = 8) -> bytes:
    """A TIFF whose directory has many entries, or claims many values in one."""
    rows = [
        *((256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)),
        *((273, 4, count, 8), (277, 3, 1, 1), (278, 4, 1, side), (279, 4, count, 64)),
        *((40_000 + i % 25_000, 4, 1, i) for i in range(entries)),
    ]
    body = b"".join(struct.pack("<HHII", *row) for row in rows[:65_000])
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(rows[:65_000])) + body + bytes(4) + bytes(64)


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG of 8 x 8 pixels with more segments at its start."""
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 120, 30)).save(stream, "JPEG")
    whole = stream.getvalue()
    more = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return whole[:2] + more + whole[2:]


def _pictures() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "100 MB of other chunks", lambda: png(*[chunk(b"teSt", bytes(20 * MEGA))] * 5)
    yield "a million small chunks", lambda: png(chunk(b"teSt", b"") * 1_000_000)
    yield "packed texts of 400 MB", lambda: png(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20 * MEGA)))] * 20)
    yield "a colour profile of 300 MB", lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(300 * MEGA), 1)))
    yield "40,000 pixels a side", lambda: png(width=40_000, height=40_000, bits=1, colour=0)
    yield "2^31 pixels wide", lambda: png(height=0).replace(struct.pack(">II", 8, 0), struct.pack(">II", 2**31 - 1, 9))
    yield "short notes", lambda: png(chunk(b"eXIf", b"II*\0\x08"))
    yield "notes that lead nowhere", lambda: png(chunk(b"eXIf", b"II*\0" + b"\xff" * 4))
    yield "100,000 frames", lambda: gif(100_000)
    yield "a frame beyond the picture", lambda: gif(1).replace(b",\0\0\0\0\x08\0\x08", b",\xff\xff\xff\xff\xff\xff\xff")
    yield "65,000 entries", lambda: tiff(65_000)
    yield "2^30 strips", lambda: tiff(0, 1 << 30)
    yield "strips packed with an unknown method", lambda: tiff(0, 1, 50_000)
    yield "2^31 pixels a side in a TIFF", lambda: tiff(0, 1, 1, 2**31)
    yield "a number without end in a PPM", lambda: b"P6 " + b"9" * 5_000_000
    yield "a comment without end in a PPM", lambda: b"P6\n" + b"#" * 5_000_000
    yield "a PPM that is not there", lambda: b"P6 60000 60000 255\n"
    yield (
        "a WebP of 2^14 pixels",
        lambda: b"RIFF\x2a\0\0\0WEBPVP8L\x1e\0\0\0\x2f\xff\xff\xff\xff" + b"\xff" * 25 + b"\0",
    )
    yield "an AVIF of boxes", lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\xff\xff\xff\xffmeta" * 1000
    yield "notes of four bytes in a JPEG", lambda: jpeg((0xE1, b"Exif\0\0II*\0"))
    yield (
        "notes in a circle in a JPEG",
        lambda: jpeg((0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0")),
    )
    yield (
        "a JPEG of 65,500 pixels a side",
        lambda: jpeg().replace(b"\x08\0\x08\0\x08\3", b"\x08" + struct.pack(">HH", 65_500, 65_500) + b"\3"),
    )
    yield "a JPEG of 10,000 segments", lambda: jpeg(*[(0xE2, b"MPF\0" + bytes(99))] * 10_000)
    yield "postscript", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"


def _headers() -> Iterator[tuple[str, Callable[[], bytes]]]:
    one = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    yield "a header of 90 MB of JSON", lambda: b.safetensors(b'{"a":' * (15 * MEGA) + b"0" + b"}" * (15 * MEGA))
    yield "a header of 15 MB of empty lists", lambda: b.safetensors(b'{"a":[' + b"[]," * (5 * MEGA - 9) + b"0]}")
    yield "a header of 15 MB of empty maps", lambda: b.safetensors(b'{"a":[' + b"{}," * (5 * MEGA - 9) + b"0]}")
    yield "a header of 15 MB of levels", lambda: b.safetensors(b'{"a":' + b'{"a":' * (3 * MEGA) + b"0" + b"}" * 99)
    yield (
        "names twice",
        lambda: b.safetensors(
            f'{{"a":{one},"a":{one},"__metadata__":{{"a":"b"}},"__metadata__":[1]}}'.encode(), bytes(4)
        ),
    )
    yield (
        "a description of 15 MB of lists",
        lambda: b.safetensors({"__metadata__": {"stylescope": '{"a":[' + "[]," * (5 * MEGA - 99) + "0]}"}}),
    )
    yield (
        "settings of 15 MB of lists",
        lambda: b.safetensors(
            {
                "__metadata__": {
                    "stylescope": '{"version":1,"networks":{},"training_set_kwargs":{"a":['
                    + "[]," * (5 * MEGA - 99)
                    + "0]}}"
                }
            }
        ),
    )
    described = json.dumps({"version": 1, "networks": {"G_ema": {"class": "stylegan2.Generator", "arguments": TINY_G}}})
    yield (
        "parents of 15 MB",
        lambda: b.safetensors(
            {"__metadata__": {"stylescope": described[:-1] + ',"parents":[' + '"a",' * (3 * MEGA) + "0]}"}}
        ),
    )
    yield "a name of 15 MB", lambda: b.safetensors(f'{{"{"x" * 15 * MEGA}":{one}}}'.encode(), bytes(4))
    yield (
        "a shape without end",
        lambda: b.safetensors(
            b'{"a":{"dtype":"F32","shape":[' + b"1," * (7 * MEGA) + b'1],"data_offsets":[0,4]}}', bytes(4)
        ),
    )
    yield (
        "offsets of 400 digits",
        lambda: b.safetensors(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1' + b"0" * 400 + b"]}}", bytes(4)),
    )


def _pickles() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "a long line", lambda: b"\x80\x02c" + b"x" * (40 * MEGA) + b"\nb\n."
    yield "a text of digits", lambda: b"I" + b"9" * (5 * MEGA) + b"\n."
    yield "a long number of digits", lambda: b"L" + b"9" * (5 * MEGA) + b"L\n."
    yield "many marks", lambda: b"\x80\x02" + b"(" * (20 * MEGA) + b"."
    yield "the memo of everything", lambda: b"\x80\x04N" + b"\x94" * (20 * MEGA) + b"."
    yield "duplicates", lambda: b"\x80\x02]" + b"2" * (20 * MEGA) + b"."
    yield "a zip archive of overlapping members", lambda: overlapping(60_000, 16 * MEGA - 1)
    yield "a gzip bomb", lambda: zlib.compress(bytes(300 * MEGA), 1)


def _arrays() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "objects", lambda: archive_of({"w.npy": npy("'|O'", data=b"cos\nsystem\n(S'true'\ntR.")})
    yield "Fortran order", lambda: archive_of({"w.npy": npy(shape="(3, 5, 7)", data=bytes(4 * 105), order="True")})
    yield "overlapping members", lambda: overlapping(900, 16 * MEGA)
    yield "900 members of 16 MB", lambda: bomb("a{}.npy", 16 * MEGA, 900)
    yield "names of 60 kB", lambda: archive_of({f"{i}" + "\u202e" * 20_000 + ".npy": npy() for i in range(10)})
    yield (
        "directions of no names",
        lambda: archive_of(
            {
                "directions.npy": npy(shape="(4, 4)", data=bytes(64)),
                "about.npy": npy("'|u1'", "(100000,)", b"[" * 100_000),
            }
        ),
    )
    yield "boundary without numbers", lambda: archive_of({"boundary.npy": npy(shape="(0, 0, 4)", data=b"")})
    yield "64 axes", lambda: archive_of({"w.npy": npy(shape="(" + "1," * 64 + ")", data=bytes(4))})
    yield "bool", lambda: archive_of({"w.npy": npy("'|b1'", "(1, 4)", b"\1\0\1\2")})
    yield "float128", lambda: archive_of({"w.npy": npy("'<f16'", "(1, 4)", bytes(64))})
    yield "names that climb", lambda: archive_of({"../../w.npy": npy(), "/etc/w.npy": npy()})


def _data() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "overlapping members", lambda: overlapping(60_000, 16 * MEGA)
    yield "60,000 folders", lambda: b.stored({f"{i}/": b"" for i in range(60_000)})
    yield "names that climb", lambda: archive_of({f"../../{i}.png": png() for i in range(3)})
    for name, content in _pictures():
        yield f"a picture: {name}", lambda content=content: bomb_free({"a.png": content()})
    labels = '{"labels":{"a.png":' + "[" * 30 + "0" + "]" * 30 + "}}"
    yield "labels in lists", lambda: archive_of({"a.png": png(), "dataset.json": labels.encode()})
    yield (
        "labels by name twice",
        lambda: archive_of({"a.png": png(), "dataset.json": b'{"labels":[["a.png",0],["a.png",1e400],[null,0],[]]}'}),
    )


def bomb_free(members: dict[str, bytes]) -> bytes:
    """A zip archive of packed members."""
    return archive_of(members, zipfile.ZIP_DEFLATED)


def _documents() -> Iterator[tuple[str, Callable[[], bytes]]]:
    anchors = "stylescope: recipe\nversion: 1\na: &a [1]\n" + "b: *a\n" * 100_000
    yield "YAML of anchors", anchors.encode
    yield "keys twice", lambda: b'{"stylescope":"recipe","version":2,"version":9,"document":{"a":1},"document":[]}'
    yield "overlapping members", lambda: overlapping(20_000, 16 * MEGA)
    yield (
        "a picture of a billion pixels",
        lambda: bomb_free(
            {
                "session.json": b'{"stylescope":"session","version":2,"document":{}',
                "thumbnail.png": png(width=30_000, height=30_000, bits=1, colour=0),
            }
        ),
    )
    yield (
        "a network that is a pipe",
        lambda: b'{"stylescope":"recipe","version":2,"document":{"network":{"source":"/dev/stdin"}}}',
    )
    yield (
        "a network without end",
        lambda: b'{"stylescope":"recipe","version":2,"document":{"network":{"source":"/dev/zero"}}}',
    )


def _scripts() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "overlapping members", lambda: overlapping(60_000, 16 * MEGA - 1)
    yield "2,000 members of 16 MB", lambda: bomb("a/code/{}.py", 16 * MEGA - 1, 2000)
    yield "60,000 members", lambda: b.stored({f"a/code/{i}.py": b"" for i in range(60_000)})
    yield "300,000 members", lambda: b.stored({f"{i}": b"" for i in range(300_000)})
    yield "code of nothing", lambda: archive_of({"a/code/b.py": b"def f():\n" * 100, "a/data.pkl": b"\x80\x02N."})


def _numbers() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "a number of a megabyte", lambda: b"9" * (MEGA - 1)
    yield "half a million numbers", lambda: b"1," * (MEGA // 2)
    yield "no numbers", lambda: b"nan, inf, 1e999"
    yield "underscores", lambda: b"1_0,0x10,\xd9\xa1"


OF_KIND: dict[str, Callable[[], Iterator[tuple[str, Callable[[], bytes]]]]] = {
    "network": _headers,
    "pickle": _pickles,
    "array": _arrays,
    "picture": _pictures,
    "photo": _pictures,
    "data": _data,
    "document": _documents,
    "script": _scripts,
    "numbers": _numbers,
}


def files(kind: str) -> Iterator[tuple[str, Make]]:
    """Yield the hostile files of a kind: name, and function that makes the file."""
    yield from ANYWHERE.items()
    for name, content in OF_KIND[kind]():
        yield name, _written(content)


def place_of(folder: Path, kind: str, name: str) -> Path:
    """Return the path of a file: only one of them has a name that cannot be shown."""
    stem = ODD_NAME if name == "odd name" else "".join(one for one in name if one.isalnum())
    return folder / f"{stem}{SUFFIXES[kind]}"
