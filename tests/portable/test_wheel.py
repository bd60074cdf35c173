"""The wheel, installed apart from the checkout and used from an empty folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

import stylescope
from tests.fixtures_path import ROOT
from tests.portable.packed import packed
from tests.soak import ON

HERE = Path(__file__).parent
LARGEST = 12 << 20
"""Bytes of the wheel: the program with its networks."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is installed in, without what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in packed():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    flags = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *flags, "--no-build-isolation", "-w", folder, source], check=True)
    (wheel,) = folder.glob("*.whl")
    assert wheel.stat().st_size < LARGEST
    subprocess.run([*pip, "install", *flags, "--target", folder / "site", wheel], check=True)
    return folder / "site"


class Elsewhere:
    """An empty folder to run the installed command in."""

    def __init__(self, installed: Path, folder: Path) -> None:
        self.folder, self._notes = folder / "empty", folder / "opened.txt"
        self.folder.mkdir()
        self._variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "STYLESCOPE_"))},
            "PYTHONPATH": os.pathsep.join([str(HERE / "watch"), str(installed)]),
            "STYLESCOPE_WATCHED": str(ROOT),
            "STYLESCOPE_WATCHED_NOTES": str(self._notes),
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "home" / "share"),
            "OMP_NUM_THREADS": "1",
        }

    def stylescope(self, *arguments: str, ends: int = 0) -> str:
        """Run the command. Returns what it printed; nothing of the checkout was opened."""
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "stylescope", *arguments],
            cwd=self.folder, env=self._variables, capture_output=True, text=True, check=False, timeout=500,
        )  # fmt: skip
        assert ended.returncode == ends, ended.stderr[-3000:]
        opened = self._notes.read_text().splitlines() if self._notes.exists() else []
        opened = [path for path in opened if not path.startswith(str(HERE / "watch"))]
        assert not opened
        return ended.stdout + ended.stderr


@pytest.fixture
def elsewhere(installed: Path, tmp_path: Path) -> Elsewhere:
    return Elsewhere(installed, tmp_path)


def test_commands_work(elsewhere: Elsewhere, installed: Path):
    assert "StyleScope, version 0.1.0" in elsewhere.stylescope("--version")
    listed = elsewhere.stylescope("--help")
    for name in ("window", "train", "images", "film", "runs", "install-desktop"):
        assert f"  {name} " in listed
    (demo,) = installed.rglob("demo.safetensors")
    assert "32" in elsewhere.stylescope("inspect", f"--network={demo}")
    elsewhere.stylescope("images", f"--network={demo}", "--seeds=0", "--outdir=out")
    with Image.open(elsewhere.folder / "out" / "seed0000.png") as image:
        assert image.size == (32, 32)


def test_a_training_of_one_tick(elsewhere: Elsewhere):
    pictures = elsewhere.folder / "pictures"
    pictures.mkdir()
    for seed in range(8):
        content = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(content).save(pictures / f"{seed}.png")
    elsewhere.stylescope(
        "train", "--outdir=runs", "--cfg=stylegan2", "--data=pictures", "--gpus=1", "--batch=20", "--gamma=1",
        "--cbase=32", "--cmax=4", "--zdim=4", "--wdim=4", "--map-depth=1", "--mbstd-group=2", "--workers=0",
        "--kimg=1", "--tick=1", "--snap=1", "--metrics=none", "--device=cpu",
    )  # fmt: skip
    (run,) = (elsewhere.folder / "runs").iterdir()
    assert (run / "network-snapshot-000001.safetensors").is_file()
    assert run.name in elsewhere.stylescope("runs", "list", "--outdir=runs")


def test_the_desktop_entry_starts_this_installation(elsewhere: Elsewhere):
    share = Path(elsewhere.folder.parent, "home", "share")
    elsewhere.stylescope("install-desktop")
    entry = (share / "applications" / "stylescope.desktop").read_text()
    (picture,) = share.rglob("stylescope.png")
    assert f"\nIcon={picture}\n" in entry
    with Image.open(picture) as image:
        assert image.size == (256, 256)
    assert '\nExec="' in entry
    elsewhere.stylescope("install-desktop", "--remove")
    assert not list(share.rglob("stylescope.*"))


@pytest.mark.skipif(not ON, reason="the tour takes minutes; the window's tests open it")
@pytest.mark.soak
def test_the_tour(elsewhere: Elsewhere):
    elsewhere.stylescope("--tour", "tour")
    assert len(list((elsewhere.folder / "tour").glob("*.png"))) > 20


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        ([], ["window"]),
        (["./train"], ["window", "./train"]),
        (["--tour=there"], ["window", "--tour=there"]),
        (["train", "--help"], ["train", "--help"]),
        (["runs", "list"], ["runs", "list"]),
    ],
)
def test_arguments_without_a_command_are_those_of_the_window(arguments: list[str], taken: list[str]):
    parsed: list[list[str]] = []

    class Group(click.Group):
        def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
            parsed.append(args)
            return args

    class Front(type(stylescope.main), Group):  # type: ignore[misc]
        pass

    Front("stylescope").make_context("stylescope", list(arguments))
    assert parsed == [taken]


def test_the_window_opens_without_the_library():
    code = (
        "import sys, stylescope; stylescope.main.make_context('stylescope', ['net.pkl']); print('gan' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr
