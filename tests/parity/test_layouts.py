"""Files in the layouts of other programs draw the pictures that those programs draw."""

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gan
import gan.cli.images
import gan.cli.networks.inspect
from gan.io.errors import AbsentNetworkError
from tests.fixtures_path import fixtures

WHOLE, STATE, ROSINALITY = "official PyTorch networks", "state dict of StyleGAN2", "rosinality StyleGAN2"
DRAWN = {
    "torch_save_sg2/bare.pkl": WHOLE,
    "torch_save_sg2/ema_only.pkl": WHOLE,
    "torch_save_sg2/g_only.pkl": WHOLE,
    "torch_save_sg2/nones.pkl": WHOLE,
    "torch_save_sg2/tuple.pkl": WHOLE,
    "torch_save_sg2/whole.pt": WHOLE,
    "torch_save_sg2/whole_dict.pt": WHOLE,
    "torch_save_sg2/whole_old.pt": WHOLE,
    "torch_save_sg2/state.pkl": STATE,
    "torch_save_sg2/state.pt": STATE,
    "torch_save_sg2/state_nested.pkl": STATE,
    "torch_save_sg2/state_old.pt": STATE,
    "pti/model_ABCDEF_img.pt": WHOLE,
    "pti/model_pickled.pkl": WHOLE,
    "rosinality/000100.pt": ROSINALITY,
    "rosinality/old-format.pt": ROSINALITY,
    "stylegan3_fun_sg2/net.pkl": WHOLE,
    "stylegan3_fun_freezem/net.pkl": WHOLE,
    "human_sg2_square/net.pkl": WHOLE,
    "projected_gan_d/net.pkl": WHOLE,
    "stylegan_xl/net.pkl": "official StyleGAN-XL networks",
}
"""Files, and the layouts that they have."""

