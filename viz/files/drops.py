"""Files dropped on the window, waiting to be opened one after the other."""

from collections import deque
from collections.abc import Sequence

from viz.state.snapshots import NETWORK_SUFFIXES


class Drops:
    """Queue of dropped files: one is read at a time, so that a hundred cost no more memory than one, and no frame."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()

    def __len__(self) -> int:
        """Number of waiting files."""
        return len(self._waiting)

    def add(self, paths: Sequence[str]) -> None:
        """Queue files that were dropped together; of several networks only the last, as it replaces the others."""
        networks = [index for index, path in enumerate(paths) if path.lower().endswith(NETWORK_SUFFIXES)]
        replaced = set(networks[:-1])
        self._waiting += [path for index, path in enumerate(paths) if index not in replaced]

    def take(self, busy: bool) -> list[str]:
        """Return the files to open in this frame: the next one, or none while another is being read (`busy`)."""
        return [self._waiting.popleft()] if self._waiting and not busy else []
