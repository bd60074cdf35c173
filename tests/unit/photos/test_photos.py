"""Photos and their crops: any mode, orientation and size; crops against a plain sampling of the same square."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foundation.photos.crop import Crop, in_pixels, read_crop, whole
from foundation.photos.reading import PhotoError, cropped, facts_of, preview

share, angle = st.floats(0, 1), st.floats(-720, 720)
crops = st.builds(Crop, share, share, st.floats(0.02, 8), angle)


@given(crops)
def test_a_crop_is_read_as_it_was_written(crop):
    again = read_crop(crop.text)
    for name in ("x", "y", "size", "angle"):
        assert getattr(again, name) == pytest.approx(getattr(crop, name), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("text", ["", "a,b,c", "0.5,0.5", "nan,0,1", "0,0,0", "0,0,-1,2", "1,2,3,4,5", "0,0,inf"])
def test_other_texts_are_no_crop(text):
    with pytest.raises(ValueError, match="is no crop"):
        read_crop(text)


@given(crops, st.integers(1, 4000), st.integers(1, 4000))
def test_corners_make_a_square_of_that_side(crop, width, height):
    a, b, c, d = (np.array(one) for one in crop.corners(width, height))
    side = crop.size * min(width, height)
    for one, other in ((a, b), (b, c), (c, d), (d, a)):
        assert np.linalg.norm(one - other) == pytest.approx(side, rel=1e-6, abs=1e-6)
    assert np.dot(b - a, d - a) == pytest.approx(0, abs=1e-6 * side**2 + 1e-6)
    assert (a + c) / 2 == pytest.approx([crop.x * width, crop.y * height], abs=1e-6 * (side + 1) + 1e-6)


@given(crops, st.floats(-3, 3), st.floats(-3, 3), st.floats(1e-6, 1e6), st.floats(-1e5, 1e5))
def test_changes_of_a_crop_stay_within_bounds(crop, dx, dy, size, turn):
    after = crop.moved(dx, dy).sized(size).turned(turn)
    assert 0 <= after.x <= 1
    assert 0 <= after.y <= 1
    assert 0.01 <= after.size <= 100
    assert -180 < after.angle <= 180
    assert np.cos(np.radians(after.angle)) == pytest.approx(np.cos(np.radians(turn)), abs=1e-9)


@given(crops, st.integers(1, 4000), st.integers(1, 4000))
def test_pixels_of_a_crop_give_the_same_square(crop, width, height):
    again = in_pixels(*crop.pixels(width, height), width, height)
    assert (again.x, again.y, again.size, again.angle) == pytest.approx(
        (crop.x, crop.y, crop.size, crop.angle), rel=1e-9, abs=1e-9
    )


def wave(height, width):
    """A smooth picture [H, W, 3] whose colours tell the place."""
    y, x = np.mgrid[0:height, 0:width]
    planes = (127 + 100 * np.sin(x / 29), 127 + 100 * np.sin(y / 27), 127 + 100 * np.sin((x + y) / 41))
    return np.stack(planes, -1).astype(np.uint8)


def plainly(pixels, crop, size, over=8):
    """Mean of bilinear samples in each pixel of the square, mirrored at the border."""
    height, width = pixels.shape[:2]
    side, turn = crop.side(width, height), np.radians(crop.angle)
    u = (np.arange(size * over) + 0.5) / (size * over) - 0.5
    u, v = np.meshgrid(u * side, u * side)
    x = crop.x * width + np.cos(turn) * u - np.sin(turn) * v - 0.5
    y = crop.y * height + np.sin(turn) * u + np.cos(turn) * v - 0.5

    def mirrored(at, count):
        at = at % (2 * count)
        return np.where(at < count, at, 2 * count - 1 - at)

    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]

    def at(dy, dx):
        return pixels[mirrored(y0 + dy, height), mirrored(x0 + dx, width)].astype(float)

    found = (at(0, 0) * (1 - fx) + at(0, 1) * fx) * (1 - fy) + (at(1, 0) * (1 - fx) + at(1, 1) * fx) * fy
    return found.reshape(size, over, size, over, -1).mean((1, 3))


@settings(deadline=None, max_examples=60)
@given(st.builds(Crop, share, share, st.floats(0.3, 1.6), angle), st.sampled_from([24, 33, 64]))
def test_a_crop_is_near_a_plain_sampling_of_its_square(crop, size):
    pixels = wave(120, 160)
    found = cropped(pixels, crop, size, 3)
    assert found.shape == (size, size, 3)
    assert found.dtype == np.uint8
    wrong = np.abs(found.astype(float) - plainly(pixels, crop, size))
    assert wrong.mean() < 2.5, crop


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90])
def test_quarter_turns_are_exact(turn):
    pixels = wave(64, 64)
    found = cropped(pixels, Crop(angle=turn), 64, 3)
    assert (found == np.rot90(pixels, turn // 90 % 4)).all()


def test_the_default_is_the_largest_square_in_the_middle():
    pixels = wave(64, 100)
    assert (cropped(pixels, Crop(), 64, 3) == pixels[:, 18:82]).all()


def test_the_whole_picture_is_mirrored_at_its_border():
    pixels = wave(32, 64)
    found = cropped(pixels, whole(64, 32), 64, 3)
    assert (found[16:48] == pixels).all()
    assert (found[:16] == pixels[:16][::-1]).all()
    assert (found[48:] == pixels[16:][::-1]).all()


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I;16", "I", "F", "PA", "La", "RGBa"]
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_mode_is_read(mode, channels, tmp_path):
    image = Image.fromarray(wave(20, 30))
    if mode in ("I;16", "I", "F"):
        values = np.asarray(image.convert("L")).astype(float) * (257 if mode != "F" else 1 / 255)
        image = Image.fromarray(values.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    elif mode in ("PA", "La", "RGBa"):
        image = image.convert({"PA": "P", "La": "LA", "RGBa": "RGBA"}[mode])
    else:
        image = image.convert(mode)
    path = tmp_path / "a.tif"
    suffix = ".png" if mode in ("PA", "P", "HSV") else ".tif"
    if mode == "HSV":
        image = image.convert("RGB")
    path = path.with_suffix(suffix)
    image.save(path)
    found = cropped(path, Crop(), 16, channels)
    assert found.shape == (16, 16, channels)
    if channels == 4:
        assert (found[..., 3] == 255).all()
    assert found[..., :1].std() > 10, "it is not flat"


def test_transparency_becomes_white(tmp_path):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = cropped(tmp_path / "a.png", Crop(), 8, 3)
    assert (found[:, :4] == 0).all()
    assert (found[:, 4:] == 255).all()
    assert (cropped(tmp_path / "a.png", Crop(), 8, 4)[..., 3] == pixels[..., 3]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_upright(orientation, tmp_path):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, :30] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).save(path, exif=exif, quality=95)
    size = facts_of(path)
    assert (size.width, size.height) == ((40, 60) if orientation > 4 else (60, 40))
    shown, same = preview(path, 4096)
    assert same == size
    assert shown.shape == (size.height, size.width, 4)
    corner = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}[orientation]
    for i in range(2):
        for j in range(2):
            y, x = (size.height * (1 + 2 * i)) // 4, (size.width * (1 + 2 * j)) // 4
            assert (shown[y, x, 0] > 200) == ((i, j) == corner)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 2), (1, 3000)])
def test_the_smallest_photos_work(size, tmp_path):
    Image.new("RGB", size, (200, 10, 30)).save(tmp_path / "a.png")
    for crop in (Crop(), whole(*size), Crop(0.1, 0.9, 3, 17)):
        found = cropped(tmp_path / "a.png", crop, 32, 3)
        assert (abs(found.astype(int) - [200, 10, 30]) <= 1).all()
    assert preview(tmp_path / "a.png", 100)[0].shape[2] == 4


def test_a_jpeg_of_30000_pixels_is_read_reduced(tmp_path, monkeypatch):
    tall = Image.new("L", (64, 30_000))
    tall.paste(255, (0, 15_000, 64, 30_000))
    tall.save(tmp_path / "a.jpg")
    assert facts_of(tmp_path / "a.jpg").height == 30_000
    decoded = []
    import foundation.photos.reading as reading

    kept = reading.pixels_of
    monkeypatch.setattr(reading, "pixels_of", lambda image: (decoded.append(image.size), kept(image))[1])
    shown, _ = preview(tmp_path / "a.jpg", 1000)
    assert max(shown.shape) == 1000
    assert decoded == [(8, 3750)]


def test_a_jpeg_beyond_the_limit_is_decoded_smaller(tmp_path, monkeypatch):
    import foundation.photos.reading as reading

    Image.fromarray(wave(400, 400)).save(tmp_path / "a.jpg")
    monkeypatch.setattr(reading, "PIXELS", 100 * 100)
    shown, facts = preview(tmp_path / "a.jpg", 400)
    assert facts.width == 400
    assert shown.shape == (100, 100, 4)
    Image.fromarray(wave(400, 400)).save(tmp_path / "a.png")
    with pytest.raises(PhotoError, match=r"a\.png cannot be read: it has 400 x 400 pixels, more than are read at once"):
        preview(tmp_path / "a.png", 400)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_photo_gives_one_sentence(content, tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(content)
    with pytest.raises(PhotoError, match=r"^scan\.tif cannot be read: it is damaged or no picture"):
        preview(path, 100)


def test_a_damaged_photo_gives_one_sentence(tmp_path):
    path = tmp_path / "a.jpg"
    Image.fromarray(wave(64, 64)).save(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(PhotoError, match=r"^a\.jpg cannot be read: it is damaged"):
        cropped(path, Crop(), 16, 3)


def test_absent_files_and_folders_give_one_sentence(tmp_path):
    for path in (tmp_path / "absent.jpg", tmp_path):
        with pytest.raises(PhotoError, match="cannot be read: "):
            facts_of(path)
