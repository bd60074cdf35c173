"""The real programs for a user whose name has blanks and letters of other scripts, with the rules of Windows for files.

Everything lies in folders of such names: home, settings, cache, datasets, runs, networks and photos.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from PIL import Image

from tests.fixtures_path import ROOT
from tests.portable.test_as_on_windows import on_windows
from tests.unit.renderer import tiny

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the stand-in looks into /proc")

USER, FILES = "Jürgen Müller-O'Brien 山田", "Größe & Maß 生成 #1"
TRAINING = [
    *("--cfg=stylegan2", "--gpus=1", "--batch=20", "--gamma=1", "--cbase=32", "--cmax=4", "--zdim=4", "--wdim=4"),
    *("--map-depth=1", "--mbstd-group=2", "--workers=0", "--metrics=none", "--device=cpu"),
    *("--kimg=1", "--tick=0.4", "--snap=1"),
]
LONGEST = 259
"""Characters of a path on Windows."""


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of a user, with a folder of files. The folder of a test's files may be too long already."""
    with TemporaryDirectory(prefix="s") as folder:
        (Path(folder) / USER / FILES).mkdir(parents=True)
        yield Path(folder) / USER


def gan(*words: str, home: Path, ends: int = 0) -> str:
    """Run a command. Returns what it printed."""
    ended = on_windows("-m", "gan", *words, folder=home)
    said = ended.stdout + ended.stderr
    assert ended.returncode == ends, said[-3000:]
    assert "Traceback" not in said
    return said


def picture(path: Path, size: tuple[int, int] = (8, 8)) -> str:
    pixels = np.random.RandomState(len(path.name)).randint(0, 256, (*size, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return str(path)


def test_a_dataset_a_training_and_pictures(home: Path):
    source, runs = home / FILES / "Bilder ä 写真", home / FILES / "Läufe 走る"
    source.mkdir()
    for i in range(12):
        picture(source / f"Größe {'ü' * i} 一.png")
    data = home / FILES / "Datensatz ö 一.zip"
    gan("dataset", f"--source={source}", f"--dest={data}", home=home)
    gan("train", f"--outdir={runs}", f"--data={data}", *TRAINING, home=home)
    (run,) = runs.iterdir()
    ticks = [json.loads(line) for line in (run / "stats.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(ticks) >= 2
    written = home / FILES / "Aus gabe 出力"
    gan("images", f"--network={run}", "--seeds=1", f"--outdir={written}", "--device=cpu", home=home)
    (drawn,) = written.glob("*.png")
    with Image.open(drawn) as image:
        assert image.size == (8, 8)


def test_a_fit_of_a_photo(home: Path):
    network = home / FILES / "Netz ß 網.safetensors"
    Path(tiny.save(home / FILES, "sg2")).rename(network)
    photo, outdir = picture(home / FILES / "Foto é 人.png", (40, 40)), home / FILES / "Anpassung ñ"
    options = ["--num-steps=2", "--save-video=false", "--device=cpu"]
    gan("project", f"--network={network}", f"--target={photo}", f"--outdir={outdir}", *options, home=home)
    assert np.isfinite(np.load(outdir / "projected_w.npz")["w"]).all()


def test_a_path_that_is_too_long_is_a_sentence(home: Path):
    network = str(tiny.save(home / FILES, "sg2"))
    outdir = home / FILES / "/".join(["Ordner äöü 長い名前 " + "x" * 60] * 4)
    assert len(str(outdir)) > LONGEST
    said = gan("images", f"--network={network}", "--seeds=1", f"--outdir={outdir}", home=home, ends=1)
    assert said.strip().splitlines()[-1].startswith("Error: ")


WINDOW = """
import sys
from pathlib import Path
import visualizer
from dataclasses import replace

network, written = sys.argv[1], Path(sys.argv[2])
state = {"asked": False, "frames": 0}

def watch(app, params):
    from imgui_bundle import hello_imgui
    from viz.files.actions import SavePicture

    draw = params.callbacks.before_swap

    def drawn():
        draw()
        hello_imgui.request_refresh()
        state["frames"] += 1
        if app.link.failure is not None:
            raise SystemExit(app.link.failure.message)
        if app.up_to_date and app.link.frame is not None and not state["asked"]:
            state["asked"] = True
            app.change(lambda scene: scene.request(SavePicture()))
        if state["asked"] and any(written.glob("*.png")) and any("Saved" in one.text for one in app.messages):
            hello_imgui.get_runner_params().app_shall_exit = True

    params.callbacks.before_swap = drawn

if __name__ == "__main__":
    visualizer.open_window(network, {"capture_dir": str(written)}, watch=watch, welcome=False)
    print("closed")
"""


@pytest.mark.window
def test_the_window_draws_saves_and_keeps_its_work(home: Path):
    network = home / FILES / "Netz ß 網.safetensors"
    Path(tiny.save(home / FILES, "sg2")).rename(network)
    program, written = home / FILES / "öffnen 開く.py", home / FILES / "Bilder ü"
    program.write_text(WINDOW, encoding="utf-8")
    written.mkdir()
    for _ in range(2):  # the second time with the settings and the session that the first one kept
        for old in written.iterdir():
            old.unlink()
        ended = on_windows(str(program), str(network), str(written), folder=home)
        assert ended.returncode == 0, ended.stderr[-3000:]
        assert "closed" in ended.stdout
        (saved,) = written.glob("*.png")
        with Image.open(saved) as image:
            assert image.size == (32, 32)
    kept = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"settings.yaml", "layout.ini"} <= kept


def test_every_text_file_of_ours_says_its_encoding():
    """Windows has a default of its own, which lacks the letters of other scripts."""
    folders = ("foundation", "gan", "renderer", "training_launcher", "viz", "visualizer.py", "stylescope.py")
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--preview", "--select=PLW1514", "--output-format=concise", *folders],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