REFUSED = {
    "torch_save_sg2/synthesis_only.pkl": ("synthesis network alone", "mapping"),
    "not_style_based/r3gan.pkl": ("R3GAN",),
    "not_style_based/stylegan_t.pkl": ("StyleGAN-T",),
    "key_stubs/e4e_ffhq_encode.pt": ("part of a network", "synthesis network"),
    "key_stubs/mmgen.pth": ("mmgeneration",),
    "key_stubs/lucidrains_model_100.pt": ("lucidrains",),
    "key_stubs/mobilestylegan.ckpt": ("MobileStyleGAN",),
    "directions_pt/age.pt": ("direction",),
    "pti/0.pt": ("latent",),
}
"""Files that hold no network that can be drawn, and what is said of them."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))


def opened(name):
    return fixtures() / "formats" / name


def assert_close(found, expected):
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("name", DRAWN)
def test_pictures(name):
    nets = gan.load(opened(name))
    G = nets.G_ema or nets.G
    assert nets.info.layout == DRAWN[name]
    expected = np.load(opened(name).parent / "expected.npz")
    if name == "rosinality/000100.pt":  # the training program's files lack the mean
        assert any("mean of w" in notice for notice in nets.info.notices)
        computed = G.mapping.w_avg.clone()
        G.mapping.w_avg.copy_(torch.from_numpy(expected["latent_avg"][0]))
        assert torch.norm(computed - G.mapping.w_avg) < 0.3 * torch.norm(G.mapping.w_avg) + 0.3
    z = torch.from_numpy(expected["z"])
    c = torch.from_numpy(expected["c"]) if "c" in expected else None
    for psi in ("1.0", "0.7"):
        ws = G.mapping(z, c, truncation_psi=float(psi))
        assert_close(ws.numpy(), expected[f"w_{psi}"])
        assert_close(G.synthesis(ws, noise_mode="const").numpy(), expected[f"img_{psi}"])


@pytest.mark.parametrize("name", ["rosinality/000100.pt", "torch_save_sg2/whole_old.pt", "stylegan_xl/net.pkl"])
def test_pictures_of_the_command(name, tmp_path):
    options = [f"--network={opened(name)}", "--seeds=0", f"--outdir={tmp_path}"]
    done = CliRunner().invoke(gan.cli.images.command, options)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "seed0000.png").stat().st_size > 100


@pytest.mark.parametrize("name", REFUSED)
def test_files_without_a_network_are_named(name):
    with pytest.raises(gan.UnsupportedNetworkError) as caught:
        gan.load(opened(name))
    for word in REFUSED[name]:
        assert word in caught.value.detail
    assert "trust" not in caught.value.detail


def test_what_was_left_out_or_without_effect_is_said():
    notices = gan.load(opened("projected_gan_d/net.pkl")).info.notices
    assert any("MultiScaleD" in notice and "left out" in notice for notice in notices)
    notices = gan.load(opened("stylegan3_fun_freezem/net.pkl")).info.notices
    assert any("freeze_layers" in notice for notice in notices)
    assert any("freeze_embed" in notice for notice in notices)


@pytest.mark.parametrize("name", ["genforce/model_zoo.pth", "genforce/stylegan2_x_32.pth"])
def test_layouts_without_pictures_are_built_and_marked(name):
    nets = gan.load(opened(name))
    assert nets.info.layout == "genforce StyleGAN2"
    assert any("never compared" in notice for notice in nets.info.notices)
    G = nets.G_ema
    image = G(torch.zeros(1, G.z_dim), noise_mode="const")
    assert image.shape == (1, 3, 32, 32)
    assert torch.isfinite(image).all()


def test_inspect_names_layout_and_guesses():
    done = CliRunner().invoke(gan.cli.networks.inspect.command, [f"--network={opened('torch_save_sg2/state.pt')}"])
    assert done.exit_code == 0, done.output
    assert "state dict of StyleGAN2" in done.stdout
    assert "assumed" in done.stdout
    done = CliRunner().invoke(gan.cli.networks.inspect.command, [f"--network={opened('genforce/model_zoo.pth')}"])
    assert "never compared" in done.stdout


def test_a_discriminator_alone_makes_no_images(tmp_path):
    with pytest.raises(AbsentNetworkError, match="does not hold G_ema but D"):
        gan.load(opened("torch_save_sg2/d_only.pkl"), only=("G_ema",))
    options = [f"--network={opened('torch_save_sg2/d_only.pkl')}", "--seeds=0", f"--outdir={tmp_path}"]
    done = CliRunner().invoke(gan.cli.images.command, options)
    assert done.exit_code == 1
    assert "but D" in done.stderr


def test_the_mean_is_computed_once(monkeypatch):
    first = gan.load(opened("rosinality/000100.pt"), only=("G_ema",)).G_ema.mapping.w_avg
    monkeypatch.setattr("gan.io.mean_of_w._computed", lambda G: pytest.fail("computed again"))
    again = gan.load(opened("rosinality/000100.pt"), only=("G_ema",)).G_ema.mapping.w_avg
    assert torch.equal(first, again)


@pytest.mark.parametrize("name", ["torch_save_sg2/whole.pt", "rosinality/old-format.pt", "stylegan_xl/net.pkl"])
def test_saved_as_ours_and_opened_again(name, tmp_path):
    nets = gan.load(opened(name), only=("G_ema",))
    gan.save(tmp_path / "net.safetensors", nets)
    again = gan.load(tmp_path / "net.safetensors")
    assert again.info.architectures["G_ema"] == nets.info.architectures["G_ema"]
    for key, value in nets.G_ema.state_dict().items():
        assert torch.equal(value, again.G_ema.state_dict()[key])


@pytest.mark.parametrize("case", ["sg3t_64", "sg3r_64", "sg2_resnet_32"])
def test_state_dicts_of_published_networks_draw_the_same(case, tmp_path):
    torch.save(gan.load(fixtures() / case / "net.pkl", only=("G_ema",)).G_ema.state_dict(), tmp_path / "net.pt")
    nets = gan.load(tmp_path / "net.pt")
    family = {"sg3t_64": "StyleGAN3-T", "sg3r_64": "StyleGAN3-R"}.get(case, "StyleGAN2")
    assert nets.info.family == family
    assert not any("filters" in notice for notice in nets.info.notices)
    expected = np.load(fixtures() / case / "expected.npz")
    G = nets.G_ema
    if case == "sg2_resnet_32":  # its layers are limited to 1, which leaves no trace in a state dict
        np.testing.assert_allclose(G.mapping(torch.from_numpy(expected["z"])).numpy(), expected["w"], atol=1e-4)
        return
    images = G(torch.from_numpy(expected["z"]), noise_mode="const").numpy()
    assert_close(images, expected["img_const"])
