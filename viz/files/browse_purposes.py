"""Purposes of the file browser."""

from collections.abc import Callable

from renderer.document.recall import SUFFIXES
from viz.files import direction_files, latents
from viz.files.actions import OpenDirection, OpenFile, OpenLatent
from viz.state.scene import Action
from viz.state.snapshots import NETWORK_SUFFIXES

NETWORK, RUN, FOLDER, SESSION, LATENT, DIRECTION = (
    "browse-network",
    "browse-run",
    "browse-folder",
    "browse-session",
    "browse-latent",
    "browse-direction",
)
"""Modes as named in `ShowDialog`: any network, a run folder, a capture folder, a session or other file with a document,
a latent, a direction.
"""
DATASET, OUTDIR, START, PROGRAM, MEASURED = (
    "browse-dataset",
    "browse-outdir",
    "browse-start",
    "browse-program",
    "browse-measured",
)
"""Modes of the new run form: a dataset, a folder for runs, a network or run to start from, a feature network or
classifiers, a network to measure.
"""
MODES = {
    NETWORK: ("Open a network", "A .pkl or .safetensors file, or a run folder"),
    RUN: ("Open a run folder", "Its newest snapshot, and a slider through all"),
    FOLDER: ("Choose a folder for pictures", ""),
    SESSION: ("Open a session", "Or a picture or film that StyleScope saved"),
    LATENT: ("Open a latent", "w vectors in a .npz or .npy file"),
    DIRECTION: ("Add a direction", "A .npy file of shape [w_dim] or [num_ws, w_dim]"),
    DATASET: ("Choose a dataset", "A .zip file, or a folder of pictures"),
    OUTDIR: ("Choose a folder for runs", "Each run makes a folder of its own in it"),
    START: ("Choose what to start from", "A network file, or a run folder"),
    PROGRAM: ("Choose a file", "A feature network (.pt) or classifiers (.safetensors)"),
    MEASURED: ("Choose a network to measure", "A network file, or a run folder"),
}
"""Title and note of each mode."""
FILES: dict[str, tuple[tuple[str, ...], Callable[[str], Action]]] = {
    SESSION: (SUFFIXES, OpenFile),
    LATENT: (latents.SUFFIXES, OpenLatent),
    DIRECTION: (direction_files.SUFFIXES, OpenDirection),
}
"""Modes for files other than networks: their suffixes and action."""
PATHS: dict[str, tuple[str, ...]] = {
    DATASET: (".zip",),
    OUTDIR: (),
    START: NETWORK_SUFFIXES,
    PROGRAM: (".pt", ".safetensors"),
    MEASURED: NETWORK_SUFFIXES,
}
"""Modes for a file with one of these suffixes, or a folder, returned to the form (`ShowDialog.take`)."""
FOLDERS = (FOLDER, OUTDIR)
"""Modes that accept only folders."""


def suffixes_of(mode: str) -> tuple[str, ...]:
    """Return the suffixes of listed files."""
    return FILES[mode][0] if mode in FILES else PATHS.get(mode, NETWORK_SUFFIXES)


NOTHING = {
    NETWORK: "No networks or folders here",
    SESSION: "No sessions, pictures or folders here",
    LATENT: "No latents or folders here",
    DIRECTION: "No directions or folders here",
    DATASET: "No zip files or folders here",
    START: "No networks or folders here",
    PROGRAM: "No such files or folders here",
    MEASURED: "No networks or folders here",
}
"""Texts for empty folders."""
