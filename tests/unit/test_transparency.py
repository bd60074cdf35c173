"""Images with transparency over something opaque."""

import numpy as np
import pytest

from foundation.transparency import SHADES, SQUARE, checkerboard, over, trimmed


def pixels(alpha):
    drawn = np.random.RandomState(1).randint(0, 256, (20, 30, 4), dtype=np.uint8)
    drawn[..., 3] = alpha
    return drawn


def test_squares_of_two_greys():
    board = checkerboard(20, 30)
    assert board.shape == (20, 30, 3)
    assert [board[0, 0, 0], board[0, SQUARE, 0], board[SQUARE, SQUARE, 2]] == [SHADES[0], SHADES[1], SHADES[0]]


def test_colours_over_backgrounds():
    clear, full, half = pixels(0), pixels(255), pixels(128)
    assert np.array_equal(over(clear), checkerboard(20, 30))
    assert np.array_equal(over(full), full[..., :3])
    mixed = (half[..., :3] * 128.0 + np.array([255, 128, 0]) * 127.0) / 255
    assert np.abs(over(half, "#ff8000") - mixed).max() <= 0.5
    assert np.array_equal(over(half[..., :3]), half[..., :3])


def test_only_transparency_that_is_there_is_kept():
    assert trimmed(pixels(255)).shape == (20, 30, 3)
    assert np.array_equal(trimmed(pixels(254)), pixels(254))


@pytest.mark.parametrize("wrong", ["", "ff8000", "#ff80", "white"])
def test_other_words_are_refused(wrong):
    with pytest.raises(ValueError, match="expected checkerboard or a colour"):
        over(pixels(0), wrong)
