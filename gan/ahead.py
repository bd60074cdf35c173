"""Work ahead by threads: results in the order of their inputs, of which only a few are taken in advance."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Input = TypeVar("_Input")
_Result = TypeVar("_Result")


def in_order(work: Callable[[_Input], _Result], inputs: Iterable[_Input], workers: int) -> Iterator[_Result]:
    """Yield work(input) for each input, in order, computed by threads.

    At most `2 * workers + 1` inputs are in memory that were not yielded yet. What `work` or the inputs raise is raised
    here in the order of the inputs.

    Args:
        work: Must gain from threads: reading, decoding, compressing.
        inputs: Iterated in the caller's thread.
        workers: Number of threads.
    """
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(workers, "ahead") as pool:
        try:
            for one in inputs:
                waiting.append(pool.submit(work, one))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
