"""StyleGAN2-ADA's configurations and options, against the published tables."""

import copy

import numpy as np
import pytest
import torch

from foundation.runs import describe_training
from foundation.specs.names import SOURCES
from foundation.specs.train import PIPELINES as NAMES
from foundation.specs.train_defaults import kimg_of
from gan.cli.train import make_job
from gan.cli.train_config import train_config
from gan.data import DatasetError, ImageSource
from gan.training.augment.settings import PIPELINES
from gan.training.errors import TrainingError
from gan.training.group import Group
from gan.training.run import session
from gan.training.trainer import Trainer
from tests.unit.training import tiny
from tests.unit.training.tiny import CPU, dataset, weights

OWN = ("cfg", "gpus", "batch", "gamma", "cbase", "map_depth", "mbstd_group")
"""Options of the tests' tiny networks that a configuration sets."""


def made(resolution, **options):
    given = {name: value for name, value in tiny.OPTIONS.items() if name not in OWN}
    spec = tiny.TrainSpec(**{"outdir": "", "data": "/data/cats.zip", **given, **options})
    return train_config(spec, resolution, 3, 0)


TABLE = {
    # cfg: kimg, batch, of 8 or 2 GPUs, group, channel base, rate, gamma, EMA kimg, ramp-up, mapping layers
    "ada-stylegan2": (25000, 32, 4, 4, 32768, 0.002, 10, 10, None, 8),
    "paper256": (25000, 64, 8, 8, 16384, 0.0025, 1, 20, None, 8),
    "paper512": (25000, 64, 8, 8, 32768, 0.0025, 0.5, 20, None, 8),
    "paper1024": (25000, 32, 4, 4, 32768, 0.002, 2, 10, None, 8),
    "cifar": (100000, 64, 32, 32, 32768, 0.0025, 0.01, 500, 0.05, 2),
}


@pytest.mark.parametrize("cfg", TABLE)
@pytest.mark.parametrize("gpus", [1, 2, 8])
def test_configurations_are_as_published(cfg, gpus):
    kimg, batch, share, group, base, rate, gamma, ema, rampup, depth = TABLE[cfg]
    config = made(32, cfg=cfg, gpus=gpus, mbstd_group=None if gpus < 8 or cfg != "cifar" else 8)
    assert (config.total_kimg, config.batch, config.loss.r1_gamma) == (kimg, batch, gamma)
    assert config.batch_gpu == min(share, batch // gpus)
    if gpus < 8:
        assert config.D.arguments["epilogue_kwargs"]["mbstd_group_size"] == group
    for network in (config.G, config.D):
        assert network.arguments["channel_base"] == base
    assert (config.G_optimizer.lr, config.D_optimizer.lr) == (rate, rate)
    assert (config.ema_kimg, config.ema_rampup) == (ema, rampup)
    assert config.G.arguments["mapping_kwargs"] == {"num_layers": depth, "w_avg_beta": 0.995}
    small = cfg == "cifar"
    assert config.loss.pl_weight == (0 if small else 2)
    assert config.loss.style_mixing_prob == (0 if small else 0.9)
    assert config.D.arguments.get("architecture", "resnet") == ("orig" if small else "resnet")
    assert (config.G_reg_interval, config.D_reg_interval) == (4, 16)


@pytest.mark.parametrize(
    ("resolution", "gpus", "batch", "group", "base", "rate"),
    [
        (32, 1, 32, 4, 16384, 0.0025),
        (128, 4, 64, 4, 16384, 0.0025),
        (256, 1, 16, 4, 16384, 0.0025),
        (512, 1, 8, 4, 32768, 0.0025),
        (1024, 1, 4, 4, 32768, 0.002),
        (1024, 2, 8, 4, 32768, 0.002),
        (1024, 8, 32, 4, 32768, 0.002),
    ],
)
def test_auto_follows_resolution_and_gpus(resolution, gpus, batch, group, base, rate):
    config = made(resolution, cfg="auto", gpus=gpus)
    assert (config.batch, config.batch_gpu) == (batch, batch // gpus)
    assert config.D.arguments["epilogue_kwargs"]["mbstd_group_size"] == group
    assert config.G.arguments["channel_base"] == base
    assert (config.G_optimizer.lr, config.D_optimizer.lr) == (rate, rate)
    assert config.loss.r1_gamma == pytest.approx(0.0002 * resolution**2 / batch)
    assert (config.ema_kimg, config.ema_rampup) == (batch * 10 / 32, 0.05)
    assert config.G.arguments["mapping_kwargs"]["num_layers"] == 2


def test_what_is_given_comes_before_the_configuration():
    config = made(
        32, cfg="paper256", gpus=2, batch=16, gamma=3, kimg=7, glr=0.1, cbase=8192, map_depth=3, mbstd_group=2
    )
    assert (config.batch, config.batch_gpu, config.loss.r1_gamma, config.total_kimg) == (16, 8, 3, 7)
    assert (config.G_optimizer.lr, config.D_optimizer.lr) == (0.1, 0.0025)
    assert config.G.arguments["channel_base"] == 8192
    assert config.G.arguments["mapping_kwargs"]["num_layers"] == 3


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cfg": "stylegan2", "gamma": 1}, "--batch must be given with --cfg=stylegan2"),
        ({"cfg": "stylegan3-t", "batch": 4}, "--gamma must be given with --cfg=stylegan3-t"),
        ({"cfg": "auto", "gpus": 3}, "--gpus must be a power of two"),
        ({"cfg": "paper256", "gpus": 2, "batch": 7}, "multiple of --gpus=2"),
        ({"cfg": "paper256", "gpus": 8, "batch": 4}, "--batch=4 must be"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, says):
    with pytest.raises(TrainingError, match=says):
        made(32, **options)


def test_the_other_configurations_are_as_before():
    config = made(32, cfg="stylegan2", batch=32, gamma=10)
    assert (config.total_kimg, config.batch_gpu, config.ema_rampup) == (25000, 32, 0.05)
    assert config.G.arguments["channel_base"] == 32768
    assert config.D.arguments["epilogue_kwargs"] == {"mbstd_group_size": 4}
    assert config.G.arguments["mapping_kwargs"] == {"num_layers": 8}


def test_resuming_changes_speed_and_rampup_of_any_of_them():
    config = made(32, cfg="auto", resume="ffhq256")
    assert config.resume == SOURCES["ffhq256"]
    assert config.resume.startswith("https://")
    assert config.ema_rampup is None
    assert config.ada.kimg == 100
    fresh = made(32, cfg="auto", resume="noresume")
    assert (fresh.resume, fresh.ema_rampup, fresh.ada.kimg) == (None, 0.05, 500)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"cfg": "auto", "gpus": 2}, "cats-auto2"),
        ({"cfg": "ada-stylegan2"}, "cats-stylegan2"),
        ({"cfg": "paper256", "cond": True, "mirror": True, "subset": 100}, "cats-cond-subset100-mirror-paper256"),
        ({"cfg": "cifar", "gamma": 0.5, "kimg": 10, "batch": 32}, "cats-cifar-gamma0.5-kimg10-batch32"),
        ({"cfg": "auto", "aug": "fixed", "p": 0.7}, "cats-auto1-fixed-p0.7"),
        ({"cfg": "auto", "target": 0.7, "augpipe": "blit"}, "cats-auto1-target0.7-blit"),
        ({"cfg": "auto", "resume": "ffhq512", "freezed": 2}, "cats-auto1-resumeffhq512-freezed2"),
        ({"cfg": "auto", "resume": "/a/b.pkl", "desc": "x"}, "cats-auto1-resumecustom-x"),
        ({"cfg": "auto", "resume": "noresume"}, "cats-auto1-noresume"),
        ({"cfg": "stylegan2", "gpus": 1, "batch": 4, "gamma": 2}, "stylegan2-cats-gpus1-batch4-gamma2"),
    ],
)
def test_runs_are_named_as_published(options, name):
    assert describe_training({"data": "/data/cats.zip", "gpus": 1, **options}) == name


