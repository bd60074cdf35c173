"""Prefetching of batches in threads, in an order that does not depend on the threads."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from .reader import Bytes, Floats, ImageSource
from .sequence import IndexSequence

_AHEAD = 2
"""Batches that each thread prefetches."""


class Loader(Iterator[tuple[Bytes, Floats]]):
    """Infinite iterator over one process's share of batches: images uint8 [n, C, H, W], labels float32 [n, label_dim].

    A global batch is `batch` consecutive positions of the sequence; this process takes `count` of them from `offset`
    on. Threads decode the images, as Pillow releases the GIL. An unreadable image raises `DatasetError` when its batch
    is due.

    Args:
        source: The dataset.
        sequence: Its order.
        batch: Size of the global batch.
        offset: Start of this process's share within the global batch.
        count: Size of the share.
        start: Position of the sequence at which the first batch begins.
        workers: Number of threads; 0 reads on demand.
    """

    def __init__(
        self,
        source: ImageSource,
        sequence: IndexSequence,
        batch: int,
        offset: int,
        count: int,
        start: int,
        workers: int,
    ) -> None:
        self._source = source
        self._sequence = sequence
        self._batch = batch
        self._offset = offset
        self._count = count
        self._position = start
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="images") if workers > 0 else None
        self._depth = workers * _AHEAD
        self._pending: deque[Future[tuple[Bytes, Floats]]] = deque()

    def __next__(self) -> tuple[Bytes, Floats]:
        """Return the next batch."""
        if self._pool is None:
            return self._read(self._advance())
        while len(self._pending) < self._depth:
            self._pending.append(self._pool.submit(self._read, self._advance()))
        return self._pending.popleft().result()

    def close(self) -> None:
        """Stop the threads and drop prefetched batches."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pending.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _advance(self) -> list[int]:
        indices = self._sequence.take(self._position + self._offset, self._count)
        self._position += self._batch
        return indices

    def _read(self, indices: list[int]) -> tuple[Bytes, Floats]:
        return self._source.images(indices), self._source.labels(indices)
