"""States of runs from outside: any damage is reported in a sentence, and nothing in them is run."""

import random

import pytest
import torch

from gan.training.errors import TrainingError
from gan.training.run.checkpoint import VERSION, load_state, save_state, saved_nimg
from tests.soak import times

STATE = {
    "nimg": 4000,
    "batches": 500,
    "networks": {"G": {"weight": torch.arange(12.0).reshape(3, 4)}},
    "loop": {"elapsed": 1.5, "tick": 2, "tick_nimg": 4000},
}


def test_a_state_comes_back(tmp_path):
    save_state(tmp_path, STATE)
    found = load_state(tmp_path)
    assert found["networks"]["G"]["weight"].tolist() == STATE["networks"]["G"]["weight"].tolist()
    assert saved_nimg(tmp_path) == 4000


@pytest.mark.parametrize("zipped", [True, False])
def test_damage_anywhere_is_told_in_a_sentence(tmp_path, zipped):
    path, chance = tmp_path / "training-state.pt", random.Random(0)
    torch.save({"version": VERSION, **STATE}, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    assert load_state(tmp_path)["nimg"] == 4000
    refused = 0
    for _ in range(times(300)):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(min(len(damaged), 600))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])])
        try:
            load_state(tmp_path)
        except TrainingError as error:
            assert str(error).endswith(".")  # noqa: PT017
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    "change",
    [
        {"loop": None},
        {"loop": {"elapsed": 1.5, "tick": 2}},
        {"loop": {"elapsed": "long", "tick": 2, "tick_nimg": 1}},
        {"nimg": -1},
        {"nimg": "4000"},
        {"nimg": True},
        {"batches": torch.zeros(3)},
        {"version": "1"},
    ],
)
def test_a_place_in_the_run_that_makes_no_sense_is_refused(tmp_path, change):
    save_state(tmp_path, {**STATE, **change})
    with pytest.raises(TrainingError, match="no state of a training run"):
        load_state(tmp_path)
    assert saved_nimg(tmp_path) is None
