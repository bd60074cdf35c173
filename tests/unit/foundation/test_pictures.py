"""Picture files by their endings: the format is that of the name, and other endings are refused."""

import numpy as np
import pytest
from PIL import Image

from foundation.pictures import save_picture

PIXELS = np.random.default_rng(0).integers(0, 256, (13, 17, 4), np.uint8)


@pytest.mark.parametrize(
    ("name", "format"), [("a.png", "PNG"), ("a.PNG", "PNG"), ("a.jpg", "JPEG"), ("a.jpeg", "JPEG"), ("a.webp", "WEBP")]
)
def test_the_ending_is_the_format(tmp_path, name, format):
    save_picture(tmp_path / "new" / name, PIXELS, {"Software": "StyleScope"})
    with Image.open(tmp_path / "new" / name) as picture:
        assert picture.format == format
        if format != "JPEG":
            assert np.array_equal(np.asarray(picture), PIXELS), "the colour of clear pixels too"


@pytest.mark.parametrize("name", ["a.bmp", "a", "a.pngx"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"Pictures end in one of \.jpg, \.png, \.webp"):
        save_picture(tmp_path / name, PIXELS)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_too_large_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="choose PNG"):
        save_picture(tmp_path / "a.webp", np.zeros((1, 16384, 3), np.uint8))
    assert not list(tmp_path.iterdir())
