"""Failures are reported in one sentence, and nothing that was saved is lost."""

import contextlib
import json
import re
import shutil
import subprocess
import zipfile
from io import BytesIO

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import gan
from gan.cli.main import main
from gan.training.run import checkpoint
from tests.integration.training.commands import arguments
from tests.unit.training.tiny import OPTIONS, dataset


def train(out, data, **options):
    given = {"outdir": out, "data": data, **OPTIONS, "batch": 8, "kimg": 1, "tick": 0.2, "workers": 0, **options}
    result = CliRunner().invoke(main, ["train", *arguments(**given)])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def png(size=(8, 8), mode="RGB"):
    stream = BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def archive(path, files):
    with zipfile.ZipFile(path, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    return path


BROKEN = {
    "truncated PNG": ({"a.png": png(), "b.png": png()[:90]}, r"b\.png is damaged"),
    "wrong size": ({"a.png": png(), "b.png": png((16, 16))}, r"b\.png is 16x16 .* first picture is 8x8"),
    "grey among colour": ({"a.png": png(), "b.png": png(mode="L")}, r"b\.png is 8x8 with 1 channel"),
    "nothing": ({"notes.txt": b"none"}, "holds no pictures"),
    "not square": ({"a.png": png((8, 16))}, "must be square"),
    "labels for other files": (
        {"a.png": png(), "dataset.json": json.dumps({"labels": [["gone.png", 1]]})},
        r"no label for a\.png",
    ),
    "no labels": ({"a.png": png()}, "no labels"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_datasets(tmp_path, name):
    files, says = BROKEN[name]
    cond = 1 if "labels" in name else 0
    status, output = train(tmp_path / "runs", archive(tmp_path / "data.zip", files), cond=cond)
    assert status == 1
    last = output.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert re.search(says, last)
    for folder in (tmp_path / "runs").glob("*"):  # what shows only on the way is in the status too
        content = json.loads((folder / "status.json").read_text())
        assert content["state"] == "failed"
        assert re.search(says, content["error"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"data": "/nowhere.zip"}, "There is no dataset at /nowhere.zip"),
        ({"batch": 7}, "must be a multiple of --mbstd-group=2"),
        ({"resume": "/nowhere.pkl"}, "no such file"),
        ({"device": "cuda:77"}, "cuda:77"),
        ({"metrics": ("fud5k",)}, "fud5k"),
    ],
)
def test_options_that_cannot_be(tmp_path, options, says):
    data = options.pop("data", None) or dataset(tmp_path / "images.zip")
    status, output = train(tmp_path / "runs", data, **options)
    assert status == 1
    assert says in output.strip().splitlines()[-1]


def test_a_dry_run_makes_nothing(tmp_path):
    data = dataset(tmp_path / "images.zip")
    given = {"outdir": tmp_path / "runs", "data": data, **OPTIONS}
    result = CliRunner().invoke(main, ["train", *arguments(**given), "-n"])
    assert result.exit_code == 0
    assert "cbase" in result.output
    assert not (tmp_path / "runs").exists()


@pytest.fixture
def small_disk(tmp_path):
    """Return a file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system can be made here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def assert_first_snapshot_is_there(folder):
    assert json.loads((folder / "status.json").read_text())["state"] == "failed"
    assert gan.load(folder).G_ema is not None
    assert checkpoint.load_state(folder)["nimg"] == 0


def test_a_full_disk_costs_no_earlier_snapshot(tmp_path, small_disk):
    data = dataset(tmp_path / "images.zip")
    status, output = train(small_disk, data, kimg=0)
    assert status == 0, output
    (folder,) = small_disk.iterdir()
    with contextlib.suppress(OSError):  # all but a little of the disk is taken
        (small_disk / "other").write_bytes(bytes(shutil.disk_usage(small_disk).free - 20_000))
    result = CliRunner().invoke(main, ["train", f"--resume={folder}", "--kimg=1"])
    assert result.exit_code == 1
    last = result.output.strip().splitlines()[-1]
    assert "could not be written (" in last
    assert "No space left on device" in last
    assert "make room on the disk" in last
    assert_first_snapshot_is_there(folder)
    assert not list(folder.glob("*.part"))


def test_a_state_that_cannot_be_written_costs_no_earlier_snapshot(tmp_path, monkeypatch):
    data = dataset(tmp_path / "images.zip")
    saved = []

    def full(state, path):
        if saved:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        saved.append(path)
        save(state, path)

    save = torch.save
    monkeypatch.setattr(torch, "save", full)
    status, output = train(tmp_path / "runs", data)
    assert status == 1
    (folder,) = (tmp_path / "runs").iterdir()
    assert "training-state.pt could not be written (No space left on device): make room" in output
    assert_first_snapshot_is_there(folder)


def test_states_that_cannot_be_read_are_told(tmp_path):
    data = dataset(tmp_path / "images.zip")
    status, output = train(tmp_path / "runs", data, kimg=0)
    assert status == 0, output
    (folder,) = (tmp_path / "runs").iterdir()
    (folder / "stats.jsonl").write_text("{}\n")  # as of a run that has shown images, and would lose them
    state = folder / "training-state.pt"
    whole = state.read_bytes()
    half = whole[: len(whole) // 2]
    read = torch.load(state, weights_only=True)
    foreign = BytesIO()
    torch.save({**read, "networks": {"G": {}, "nobody": {}}}, foreign)
    other = foreign.getvalue()
    cases = ((half, "is damaged"), (b"", "is damaged"), (other, "of another run"), (None, "has no training-state"))
    for content, says in cases:
        state.unlink(missing_ok=True)
        if content is not None:
            state.write_bytes(content)
        result = CliRunner().invoke(main, ["train", f"--resume={folder}"])
        assert result.exit_code == 1
        assert says in result.output.strip().splitlines()[-1]
    shutil.rmtree(folder)
