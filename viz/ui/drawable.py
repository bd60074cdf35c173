"""Bounded, encodable texts: whatever reaches Dear ImGui as a text or an id passes here.

Dear ImGui lays out a text in every frame, however long it is, and its binding refuses halves of surrogate pairs, which
stand in the names of files that are no UTF-8.
"""

import re

LINE = 1000
"""Maximum length in characters of a text that is laid out in one line, and of an id."""
PARAGRAPH = 10_000
"""Maximum length of a text that is laid out in several lines, or typed."""

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# Line ends, icons (of the private use area) and no-break spaces are ours, although Python does not print them.
_HIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def drawable(text: str, length: int = LINE) -> str:
    """Return a text of at most `length` characters that can be laid out; the text itself in the usual case."""
    if len(text) > length:
        text = text[: length - 1] + "…"
    if text.isprintable() or not _HIDDEN.search(text):
        return text
    return _HIDDEN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    return _UNKNOWN if "\ud800" <= found[0] <= "\udfff" else ""
