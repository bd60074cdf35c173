"""Hostile and broken recipes, sessions and films."""

import base64
import html
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hostile.documents.case import MEGA, OPENED, DocumentCase, zeros
from tests.hostile.documents.sessions import sessions


def cases() -> list[DocumentCase]:
    """Return all cases."""
    return [*_texts(), *_pictures(), *_films(), *_packets(), *sessions(), *_special(), *_values()]


# -- recipes as text -------------------------------------------------------------------------------------------------

HEAD = "stylescope: recipe\nversion: 1\n"


def recipe(**parts: Any) -> str:
    """A recipe of version 2 in JSON."""
    return json.dumps({"stylescope": "recipe", "version": 2, **parts})


LIST = '{"stylescope":"recipe","version":2,"document":['
"""Beginning of a recipe whose document is a list."""


def _yaml_texts() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "a list of twenty million", lambda: HEAD + "document: [" + "1," * (20 * MEGA) + "]"
    yield "a thousand times 300 levels", lambda: HEAD + "document:\n" + ("- " + "[" * 300 + "]" * 300 + "\n") * 1000
    yield "more levels than are read", lambda: HEAD + "document: " + "[" * 100_000
    yield "levels by indentation", lambda: HEAD + "document:\n" + "".join(" " * i + "- \n" for i in range(1, 2000))
    yield "maps of maps", lambda: HEAD + "document: " + "{a: " * 50_000
    yield "base 60", lambda: HEAD + "document: [" + "1:2:3:4:5:6:7:8:9," * 300_000 + "]"
    yield "merges", lambda: HEAD + "a: &a {x: 1}\nb: {<<: *a}\n" * 2
    laughs = "".join(f"x{i}: &x{i} [" + ", ".join([f"*x{i - 1}"] * 9) + "]\n" for i in range(1, 30))
    yield "a billion laughs", lambda: HEAD + "x0: &x0 [lol]\n" + laughs
    yield "a reference to itself", lambda: HEAD + "a: &a [*a]"
    for tag in ("!!bool abc", "!!int ''", "!!timestamp x", "!!float x", "!!binary '*'", "!!set {a}", "!!omap [1]"):
        yield f"a tag: {tag}", lambda tag=tag: HEAD + f"a: {tag}"
    yield "an object", lambda: "!!python/object/apply:os.system ['true']"
    yield "6,000 hexadecimal digits", lambda: f"stylescope: recipe\nversion: 0x{'f' * 6000}"
    yield "6,000 digits", lambda: f"stylescope: recipe\nversion: {'9' * 6000}"
    yield "a million digits after the point", lambda: f"stylescope: recipe\nversion: 0.{'9' * MEGA}"
    yield "lists as names", lambda: HEAD + "? [a, b]\n: c"
    yield "maps as names", lambda: HEAD + "? {a: b}\n: c"
    yield "two documents", lambda: HEAD + "---\n" + HEAD
    yield "many documents", lambda: "--- 1\n" * 200_000
    yield "one scalar of 60 MB", lambda: "x" * (60 * MEGA)
    yield "60 MB of comments", lambda: "# x\n" * (15 * MEGA)
    yield "60 MB of blank lines in a block", lambda: "a: |\n" + " \n" * (30 * MEGA)
    yield "longer than is read", lambda: "a: " + "x" * (70 * MEGA)
    yield "a null character", lambda: HEAD + "a: \0"
    yield "an escape of half a character", lambda: HEAD + 'a: "\\ud800"'
    yield "tabs as indentation", lambda: HEAD + "document:\n\tlatent: 1"
    yield "nothing", lambda: ""
    yield "a number", lambda: "12"
    yield "another program's", lambda: "title: holidays"
    yield "a date as version", lambda: "stylescope: recipe\nversion: 2001-12-14"
    yield "a version far ahead", lambda: f"stylescope: recipe\nversion: {10**90}"
    yield "a version below 1", lambda: "stylescope: recipe\nversion: -1"


