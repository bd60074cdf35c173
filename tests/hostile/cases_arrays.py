"""Files of latents and directions, and TorchScript files, that claim, hide or hold too much."""

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch

from tests.hostile.build import stored
from tests.hostile.case import ODD, REFUSED, UNSUPPORTED, Case
from tests.hostile.cases_needs import GIB, sparse


def cases() -> Iterator[Case]:
    """Files for `images --projected-w` and `--direction`."""
    yield from _npy()
    yield from _npz()


def npy(descr: str = "'<f4'", shape: str = "(1, 4)", data: bytes = bytes(16), order: str = "False") -> bytes:
    """A `.npy` file with this header."""
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def _npy() -> Iterator[Case]:
    heads = {
        "objects": npy("'|O'"),
        "structures": npy("[('a', '<f4')]"),
        "texts": npy("'<U4'"),
        "complex": npy("'<c8'"),
        "times": npy("'<M8[s]'"),
        "no width": npy("'|V0'"),
        "nonsense": npy("'__import__'"),
        "a call": npy("__import__('os').system('true')"),
        "negative": npy(shape="(-1, 4)"),
        "huge": npy(shape="(1000000, 1000000)"),
        "2^62 twice": npy(shape=f"({2**62}, {2**62})"),
        "5000 digits": npy(shape="(" + "9" * 5000 + ",)"),
        "3000 sides": npy(shape="(" + "1, " * 3000 + ")"),
        "nothing": npy(shape="(0, 4)", data=b""),
        "a scalar": npy(shape="()", data=bytes(4)),
        "9 sides": npy(shape="(1, 1, 1, 1, 1, 1, 1, 1, 4)"),
        "too wide": npy(shape="(100000,)", data=bytes(400_000)),
        "too many layers": npy(shape="(5000, 4)", data=bytes(80_000)),
        "no numbers": npy(data=struct.pack("<4f", float("nan"), 0, 0, 0)),
        "beyond float32": npy("'<f8'", data=struct.pack("<4d", 1e300, 0, 0, 0)),
        "no order": npy(order="maybe"),
        "deep": b"\x93NUMPY\x01\x00" + struct.pack("<H", 9000) + b"(" * 9000,
        "4 GB of header": b"\x93NUMPY\x02\x00" + b"\xff" * 4 + b"{" * 100_000,
        "a later version": b"\x93NUMPY\x09\x00" + npy()[8:],
        "cut": npy()[:-1],
        "only a start": b"\x93NUMPY",
    }
    for name, content in heads.items():
        yield Case(f"npy: {name}", content, REFUSED, (), ".npy")
    start = npy(shape=f"({7 * GIB},)", data=b"")
    yield Case("npy: sparse", sparse("sparse.npy", start, 30 * GIB), REFUSED)
    start = npy(shape=f"({GIB // 2048}, 512)", data=b"")
    yield Case("npy: sparse within the limit of a file", sparse("half.npy", start, len(start) + GIB), REFUSED)
    yield Case("npy: zeros", bytes(1000), REFUSED, (), ".npy")
    yield Case("npy: a pickle", b"\x80\x04N.", REFUSED, (), ".npy")
    yield Case("npy: nothing at all", b"", REFUSED, (), ".npy")


def _npz() -> Iterator[Case]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("w.npy", "w") as member:
        member.write(npy(shape="(131072, 512)", data=b""))
        for _ in range(256):
            member.write(bytes(2**20))
    yield Case("npz: 256 MB in 256 kB", bomb.getvalue(), ODD, (), ".npz")
    yield Case("npz: a member that says that it is small", _smaller(bomb.getvalue(), 600), REFUSED, (), ".npz")
    wide = archive_of({"w.npy": npy(shape="(1000000, 512)", data=bytes(1000))})
    yield Case("npz: a member that says that it is large", wide, REFUSED, (), ".npz")
    yield Case("npz: 20,000 arrays", stored({f"{i}.npy": b"" for i in range(20_000)}), REFUSED, (), ".npz")
    many = stored({f"{i}.npy": b"" for i in range(70_000)})
    yield Case("npz: 70,000 arrays", many, REFUSED, (), ".npz")
    for name, method in {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}.items():
        yield Case(f"npz: {name}", archive_of({"w.npy": npy()}, method), REFUSED, (), ".npz")
    encrypted = bytearray(archive_of({"w.npy": npy()}))
    encrypted[encrypted.rfind(b"PK\x01\x02") + 8] |= 1
    yield Case("npz: encrypted", bytes(encrypted), REFUSED, (), ".npz")
    ugly = "red\x1b[31m\nline" + "x" * 1000 + ".npy"
    cube = npy(shape="(2, 2, 1)")  # no direction by whatever name
    yield Case("npz: ugly names", archive_of({ugly: cube}), REFUSED, (), ".npz")
    yield Case("npz: another name", archive_of({"v.npy": cube}), REFUSED, ("w",), ".npz")
    yield Case("npz: nothing in it", archive_of({}), REFUSED, (), ".npz")
    yield Case("npz: objects", archive_of({"w.npy": npy("'|O'")}), REFUSED, (), ".npz")
    yield Case("npz: text", archive_of({"w.npy": b"hello"}), REFUSED, (), ".npz")
    whole = archive_of({"w.npy": npy()})
    yield Case("npz: cut", whole[:-30], REFUSED, (), ".npz")
    yield Case("npz: only a start", whole[:60], REFUSED, (), ".npz")
    yield Case("npz: sparse", sparse("sparse.npz", whole, 30 * GIB), REFUSED)
    doubled = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(doubled, "w") as archive:
            for _ in range(900):
                archive.writestr("w.npy", npy())
    yield Case("npz: one name 900 times", doubled.getvalue(), ODD, (), ".npz")


