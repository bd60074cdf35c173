"""`python -m gan blend`: the file it writes, what the file says of its parents, and errors."""

import shutil

import pytest
import torch
from click.testing import CliRunner

import gan
from foundation.specs.formats import LayerShare, read_layer_share
from foundation.specs.pictures import BlendSpec
from gan.cli.main import main
from gan.cli.networks.blend import chosen_layers, share_text
from gan.edits.averages import average, weights_of
from gan.edits.blend import MAPPING, blended, layers_of, mean_parts
from gan.edits.blend_amounts import hard_cut, ramp, uniform
from gan.images import load_generator, render, styles
from gan.io.fingerprint import fingerprint
from gan.io.parents import read
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files of two related networks, of one with classes, and of a StyleGAN3."""
    folder = tmp_path_factory.mktemp("networks")
    second = tiny.network("sg2")
    with torch.no_grad():
        for p in second.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=torch.Generator().manual_seed(3)))
        second.mapping.w_avg.add_(0.5)
    found = {"a": tiny.save(folder, "sg2", notice="Licence of A."), "cond": tiny.save(folder, "cond")}
    (folder / "b").mkdir()
    found["b"] = tiny.save(folder / "b", "sg2", second, notice="Licence of B.")
    found["sg3"] = tiny.save(folder, "sg3")
    return found


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["blend", *[str(argument) for argument in arguments]])
    assert result.exit_code == code, result.output
    return result.output


def first_and_second(files):
    return [gan.load(files[name], kernels="off").G_ema for name in ("a", "b")]


@pytest.mark.parametrize(
    ("options", "amounts", "mapping"),
    [
        (["--cut=8"], lambda G: hard_cut(G, "8"), 0.0),
        (["--ramp=16:1", "--width=2"], lambda G: ramp(G, "16:1", 2.0), 0.0),
        (["--ramp=8", "--width=0"], lambda G: ramp(G, "8", None), 0.0),
        (["--amount=0.25"], lambda G: uniform(G, 0.25), 0.25),
        (["--amount=1"], lambda G: uniform(G, 1.0), 1.0),
        (["--amount=0.25", "--mapping=1"], lambda G: uniform(G, 0.25), 1.0),
        (["--amount=0.25", "--mapping=first"], lambda G: uniform(G, 0.25), 0.0),
        (["--layer=b4.conv1:0.5", "--layer=b32.torgb:1"], lambda G: {"b4.conv1": 0.5, "b32.torgb": 1.0}, 0.0),
        (["--cut=8", "--layer=b4.const:0.5"], lambda G: {**hard_cut(G, "8"), "b4.const": 0.5}, 0.0),
    ],
)
def test_the_file_is_the_blend(files, tmp_path, options, amounts, mapping):
    out = tmp_path / "blend.safetensors"
    run("--network", files["a"], "--with", files["b"], *options, "--output", out)
    first, second = first_and_second(files)
    wanted = blended(first, [second], {n: ((0, a),) for n, a in {**amounts(first), MAPPING: mapping}.items()})
    found = gan.load(out, kernels="off")
    assert fingerprint(found.G_ema) == fingerprint(wanted)
    assert [parent.name for parent in found.info.parents] == ["sg2.safetensors"] * 2
    assert [parent.fingerprint for parent in found.info.parents] == [fingerprint(first), fingerprint(second)]
    assert found.info.training_set_kwargs["notice"] == "Licence of A. Licence of B."


def test_a_blend_says_what_it_was_made_of(files, tmp_path):
    out = tmp_path / "blend.safetensors"
    printed = run("--network", files["a"], "--with", files["b"], "--cut=16", "--output", out)
    assert ": b32.conv0 to b32.torgb 100 %" in printed
    assert ": mapping to b16.torgb 100 %" in printed
    told = CliRunner().invoke(main, ["inspect", f"--network={out}"]).output
    assert "made from: sg2.safetensors (" in told
    copy = tmp_path / "copy.safetensors"
    assert CliRunner().invoke(main, ["convert", f"--network={out}", f"--output={copy}"]).exit_code == 0
    assert gan.contents(copy).info.parents == gan.contents(out).info.parents


def test_a_saved_blend_draws_the_pictures_of_the_live_one(files, tmp_path):
    out = tmp_path / "blend.safetensors"
    run("--network", files["a"], "--with", files["b"], "--ramp=16", "--output", out)
    first, second = first_and_second(files)
    live = blended(first, [second], {name: ((0, a),) for name, a in ramp(first, "16").items()})
    saved = load_generator(out, "cpu")
    assert (render(live, styles(live, [4], psi=0.7)[0]) == render(saved, styles(saved, [4], psi=0.7)[0])).all()


def test_three_networks(files, tmp_path):
    out = tmp_path / "blend.safetensors"
    run(
        *("--network", files["a"], "--with", files["b"], "--with", files["a"], "--amount=0.5"),
        *("--layer=b4.conv1:1:2", "--mapping=blended", "--output", out),
    )
    first, second = first_and_second(files)
    layers = dict.fromkeys(layers_of(first), ((0, 0.5),)) | {"b4.conv1": ((1, 1.0),)}
    layers[MAPPING] = mean_parts(first, {name: parts for name, parts in layers.items() if name != MAPPING})
    wanted = blended(first, [second, first], layers)
    assert fingerprint(gan.load(out, kernels="off").G_ema) == fingerprint(wanted)
    assert dict(layers[MAPPING])[1] == pytest.approx(1 / 12)


def test_a_mapping_network_with_classes(files, tmp_path):
    out = tmp_path / "blend.safetensors"
    run("--network", files["a"], "--with", files["cond"], "--cut=8", "--mapping=1", "--output", out)
    found = gan.load(out, kernels="off")
    assert found.info.c_dim == 3
    wanted = gan.load(files["cond"], kernels="off").G_ema
    assert all(
        torch.equal(p, q) for p, q in zip(found.G_ema.mapping.parameters(), wanted.mapping.parameters(), strict=True)
    )


@pytest.mark.parametrize(
    ("other", "options", "sentence"),
    [
        ("b", [], "Say what to blend: --cut, --ramp, --amount or --layer."),
        ("b", ["--cut=8", "--amount=1"], "Give one of --cut, --ramp and --amount."),
        ("b", ["--cut=7"], "This network has no layers of 7: choose from 4, 8, 16, 32."),
        ("b", ["--layer=b8.conv0:1:2"], "names network 2, but --with was given 1 times."),
        ("b", ["--layer=b99.conv0:1"], "There is no layer 'b99.conv0'"),
        ("b", ["--layer=b8.conv0:2"], "amounts from 0 to 1"),
        ("b", ["--amount=1", "--mapping=2"], "--mapping must be first, blended, or a number up to 1, not 2."),
        ("cond", ["--amount=0.5"], "it has 3 classes, NETWORK has none; use --mapping=first."),
        ("sg3", ["--amount=0.5", "--mapping=first"], "another kind: StyleGAN3-R, the first is StyleGAN2"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(files, tmp_path, other, options, sentence):
    out = tmp_path / "blend.safetensors"
    result = CliRunner().invoke(
        main, ["blend", f"--network={files['a']}", f"--with={files[other]}", *options, f"--output={out}"]
    )
    assert result.exit_code
    assert sentence in " ".join(result.output.split())
    assert not out.exists()


def test_strangers_are_told(files, tmp_path):
    architecture = tiny.ARCHITECTURES["sg2"]
    torch.manual_seed(9)
    stranger = gan.networks.build(architecture.class_name, **architecture.arguments).eval()
    path = tiny.save(tmp_path, "sg2", stranger)
    printed = run("--network", files["a"], "--with", path, "--amount=0.5", "--output", tmp_path / "o.safetensors")
    assert "hardly correlate" in printed
    printed = run("--network", files["a"], "--with", files["b"], "--amount=0.5", "--output", tmp_path / "o.safetensors")
    assert "hardly correlate" not in printed


def test_averages_of_snapshots(files, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for kimg, name in ((0, "b"), (10, "a"), (14, "b"), (20, "a")):
        shutil.copy(files[name], folder / f"network-snapshot-{kimg:06d}.safetensors")
    out = tmp_path / "average.safetensors"
    printed = run("snapshots", "--network", folder, "--half-life=4", "--first=5", "--output", out)
    first, second = first_and_second(files)
    shares = weights_of([10.0, 14.0, 20.0], 4.0)
    found = gan.load(out, kernels="off")
    wanted = average([(10.0, first), (14.0, second), (20.0, first)], shares)
    assert fingerprint(found.G_ema) == fingerprint(wanted)
    assert [parent.name for parent in found.info.parents] == [
        f"network-snapshot-{kimg:06d}.safetensors" for kimg in (10, 14, 20)
    ]
    assert f"{100 * shares[1]:.4g} %" in printed
    message = run("snapshots", "--network", folder, "--half-life=4", "--first=20", "--output", out, code=1)
    assert "needs two snapshots or more; the folder's are at (kimg) 0, 10, 14, 20." in " ".join(message.split())


def test_the_texts_of_layer_shares():
    for text in ("b8.conv0:0.5", "L3_36_512:1.0:2"):
        assert str(read_layer_share(text)) == text
    assert read_layer_share("b4.const:1") == LayerShare("b4.const", 1.0)
    for wrong in ("b4.const", "b4.const:-1", "b4.const:nan", "b4:1:x"):
        with pytest.raises(ValueError, match="expected LAYER:AMOUNT"):
            read_layer_share(wrong)
    assert share_text({"a": 0.0}) == "nothing"


def test_what_a_file_says_of_its_parents_is_checked():
    assert read("x") == ()
    assert read([{"name": 3}, 5]) == ()
    (parent,) = read([{"name": "a\x1b[0m", "fingerprint": "f", "share": "all"}])
    assert "\x1b" not in parent.name
    assert parent.licence == ""


def test_layers_go_before_the_rest(files):
    first, second = first_and_second(files)
    spec = BlendSpec(network="a", others=("b",), output="o", cut="8", layers=(LayerShare("b32.torgb", 0.5),))
    assert chosen_layers(spec, first, [second])["b32.torgb"] == ((0, 0.5),)
