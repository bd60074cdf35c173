"""Small or sparse files that stand for very much: each is refused in a sentence, by `gan.load` and by the commands."""

import os
from pathlib import Path

import pytest

from tests.hostile import cases_arrays, cases_made, cases_needs, cases_torch
from tests.hostile.case import LOADED, ODD, REFUSED, assert_each
from tests.hostile.test_hostile_files import outcomes_of

CANARY = Path(f"/tmp/stylescope-written-{os.getpid()}")
KINDS = {
    "commands": lambda: [*cases_made.cases(), *cases_needs.cases(), *cases_arrays.scripts_as_networks(CANARY)],
    "arrays": lambda: [*cases_arrays.cases(), *cases_torch.vectors(f"touch {CANARY}")],
    "detectors": lambda: list(cases_arrays.detectors(CANARY)),
}


@pytest.fixture(scope="module")
def cases():
    """Every case, by kind."""
    return {kind: make() for kind, make in KINDS.items()}


@pytest.fixture(scope="module")
def outcomes(cases, tmp_path_factory):
    """Outcome of every case, by name; one process opens them all and forks for each."""
    return outcomes_of(tmp_path_factory.mktemp("needs"), cases)


def test_names_are_unique(cases, outcomes):
    assert len(outcomes) == sum(map(len, cases.values())) >= 320


def check(case, found):
    assert found["events"] == []  # nothing was written, no process was started
    assert found["modules"] == []
    assert found["mib"] < 1024 + 600  # of which the process had 400 before
    if case.outcome not in (REFUSED, ODD):
        assert found["outcome"] == case.outcome, found["message"]
    for word in case.words:
        assert word.lower() in found["message"].lower()
    for name, step in found["steps"].items():
        assert not step["outcome"].startswith("unexpected"), (name, step["message"])
        assert step["seconds"] < 5, name  # of computing
        if step["outcome"] != LOADED:
            assert len(step["message"]) <= 300, name
            assert step["message"].isprintable(), name
            assert step["message"].endswith("."), name
        elif case.outcome != ODD:
            assert name == "inspect", name  # a description needs no numbers


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files(cases, outcomes, kind):
    assert_each(cases[kind], outcomes, check)


def test_nothing_was_written(outcomes):
    assert outcomes
    assert not CANARY.exists()
