"""Sources of networks: bundled networks, and paths and URLs as typed by users."""

import os
from functools import cache
from urllib.parse import unquote, urlsplit

from foundation.bundled import ASSETS, NAMES


@cache
def bundled() -> tuple[tuple[str, str], ...]:
    """Return (source, name) of bundled networks: those of avatars, then the pattern networks."""
    patterns = sorted(ASSETS.glob("pattern-*.safetensors"))
    return (*NAMES.items(), *((str(path), pattern_name(path.stem)) for path in patterns))


def shows_faces(source: str) -> bool:
    """Return True for a bundled network that draws faces."""
    return source in NAMES


def pattern_name(stem: str) -> str:
    """Return the name of a pattern network: `pattern-t-64` -> `Pattern network T 64`."""
    return f"Pattern network {stem.removeprefix('pattern-').replace('-', ' ').upper()}".rstrip()


def clean_source(text: str) -> str:
    """Clean a pasted path, URL or folder: strips quotes and spaces, resolves `~` and file: URLs."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    if text.lower().startswith("file://"):
        text = unquote(urlsplit(text).path)
        if os.name == "nt":
            text = text.lstrip("/")
    return os.path.expanduser(text) if text.startswith("~") else text
