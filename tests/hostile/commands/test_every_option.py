"""Hostile files for every option that reads one, of every command: a sentence, exit status 1, nothing written."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from foundation.arrays import npy_of
from tests.fixtures_path import ROOT
from tests.hostile.commands.files import ANYWHERE, SUFFIXES, files, jpeg, place_of
from tests.hostile.commands.ways import WAYS, Way
from tests.official_pickles import official
from tests.pictures import noise, write_zip
from tests.soak import ON, times

pytestmark = pytest.mark.skipif(not ON, reason="thousands of commands: for `make soak`")
SECONDS = 5.0
NO_FILES = ("a folder", "nothing there", "a link to itself", "a pipe", "zeros without end", "the kernel's page map")
"""Files that commands may refuse as a wrong option, with exit status 2."""
MIB = 1024 + 600
"""Of which the process has 500 before."""


def sound(folder: Path) -> dict[str, Path]:
    """Write a sound file of each kind."""
    there = {
        "sound": folder / "sound.pkl",
        "photo": folder / "photo.jpg",
        "array": folder / "array.npy",
        "data": folder / "data.zip",
        "document": folder / "document.json",
    }
    there["sound"].write_bytes(official())
    there["photo"].write_bytes(jpeg())
    there["array"].write_bytes(npy_of(np.zeros((4, 4), np.float32)))
    write_zip(there["data"], noise(8))
    document = {"stylescope": "recipe", "version": 2, "document": {"network": {"source": str(there["sound"])}}}
    there["document"].write_text(json.dumps(document))
    return there


def pairs(folder: Path) -> Iterator[tuple[Way, str, str, Path]]:
    """Yield each way with each file of its kinds: the way, the kind, the file's name and its path; make the files."""
    every = [(way, kind, *one) for way in WAYS for kind in way.kinds for one in files(kind)]
    there: set[Path] = set()
    for way, kind, name, make in every:
        path = place_of(folder / kind, kind, name)
        if path not in there:
            path.parent.mkdir(exist_ok=True)
            make(path)
            there.add(path)
        yield way, kind, name, path


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Outcome of each pair."""
    folder = tmp_path_factory.mktemp("options")
    there = {name: shlex.quote(str(path)) for name, path in sound(folder).items()}
    out = folder / "out"

    def words(way: Way, path: Path) -> str:
        return way.words.format(file=shlex.quote(str(path)), out=out, **there)

    chosen = list(pairs(folder))
    before = [
        (way.program, words(way, folder / f"absent{SUFFIXES[kind]}"), str(out)) for way in WAYS for kind in way.kinds
    ]
    listing = folder / "pairs.json"
    told = [(way.program, words(way, path), str(out)) for way, _, _, path in chosen]
    listing.write_text(json.dumps({"before": before, "pairs": told}))
    variables = {"OMP_NUM_THREADS": "1", "STYLESCOPE_CACHE_DIR": str(folder / "cache"), "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.commands.probe", str(listing)],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = map(json.loads, done.stdout.splitlines())
    assert next(lines) == [], "a command without its file wrote something"
    return [(f"{way.name} with {kind}: {name}", way, name, next(lines)) for way, kind, name, _ in chosen]


def problems(way: Way, name: str, found: dict) -> Iterator[str]:
    """Yield what is wrong with an outcome."""
    if found["seconds"] > SECONDS:
        yield f"{found['seconds']:.1f} s"
    if found["mib"] > MIB:
        yield f"{found['mib']:.0f} MiB"
    if found["error"] or found["code"] not in (0, 1, 2):
        yield f"{found['code']} {found['error']}"
        return
    if found["code"] == 0:
        if name in ANYWHERE:
            yield "accepted"
        return
    if found["left"]:
        yield "left something"
    last = found["last"]
    if found["code"] == 1 and "dataset compare" in way.words and not last.startswith("Error"):
        return  # the data sets differ
    if not last.startswith("Error: ") or not last.isprintable() or len(last) > 300 + len("Error: "):
        yield f"says {last[:400]!r}"
    if found["code"] == 2 and name not in NO_FILES:
        yield "exit status 2"
    started = [one for one in found["events"] if "trust" not in way.words or not one.startswith("subprocess.Popen")]
    if started:
        yield f"did {started[:3]}"


def test_each_ends_in_a_sentence(outcomes):
    wrong = {title: list(problems(way, name, found)) for title, way, name, found in outcomes}
    assert {title: found for title, found in wrong.items() if found} == {}


def test_there_are_hundreds(outcomes):
    assert len(outcomes) > times(1, 1500)
