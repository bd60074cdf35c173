"""Levels of Esc."""

import re

from tests.fixtures_path import ROOT
from viz.shell.escape import LEVELS


def test_the_guide_lists_the_levels_in_their_order():
    text = (ROOT / "docs" / "guide" / "keys.md").read_text()
    assert re.findall(r"^\d+\. (.+)$", text, re.MULTILINE) == [level.name for level in LEVELS]
