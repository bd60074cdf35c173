"""StyleGAN-XL: embedded classes, a mean of w for each, and a head after the stem."""

from dataclasses import asdict

import pytest
import torch
from torch import nn

import gan
from gan.networks.stylegan_xl import LAYER_FIELDS, EmbeddingMapping
from tests.official_pickles import dumps, persistent
from tests.unit.io.layout_files import PLAIN, assert_same_images, image, network

SIZES = {**PLAIN, "img_resolution": 32, "channel_base": 256, "channel_max": 16, "num_layers": 6}
OPTIONS = {"num_layers": 2, "embed_classes": 5, "embed_features": 6, "class_means": True}


def generator(c_dim=3):
    G = network("stylegan_xl.Generator", **{**SIZES, "c_dim": c_dim, "mapping_kwargs": OPTIONS if c_dim else {}})
    if c_dim:
        G.mapping.embed.weight.copy_(torch.randn(5, 6))
    return G


def pickled(G, **attributes):
    """`G` as the published program pickles it: the table of classes is a plain class of torch."""
    module = persistent(G, {**SIZES, "mapping_kwargs": {"rand_embedding": False}})
    state = module.meta["state"]
    state.update(c_dim=G.c_dim, z_dim=G.z_dim, num_ws=G.num_ws, img_resolution=32, img_channels=3, w_dim=G.w_dim)
    table = nn.Embedding(5, 6) if G.c_dim == 0 else G.mapping.embed
    parts = state["_modules"]["mapping"].meta["state"]["_modules"]
    parts["embed"] = table
    state.update(attributes)
    return module


def test_classes(tmp_path):
    G = generator()
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": pickled(G)}))
    nets = gan.load(tmp_path / "net.pkl")
    assert (nets.info.family, nets.info.c_dim) == ("StyleGAN-XL", 3)
    for psi in (1, 0.5, 0):
        assert_same_images(nets.G_ema, G, psi=psi)
    assert nets.G_ema.mapping.mean.shape == (8,)


def test_truncation_goes_to_the_mean_of_the_class():
    mapping = generator().mapping
    c = torch.eye(3)
    ws = mapping(torch.randn(3, 8), c, truncation_psi=0)
    torch.testing.assert_close(ws[:, 0], mapping.w_avg)
    halfway = mapping(torch.randn(1, 8), torch.tensor([[0.5, 0.5, 0]]), truncation_psi=0)
    torch.testing.assert_close(halfway[0, 0], (mapping.w_avg[0] + mapping.w_avg[1]) / 2)


def test_a_table_that_is_not_used_is_left_out(tmp_path):
    G = generator(0)
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": pickled(G)}))
    nets = gan.load(tmp_path / "net.pkl")
    assert_same_images(nets.G_ema, G, psi=0.5)
    assert not any("embed" in key for key in nets.G_ema.state_dict())


def test_a_missing_mean_is_computed(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    G = generator()
    module = pickled(G)
    del module.meta["state"]["_modules"]["mapping"].meta["state"]["_buffers"]["w_avg"]
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": module}))
    nets = gan.load(tmp_path / "net.pkl")
    assert any("mean of w" in notice for notice in nets.info.notices)
    assert nets.G_ema.mapping.w_avg.abs().sum() > 0


def with_head(G):
    """`G` saved as stem and head: its last layers are called the head, and each keeps its numbers."""
    module = pickled(G)
    module.meta["class_name"] = "SuperresGenerator"
    synthesis = module.meta["state"]["_modules"]["synthesis"].meta["state"]
    names = [layer.name for layer in G.synthesis.design.layers]
    synthesis.update(layer_names=names[:4], head_layer_names=names[4:], output_scale=0.25)
    synthesis["_modules"]["input"].meta["state"].update(asdict(G.synthesis.design.input))
    for layer in G.synthesis.design.layers:
        state = synthesis["_modules"][layer.name].meta["state"]
        state.update({key: getattr(layer, key) for key in LAYER_FIELDS}, padding=list(layer.padding))
    synthesis["_modules"]["L9_left_over"] = synthesis["_modules"][names[0]]
    return module


def test_stem_and_head(tmp_path):
    G = generator()
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": with_head(G)}))
    nets = gan.load(tmp_path / "net.pkl")
    assert_same_images(nets.G_ema, G, psi=0.7)
    assert any("never compared" in notice for notice in nets.info.notices)
    gan.save(tmp_path / "net.safetensors", nets)
    assert_same_images(gan.load(tmp_path / "net.safetensors").G_ema, G)
    assert image(nets.G_ema).shape == (2, 3, 32, 32)


@pytest.mark.parametrize(
    ("key", "value"), [("up_taps", 2**20), ("in_size", 2**30), ("padding", [2**30] * 4), ("in_cutoff", -1.0)]
)
def test_layers_out_of_bounds_are_refused(tmp_path, key, value):
    module = with_head(generator())
    synthesis = module.meta["state"]["_modules"]["synthesis"].meta["state"]
    layer = synthesis["_modules"][synthesis["layer_names"][1]]
    layer.meta["state"][key] = value
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": module}))
    with pytest.raises(gan.UnsupportedNetworkError):
        gan.load(tmp_path / "net.pkl")


def test_vectors_that_no_layer_takes_are_refused(tmp_path):
    module = with_head(generator())
    module.meta["state"]["num_ws"] = 20
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": module}))
    with pytest.raises(gan.UnsupportedNetworkError, match="20 vectors"):
        gan.load(tmp_path / "net.pkl")


def test_more_classes_than_the_table_has():
    with pytest.raises(ValueError, match="table has 5"):
        EmbeddingMapping(8, 9, 8, 4, embed_classes=5)
