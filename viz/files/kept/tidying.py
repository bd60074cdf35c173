"""Removal of the temporary files that killed processes left, once for each window."""

import os
from pathlib import Path

from foundation.background import Worker
from foundation.leftovers import clean
from training_launcher.places import state_folder
from viz.files.capture import folder_of
from viz.state.settings import Settings
from viz.state.snapshots import run_folders

MOST_FOLDERS = 2000
"""Maximum number of folders that are looked into."""


def tidy(config_dir: Path, settings: Settings) -> Worker[None, None]:
    """Clean the folders that windows and runs write to, in the background. Returns the worker, to be closed."""
    worker: Worker[None, None] = Worker("tidying", lambda _: _tidied(folders(config_dir, settings)))
    worker.submit(None)
    return worker


def folders(config_dir: Path, settings: Settings) -> list[Path]:
    """Return the folders of settings, captures, the launcher and runs; those of runs come with what they hold."""
    state = state_folder()
    found = [config_dir, folder_of(settings), state, *_subfolders(state / "devices")]
    for outdir in map(Path, run_folders(settings, "")):
        found += [outdir, *_subfolders(outdir)]
    return found[:MOST_FOLDERS]


def _tidied(cleaned: list[Path]) -> None:
    clean(cleaned)


def _subfolders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
