"""JSON from outside: limits of size, depth and number of values, and one exception for everything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.inputs import DocumentError, read_json, read_object

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(_VALUES)
def test_documents_are_read_as_the_standard_library_does(value):
    assert read_json(json.dumps(value), depth=64) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), depth=64) == value


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[" * 100_000, "levels deep"),
        (b'{"a":' * 100_000, "levels deep"),
        (b"[" + b"1," * 500_000 + b"1]", "more than 200000 values"),
        (b"[" + b"[]," * 250_000 + b"1]", "more than 200000 values"),
        (b'"' + b"x" * 2**20 + b'"', "larger than 1 MiB"),
        (b"9" * 10_000, "number that is too long"),
        (b"\xff\xfe\xfa", "no text"),
        (b'{"a": ', "not valid JSON"),
        (b"", "not valid JSON"),
    ],
)
def test_what_exceeds_a_limit_or_is_damaged_is_refused(content, problem):
    with pytest.raises(DocumentError, match=problem):
        read_json(content)


def test_brackets_and_commas_in_texts_do_not_count():
    assert read_json(json.dumps(["[{" * 1000, "," * 300_000, '\\"[' * 99])) == ["[{" * 1000, "," * 300_000, '\\"[' * 99]


def test_the_limits_are_exact():
    assert read_json("[[1]]", depth=2, values=10) == [[1]]
    with pytest.raises(DocumentError):
        read_json("[[[1]]]", depth=2)
    assert len(read_json(json.dumps([0] * 50), values=60)) == 50


def test_an_object_is_required_where_one_is_meant():
    assert read_object(b'{"a": 1}') == {"a": 1}
    with pytest.raises(DocumentError, match="no names"):
        read_object(b"[1]")
