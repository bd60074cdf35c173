"""The guide's examples are existing commands with existing options."""

import shlex

import pytest
from click.testing import CliRunner

from gan.cli.main import main
from tests.fixtures_path import ROOT

PREFIX = "    python -m gan "
LINES = (ROOT / "docs" / "command-line.md").read_text().splitlines()
EXAMPLES = [line.removeprefix(PREFIX) for line in LINES if line.startswith(PREFIX)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example):
    result = CliRunner().invoke(main, [*shlex.split(example), "--dry-run"])
    assert result.exit_code == 0, result.output


def test_there_are_examples():
    assert len(EXAMPLES) > 5
