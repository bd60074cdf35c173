"""Latents and directions in files of torch.save, read as data: one tensor, or one of a few by name."""

from typing import IO, Any, BinaryIO, cast

from foundation.inputs import clean_text
from foundation.pickles.constructors import TORCH_MAGIC
from foundation.pickles.containers import read_torch_legacy, read_torch_zip
from foundation.pickles.errors import LoadError, UnsafePickleError, one_line
from foundation.pickles.foreign import Foreign
from foundation.pickles.records import View
from foundation.pickles.stream import Budget

EIGENVECTORS = "eigvec"
"""Name that rosinality's factorisation gives to a matrix with a direction in each column."""

_NAMES = (EIGENVECTORS, "latent", "latents", "w", "ws", "direction", "boundary", "latent_avg")
"""Names of tensors, the most telling first."""
_PARTS = (".weight", ".bias", ".const", ".w_avg")
"""Endings of dotted names that parts of networks have: such a file may hold a mean of w beside its network."""
_DEPTH, _MOST = 4, 1000
_DETAIL = 140
"""Longest reason of a damaged file, beside its path, in characters."""
_LEGACY = TORCH_MAGIC.to_bytes(10, "little")


def is_torch(file: IO[bytes]) -> bool:
    """Return True if a file at its start, where it is left, is one of torch.save."""
    head = file.read(4096)
    file.seek(0)
    return (head.startswith(b"PK\x03\x04") and b"data.pkl" in head) or (head[:1] == b"\x80" and _LEGACY in head[:16])


def tensor_in(file: IO[bytes], size: int, key: str) -> tuple[str, View]:
    """Return the tensor that a file of torch.save is about, and its name.

    Args:
        file: The file, at its start; it must stay open until the numbers are read.
        size: Its size in bytes.
        key: The name to look for first.

    Raises:
        ValueError: the file is damaged, holds anything but numbers, or several tensors of unknown names. The text is a
            predicate, as "is damaged ...".
    """
    binary = cast(BinaryIO, file)
    head = file.read(2)
    file.seek(0)
    budget, foreign = Budget(100_000, 1 << 24), Foreign()
    try:
        if head == b"PK":
            data = read_torch_zip(binary, budget, foreign)
        else:
            data = read_torch_legacy(binary, size, budget, foreign)
    except UnsafePickleError as error:
        name = clean_text(error.name, 60)
        raise ValueError(f"asks for the Python object {name}, which numbers do not need, so it was not read") from error
    except LoadError as error:
        raise ValueError(f"cannot be read. {one_line(error.detail, _DETAIL).rstrip('.')}") from error
    found = _tensors(data)
    for name in (key, *_NAMES):
        if name in found:
            return name, found[name]
    if len(found) == 1:
        return next(iter(found.items()))
    if not found:
        raise ValueError("holds no tensor; choose a file of latents or a direction")
    held = ", ".join(clean_text(name, 24) for name in list(found)[:4])
    raise ValueError(f"has no tensor called {clean_text(key, 24)!r} (it holds {held}); choose another file")


def _tensors(data: Any) -> dict[str, View]:
    """Return the tensors in dictionaries and lists by their last key; outer ones win."""
    found: dict[str, View] = {}
    level: list[tuple[str, Any]] = [("", data)]
    seen = 0
    for _ in range(_DEPTH):
        inner: list[tuple[str, Any]] = []
        for name, value in level:
            if isinstance(value, View):
                found.setdefault(name, value)
            elif isinstance(value, dict):
                if any(isinstance(key, str) and "." in key and key.endswith(_PARTS) for key in value):
                    raise ValueError("holds a network; open it as one")
                entries = list(value.items())[:_MOST]
                inner += [(str(key)[:100], item) for key, item in entries if isinstance(key, str | int)]
            elif isinstance(value, list | tuple):
                inner += [(name or str(index), item) for index, item in enumerate(value[:_MOST])]
        seen += len(inner)
        if not inner or seen > 10 * _MOST:
            break
        level = inner
    return found
