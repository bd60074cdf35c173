"""Values of the base configurations, and options that do not fit together."""

import pytest

from gan.data import ImageSource
from gan.networks import build
from gan.training.errors import TrainingError
from tests.unit.training.tiny import config, dataset

FULL = {"batch": 32, "cbase": 32768, "cmax": 512, "zdim": 512, "wdim": 512, "map_depth": None, "mbstd_group": 4}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return ImageSource(dataset(tmp_path_factory.mktemp("data") / "images.zip", size=32, count=1))


def test_stylegan2(source):
    made = config(source, **FULL)
    assert (made.G_optimizer.lr, made.D_optimizer.lr) == (0.002, 0.002)
    assert (made.G_reg_interval, made.D_reg_interval) == (4, 16)
    assert (made.loss.style_mixing_prob, made.loss.pl_weight, made.loss.r1_gamma) == (0.9, 2.0, 1.0)
    assert made.G.arguments["mapping_kwargs"] == {"num_layers": 8}
    assert made.G.arguments["channel_base"] == 32768
    assert made.ema_kimg == 10
    assert made.ema_rampup == 0.05
    assert made.ada is not None
    assert (made.ada.target, made.ada.kimg, made.ada.interval) == (0.6, 500, 4)
    assert made.batch_gpu == 32


def test_stylegan3(source):
    translation, rotation = (config(source, cfg=f"stylegan3-{kind}", **FULL) for kind in "tr")
    assert (translation.G_optimizer.lr, translation.D_optimizer.lr) == (0.0025, 0.002)
    assert (translation.G_reg_interval, translation.D_reg_interval) == (None, 16)
    assert translation.G.arguments["mapping_kwargs"] == {"num_layers": 2}
    assert translation.G.arguments["magnitude_ema_beta"] == pytest.approx(0.5 ** (32 / 20000))
    assert translation.loss.style_mixing_prob == 0
    assert translation.loss.blur_init_sigma == 0
    assert rotation.G.arguments["channel_base"] == 65536
    assert rotation.G.arguments["channel_max"] == 1024
    assert rotation.G.arguments["conv_kernel"] == 1
    assert rotation.D.arguments["channel_base"] == 32768
    assert (rotation.loss.blur_init_sigma, rotation.loss.blur_fade_kimg) == (10, 200)


def test_stylegan1(source):
    made = config(source, cfg="stylegan1", **FULL)
    assert (made.G_reg_interval, made.D_reg_interval) == (None, None)
    assert made.loss.pl_weight == 0
    assert made.loss.style_mixing_prob == 0.9
    assert made.G.arguments["channel_base"] == 16384
    assert made.G_optimizer.lr == 0.001
    assert made.grow_kimg is None
    assert not made.G.arguments["progressive"]


def test_transfer_learning_changes_what_the_published_code_changes(source):
    made = config(source, cfg="stylegan3-r", resume="network.pkl", **FULL)
    assert made.ada is not None
    assert made.ada.kimg == 100
    assert made.ema_rampup is None
    assert made.loss.blur_init_sigma == 0


def test_frozen_layers_of_the_discriminator_do_not_train(source):
    made = config(source, freezed=2)
    D = build(made.D.class_name, **made.D.arguments)
    trained = {name for name, _ in D.named_parameters()}
    assert {"b32.fromrgb.weight", "b32.conv0.weight"} & trained == set()
    assert "b32.conv1.weight" in trained


def test_augmentation_choices(source):
    assert config(source, aug="noaug").augment is None
    fixed = config(source, aug="fixed", p=0.3)
    assert (fixed.augment_p, fixed.ada) == (0.3, None)
    adaptive = config(source, aug="ada", p=0.3)
    assert adaptive.augment_p == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"batch": 6, "gpus": 4}, "--batch=6 must be a multiple of --gpus=4"),
        ({"batch": 8, "batch_gpu": 3}, "times --batch-gpu=3"),
        ({"batch": 6, "mbstd_group": 4}, "multiple of --mbstd-group=4"),
        ({"grow": True}, "--grow is for --cfg=stylegan1"),
        ({"cfg": "stylegan1", "freezed": 1}, "--freezed is not there"),
        ({"bf16": True, "fp32": True}, "no layers to compute with --fp32=1"),
        ({"cfg": "stylegan1", "bf16": True}, "--bf16 is not there for --cfg=stylegan1"),
    ],
)
def test_options_that_do_not_fit_are_told(source, changes, says):
    with pytest.raises(TrainingError, match=says):
        config(source, **changes)


def test_the_images_must_have_a_size_that_networks_have(tmp_path):
    odd = ImageSource(dataset(tmp_path / "odd.zip", size=12, count=1))
    with pytest.raises(TrainingError, match=r"12x12.*power of two.*dataset --resolution"):
        config(odd)
