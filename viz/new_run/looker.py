"""Looks at the dataset that a form names, in a thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from training_launcher.dataset_facts import DatasetFacts, look


class Looker:
    """One dataset at a time: while a path is typed only the newest is looked at."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, "dataset")
        self._path, self._facts = "", None
        self._asked = ""
        self._future: Future[DatasetFacts] | None = None

    _path: str
    _facts: DatasetFacts | None

    def ask(self, path: str, wake: Callable[[], None]) -> DatasetFacts | None:
        """What a dataset holds; None while that is not known. `wake` is called in the thread once it is."""
        path = path.strip()
        if not path:
            return None
        if self._future is not None and self._future.done():
            self._path, self._facts, self._future = self._asked, self._future.result(), None
        if path != self._path and self._future is None:
            self._asked, self._future = path, self._threads.submit(look, path)
            self._future.add_done_callback(lambda _: wake())
        return self._facts if path == self._path else None

    def forget(self) -> None:
        """Look again when asked next: the file may have changed."""
        self._path, self._facts = "", None