def archive_of(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _smaller(content: bytes, size: int) -> bytes:
    """An archive whose list says that its only member has another size."""
    changed = bytearray(content)
    at = changed.rfind(b"PK\x01\x02")
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


# -- TorchScript ---------------------------------------------------------------------------------------------------


class Inception(torch.nn.Module):
    """Passes for the official network."""

    def forward(self, img: torch.Tensor, return_features: bool = False, no_output_bias: bool = False) -> torch.Tensor:
        while return_features:
            img = img + 1
        return img


class Writer(torch.nn.Module):
    """Writes a file when it is run."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, img: torch.Tensor, return_features: bool = False, no_output_bias: bool = False) -> torch.Tensor:
        return torch.from_file(self.path, shared=True, size=100, dtype=torch.uint8)


def script(network: torch.nn.Module) -> bytes:
    """A TorchScript file."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(network), stream)
    return stream.getvalue()


def detectors(canary: Path) -> Iterator[Case]:
    """Files for `metrics --detector`, of unknown origin."""
    endless, writer = script(Inception()), script(Writer(str(canary)))
    yield Case("detector: without end", endless, REFUSED, ("--trust-detector",), ".pt")
    yield Case("detector: that writes", writer, REFUSED, ("writes files",), ".pt")
    yield Case("detector: cut", endless[: len(endless) // 2], REFUSED, ("no TorchScript",), ".pt")
    yield Case("detector: text", b"hello", REFUSED, ("no TorchScript",), ".pt")
    yield Case("detector: nothing", b"", REFUSED, ("no TorchScript",), ".pt")
    yield Case("detector: a pickle", b"\x80\x04N.", REFUSED, ("no TorchScript",), ".pkl")
    yield Case("detector: an archive of nothing", archive_of({}), REFUSED, ("--trust-detector",), ".pt")
    bomb = archive_of({"x/code/a.py": bytes(2**25)}, zipfile.ZIP_DEFLATED)
    yield Case("detector: 32 MB of code", bomb, REFUSED, ("no TorchScript",), ".pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        named = archive_of({"x/code/a.PY": b"torch.from_file(x)", "x/data.pkl": b"N."})
        twice = io.BytesIO(writer)
        with zipfile.ZipFile(twice, "a") as archive:
            code = next(name for name in archive.namelist() if name.endswith(".py"))
            archive.writestr(code, b"def forward(self): return 1")
    yield Case("detector: that writes, by a name of other case", named, REFUSED, ("writes files",), ".pt")
    yield Case(
        "detector: that writes, with harmless code behind", twice.getvalue(), REFUSED, ("no TorchScript",), ".pt"
    )
    yield Case("detector: sparse", sparse("detector.pt", b"PK\x03\x04", 30 * GIB), REFUSED)
    yield Case("detector: absent", lambda at: at / "absent.pt", REFUSED, ("no detector file",))
    yield Case("detector: a folder", lambda at: at, REFUSED, ("no detector file",))
    yield Case("detector: a device", lambda at: Path("/dev/zero"), REFUSED, ("no detector file",))


def scripts_as_networks(canary: Path) -> Iterator[Case]:
    """TorchScript files where a network is expected."""
    for name, content in {"without end": script(Inception()), "that writes": script(Writer(str(canary)))}.items():
        for suffix in (".pt", ".pkl"):
            yield Case(f"TorchScript {name} as a network, {suffix}", content, UNSUPPORTED, (), suffix)
