"""Fields of specs: their properties and their checks."""

from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from foundation.specs.click_options import click_options, fill
from foundation.specs.formats import (
    DirectionChoice,
    read_condition,
    read_direction,
    read_names,
    read_numbers,
    read_pair,
    read_photo_crop,
    read_seeds,
    read_size,
    write,
)
from foundation.specs.options import fields, option, problems


@dataclass(frozen=True)
class Spec:
    """Something to ask for."""

    network: str = option(help="Where it is.")
    seeds: tuple[int, ...] = option((), read=read_seeds, help="Seeds.")
    trunc: float = option(1.0, help="Truncation psi.", low=-1, high=2)
    label: int | None = option(None, help="Class.", names=("--class",), low=0)
    mode: str = option("const", help="Noise.", choices=("const", "none"))


def test_a_file_with_other_content_is_no_wrong_option(tmp_path):
    @dataclass(frozen=True)
    class Turned:
        condition: tuple[float, ...] = option((), read=read_condition, help="Numbers.")

    command = click.Command("turn", params=click_options(Turned), callback=lambda **given: fill(Turned, given))
    (tmp_path / "c.txt").write_text("left")
    for value, status in ((f"{tmp_path}/c.txt", 1), (f"{tmp_path}/none.txt", 1), ("left", 2), ("1,2", 0)):
        done = CliRunner().invoke(command, [f"--condition={value}"])
        assert (done.exit_code, done.output[:5]) == (status, {0: "", 1: "Error", 2: "Usage"}[status])


def test_a_direction_may_have_any_name():
    assert read_direction("a\nb.npy:1.5:0-2") == DirectionChoice("a\nb.npy", 1.5, (0, 1, 2))


def test_fields_know_kind_default_and_whether_they_may_be_left_out():
    parts = {field.name: field for field in fields(Spec)}
    assert parts["network"].required
    assert parts["label"].kind is int
    assert parts["label"].optional
    assert parts["seeds"].kind is tuple
    assert not parts["trunc"].optional


def test_problems_are_sentences():
    assert problems(Spec("a")) == ()
    assert problems(Spec("a", trunc=3.0)) == ("trunc must be between -1 and 2, not 3.0.",)
    assert problems(Spec("a", trunc=float("nan")))
    assert problems(Spec("a", label=-1, mode="loud")) == (
        "label must be at least 0, not -1.",
        "mode must be one of const, none, not loud.",
    )


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (read_seeds, "0,1,4-6", (0, 1, 4, 5, 6)),
        (read_pair, "0.3,-1", (0.3, -1.0)),
        (read_size, "4x2", (4, 2)),
        (read_numbers, "1,0.7,-.5", (1.0, 0.7, -0.5)),
        (read_photo_crop, "300,200,256,-3.5", (300.0, 200.0, 256.0, -3.5)),
        (read_photo_crop, "face", ("face",)),
        (read_photo_crop, " Face ", ("face",)),
        (read_names, "a, b", ("a", "b")),
        (read_names, "none", ()),
        (read_direction, "age.npy:1.5", DirectionChoice("age.npy", 1.5)),
        (read_direction, "c:\\a:b.npy:-2:0-2,5", DirectionChoice("c:\\a:b.npy", -2.0, (0, 1, 2, 5))),
        (read_direction, "pca.npz@PC 2:1:all", DirectionChoice("pca.npz", 1.0, every_layer=True, name="PC 2")),
        (read_direction, "c:\\me@b.npz@3:1", DirectionChoice("c:\\me@b.npz", 1.0, name="3")),
        (read_direction, "me@b.npy:1", DirectionChoice("me@b.npy", 1.0)),
        (read_direction, "age.npy:1e-3:all", DirectionChoice("age.npy", 0.001, every_layer=True)),
    ],
)
def test_readers(read, text, value):
    assert read(text) == value
    if value:
        assert read(write(value)) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_seeds, "6-4"),
        (read_seeds, "a"),
        (read_pair, "1"),
        (read_size, "0x2"),
        (read_numbers, "1,,2"),
        (read_photo_crop, "faces"),
        (read_direction, "age.npy"),
        (read_direction, "age.npy:x"),
        (read_direction, "age.npy:1:5-2"),
    ],
)
def test_readers_say_what_they_expected(read, text):
    with pytest.raises(ValueError, match=r"expected|backwards"):
        read(text)


@pytest.mark.parametrize(
    ("words", "value"),
    [([], False), (["--fast"], True), (["--fast=0"], False), (["--fast", "yes"], True), (["--fast", "--size=2"], True)],
)
def test_a_switch_may_be_given_without_its_value(words, value):
    @dataclass(frozen=True)
    class Spec:
        fast: bool = option(False, help="Fast.")
        size: int = option(1, help="Size.")

    found = []
    command = click.Command("x", callback=lambda **given: found.append(fill(Spec, given)), params=click_options(Spec))
    command.main(words, standalone_mode=False)
    assert found[0].fast is value
