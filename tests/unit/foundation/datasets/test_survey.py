"""Surveys of folders, zip files and films; near-duplicates; and the datasets that are made of them."""

import json
import subprocess
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.datasets.channels import with_channels
from foundation.datasets.duplicates import Fingerprint, Seen
from foundation.datasets.files import DatasetError
from foundation.datasets.survey import FIRST, survey
from foundation.datasets.video import Video
from gan.cli.main import main
from gan.data import ImageSource
from tests.mixed_pictures import make_mixed


def last(path, **options):
    return list(survey(path, **options))[-1]


@pytest.fixture
def film(tmp_path):
    """Three seconds of 64 x 48 pixels at 10 frames a second: red, green, blue."""
    path = tmp_path / "film.mp4"
    writer = imageio_ffmpeg.write_frames(str(path), (64, 48), fps=10, macro_block_size=1)
    writer.send(None)
    for index in range(30):
        frame = np.zeros((48, 64, 3), np.uint8)
        frame[:, :, index // 10] = 220
        writer.send(frame)
    writer.close()
    return path


def test_a_folder_of_mixed_pictures_is_counted(tmp_path):
    made = make_mixed(tmp_path / "mixed")
    found = last(tmp_path / "mixed")
    assert (found.total, found.looked, found.done) == (made.total, made.total, True)
    assert (found.unreadable, found.good) == (made.broken, made.total - made.broken)
    assert (found.animated, found.turned, found.duplicates) == (made.animated, made.turned, made.duplicates)
    assert found.channels == (1, 2, 3, 4)
    assert found.common_channels == 3
    assert found.smaller_than(10_000) == found.good
    assert 20 <= found.middle_side <= 120
    assert len(found.first) == FIRST
    assert 1 <= len(found.reasons) <= 3
    assert not found.problem


def test_the_survey_and_the_dataset_agree(tmp_path):
    made = make_mixed(tmp_path / "mixed", 120, ("cats", "dogs"))
    found = last(tmp_path / "mixed")
    assert found.classes == 2
    options = [
        "--resolution=32x32",
        "--transform=center-crop",
        "--skip-duplicates=1",
        "--folder-classes=1",
        "--partial=1",
    ]
    out = tmp_path / "set.zip"
    done = CliRunner().invoke(main, ["dataset", f"--source={tmp_path / 'mixed'}", f"--dest={out}", *options, "--json"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["done"] == found.good - found.duplicates
    assert result["left_out"] == made.broken + made.duplicates
    assert result["duplicates"] == made.duplicates
    source = ImageSource(out, use_labels=True)
    assert (source.shape, source.label_dim, len(source)) == ((3, 32, 32), 2, result["done"])


def test_more_than_one_in_ten_stops_the_conversion(tmp_path):
    make_mixed(tmp_path / "mixed", 110)
    command = ["dataset", f"--source={tmp_path / 'mixed'}", f"--dest={tmp_path / 'set.zip'}", "--resolution=32x32"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert "--partial=1" in done.output
    assert not (tmp_path / "set.zip").exists()


def test_a_zip_file_is_surveyed_like_its_folder(tmp_path):
    make_mixed(tmp_path / "mixed", 120, ("a", "b"))
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as archive:
        for path in sorted((tmp_path / "mixed").rglob("*.*")):
            archive.write(path, path.relative_to(tmp_path / "mixed").as_posix())
    assert last(tmp_path / "mixed.zip") == last(tmp_path / "mixed")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"no")])
def test_what_holds_no_pictures_has_a_problem(tmp_path, make):
    make(tmp_path / "there")
    found = last(tmp_path / "there")
    assert found.problem
    assert found.done
    assert len(found.problem) <= 300


def test_a_folder_of_broken_pictures_says_why(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no")
    assert "a.png" in last(tmp_path).problem


def test_a_film_gives_its_frames(film, tmp_path):
    video = Video(film, 1.0)
    frames = list(video.frames())
    assert len(video) == len(frames) == 3
    assert [int(frame.mean(axis=(1, 2)).argmax()) for frame in frames] == [0, 1, 2]
    assert frames[0].shape == (3, 48, 64)
    found = last(film, rate=10.0)
    assert (found.video, found.total, found.good, found.duplicates) == (True, 30, 30, 27)
    done = CliRunner().invoke(
        main,
        ["dataset", f"--source={film}", f"--dest={tmp_path / 'film.zip'}", "--resolution=16x16", "--skip-duplicates=1",
         "--transform=center-crop", "--frames-per-second=10"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert len(ImageSource(tmp_path / "film.zip")) == 3


def test_a_film_that_is_turned_by_its_camera_is_upright(film, tmp_path):
    turned = tmp_path / "turned.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-display_rotation", "90", "-i", str(film)]
    subprocess.run([*command, "-codec", "copy", str(turned)], check=True)
    assert next(Video(turned, 1.0).frames()).shape == (3, 64, 48)


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", b"\0" * 1000])
@pytest.mark.parametrize("ending", [".mp4", ".avi", ".mkv", ".mpg"])
def test_what_is_no_film_is_refused_in_a_sentence(tmp_path, content, ending):
    path = tmp_path / f"film{ending}"
    path.write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        list(Video(path, 1.0).frames())
    assert len(str(refused.value)) <= 300
    assert path.name in str(refused.value)


def _picture(seed, width=64, height=64):
    small = np.random.RandomState(seed).randint(0, 256, (6, 6, 3)).astype(np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def _pixels(image):
    return np.asarray(image.convert("RGB")).transpose(2, 0, 1)


def test_near_duplicates_are_found_and_others_kept(tmp_path):
    whole = _picture(1, 200, 160)
    whole.save(tmp_path / "a.jpg", quality=40)
    with Image.open(tmp_path / "a.jpg") as opened:
        worse = _pixels(opened)
    smaller = _pixels(whole.resize((100, 80), Image.Resampling.LANCZOS))
    mark = Fingerprint(_pixels(whole))
    assert mark.near(Fingerprint(worse))
    assert mark.near(Fingerprint(smaller))
    assert not mark.near(Fingerprint(_pixels(_picture(2, 200, 160))))
    assert not mark.near(Fingerprint(_pixels(whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT))))
    seen = Seen()
    assert [seen.before(_pixels(_picture(seed)), str(seed)) for seed in range(200)] == [""] * 200
    assert seen.before(_pixels(_picture(7)), "again") == "7"


def test_plain_surfaces_of_different_colours_are_kept():
    seen = Seen()
    planes = [np.full((3, 16, 16), level, np.uint8) for level in range(0, 250, 25)]
    assert [seen.before(plane, "") for plane in planes] == [""] * 10
    grey = np.full((1, 16, 16), 75, np.uint8)
    assert Fingerprint(grey).near(Fingerprint(with_channels(grey, 4)))


def test_near_duplicates_of_many_plain_surfaces_take_bounded_time():
    seen = Seen()
    for _ in range(300):
        seen.before(np.random.RandomState(0).randint(0, 2, (1, 8, 8)).astype(np.uint8), "x")
    assert all(len(bucket) <= 64 for bucket in seen._places.values())


def test_paths_in_the_survey_are_clean(tmp_path: Path):
    (tmp_path / "bad\x07name.png").write_bytes(b"no")
    assert last(tmp_path).problem.isprintable()
