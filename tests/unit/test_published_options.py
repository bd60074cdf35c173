"""Published command lines beside ours: names, defaults and values, as far as they are known, or what deviates."""

import click
import pytest
from click.testing import CliRunner

from foundation.specs.names import SOURCES
from gan.cli.main import main as gan_main
from tools.published_options import (
    COMMANDS,
    DEFAULTS,
    OTHER_DEFAULTS,
    OTHER_VALUES,
    VALUES,
    default_of,
    missing,
    parameter,
    same_default,
    table,
)

BY_TOOL = {one.tool: one for one in COMMANDS}


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.tool)
def test_every_published_option_is_there(one):
    assert missing(one) == []


@pytest.mark.parametrize("tool", DEFAULTS)
def test_defaults_are_as_published_or_named(tool):
    others = {}
    for option, published in DEFAULTS[tool].items():
        if not same_default(ours := default_of(BY_TOOL[tool], option), published):
            others[tool, option] = ours
    assert set(others) == {place for place in OTHER_DEFAULTS if place[0] == tool}


def test_every_option_with_a_default_is_compared():
    """Options that need no value have a published default in the table."""
    for one in COMMANDS:
        given = {
            "network",
            "source",
            "dest",
            "outdir",
            "output",
            "data",
            "seeds",
            "rows",
            "cols",
            "save",
            "projected-w",
        }
        given |= {"cfg", "gpus", "batch", "gamma", "mean", "std", "width", "height", "dry-run", "p", "target"}
        left = set(one.options.split()) - given - set(DEFAULTS.get(one.tool, {}))
        assert left <= {"max-images"}, one.tool


@pytest.mark.parametrize(("tool", "option"), VALUES)
def test_every_published_value_is_taken_or_named(tool, option):
    part = parameter(BY_TOOL[tool], option)
    assert isinstance(part.type, click.Choice)
    for value in VALUES[tool, option].split():
        assert value in part.type.choices, value


def test_values_with_another_meaning_name_the_one_that_has_it():
    for (tool, option, _), reason in OTHER_VALUES.items():
        part = parameter(BY_TOOL[tool], option)
        assert isinstance(part.type, click.Choice)
        assert reason.split("`")[1].partition("=")[2] in part.type.choices


def test_networks_to_resume_from_have_their_published_names():
    assert {"ffhq256", "ffhq512", "ffhq1024", "celebahq256", "lsundog256"} <= set(SOURCES)


def test_the_tables_have_a_row_for_each():
    assert len(table().splitlines()) == 2 + len(COMMANDS) + 3 + len(OTHER_DEFAULTS) + len(OTHER_VALUES)


def test_a_published_conversion_is_taken_word_for_word(tmp_path):
    words = [f"--source={tmp_path / 'a.pkl'}", f"--dest={tmp_path / 'b.safetensors'}", "--force-fp16=1", "-n"]
    done = CliRunner().invoke(gan_main, ["convert", *words])
    assert done.exit_code == 0, done.output
    for told in (f"network     {tmp_path / 'a.pkl'}", f"output      {tmp_path / 'b.safetensors'}"):
        assert told in done.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--width=64", "--height=32"], "64,32"),
        (["--width=64"], "belong together"),
        (["--width=64", "--height=32", "--resolution=64x32"], "Give either --resolution or"),
        (["--width=0", "--height=32"], "--width"),
    ],
)
def test_a_published_dataset_has_its_width_and_height(words, says):
    done = CliRunner().invoke(gan_main, ["dataset", "--source=a", "--dest=b.zip", *words, "-n"])
    assert says in done.output
    assert done.exit_code == (0 if says == "64,32" else 2)
