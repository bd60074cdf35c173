"""Errors of reading files of networks and of tensors. Every message names the problem and the remedy.

A message is one line of at most `MESSAGE_LENGTH` printable characters, whatever the file is called and holds.
"""

from collections.abc import Iterable

from foundation.inputs import clean_text

MESSAGE_LENGTH = 300
"""Maximum length of a message with its source, in characters."""

_DETAIL_LENGTH = 260
_NAME_LENGTH = 60


def quoted(name: object, length: int = _NAME_LENGTH) -> str:
    """Return a name or number that a file gives as a short printable text, for a message."""
    # Only text and numbers: the text of a container can be exponentially longer than its pickle.
    if isinstance(name, int) and not isinstance(name, bool) and name.bit_length() > 64:
        return "a huge number"
    if not isinstance(name, str | int | float | None):
        return f"a {type(name).__name__}"
    return clean_text(str(name), length)


def listed(names: Iterable[object], shown: int = 3, length: int = 40) -> str:
    """Return the first names of a list for a message, as in "a, b, c and 12 more"."""
    names = list(names)
    first = ", ".join(quoted(name, length) for name in names[:shown])
    return f"{first} and {len(names) - shown} more" if len(names) > shown else first


def one_line(text: str, length: int = MESSAGE_LENGTH) -> str:
    """Return one printable line of at most `length` characters; what is cut is the middle, as remedies stand last."""
    if len(text) <= length and text.isprintable():
        return text
    tail = length // 3
    if len(text) > length:
        text = f"{clean_text(text[: length - tail - 3], length - tail - 3)}...{clean_text(text[-tail:], tail)}"
    return clean_text(text, length)


class LoadError(Exception):
    """A network could not be read.

    Attributes:
        detail: One sentence for the user: what is wrong and what to do.
        source: The file, folder or address that was asked for, once it is known.
    """

    def __init__(self, detail: str, source: str | None = None) -> None:
        self.detail = one_line(detail, _DETAIL_LENGTH)
        self.source = source
        super().__init__(self.detail, source)

    def __str__(self) -> str:
        if self.source is None:
            return self.detail
        source = self.source
        room = MESSAGE_LENGTH - len(self.detail) - len(": ")
        if len(source) > room:  # the end of a path says the most
            source = "..." + source[3 - room :]
        return f"{one_line(source, room)}: {self.detail}"


class UnsafePickleError(LoadError):
    """A pickle names something that is not data; it was refused without running any code.

    Attributes:
        name: The global that was refused, for example `os.system`.
    """

    def __init__(self, name: str, source: str | None = None, *, detail: str | None = None) -> None:
        super().__init__(
            detail
            or f"The file asks for the Python object {quoted(name)}, which a network does not need, so it was refused "
            "and nothing in the file was run; get the network again from a source that you trust.",
            source,
        )
        self.name = clean_text(name)


class CorruptFileError(LoadError):
    """The file is damaged, or not a network file."""


class ProgramError(LoadError):
    """The file is a program, which carries its own code and is not read."""
