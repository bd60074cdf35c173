"""Datasets from zip files and folders."""

import os
import pickle
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from gan.data import DatasetError, ImageSource
from tests.pictures import noise, png, write_zip


@pytest.fixture
def pictures():
    return noise(5)


@pytest.fixture
def path(tmp_path, pictures):
    return write_zip(tmp_path / "some.zip", pictures, [0, 1, 2, 1, 0])


def unpack(path, to):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(to)
    return to


def test_pictures_and_labels_come_as_they_are(path, pictures):
    source = ImageSource(path, use_labels=True)
    assert len(source) == 5
    assert (source.name, source.shape, source.resolution, source.channels) == ("some", (3, 8, 8), 8, 3)
    np.testing.assert_array_equal(source.images([3, 0]), pictures[[3, 0]].transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(source.labels(range(5)), np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0]])
    np.testing.assert_array_equal(source.label(2), [0, 0, 1])


def test_without_labels_they_have_no_length(path):
    source = ImageSource(path)
    assert source.label_dim == 0
    assert source.labels([0, 1]).shape == (2, 0)


def test_xflip_appends_the_mirrored_pictures(path, pictures):
    source = ImageSource(path, use_labels=True, xflip=True)
    assert len(source) == 10
    np.testing.assert_array_equal(source.images([7])[0], pictures[2].transpose(2, 0, 1)[:, :, ::-1])
    np.testing.assert_array_equal(source.label(7), source.label(2))
    with pytest.raises(IndexError):
        source.images([10])
    plain = source.with_xflip(False)
    assert (len(plain), len(source)) == (5, 10)
    assert source.content_hash != plain.content_hash == ImageSource(path, use_labels=True).content_hash
    assert plain.with_xflip(True).content_hash == source.content_hash


def test_a_folder_is_the_same_dataset_wherever_it_lies(path, tmp_path):
    whole = ImageSource(path, use_labels=True)
    folder = ImageSource(unpack(path, tmp_path / "elsewhere"), use_labels=True)
    assert folder.content_hash == whole.content_hash
    np.testing.assert_array_equal(folder.images(range(5)), whole.images(range(5)))


def test_content_decides_the_hash(path, tmp_path, pictures):
    hashes = {ImageSource(path, use_labels=labels, xflip=flip).content_hash for labels in (0, 1) for flip in (0, 1)}
    assert len(hashes) == 4
    changed = pictures.copy()
    changed[4, 0, 0, 0] ^= 1
    assert ImageSource(write_zip(tmp_path / "b.zip", changed)).content_hash not in hashes
    assert ImageSource(write_zip(tmp_path / "c.zip", pictures)).content_hash in hashes


@pytest.mark.parametrize(("mode", "channels"), [("1", 1), ("L", 1), ("LA", 2), ("P", 3), ("RGB", 3), ("RGBA", 4)])
def test_any_number_of_channels(tmp_path, mode, channels):
    Image.new(mode, (6, 4)).save(tmp_path / "a.png")
    source = ImageSource(tmp_path)
    assert source.shape == (channels, 4, 6)
    assert source.images([0]).shape == (1, channels, 4, 6)
    with pytest.raises(DatasetError, match="must be square"):
        _ = source.resolution


def test_label_vectors(tmp_path, pictures):
    path = write_zip(tmp_path / "v.zip", pictures, [[0.5, i] for i in range(5)])
    np.testing.assert_array_equal(ImageSource(path, use_labels=True).label(3), [0.5, 3])


def test_threads_processes_and_pickles_may_share_one(path, pictures):
    source = ImageSource(path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: source.images([i % 5])[0], range(40)))
    np.testing.assert_array_equal(np.stack(found), np.tile(pictures.transpose(0, 3, 1, 2), (8, 1, 1, 1)))
    again = pickle.loads(pickle.dumps(source))
    np.testing.assert_array_equal(again.images([1]), source.images([1]))


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda f: (f / "b.png").write_bytes((f / "a.png").read_bytes()[:80]), r"b\.png is damaged"),
        (
            lambda f: (f / "b.png").write_bytes(png(noise(1, 9)[0])),
            "is 9x9 with 3 channels, but the first picture is 8x8",
        ),
        (lambda f: (f / "b.png").write_bytes(png(noise(1)[0, :, :, 0])), "is 8x8 with 1 channel, but"),
        (lambda f: Image.fromarray(np.zeros((8, 8), np.float32)).save(f / "b.tif"), "only those of 8 or 16 bits"),
        (lambda f: os.remove(f / "a.png"), "holds no pictures"),
        (lambda f: (f / "dataset.json").unlink(), "has no labels"),
        (lambda f: (f / "dataset.json").write_text("{"), "not valid JSON"),
        (lambda f: (f / "dataset.json").write_text('{"labels": [3]}'), r"must hold \[name, label\] pairs"),
        (lambda f: (f / "dataset.json").write_text('{"labels": [["a.png", -1]]}'), "must all be classes"),
        (lambda f: (f / "dataset.json").write_text('{"labels": [["a.png", "cat"]]}'), "must all be classes"),
        (lambda f: (f / "b.png").write_bytes(png(noise(1)[0])), r"no label for b\.png, which"),
    ],
)
def test_what_is_broken_is_said_in_a_sentence(tmp_path, break_it, says):
    (tmp_path / "a.png").write_bytes(png(noise(1)[0]))
    (tmp_path / "dataset.json").write_text('{"labels": [["a.png", 0]]}')
    assert ImageSource(tmp_path, use_labels=True).label_dim == 1
    break_it(tmp_path)
    with pytest.raises(DatasetError, match=says):
        ImageSource(tmp_path, use_labels="label" in says or "JSON" in says or "classes" in says).images([0, 1])


@pytest.mark.parametrize(
    ("data", "says"), [(None, "no dataset at"), (b"PK", "no readable zip"), ("empty", "no pictures")]
)
def test_what_is_no_dataset_is_said(tmp_path, data, says):
    path = tmp_path / "x.zip"
    if data == "empty":
        zipfile.ZipFile(path, "w").close()
    elif data:
        path.write_bytes(data)
    with pytest.raises(DatasetError, match=says):
        ImageSource(path)
