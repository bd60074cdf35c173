"""Components of training: controller, average, blur, growth, statistics, run folders, status."""

import copy
import json
import math

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation import runs
from gan.data import ImageSource
from gan.training.augment.ada import AdaController, AdaSettings
from gan.training.average import decay, move_average
from gan.training.errors import TrainingError
from gan.training.group import Group
from gan.training.growing import at_level_of_detail, level_of_detail
from gan.training.health import Health
from gan.training.loss import LossSettings, blur, blur_sigma
from gan.training.run import folder as run_folder
from gan.training.run import status
from gan.training.run.image_grid import plan_grid, real_grid
from gan.training.stats import Collector
from tests.soak import times
from tests.unit.training.tiny import CPU, dataset


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=60), st.floats(0, 1))
@settings(max_examples=times(40), deadline=None)
def test_p_stays_between_0_and_1(signs, target):
    ada = AdaController(AdaSettings(target, kimg=0.05, interval=1), 0.0, CPU)
    for i, sign in enumerate(signs):
        before = ada.p
        ada.see(torch.full((4,), sign))
        ada.after_batch(i + 1, 8, Group())
        assert 0 <= ada.p <= 1
        assert abs(ada.p - before) <= 8 / 50 + 1e-9
        assert (ada.p - before) * (sign - target) >= 0


def test_p_moves_by_what_four_batches_are_of_ada_kimg():
    ada = AdaController(AdaSettings(0.6, kimg=500), 0.0, CPU)
    for number in range(1, 9):
        ada.see(torch.ones(16))
        ada.after_batch(number, 32, Group())
    assert ada.p == pytest.approx(2 * 32 * 4 / 500_000)


def test_the_average_forgets_half_in_its_half_life():
    assert decay(batch=10, kimg=0.1, rampup=None, nimg=0) ** 10 == pytest.approx(0.5)
    assert decay(batch=10, kimg=0.1, rampup=0.05, nimg=0) == 0
    assert decay(batch=10, kimg=0.1, rampup=0.05, nimg=1000) == pytest.approx(0.5 ** (10 / 50))
    network = torch.nn.BatchNorm1d(2)
    average = copy.deepcopy(network)
    torch.nn.init.constant_(network.weight, 3.0)
    network.running_mean.fill_(7.0)
    move_average(average, network, 0.75)
    assert average.weight.tolist() == [1.5, 1.5]
    assert average.running_mean.tolist() == [7.0, 7.0]


def test_the_blur_fades_out_and_keeps_brightness():
    s = LossSettings(r1_gamma=1, blur_init_sigma=10, blur_fade_kimg=200)
    assert [blur_sigma(s, nimg) for nimg in (0, 100_000, 200_000, 300_000)] == [10, 5, 0, 0]
    images = torch.zeros(1, 1, 65, 65)
    images[0, 0, 32, 32] = 1
    blurred = blur(images, 2.0)
    assert float(blurred.sum()) == pytest.approx(1, abs=1e-5)
    assert float(blurred[0, 0, 32, 34] / blurred[0, 0, 32, 32]) == pytest.approx(0.5, abs=1e-5)
    assert blur(images, 0.3) is images


def test_growing_trains_each_resolution_and_then_fades_the_next_in():
    lods = [level_of_detail(kimg * 1000, 32, 600) for kimg in (0, 599, 600, 900, 1200, 1800, 2100, 2400, 9000)]
    assert lods == [2, 2, 2, 1.5, 1, 1, 0.5, 0, 0]
    images = torch.rand(2, 3, 32, 32)
    assert at_level_of_detail(images, 0) is images
    eight = at_level_of_detail(images, 2)
    assert torch.equal(eight[:, :, ::4, ::4], torch.nn.functional.avg_pool2d(images, 4))
    halfway = at_level_of_detail(images, 1.5)
    torch.testing.assert_close(halfway, (at_level_of_detail(images, 1) + eight) / 2)


def test_moments_are_those_of_all_values():
    collector = Collector()
    values = torch.randn(3, 7)
    for row in values:
        collector.report("x", row)
    kept = collector.state_dict()
    moments = collector.take(Group())["x"]
    assert moments.num == 21
    assert moments.mean == pytest.approx(float(values.mean()), abs=1e-5)
    assert moments.std == pytest.approx(float(values.std(unbiased=False)), abs=1e-5)
    assert collector.take(Group()) == {}
    collector.load_state_dict(kept)
    assert collector.take(Group())["x"] == moments


def test_broken_gradients_are_mended_as_published():
    health = Health()
    mended = health.mend("Dmain", torch.tensor([1.0, math.nan, math.inf, -math.inf]))
    assert mended.tolist() == [1, 0, 1e5, -1e5]
    assert health.take_count() == 3
    assert health.take_count() == 0


def test_rows_of_a_grid_are_of_one_class(tmp_path):
    source = ImageSource(dataset(tmp_path / "images.zip", count=30, size=8, classes=3, channels=1), use_labels=True)
    plan = plan_grid(source, z_dim=5, seed=0)
    rows = plan.c.argmax(dim=1).reshape(-1, plan.columns)
    assert (rows == rows[:, :1]).all()
    assert len(set(rows[:, 0].tolist())) == 3
    picture = real_grid(source, plan)
    assert picture.shape == (8 * len(rows), 8 * plan.columns, 3)
    np.testing.assert_array_equal(picture[:8, :8, 0], source.images([plan.indices[0]])[0, 0])


def test_run_folders_are_numbered_and_named_as_the_official_ones(tmp_path):
    spec = {"cfg": "stylegan3-t", "data": "a/avatars.zip", "gpus": 1, "batch": 32, "gamma": 2.0, "desc": "two words"}
    first, second = (runs.create(tmp_path / "runs", runs.describe_training(spec)) for _ in range(2))
    assert first.name == "00000-stylegan3-t-avatars-gpus1-batch32-gamma2-two_words"
    assert second.name == "00001-stylegan3-t-avatars-gpus1-batch32-gamma2-two_words"
    run_folder.write_spec(first, {**spec, "metrics": ("a", "b")})
    assert run_folder.read_spec(first) == {**spec, "metrics": ("a", "b")}
    (first / "run.yaml").write_text("[1, 2")
    with pytest.raises(TrainingError, match="cannot be read"):
        run_folder.read_spec(first)


def test_lines_beyond_the_saved_state_are_cut_off(tmp_path):
    path = tmp_path / "stats.jsonl"
    for kimg in (0.5, 1.0, 1.5):
        run_folder.append_line(path, {"Progress/kimg": {"mean": kimg}, "loss": math.nan})
    run_folder.cut_back_to(tmp_path, 1000)
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["Progress/kimg"]["mean"] for line in kept] == [0.5, 1.0]
    assert kept[0]["loss"] is None


def test_a_status_says_whether_its_process_still_runs(tmp_path):
    status.Status("running", 1.0, 2.0, None, None, updated=0.0).write(tmp_path)
    content = status.read(tmp_path)
    assert content is not None
    assert content["pid"] == psutil.Process().pid
    assert status.is_alive(content)
    assert not status.is_alive({**content, "pid_start_time": content["pid_start_time"] - 100})
    assert not status.is_alive({**content, "boot_id": "another"})
    assert not status.is_alive({**content, "pid": 2**22 + 1})
    status.mark_failed(tmp_path, "first", 1.0)
    status.mark_failed(tmp_path, "second", 2.0, first=True)
    assert (status.read(tmp_path) or {})["error"] == "first"
    (tmp_path / "status.json").write_text("{")
    assert status.read(tmp_path) is None
