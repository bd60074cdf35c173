"""The networks in a run folder."""

import re
from dataclasses import dataclass
from pathlib import Path

_SNAPSHOT = re.compile(r"network-snapshot-(\d{1,9})\.(pkl|safetensors)")
_FINAL = re.compile(r"network-final\.(pkl|safetensors)")


@dataclass(frozen=True)
class Snapshot:
    """A network that a run has written.

    Attributes:
        kimg: Thousands of images shown so far; None for the final network, which comes last.
        path: The file.
    """

    kimg: int | None
    path: Path


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """The networks of a run, oldest first; where one is there in both formats, the safetensors file comes last.

    Args:
        folder: A run folder of ours or of the official tools; one that does not exist has none.
    """
    if not folder.is_dir():
        return ()
    found = []
    for path in folder.iterdir():
        if match := _SNAPSHOT.fullmatch(path.name):
            found.append(Snapshot(int(match[1]), path))
        elif _FINAL.fullmatch(path.name):
            found.append(Snapshot(None, path))
    return tuple(sorted(found, key=lambda s: (s.kimg is None, s.kimg or 0, s.path.suffix == ".safetensors")))
