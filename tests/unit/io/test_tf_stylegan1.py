"""G_style and D_basic from TensorFlow pickles with every argument, against a literal computation from the variables."""

import io

import numpy as np
import pytest
import torch

import gan
from tests import tensorflow_literal as literal
from tests.tensorflow_pickles import TINY, TINY_D, d_basic, dumps, g_style

VARIANTS = {
    "config F": {},
    "fused": {"fused_scale": True},
    "not fused": {"fused_scale": False},
    "fused from 128": {"resolution": 128, "fmap_base": 64, "fmap_max": 4},
    "dense input": {"const_input_layer": False},
    "no noise": {"use_noise": False},
    "no styles": {"use_styles": False},
    "traditional": {
        "use_styles": False,
        "const_input_layer": False,
        "use_pixel_norm": True,
        "use_instance_norm": False,
    },
    "pixel norm": {"use_pixel_norm": True},
    "relu": {"nonlinearity": "relu", "mapping_nonlinearity": "relu"},
    "no equalised learning rate": {"use_wscale": False},
    "no blur": {"blur_filter": None},
    "a wider, lopsided blur": {"blur_filter": [1, 2, 3, 2, 0]},
    "fixed": {"structure": "fixed"},
    "linear": {"structure": "linear"},
    "latents as they are": {"normalize_latents": False},
    "labels": {"label_size": 3},
    "no mapping": {"mapping_layers": 0},
    "one channel": {"num_channels": 1},
    "four pixels": {"resolution": 4},
}
NO_BLUR = "no blur"


def loaded(tmp_path, *networks, **options):
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps(networks[0] if len(networks) == 1 else networks))
    return gan.load(path, **options)


def inputs(label_size, count=4):
    source = torch.Generator().manual_seed(5)
    return torch.randn(count, TINY["latent_size"], generator=source), torch.eye(3)[torch.arange(count) % 3][
        :, :label_size
    ]


def assert_close(actual, wanted):
    assert actual.shape == wanted.shape
    assert (actual.double() - wanted).abs().max() < 2e-5 * max(1.0, wanted.abs().max().item())


def given(changes, base=TINY):
    """Arguments as the literal computation takes them; those of None are really None there."""
    return base | changes


def arguments(changes):
    """As `g_style` takes them, where None means absent: an empty filter has to be said otherwise."""
    return {key: value for key, value in changes.items() if value is not None}


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_generator(variant, tmp_path):
    changes = VARIANTS[variant]
    network, variables = g_style(**arguments(changes))
    if variant == NO_BLUR:
        for part in (network, *network.state["components"].values()):
            part.state["static_kwargs"]["blur_filter"] = None
    nets = loaded(tmp_path, network)
    G = nets.G_ema
    assert nets.G is None
    assert nets.info.family == "StyleGAN1"
    z, c = inputs(changes.get("label_size", 0))
    w = literal.mapping(variables, z, c, given(changes))
    ws = G.mapping(z, c)
    assert_close(ws[:, 0], w)
    assert G.num_ws == (1 if changes.get("use_styles") is False else 2 * int(np.log2(G.img_resolution)) - 2)
    wanted = w.unsqueeze(1).expand(-1, 2 * int(np.log2(G.img_resolution)) - 2, -1)
    assert_close(G.synthesis(ws), literal.synthesis(variables, wanted, given(changes), 0.0))


@pytest.mark.parametrize("lod", [0.0, 0.25, 1.0, 1.75, 2.0])
@torch.no_grad()
def test_a_network_saved_while_growing(lod, tmp_path):
    network, variables = g_style(lod=lod)
    judge, judged = d_basic(lod=lod)
    nets = loaded(tmp_path, network, judge, network)
    G, D = nets.G_ema, nets.D
    assert nets.info.architectures["G_ema"].arguments["lod"] == lod
    ws = torch.randn(4, 6, 6)
    img = G.synthesis(ws)
    assert_close(img, literal.synthesis(variables, ws, TINY, lod))
    assert_close(D(img), literal.discriminator(judged, img, None, TINY_D, lod))
    for other in (0.0, 0.5, 1.0, 2.0):
        assert_close(G.synthesis(ws, lod=other), literal.synthesis(variables, ws, TINY, other))
        assert_close(D(img, lod=other), literal.discriminator(judged, img, None, TINY_D, other))
    assert torch.equal(G.synthesis(ws), img)


