"""The runs there are, watched in the background."""

from collections.abc import Callable

from training_launcher.registry import Watcher
from training_launcher.run import Run


class RunWatch:
    """Watches the folders asked for. For the window's thread."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._folders: tuple[str, ...] = ()
        self._watcher: Watcher | None = None

    def look(self, folders: tuple[str, ...]) -> tuple[Run, ...]:
        """The runs in these folders as far as they are known by now; call once a frame."""
        if self._watcher is None:
            self._folders, self._watcher = folders, Watcher(folders, self._wake)
        elif folders != self._folders:
            self._folders = self._watcher.outdirs = folders
            self._watcher.look()
        return self._watcher.runs

    def close(self) -> None:
        """Watch no longer."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = None
