"""Purposes of the file browser."""

from collections.abc import Callable

from foundation.network_files import NETWORK_SUFFIXES
from foundation.specs.image_files import ENDINGS, FILM_ENDINGS
from renderer.document.recall import SUFFIXES
from viz.files import direction_files, latents
from viz.files.actions import OpenCondition, OpenDirection, OpenFile, OpenLatent
from viz.state.scene import Action

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
DATASET, OUTDIR, START, PROGRAM, MEASURED, PICTURES = (
    "browse-dataset",
    "browse-outdir",
    "browse-start",
    "browse-program",
    "browse-measured",
    "browse-pictures",
)
"""Modes of the new run form: a dataset, a folder for runs, a network or run to start from, a feature network or
classifiers, a network to measure, pictures to make a dataset of.
"""
PHOTOS = "browse-photos"
"""Mode for a photo to fit to the network, or a folder of photos."""
ENCODER = "browse-encoder"
"""Mode for a TorchScript file that gives the start of fits."""
CONDITION = "browse-condition"
"""Mode for a file of the numbers of a condition."""
MODES = {
    NETWORK: ("Open a network", "A network file, or a run folder"),
    RUN: ("Open a run folder", "Its newest snapshot, and a slider through all"),
    FOLDER: ("Choose a folder for pictures", ""),
    SESSION: ("Open a session", "Or a picture or film that StyleScope saved"),
    LATENT: ("Open a latent", "w vectors in a .npz, .npy or .pt file"),
    DIRECTION: ("Add a direction", "One of shape [w_dim] or [num_ws, w_dim], or a .npz file of several"),
    DATASET: ("Choose a dataset", "A .zip file, or a folder of pictures"),
    OUTDIR: ("Choose a folder for runs", "Each run makes a folder of its own in it"),
    START: ("Choose what to start from", "A network file, or a run folder"),
    PROGRAM: ("Choose a file", "A feature network (.pt) or classifiers (.safetensors)"),
    MEASURED: ("Choose a network to measure", "A network file, or a run folder"),
    PICTURES: ("Choose pictures", "A folder, a .zip file, or a film"),
    PHOTOS: ("Add photos", "A picture, or a folder of them"),
    ENCODER: ("Choose an encoder", "A TorchScript file, which is a program"),
    CONDITION: ("Open a condition", "Its numbers, in a .npy, .txt, .csv or .json file"),
}
"""Title and note of each mode."""
FILES: dict[str, tuple[tuple[str, ...], Callable[[str], Action]]] = {
    SESSION: (SUFFIXES, OpenFile),
    LATENT: (latents.SUFFIXES, OpenLatent),
    DIRECTION: (direction_files.SUFFIXES, OpenDirection),
    CONDITION: (latents.CONDITION_SUFFIXES, OpenCondition),
}
"""Modes for files other than networks: their suffixes and action."""
PATHS: dict[str, tuple[str, ...]] = {
    DATASET: (".zip",),
    OUTDIR: (),
    START: NETWORK_SUFFIXES,
    PROGRAM: (".pt", ".safetensors"),
    MEASURED: NETWORK_SUFFIXES,
    PICTURES: (".zip", *FILM_ENDINGS),
    PHOTOS: ENDINGS,
    ENCODER: (".pt", ".pth", ".ts"),
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
    PICTURES: "No zip files, films or folders here",
    PHOTOS: "No pictures or folders here",
    ENCODER: "No .pt files or folders here",
    CONDITION: "No files of numbers or folders here",
}
"""Texts for empty folders."""
