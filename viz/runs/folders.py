"""Where runs are looked for."""

import os
from functools import lru_cache
from pathlib import Path

import platformdirs

from viz.state.settings import Settings
from viz.state.snapshots import NETWORK_SUFFIXES, snapshots_of


@lru_cache(maxsize=1)
def usual() -> tuple[str, ...]:
    """The folders looked at where the settings name none: new runs belong into the first."""
    documents = platformdirs.user_documents_path() / "StyleScope" / "runs"
    return str(documents), str(Path.cwd() / "runs")


def folders(settings: Settings, source: str) -> tuple[str, ...]:
    """The folders that hold runs: those of the settings or the usual ones, and that of the run that `source` is of."""
    named = tuple(one.strip() for one in settings.run_dirs.split(os.pathsep) if one.strip())
    return _with(named or usual(), run_of(source))


@lru_cache(maxsize=64)
def _with(named: tuple[str, ...], run: str) -> tuple[str, ...]:
    whole = (os.path.abspath(os.path.expanduser(one)) for one in named)
    return tuple(dict.fromkeys([*whole, *([os.path.dirname(run)] if run else [])]))


def run_of(source: str) -> str:
    """The run folder that an opened network lies in, or is; empty where it is none."""
    if not source or not snapshots_of(source):
        return ""
    folder = os.path.dirname(source) if source.lower().endswith(NETWORK_SUFFIXES) else source
    return os.path.abspath(folder)
