"""Commands built from specs."""

import gc
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
import torch
from click.testing import CliRunner

from foundation.specs.formats import read_names, read_seeds
from foundation.specs.options import option
from gan.cli.command import command
from gan.cli.main import main


@dataclass(frozen=True)
class Spec:
    """Count seeds."""

    seeds: tuple[int, ...] = option(read=read_seeds, help="Seeds.")
    scale: float = option(2.0, help="Factor.", low=0.0)
    cond: bool = option(False, help="Whether.")
    names: tuple[tuple[str, ...], ...] = option((), read=read_names, multiple=True, help="Names.")


@pytest.fixture
def made() -> tuple[click.Command, list[Spec]]:
    done: list[Spec] = []

    @command(Spec, "count")
    def count(spec: Spec) -> None:
        if spec.scale == 13:
            raise ValueError("13 is not a scale: take another.")
        if spec.scale == 14:
            Path("/nowhere/at/all").read_bytes()
        done.append(spec)

    return count, done


def test_options_fill_the_spec_and_are_printed_first(made):
    act, done = made
    result = CliRunner().invoke(act, ["--seeds=0,3-4", "--cond=1"])
    assert result.exit_code == 0, result.output
    assert done == [Spec((0, 3, 4), 2.0, True)]
    assert "seeds  0,3,4" in result.output


def test_an_option_may_be_given_again_and_again(made):
    act, done = made
    result = CliRunner().invoke(act, ["--seeds=0", "--names=a,b", "--names=c"])
    assert result.exit_code == 0, result.output
    assert done[0].names == (("a", "b"), ("c",))


def test_dry_run_prints_and_stops(made):
    act, done = made
    result = CliRunner().invoke(act, ["--seeds=1", "--dry-run"])
    assert result.exit_code == 0
    assert "scale  2.0" in result.output
    assert not done


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 2, "seeds must be given"),
        (["--seeds=x"], 2, "expected whole numbers"),
        (["--seeds=1", "--scale=-1"], 2, "scale must be at least 0.0"),
        (["--seeds=1", "--scale=13"], 1, "Error: 13 is not a scale"),
        (["--seeds=1", "--scale=14"], 1, "/nowhere/at/all cannot be read or written (No such file or directory)"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(made, arguments, status, says):
    act, done = made
    result = CliRunner().invoke(act, arguments)
    assert result.exit_code == status
    assert says in result.output
    assert "Traceback" not in result.output
    assert not done


def test_every_listed_command_can_be_had():
    context = click.Context(main)
    for name in main.list_commands(context):
        found = main.get_command(context, name)
        assert found is not None
        assert found.help
    assert main.get_command(context, "nothing") is None


@pytest.mark.parametrize("first", [True, False])
def test_what_is_imported_first_is_not_looked_through_for_garbage(first, monkeypatch):
    """Later imports are few, and the objects of a process that has done more must not be kept."""
    collected, kept = [], []
    asked = click.Command("inspect")

    def imported(name):
        collected.append(gc.isenabled())
        return SimpleNamespace(command=asked)

    monkeypatch.setattr(importlib, "import_module", imported)
    monkeypatch.setattr(gc, "freeze", lambda: kept.append(True))
    if first:
        monkeypatch.delitem(sys.modules, "torch", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "torch", torch)
    assert main.get_command(click.Context(main), "inspect") is asked
    assert collected == [not first]
    assert kept == [True] * first
    assert gc.isenabled()
