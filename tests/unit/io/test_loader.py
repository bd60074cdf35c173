"""Contracts of `load` and `save`."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest
import torch
from safetensors import safe_open

import gan
from foundation import files
from foundation.bundled import DEMO
from gan.networks import build
from tests.fixtures_path import ROOT
from tests.official_pickles import TINY_D, TINY_G, dumps, official, persistent, tiny_networks


@pytest.fixture
def snapshot(tmp_path):
    path = tmp_path / "net.pkl"
    path.write_bytes(official())
    return path


def test_importing_the_library_does_not_import_torch():
    code = "import sys, gan; gan.LoadError; assert not {'torch', 'numpy'} & set(sys.modules), 'slow'"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_opening_networks_does_not_import_torchs_compiler(tmp_path):
    small = {"z_dim": 4, "w_dim": 4, "c_dim": 0, "img_resolution": 16, "img_channels": 3}
    for name in ("stylegan1.Generator", "stylegan2.Generator", "stylegan3.Generator"):
        arguments = {**small, "channel_base": 64, "channel_max": 8}
        info = gan.describe({"G_ema": gan.Architecture(name, arguments)})
        gan.save(tmp_path / f"{name}.safetensors", gan.Networks(None, None, build(name, **arguments), info))
    code = (
        "import sys, gan, torch.overrides; before = set(sys.modules); [gan.load(x) for x in sys.argv[1:]];"
        "compilers = ('torch._inductor', 'torch._dynamo', 'sympy');"
        "assert not [x for x in set(sys.modules) - before if x.startswith(compilers)], 'slow'"
    )
    command = [sys.executable, "-c", code, str(DEMO), *map(str, tmp_path.iterdir())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_what_was_asked_for(snapshot):
    nets = gan.load(snapshot, only=("G_ema",))
    assert nets.G is None
    assert nets.D is None
    assert nets.G_ema.img_resolution == 8
    assert nets.info.architectures.keys() == {"G", "D", "G_ema"}
    assert nets.info == gan.load(snapshot).info


@pytest.mark.parametrize("only", [(), ("g",), ("G", "Gs")])
def test_asking_for_something_else(snapshot, only):
    with pytest.raises(ValueError, match="only"):
        gan.load(snapshot, only=only)


def test_text_paths_and_frozen_results(snapshot):
    nets = gan.load(str(snapshot))
    with pytest.raises(FrozenInstanceError):
        nets.G = None
    with pytest.raises(FrozenInstanceError):
        nets.info.family = "x"


def test_random_numbers_are_left_alone(snapshot):
    before = torch.get_rng_state()
    gan.load(snapshot)
    assert torch.equal(before, torch.get_rng_state())


def test_another_familys_discriminator_does_not_keep_from_the_pictures(tmp_path):
    nets = tiny_networks()
    other = persistent(nets["D"], TINY_D)
    other.meta["class_name"] = "ProjectedDiscriminator"
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps({"G_ema": persistent(nets["G_ema"], TINY_G), "D": other}))
    assert gan.load(path, only=("G_ema",)).info.architectures.keys() == {"G_ema"}
    nets = gan.load(path)
    assert nets.D is None
    assert "ProjectedDiscriminator" in nets.info.notices[0]
    with pytest.raises(gan.UnsupportedNetworkError, match="ProjectedDiscriminator"):
        gan.load(path, only=("D",))


def test_a_network_that_is_not_there(tmp_path):
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps({"G_ema": persistent(tiny_networks()["G_ema"], TINY_G), "D": None}))
    nets = gan.load(path)
    assert nets.D is None
    with pytest.raises(gan.UnsupportedNetworkError, match="does not hold D"):
        gan.load(path, only=("D",))


def test_arguments_by_position(tmp_path):
    network = persistent(tiny_networks()["G_ema"], {k: v for k, v in TINY_G.items() if k not in ("z_dim", "c_dim")})
    network.meta["state"]["_init_args"] = (4, 0)
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps({"G_ema": network}))
    assert gan.load(path).info.architectures["G_ema"].arguments == TINY_G


def test_buffers_that_are_not_kept_are_left_out(tmp_path):
    network = persistent(tiny_networks()["G_ema"], TINY_G)
    state = network.meta["state"]
    state["_buffers"]["scratch"] = torch.zeros(3)
    state["_non_persistent_buffers_set"] = {"scratch"}
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps({"G_ema": network}))
    assert "scratch" not in gan.load(path).G_ema.state_dict()


def test_the_error_knows_its_source(tmp_path):
    with pytest.raises(gan.NotFoundError) as caught:
        gan.load(tmp_path / "absent.pkl")
    assert caught.value.source == str(tmp_path / "absent.pkl")
    assert str(caught.value) == f"{tmp_path}/absent.pkl: There is no such file or folder; check the path."
    assert caught.value.detail.startswith("There is no such file")


# -- save --------------------------------------------------------------------------------------------------------


def test_the_file_says_what_it_holds(snapshot, tmp_path):
    nets = gan.load(snapshot)
    path = tmp_path / "net.safetensors"
    gan.save(path, nets)
    with safe_open(path, "pt") as file:
        description = json.loads(file.metadata()["stylescope"])
        assert "G_ema.mapping.fc0.weight" in file.keys()  # noqa: SIM118  (no mapping)
        assert torch.equal(file.get_tensor("D.b4.out.bias"), nets.D.b4.out.bias)
    assert description["version"] == 1
    assert description["networks"]["G_ema"] == {"class": "stylegan2.Generator", "arguments": TINY_G}


def test_some_of_the_networks(snapshot, tmp_path):
    nets = replace(gan.load(snapshot), G=None, D=None)
    path = tmp_path / "net.safetensors"
    gan.save(path, nets)
    again = gan.load(path)
    assert again.info.architectures.keys() == {"G_ema"}
    assert again.G is None


def test_saving_new_networks(tmp_path):
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", TINY_G)}, {"path": "here"})
    assert (info.format, info.family, info.resolution) == ("memory", "StyleGAN2", 8)
    network = tiny_networks()["G_ema"]
    gan.save(tmp_path / "net.safetensors", gan.Networks(None, None, network, info))
    again = gan.load(tmp_path / "net.safetensors")
    assert again.info.training_set_kwargs == {"path": "here"}
    assert again.G_ema.mapping.w_avg.equal(network.mapping.w_avg)
    assert not next(again.G_ema.parameters()).requires_grad
    assert next(network.parameters()).requires_grad


def test_a_failed_save_leaves_the_old_file(snapshot, tmp_path, monkeypatch):
    nets = gan.load(snapshot)
    path = tmp_path / "net.safetensors"
    gan.save(path, nets)
    before = path.read_bytes()

    def fail(part):
        assert part.stat().st_size == len(before)
        raise OSError("no space left")

    monkeypatch.setattr(files, "_sync", fail)
    with pytest.raises(OSError, match="no space"):
        gan.save(path, nets)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.pkl", "net.safetensors"]


def test_saving_replaces_the_old_file(snapshot, tmp_path):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"old")
    gan.save(path, gan.load(snapshot))
    assert gan.load(path).info.format == "safetensors"
    assert path.stat().st_mode & 0o444 == 0o444


def test_nothing_to_save(snapshot, tmp_path):
    nets = gan.load(snapshot)
    with pytest.raises(ValueError, match="no network to save"):
        gan.save(tmp_path / "x.safetensors", replace(nets, G=None, D=None, G_ema=None))
    unknown = replace(nets, info=replace(nets.info, architectures={}))
    with pytest.raises(ValueError, match="architectures lacks G"):
        gan.save(tmp_path / "x.safetensors", unknown)
    assert [p.name for p in tmp_path.iterdir()] == ["net.pkl"]


def test_infinity_in_a_files_settings_survives(snapshot, tmp_path):
    nets = gan.load(snapshot)
    info = replace(nets.info, training_set_kwargs={"max_size": float("inf")})
    gan.save(tmp_path / "x.safetensors", replace(nets, info=info))
    assert gan.load(tmp_path / "x.safetensors").info.training_set_kwargs == {"max_size": "inf"}


def test_half_and_double_weights_take_the_networks_type(tmp_path):
    """Some tools keep the average in double; the network computes in float32."""
    network = persistent(tiny_networks()["G_ema"], TINY_G)
    mapping = network.meta["state"]["_modules"]["mapping"].meta["state"]
    mapping["_buffers"]["w_avg"] = torch.full((4,), 0.25, dtype=torch.float64)
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps({"G_ema": network}))
    w_avg = gan.load(path).G_ema.mapping.w_avg
    assert w_avg.dtype == torch.float32
    assert torch.equal(w_avg, torch.full((4,), 0.25))
