"""Texts from outside: one printable line of bounded length, whatever they are, and storable as they were."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.inputs import clean_lines, clean_text, decoded, encoded


def test_texts_are_one_line_without_what_cannot_be_seen():
    assert clean_text("a\tb\r\nc \x1b[31m\u202ered\x00") == "a b c [31mred"
    assert clean_text("x" * 500) == "x" * 200
    assert clean_text("été 你好 ψ") == "été 你好 ψ"


@given(st.text(max_size=3000))
def test_any_text_comes_out_clean_and_stays_so(text):
    clean = clean_text(text)
    assert len(clean) <= 200
    assert clean.isprintable()
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in clean)
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("bad\udcff.pkl", "bad\N{REPLACEMENT CHARACTER}.pkl"),
        (b"caf\xc3\xa9\xff", "café\N{REPLACEMENT CHARACTER}"),
        (Path("/a/b"), "/a/b"),
        (12, "12"),
        (None, "None"),
        (["a", {"b": 1}], "['a', {'b': 1}]"),
        (" a ", "a"),
    ],
)
def test_values_of_any_type_become_text(value, shown):
    assert clean_text(value) == shown


def test_deep_and_enormous_values_are_described_briefly():
    assert clean_text(10**5000) == "a number of 16610 bits"
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, ["x" * 10**6] * 1000, dict.fromkeys(range(100), "y" * 10**6)):
        assert len(clean_text(value)) <= 200


def test_lines_keep_their_ends_and_indents_and_are_bounded():
    assert clean_lines("a\n  b\tc\x00\udcff") == "a\n  b c\N{REPLACEMENT CHARACTER}"
    assert clean_lines("x" * 10**6, 100) == "x" * 99 + "…"


@given(st.text(st.characters(), max_size=300))
def test_every_text_can_be_encoded(text):
    encoded(text)


def test_paths_that_are_no_utf8_come_back_as_they_were():
    path = "/tmp/bad\udcff.pkl"
    assert encoded(path) == b"/tmp/bad\xff.pkl"
    assert decoded(encoded(path)) == path
    assert encoded("\ud800\udcff") == b"\\ud800\\udcff"
