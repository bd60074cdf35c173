"""Describing a file's content without building its networks."""

import pytest
import torch

import gan
import gan.networks
from gan.io.networks import BUFFERS
from tests.unit.networks import tiny

SG3 = {
    "z_dim": 8,
    "c_dim": 2,
    "w_dim": 8,
    "img_resolution": 16,
    "img_channels": 3,
    "channel_base": 64,
    "channel_max": 8,
}


def networks():
    with torch.device("meta"):
        yield gan.networks.build("stylegan3.Generator", **SG3, conv_kernel=1, use_radial_filters=True)
        yield gan.networks.build("stylegan3.Generator", **SG3)
    yield tiny.generator()
    yield tiny.discriminator(c_dim=3)


def test_buffers_are_told_from_parameters_by_their_names():
    seen = set()
    for network in networks():
        assert not {name.rpartition(".")[2] for name, _ in network.named_parameters()} & BUFFERS
        seen |= {name.rpartition(".")[2] for name, _ in network.named_buffers()}
    assert seen == BUFFERS


def test_shapes_and_parameters_of_a_file(tmp_path, monkeypatch):
    G = tiny.generator()
    arguments = {"z_dim": tiny.Z, "c_dim": 0, "w_dim": tiny.W, "img_resolution": tiny.RES, "img_channels": 3}
    arguments |= {"channel_base": 64, "channel_max": 8, "mapping_kwargs": {"num_layers": 2}}
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", arguments)}, {"xflip": True})
    path = tmp_path / "net.safetensors"
    gan.save(path, gan.Networks(None, None, G, info))
    monkeypatch.setattr(gan.networks, "build", None)
    found = gan.contents(path)
    assert found.info.family == "StyleGAN2"
    assert found.info.training_set_kwargs == {"xflip": True}
    assert found.info.sha256 == ""
    assert found.shapes["G_ema"] == {key: tuple(value.shape) for key, value in G.state_dict().items()}
    assert found.parameters("G_ema") == sum(p.numel() for p in G.parameters())
    assert found.file_bytes == path.stat().st_size


def test_errors_are_those_of_load(tmp_path):
    with pytest.raises(gan.NotFoundError, match=r"nothing.pkl: There is no such file"):
        gan.contents(tmp_path / "nothing.pkl")
    (tmp_path / "net.pkl").write_bytes(b"\x89PNG....")
    with pytest.raises(gan.CorruptFileError, match="a PNG picture"):
        gan.contents(tmp_path / "net.pkl")
