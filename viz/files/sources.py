"""Sources of networks: those that come with StyleScope, and paths and URLs as users type them."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

ASSETS = Path(__file__).resolve().parents[2] / "assets"

RECORDED_RUNS = ASSETS / "recorded-runs"
"""A folder with the record of a real training run, without its networks."""


@cache
def bundled() -> tuple[tuple[str, str], ...]:
    """(source, name) of each: the demo network, whose source is empty, then the pattern networks."""
    patterns = sorted(ASSETS.glob("pattern-*.safetensors"))
    return (("", "Demo network"), *((str(path), pattern_name(path.stem)) for path in patterns))


def pattern_name(stem: str) -> str:
    """Name of a pattern network: `pattern-t-64` -> `Pattern network T 64`."""
    return f"Pattern network {stem.removeprefix('pattern-').replace('-', ' ').upper()}".rstrip()


def clean_source(text: str) -> str:
    """A path, URL or folder as people paste it: without quotes and spaces around it; `~` and file: URLs resolved."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    if text.lower().startswith("file://"):
        text = unquote(urlsplit(text).path)
        if os.name == "nt":
            text = text.lstrip("/")
    return os.path.expanduser(text) if text.startswith("~") else text
