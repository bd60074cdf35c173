"""Hostile recipes, sessions and films are refused in a sentence, or opened without what is wrong in them."""

import json
import os
import subprocess
import sys

import pytest

from tests.fixtures_path import ROOT
from tests.hostile.documents.case import OPENED, REFUSED
from tests.hostile.documents.recipes import cases

SECONDS = 6.0
"""CPU seconds of a case; none takes 2 on a machine of 2024 with other work."""
LONGEST = 300


@pytest.fixture(scope="module")
def every():
    """All cases; they are made here, as every worker imports this file."""
    return cases()


@pytest.fixture(scope="module")
def by(every):
    """Cases by the way in which they are opened.

    The commands share theirs, as both take the same way in. They are given no text a second time for being packed.
    """
    refused = [
        case
        for case in every
        if case.outcome == REFUSED
        and case.name not in ("a pipe", "zeros without end")
        and not case.name.startswith("packed: ")
    ]
    return {"read": every, "picture": refused[::2], "film": refused[1::2]}


@pytest.fixture(scope="module")
def outcomes(every, by, tmp_path_factory):
    """Outcome of each case, by the way and in order; one process opens them all and forks for each."""
    folder = tmp_path_factory.mktemp("documents")
    paths = {}
    for number, case in enumerate(every):
        paths[case] = folder / f"{number}{case.suffix}"
        case.make(paths[case])
    listing = folder / "paths.json"
    listing.write_text(json.dumps([(way, str(paths[case])) for way, some in by.items() for case in some]))
    command = [sys.executable, "-m", "tests.hostile.documents.probe", str(listing)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told = map(json.loads, done.stdout.splitlines())
    found = {way: [next(told) for _ in some] for way, some in by.items()}
    assert not list(folder.glob("*.out.*")), "a command wrote a file"
    return found


def test_there_are_many_cases(every):
    assert sum(case.outcome == REFUSED for case in every) >= 60
    assert {case.suffix for case in every} == {".yaml", ".json", ".png", ".webp", ".mp4", ".webm", ".stylescope"}


def test_each_is_refused_in_a_sentence_or_opened_without_what_is_wrong(every, outcomes):
    wrong = []
    for case, found in zip(every, outcomes["read"], strict=True):
        sentence = found["message"]
        good = found["outcome"] == case.outcome and found["seconds"] < SECONDS
        if case.outcome == REFUSED:
            good &= sentence.endswith(".") and len(sentence) <= LONGEST and sentence.isprintable()
        if not good:
            wrong.append((case.name, case.suffix, found))
    assert wrong == []


@pytest.mark.parametrize("way", ["picture", "film"])
def test_the_commands_say_the_sentence_and_fail(by, outcomes, way):
    wrong = []
    for case, found in zip(by[way], outcomes[way], strict=True):
        head, _, sentence = found["message"].rstrip("\n").rpartition("Error: ")
        good = found["outcome"] == "exit status 1" and head == "" and 0 < len(sentence) <= LONGEST
        if not (good and sentence.isprintable() and found["seconds"] < SECONDS):
            wrong.append((case.name, case.suffix, found))
    assert wrong == []


def test_cases_that_open_are_named_so(every):
    assert any(case.outcome == OPENED for case in every)
