"""Networks in the layouts of other programs."""

import pickle
import pickletools

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gan
from gan.cli.main import main
from gan.io.exports import LAYOUTS, save_as
from gan.io.exports.rosinality import generator_names
from gan.io.fingerprint import fingerprint
from gan.networks import build
from tests.fixtures_path import fixtures
from tests.unit.renderer import tiny

SIZES = {"z_dim": 16, "w_dim": 16, "img_resolution": 32, "img_channels": 3, "channel_base": 512, "channel_max": 16}
D_SIZES = {key: value for key, value in SIZES.items() if key not in ("z_dim", "w_dim")}


def networks(c_dim=0, d_arguments=(), **arguments):
    torch.manual_seed(1)
    given = {
        "G_ema": ("stylegan2.Generator", {**SIZES, "c_dim": c_dim, "mapping_kwargs": {"num_layers": 2}, **arguments}),
        "D": ("stylegan2.Discriminator", {**D_SIZES, "c_dim": c_dim, **dict(d_arguments)}),
    }
    given["G"] = given["G_ema"]
    made = {}
    for name, (class_name, options) in given.items():
        made[name] = build(class_name, **options).eval().requires_grad_(False)
        for key, value in made[name].state_dict().items():
            if key.endswith(("bias", "noise_strength", "w_avg")):
                value.add_(torch.randn_like(value) * 0.3)
    info = gan.describe({name: gan.Architecture(*one) for name, one in given.items()})
    return gan.Networks(made["G"], made["D"], made["G_ema"], info)


def assert_same(left, right):
    left, right = left.state_dict(), right.state_dict()
    assert left.keys() == right.keys()
    assert all(torch.equal(value, right[key]) for key, value in left.items())


@pytest.mark.parametrize(
    ("c_dim", "options"),
    [
        (0, {}),
        (5, {"mapping_kwargs": {"num_layers": 2, "embed_features": 7, "layer_features": 9}}),
        (0, {"architecture": "resnet", "conv_clamp": None, "num_fp16_res": 0, "resample_filter": [1, 2, 1]}),
        (0, {"architecture": "orig", "use_noise": False, "activation": "linear", "img_channels": 1}),
    ],
    ids=["plain", "labels", "resnet", "orig"],
)
@torch.no_grad()
def test_official_pickles_come_back_bit_for_bit(c_dim, options, tmp_path):
    shared = {key: value for key, value in options.items() if key in ("img_channels", "conv_clamp", "num_fp16_res")}
    nets = networks(c_dim, shared, **options)
    assert save_as(tmp_path / "net.pkl", nets, "official-pickle") == ()
    again = gan.load(tmp_path / "net.pkl")
    for name in ("G", "D", "G_ema"):
        assert_same(getattr(again, name), getattr(nets, name))
    z, c = torch.randn(4, 16), torch.eye(5)[:4] if c_dim else None
    image = nets.G_ema(z, c, 0.7)
    assert torch.equal(again.G_ema(z, c, 0.7), image)
    assert torch.equal(again.D(image, c), nets.D(image, c))
    assert fingerprint(again.G_ema) == fingerprint(nets.G_ema)


def test_official_pickles_are_data_alone_and_the_standard_unpickler_reads_them(tmp_path):
    nets = networks()
    save_as(tmp_path / "net.pkl", nets, "official-pickle")
    data = (tmp_path / "net.pkl").read_bytes()
    named = {argument for opcode, argument, _ in pickletools.genops(data) if opcode.name == "GLOBAL"}
    numpy_names = {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}
    assert named == {"dnnlib.tflib.network Network", *numpy_names}
    # The published readers put a dictionary of this kind in place of the class.
    stub = type("Stub", (dict,), {})

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            return stub if name == "Network" else super().find_class(module, name)

    with open(tmp_path / "net.pkl", "rb") as file:
        G, D, Gs = Reader(file).load()
    assert [(one.version, one.build_func_name) for one in (G, D, Gs)] == [(5, "G_main"), (5, "D_main"), (5, "G_main")]
    assert list(Gs.components) == ["synthesis", "mapping"]
    const = dict(Gs.components["synthesis"].variables)["4x4/Const/const"]
    assert np.array_equal(const[0], nets.G_ema.synthesis.b4.const.numpy())
    assert dict(Gs.components["synthesis"].variables)["4x4/Conv/noise_strength"].shape == ()


