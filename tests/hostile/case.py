"""Description of a hostile or broken file for the tests."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNSAFE, CORRUPT = "UnsafePickleError", "CorruptFileError"
UNSUPPORTED, MISSING = "UnsupportedNetworkError", "NotFoundError"
LOADED = "loaded"
REFUSED = "refused"
"""Any error in a sentence."""
ODD = "odd"
"""Either loaded or refused, within the limits."""


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        name: Description of the attack.
        content: The file's bytes, or a function that creates a path in a folder.
        outcome: The name of the error, `LOADED`, `REFUSED` or `ODD`.
        words: Words that the message must contain, ignoring case.
        suffix: The file's extension.
    """

    name: str
    content: bytes | Callable[[Path], Path]
    outcome: str
    words: tuple[str, ...] = ()
    suffix: str = ".pkl"

    def write(self, folder: Path, number: int) -> Path:
        """Make the file in a folder."""
        if not isinstance(self.content, bytes):
            return self.content(folder)
        path = folder / f"{number:03}{self.suffix}"
        path.write_bytes(self.content)
        return path


def assert_each(
    cases: Iterable[Case], outcomes: Mapping[str, dict[str, Any]], check: Callable[[Case, dict[str, Any]], None]
) -> None:
    """Check the outcome of every case, and name all that are wrong.

    Cases are no parameters of a test: then every worker would make their files while it collects.
    """
    wrong = {}
    for case in cases:
        try:
            check(case, outcomes[case.name])
        except AssertionError as error:
            wrong[case.name] = str(error)
    assert wrong == {}
