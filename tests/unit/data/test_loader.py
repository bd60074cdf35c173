"""The order of a dataset, and prefetching of batches."""

import numpy as np
import pytest

from gan.data import DatasetError, ImageSource, IndexSequence, Loader
from tests.unit.training.tiny import dataset


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return ImageSource(dataset(tmp_path_factory.mktemp("data") / "images.zip", count=10, classes=2), use_labels=True)


def test_every_pass_is_a_new_permutation_of_all():
    passes = np.reshape(IndexSequence(50, seed=1).take(0, 150), (3, 50))
    assert (np.sort(passes, axis=1) == np.arange(50)).all()
    assert len({tuple(order) for order in passes}) == 3


def test_a_position_gives_the_same_index_however_one_comes_to_it():
    there = IndexSequence(7, seed=3).take(0, 40)
    assert IndexSequence(7, seed=3).take(25, 15) == there[25:]
    backwards = IndexSequence(7, seed=3)
    assert [backwards[i] for i in reversed(range(40))] == there[::-1]
    assert IndexSequence(7, seed=4).take(0, 40) != there


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_do_not_depend_on_the_threads_that_read_them(source, workers):
    sequence = IndexSequence(len(source), 0)
    with Loader(source, sequence, batch=4, offset=1, count=2, start=8, workers=workers) as loader:
        for step in range(6):
            images, labels = next(loader)
            indices = sequence.take(8 + 4 * step + 1, 2)
            np.testing.assert_array_equal(images, source.images(indices))
            np.testing.assert_array_equal(labels, source.labels(indices))


def test_a_damaged_image_is_told_when_its_batch_is_due(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    whole = ImageSource(dataset(tmp_path / "images.zip", count=3))
    for name in whole.names:
        (folder / name.replace("/", "_")).write_bytes(whole._read(name))
    victim = sorted(folder.iterdir())[-1]
    victim.write_bytes(victim.read_bytes()[:60])
    with (
        Loader(ImageSource(folder), IndexSequence(3, 0), batch=3, offset=0, count=3, start=0, workers=2) as loader,
        pytest.raises(DatasetError, match=victim.name),
    ):
        next(loader)
