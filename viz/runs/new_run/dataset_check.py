"""Background check of the dataset that a form names."""

import threading
from collections.abc import Callable

from foundation.background import Worker
from foundation.specs.dataset_facts import DatasetFacts, look


class Looker:
    """Looks at one dataset at a time: while a path is typed only the newest is looked at."""

    def __init__(self) -> None:
        self._worker: Worker[tuple[str, Callable[[], None]], None] = Worker("dataset", self._look, order="latest")
        self._lock = threading.Lock()
        self._asked = ""
        """The path asked for last."""
        self._path = ""
        """The path that `_facts` are of."""
        self._facts: DatasetFacts | None = None

    def ask(self, path: str, wake: Callable[[], None]) -> DatasetFacts | None:
        """Facts of a dataset, or None while they are not known; `wake` is called in the background once they are."""
        path = path.strip()
        if not path:
            return None
        with self._lock:
            if path == self._path:
                return self._facts
            if path != self._asked:
                self._asked = path
                self._worker.submit((path, wake))
        return None

    def forget(self) -> None:
        """Look again when asked next: the file may have changed."""
        with self._lock:
            self._path, self._asked, self._facts = "", "", None

    def _look(self, task: tuple[str, Callable[[], None]]) -> None:
        path, wake = task
        facts = look(path)
        with self._lock:
            if path == self._asked:
                self._path, self._facts = path, facts
        wake()
