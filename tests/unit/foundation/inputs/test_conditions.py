"""Conditions in files: arrays and texts of numbers."""

from pathlib import Path

import numpy as np
import pytest

from foundation.specs.formats import read_condition
from viz.files.latents import load_condition

NUMBERS = (0.5, -1.0, 3.0)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3)])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_an_array(tmp_path: Path, shape: tuple[int, ...], kind: type):
    np.save(tmp_path / "c.npy", np.array(NUMBERS, kind).reshape(shape))
    assert load_condition(tmp_path / "c.npy") == NUMBERS


@pytest.mark.parametrize("text", ["0.5,-1,3", "0.5 -1\n3\n", "[0.5, -1.0, 3]", "[[0.5], [-1, 3]]", "(0.5; -1e0; 3)"])
def test_a_text(tmp_path: Path, text: str):
    path = tmp_path / "c.JSON"
    path.write_text(text)
    assert load_condition(path) == NUMBERS
    assert read_condition(str(path)) == NUMBERS


def test_numbers_alone():
    assert read_condition("0.5,-1,3") == NUMBERS


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.txt", b"", "holds no condition"),
        ("c.txt", b"left, right", "holds no condition"),
        ("c.txt", b"1, nan", "holds no condition"),
        ("c.txt", b"1 " * 70_000, "holds no condition"),
        ("c.txt", b"1 " * 600_000, "cannot be read"),
        ("c.npy", b"no array", "c.npy "),
        ("c.npy", None, "cannot be read"),
    ],
)
def test_other_files_are_sentences(tmp_path: Path, name: str, content: bytes | None, words: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=words) as caught:
        load_condition(tmp_path / name)
    assert len(str(caught.value)) < 200


def test_several_conditions_are_not_one(tmp_path: Path):
    np.save(tmp_path / "c.npy", np.zeros((4, 3), np.float32))
    with pytest.raises(ValueError, match="several conditions"):
        load_condition(tmp_path / "c.npy")
