"""Labels of datasets: checked, held compactly, and the same vectors as a table of one-hot rows."""

import json
import tracemalloc

import numpy as np
import pytest

from foundation.datasets.facts import MOST_CLASSES
from gan.data import ImageSource
from gan.data.labels import Labels, check_label, labels_of, read_table
from tests.unit.data.test_reader import noise, png


def test_classes_become_one_hot_vectors_when_they_are_read():
    classes = np.random.default_rng(0).integers(0, 1000, 5000)
    labels = labels_of(classes.tolist())
    assert labels.shape == (5000, classes.max() + 1)
    rows = np.eye(labels.shape[1], dtype=np.float32)[classes]
    np.testing.assert_array_equal(labels[[3, 1, 4999]], rows[[3, 1, 4999]])
    assert b"".join(labels.parts()) == rows.tobytes()
    assert labels._values.nbytes == 8 * 5000


def test_a_subset_keeps_the_length_of_a_label():
    labels = labels_of([0, 3, 1]).subset([2, 0])
    assert labels.shape == (2, 4)
    np.testing.assert_array_equal(labels[[0, 1]], np.eye(4, dtype=np.float32)[[1, 0]])


def test_vectors_stay_vectors():
    labels = labels_of([[0.5, 1], [2, 3]])
    np.testing.assert_array_equal(labels[[1, 0]], np.array([[2, 3], [0.5, 1]], np.float32))
    assert labels.shape == (2, 2)
    assert Labels(np.zeros((4, 0), np.float32))[[0, 1]].shape == (2, 0)


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        (MOST_CLASSES, "at most 100000 classes"),
        (10**30, "1000000000000000000000000000000"),
        (-1, "must all be classes"),
        (True, "must all be classes"),
        (1.5, "must all be classes"),
        ("cat", "must all be classes"),
        ([], "must all be classes"),
        ([1, "a"], "must all be classes"),
        ([float("nan")], "must all be classes"),
        ([1e39], "must all be classes"),
        ([10**400], "must all be classes"),
        ([[1]], "must all be classes"),
    ],
)
def test_what_is_no_label_is_refused(label, problem):
    with pytest.raises(ValueError, match=problem):
        check_label(label)


@pytest.mark.parametrize("labels", [[0, [1.0]], [[1.0], [1.0, 2.0]], [0, None]])
def test_labels_of_different_kinds_are_refused(labels):
    with pytest.raises(ValueError, match="must all be classes"):
        labels_of(labels)


def test_tables_hold_pairs():
    assert read_table(b'{"labels": [["a\\\\b.png", 3]]}') == {"a/b.png": 3}
    assert read_table(b'{"labels": null}') is None
    with pytest.raises(ValueError, match="pairs"):
        read_table(b'{"labels": [3]}')


def test_the_hash_of_a_dataset_is_that_of_its_one_hot_labels(tmp_path):
    """Statistics cached by earlier versions stay valid."""
    import hashlib
    import zlib

    names = ("a.png", "b.png", "c.png")
    for name in names:
        (tmp_path / name).write_bytes(png(noise(1)[0]))
    rows = json.dumps({"labels": [[name, k] for k, name in enumerate(names)]})
    (tmp_path / "dataset.json").write_text(rows)
    digest = hashlib.sha256()
    for name in names:
        content = (tmp_path / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0{zlib.crc32(content):08x}\n".encode())
    digest.update(b"labels (3, 3) xflip False")
    digest.update(np.eye(3, dtype=np.float32).tobytes())
    assert ImageSource(tmp_path, use_labels=True).content_hash == digest.hexdigest()


def test_labels_of_a_thousand_classes_take_eight_bytes_a_picture(tmp_path):
    """One-hot vectors of 100,000 pictures would take 400 MB; read one by one they are never held."""
    count, classes = 100_000, 1000
    content = json.dumps({"labels": [[f"{i // 1000:05d}/img{i:08d}.png", i % classes] for i in range(count)]}).encode()
    tracemalloc.start()
    try:
        table = read_table(content)
        labels = labels_of(list(table.values()))
        del table
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert labels.shape == (count, classes)
    assert labels[[1234]].sum() == labels[[1234]][0, 234] == 1
    assert kept < 2e6, "beside the 0.8 MB of the classes"
    assert peak < 72e6
