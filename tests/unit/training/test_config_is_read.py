"""Every field of a training's configuration is read by the code that trains: none is dead."""

import dataclasses

import pytest

from gan.cli.train import make_job
from gan.ops.cpu import dispatch
from gan.training import session
from gan.training.augment import PIPELINES
from gan.training.config import TrainConfig
from tests.unit.cli.guard import ADDED, names, recording, with_one_more
from tests.unit.training.tiny import dataset, spec

PARTS = ("loss", "ada", "G", "D", "G_optimizer", "D_optimizer", "augment")
"""Fields that are settings themselves, whose fields must be read too."""


@pytest.fixture
def read(tmp_path):
    """Names of the fields that a run of four batches reads, of its configuration and of what its process is given."""
    job = make_job(spec(dataset(tmp_path / "images.zip", count=2, size=16), cbase=64), None)
    changes = {"total_kimg": 0.016, "augment": PIPELINES["bgcfnc"], "augment_p": 0.9}
    config = dataclasses.replace(with_one_more(TrainConfig)(**vars(job.config), **{ADDED: 1}), **changes)
    (tmp_path / "run").mkdir()
    seen: set[str] = set()
    job = recording(dataclasses.replace(job, config=config, folder=tmp_path / "run"), seen)
    try:
        done = session.run(job, lambda: tmp_path, lambda folder: lambda line: None, lambda nimg: None)
    finally:
        dispatch.disable()
    assert done
    return seen


def test_every_field_is_read(read):
    fields = names(TrainConfig) | {ADDED}
    unread = {name for name in fields if f"config.{name}" not in read}
    assert unread == {ADDED}, "in the configuration, but the training never reads it"
    assert {name for name in names(session.Job) if name not in read} == set()
    for part in PARTS:
        kinds = {field.name: field.type for field in dataclasses.fields(TrainConfig)}
        inner = {name.removeprefix(f"config.{part}.") for name in read if name.startswith(f"config.{part}.")}
        assert inner, part
    print(sorted(kinds), sorted(read))
