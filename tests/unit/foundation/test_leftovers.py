"""Temporary files of killed processes are removed, those of living ones and of other programs are not."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from foundation import process
from foundation.files import replacing
from foundation.leftovers import OLD_S, clean, is_left
from foundation.process import MARK, identify, own_mark, presence_of
from tests.fixtures_path import ROOT

WRITING = """
import os, sys, time
from pathlib import Path
from foundation.files import replacing, replacing_folder
with replacing(Path(sys.argv[1]) / "status.json") as part, replacing_folder(Path(sys.argv[1]) / "film") as folder:
    (folder / "0.png").touch()
    print("here", flush=True)
    time.sleep(600)
"""


def aged(path) -> None:
    os.utime(path, (time.time() - OLD_S - 60,) * 2)


def test_a_mark_names_one_process_only():
    who = identify()
    assert who is not None
    assert own_mark() == who.mark()
    assert re.fullmatch(MARK, who.mark())
    assert len(who.mark()) <= 40
    assert presence_of(who.mark()) == "here"
    assert presence_of(replace(who, pid_start_time=who.pid_start_time - 100).mark()) == "gone"
    assert presence_of(replace(who, boot_id="00000000-1").mark()) == "gone"
    assert presence_of(replace(who, host="another").mark()) == "elsewhere"
    assert presence_of("1234") is None


def test_what_a_killed_process_was_writing_goes_and_what_a_living_one_writes_stays(tmp_path):
    code = [sys.executable, "-c", WRITING, str(tmp_path)]
    with subprocess.Popen(code, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        parts = set(tmp_path.iterdir())
        assert len(parts) == 2
        for path in parts:
            aged(path)
        assert clean([tmp_path]) == (), "its process is alive, however old it is"
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    with replacing(tmp_path / "mine.json") as own:
        assert set(clean([tmp_path, tmp_path / "missing"])) == parts
        assert own.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


def test_those_of_another_computer_and_of_earlier_versions_go_when_they_are_old(tmp_path, monkeypatch):
    who = identify()
    elsewhere = replace(who, host="another").mark()
    names = [f".a.json.{elsewhere}-3-0123abcd.part", ".a.json.123-3-0123abcd.part", "status.json.ab1_x9zq.part"]
    for name in names:
        (tmp_path / name).touch()
    assert clean([tmp_path]) == ()
    for name in names:
        aged(tmp_path / name)
    assert {path.name for path in clean([tmp_path])} == set(names)


@pytest.mark.parametrize(
    "name", ["setup.exe.part", "film.part", ".part", "a.json", ".a.json.part", "x.json.longer_name.part"]
)
def test_the_files_of_other_programs_stay(tmp_path, name):
    (tmp_path / name).touch()
    aged(tmp_path / name)
    assert not is_left(tmp_path / name)
    assert clean([tmp_path]) == ()


def test_a_child_process_has_a_mark_of_its_own(monkeypatch):
    mine = own_mark()
    monkeypatch.setattr(process.os, "getpid", os.getppid)
    assert own_mark() != mine
