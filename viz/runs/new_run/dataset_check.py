"""Looks at the dataset that a form names, in a thread."""

import threading
from collections.abc import Callable

from foundation.specs.dataset_facts import DatasetFacts, look


class Looker:
    """One dataset at a time: while a path is typed only the newest is looked at."""

    def __init__(self) -> None:
        self._path = ""
        """The path that `_facts` are of."""
        self._facts: DatasetFacts | None = None
        self._busy = False
        self._lock = threading.Lock()

    def ask(self, path: str, wake: Callable[[], None]) -> DatasetFacts | None:
        """What a dataset holds; None while that is not known. `wake` is called in the thread once it is."""
        path = path.strip()
        if not path:
            return None
        with self._lock:
            if path == self._path:
                return self._facts
            if not self._busy:
                self._busy = True
                # A folder may be huge, or on a disk that has gone: the window must be able to close meanwhile.
                threading.Thread(target=self._look, args=(path, wake), name="dataset", daemon=True).start()
        return None

    def forget(self) -> None:
        """Look again when asked next: the file may have changed."""
        with self._lock:
            self._path, self._facts = "", None

    def _look(self, path: str, wake: Callable[[], None]) -> None:
        facts = look(path)
        with self._lock:
            self._path, self._facts, self._busy = path, facts, False
        wake()
