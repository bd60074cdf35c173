"""Entries where systems list their programs. That of Linux is tested with the wheel."""

import os
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from viz.shell import desktop
from viz.shell.desktop import windows

pytestmark = pytest.mark.skipif(os.name == "nt", reason="writes a real entry there")


def test_the_application_of_macos_starts_this_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setenv("HOME", str(tmp_path / "a user's home"))
    program = tmp_path / "with blanks" / "python"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor one in "$@"; do echo "$one"; done\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    application = tmp_path / "a user's home" / "Applications" / "StyleScope.app"
    assert desktop.install() == f"StyleScope is in Applications now: {application}"
    about = plistlib.loads((application / "Contents" / "Info.plist").read_bytes())
    run = [str(application / "Contents" / "MacOS" / about["CFBundleExecutable"]), "a network.pkl"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["-m", "stylescope", "a network.pkl"]
    with Image.open(application / "Contents" / "Resources" / about["CFBundleIconFile"]) as picture:
        assert picture.format == "ICNS"
    desktop.remove()
    assert not application.exists()


@pytest.fixture
def on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    monkeypatch.setattr(windows.platformdirs, "user_data_path", lambda *_, **__: tmp_path / "local")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    return tmp_path


@pytest.mark.parametrize("quiet", [True, False])
def test_the_shortcut_of_windows_starts_this_installation(
    on_windows: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool
):
    if quiet:
        (on_windows / "pythonw.exe").touch()
    ran: list[dict[str, str]] = []

    def run(command: list[str], env: dict[str, str], **_: object) -> "subprocess.CompletedProcess[str]":
        assert command[0] == "powershell"
        ran.append(env)
        Path(env["STYLESCOPE_SHORTCUT"]).touch()
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(windows.subprocess, "run", run)
    told = desktop.install()
    (given,) = ran
    assert given["STYLESCOPE_PROGRAM"] == str(on_windows / ("pythonw.exe" if quiet else "python.exe"))
    assert given["STYLESCOPE_ARGUMENTS"] == "-m stylescope"
    assert told.endswith(given["STYLESCOPE_SHORTCUT"])
    with Image.open(given["STYLESCOPE_ICON"]) as picture:
        assert picture.format == "ICO"
    desktop.remove()
    assert not Path(given["STYLESCOPE_SHORTCUT"]).exists()
    assert not Path(given["STYLESCOPE_ICON"]).exists()


def test_a_shortcut_that_cannot_be_made_is_a_sentence(on_windows: Path, monkeypatch: pytest.MonkeyPatch):
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="Access is denied.\nmore")
    monkeypatch.setattr(windows.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(OSError, match=r"could not make the shortcut \(Access is denied\.\)"):
        desktop.install()


def test_another_system_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    with pytest.raises(OSError, match="knows no menu of Plan9"):
        desktop.install()
