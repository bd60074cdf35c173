"""Many processes: the same weights as one."""

import torch

from gan.training.run import launch
from tests.integration.training import workers
from tests.unit.training.tiny import dataset


def test_two_processes_are_one_that_averages_the_same_halves(tmp_path):
    data = dataset(tmp_path / "images.zip", count=20)
    launch.run_workers(2, tmp_path, workers.train_and_save, data, tmp_path)
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    alone = workers.train_alone(data)
    for name, value in alone.items():
        torch.testing.assert_close(first[name], second[name], rtol=0, atol=0, msg=name)
        if not name.endswith("w_avg"):  # it moves once for each micro-batch
            torch.testing.assert_close(first[name], value, rtol=0, atol=1e-5, msg=name)
