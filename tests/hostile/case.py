"""Description of a hostile or broken file for the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

UNSAFE, CORRUPT = "UnsafePickleError", "CorruptFileError"
UNSUPPORTED, MISSING = "UnsupportedNetworkError", "NotFoundError"
LOADED = "loaded"


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        name: What it tries.
        content: The file's bytes, or what makes a path in a folder.
        outcome: The name of the error, or `LOADED`.
        words: What the message must contain, whatever the case of the letters.
        suffix: The file's ending.
    """

    name: str
    content: bytes | Callable[[Path], Path]
    outcome: str
    words: tuple[str, ...] = ()
    suffix: str = ".pkl"
