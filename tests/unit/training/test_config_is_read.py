"""Every field of a training configuration is read by the training code."""

import dataclasses
import typing

import pytest
import torch

from gan.cli.train import make_job
from gan.training.augment.settings import PIPELINES
from gan.training.config import TrainConfig
from gan.training.run import session
from tests.unit.cli.guard import ADDED, names, recording, with_one_more
from tests.unit.training.tiny import dataset, spec


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Return the names of the fields that a run of four batches reads from its configuration and its job."""
    folder = tmp_path_factory.mktemp("run")
    job = make_job(spec(dataset(folder / "images.zip", count=2, size=32), batch=2, mbstd_group=1), None)
    changes = {"total_kimg": 0.008, "augment": PIPELINES["bgcfnc"], "augment_p": 0.9, "tick_kimg": 0.004}
    changes["loss"] = dataclasses.replace(job.config.loss, blur_fade_kimg=1.0)
    config = dataclasses.replace(with_one_more(TrainConfig)(**vars(job.config), **{ADDED: 1}), **changes)
    seen: set[str] = set()
    job = recording(dataclasses.replace(job, config=config, folder=folder), seen)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small gain nothing from more, which a busy machine makes slow
    try:
        done = session.run(job, lambda: folder, lambda folder: lambda line: None, lambda nimg: None, exit)
    finally:
        torch.set_num_threads(threads)
    assert done
    return seen


def test_every_field_is_read(read):
    assert _fields(TrainConfig, "config.") - read == set(), "in the configuration, but the training never reads it"
    assert names(session.Job) - read == set()


def test_a_field_that_nothing_reads_is_found(read):
    assert f"config.{ADDED}" not in read


def _fields(kind, prefix):
    """Names of the fields of a dataclass and of the dataclasses in it, as "config.loss.r1_gamma"."""
    found = set()
    for name, hint in typing.get_type_hints(kind).items():
        found.add(prefix + name)
        for inner in typing.get_args(hint) or (hint,):
            if dataclasses.is_dataclass(inner):
                found |= _fields(inner, f"{prefix}{name}.")
    return found
