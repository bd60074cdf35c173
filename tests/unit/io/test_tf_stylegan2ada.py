"""G_main and D_main of StyleGAN2-ADA from TensorFlow pickles, made from networks of our own."""

import re

import numpy as np
import pytest
import torch

import gan
from gan.networks import build
from tests.tensorflow_pickles import dumps, network
from tests.unit.io.test_tf_stylegan2 import COMMON, D_ARGUMENTS, D_LAYERS, G_ARGUMENTS, shaken, written

PRECISION = {"num_fp16_res": 1, "conv_clamp": 256}


def generator(c_dim=0, mapping=(), **arguments):
    torch.manual_seed(0)
    mapping = {"num_layers": 2, "embed_features": 6, **dict(mapping)}
    common = COMMON | PRECISION
    sizes = {"z_dim": 6, "c_dim": c_dim, "w_dim": 8, "channel_base": 64}
    return shaken(build("stylegan2.Generator", **sizes, **common, mapping_kwargs=mapping, **arguments))


def g_main(net, **changes):
    values, a = written(net), G_ARGUMENTS | PRECISION | {"mapping_fmaps": None} | changes
    del values["own"]["lod"]
    if net.c_dim:
        state = net.mapping.state_dict()
        values["mapping"] |= {f"LabelEmbed/{part}": state[f"embed.{part}"].numpy().T for part in ("weight", "bias")}
        del values["mapping"]["LabelConcat/weight"]
        a["label_size"] = net.c_dim
    parts = {name: network(f"G_{name}", f"G_{name}", a, values[name], version=5) for name in ("synthesis", "mapping")}
    return network("G", "G_main", a, values["own"], parts, 5)


def d_main(net, **changes):
    values = {}
    for name, value in net.state_dict().items():
        if name.endswith("resample_filter"):
            continue
        array = value.numpy()
        if match := re.fullmatch(r"mapping\.(embed|fc(\d))\.(\w+)", name):
            scope = "LabelEmbed" if match[1] == "embed" else f"Mapping{match[2]}"
            part = match[3]
        else:
            size, layer, part = re.fullmatch(r"b(\d+)\.(\w+)\.(\w+)", name).groups()
            scope = "Output" if layer == "out" else f"{size}x{size}/{D_LAYERS[layer]}"
        values[f"{scope}/{part}"] = array.transpose(2, 3, 1, 0) if array.ndim == 4 else np.array(array.T)
    return network("D", "D_main", D_ARGUMENTS | PRECISION | changes, values, version=5)


def load(tmp_path, *networks, **options):
    (tmp_path / "net.pkl").write_bytes(dumps(networks))
    return gan.load(tmp_path / "net.pkl", **options)


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
@pytest.mark.parametrize("c_dim", [0, 3])
@torch.no_grad()
def test_generators(architecture, c_dim, tmp_path):
    net = generator(c_dim, architecture=architecture)
    nets = load(tmp_path, None, None, g_main(net, architecture=architecture))
    assert nets.G_ema.state_dict().keys() == net.state_dict().keys()
    z, c = torch.randn(3, 6), torch.eye(3)[:, :c_dim] if c_dim else None
    torch.testing.assert_close(nets.G_ema(z, c, 0.6), net(z, c, 0.6), rtol=0, atol=1e-6)
    assert {**nets.info.architectures["G_ema"].arguments, **PRECISION} == nets.info.architectures["G_ema"].arguments


@torch.no_grad()
def test_generators_without_noise_with_a_box_and_wide_labels(tmp_path):
    net = generator(3, {"embed_features": 5, "layer_features": 7}, use_noise=False, resample_filter=[1, 1])
    given = {"use_noise": False, "resample_kernel": None, "label_fmaps": 5, "mapping_fmaps": 7}
    nets = load(tmp_path, None, None, g_main(net, **given))
    z, c = torch.randn(3, 6), torch.eye(3)
    torch.testing.assert_close(nets.G_ema(z, c), net(z, c), rtol=0, atol=1e-6)
    assert nets.G_ema.synthesis.noise_layers == ()


@pytest.mark.parametrize("given", [{}, {"mapping_layers": 2, "mapping_fmaps": 6}])
@torch.no_grad()
def test_discriminators_with_labels(given, tmp_path):
    torch.manual_seed(1)
    options = {"cmap_dim": given.get("mapping_fmaps"), "mapping_kwargs": {"num_layers": given.get("mapping_layers", 0)}}
    options["mapping_kwargs"]["lr_multiplier"] = 0.1
    net = shaken(build("stylegan2.Discriminator", c_dim=3, **COMMON | PRECISION, channel_base=128, **options))
    file = d_main(net, label_size=3, mbstd_group_size=4, **given)
    D = load(tmp_path, None, file, None).D
    images, c = torch.randn(4, 3, 16, 16), torch.eye(3)[[0, 1, 2, 0]]
    torch.testing.assert_close(D(images, c), net(images, c), rtol=0, atol=1e-6)


def test_arguments_that_are_ignored_are_named(tmp_path):
    ignored = {"truncation_psi": 0.5, "structure": "auto", "conditioning": "concat", "freeze_layers": 2, "impl": None}
    nets = load(tmp_path, None, None, g_main(generator(), **ignored))
    assert not nets.info.notices
    nets = load(tmp_path, g_main(generator(), verbose=True), None, g_main(generator(), verbose=True))
    assert " ".join(nets.info.notices).count("The file names verbose, which") == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: g_main(generator(), fmap_decay=0.5), r"argument fmap_decay is 0\.5"),
        (lambda: g_main(generator(), fmap_const=16), "argument fmap_const is 16"),
        (lambda: g_main(generator(3), normalize_latents=False), "latents that are not normalised"),
        (lambda: g_main(generator(), conv_clamp="high"), "argument conv_clamp is high"),
        (lambda: network("D", "D_main", D_ARGUMENTS | {"use_pagan": True}, {}, version=5), "use_pagan"),
    ],
)
def test_what_cannot_be_built_is_named(make, message, tmp_path):
    with pytest.raises(gan.UnsupportedNetworkError, match=message):
        load(tmp_path, None, None, make())
