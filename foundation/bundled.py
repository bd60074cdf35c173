"""Files of the networks that come with StyleScope. Standard library only."""

import os
import site
import sys
from pathlib import Path

_PLACES = (
    Path(__file__).resolve().parents[1],  # the checkout
    Path(sys.prefix, "share", "stylescope"),  # pip install
    Path(site.getuserbase(), "share", "stylescope"),  # pip install --user
    Path(__file__).resolve().parents[1] / "share" / "stylescope",  # pip install --target
)
ASSETS = next((place for place in _PLACES if os.path.isdir(place / "assets")), _PLACES[1]) / "assets"
"""Folder of the bundled networks: in the checkout, else where the program was installed."""
RECORDED_RUNS = ASSETS / "recorded-runs"
"""Record of the training of the demo network, without its networks."""
DEMO = ASSETS / "demo.safetensors"
"""The network that opens by default, whose source in a document is empty."""
