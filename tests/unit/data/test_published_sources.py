"""SVHN, HDF5, the published verbs, and showing a source."""

import dataclasses
import pickle
import sys

import h5py
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.datasets.files import DatasetError
from foundation.specs.options import fields
from gan.cli.main import main
from gan.data import ImageSource
from gan.data.convert import open_source
from gan.data.display import caption, sheet
from gan.data.verbs import VERBS, conversion_of
from tests.unit.data import sources


def run(*words):
    return CliRunner().invoke(main, ["dataset", *map(str, words)])


def svhn(folder, count=7):
    """Three files in the published form: a pair of images and classes."""
    folder.mkdir()
    parts = []
    for number in range(1, 4):
        images = sources.noise(count, (3, 32, 32), seed=number)
        labels = (np.arange(count) + number).astype(np.uint8) % 10
        (folder / f"train_{number}.pkl").write_bytes(pickle.dumps((images, labels), protocol=2))
        parts.append((images, labels))
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def test_svhn_by_its_verb_has_the_published_order(tmp_path):
    images, labels = svhn(tmp_path / "svhn")
    done = run("create-svhn", tmp_path / "out.zip", tmp_path / "svhn")
    assert done.exit_code == 0, done.output
    order = np.arange(len(images))
    np.random.RandomState(123).shuffle(order)
    found = ImageSource(tmp_path / "out.zip", use_labels=True)
    np.testing.assert_array_equal(found.images(range(len(images))), images[order])
    np.testing.assert_array_equal(found.labels(list(range(len(images)))).argmax(axis=1), labels[order])


@pytest.mark.parametrize(
    "content",
    [b"", b"no pickle", pickle.dumps({"a": 1}), pickle.dumps((np.zeros((3, 3, 8, 8), np.uint8), np.zeros(3))),
     pickle.dumps((1, 2)), b"cos\nsystem\n(S'true'\ntR."],
)  # fmt: skip
def test_what_is_no_svhn_is_refused_in_a_sentence(tmp_path, content):
    svhn(tmp_path / "svhn")
    (tmp_path / "svhn" / "train_2.pkl").write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        open_source(tmp_path / "svhn")
    assert "train_2.pkl" in str(refused.value)
    assert len(str(refused.value)) <= 300


def test_a_missing_file_of_svhn_is_named(tmp_path):
    svhn(tmp_path / "svhn")
    (tmp_path / "svhn" / "train_3.pkl").unlink()
    with pytest.raises(DatasetError, match=r"train_3\.pkl"):
        open_source(tmp_path / "svhn")


def test_hdf5_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "a.h5").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "h5py", None)
    done = run(f"--source={tmp_path / 'a.h5'}", f"--dest={tmp_path / 'out.zip'}")
    assert done.exit_code == 1
    assert "pip install 'stylescope[hdf5]'" in done.output


@pytest.mark.parametrize("options", [{}, {"chunks": (1, 3, 16, 16), "compression": "gzip"}], ids=["plain", "packed"])
def test_hdf5_takes_the_data_set_with_the_most_pixels(tmp_path, options):
    small, large = sources.noise(5, (3, 8, 8)), sources.noise(5, (3, 16, 16))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data8x8"], file["other"] = small, np.zeros((5, 3, 64, 64), np.float32)
        file.create_dataset("data16x16", data=large, **options)
        file["elsewhere"] = h5py.ExternalLink("b.h5", "/data")
        file["soft"] = h5py.SoftLink("/data16x16")
        file.create_group("group")["data32x32"] = sources.noise(5, (3, 32, 32))
    assert run("create-from-hdf5", tmp_path / "out.zip", tmp_path / "a.h5", "--shuffle=0").exit_code == 0
    np.testing.assert_array_equal(ImageSource(tmp_path / "out.zip").images(range(5)), large)
    assert run("create-from-hdf5", tmp_path / "shuffled.zip", tmp_path / "a.h5").exit_code == 0
    order = np.arange(5)
    np.random.RandomState(123).shuffle(order)
    np.testing.assert_array_equal(ImageSource(tmp_path / "shuffled.zip").images(range(5)), large[order])


def _without_images(path):
    with h5py.File(path, "w") as file:
        file["floats"], file["flat"] = np.zeros((5, 3, 8, 8), np.float32), np.zeros((5, 64), np.uint8)


