"""Hostile and broken files of torch.save."""

import io
import os
import pickle
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from tests.hostile import build as b
from tests.hostile import build_torch as t
from tests.hostile.case import CORRUPT, LOADED, REFUSED, UNSAFE, UNSUPPORTED, Case
from tests.official_pickles import dumps, persistent, tiny_networks

CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "zip": t.zipped,
    "legacy": lambda data: t.legacy(data, None if b"Storage" in data else {}),
}


def cases(command: str) -> Iterator[Case]:
    """All cases of this kind; what runs anything runs `command`."""
    for name, made in CONTAINERS.items():
        for case in _in_both(command):
            content = case.content
            assert isinstance(content, bytes)
            yield Case(f"torch {name}: {case.name}", made(content), case.outcome, case.words, ".pt")
    for case in (*_zip(), *_legacy(), *_modules(command)):
        yield Case(f"torch: {case.name}", case.content, case.outcome, case.words, ".pt")


def vectors(command: str) -> Iterator[Case]:
    """The same as files of latents and directions."""
    for case in cases(command):
        if case.outcome in (CORRUPT, UNSAFE) and not case.name.startswith("torch legacy: "):
            yield Case(f"vectors in {case.name}", case.content, REFUSED, (), ".pt")


def _in_both(command: str) -> Iterator[Case]:
    """Attacks on the pickle, the same in both containers; the content is the pickle."""
    views = {
        "beyond its storage": t.tensor((5, 4), (4, 1)),
        "beyond its storage by its stride": t.tensor((2, 2), (100, 1)),
        "beyond its storage by its offset": t.tensor((4,), (1,), 13),
        "negative stride": t.tensor((4, 4), (-4, 1), 12),
        "negative offset": t.tensor((4, 4), (4, 1), -4),
        "negative size": t.tensor((-4, 4), (4, 1)),
        "huge view of one number": t.tensor((2**40,), (0,)),
        "overflowing view": t.tensor((2**33, 2**33), (1, 1)),
        "empty and huge": t.tensor((0, 2**60), (1, 1)),
        "hundred dimensions": t.tensor((1,) * 100, (1,) * 100),
        "stride of another length": t.tensor((4, 4), (4, 4, 1)),
        "size that is text": t.tensor(("4", "4"), (4, 1)),
        "size that is a list": t.tensor([4, 4], (4, 1)),
        "offset of 2^400": t.tensor((4,), (1,), 2**400),
        "text for a storage": t.tensor(of=b.raw("storage")),
        "nothing for a storage": t.tensor(of=b"N"),
        "storage of no numbers": t.tensor(of=t.storage(count=2**40)),
        "storage of a negative count": t.tensor(of=t.storage(count=-1)),
        "storage of fewer numbers": t.tensor((2,), (1,), of=t.storage(count=2)),
        "storage of a longer type": t.tensor(of=t.storage(kind="torch\nDoubleStorage")),
        "storage that is absent": t.tensor(of=t.storage(key="7")),
        "storage by a number": t.tensor(of=t.storage(key=0)),
        "storage by a path": t.tensor(of=t.storage(key="../data.pkl")),
        "storage by a long name": t.tensor(of=t.storage(key="0" * 100_000)),
        "storage of another tag": t.tensor(of=t.storage(tag="file")),
        "storage of a class that is none": t.tensor(of=t.storage(kind="collections\nOrderedDict")),
    }
    for name, view in views.items():
        yield Case(name, t.table(view), CORRUPT, ("again",))
    aliased = b"".join(b.raw(f"w{i}") + b"h\x01" for i in range(1000))
    yield Case("one tensor a thousand times", b"\x80\x02" + t.tensor() + b"q\x010}(" + aliased + b"u.", UNSUPPORTED)
    for module, name in (("os", "system"), ("builtins", "eval"), ("torch.hub", "load"), ("torch", "load")):
        yield Case(f"call of {module}.{name}", b.by_global(module, name, command), UNSAFE, (f"{module}.{name}",))
    yield Case("code beside tensors", t.table(t.tensor(), b.by_global("os", "system", command)[2:-1]), UNSAFE)
    yield Case("storage of code", t.table(t.tensor(of=t.storage(kind="os\nsystem"))), UNSAFE, ("os.system",))
    yield Case("tensor made by code", t.table(t.tensor(function="os\nsystem")), UNSAFE, ("os.system",))
    typed = b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n" + b.raw((command,)) + b"NtR"
    yield Case("typed tensor made by code", t.table(typed), UNSAFE, ("os.system",))
    classed = b"ccopyreg\n_reconstructor\n(csubprocess\nPopen\ncbuiltins\nobject\nNtR"
    yield Case("object of code", t.table(classed), UNSAFE, ("subprocess.Popen",))
    partial = b.by_global("functools", "partial", command)
    yield Case("partial of nothing else", partial, UNSAFE, ("functools.partial",))
    foreign = b.by_global("evil.module", "run", command)
    yield Case("function of a foreign module", foreign, UNSAFE, ("evil.module.run",))
    yield Case("class of a foreign module", b.by_global("evil.module", "Run", command), UNSUPPORTED, ("evil.module",))
    nested = pickle.dumps({"a": b.laughs()}, 2)
    yield Case("laughs", nested, UNSUPPORTED)
    yield Case("a thousand levels", b.nested(1000), UNSUPPORTED)
    yield Case("a million levels", b"\x80\x02" + b")" + b"\x85" * 2_000_000 + b".", CORRUPT, ("parts",))
    circle = b"\x80\x02}q\x01" + b.raw("state_dict") + b"h\x01s."
    yield Case("a dictionary in itself", circle, UNSUPPORTED)
    many = b"\x80\x02}(" + b"".join(b.raw(f"k{i}") + b"}" for i in range(100_000)) + b"u."
    yield Case("a hundred thousand dictionaries", many, CORRUPT, ("parts",))
    yield Case("nothing", b"\x80\x02N.", UNSUPPORTED)
    yield Case("cut pickle", t.table(t.tensor())[:-30], CORRUPT)