def test_the_length_of_a_queued_run_is_known():
    lengths = [kimg_of(tiny.TrainSpec("", cfg, "d")) for cfg in ("stylegan2", "auto", "cifar")]
    assert lengths == [25000, 25000, 100000]


def test_every_pipeline_can_be_chosen():
    assert set(NAMES) == set(PIPELINES)
    for name in NAMES:
        assert made(32, cfg="auto", augpipe=name).augment == PIPELINES[name]
    assert made(32, cfg="auto", augpipe="blit", aug="noaug").augment is None


@pytest.mark.parametrize("cond", [False, True])
def test_a_subset_is_the_published_one(tmp_path, cond):
    path = dataset(tmp_path / "images.zip", count=20, classes=4)
    whole, seed = ImageSource(path, use_labels=cond), 5
    order = np.arange(20)
    np.random.RandomState(seed).shuffle(order)
    wanted = sorted(order[:7].tolist())
    part = whole.subset(7, seed)
    assert len(part) == 7
    np.testing.assert_array_equal(part.images(range(7)), whole.images(wanted))
    np.testing.assert_array_equal(part.labels(range(7)), whole.labels(wanted))
    assert len(part.with_xflip(True)) == 14
    assert part.content_hash != whole.content_hash
    with pytest.raises(DatasetError, match="give a smaller --subset"):
        whole.subset(21, seed)
    job = make_job(tiny.spec(path, subset=7, seed=seed, cond=cond), None)
    assert job.subset == 7


def test_channels_last_trains_alike(tmp_path):
    path = dataset(tmp_path / "images.zip")
    results = []
    for nhwc in (False, True):
        source = ImageSource(path)
        trainer = Trainer(tiny.config(source, nhwc=nhwc), source, Group(), CPU)
        last = trainer.G.synthesis.b8.conv1.weight.is_contiguous(memory_format=torch.channels_last)
        assert last == nhwc
        for _ in range(2):
            trainer.step()
        trainer.close()
        results.append(copy.deepcopy(weights(trainer)))
    plain, last = results
    for name, value in plain.items():
        torch.testing.assert_close(last[name], value, rtol=1e-3, atol=1e-4, msg=name)


@pytest.mark.parametrize("allowed", [False, True])
def test_tensorfloat_is_used_where_it_is_allowed(tmp_path, monkeypatch, allowed):
    switches = (torch.backends.cuda.matmul, "allow_tf32"), (torch.backends.cudnn, "allow_tf32")
    before = [getattr(*switch) for switch in switches]
    job = make_job(tiny.spec(dataset(tmp_path / "images.zip"), allow_tf32=allowed), None)
    monkeypatch.setattr(session, "_train", lambda *rest: True)
    try:
        assert session.run(job, lambda: tmp_path, lambda folder: print, lambda nimg: None, exit)
        assert [getattr(*switch) for switch in switches] == [allowed, allowed]
    finally:
        for switch, value in zip(switches, before, strict=True):
            setattr(*switch, value)
