"""State dicts and modules in the layouts of other programs are recognised by names and shapes."""

import pytest
import torch
from safetensors.torch import save_file

import gan
from gan.images import load_generator
from gan.io.layouts.official import stylegan3_arguments
from gan.io.records import Tensor
from gan.networks.stylegan3_design import plan
from tests.official_pickles import TINY_G, dumps, persistent, tiny_networks
from tests.unit.io.layout_files import (
    PLAIN,
    assert_same_images,
    genforce,
    image,
    mmgeneration,
    network,
    opened,
    rosinality,
    rosinality_discriminator,
    saved_whole,
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("gan.io.mean_of_w.SEEDS", 1000)


STYLEGAN3 = {"img_resolution": 32, "channel_base": 256, "channel_max": 16, "num_layers": 6}
BARE = {
    "skip": ("stylegan2.Generator", PLAIN),
    "resnet": ("stylegan2.Generator", {**PLAIN, "architecture": "resnet"}),
    "orig": ("stylegan2.Generator", {**PLAIN, "architecture": "orig"}),
    "classes": ("stylegan2.Generator", {**PLAIN, "c_dim": 3}),
    "no noise": ("stylegan2.Generator", {**PLAIN, "use_noise": False}),
    "another filter": ("stylegan2.Generator", {**PLAIN, "resample_filter": [1, 2, 1]}),
    "wide mapping": ("stylegan2.Generator", {**PLAIN, "mapping_kwargs": {"num_layers": 3, "layer_features": 12}}),
    "one size of channels": ("stylegan2.Generator", {**PLAIN, "channel_base": 4096}),
    "T": ("stylegan3.Generator", {**PLAIN, **STYLEGAN3, "conv_clamp": 256}),
    "R": ("stylegan3.Generator", {**PLAIN, **STYLEGAN3, "conv_kernel": 1, "use_radial_filters": True, "c_dim": 2}),
}


@pytest.mark.parametrize("case", BARE)
def test_bare_state_dicts(tmp_path, case):
    class_name, arguments = BARE[case]
    G = network(class_name, **arguments)
    path = tmp_path / "net.safetensors"
    save_file({key: value.contiguous() for key, value in G.state_dict().items()}, path)
    for nets in (opened(tmp_path / "net.pt", G.state_dict()), gan.load(path)):
        assert_same_images(nets.G_ema, G)
        assert_same_images(nets.G_ema, G, psi=0.5)
        assert nets.info.layout.startswith("state dict of StyleGAN")
        assert any("assumed" in notice for notice in nets.info.notices)
    family = {"T": "StyleGAN3-T", "R": "StyleGAN3-R"}.get(case, "StyleGAN2")
    assert nets.info.family == family


def test_filters_of_stylegan3_are_compared_with_the_design(tmp_path):
    class_name, arguments = BARE["T"]
    state = network(class_name, **arguments).state_dict()
    assert not any("filters" in notice for notice in opened(tmp_path / "net.pt", state).info.notices)
    name = next(key for key in state if key.endswith("L2_52_16.up_filter"))
    state[name] = state[name] * 1.01
    assert any("filters" in notice for notice in opened(tmp_path / "net.pt", state).info.notices)


@pytest.mark.parametrize("kernel", [3, 1])
@pytest.mark.parametrize("size", [256, 512, 1024])
def test_published_sizes_of_stylegan3_are_found_again(size, kernel):
    wide = {"channel_base": 65536, "channel_max": 1024, "use_radial_filters": True} if kernel == 1 else {}
    design = plan(size, 3, conv_kernel=kernel, **wide)
    shapes = {
        f"synthesis.{layer.name}.weight": (layer.out_channels, layer.in_channels, layer.conv_kernel, layer.conv_kernel)
        for layer in design.layers
    }
    shapes["synthesis.L0_36_1024.down_filter"] = (12, 12) if kernel == 1 else (12,)
    found = stylegan3_arguments(
        {key: Tensor("float32", shape, lambda: torch.empty(0)) for key, shape in shapes.items()}
    )
    found.pop("conv_clamp")
    assert [layer.name for layer in plan(**found).layers] == [layer.name for layer in design.layers]
    assert found["channel_base"] == (65536 if kernel == 1 else 32768)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"G_ema": state},
        lambda state: {"state_dict": {f"module.{key}": value for key, value in state.items()}},
        lambda state: {f"generator.G_ema.{key}": value for key, value in state.items()},
        lambda state: {"epoch": 3, "model": {"ema": state, "optimizer": {"state": {}, "param_groups": []}}},
        lambda state: [1, state],
    ],
)
def test_nested_state_dicts(tmp_path, wrap):
    G = network(**PLAIN)
    assert_same_images(opened(tmp_path / "net.pt", wrap(G.state_dict())).G_ema, G, psi=0.7)


