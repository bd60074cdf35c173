"""Description of a hostile or broken document for the tests."""

from collections.abc import Callable
from dataclasses import dataclass
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
