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
"""Named as in `ShowDialog`: any network, a run folder, a folder to save pictures in, a session or what else remembers
its document, a latent, a direction.
"""
DATASET, OUTDIR, START, PROGRAM, MEASURED = (
    "browse-dataset",
    "browse-outdir",
    "browse-start",
    "browse-program",
    "browse-measured",
)
"""What a form for a new run asks for: a dataset, a folder for runs, a network or run to start from, a feature network
or classifiers, a network to measure.
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
"""Title and note of each."""
FILES: dict[str, tuple[tuple[str, ...], Callable[[str], Action]]] = {
    SESSION: (SUFFIXES, OpenFile),
    LATENT: (latents.SUFFIXES, OpenLatent),
    DIRECTION: (direction_files.SUFFIXES, OpenDirection),
}
"""Purposes that take files of other kinds than networks: their endings, and the action."""
PATHS: dict[str, tuple[str, ...]] = {
    DATASET: (".zip",),
    OUTDIR: (),
    START: NETWORK_SUFFIXES,
    PROGRAM: (".pt", ".safetensors"),
    MEASURED: NETWORK_SUFFIXES,
}
"""Purposes that take a file with one of these endings, or a folder, for the form that asked (`ShowDialog.take`)."""
FOLDERS = (FOLDER, OUTDIR)
"""Purposes that take folders alone."""


def suffixes_of(mode: str) -> tuple[str, ...]:
    """Endings of the files that are listed."""
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
"""What an empty folder says."""
