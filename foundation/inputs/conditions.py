"""Numbers of a condition in a text file, such as the angles of a camera. Standard library only."""

import math
import re
from pathlib import Path

from foundation.inputs.files import ContentError, TooLargeError, read_regular, reason_of
from foundation.inputs.texts import decoded

SUFFIXES = (".txt", ".json", ".csv")
"""Endings of files that hold a condition: numbers with commas, blanks or brackets around them."""
MOST = 1 << 16
"""Most numbers of a condition."""
LARGEST = 1 << 20
"""Bytes of the largest file."""
_BETWEEN = re.compile(r"[\s,;\[\]()]+")


def load_condition(path: str | Path) -> tuple[float, ...]:
    """Read the numbers of one condition.

    Raises:
        ContentError: the file holds none, or cannot be read; the text is a sentence without its full stop.
    """
    path = Path(path)
    try:
        text = decoded(read_regular(path, LARGEST))
    except (OSError, TooLargeError) as error:
        raise ContentError(f"{path.name} cannot be read ({reason_of(error)})") from error
    try:
        return checked_condition([float(part) for part in _BETWEEN.split(text) if part], path.name)
    except ValueError:
        raise ContentError(_none(path.name)) from None


def checked_condition(numbers: list[float], name: str) -> tuple[float, ...]:
    """Return numbers that may be a condition. Raises ValueError for none, too many and infinite ones."""
    if not numbers or len(numbers) > MOST or not all(map(math.isfinite, numbers)):
        raise ValueError(_none(name))
    return tuple(numbers)


def _none(name: str) -> str:
    return f"{name} holds no condition: write its numbers with commas between"
