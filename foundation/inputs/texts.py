"""Texts from outside, made safe to show, to lay out and to store."""

import os
import reprlib

TEXT_LENGTH = 200
"""Maximum length in characters of a text that is shown in one line."""
WHOLE_LENGTH = 10_000
"""Maximum length of a text that is shown whole, as in a tooltip, or that goes into a log."""

SENTENCE, DETAIL = 500, 1000
"""Maximum lengths of an error message, which names a file and says what to do, and of what is shown below one."""

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = TEXT_LENGTH
_short.maxlevel, _short.maxdict, _short.maxlist, _short.maxtuple = 3, 8, 8, 8


def clean_text(text: object, length: int = TEXT_LENGTH) -> str:
    """Return one line of printable text of at most `length` characters.

    Line breaks and tabulators become spaces, and what is no character (half of a surrogate pair, a byte of a file name
    that is no UTF-8) the replacement character; others that cannot be printed are left out. Other values than texts
    are described briefly, whatever their size.
    """
    if not isinstance(text, str):
        text = _described(text)
    if len(text) <= length and text.isprintable() and "  " not in text:
        return text.strip()
    shown = "".join(one if one.isprintable() else _instead(one) for one in text[: 8 * length])
    return " ".join(shown.split())[:length].strip()


def clean_lines(text: str, length: int = WHOLE_LENGTH) -> str:
    """Return lines of printable text of at most `length` characters in all, for a report that is shown whole.

    Spaces at the beginning of lines stay; a text that is cut ends in an ellipsis.
    """
    cut = text[: length - 1] + "…" if len(text) > length else text
    return "\n".join(
        line if line.isprintable() else "".join(one if one.isprintable() else _instead(one) for one in line)
        for line in cut.expandtabs(4).split("\n")
    )[:length]


def clean_fields(value: object, **lengths: int) -> None:
    """Clean texts of a frozen dataclass in its `__post_init__`, by name and maximum length."""
    for name, length in lengths.items():
        text = getattr(value, name)
        clean = clean_text(text, length)
        if clean != text:
            object.__setattr__(value, name, clean)


def encoded(text: str) -> bytes:
    """Encode a text as UTF-8, whatever it holds.

    The bytes of a file name that is no UTF-8 stay as they were, so that `decoded` gives the same path again; other
    halves of surrogate pairs are escaped.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def decoded(content: bytes) -> str:
    """Decode UTF-8 as `encoded` writes it; never raises."""
    return content.decode("utf-8", "surrogateescape")


def _instead(one: str) -> str:
    if one.isspace():
        return " "
    return _UNKNOWN if "\ud800" <= one <= "\udfff" else ""


def _described(value: object) -> str:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
        if isinstance(value, str):
            return value
    if isinstance(value, bytes | bytearray):
        return bytes(value[: 8 * TEXT_LENGTH]).decode("utf-8", "replace")
    if isinstance(value, int) and value.bit_length() > 8192:  # Python refuses to format those in decimal
        return f"a number of {value.bit_length()} bits"
    try:
        return _short.repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__}"
