"""Statistics over images that come one by one. NumPy only."""

import numpy as np
import numpy.typing as npt


class PixelDeviation:
    """Standard deviation of each pixel over images that come one by one.

    Of each image the mean over its channels counts. Sums are whole numbers, so nothing is lost on the way
    and the result is that of `np.std(stack.mean(axis=-1), axis=0)` with ddof 0:

        std = sqrt( N sum s^2 - (sum s)^2 ) / (N C),   s the sum of a pixel's C channels
    """

    def __init__(self) -> None:
        self.count = 0
        """Images added so far."""
        self._channels = 1
        self._sum: npt.NDArray[np.int64] | int = 0
        self._squares: npt.NDArray[np.int64] | int = 0

    def add(self, image: npt.NDArray[np.uint8]) -> None:
        """Add an image uint8 [H, W, C], of the same size as those before."""
        s = image.sum(axis=-1, dtype=np.int64)
        self._sum = self._sum + s
        self._squares = self._squares + s * s
        self._channels = image.shape[-1]
        self.count += 1

    @property
    def std(self) -> npt.NDArray[np.float64]:
        """[H, W], in levels of 0-255. Raises ValueError before the first image."""
        if self.count == 0:
            raise ValueError("There are no pictures yet to take the standard deviation of.")
        spread = self.count * np.asarray(self._squares) - np.square(np.asarray(self._sum))
        return np.asarray(np.sqrt(spread) / (self.count * self._channels))
