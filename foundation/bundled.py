"""Files of the networks that come with StyleScope. Standard library only."""

import sys
from pathlib import Path

_CHECKOUT, _INSTALLED = Path(__file__).resolve().parents[1], Path(sys.prefix, "share", "stylescope")
ASSETS = (_CHECKOUT if (_CHECKOUT / "assets").is_dir() else _INSTALLED) / "assets"
"""Folder of the bundled networks: in the checkout, else beside the installed program."""
DEMO = ASSETS / "demo.safetensors"
"""The network that opens by default, whose source in a document is empty."""