def test_average_and_plain_weights_are_told_apart(tmp_path):
    average, plain = network(**PLAIN), network(**{**PLAIN, "z_dim": 4})
    nets = opened(tmp_path / "net.pt", {"g": plain.state_dict(), "g_ema": average.state_dict()})
    assert (nets.G.z_dim, nets.G_ema.z_dim) == (4, 8)


def test_buffers_that_are_missing_are_filled_in(tmp_path):
    G = network(**PLAIN)
    state = {key: value for key, value in G.state_dict().items() if "resample_filter" not in key}
    state = {key: value for key, value in state.items() if not key.endswith(("w_avg", "noise_const"))}
    nets = opened(tmp_path / "net.pt", state)
    notices = " ".join(nets.info.notices)
    assert "constant noise" in notices
    assert "mean of w" in notices
    mean = G.mapping(torch.randn(4000, 8), None)[:, 0].mean(dim=0)
    assert torch.norm(nets.G_ema.mapping.w_avg - mean) < 0.2 * torch.norm(mean) + 0.1


def test_rosinality(tmp_path):
    G, D = network(**PLAIN), network("stylegan2.Discriminator", **{k: PLAIN[k] for k in PLAIN if k in D_KEYS})
    value = {"g_ema": rosinality(G.state_dict()), "d": rosinality_discriminator(D.state_dict(), 16)}
    nets = opened(tmp_path / "net.pt", {**value, "latent_avg": G.mapping.w_avg, "iter": 500})
    assert_same_images(nets.G_ema, G)
    assert_same_images(nets.G_ema, G, psi=0.6)
    images = torch.randn(4, 3, 16, 16)
    torch.testing.assert_close(nets.D(images, None), D(images, None), rtol=1e-4, atol=1e-5)


D_KEYS = ("c_dim", "img_resolution", "img_channels", "channel_base", "channel_max", "num_fp16_res", "conv_clamp")


def test_a_foreign_class_saved_whole(tmp_path):
    G = network(**PLAIN)
    saved_whole(tmp_path / "net.pt", rosinality(G.state_dict()))
    assert_same_images(gan.load(tmp_path / "net.pt").G_ema, G)


@pytest.mark.parametrize("layers", [None, 18])
def test_decoders_of_encoders(tmp_path, layers):
    G = network(**PLAIN)
    state = {f"decoder.{key}": value for key, value in rosinality(G.state_dict()).items()}
    state["encoder.input_layer.0.weight"] = torch.zeros(4, 3, 3, 3)
    mean = G.mapping.w_avg if layers is None else G.mapping.w_avg.repeat(layers, 1)
    nets = opened(tmp_path / "net.pt", {"state_dict": state, "latent_avg": mean, "opts": {"lr": 0.1}})
    assert_same_images(nets.G_ema, G, psi=0.7)
    assert any("encoder was left out" in notice for notice in nets.info.notices)
    official = {f"decoder.{key}": value for key, value in G.state_dict().items()}
    assert_same_images(opened(tmp_path / "net3.pt", {"state_dict": official}).G_ema, G)


def test_mmgeneration(tmp_path):
    G = network(**PLAIN)
    state = {f"generator_ema.{key}": value for key, value in mmgeneration(G.state_dict()).items()}
    nets = opened(tmp_path / "net.pth", {"meta": {"mmgen_version": "0.7"}, "state_dict": state})
    assert_same_images(nets.G_ema, G)
    assert nets.info.layout == "mmgeneration StyleGAN2"
    assert any("never compared" in notice for notice in nets.info.notices)


def test_genforce(tmp_path):
    G = network(**PLAIN)
    nets = opened(tmp_path / "net.pth", {"generator_smooth": genforce(G.state_dict())})
    assert_same_images(nets.G_ema, G, psi=0.7)


def test_kimg(tmp_path):
    state = network(**PLAIN).state_dict()
    assert opened(tmp_path / "a.pt", {"G_ema": state, "cur_nimg": 250_000}).info.kimg == 250
    assert opened(tmp_path / "b.pt", {"G_ema": state, "iter": 2000, "args": {"batch": 16}}).info.kimg == 32
    assert opened(tmp_path / "c.pt", {"G_ema": state, "iter": 2000}).info.kimg is None


