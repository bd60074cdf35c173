"""Order of a dataset in training: a new shuffle for each epoch, as a function of the position alone."""

import numpy as np
import numpy.typing as npt

_Indices = npt.NDArray[np.int64]


class IndexSequence:
    """Infinite sequence of indices 0..length - 1; each epoch is a new permutation.

    The index at a position depends only on the seed and the position, so a run resumes from one number, and each
    process can compute its own share.

    Args:
        length: Number of items.
        seed: Seed of the permutations.
    """

    def __init__(self, length: int, seed: int) -> None:
        if length < 1:
            raise ValueError("An empty dataset has no order.")
        self.length = length
        self.seed = seed
        self._pass = -1
        self._order: _Indices = np.zeros(0, np.int64)

    def __getitem__(self, position: int) -> int:
        """Return the index at a position 0, 1, ..."""
        number, place = divmod(position, self.length)
        if number != self._pass:
            self._order = np.random.default_rng([self.seed, number]).permutation(self.length)
            self._pass = number
        return int(self._order[place])

    def take(self, start: int, count: int) -> list[int]:
        """Return the indices at `count` positions from `start` on."""
        return [self[position] for position in range(start, start + count)]
