"""What the file browser can be asked for."""

from collections.abc import Callable

from renderer.recall import SUFFIXES
from viz import latents
from viz.scene import Ask, OpenFile, OpenLatent

NETWORK, RUN, FOLDER, SESSION, LATENT = (
    "browse-network",
    "browse-run",
    "browse-folder",
    "browse-session",
    "browse-latent",
)
"""Named as in `ShowDialog`: any network, a run folder, a folder to save pictures in, a session or what else remembers
its document, a latent.
"""
MODES = {
    NETWORK: ("Open a network", "A .pkl or .safetensors file, or a run folder"),
    RUN: ("Open a run folder", "Its newest snapshot, and a slider through all"),
    FOLDER: ("Choose a folder for pictures", ""),
    SESSION: ("Open a session", "Or a picture or film that StyleScope saved"),
    LATENT: ("Open a latent", "w vectors in a .npz or .npy file"),
}
"""Title and note of each."""
FILES: dict[str, tuple[tuple[str, ...], Callable[[str], Ask]]] = {
    SESSION: (SUFFIXES, OpenFile),
    LATENT: (latents.SUFFIXES, OpenLatent),
}
"""Purposes that take files of other kinds than networks: their endings, and what is asked for."""

NOTHING = {
    NETWORK: "No networks or folders here",
    SESSION: "No sessions, pictures or folders here",
    LATENT: "No latents or folders here",
}
"""What an empty folder says."""