def _json_texts() -> Iterator[tuple[str, Callable[[], str]]]:
    yield (
        "JSON: a list of ten million",
        lambda: LIST + "0," * (10 * MEGA) + "0]}",
    )
    yield (
        "JSON: many empty lists",
        lambda: LIST + "[]," * (10 * MEGA) + "0]}",
    )
    yield (
        "JSON: many empty maps",
        lambda: LIST + "{}," * (10 * MEGA) + "0]}",
    )
    yield "JSON: many names", lambda: "{" + ",".join(f'"{i}":0' for i in range(2 * MEGA)) + "}"
    yield "JSON: levels without end", lambda: '{"a":' + "[" * MEGA
    yield "JSON: maps without end", lambda: '{"a":' * MEGA
    yield "JSON: not a number", lambda: '{"stylescope":"recipe","version":NaN}'
    yield "JSON: beyond all numbers", lambda: '{"stylescope":"recipe","version":1e999}'
    yield "JSON: 6,000 digits", lambda: '{"stylescope":"recipe","version":' + "9" * 6000 + "}"
    yield "JSON: half a character", lambda: '{"stylescope":"recipe","version":2,"a":"\\ud800"}'
    yield "JSON: cut off", lambda: recipe(document={})[:-3]
    yield "JSON: bytes behind the end", lambda: recipe() + "}"
    yield "JSON: version as text", lambda: json.dumps({"stylescope": "recipe", "version": "2"})
    yield "JSON: version as truth", lambda: json.dumps({"stylescope": "recipe", "version": True})
    yield "JSON: version ahead", lambda: json.dumps({"stylescope": "recipe", "version": 3})
    yield "JSON: a session's text", lambda: json.dumps({"stylescope": "session", "version": 2})
    yield "JSON: everything of a wrong kind", lambda: recipe(document={"mixing": {"layers": [{"ws": "x"}] * 4000}})
    yield "JSON: unknown names", lambda: recipe(**{f"x{i}": 0 for i in range(1000)})
    yield "JSON: a list", lambda: "[1,2]"
    yield "JSON: a list as document", lambda: recipe(document=[1])


def _texts() -> Iterator[DocumentCase]:
    for name, text in (*_yaml_texts(), *_json_texts()):
        yield DocumentCase(name, ".yaml", lambda path, text=text: path.write_text(text()))
    yield DocumentCase("no UTF-8", ".yaml", lambda path: path.write_bytes(b"\xff\xfe\0\0" * 99))
    yield DocumentCase("JSON: no UTF-8", ".json", lambda path: path.write_bytes(b'{"a":"\xed\xa0\x80"}'))
    name = "x" * 400_000
    for what, parts in {
        "a name of a megabyte": {"document": {"network": {"source": name}, "shelf": [{"name": name, "latent": {}}]}},
        "unknown names of a megabyte": {"document": {name: 1, "latent": {name: name}}},
        "an array of junk": {"document": {"latent": {"array": {"sha256": "0" * 64}}}, "arrays": {"0" * 64: "?"}},
        "names of arrays that lead elsewhere": {"document": {"latent": {"array": {"sha256": "../" * 20}}}},
        "a hundred thousand arrays": {"document": {}, "arrays": {f"{i:064x}": "" for i in range(100_000)}},
        "arrays in a list": {"document": {"latent": {"array": {"sha256": "0" * 64}}}, "arrays": [1, 2]},
        "a blend of blends": {"document": {"latent": _nested(300)}},
        "a blend of all": {"document": {"mixing": {"layers": [{"ws": 0, "source": _wide(200_000)}]}}},
        "a hundred thousand keys": {"document": {"timeline": {"tracks": [_track(100_000)]}}},
        "keys of a parameter that is not there": {
            "document": {"timeline": {"tracks": [{"path": "x." * 99_999, "keys": [{"at": 0, "value": 1}]}]}}
        },
    }.items():
        yield DocumentCase(what, ".json", lambda path, parts=parts: path.write_text(recipe(**parts)), OPENED)


def _nested(levels: int) -> dict[str, Any]:
    plain: dict[str, Any] = {"is": "Latent"}
    for _ in range(levels):
        plain = {"is": "WBlend", "parts": [[plain, 1.0]]}
    return plain


def _wide(parts: int) -> dict[str, Any]:
    return {"is": "WBlend", "parts": [[{"is": "Latent"}, 1.0]] * parts}


def _track(keys: int) -> dict[str, Any]:
    return {"path": "truncation.psi", "keys": [{"at": i / keys, "value": 1.0} for i in range(keys)]}


# -- recipes in pictures and films -----------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(text: str) -> bytes:
    """A PNG that holds a recipe's text, packed."""
    return PNG + chunk(b"zTXt", b"stylescope\0\0" + zlib.compress(text.encode(), 9)) + chunk(b"IEND", b"")


PACKED = (
    "a list of twenty million",
    "a thousand times 300 levels",
    "base 60",
    "60 MB of blank lines in a block",
    "JSON: a list of ten million",
    "JSON: many empty lists",
)


