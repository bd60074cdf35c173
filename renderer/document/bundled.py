"""Networks that come with StyleScope, and those that documents of earlier versions mean by the demo network."""

import sys
from pathlib import Path
from typing import Any

_CHECKOUT, _INSTALLED = Path(__file__).resolve().parents[2], Path(sys.prefix, "share", "stylescope")
ASSETS = (_CHECKOUT if (_CHECKOUT / "assets").is_dir() else _INSTALLED) / "assets"
"""Folder of the bundled networks: in the checkout, else beside the installed program."""
DEMO = ASSETS / "demo.safetensors"
"""The network that opens by default, whose source in a document is empty."""
FIRST_DEMO = ASSETS / "avatars-32.safetensors"
"""The demo network of documents of version 1, of 32x32 pixels."""


def with_first_demo(plain: Any) -> Any:
    """Return plain values of a document of version 1, in which an empty source means the first demo network."""
    if isinstance(plain, list):
        return [with_first_demo(value) for value in plain]
    if not isinstance(plain, dict):
        return plain
    changed = {name: with_first_demo(value) for name, value in plain.items()}
    network = changed.get("network")
    if isinstance(network, dict) and network.get("source", "") == "":
        changed["network"] = network | {"source": str(FIRST_DEMO)}
    return changed
