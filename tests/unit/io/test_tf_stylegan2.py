"""G_main, D_stylegan2 and D_stylegan from TensorFlow pickles: every configuration, made from networks of our own."""

import math
import re

import numpy as np
import pytest
import torch

import gan
from gan.networks import build
from tests.tensorflow_pickles import dumps, network

G_ARGUMENTS = {
    "resolution": 16,
    "num_channels": 3,
    "label_size": 0,
    "latent_size": 6,
    "dlatent_size": 8,
    "mapping_layers": 2,
    "mapping_fmaps": 8,
    "fmap_base": 32,
    "fmap_max": 8,
}
D_ARGUMENTS = {key: G_ARGUMENTS[key] for key in ("resolution", "num_channels", "label_size")} | {
    "fmap_base": 64,
    "fmap_max": 8,
}
COMMON = {"img_resolution": 16, "img_channels": 3, "conv_clamp": None, "num_fp16_res": 0, "channel_max": 8}
G_LAYERS = {"conv0": "Conv0_up", "conv1": "Conv1", "torgb": "ToRGB", "skip": "Skip"}


def generator(architecture, c_dim=0):
    torch.manual_seed(0)
    mapping = {"num_layers": 2, "joint_labels": True}
    G = build(
        "stylegan2.Generator",
        z_dim=6,
        c_dim=c_dim,
        w_dim=8,
        **COMMON,
        channel_base=64,
        architecture=architecture,
        mapping_kwargs=mapping,
    )
    return shaken(G)


def discriminator(architecture, c_dim=0):
    torch.manual_seed(1)
    D = build(
        "stylegan2.Discriminator",
        c_dim=c_dim,
        **COMMON,
        channel_base=128,
        architecture=architecture,
        class_logits=c_dim > 0,
    )
    return shaken(D)


@torch.no_grad()
def shaken(net):
    for name, value in net.state_dict().items():
        if name.endswith(("bias", "noise_strength", "w_avg")):
            value.add_(torch.randn_like(value) * 0.3)
    return net.eval().requires_grad_(False)


def written(net, revised=False):
    """Our parameters as TensorFlow's variables: {mapping: ..., synthesis: ..., own: ...}."""
    parts = {"mapping": {}, "synthesis": {}, "own": {"lod": np.float32(0)}}
    convs = 0
    for name, value in net.state_dict().items():
        array = value.numpy()
        if name == "mapping.w_avg":
            parts["own"]["dlatent_avg"] = array
        elif name == "mapping.embed.weight":
            parts["mapping"]["LabelConcat/weight"] = array.T
        elif match := re.fullmatch(r"mapping\.fc(\d)\.(\w+)", name):
            parts["mapping"][f"Dense{match[1]}/{match[2]}"] = array.T
        elif match := re.fullmatch(r"synthesis\.b(\d+)\.(?:(\w+)\.)?(.+)", name):
            size, layer, part = match[1], match[2], match[3]
            if part == "resample_filter":
                continue
            if part == "noise_const":
                parts["synthesis"][f"noise{convs}"] = array[None, None]
                convs += 1
                continue
            scope = f"{size}x{size}/" + ("Conv" if size == "4" and layer == "conv1" else G_LAYERS.get(layer, ""))
            if revised and layer == "torgb":
                scope = "ToRGB_lod0"
            if part == "const":
                parts["synthesis"][f"{size}x{size}/Const/const"] = array[None]
            elif part == "weight":
                array = array.transpose(2, 3, 1, 0)
                parts["synthesis"][f"{scope}/weight"] = array[::-1, ::-1] if layer == "conv0" else array
            elif part.startswith("affine"):
                bias = part.endswith("bias")
                parts["synthesis"][f"{scope}/mod_{part[7:]}"] = array - np.float32(1) if bias else array.T
            else:
                parts["synthesis"][f"{scope}/{part}"] = array
    return {part: {key: np.array(value) for key, value in values.items()} for part, values in parts.items()}


def g_main(net, synthesis="G_synthesis_stylegan2", version=4, **changes):
    revised = synthesis.endswith("revised")
    values, a = written(net, revised), G_ARGUMENTS | changes
    if revised:
        # What a grown network leaves behind: the colours of lower resolutions.
        values["synthesis"] |= {"lod": np.float32(0), "ToRGB_lod1/weight": np.zeros((1, 1, 8, 3), np.float32)}
    parts = {
        "synthesis": network("G_synthesis", synthesis, a, values["synthesis"], version=version),
        "mapping": network("G_mapping", "G_mapping", a, values["mapping"], version=version),
    }
    return network("G", "G_main", a, values["own"], parts, version)


D_LAYERS = {
    "fromrgb": "FromRGB",
    "conv0": "Conv0",
    "conv1": "Conv1_down",
    "skip": "Skip",
    "conv": "Conv",
    "fc": "Dense0",
}


