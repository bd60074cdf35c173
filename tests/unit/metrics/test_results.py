"""Result files."""

import json

import pytest

from gan.metrics.results import Result, append, duration


def result(value):
    return Result("fid1k", {"fid1k": value}, 1.5, 2, "network-snapshot-000000.pkl", 9.0, 1000, "a.pt", "ab", "cpu", 0)


def test_lines_are_added_one_by_one(tmp_path):
    paths = {append(result(value), tmp_path) for value in (3.0, 2.0)}
    assert paths == {tmp_path / "metric-fid1k.jsonl"}
    lines = [json.loads(line) for line in paths.pop().read_text().splitlines()]
    assert [line["results"] for line in lines] == [{"fid1k": 3.0}, {"fid1k": 2.0}]
    assert lines[0]["snapshot_pkl"] == "network-snapshot-000000.pkl"


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    path = append(result(3.0), tmp_path)
    path.write_text(path.read_text() + '{"resul')
    append(result(2.0), tmp_path)
    first, torn, last = path.read_text().splitlines()
    assert (json.loads(first)["results"], torn, json.loads(last)["results"]) == (
        {"fid1k": 3.0},
        '{"resul',
        {"fid1k": 2},
    )


def test_figures_that_are_no_numbers_are_null(tmp_path):
    line = append(result(float("inf")), tmp_path).read_text()
    assert json.loads(line, parse_constant=pytest.fail)["results"] == {"fid1k": None}


@pytest.mark.parametrize(
    ("seconds", "text"), [(7.4, "7s"), (187, "3m 07s"), (3787, "1h 03m 07s"), (2 * 86400 + 3780, "2d 01h 03m")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text
