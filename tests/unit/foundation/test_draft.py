"""Specs that are being filled in."""

import dataclasses
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.datasets.facts import DatasetFacts, look
from foundation.specs.checks import contradictions
from foundation.specs.draft import Draft, filled
from foundation.specs.metrics import MetricRunSpec, MetricsSpec
from foundation.specs.options import fields
from foundation.specs.train import CONFIGURATIONS, TrainSpec
from gan.cli.train_config import train_config
from gan.training.errors import TrainingError
from tests.unit.training.tiny import OPTIONS, dataset

PARTS = {part.name: part for part in fields(TrainSpec)}
GOOD = {"outdir": "runs", "cfg": "stylegan2", "data": "d.zip", "gpus": "1", "batch": "8", "gamma": "1"}


def test_what_is_given_becomes_the_spec_and_the_rest_keeps_its_defaults():
    draft = Draft(TrainSpec, {**GOOD, "mirror": True, "metrics": "none", "tick": "0.5", "glr": " 0.002 "})
    made = draft.made()
    assert made == TrainSpec("runs", "stylegan2", "d.zip", 1, 8, 1.0, mirror=True, metrics=(), tick=0.5, glr=0.002)
    assert not draft.problems
    assert [name for name, part in PARTS.items() if draft.changed(part)] == [
        *("outdir", "cfg", "data", "batch", "gamma", "mirror", "glr", "metrics", "tick")
    ]


def test_what_is_wrong_is_told_by_field_and_stays_as_it_was_typed():
    draft = Draft(TrainSpec, {**GOOD, "batch": "many", "p": "2", "cfg": "stylegan9", "data": ""})
    assert draft.problems == {
        "cfg": f"cfg must be one of {', '.join(CONFIGURATIONS)}, not stylegan9.",
        "data": "data must be given.",
        "batch": "batch must be a whole number, not many.",
        "p": "p must be between 0 and 1, not 2.0.",
    }
    assert draft.entry(PARTS["batch"]) == "many"
    assert draft.changed(PARTS["batch"])
    with pytest.raises(ValueError, match="stylegan9"):
        draft.made()


def test_an_emptied_field_has_its_default_and_is_not_changed():
    draft = Draft(TrainSpec, GOOD).put("metrics", "fid50k_full").put("metrics", "").put("seed", "0")
    assert draft.made().metrics == ("auto",)
    assert not draft.changed(PARTS["metrics"])
    assert not draft.changed(PARTS["seed"]), "the default, typed, is the default"
    assert draft.put("seed", "0") is draft
    assert draft.put("mirror", True).without("mirror") == draft


def test_a_draft_of_a_run_gives_the_same_run_again():
    spec = TrainSpec("o", "stylegan3-r", "d.zip", 2, 32, 6.6, mirror=True, metrics=(), desc="x", glr=0.001, kimg=7)
    stored = {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(spec).items()}
    draft = filled(TrainSpec, {**stored, "of a later version": 1})
    assert draft.made() == spec
    assert "snap" not in draft.entries
    metrics = MetricsSpec(network="n.pkl", metrics=("fid5k_full", "kid500"), mirror=False, detector=("a.pt", "b,c.pt"))
    assert filled(MetricsSpec, dataclasses.asdict(metrics)).made() == metrics


@given(st.dictionaries(st.sampled_from(list(PARTS)), st.text(max_size=8) | st.booleans(), max_size=3))
def test_nothing_that_can_be_typed_breaks_a_draft(entries):
    draft = Draft(TrainSpec, entries)
    if not draft.problems:
        assert isinstance(draft.made(), TrainSpec)
    for part in PARTS.values():
        draft.changed(part)


CHANGES = [
    {},
    {"gpus": 3},
    {"batch": 8, "batch_gpu": 3},
    {"mbstd_group": 3},
    {"grow": True},
    {"cfg": "stylegan1", "freezed": 2},
    {"cfg": "stylegan1", "grow": True},
    {"cfg": "stylegan1", "bf16": True},
    {"bf16": True, "fp32": True},
    {"batch": 8, "gpus": 2, "batch_gpu": 2},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
@pytest.mark.parametrize("size", [4, 8, 12, 32])
def test_the_form_refuses_what_training_refuses(changes, size):
    spec = TrainSpec(**{"outdir": "", "data": "", **OPTIONS, **changes})
    wrong = contradictions(spec, DatasetFacts(10, size, size, 3))
    try:
        train_config(spec, size, 3, 0)
    except TrainingError:
        assert wrong
    else:
        assert wrong == ()


def test_conditional_training_needs_labels_and_metrics_need_a_name():
    spec = TrainSpec(**{"outdir": "", "data": "", **OPTIONS, "cond": True})
    ((field, sentence),) = contradictions(spec, DatasetFacts(10, 32, 32, 3))
    assert field == "cond"
    assert "labels" in sentence
    assert contradictions(spec, DatasetFacts(10, 32, 32, 3, classes=4)) == ()
    assert contradictions(MetricRunSpec(networks=("n",), metrics=()))[0][0] == "metrics"


def test_what_a_dataset_holds(tmp_path):
    assert look(dataset(tmp_path / "a.zip", 12, 16, classes=3)) == DatasetFacts(12, 16, 16, 3, 3)
    assert look(dataset(tmp_path / "b.zip", 5, 8, channels=1)) == DatasetFacts(5, 8, 8, 1, 0)
    zipfile.ZipFile(tmp_path / "a.zip").extractall(tmp_path / "folder")
    assert look(tmp_path / "folder") == DatasetFacts(12, 16, 16, 3, 3)
    assert str(look(tmp_path / "a.zip")) == "12 pictures, 16x16, colour, 3 classes"


def test_what_is_no_dataset_is_told_in_a_sentence(tmp_path):
    (tmp_path / "text.zip").write_text("hello")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"\x89PNG")
    cut = dataset(tmp_path / "cut.zip", 12, 16)
    cut.write_bytes(cut.read_bytes()[:-200])
    for name, words in {
        "gone": "There is no file or folder",
        "text.zip": "no zip file",
        "empty": "holds no pictures",
        "bad": "no picture",
        "cut.zip": "no zip file",
    }.items():
        assert words in look(tmp_path / name).problem, name


@given(st.binary(max_size=300))
def test_damaged_labels_are_no_labels(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("labels")
    (folder / "dataset.json").write_bytes(content)
    assert "holds no pictures" in look(folder).problem
