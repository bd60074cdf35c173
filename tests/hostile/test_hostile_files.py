"""Each hostile or broken file gives its own clear error, quickly, in little memory, and runs nothing."""

import json
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT
from tests.hostile import cases_claims, cases_code, cases_files, cases_tensorflow, cases_torch
from tests.hostile.case import LOADED, assert_each

CANARY = Path(f"/tmp/stylescope-canary-{os.getpid()}")
COMMAND = f"touch {CANARY}"
KINDS = {
    "code": lambda: cases_code.cases(COMMAND),
    "claims": cases_claims.cases,
    "files": lambda: cases_files.cases(COMMAND),
    "TensorFlow": lambda: cases_tensorflow.cases(COMMAND),
    "torch": lambda: cases_torch.cases(COMMAND),
}


@pytest.fixture(scope="module")
def cases():
    """Every case, by kind."""
    return {kind: list(make()) for kind, make in KINDS.items()}


@pytest.fixture(scope="module")
def outcomes(cases, tmp_path_factory):
    """Outcome of every case, by name; one process opens them all and forks for each."""
    return outcomes_of(tmp_path_factory.mktemp("hostile"), {"load": list(chain.from_iterable(cases.values()))})


def outcomes_of(folder, cases):
    """Outcome of each case by name; the cases are given by the kind of their opening, which the probe knows."""
    opened, names = [], []
    for kind, some in cases.items():
        place = folder / kind
        place.mkdir()
        opened += [(kind, str(case.write(place, number))) for number, case in enumerate(some)]
        names += [case.name for case in some]
    return dict(zip(names, probed(folder, opened), strict=True))


def probed(folder, opened):
    listing = folder / "paths.json"
    listing.write_text(json.dumps(opened))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "STYLESCOPE_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "tests.hostile.probe", str(listing)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_names_are_unique(cases, outcomes):
    assert len(outcomes) == sum(map(len, cases.values())) >= 390


def test_files_of_torch_are_attacked_in_many_ways(cases):
    found = [case for group in cases.values() for case in group]
    refused = [case.name for case in found if case.name.startswith("torch") and case.outcome != LOADED]
    assert len({name.partition(": ")[2] for name in refused}) >= 60  # the same attack in two containers counts once


def check(case, found):
    assert found["outcome"] == case.outcome, found["message"]
    for word in case.words:
        assert word.lower() in found["message"].lower()
    assert found["events"] == []
    assert found["modules"] == []
    assert found["seconds"] < 5  # of computing: other programs may be busy too
    assert found["mib"] < 1024
    if case.outcome != LOADED:
        # One sentence, with what to do after a semicolon, a comma or a colon.
        assert len(found["message"]) <= 300
        assert found["message"].isprintable()
        assert found["message"].endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files(cases, outcomes, kind):
    assert_each(cases[kind], outcomes, check)


def test_nothing_was_run(outcomes):
    assert outcomes
    assert not CANARY.exists()


def test_the_same_files_do_run_code_in_the_standard_unpickler(tmp_path):
    """Proves that the audit hook and the canary work."""
    canary = tmp_path / "canary"
    names = {"posix.system by GLOBAL", "code in a stored tensor"}
    chosen = [case for case in cases_code.cases(f"touch {canary}") if case.name in names]
    paths = []
    for case in chosen:
        (tmp_path / case.name).write_bytes(case.content)
        paths.append(("standard", str(tmp_path / case.name)))
    found = probed(tmp_path, paths)
    assert len(found) == 2
    for outcome in found:
        assert any(event.startswith("os.system") for event in outcome["events"])
        assert any(event.startswith("pickle.find_class") for event in outcome["events"])
    assert canary.exists()
