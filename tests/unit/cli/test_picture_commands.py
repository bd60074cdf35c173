"""The commands for images, films, figures and files: their output and their errors."""

import json

import click
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import gan
from gan.animation.film import read_metadata
from gan.animation.seed_films import frames, keyframe_seeds
from gan.animation.walks import evenly
from gan.cli.main import main
from gan.cli.progress import progress, report_as_json
from gan.edits.directions import Direction, apply
from gan.figures import mixing_figure, noise_variation_figure, truncation_figure
from gan.images import RenderOptions, load_generator, render, styles
from gan.io.fingerprint import fingerprint
from gan.networks import build

SIZES = {"z_dim": 6, "w_dim": 8, "img_resolution": 16, "img_channels": 3, "channel_base": 64, "channel_max": 8}
ARCHITECTURES = {
    "plain": ("stylegan2.Generator", {"c_dim": 0, **SIZES}),
    "classes": ("stylegan2.Generator", {"c_dim": 3, **SIZES}),
    "moving": ("stylegan3.Generator", {"c_dim": 0, "num_layers": 6, **SIZES}),
}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Makes the file of a network."""
    folder = tmp_path_factory.mktemp("networks")

    def make(name):
        path = folder / f"{name}.safetensors"
        if not path.exists():
            class_name, arguments = ARCHITECTURES[name]
            torch.manual_seed(1)
            G = build(class_name, **arguments).eval()
            for key, value in G.named_parameters():
                if key.endswith("noise_strength"):
                    value.data.fill_(0.5)
            G.mapping.w_avg.normal_()
            info = gan.describe({"G_ema": gan.Architecture(class_name, arguments)})
            gan.save(path, gan.Networks(None, None, G, info))
        return path

    return make


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def pixels(path):
    with Image.open(path) as image:
        return np.array(image)


def test_images_are_the_librarys_own(network, tmp_path):
    path = network("plain")
    run("images", "--network", path, "--seeds=0,2-3", "--trunc=0.7", "--noise-mode=none", "--outdir", tmp_path / "o")
    assert sorted(file.name for file in (tmp_path / "o").iterdir()) == ["seed0000.png", "seed0002.png", "seed0003.png"]
    G = load_generator(path, "cpu")
    ws = styles(G, [0, 2, 3], psi=0.7)
    assert np.array_equal(pixels(tmp_path / "o" / "seed0002.png"), render(G, ws[1], RenderOptions(noise_mode="none")))
    assert "trunc         0.7" in read_metadata(tmp_path / "o" / "seed0002.png")["Comment"]


def test_images_of_classes(network, tmp_path):
    path = network("classes")
    run("images", "--network", path, "--seeds=5", "--outdir", tmp_path / "own")
    run("images", "--network", path, "--seeds=5", "--class=2", "--outdir", tmp_path / "chosen")
    G = load_generator(path, "cpu")
    assert np.array_equal(pixels(tmp_path / "own" / "seed0005.png"), render(G, styles(G, [5])[0]))
    assert np.array_equal(pixels(tmp_path / "chosen" / "seed0005.png"), render(G, styles(G, [5], label=2)[0]))
    output = run("images", "--network", network("plain"), "--seeds=5", "--class=2", "--outdir", tmp_path / "none")
    assert "no classes, so --class or --condition is ignored" in output


def test_images_that_move(network, tmp_path):
    path = network("moving")
    run("images", "--network", path, "--seeds=1", "--translate=0.1,-0.2", "--rotate=20", "--outdir", tmp_path)
    G = load_generator(path, "cpu")
    wanted = render(G, styles(G, [1])[0], RenderOptions(translate=(0.1, -0.2), rotate=20))
    assert np.array_equal(pixels(tmp_path / "seed0001.png"), wanted)


def test_images_along_directions_as_by_hand_with_numpy(network, tmp_path):
    path = network("plain")
    age = np.random.RandomState(0).randn(8)
    smile = np.random.RandomState(1).randn(6, 8)
    np.save(tmp_path / "age.npy", age)
    np.save(tmp_path / "smile.npy", smile)
    given = ["--direction", f"{tmp_path}/age.npy:1.5", "--direction", f"{tmp_path}/smile.npy:-2:0-1,4"]
    run("images", "--network", path, "--seeds=1", "--trunc=0.5", *given, "--outdir", tmp_path / "o")
    G = load_generator(path, "cpu")
    ws = styles(G, [1], psi=0.5)[0].numpy().astype(np.float32)
    ws = ws + np.float32(1.5) * age.astype(np.float32)
    ws[[0, 1, 4]] += np.float32(-2) * smile.astype(np.float32)[[0, 1, 4]]
    assert np.array_equal(pixels(tmp_path / "o" / "seed0001.png"), render(G, torch.from_numpy(ws)))
    run("images", "--network", path, "--seeds=1", "--direction", f"{tmp_path}/age.npy:1:all", "--outdir", tmp_path)
    everywhere = apply(styles(G, [1])[0], [Direction(age.astype(np.float32), 1.0, tuple(range(6)))])
    assert np.array_equal(pixels(tmp_path / "seed0001.png"), render(G, everywhere))


def test_images_of_latents(network, tmp_path):
    path = network("plain")
    G = load_generator(path, "cpu")
    ws = styles(G, [7, 8])
    np.savez(tmp_path / "projected_w.npz", w=ws.numpy())
    run("images", "--network", path, f"--projected-w={tmp_path}/projected_w.npz", "--outdir", tmp_path / "o")
    assert sorted(file.name for file in (tmp_path / "o").iterdir()) == ["proj00.png", "proj01.png"]
    assert np.array_equal(pixels(tmp_path / "o" / "proj01.png"), render(G, ws[1]))


def test_video(network, tmp_path):
    path = network("plain")
    output = run(
        *("video", "--network", path, "--seeds=0-5", "--grid=2x1", "--shuffle-seed=1", "--w-frames=4"),
        *("--trunc=0.7", "--interpolation=slerp", "--output", tmp_path / "frames"),
    )
    assert "12 frames, 0.2 s" in output
    G = load_generator(path, "cpu")
    walks = [
        evenly(styles(G, seeds, psi=0.7), G.mapping.w_avg, interpolation="slerp")
        for seeds in keyframe_seeds(range(6), 2, shuffle_seed=1)
    ]
    for i, wanted in enumerate(frames(G, walks, 2, [i / 4 for i in range(12)])):
        assert np.array_equal(pixels(tmp_path / "frames" / f"frame{i:05d}.png"), wanted)
    run("video", "--network", path, "--seeds=0,1", "--w-frames=3", "--keep-norm=1", f"--output={tmp_path}/film.mp4")
    assert "keep-norm      1" in read_metadata(tmp_path / "film.mp4")["Comment"]


def test_figures(network, tmp_path):
    path = network("plain")
    G = load_generator(path, "cpu")
    run("style-mixing", "--network", path, "--rows=1,2", "--cols=3", "--styles=0-2", "--outdir", tmp_path / "m")
    figure = mixing_figure(G, (1, 2), (3,), (0, 1, 2))
    assert np.array_equal(pixels(tmp_path / "m" / "grid.png"), figure.grid)
    assert np.array_equal(pixels(tmp_path / "m" / "2-3.png"), figure.images["2-3"])
    run("truncation-figure", "--network", path, "--seeds=1", "--trunc=1,0,-1", "--outdir", tmp_path / "t")
    assert np.array_equal(pixels(tmp_path / "t" / "grid.png"), truncation_figure(G, [1], (1.0, 0.0, -1.0)).grid)
    run("noise-figures", "--network", path, "--seeds=1", "--realisations=3", "--outdir", tmp_path / "n")
    figure = noise_variation_figure(G, [1], realisations=3)
    assert np.array_equal(pixels(tmp_path / "n" / "variation.png"), figure.grid)
    assert (tmp_path / "n" / "bands.png").exists()


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ("images --seeds=1-3 --class=1 --outdir={o}", 3),
        ("video --seeds=0,1 --w-frames=3 --output={o}", 6),
        ("style-mixing --rows=1,2 --cols=3 --styles=0 --outdir={o}", 5),
        ("truncation-figure --seeds=1 --trunc=1,0 --outdir={o}", 2),
        ("noise-figures --seeds=1,2 --realisations=3 --outdir={o}", 2 * 4 + 2 * 3),
    ],
)
def test_json_tells_how_far_it_is_and_nothing_else(network, tmp_path, line, total):
    arguments = line.format(o=tmp_path / "o").split()
    result = CliRunner().invoke(main, [*arguments, f"--network={network('plain')}", "--json"])
    assert result.exit_code == 0, result.output
    told = [json.loads(one) for one in result.stdout.splitlines()]
    assert told == [{"done": done, "total": total} for done in range(1, total + 1)]
    assert "network" in result.stderr


def test_what_comes_before_the_work_is_not_told_as_its_progress():
    @click.command()
    def work():
        report_as_json()
        with progress("Download (bytes)", own=False) as report:
            report(10, 20)
        with progress("Pictures") as report:
            report(1, 2)

    assert CliRunner().invoke(work).stdout == '{"done": 1, "total": 2}\n'


def test_convert(network, tmp_path):
    path = network("moving")
    run("convert", "--network", path, "--output", tmp_path / "copy.safetensors")
    before, after = gan.load(path).G_ema.state_dict(), gan.load(tmp_path / "copy.safetensors").G_ema.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    for words in (["--format=torchscript"], []):
        run("convert", "--network", network("plain"), *words, "--output", tmp_path / "g.pt")
        assert (tmp_path / "g.pt").stat().st_size > 1000
        (tmp_path / "g.pt").unlink()


def test_inspect(network, monkeypatch):
    path = network("classes")
    parameters = sum(value.numel() for value in gan.load(path).G_ema.parameters())
    monkeypatch.setattr(gan.networks, "build", None)
    output = run("inspect", "--network", path)
    assert "StyleGAN2, 16x16, 3 channels, 3 classes" in output
    assert f"G_ema: stylegan2.Generator, {parameters:,} parameters" in output
    assert "channel_max: 8" in output
    assert "weight[8,8,3,3]" in output
    assert "synthesis.b8.conv1" in output


def test_inspect_tells_the_file_from_the_network(network, tmp_path):
    path = network("plain")
    nets = gan.load(path)
    gan.save(
        tmp_path / "both.safetensors",
        gan.Networks(
            nets.G_ema, None, nets.G_ema, gan.describe(dict.fromkeys(("G", "G_ema"), nets.info.architectures["G_ema"]))
        ),
    )
    both = gan.load(tmp_path / "both.safetensors")
    assert both.info.sha256 != nets.info.sha256
    outputs = [run("inspect", "--network", file) for file in (path, tmp_path / "both.safetensors")]
    for info, output in zip((nets.info, both.info), outputs, strict=True):
        assert f"sha256 of the file: {info.sha256}" in output
        assert f"fingerprint of the generator: {fingerprint(nets.G_ema)}" in output


@pytest.fixture
def wrong(network, tmp_path):
    """Values for the placeholders in wrong command lines."""
    np.save(tmp_path / "short.npy", np.zeros(7))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "text.npy").write_text("hello")
    names = {name: network(name) for name in ARCHITECTURES}
    return {**names, "tmp": tmp_path, "o": f"--outdir={tmp_path}/out", "f": f"--output={tmp_path}/out"}


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("images --network={plain} --seeds=x {o}", 2, "expected whole numbers and ranges"),
        ("images --network={plain} {o}", 1, "Give either --seeds or --projected-w"),
        ("images --network={plain} --seeds=1 --noise-mode=loud {o}", 2, "'loud' is not one of"),
        ("images --network={plain} --seeds=1 --nonsense=1 {o}", 2, "No such option"),
        ("images --seeds=1 {o}", 2, "network must be given"),
        ("images --network={tmp}/none.pkl --seeds=1 {o}", 1, "There is no such file or folder"),
        ("images --network={tmp}/text.npy --seeds=1 {o}", 1, "text.npy"),
        ("images --network={plain} --seeds=1 --translate=0.5,0 {o}", 1, "This network has no input to move"),
        ("images --network={plain} --seeds=1 --device=abacus {o}", 1, "no device called 'abacus'"),
        ("images --network={classes} --seeds=1 --class=3 {o}", 1, "There is no class 3"),
        ("images --network={plain} --seeds=1 --direction={tmp}/short.npy {o}", 2, "expected FILE[@NAME]:STRENGTH"),
        ("images --network={plain} --seeds=1 --direction={tmp}/none.npy:1 {o}", 1, "No such file"),
        ("images --network={plain} --seeds=1 --direction={tmp}/short.npy:1 {o}", 1, "needs [8] or [6, 8]"),
        ("images --network={plain} --seeds=1 --direction={tmp}/text.npy:1 {o}", 1, "is no numpy file"),
        ("images --network={plain} --seeds=1 --direction={tmp}/objects.npy:1 {o}", 1, "Python objects"),
        ("images --network={plain} --projected-w={tmp}/short.npy {o}", 1, "latents have [6, 8] or [8]"),
        ("images --network={plain} --seeds=1 --outdir={tmp}/text.npy/x", 1, "cannot be read or written"),
        ("video --network={plain} --seeds=0-2 --grid=2x1 {f}", 1, "3 seeds cannot be shared out evenly"),
        ("video --network={plain} --seeds=0-2 --output={tmp}/a.avi", 1, "a.avi is none of these"),
        ("video --network={plain} --seeds=0-2 --w-frames=0 {f}", 2, "w-frames must be at least 1"),
        ("style-mixing --network={plain} --rows=1 --cols=2 {o}", 1, "no layer 6 to mix"),
        ("noise-figures --network={moving} --seeds=1 {o}", 1, "has no noise inputs"),
        ("truncation-figure --network={plain} --seeds=1 --trunc=a {o}", 2, "expected numbers"),
        ("convert --network={plain} --format=onyx {f}", 2, "'onyx' is not one of"),
        ("convert --network={tmp}/none.pkl {f}.onnx", 1, "There is no such file or folder"),
        (
            "convert --network={plain} {f}.xyz",
            2,
            "must end in .safetensors, .pt, .ts, .torchscript, .onnx, .pkl or .pth, not",
        ),
        ("convert --network={plain} {f}", 2, "must end in .safetensors"),
        ("convert --network={plain} --format=onnx {f}.safetensors", 1, "has the ending of safetensors: leave --format"),
        ("spectra calc --source={plain} --num=1 --mean=0 --std=1 --dest={tmp}/out.png", 2, "must end in .npz, not"),
        ("metrics train-classifiers --data={tmp} --outfile={tmp}/out.pkl", 2, "must end in .safetensors, not"),
        ("inspect --network={tmp}/none.pkl", 1, "There is no such file or folder"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(wrong, line, status, says):
    result = CliRunner().invoke(main, line.format(**wrong).split())
    assert result.exit_code == status, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    assert result.output.strip().splitlines()[-1].startswith("Error: ")
    assert not list(wrong["tmp"].glob("out*"))


def test_dry_run_opens_nothing(tmp_path):
    output = run("images", "--network=none.pkl", "--seeds=1", "--outdir", tmp_path / "out", "-n")
    assert "network       none.pkl" in output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["images", "--seeds=4", "--trunc=0.5"], "seed0004.png"),
        (["style-mixing", "--rows=4", "--cols=5", "--styles=0", "--trunc=0.5"], "4-4.png"),
        (["truncation-figure", "--seeds=4", "--trunc=0.5"], "seed0004-psi0.5.png"),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_truncation_is_cut_off_where_it_is_asked_to(network, tmp_path, words, name):
    path = network("plain")
    G = load_generator(path, "cpu")
    for cutoff in (2, G.num_ws):
        run(*words, "--network", path, f"--trunc-cutoff={cutoff}", "--outdir", tmp_path / str(cutoff))
        ws = styles(G, [4])[0]
        ws[:cutoff] = G.mapping.w_avg + 0.5 * (ws[:cutoff] - G.mapping.w_avg)
        assert np.abs(pixels(tmp_path / str(cutoff) / name).astype(int) - render(G, ws)).max() <= 1
    run(*words, "--network", path, "--outdir", tmp_path / "all")
    assert (tmp_path / "all" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()
    assert np.array_equal(pixels(tmp_path / "all" / name), pixels(tmp_path / str(G.num_ws) / name))


def test_style_mixing_has_noise_as_images_do(network, tmp_path):
    words = ["style-mixing", "--network", network("plain"), "--rows=1", "--cols=2", "--styles=0"]
    for mode in ("const", "random", "none"):
        run(*words, f"--noise-mode={mode}", "--outdir", tmp_path / mode)
    G = load_generator(network("plain"), "cpu")
    wanted = render(G, styles(G, [1])[0], RenderOptions(noise_mode="none"))
    assert np.array_equal(pixels(tmp_path / "none" / "1-1.png"), wanted)
    shown = {(tmp_path / mode / "1-1.png").read_bytes() for mode in ("const", "random", "none")}
    assert len({pixels(tmp_path / mode / "1-1.png").tobytes() for mode in ("const", "random", "none")}) == len(shown)
    assert not np.array_equal(pixels(tmp_path / "random" / "1-1.png"), wanted)


def test_half_precision_can_be_added_by_conversion(network, tmp_path):
    path = network("plain")
    run("convert", "--network", path, "--output", tmp_path / "half.safetensors", "--force-fp16=1")
    before, after = gan.load(path), gan.load(tmp_path / "half.safetensors")
    for key, value in before.G_ema.state_dict().items():
        assert torch.equal(after.G_ema.state_dict()[key], value), key
    arguments = after.info.architectures["G_ema"].arguments
    assert (arguments["num_fp16_res"], arguments["conv_clamp"]) == (4, 256)
    assert before.info.architectures["G_ema"].arguments.get("num_fp16_res", 0) == 0
    ws = styles(before.G_ema, [1])
    single, half = (nets.G_ema.synthesis(ws, force_fp32=True, noise_mode="const") for nets in (before, after))
    torch.testing.assert_close(half, single, rtol=0, atol=1e-4)
    refused = CliRunner().invoke(main, ["convert", f"--network={path}", f"--output={tmp_path}/a.pt", "--force-fp16=1"])
    assert refused.exit_code == 1
    assert "--force-fp16 is for networks" in refused.output
