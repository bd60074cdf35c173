"""Numbers formatted for narrow columns."""

import pytest

from viz.ui.numbers import compact, kimg_text, milliseconds, size_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (0.625, "0.62"),
        (-8.374, "−8.37"),
        (99.999, "100.0"),
        (152.44, "152.4"),
        (12_345.6, "12346"),
        (123_456.0, "1.2e5"),
        (0.0012, "1.2e-3"),
        (-0.0012, "−1.2e-3"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
    ],
)
def test_compact(value, text):
    assert compact(value) == text


def test_compact_stays_narrow():
    for exponent in range(-30, 30):
        for digit in (1.0, 3.3333, 9.9999):
            assert len(compact(-digit * 10.0**exponent)) <= 8


def test_times():
    assert [milliseconds(v) for v in (0.416, 9.996, 14.55, 999.4, 1204.0)] == [
        "0.42 ms",
        "10.0 ms",
        "14.6 ms",
        "999.4 ms",
        "1.20 s",
    ]


def test_bytes():
    assert size_of(812 * 2**20) == "812 MB"
    assert size_of(int(3.4 * 2**30)) == "3.4 GB"
    assert size_of(1_000 * 2**20) == "1.0 GB"


def test_training_time():
    assert [kimg_text(k) for k in (0, 940, 1240, 0.4)] == ["0", "940", "1\u00a0240", "0.4"]
