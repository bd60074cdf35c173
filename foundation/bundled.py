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
AVATARS, NIGHT = ASSETS / "avatars-64.safetensors", ASSETS / "night-avatars-64.safetensors"
"""Networks of one shape, trained on avatars and, from there, on the same avatars by night, so that they blend."""
FIRST = AVATARS
"""The network that opens by default."""
DEMO = ASSETS / "demo.safetensors"
"""The network of an empty source, as documents of earlier versions have it, and the smallest one."""
NAMES = {str(AVATARS): "Avatars", str(NIGHT): "Night avatars", "": "Demo network"}
"""Titles of networks of faces by their sources."""


def moved(source: str) -> str:
    """Return the path of a bundled network whose file was in another installation; any other source unchanged."""
    if os.path.isabs(source) and not os.path.exists(source):
        folder, _, name = source.replace("\\", "/").rpartition("/")
        if folder.endswith("/assets") and name.endswith(".safetensors") and os.path.isfile(ASSETS / name):
            return str(ASSETS / name)
    return source
