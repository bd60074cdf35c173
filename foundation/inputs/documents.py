"""JSON from outside, read within limits of size, depth and number of values."""

import json
import re
from typing import Any

SIZE, DEPTH, VALUES = 1 << 20, 32, 200_000
"""Default limits: bytes, levels of nesting, and values in all."""

_OUTSIDE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[^"\[\]{},]++', re.DOTALL)
"""Everything but brackets and commas: texts as a whole, which may hold such characters themselves."""


class DocumentError(ValueError):
    """The document is damaged or larger than accepted; the text is a predicate, as "is not valid JSON"."""


def read_json(content: bytes | str, *, size: int = SIZE, depth: int = DEPTH, values: int = VALUES) -> Any:
    """Parse a JSON document.

    Args:
        content: The document.
        size: Maximum length in bytes or characters.
        depth: Maximum levels of nesting.
        values: Maximum number of values in lists and objects.

    Raises:
        DocumentError: it is no valid JSON, or exceeds a limit.
    """
    if len(content) > size:
        raise DocumentError(f"is larger than {_size(size)}")
    try:
        text = content if isinstance(content, str) else content.decode(json.detect_encoding(content))
        _count(text, values)
        found = json.loads(text)
        if text.count("[") + text.count("{") > depth and _is_deeper(found, depth):
            raise RecursionError
    except DocumentError:
        raise
    except UnicodeDecodeError as error:
        raise DocumentError("is no text") from error
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not valid JSON (line {error.lineno}: {error.msg})") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise DocumentError("holds a number that is too long") from error
    except RecursionError as error:
        raise DocumentError(f"is nested more than {depth} levels deep") from error
    return found


def read_object(content: bytes | str, *, size: int = SIZE, depth: int = DEPTH, values: int = VALUES) -> dict[str, Any]:
    """Parse a JSON document that is an object. Raises like `read_json`, and for any other value."""
    found = read_json(content, size=size, depth=depth, values=values)
    if not isinstance(found, dict):
        raise DocumentError("holds no names with values")
    return found


def _count(text: str, values: int) -> None:
    """Raise DocumentError for a document of too many values, before anything is built from it."""
    if text.count("[") + text.count("{") + text.count(",") < values:
        return  # the usual case, at the cost of three searches: texts can only make these numbers larger
    marks = _OUTSIDE.sub("", text)
    if marks.count("[") + marks.count("{") + marks.count(",") >= values:
        raise DocumentError(f"holds more than {values} values")


def _is_deeper(value: Any, depth: int) -> bool:
    """Return True if lists and objects are nested in more than `depth` levels."""
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(depth):
        level = [
            inner
            for one in level
            for inner in (one.values() if type(one) is dict else one)
            if type(inner) is list or type(inner) is dict
        ]
        if not level:
            return False
    return bool(level)


def _size(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size} bytes"