def d_main(net, function="D_stylegan2", **changes):
    values = {}
    for name, value in net.state_dict().items():
        if name.endswith("resample_filter"):
            continue
        size, layer, part = re.fullmatch(r"b(\d+)\.(\w+)\.(\w+)", name).groups()
        scope = "Output" if layer == "out" else f"{size}x{size}/{D_LAYERS[layer]}"
        if layer == "fromrgb" and function == "D_stylegan":
            scope = "FromRGB_lod0"
        array = value.numpy()
        values[f"{scope}/{part}"] = array.transpose(2, 3, 1, 0) if array.ndim == 4 else np.array(array.T)
    if function == "D_stylegan":
        values |= {"lod": np.float32(0), "FromRGB_lod1/bias": np.zeros(8, np.float32)}
    return network("D", function, D_ARGUMENTS | changes, values, version=4)


def load(tmp_path, *networks, **options):
    (tmp_path / "net.pkl").write_bytes(dumps(networks))
    return gan.load(tmp_path / "net.pkl", **options)


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
@pytest.mark.parametrize("c_dim", [0, 3])
@torch.no_grad()
def test_architectures_and_labels(architecture, c_dim, tmp_path):
    G, D = generator(architecture, c_dim), discriminator(architecture, c_dim)
    G_file = g_main(G, architecture=architecture, label_size=c_dim)
    nets = load(tmp_path, G_file, d_main(D, architecture=architecture, label_size=c_dim), G_file)
    assert nets.info.family == "StyleGAN2"
    assert nets.info.c_dim == c_dim
    z, c = torch.randn(4, 6), torch.eye(3)[[0, 1, 2, 0]][:, :c_dim]
    img = G(z, c, truncation_psi=0.7)
    assert torch.allclose(nets.G_ema(z, c, truncation_psi=0.7), img, atol=1e-5)
    assert torch.allclose(nets.D(img, c), D(img, c), atol=1e-5)
    gan.save(tmp_path / "net.safetensors", nets)
    again = gan.load(tmp_path / "net.safetensors")
    assert torch.equal(again.G_ema(z, c), nets.G_ema(z, c))
    assert torch.equal(again.D(img, c), nets.D(img, c))


@torch.no_grad()
def test_configurations_b_to_d(tmp_path):
    """They grew; a grown network is the architecture "orig"."""
    G, D = generator("orig"), discriminator("orig")
    file = g_main(G, "G_synthesis_stylegan_revised")
    nets = load(tmp_path, file, d_main(D, "D_stylegan"), file)
    z = torch.randn(4, 6)
    assert torch.allclose(nets.G_ema(z), G(z), atol=1e-5)
    assert torch.allclose(nets.D(G(z)), D(G(z)), atol=1e-5)


def test_configurations_b_to_d_while_growing(tmp_path):
    file = g_main(generator("orig"), "G_synthesis_stylegan_revised")
    file.state["variables"][0] = ("lod", np.float32(0.5))
    with pytest.raises(gan.UnsupportedNetworkError, match=r"while it was growing \(lod 0\.5\)"):
        load(tmp_path, None, None, file)


@torch.no_grad()
def test_labels_are_one_logit_each():
    D = discriminator("resnet", 3)
    img = torch.randn(4, 3, 16, 16)
    each = torch.cat([D(img, torch.eye(3)[[k] * 4]) for k in range(3)], dim=1)
    mixed = torch.tensor([[0.2, 0.3, 0.5]] * 4)
    assert torch.allclose(D(img, mixed), (each * mixed).sum(dim=1, keepdim=True), atol=1e-6)
    assert "mapping" not in dict(D.named_children())


def test_labels_are_normalised_with_the_latent():
    G = generator("skip", 3)
    z, c = torch.randn(2, 6), torch.eye(3)[:2]
    joined = torch.cat([z, c @ G.mapping.embed.weight.t()], dim=1)
    joined = joined / (joined.square().mean(dim=1, keepdim=True) + 1e-8).sqrt()
    for layer in (G.mapping.fc0, G.mapping.fc1):
        joined = joined @ (layer.weight * 0.01 / math.sqrt(layer.in_features)).t() + layer.bias * 0.01
        joined = torch.where(joined > 0, joined, 0.2 * joined) * math.sqrt(2)
    assert torch.allclose(G.mapping(z, c)[:, 0], joined, atol=1e-5)


def test_other_filters_reach_every_resampling_layer(tmp_path):
    taps = [1, 2, 1]
    nets = load(
        tmp_path,
        None,
        d_main(discriminator("resnet"), resample_kernel=taps),
        g_main(generator("skip"), resample_kernel=taps),
    )
    kernel = torch.outer(torch.tensor([1.0, 2, 1]), torch.tensor([1.0, 2, 1])) / 16
    for key, value in nets.G_ema.state_dict().items():
        if key.endswith("resample_filter") and not key.endswith("conv1.resample_filter"):
            assert torch.equal(value, kernel), key
    assert torch.equal(nets.D.b8.conv1.resample_filter, kernel)
    assert torch.equal(nets.D.b8.skip.resample_filter, kernel)