@torch.no_grad()
def test_rosinality_has_the_names_and_the_pictures_of_its_program(tmp_path):
    """Its own file, read by the reverse of the renaming, draws what its program drew."""
    folder = fixtures() / "formats" / "rosinality"
    stored = torch.load(folder / "000100.pt", weights_only=False, map_location="cpu")
    nets = networks()
    save_as(tmp_path / "net.pt", nets, "rosinality")
    written = torch.load(tmp_path / "net.pt", weights_only=True)
    for name in ("g_ema", "g"):
        shapes = {key: tuple(value.shape) for key, value in stored[name].items()}
        assert {key: tuple(value.shape) for key, value in written[name].items()} == shapes
        kernels = [key for key in shapes if key.endswith("kernel")]
        assert all(torch.allclose(written[name][key], stored[name][key]) for key in kernels)
    G = nets.G_ema
    ours = {value.data_ptr(): key for key, value in G.state_dict().items()}
    assert len(ours) == len(G.state_dict())
    marked = {key: torch.full_like(value, float(i)) for i, (key, value) in enumerate(G.state_dict().items())}
    G.load_state_dict(marked)
    names = list(marked)
    for key, value in generator_names(G).items():
        if not key.endswith("kernel"):
            name = names[int(value.flatten()[0])]
            marked[name] = stored["g_ema"][key].reshape(marked[name].shape)
    taps = networks().G_ema.state_dict()
    G.load_state_dict({key: taps[key] if key.endswith("resample_filter") else value for key, value in marked.items()})
    with np.load(folder / "expected.npz") as expected:
        G.mapping.w_avg.copy_(torch.from_numpy(expected["latent_avg"][0]))
        image = G(torch.from_numpy(expected["z"]), None, 0.7)
        torch.testing.assert_close(image, torch.from_numpy(expected["img_0.7"]), rtol=0, atol=1e-3)


def test_state_dicts_hold_the_published_names(tmp_path):
    nets = networks()
    notes = save_as(tmp_path / "net.pth", nets, "state-dict")
    assert "Left out: G and D" in notes[0]
    written = torch.load(tmp_path / "net.pth", weights_only=True)
    assert written.keys() == nets.G_ema.state_dict().keys()
    assert all(torch.equal(value, nets.G_ema.state_dict()[key]) for key, value in written.items())


def refused(layout, message, nets, tmp_path):
    with pytest.raises(ValueError, match=message) as caught:
        save_as(tmp_path / "net.x", nets, layout)
    assert len(str(caught.value)) <= 300
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("layout", "message", "options"),
    [
        ("rosinality", "cannot hold classes", {"c_dim": 5}),
        ("rosinality", "cannot hold rectangles", {"init_res": [6, 4]}),
        ("rosinality", "other architectures than skip", {"architecture": "resnet"}),
        ("rosinality", "layers without noise", {"use_noise": False}),
        ("rosinality", "other resampling filters", {"resample_filter": [1, 1]}),
        ("rosinality", "other than of three channels", {"img_channels": 4}),
        ("rosinality", "another size than w", {"mapping_kwargs": {"layer_features": 5}}),
        ("official-pickle", "cannot hold rectangles", {"init_res": [6, 4]}),
        ("official-pickle", "normalised together", {"c_dim": 3, "mapping_kwargs": {"joint_labels": True}}),
        ("official-pickle", "no product of taps", {"resample_filter": [[1, 0], [0, 1]]}),
    ],
)
def test_what_a_layout_cannot_hold_is_named(layout, message, options, tmp_path):
    nets = networks(**options)
    refused(layout, message, gan.Networks(None, None, nets.G_ema, nets.info), tmp_path)


@pytest.mark.parametrize(
    ("layout", "kind", "message"),
    [
        ("official-pickle", "sg3", "hold StyleGAN3, whose readers run the source text"),
        ("official-pickle", "sg1", "hold StyleGAN1, which"),
        ("rosinality", "sg3", "other than StyleGAN2"),
        ("rosinality", "sg1", "other than StyleGAN2"),
        ("state-dict", "sg1", "which StyleGAN1 does not have"),
    ],
)
def test_other_families_are_named(layout, kind, message, tmp_path):
    info = gan.describe({"G_ema": tiny.ARCHITECTURES[kind]})
    refused(layout, message, gan.Networks(None, None, tiny.network(kind), info), tmp_path)


def test_a_discriminator_that_does_not_fit_is_left_out_by_name(tmp_path):
    nets = networks(0, {"architecture": "skip"})
    (note, _) = save_as(tmp_path / "net.pt", nets, "rosinality")
    assert note == "Left out: D, as rosinality's layout cannot hold other architectures than resnet."
    assert "d" not in torch.load(tmp_path / "net.pt", weights_only=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_command_takes_the_layout_and_its_endings_alone(layout, tmp_path):
    source = tmp_path / "net.safetensors"
    gan.save(source, networks())
    endings = {"official-pickle": ".pkl", "state-dict": ".pth", "rosinality": ".pt"}
    target = tmp_path / f"out{endings[layout]}"
    words = ["convert", f"--network={source}", f"--format={layout}"]
    done = CliRunner().invoke(main, [*words, f"--output={target}"])
    assert done.exit_code == 0, done.output
    assert target.stat().st_size > 1000
    done = CliRunner().invoke(main, [*words, f"--output={tmp_path / 'out.onnx'}"])
    assert done.exit_code == 1
    assert "out.onnx has the ending of onnx: leave --format=" in done.output
    assert f"name an output that ends in {endings[layout]}" in done.output
    assert not (tmp_path / "out.onnx").exists()


def test_a_name_as_long_as_names_can_be(tmp_path):
    source, target = tmp_path / "net.safetensors", tmp_path / ("n" * 251 + ".pkl")
    gan.save(source, networks())
    done = CliRunner().invoke(main, ["convert", f"--network={source}", f"--output={target}"])
    assert done.exit_code == 0, done.output
    assert gan.load(target).G_ema is not None
