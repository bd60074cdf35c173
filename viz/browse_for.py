"""What the file browser can be asked for."""

from collections.abc import Callable

from renderer.recall import SUFFIXES
from viz import direction_files, latents
from viz.scene import Ask, OpenDirection, OpenFile, OpenLatent

NETWORK, RUN, FOLDER, SESSION, LATENT, DIRECTION = (
    "browse-network",
    "browse-run",
    "browse-folder",
    "browse-session",
    "browse-latent",
    "browse-direction",
)
"""Named as in `ShowDialog`: any network, a run folder, a folder to save pictures in, a session or what else remembers
its document, a latent, a direction.
"""
MODES = {
    NETWORK: ("Open a network", "A .pkl or .safetensors file, or a run folder"),
    RUN: ("Open a run folder", "Its newest snapshot, and a slider through all"),
    FOLDER: ("Choose a folder for pictures", ""),
    SESSION: ("Open a session", "Or a picture or film that StyleScope saved"),
    LATENT: ("Open a latent", "w vectors in a .npz or .npy file"),
    DIRECTION: ("Add a direction", "A .npy file of shape [w_dim] or [num_ws, w_dim]"),
}
"""Title and note of each."""
FILES: dict[str, tuple[tuple[str, ...], Callable[[str], Ask]]] = {
    SESSION: (SUFFIXES, OpenFile),
    LATENT: (latents.SUFFIXES, OpenLatent),
    DIRECTION: (direction_files.SUFFIXES, OpenDirection),
}
"""Purposes that take files of other kinds than networks: their endings, and what is asked for."""

NOTHING = {
    NETWORK: "No networks or folders here",
    SESSION: "No sessions, pictures or folders here",
    LATENT: "No latents or folders here",
    DIRECTION: "No directions or folders here",
}
"""What an empty folder says."""
