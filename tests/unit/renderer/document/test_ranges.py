"""Bounds of fields."""

import pytest

from renderer.document.parts import Direction, Latent, Network
from renderer.document.ranges import Range, Text, limited, range_of


def test_a_value_is_limited_to_the_bounds_of_its_field():
    assert range_of(Direction, "strength") == Range(-1e4, 1e4)
    assert limited(Direction, "strength", 1e300) == 1e4
    assert limited(Direction, "strength", -1e300) == -1e4
    assert limited(Direction, "strength", 0.25) == 0.25
    assert limited(Direction, "first", 10**9) == 4095
    assert type(limited(Direction, "first", 10**9)) is int
    assert range_of(Latent, "blend") is None
    assert limited(Network, "source", 10**9) == 10**9


def test_text_keeps_what_can_be_shown():
    assert Text().of("a  b ψ") == "a  b ψ"
    assert Text().of("a\tb\x1b[0m\udcff") == "a b[0m\N{REPLACEMENT CHARACTER}"
    assert Text(verbatim=True).of("/n/\udcff") == "/n/\udcff"
    for form, text in ((Text(3), "abcd"), (Text(9, pattern="[0-9]*"), "12x"), (Text(9, pattern="[0-9]*"), "12\n")):
        with pytest.raises(ValueError, match=r"text of more|right form"):
            form.of(text)
