"""Work of the processes in the tests' groups."""

import dataclasses

import torch

from gan.data import ImageSource
from gan.training.group import Group, join
from gan.training.trainer import Trainer
from tests.unit.training.tiny import CPU, config, weights

STEPS = 8


def plain_trainer(data, group, **changes):
    """Make a trainer with batches of 8 and without per-process random numbers."""
    source = ImageSource(data)
    made = config(source, batch=8, mbstd_group=4, aug="noaug", **changes)
    loss = dataclasses.replace(made.loss, style_mixing_prob=0.0, pl_weight=0.0, noise_mode="const")
    return Trainer(dataclasses.replace(made, loss=loss), source, group, CPU)


def give_up(error):
    raise AssertionError(error)


def train_and_save(data, folder):
    group = join(CPU, 2, 30.0, give_up)
    trainer = plain_trainer(data, group, gpus=2)
    for _ in range(STEPS):
        trainer.step()
    trainer.close()
    torch.save(weights(trainer), folder / f"rank{group.rank}.pt")
    group.close()


class Halves(Group):
    """Group of one process that averages the two halves of a batch, processed one after the other."""

    def mean(self, tensor):
        return tensor / 2


def train_alone(data):
    trainer = plain_trainer(data, Halves(), gpus=1, batch_gpu=4)
    for _ in range(STEPS):
        trainer.step()
    trainer.close()
    return weights(trainer)
