"""Labels of the forms."""

import pytest

from foundation.specs.dataset import DatasetSpec
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.options import fields
from foundation.specs.slurm import SlurmOptions
from foundation.specs.train import TrainSpec
from viz.runs.labels import WORDS, in_words

SPECS = (TrainSpec, MetricRunSpec, SlurmOptions, DatasetSpec)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.__name__)
def test_every_field_has_a_label_in_words_of_its_own(spec):
    parts = fields(spec)
    assert [part.name for part in parts if part.name not in WORDS] == []
    labels = [in_words(part) for part in parts]
    assert len(set(labels)) == len(labels)
    assert all(label[0].isupper() and len(label) <= 16 for label in labels), labels


def test_no_label_is_left_over():
    assert set(WORDS) <= {part.name for spec in SPECS for part in fields(spec)}