def _zip() -> Iterator[Case]:
    """Attacks on the zip file."""
    data, numbers = t.table(t.tensor()), {"0": bytes(64)}
    whole = t.zipped(data)
    for percent in (5, 50, 95):
        yield Case(f"zip cut at {percent}%", whole[: len(whole) * percent // 100], CORRUPT, ("download it again",))
    yield Case("zip without data.pkl", t.zipped(data, numbers, prefix="x/").replace(b"data.pkl", b"date.pkl"), CORRUPT)
    two = t.zipped(data, {**numbers, "a/data.pkl": data})
    yield Case("two pickles", two, CORRUPT, ("zip",))
    yield Case("zip in a zip", t.zipped(whole), CORRUPT, ("opcode",))
    yield Case("storage that is a zip", t.zipped(data, {"0": whole}), CORRUPT, ("claims",))
    program = t.zipped(data, numbers, **{"constants.pkl": b"\x80\x02)."})
    yield Case("TorchScript", program, UNSUPPORTED, ("torchscript",))
    yield Case("big endian", t.zipped(data, numbers, byteorder=b"big"), CORRUPT, ("byte order",))
    yield Case("odd byte order", t.zipped(data, numbers, byteorder=b"x" * 100_000), CORRUPT)
    yield Case("packed storage, lying", t.zipped(data, {"0": bytes(2**26)}, packed=True), CORRUPT, ("claims",))
    bomb = t.zipped(t.table(t.tensor((2**26,), (1,), of=t.storage(count=2**26))), {"0": bytes(2**28)}, packed=True)
    yield Case("packed storage, a bomb", bomb, CORRUPT, ("parts",))
    yield Case("packed pickle, a bomb", t.zipped(b"\x80\x02" + b"N" * 2**27 + b".", numbers, packed=True), CORRUPT)
    central, local = b"PK\x01\x02", b"PK\x03\x04"
    yield Case("size that lies", t.patched(whole, central, 24, 2**31, 4, 1), CORRUPT)
    yield Case(
        "both sizes lie", t.patched(t.patched(whole, central, 24, 2**31, 4, 1), central, 20, 2**31, 4, 1), CORRUPT
    )
    yield Case("offset beyond the file", t.patched(whole, central, 42, 2**31, 4, 1), CORRUPT)
    yield Case("two members at one place", t.patched(whole, central, 42, 0, 4, 1), CORRUPT, ("again",))
    yield Case("long extra field", t.patched(whole, local, 28, 65535, 2, 1), CORRUPT)
    yield Case("encrypted", t.patched(whole, central, 8, 1, 2, 1), CORRUPT, ("encrypted",))
    yield Case("encrypted pickle", t.patched(whole, central, 8, 1, 2), CORRUPT, ("encrypted",))
    yield Case("unknown method", t.patched(whole, central, 10, 99, 2, 1), CORRUPT, ("again",))
    yield Case(
        "no header before a member", whole.replace(local, b"PK\x09\x09").replace(b"PK\x09\x09", local, 1), CORRUPT
    )
    members = {f"archive/data/{i:060}": b"" for i in range(60_000)}
    crowded = b.stored({"archive/data.pkl": b"\x80\x02}.", **members, "archive/version": b"3\n"})
    yield Case("sixty thousand members", crowded, CORRUPT, ("again",))
    yield Case("nothing but a name", b"PK\x03\x04" + b"archive/data.pkl" * 50, CORRUPT)


def _legacy() -> Iterator[Case]:
    """Attacks on the old container."""
    data = t.table(t.tensor())
    whole = t.legacy(data)
    for cut in (20, 60, len(whole) // 2, len(whole) - 65, len(whole) - 1):
        yield Case(f"legacy cut at {cut}", whole[:cut], CORRUPT, ("again",))
    yield Case("other magic number", t.legacy(data, head=(t.MAGIC, 7, t.HEAD[2])), CORRUPT, ("version",))
    big = (*t.HEAD[:2], {**t.HEAD[2], "little_endian": False})  # type: ignore[dict-item]
    yield Case("legacy of big endian", t.legacy(data, head=big), CORRUPT, ("byte order",))
    yield Case("machine that is text", t.legacy(data, head=(*t.HEAD[:2], "x")), CORRUPT)
    yield Case("keys of another file", t.legacy(data, keys=["1"]), CORRUPT, ("list of numbers",))
    yield Case("no keys", t.legacy(data, keys=[], storages={"0": b""}), CORRUPT)
    yield Case("keys twice", t.legacy(data, {"0": bytes(64), "1": bytes(64)}, keys=["0", "0"]), CORRUPT)
    yield Case("keys that are no list", t.legacy(data, keys="0"), CORRUPT)
    yield Case("keys that are lists", t.legacy(data, keys=[["0"]]), CORRUPT)
    yield Case("count that lies", t.legacy(data, counts=[2**40]), CORRUPT, ("again",))
    yield Case("negative count", t.legacy(data, counts=[-16]), CORRUPT)
    view = t.tensor(of=t.storage(more=b.raw(("v", 0, 8))))
    yield Case("view of a storage", t.legacy(t.table(view)), CORRUPT, ("export it again",))
    twice = t.table(t.tensor(), t.tensor((2, 4), (4, 1), of=t.storage(kind="torch\nDoubleStorage", count=8)))
    yield Case("one storage of two types", t.legacy(twice), CORRUPT, ("two ways",))
    classed = b"(" + b.raw("module") + b"cevil.net\nNet\n" + b.raw("net.py") + b.raw("import os") + b"tQ"
    yield Case("class with its source", t.legacy(t.table(classed), {}), UNSUPPORTED, ("evil.net",))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("storages")
        archive.addfile(info, io.BytesIO())
    yield Case("tar of the first version", stream.getvalue(), CORRUPT, ("damaged",))

    def endless(folder: Path) -> Path:
        path = folder / "endless.pt"
        with open(path, "wb") as file:
            file.write(t.legacy(t.table(t.tensor((2**33,), (1,), of=t.storage(count=2**33))), counts=[2**33]))
            os.truncate(path, 2**35 + 4096)
        return path

    yield Case("claims that a sparse file fulfils", endless, UNSUPPORTED, ("without a network",))


def _modules(command: str) -> Iterator[Case]:
    """Modules saved whole."""

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (os.system, (command,))

    stream = io.BytesIO()
    torch.save({"G_ema": Evil(), "weight": torch.zeros(3)}, stream)
    yield Case("code in place of a network", stream.getvalue(), UNSAFE, ("posix.system",))
    yield Case("sound module in a zip", _module(), LOADED)
    source = _module(source=f"import os\nos.system({command!r})\n")
    yield Case("sound module with a source that has effects", source, LOADED)
    deep = t.zipped(dumps({"G_ema": b.deep_modules(100)}, 2), {})
    yield Case("modules a hundred deep", deep, CORRUPT, ("get the file again",))
    many = t.zipped(dumps({"G_ema": b.many_modules()}, 2), {})
    yield Case("modules that double at each level", many, CORRUPT, ("get the file again",))
    yield Case("a module in itself", t.zipped(b.module_in_itself(), {}), CORRUPT, ("get the file again",))


def _module(source: str = "") -> bytes:
    """A tiny generator saved whole, with torch's own stored tensors inside."""
    from tests.official_pickles import TINY_G

    return t.zipped(dumps({"G_ema": persistent(tiny_networks()["G_ema"], TINY_G, source=source)}, 2), {})