D_VARIANTS = {
    "config F": {},
    "fused": {"fused_scale": True},
    "not fused": {"fused_scale": False},
    "relu": {"nonlinearity": "relu"},
    "no equalised learning rate": {"use_wscale": False},
    "a wider, lopsided blur": {"blur_filter": [1, 2, 3, 2, 0]},
    "no blur": {"blur_filter": None},
    "fixed": {"structure": "fixed"},
    "labels": {"label_size": 3},
    "group of 2": {"mbstd_group_size": 2, "mbstd_num_features": 2},
    "no minibatch layer": {"mbstd_group_size": 1},
    "fewer channels above": {"fmap_base": 16, "fmap_max": 64},
}


@pytest.mark.parametrize("variant", D_VARIANTS)
@torch.no_grad()
def test_discriminator(variant, tmp_path):
    changes = D_VARIANTS[variant]
    network, variables = d_basic(**arguments(changes))
    if variant == NO_BLUR:
        network.state["static_kwargs"]["blur_filter"] = None
    nets = loaded(tmp_path, network)
    assert nets.G_ema is None
    img = torch.randn(4, 3, 16, 16)
    c = torch.eye(3)[[0, 1, 2, 1]] if "label_size" in changes else None
    wanted = literal.discriminator(variables, img, c, given(changes, TINY_D), 0.0)
    assert wanted.shape == (4, 1)
    assert_close(nets.D(img, c), wanted)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_protocol_and_version(protocol, version, tmp_path):
    network, variables = g_style(version=version)
    (tmp_path / "net.pkl").write_bytes(dumps((None, None, network), protocol))
    nets = gan.load(tmp_path / "net.pkl")
    assert nets.G is None
    assert nets.D is None
    assert np.array_equal(nets.G_ema.mapping.w_avg.numpy(), variables["dlatent_avg"])


def test_variables_in_one_list_and_no_components(tmp_path):
    parts, _ = g_style()
    flat, _ = g_style(flat=True)
    left, right = (loaded(tmp_path, network).G_ema.state_dict() for network in (parts, flat))
    assert left.keys() == right.keys()
    assert all(torch.equal(left[key], right[key]) for key in left)


def test_defaults_are_the_published_ones(tmp_path):
    """Files name only the arguments that differ; these are the rest, which full-size files rely on."""
    network, _ = g_style()
    for part in (network, *network.state["components"].values()):
        part.state["static_kwargs"] = {}
    with pytest.raises(gan.CorruptFileError, match="does not fit"):
        loaded(tmp_path, network)
    from gan.io.pickles import load_pickle

    content = (tmp_path / "net.pkl").read_bytes()
    stored, _ = load_pickle(io.BytesIO(content), len(content), ("G_ema",))
    known = stored["G_ema"].architecture.arguments
    sizes = {"z_dim": 512, "w_dim": 512, "img_resolution": 1024, "channel_base": 16384, "channel_max": 512}
    assert known | sizes == known
    assert known["mapping_kwargs"]["num_layers"] == 8
    assert known["mapping_kwargs"]["w_avg_beta"] == 0.995


def test_arguments_of_a_call_are_no_part_of_the_network(tmp_path):
    calling = {"truncation_psi": 0.7, "truncation_cutoff": 8, "dlatent_avg_beta": None, "style_mixing_prob": 0.9}
    network, _ = g_style(**calling, dtype="float32", randomize_noise=False)
    network.state["static_kwargs"]["dlatent_avg_beta"] = None
    nets = loaded(tmp_path, network)
    assert nets.G_ema.mapping.w_avg_beta == 1.0
    assert "truncation_psi" not in nets.info.architectures["G_ema"].arguments


@pytest.mark.parametrize("lod", [0.0, 1.5])
def test_round_trip_bit_for_bit(lod, tmp_path):
    network, _ = g_style(lod=lod, label_size=3)
    judge, _ = d_basic(lod=lod, label_size=3)
    nets = loaded(tmp_path, network, judge, network)
    gan.save(tmp_path / "net.safetensors", nets)
    again = gan.load(tmp_path / "net.safetensors")
    assert again.info.architectures == nets.info.architectures
    z, c = inputs(3)
    img = nets.G_ema(z, c)
    assert torch.equal(again.G_ema(z, c), img)
    assert torch.equal(again.G(z, c), nets.G(z, c))
    assert torch.equal(again.D(img, c), nets.D(img, c))
