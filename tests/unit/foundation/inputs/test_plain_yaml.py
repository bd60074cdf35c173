"""YAML of known shapes: equal to the general reader for plain values, and closed to all else."""

import math
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.inputs.plain_yaml import PlainYamlError, dump, parse
from tests.soak import times

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_LOOKS = st.sampled_from(
    [
        "1e5",
        "0x10",
        "010",
        "12:30:45",
        "2020-01-01",
        "<<",
        "=",
        "yes",
        "Off",
        "null",
        "~",
        "",
        ".5",
        "-.5",
        "1_0",
        "0b1",
    ]
)
_NUMBERS = st.integers(-(10**60), 10**60) | st.floats()
_PLAIN = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT | _LOOKS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT | _LOOKS, inner, max_size=4),
    max_leaves=12,
)


def same(a: object, b: object) -> bool:
    """Equality with types, in which NaN equals NaN."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    return type(a) is type(b) and a == b


def shape(value: object) -> object:
    """Lists, maps and their names, without the values."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else "value"


_RARE_BREAKS = ("\\x85", "\\u2028", "\\u2029")
"""Line ends, as `repr` writes them, that PyYAML writes into a flow as they are, and reads back as spaces."""


@settings(max_examples=times(300), deadline=None)
@given(_PLAIN)
def test_plain_values_come_back_from_every_dumper(plain):
    texts = [dump(plain), yaml.safe_dump(plain, sort_keys=False)]
    if not any(rare in str(plain) for rare in _RARE_BREAKS):
        texts.append(yaml.safe_dump(plain, allow_unicode=True, default_flow_style=True, sort_keys=False))
    for text in texts:
        assert same(parse(text), plain), text


@settings(max_examples=times(300), deadline=None)
@given(st.text("ab:-[]{}#&*!|>'\"%@`,? \n\t01.~<=", max_size=30))
def test_any_text_has_the_structure_that_the_general_reader_sees_or_is_refused(text):
    try:
        found = parse(text)
    except PlainYamlError:
        return
    assert shape(found) == shape(yaml.load(text, yaml.CBaseLoader))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\na: 2", {"a": 2}),
        ("1: x\non: y\n~: z", {"1": "x", "on": "y", "~": "z"}),
        ("- 0x1F\n- 017\n- 190:20:30\n- 2001-12-14", ["0x1F", "017", "190:20:30", "2001-12-14"]),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("- 1_000\n- -7\n- +0\n- 1.5e+3\n- .inf\n- -.INF", [1000, -7, 0, 1500.0, math.inf, -math.inf]),
        ("- Yes\n- no\n- TRUE\n- 'true'\n- ~\n-", [True, False, True, "true", None, None]),
        ("", None),
    ],
)
def test_what_is_not_decimal_stays_text(text, value):
    assert same(parse(text), value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x [1]\nb: *x\n", "refers to its own parts"),
        ("a: &x 1", "refers to its own parts"),
        ("!!bool abc", "holds tags"),
        ("a: !!int ''", "holds tags"),
        ("a: !!python/object/apply:os.system ['true']", "holds tags"),
        ("[" * 5000, "too many things"),
        ("- " * 5000, "too many things"),
        ("a: [1", "no valid YAML in line"),
        ("a: \x00", "no valid YAML"),
        ("a: \udcff", "no text"),
        ("? [a]\n: b", "where a name belongs"),
        ("--- 1\n--- 2", "more than one document"),
        ("9" * 6000, "more than 100 digits"),
        ("0." + "9" * 6000, "more than 100 digits"),
        ("x" * (1 << 24) + "x", "longer than"),
        ("[" + "1," * 300_000 + "]", "more than 200000 values"),
        ("{" + "a: 1," * 150_000 + "}", "more than 200000 values"),
    ],
)
def test_all_else_is_refused_with_a_reason(text, reason):
    began = time.process_time()
    with pytest.raises(PlainYamlError, match=reason):
        parse(text)
    assert time.process_time() - began < 5


def test_a_text_is_left_where_it_goes_beyond_a_limit():
    with pytest.raises(PlainYamlError, match="more than 10 values"):
        parse("- 1\n" * 11 + "\tno YAML", most_nodes=10)
    with pytest.raises(PlainYamlError, match="within each other"):
        parse("[[[1, \t{no YAML", deepest=2)
    assert parse("[[1]]", deepest=2) == [[1]]


def test_equal_parts_are_written_out_each_time():
    part = [1, 2]
    assert parse(dump({"a": part, "b": part, "c": (3,)})) == {"a": part, "b": part, "c": [3]}
