"""Atomic file writes: a crash leaves the old file, everything reaches the disk, and nothing is overwritten."""

import ast
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foundation import files
from foundation.files import (
    append_line,
    free_name,
    next_number,
    replacing,
    replacing_folder,
    write_numbered,
    write_text,
)
from tests.fixtures_path import ROOT

ALLOWED = {
    "foundation/files.py": "the one place that writes whole files",
    "gan/metrics/torchscript/child.py": "a working folder that is removed at once",
    "viz/files/kept/folder.py": "a session that cannot be read gets another name",
}
"""Files that may contain temporary names and renames, and the reason."""
_NAMES = {"mkstemp", "mkdtemp", "NamedTemporaryFile", "fsync", "rename", "renames"}


def test_an_error_leaves_the_older_file_and_no_other(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_killed_process_leaves_the_older_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    code = (
        "import os, signal, sys; from pathlib import Path; from foundation.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as part:\n"
        "    part.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.glob("*.txt")] == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="forks and signals of POSIX systems")
def test_what_a_signal_leaves_unfinished_goes_with_its_process_only(tmp_path):
    """The signal comes before the block that removes the file, as the exception of a handler can."""
    code = (
        "import os, sys; from pathlib import Path; from foundation import files\n"
        "made = [files._new_file(Path(sys.argv[1], 'a')), files._new_folder(Path(sys.argv[1], 'b'))]\n"
        "(made[1] / 'film.mp4').touch()\n"
        "if os.fork() == 0: sys.exit()\n"
        "os.wait(); print(all(path.exists() for path in made)); sys.exit(143)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False, stdout=subprocess.PIPE, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (143, b"True\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["_sync", "Path.replace"])
def test_an_error_of_the_disk_leaves_the_older_file(tmp_path, monkeypatch, failing):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def refuse(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse) if failing == "Path.replace" else monkeypatch.setattr(
        files, "_sync", refuse
    )
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_reach_the_disk_in_the_order_that_keeps_one_of_them_whole(tmp_path, monkeypatch):
    path, done = tmp_path / "a.txt", []
    fsync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        size = os.fstat(handle).st_size if kind == "file" else path.exists()
        done.append((kind, size))
        fsync(handle)

    def renamed(part: Path, target: Path) -> Path:
        done.append(("rename", target.name))
        return rename(part, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_text(path, "content")
    assert done == [("file", 7), ("rename", "a.txt"), ("folder", True)]


def test_a_new_file_has_the_permissions_of_any_other_one(tmp_path):
    (tmp_path / "plain").touch()
    write_text(tmp_path / "whole", "")
    with replacing(tmp_path / "other") as part:  # as libraries do that write their own temporary file
        part.unlink()
        part.touch(0o600)
    modes = {(tmp_path / name).stat().st_mode for name in ("plain", "whole", "other")}
    assert len(modes) == 1


def test_the_longest_name_that_a_file_can_have_is_written(tmp_path):
    for name in ("ä" * 123 + ".txt", "a" * 255, "🙂" * 63 + "abc"):
        path = tmp_path / name
        write_text(path, "x")
        assert path.read_text() == "x"


def test_a_folder_is_there_with_all_its_files_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "film"

    def fill(fail: bool) -> None:
        with replacing_folder(path) as part:
            (part / "frame.png").touch()
            assert not fail, "on purpose"

    with pytest.raises(AssertionError, match="on purpose"):
        fill(fail=True)
    assert list(path.parent.iterdir()) == []
    path.mkdir()
    fill(fail=False)
    assert [one.name for one in path.iterdir()] == ["frame.png"]
    with pytest.raises(OSError, match="not empty"):
        fill(fail=False)
    assert list(path.parent.iterdir()) == [path]


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    path = tmp_path / "a.png"
    assert free_name(path) == path
    path.touch()
    (tmp_path / "a-2.png").touch()
    assert free_name(path) == tmp_path / "a-3.png"


def test_numbers_go_on_from_the_highest_and_writers_at_once_take_different_ones(tmp_path):
    for name in ("00007.png", "00002.PNG", "note.txt", "1x.png", "99999x.png", "00009.txt"):
        (tmp_path / name).touch()
    assert next_number(tmp_path, ".png").name == "00008.png"
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda i: write_numbered(tmp_path, ".png", lambda p: p.write_text(f"{i}")), range(16)))
    assert sorted(path.name for path in written) == [f"{number:05d}.png" for number in range(8, 24)]
    assert sorted(int(path.read_text()) for path in written) == list(range(16))


def test_a_number_that_cannot_be_written_stays_free(tmp_path):
    def fail(part: Path) -> None:
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_numbered(tmp_path, ".png", fail)
    assert list(tmp_path.iterdir()) == []


def _renames(tree: ast.AST) -> list[int]:
    """Lines of calls that make temporary names or move files: `Path.replace` has one argument, `str.replace` two."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            _name(node.func) in _NAMES
            or (_name(node.func) == "TemporaryDirectory" and any(keyword.arg == "dir" for keyword in node.keywords))
            or (
                isinstance(node.func, ast.Attribute)
                and node.func.attr == "replace"
                and (len(node.args), len(node.keywords)) == (1, 0)
            )
            or (
                _name(node.func) == "replace"
                and isinstance(node.func, ast.Attribute)
                and _name(node.func.value) == "os"
            )
        )
    ]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_renaming_and_temporary_names_are_found():
    tree = ast.parse(
        "os.replace(a, b)\nos.rename(a, b)\nx.replace(y)\nx.rename(y)\ntempfile.mkstemp(dir=d)\n"
        "tempfile.TemporaryDirectory(dir=d)\ntempfile.TemporaryDirectory()\n"
        "text.replace('a', 'b')\nreplace(spec, a=1)\ndataclasses.replace(spec, a=1)\nday.replace(hour=1)"
    )
    assert _renames(tree) == [1, 2, 3, 4, 5, 6]


def test_nothing_else_moves_files_or_makes_temporary_names():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {
        name: lines
        for name in listed.stdout.split()
        if not name.startswith("tests/") and (ROOT / name).exists()
        if (lines := _renames(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    }
    assert found.keys() == ALLOWED.keys(), found


def test_texts_that_are_no_utf8_are_written(tmp_path):
    write_text(tmp_path / "a", "/tmp/bad\udcff \ud800")
    append_line(tmp_path / "a", "\udcff")
    assert (tmp_path / "a").read_bytes() == b"/tmp/bad\\udcff \\ud800\xff\n"
