"""The tables of options in the docs are those of the specs, and every command has one."""

import subprocess
import sys

import pytest

from tests.fixtures_path import ROOT
from tests.unit.cli.guard import ADDED, commands, with_one_more
from tools import command_docs
from training_launcher.slurm_options import SlurmOptions
from training_launcher.specs.train import TrainSpec


@pytest.mark.parametrize("page", command_docs.pages(), ids=lambda page: page.name)
def test_tables_are_as_the_specs_say(page):
    text = page.read_text(encoding="utf-8")
    assert command_docs.rewrite(text) == text, "run `python -m tools.command_docs`"


def test_every_command_has_one_table():
    shown = [name for page in command_docs.pages() for name in command_docs.names(page.read_text(encoding="utf-8"))]
    assert sorted(shown) == sorted(command_docs.TABLES)
    assert set(command_docs.TABLES.values()) == {*commands(), SlurmOptions}


def test_a_new_option_makes_the_page_differ(monkeypatch):
    monkeypatch.setitem(command_docs.TABLES, "train", with_one_more(TrainSpec))
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    assert f"--{ADDED.replace('_', '-')}" in command_docs.rewrite(page)
    assert command_docs.rewrite(page) != page


def test_rows_say_name_default_and_what_is_allowed():
    rows = command_docs.table("train").splitlines()
    assert "| `--data=ZIP\\|DIR` | required | Dataset: zip file or folder. |" in rows
    assert "| `--mirror` | `0` | Double the dataset with mirrored images. |" in rows
    assert "| `--p` | `0.2` | Probability of augmentation with --aug=fixed. 0 to 1. |" in rows
    assert "| `--aug` | `ada` | Augmentation. One of `noaug`, `ada`, `fixed`. |" in rows


def test_all_else_stays():
    text = "Before.\n\n<!-- options: inspect -->\nold\n<!-- end of options -->\n\nAfter.\n"
    written = command_docs.rewrite(text)
    assert written.startswith("Before.\n\n<!-- options: inspect -->\n\n| option |")
    assert written.endswith("|\n\n<!-- end of options -->\n\nAfter.\n")
    assert command_docs.rewrite(written) == written


def test_the_command_compares():
    done = subprocess.run(
        [sys.executable, "-m", "tools.command_docs", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
