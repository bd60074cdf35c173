"""Description of a hostile or broken document for the tests."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFUSED, OPENED = "refused", "opened"
MEGA = 1 << 20


@dataclass(frozen=True)
class DocumentCase:
    """One file.

    Attributes:
        name: Description of the attack.
        suffix: The file's extension.
        make: Writes the file.
        outcome: `REFUSED` with one sentence, or `OPENED`: harmless, with what is wrong left out.
    """

    name: str
    suffix: str
    make: Callable[[Path], object]
    outcome: str = REFUSED


@cache
def zeros() -> bytes:
    """150 MB of zeros, packed."""
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(MEGA)) for _ in range(150)) + packer.flush()
