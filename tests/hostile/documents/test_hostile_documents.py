"""Hostile recipes, sessions and films are refused in a sentence, or opened without what is wrong in them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT
from tests.hostile.documents.case import OPENED, REFUSED, DocumentCase
from tests.hostile.documents.recipes import cases

CASES = cases()
SECONDS = 6.0
"""CPU seconds of a case; none takes 2 on a machine of 2024 with other work."""
LONGEST = 300


def probed(paths: list[Path], way: str, folder: Path) -> Iterator[dict]:
    listing = folder / "paths.json"
    listing.write_text(json.dumps([str(path) for path in paths]))
    command = [sys.executable, "-m", "tests.hostile.documents.probe", str(listing), way]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return map(json.loads, done.stdout.splitlines())


def made(wanted: list[DocumentCase], folder: Path) -> list[Path]:
    paths = []
    for number, case in enumerate(wanted):
        path = folder / f"{number}{case.suffix}"
        case.make(path)
        paths.append(path)
    return paths


def test_there_are_many_cases():
    assert sum(case.outcome == REFUSED for case in CASES) >= 60
    assert {case.suffix for case in CASES} == {".yaml", ".json", ".png", ".webp", ".mp4", ".webm", ".stylescope"}


@pytest.mark.parametrize("part", range(4))
def test_each_is_refused_in_a_sentence_or_opened_without_what_is_wrong(tmp_path, part):
    wanted = CASES[part::4]
    wrong = []
    for case, found in zip(wanted, probed(made(wanted, tmp_path), "read", tmp_path), strict=True):
        sentence = found["message"]
        good = found["outcome"] == case.outcome and found["seconds"] < SECONDS
        if case.outcome == REFUSED:
            good &= sentence.endswith(".") and len(sentence) <= LONGEST and sentence.isprintable()
        if not good:
            wrong.append((case.name, case.suffix, found))
    assert wrong == []


@pytest.mark.parametrize("way", ["picture", "film"])
def test_the_commands_say_the_sentence_and_fail(tmp_path, way):
    refused = [case for case in CASES if case.outcome == REFUSED and case.name not in ("a pipe", "zeros without end")]
    wanted = refused[way == "film" :: 2]  # both take the same way in
    wrong = []
    for case, found in zip(wanted, probed(made(wanted, tmp_path), way, tmp_path), strict=True):
        head, _, sentence = found["message"].rstrip("\n").rpartition("Error: ")
        good = found["outcome"] == "exit status 1" and head == "" and 0 < len(sentence) <= LONGEST
        if not (good and sentence.isprintable() and found["seconds"] < SECONDS):
            wrong.append((case.name, case.suffix, found))
    assert wrong == []
    assert not list(tmp_path.glob("*.out.*"))


def test_cases_that_open_are_named_so():
    assert any(case.outcome == OPENED for case in CASES)
