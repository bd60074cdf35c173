"""The schedule of a run."""

import dataclasses
import json

import pytest

from foundation.runs import STATS_FILE
from gan.data import ImageSource
from gan.training.group import Group
from gan.training.run.checkpoint import load_state
from gan.training.run.loop import Loop, Surroundings
from gan.training.trainer import Trainer
from tests.unit.training import tiny


def run(folder, data, state=None, stop_after=None):
    """Train six batches of 4 images with a tick every 8, or fewer batches; returns True if the end was reached."""
    source = ImageSource(data)
    config = dataclasses.replace(tiny.config(source), total_kimg=0.024, tick_kimg=0.008)
    trainer = Trainer(config, source, Group(), tiny.CPU, state)
    begun = trainer.batches
    around = Surroundings(
        folder, Group(), lambda line: None, lambda: stop_after is not None and trainer.batches - begun >= stop_after
    )
    try:
        return Loop(trainer, source, around, state).run()
    finally:
        trainer.close()


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4, 5])
def test_a_run_that_was_stopped_has_its_ticks_where_others_have_them(tmp_path, stop_after):
    data = tiny.dataset(tmp_path / "images.zip")
    folder = tmp_path / "run"
    folder.mkdir()
    assert not run(folder, data, stop_after=stop_after)
    assert run(folder, data, load_state(folder))
    ticks = [json.loads(line)["Progress/kimg"]["mean"] for line in (folder / STATS_FILE).read_text().splitlines()]
    assert ticks == [0.008, 0.016, 0.024]
