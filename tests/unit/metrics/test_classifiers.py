"""Attribute classifiers, and linear separability with them."""

import numpy as np
import pytest
import torch

from gan.data import ImageSource
from gan.metrics import Detectors, classifiers, evaluate
from gan.metrics.detectors import file_sha256
from tests.pictures import write_zip
from tests.unit.metrics import stand_ins
from tests.unit.networks.tiny import RES, generator


@pytest.fixture
def eye(tmp_path):
    return Detectors(stand_ins.write(tmp_path), trusted=True).get("inception", "")


@pytest.fixture
def source(tmp_path):
    """Dark and bright images, of which every other one is blue."""
    pictures = np.random.RandomState(0).randint(0, 60, (120, RES, RES, 3), dtype=np.uint8)
    bright, blue = np.arange(120) % 3 == 0, np.arange(120) % 2 == 0
    pictures[bright] += 120
    pictures[blue, :, :, 2] += 70
    attributes = {
        f"00000/img{i:08d}.png": {
            "light": "high" if bright[i] else "low",
            "colours": {"blue": bool(blue[i])},
            "size": i * 0.5,
            "kind": "same",
            "rare": i == 3,
        }
        for i in range(120)
    }
    labels = (np.arange(120) % 3).tolist()
    return ImageSource(write_zip(tmp_path / "data.zip", pictures, labels, attributes=attributes))


def test_words_tables_and_numbers_become_yes_or_no(source):
    found = classifiers.attributes_of(source)
    assert sorted(found) == ["colours.blue=False", "light=high", "size>median"]
    assert found["light=high"].tolist() == [i % 3 == 0 for i in range(120)]
    assert found["size>median"].sum() == 60


def test_labels_serve_where_there_are_no_attributes(tmp_path):
    pictures = np.zeros((9, 8, 8, 3), np.uint8)
    source = ImageSource(write_zip(tmp_path / "labels.zip", pictures, [0, 1, 2] * 3))
    found = classifiers.attributes_of(source)
    assert {name: has.sum() for name, has in found.items()} == {"class=0": 3, "class=1": 3, "class=2": 3}


def test_nothing_to_learn_is_told(tmp_path):
    source = ImageSource(write_zip(tmp_path / "same.zip", np.zeros((5, 8, 8, 3), np.uint8), [0] * 5))
    with pytest.raises(ValueError, match="no attribute that at least 5 %"):
        classifiers.attributes_of(source)


def test_they_learn_what_can_be_seen_and_say_how_often_they_are_right(source, eye):
    attributes = classifiers.attributes_of(source)
    told = []
    made = classifiers.train(source, attributes, eye, torch.device("cpu"), lambda *words: told.append(words))
    accuracy = dict(zip(made.names, made.accuracy, strict=True))
    assert accuracy["light=high"] == accuracy["colours.blue=False"] == 1
    assert told[-1] == ("features", 120, 120)
    logits = made.logits(eye.features(torch.from_numpy(source.images(range(120)))))
    assert ((logits[:, made.names.index("light=high")] > 0).numpy() == attributes["light=high"]).all()


def test_they_are_kept_whole(source, eye, tmp_path):
    attributes = classifiers.attributes_of(source)
    made = classifiers.train(source, attributes, eye, torch.device("cpu"), lambda *words: None)
    path = tmp_path / "kept.safetensors"
    classifiers.save(made, path)
    read = classifiers.load(path)
    assert torch.equal(read.weight, made.weight)
    assert (read.names, read.accuracy, read.sha256) == (made.names, made.accuracy, file_sha256(path))
    assert read.detector_sha256 == eye.sha256


@pytest.mark.parametrize(("content", "says"), [(None, "no classifier file"), (b"nothing", "holds no classifiers")])
def test_files_that_hold_none_are_told(tmp_path, content, says):
    path = tmp_path / "x.safetensors"
    if content:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{says}.*train-classifiers"):
        classifiers.load(path)


def test_separability_of_a_network(tmp_path):
    """Classifiers that see one constant attribute leave nothing to separate: exp(0) = 1 in both spaces."""
    lite = Detectors().get("lite0", "ls16")
    weight = torch.randn(2, 1280, generator=torch.Generator().manual_seed(0))
    weight[0] = 0
    made = classifiers.Classifiers(("always", "some"), weight, torch.tensor([1.0, 0.0]), (1.0, 1.0), lite.sha256)
    (result,) = evaluate(["ls16"], generator(), classifiers=made)
    assert sorted(result.results) == ["ls16_w", "ls16_z"]
    assert all(1 <= value <= 2 for value in result.results.values())
    other = classifiers.Classifiers(("always", "some"), weight, torch.zeros(2), (1.0, 1.0), "another")
    with pytest.raises(ValueError, match="trained on another feature network"):
        evaluate(["ls16"], generator(), classifiers=other)
