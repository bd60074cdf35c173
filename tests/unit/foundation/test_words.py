import re
from pathlib import Path

import pytest

from foundation.words import counted

ROOT = Path(__file__).parents[3]
BY_HAND = re.compile(r"\"1 [a-z]+\" if|\{'e?s' if ")
"""Plurals that are made in place."""


@pytest.mark.parametrize(
    ("count", "names", "text"),
    [
        (1, ("network",), "1 network"),
        (0, ("network",), "0 networks"),
        (12, ("picture",), "12 pictures"),
        (2, ("class", "classes"), "2 classes"),
        (1, ("class", "classes"), "1 class"),
    ],
)
def test_numbers_of_things(count, names, text):
    assert counted(count, *names) == text


def test_plurals_are_made_in_one_place():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in ("foundation", "gan", "renderer", "training_launcher", "viz")
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if BY_HAND.search(line)
    ]
    assert not found, "\n".join(found)
