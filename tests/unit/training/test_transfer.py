"""Transfer learning: what of another network fits is counted, and too little ends the start."""

import pytest
import torch

import gan
from gan.cli.train import train
from gan.data import ImageSource
from gan.training.errors import TrainingError
from gan.training.group import Group
from gan.training.trainer import Trainer
from gan.training.transfer import ENOUGH
from tests.unit.training.tiny import CPU, config, dataset, spec

SIZES = {"cbase": 64, "cmax": 8, "map_depth": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("transfer")


@pytest.fixture(scope="module")
def data(folder):
    return dataset(folder / "images.zip", classes=3)


@pytest.fixture(scope="module")
def network(folder, data):
    """A file with networks of the sizes in SIZES."""
    source = ImageSource(data)
    made = Trainer(config(source, **SIZES), source, Group(), CPU)
    made.close()
    gan.save(folder / "network.safetensors", made.networks({}))
    return folder / "network.safetensors"


def begun(data, network, cond=False, **changes):
    source = ImageSource(data, use_labels=cond)
    made = config(source, resume=str(network), **{**SIZES, **changes})
    trainer = Trainer(made, source, Group(), CPU, start=gan.load(network))
    trainer.close()
    return trainer


def test_all_of_a_network_of_the_same_sizes_is_taken(data, network):
    trainer = begun(data, network)
    assert {part.name: part.share for part in trainer.fit.parts} == {"mapping": 1, "synthesis": 1, "D": 1}
    assert trainer.fit.misfits == ()
    wanted = gan.load(network)
    for name in ("G", "D", "G_ema"):
        for key, value in getattr(wanted, name).state_dict().items():
            assert torch.equal(getattr(trainer, name).state_dict()[key], value), key


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"cbase": 32, "cmax": 4}, "synthesis"),
        ({"cmax": 4}, "synthesis"),
        ({"map_depth": 8}, "mapping"),
        ({"map_depth": 1}, "mapping"),
        ({"wdim": 8}, "mapping"),
        ({"cond": True}, "mapping"),
    ],
    ids=str,
)
def test_a_network_of_which_little_fits_needs_consent(data, network, changes, part):
    with pytest.raises(TrainingError) as raised:
        begun(data, network, **changes)
    said = str(raised.value)
    assert "Too little of network.safetensors fits" in said
    assert "--resume-partial=1" in said
    assert len(said) <= 300
    fit = begun(data, network, resume_partial=True, **changes).fit
    (named,) = [one for one in fit.parts if one.name == part]
    assert named.share < ENOUGH
    assert f"{part} {named.share * 100:.1f} %" in said
    assert f"{part} {named.share * 100:.1f} %" in str(fit)
    assert fit.misfits[0] in str(fit)


def test_numbers_are_counted_of_the_larger_network(data, network):
    fit = begun(data, network, map_depth=1, resume_partial=True).fit
    (mapping,) = [part for part in fit.parts if part.name == "mapping"]
    layer = 4 * 4 + 4
    assert (mapping.fitting, mapping.total) == (layer, 2 * layer)


def test_other_colours_leave_little_anew_and_it_is_named(folder, network):
    grey = dataset(folder / "grey.zip", channels=1)
    trainer = begun(grey, network)
    assert "G_ema.synthesis.b8.torgb.weight" in trainer.fit.misfits
    assert "torgb" in str(trainer.fit)


def test_nothing_is_made_where_too_little_fits(data, network, tmp_path):
    with pytest.raises(TrainingError, match="Too little"):
        train(spec(data, outdir=str(tmp_path / "runs"), resume=str(network), cbase=32, cmax=4))
    assert not (tmp_path / "runs").exists()


def test_a_rectangle_is_no_start_of_a_training(data, network, tmp_path):
    nets = gan.load(network)
    arguments = {**nets.info.architectures["G_ema"].arguments, "init_res": [6, 4]}
    G = gan.networks.build_generator("stylegan2.Generator", **arguments)
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", arguments)})
    gan.save(tmp_path / "tall.safetensors", gan.Networks(None, None, G, info))
    height, width = G.img_size
    with pytest.raises(TrainingError, match=f"makes pictures of {width}x{height}, and training is for square ones"):
        begun(data, tmp_path / "tall.safetensors")
    assert begun(data, tmp_path / "tall.safetensors", resume_partial=True).fit.misfits