def _pictures() -> Iterator[DocumentCase]:
    for name, text in (*_yaml_texts(), *_json_texts()):
        if name in PACKED:
            yield DocumentCase(f"packed: {name}", ".png", lambda path, text=text: path.write_bytes(packed(text())))
    for name, head, kind, times in (
        ("a packed text", b"stylescope\0\0", b"zTXt", 1),
        ("an international text", b"stylescope\0\1\0en\0name\0", b"iTXt", 1),
        ("other texts", b"other\0\0", b"zTXt", 20),
    ):
        yield DocumentCase(
            f"150 MB in {name}",
            ".png",
            lambda path, head=head, kind=kind, times=times: path.write_bytes(PNG + chunk(kind, head + zeros()) * times),
        )
    for name, content in {
        "a damaged packing": PNG + chunk(b"zTXt", b"stylescope\0\0" + b"x" * 99),
        "a text cut off": packed(HEAD)[:40],
        "a chunk of 4 GB": PNG + b"\xff\xff\xff\xffzTXtstylescope\0\0",
        "a hundred thousand chunks and more": PNG + chunk(b"tEXt", b"") * 300_000,
        "no chunks": PNG,
        "no picture": b"GIF89a" + bytes(99),
    }.items():
        yield DocumentCase(name, ".png", lambda path, content=content: path.write_bytes(content))


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def comment(text: bytes) -> bytes:
    """An MP4 with a comment."""
    inner = box(b"\xa9cmt", box(b"data", bytes(8) + text))
    return box(b"ftyp", b"isom") + box(b"moov", box(b"udta", box(b"meta", bytes(4) + box(b"ilst", inner))))


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP file of chunks."""
    inner = b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(inner) + 4) + b"WEBP" + inner


def element(kind: int, content: bytes, length: int | None = None) -> bytes:
    """An element of a WebM file, with a length of eight bytes."""
    head = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    return head + (1 << 56 | (len(content) if length is None else length)).to_bytes(8, "big") + content


def webm(text: bytes, name: bytes = b"COMMENT") -> bytes:
    """A WebM file with a comment."""
    simple = element(0x67C8, element(0x45A3, name) + element(0x4487, text))
    tags = element(0x1254C367, element(0x7373, simple))
    return element(0x1A45DFA3, b"") + element(0x18538067, tags)


def xmp_of(text: dict[str, str]) -> bytes:
    """A packet with texts."""
    inner = "".join(f"<s:{key}>{html.escape(value)}</s:{key}>" for key, value in text.items())
    return f'<x:xmpmeta><rdf:RDF><rdf:Description xmlns:s="urn:stylescope:text:">{inner}'.encode()


def _packets() -> Iterator[DocumentCase]:
    """Recipes in WebP and WebM files."""
    bomb = HEAD + "a: [" + "1," * (5 * MEGA)
    for name, content in {
        "a packet of 4 GB": b"RIFF\0\0\0\0WEBPXMP \xff\xff\xff\xff",
        "a packet with a bomb": riff((b"XMP ", xmp_of({"stylescope": bomb}))),
        "a packet that is not closed": riff((b"XMP ", xmp_of({"stylescope": HEAD})[:-14])),
        "a packet with levels without end": riff((b"XMP ", xmp_of({"stylescope": "[" * MEGA}))),
        "no packet": riff((b"VP8L", b"")),
        "a hundred thousand chunks and more": riff(*[(b"ALPH", b"")] * 200_000),
        "cut off": riff((b"XMP ", xmp_of({"stylescope": HEAD})))[:40],
    }.items():
        yield DocumentCase(name, ".webp", lambda path, content=content: path.write_bytes(content))
    for name, content in {
        "comment: levels without end": webm(b"[" * MEGA),
        "comment: no recipe": webm(b'{"title":"holidays"}'),
        "comment: a bomb in it": webm(json.dumps({"stylescope": bomb}).encode()),
        "another tag": webm(json.dumps({"stylescope": HEAD}).encode(), b"TITLE"),
        "elements in elements": element(0x1A45DFA3, b"") + element(0x18538067, element(0x1254C367, b"s\x80" * 300_000)),
        "empty elements without end": element(0x1A45DFA3, b"") + element(0x18538067, b"\xec\x80" * 600_000),
        "lengths of 2^56": element(0x1A45DFA3, b"") + element(0x18538067, b"", (1 << 56) - 2),
        "unknown lengths in each other": element(0x1A45DFA3, b"") + element(0x18538067, b"", (1 << 56) - 1) * 9,
        "no kind": element(0x1A45DFA3, b"") + bytes(99),
        "cut off": webm(b"{}")[:-5],
    }.items():
        yield DocumentCase(name, ".webm", lambda path, content=content: path.write_bytes(content))


def _films() -> Iterator[DocumentCase]:
    for name, content in {
        "comment: levels without end": comment(b"[" * MEGA),
        "comment: many empty lists": comment(b"[" + b"[]," * (3 * MEGA) + b"0]"),
        "comment: no recipe": comment(b'{"title":"holidays"}'),
        "comment: a number as recipe": comment(b'{"stylescope":1}'),
        "comment: a bomb in it": comment(json.dumps({"stylescope": HEAD + "a: [" + "1," * (5 * MEGA)}).encode()),
        "a hundred thousand boxes and more": box(b"free", b"") * 300_000,
        "a box of no size": struct.pack(">I4s", 0, b"moov") * 9,
        "a box that is too short": struct.pack(">I4s", 3, b"moov") + bytes(99),
        "a box of 2^64 bytes": struct.pack(">I4sQ", 1, b"moov", 2**64 - 1) + bytes(99),
        "boxes in boxes": (box(b"moov", box(b"moov", b"")) + box(b"moov", bytes(7))) * 1000,
        "cut off": comment(b"{}")[:-5],
    }.items():
        yield DocumentCase(name, ".mp4", lambda path, content=content: path.write_bytes(content))


# -- what is no file, and values -------------------------------------------------------------------------------------


def _special() -> Iterator[DocumentCase]:
    for suffix in (".png", ".webp", ".mp4", ".webm", ".yaml", ".stylescope"):
        yield DocumentCase("a pipe", suffix, os.mkfifo)
        yield DocumentCase("zeros without end", suffix, lambda path: path.symlink_to("/dev/zero"))
        yield DocumentCase("a sparse file of 1 TB", suffix, lambda path: _sparse(path, b"", 1 << 40))
    yield DocumentCase(
        "a sparse film of 1 TB with a large comment", ".mp4", lambda path: _sparse(path, _large(), 1 << 40)
    )


def _large() -> bytes:
    return comment(b"{}").replace(struct.pack(">I4s", 18, b"data"), struct.pack(">I4s", 2**31, b"data"))


def _sparse(path: Path, head: bytes, size: int) -> None:
    path.write_bytes(head)
    os.truncate(path, size)


HUGE = (1e300, -1e300, 1e-320, 1e308, 10**30, -1, 0, 2**63, "x", None, True, [], {})


def _values() -> Iterator[DocumentCase]:
    for value in HUGE:
        text = recipe(document=_everywhere(value), display=_display(value), at=value)
        yield DocumentCase(f"everywhere {value!r}", ".json", lambda path, text=text: path.write_text(text), OPENED)


def _display(value: Any) -> dict[str, Any]:
    names = ("layer", "channels", "channel", "normalize", "scale_db", "untransform", "layer_table")
    return {**dict.fromkeys(names, value), "spectrum": {"on": True, "range_db": value, "beta": value}}


def _everywhere(value: Any) -> dict[str, Any]:
    latent = {"is": "Latent", **dict.fromkeys(("x", "y", "label", "label_b", "label_mix"), value)}
    blend = {"is": "WBlend", "parts": [[latent, value], [latent, 1.0]], "lengths": [value, value], "keep_norm": True}
    mixing = {"x": value, "layers": [{"ws": value}, {"ws": 1, "source": blend, "amount": value}], "solo": [value]}
    weights = {"layers": [{"layer": value, "network": {"source": "x"}, "amount": value}], "mapping_blended": value}
    truncation = {"psi": value, "cutoff": value, "psis": [value, 1.0]}
    noise = {"mode": "random", "seed": value, "strength": value, "layers": [{"layer": "b8.conv0", "strength": value}]}
    array = base64.b16encode(bytes(32)).decode()
    way = {"route": "straight", "shares": [0, value, 1], "through": {"sha256": array}, "measured": "x"}
    tracks = [
        {
            "path": path,
            "keys": [{"at": 0, "value": one, "way": way}, {"at": value, "value": one}, {"at": 5, "value": one}],
        }
        for path, one in {
            "latent": latent,
            "mixing": mixing,
            "weights": weights,
            "truncation": truncation,
            "truncation.psi": value,
            "noise": noise,
            "noise.seed": value,
            "transform.angle": value,
            "directions.a": value,
            "styles.b8.conv0.3": value,
            "bends.b8.conv0.zoom": value,
            "display.scale_db": value,
        }.items()
    ]
    return {
        "network": {"source": value, "reload": value},
        "latent": latent,
        "mixing": mixing,
        "truncation": truncation,
        "directions": [{"name": "a", "array": {"sha256": array}, "strength": value, "first": value, "last": value}],
        "styles": [{"layer": "b8.conv0", "channel": value, "strength": value, "sigma": value}],
        "bends": [{"layer": "b8.conv0", "kind": "zoom", "strength": value, "channels": [value], "seed": value}],
        "noise": noise,
        "weights": weights,
        "transform": {"x": value, "y": value, "angle": value},
        "shelf": [{"name": value, "latent": blend, "mixing": mixing}],
        "timeline": {"tracks": tracks, "seconds": value, "fps": value, "retiming": {"shares": [value, value]}},
    }
