"""Statistics over images."""

import numpy as np
import pytest

from foundation.statistics import PixelDeviation


@pytest.mark.parametrize("channels", [1, 3])
def test_the_deviation_is_numpys_of_all_images_at_once(channels):
    images = np.random.default_rng(0).integers(0, 256, (7, 5, 4, channels), np.uint8)
    running = PixelDeviation()
    for image in images:
        running.add(image)
    assert running.count == 7
    np.testing.assert_allclose(running.std, images.mean(axis=-1).std(axis=0), rtol=1e-12)


def test_without_an_image_there_is_none():
    with pytest.raises(ValueError, match="no pictures"):
        _ = PixelDeviation().std