def test_parts_of_networks_are_named(tmp_path):
    state = network(**PLAIN).state_dict()
    for prefix, word in (("synthesis.", "synthesis network"), ("mapping.", "mapping network")):
        part = {key: value for key, value in state.items() if key.startswith(prefix)}
        for value in (part, {key.removeprefix(prefix): item for key, item in part.items()}):
            with pytest.raises(gan.UnsupportedNetworkError, match=word):
                opened(tmp_path / "net.pt", value)
    del state["synthesis.b8.conv1.weight"]
    with pytest.raises(gan.UnsupportedNetworkError, match=r"b8\.conv1\.weight"):
        opened(tmp_path / "net.pt", state)


FAMILIES = {
    "a classifier": ["conv1.weight", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "fc.weight"],
    "a classifier or a feature network": ["features.0.weight", "features.2.weight", "classifier.0.weight"],
    "a diffusion model": ["model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.weight", "x.y"],
    "LoRA": ["lora_unet_down.lora_up.weight", "lora_unet_down.lora_down.weight", "lora_unet_down.alpha"],
    "lucidrains": ["GAN.S.net.0.weight", "GAN.G.blocks.0.weight", "GAN.G.initial_block"],
    "MobileStyleGAN": ["student.layers.0.weight", "mapping_net.layers.1.weight", "synthesis_net.m.weight"],
    "EG3D": ["backbone.synthesis.b4.const", "decoder.net.0.weight", "superresolution.block0.conv0.weight"],
    "without its decoder": ["encoder.input_layer.0.weight", "encoder.body.0.weight", "encoder.styles.0.weight"],
    "StyleSwin": ["layers.0.blocks.0.attn.relative_position_bias_table", "layers.0.blocks.0.w", "to_rgbs.0.w"],
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("outer", [None, "state_dict"])
def test_other_families_are_named(tmp_path, family, outer):
    state = {key: torch.zeros(4, 4) for key in FAMILIES[family]}
    with pytest.raises(gan.UnsupportedNetworkError, match=family) as caught:
        opened(tmp_path / "net.pt", state if outer is None else {outer: state, "epoch": 3})
    assert "choose a network" in caught.value.detail
    assert "trust" not in caught.value.detail


def test_an_optimiser_is_named(tmp_path):
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimiser = torch.optim.Adam([parameter])
    parameter.sum().backward()
    optimiser.step()
    with pytest.raises(gan.UnsupportedNetworkError, match="optimiser"):
        opened(tmp_path / "net.pt", optimiser.state_dict())


def test_eg3d_is_named(tmp_path):
    network = persistent(tiny_networks()["G_ema"], TINY_G)
    network.meta["class_name"] = "TriPlaneGenerator"
    (tmp_path / "net.pkl").write_bytes(dumps({"G_ema": network}))
    with pytest.raises(gan.UnsupportedNetworkError, match="EG3D"):
        gan.load(tmp_path / "net.pkl")


def test_a_fallback_does_not_replace_the_first_error(tmp_path):
    nets = tiny_networks()
    unknown = persistent(nets["G_ema"], TINY_G)
    unknown.meta["class_name"] = "StyledGenerator"
    for value in ({"G_ema": unknown}, {"G_ema": unknown, "G": persistent(nets["G"], TINY_G)}):
        (tmp_path / "net.pkl").write_bytes(dumps(value))
        with pytest.raises(gan.UnsupportedNetworkError, match="StyledGenerator"):
            load_generator(tmp_path / "net.pkl", "cpu")


def test_the_name_of_the_file_says_nothing(tmp_path):
    G = network(**PLAIN)
    for name in ("net.pkl", "net.ckpt", "net.safetensors", "net", "net.png"):
        assert_same_images(opened(tmp_path / name, {"g_ema": rosinality(G.state_dict())}).G_ema, G)


def test_a_half_written_newest_is_passed_over(tmp_path):
    G = network(**PLAIN)
    torch.save({"g_ema": rosinality(G.state_dict())}, tmp_path / "000100.pt")
    content = (tmp_path / "000100.pt").read_bytes()
    (tmp_path / "000200.pt").write_bytes(content[: len(content) // 2])
    nets = gan.load(tmp_path)
    assert nets.info.source == str(tmp_path / "000100.pt")
    assert "000200.pt is not written whole" in nets.info.notices[0]
    assert image(nets.G_ema).shape == (2, 3, 16, 16)
