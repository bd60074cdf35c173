"""Every option that a message names is one that the command has whose message it is."""

import ast
import re

import click
import pytest

from gan.cli.main import main as gan_main
from renderer.__main__ import main as renderer_main
from tests.fixtures_path import ROOT
from training_launcher.cli.main import main as launcher_main

NAMED = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
FOLDERS = ("foundation", "gan", "renderer", "training_launcher", "viz")
OTHER_TOOLS = {
    "training_launcher/devices.py": {"--query-gpu"},
    "training_launcher/slurm.py": {"--signal", "--me", "--noheader"},
}
"""Options of other programs, by the file that calls them."""

OWNERS = {
    "foundation/specs/training_rules.py": "train",
    "gan/cli/train": "train",
    "gan/training": "train",
    "gan/metrics/snapshots.py": "train metrics",
    "gan/data/reader.py": "train dataset",
    "gan/data": "dataset",
    "gan/cli/dataset.py": "dataset",
    "gan/cli/networks/convert.py": "convert",
    "gan/cli/spectra.py": "spectra",
    "gan/analysis": "spectra",
}
"""Commands whose messages come from a file or folder; the first entry that matches counts."""
SHARED = {"gan/metrics": ("metrics", "train")}
"""Files whose messages come from each of several commands."""


def options(group):
    """Return the options of every command by its name, with those of its subcommands."""
    context = click.Context(group)
    return {name: _all_of(group.get_command(context, name)) for name in group.list_commands(context)}


def _all_of(command):
    own = getattr(command, "_itself", command)  # `metrics` is a command with subcommands
    found = {word for part in own.params for word in part.opts} | {"--help"}
    return found.union(*(_all_of(part) for part in getattr(command, "commands", {}).values()))


GAN = options(gan_main)
EVERYTHING = {
    word for words in (GAN, options(renderer_main), options(launcher_main)) for each in words.values() for word in each
}


def texts(path):
    """Yield the text constants of a file that are no docstrings, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


def named():
    """Yield (file, line, option) for every option that a text names."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for line, text in texts(path):
                if re.search(r"gan [a-z-]+ --", text):  # a whole command
                    continue
                for option in NAMED.findall(text):
                    if option.rstrip("-") == option and option not in OTHER_TOOLS.get(name, ()):
                        yield name, line, option


def owner(name):
    """Return the names of the commands that a file's messages come from; empty if unknown."""
    return next((commands.split() for begin, commands in OWNERS.items() if name.startswith(begin)), [])


@pytest.fixture(scope="module")
def found():
    return list(named())


def test_every_named_option_exists(found):
    assert len(found) > 50
    assert not [one for one in found if one[2] not in EVERYTHING]


def test_a_command_has_the_options_that_its_messages_name(found):
    wrong = []
    for name, line, option in found:
        commands = owner(name)
        if commands and not any(option in GAN[command] for command in commands):
            wrong.append((name, line, option))
    assert not wrong


def test_a_training_has_every_option_that_the_messages_of_metrics_name(found):
    """`ls` alone needs more, and a training refuses it at its start."""
    for begin, commands in SHARED.items():
        for name, line, option in found:
            if name.startswith(begin) and name not in OWNERS and option != "--classifiers":
                assert all(option in GAN[command] for command in commands), (name, line, option)