def _virtual(path):
    """Images that lie in another file, as a virtual data set and as external storage."""
    with h5py.File(path.with_name("other.h5"), "w") as file:
        file["data"] = sources.noise(5, (3, 8, 8))
    layout = h5py.VirtualLayout((5, 3, 8, 8), np.uint8)
    layout[:] = h5py.VirtualSource(path.with_name("other.h5"), "data", (5, 3, 8, 8))
    path.with_name("raw").write_bytes(bytes(5 * 3 * 64))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("outside", (5, 3, 8, 8), np.uint8, external=[(str(path.with_name("raw")), 0, 5 * 3 * 64)])


def _cut(path):
    with h5py.File(path, "w") as file:
        file["data"] = sources.noise(50, (3, 16, 16))
    path.write_bytes(path.read_bytes()[:3000])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_without_images, "holds no images"),
        (_virtual, "holds no images"),
        (_cut, "cannot be read"),
        (lambda path: path.write_bytes(b"x" * 5000), "cannot be read"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(5000)), "cannot be read"),
    ],
    ids=["floats", "elsewhere", "cut", "other", "zeros"],
)
def test_hdf5_files_without_images_get_a_sentence(tmp_path, make, says):
    make(tmp_path / "a.h5")
    with pytest.raises(DatasetError, match=says) as caught:
        open_source(tmp_path / "a.h5")
    assert str(caught.value).startswith("a.h5 ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_stands_for_a_conversion(verb, tmp_path):
    made = conversion_of(verb, "out.zip", str(tmp_path), verb.options())
    assert made.source == str(tmp_path / verb.file)
    done = run(verb.name, "out.zip", tmp_path, "-n")
    assert done.exit_code == 0, done.output
    for part in fields(verb.options):
        assert part.flag in run(verb.name, "--help").output


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_option_of_a_verb_changes_the_conversion(verb, tmp_path):
    usual = conversion_of(verb, "out.zip", str(tmp_path), verb.options())
    for part in fields(verb.options):
        value = not part.default if part.kind is bool else (part.default or 0) + 8
        own = dataclasses.replace(verb.options(), **{part.name: value})
        assert conversion_of(verb, "out.zip", str(tmp_path), own) != usual, part.name


def test_celeba_is_cut_about_its_centre(tmp_path):
    folder = tmp_path / "celeba"
    folder.mkdir()
    pixels = sources.noise(1, (218, 178, 3))[0]
    Image.fromarray(pixels).save(folder / "000001.png")
    done = run("create-celeba", tmp_path / "out.zip", folder, "--cx=90", "--cy=120")
    assert done.exit_code == 0, done.output
    found = ImageSource(tmp_path / "out.zip").images([0])[0]
    np.testing.assert_array_equal(found, pixels[120 - 64 : 120 + 64, 90 - 64 : 90 + 64].transpose(2, 0, 1))


def test_names_with_underscores_are_the_same(tmp_path):
    (tmp_path / "a").mkdir()
    with_dashes = run("create-lsun-wide", "out.zip", tmp_path, "--max-images=3", "-n")
    assert with_dashes.exit_code == 0, with_dashes.output
    assert run("create_lsun_wide", "out.zip", tmp_path, "--max_images=3", "-n").output == with_dashes.output


def test_a_verb_reports_errors_in_one_line(tmp_path):
    done = run("create-from-images", tmp_path / "out.zip", tmp_path / "missing")
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].startswith("Error: ")


def test_a_source_is_shown_as_a_sheet(tmp_path):
    images = sources.noise(10, (3, 8, 8))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index, pixels in enumerate(images):
        Image.fromarray(pixels.transpose(1, 2, 0)).save(folder / f"{index}.png")
    (folder / "bad.png").write_bytes(b"no")
    made = sheet(open_source(folder))
    assert made.shape == (3, 16, 64)
    np.testing.assert_array_equal(made[:, :8, 8:16], images[1])
    done = run("display", f"--source={folder}", f"--save={tmp_path / 'sheet.png'}")
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.size == (64, 16)
    lines = [caption(index, item) for index, item in enumerate(open_source(folder))]
    assert lines[0] == "0: 0.png, 8x8, 3 channels"
    assert "damaged" in lines[10]


def test_showing_without_a_window_names_the_way_out(tmp_path, monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.setattr(pyplot, "get_backend", lambda: "agg")
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "0.png")
    done = run("display", f"--source={folder}")
    assert done.exit_code == 1
    assert "--save" in done.output
