"""The training step: every configuration trains, and a saved state continues exactly."""

import io

import pytest
import torch

from gan.inference import cpu
from gan.inference.cpu import stylegan2
from gan.training.errors import TrainingError
from gan.training.health import CHECK_EVERY, PATIENCE
from tests.unit.training.tiny import assert_same, dataset, trainer, weights


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("data") / "images.zip", classes=3)


def through_a_file(state):
    stream = io.BytesIO()
    torch.save(state, stream)
    stream.seek(0)
    return torch.load(stream, weights_only=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"cfg": "stylegan2", "aug": "fixed", "p": 0.5, "cond": True},
        {"cfg": "stylegan2", "batch_gpu": 2, "aug": "ada"},
        {"cfg": "stylegan2", "aug": "noaug", "bf16": True, "cbase": 256, "cmax": 16},
        {"cfg": "stylegan3-t", "aug": "noaug", "cbase": 64, "cond": True},
        {"cfg": "stylegan3-r", "aug": "noaug", "cbase": 64},
        {"cfg": "stylegan1", "aug": "noaug", "cond": True},
    ],
    ids=lambda changes: "-".join(str(value) for value in changes.values()),
)
def test_a_run_that_goes_on_is_bit_for_bit_the_one_that_never_stopped(data, changes):
    one = trainer(data, **changes)
    start = weights(one)
    for _ in range(3):
        one.step()
    two = trainer(data, state=through_a_file(one.state_dict()), **changes)
    for _ in range(2):
        one.step()
        two.step()
    one.close()
    two.close()
    assert_same(weights(two), weights(one))
    assert through_a_file(two.state_dict())["nimg"] == 20
    assert two.ada.p == one.ada.p
    assert one.stats.state_dict().keys() == two.stats.state_dict().keys()
    for network in ("G", "D", "G_ema"):
        now = weights(one)
        moved = [name for name in start if name.startswith(f"{network}.") and not torch.equal(start[name], now[name])]
        assert moved
    assert all(torch.isfinite(value).all() for value in weights(one).values())


@pytest.mark.parametrize("channels", [1, 4])
def test_any_number_of_channels_trains(tmp_path, channels):
    one = trainer(dataset(tmp_path / "images.zip", channels=channels), aug="fixed", p=1.0)
    one.step()
    one.close()
    assert one.G.img_channels == one.D.img_channels == channels
    assert all(torch.isfinite(value).all() for value in weights(one).values())


def test_every_statistic_of_stylegan2_is_reported(data):
    one = trainer(data, aug="noaug")
    one.step()
    one.close()
    names = one.stats.state_dict().keys()
    assert set(names) == {
        f"Loss/{name}"
        for name in (
            "scores/fake",
            "signs/fake",
            "scores/real",
            "signs/real",
            "G/loss",
            "D/loss",
            "pl_penalty",
            "G/reg",
            "r1_penalty",
            "D/reg",
        )
    }


def test_gradients_that_are_not_finite_are_mended_counted_and_in_the_end_stop_the_run(data):
    one = trainer(data, aug="noaug")
    with torch.no_grad():
        one.G.synthesis.b4.const.fill_(torch.nan)
    while one.batches < PATIENCE - 1:
        one.step()
    assert PATIENCE % CHECK_EVERY == 0
    with pytest.raises(TrainingError, match=r"Gmain have not been finite for \d+ steps.*--gamma"):
        one.step()
    assert one.health.take_count() > 0
    one.close()


def test_another_number_of_processes_cannot_go_on_exactly(data):
    one = trainer(data)
    state = one.state_dict()
    one.close()
    state["own_random"] = state["own_random"] * 2
    with pytest.raises(TrainingError, match="give --gpus=2"):
        trainer(data, state=state)


def test_growing_fades_resolutions_in_and_goes_on_exactly(tmp_path):
    options = {"cfg": "stylegan1", "cbase": 64, "aug": "noaug", "grow_kimg": 0.008}
    data = dataset(tmp_path / "large.zip", size=16)
    one = trainer(data, **options)
    untrained = one.G.synthesis.b16.conv1.weight.clone()
    seen = [one.lod]
    for _ in range(6):
        state = through_a_file(one.state_dict())
        assert torch.equal(one.G.synthesis.b16.conv1.weight, untrained) == (min(seen[:-1], default=1) == 1)
        one.step()
        two = trainer(data, state=state, **options)
        two.step()
        two.close()
        assert_same(weights(two), weights(one))
        seen.append(one.lod)
        assert one.networks({}).info.architectures["G_ema"].arguments.get("lod", 0) == one.lod
    one.close()
    assert seen == [1, 1, 1, 0.5, 0, 0, 0]


def test_where_kernels_are_wanted_they_draw_fakes_and_keep_nothing(data, monkeypatch):
    made = trainer(data)
    z, c = torch.randn(5, made.G_ema.z_dim), torch.zeros(5, 0)
    expected = made.render(z, c)
    monkeypatch.delenv("STYLESCOPE_KERNELS")
    monkeypatch.setattr(stylegan2, "MANY", 0)
    batches = []
    pictures = cpu.plans.images
    monkeypatch.setattr(cpu.plans, "images", lambda count, *rest: batches.append(count) or pictures(count, *rest))
    assert (made.render(z, c) - expected).abs().max() < 1e-5 * expected.abs().max()
    assert sum(batches) == 5
    assert made.G_ema.synthesis not in cpu.plans.entries
