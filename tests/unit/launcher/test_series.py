"""Statistics as columns: damaged lines are skipped, gaps stay gaps."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_launcher.records.series import Series, metric_row, stats_row


def stats(kimg: float, **values: float) -> bytes:
    row = {name.replace("_", "/"): {"num": 1, "mean": value, "std": 0.0} for name, value in values.items()}
    return json.dumps({**row, "Progress/kimg": {"num": 1, "mean": kimg, "std": 0.0}, "timestamp": 1.5}).encode()


def test_columns_follow_the_rows():
    series = Series()
    series.add([stats(0, Loss_G=1.5), stats(4, Loss_G=2.5, Loss_D=0.5), stats(8)])
    assert series.names == ("Loss/D", "Loss/G")
    kimg, loss = series.column("Loss/G")
    assert list(kimg) == [0, 4, 8]
    assert list(loss[:2]) == [1.5, 2.5]
    assert math.isnan(loss[2])
    assert math.isnan(series.column("Loss/D")[1][0])
    assert series.newest("Loss/G") == 2.5
    assert series.newest("Loss/R") is None
    series.clear()
    assert len(series) == 0
    assert series.names == ()


def test_a_column_given_out_does_not_change():
    series = Series()
    series.add([stats(0, a=1.0)])
    kimg, values = series.column("a")
    series.add([stats(1, a=2.0)])
    assert (list(kimg), list(values)) == ([0], [1])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b"7",
        b'{"Loss/G/loss": {"num": 1, "mean": 1.0}}',
        b'{"Progress/kimg": {"mean": NaN}}',
        b'{"Progress/kimg": 4}',
        b"[" * 100_000,
    ],
)
def test_damaged_lines_are_skipped(line):
    series = Series()
    series.add([stats(0, a=1.0), line, stats(1, a=2.0)])
    assert list(series.column("a")[1]) == [1, 2]
    assert series.skipped == 1


@given(st.binary(max_size=60))
def test_nothing_that_a_line_may_hold_raises(line):
    stats_row(line)
    metric_row(line)


def test_what_is_no_number_leaves_a_gap_and_what_is_too_large_is_infinite():
    line = json.loads(stats(2, a=1.0, b=1e300))
    line["c"], line["d"], line["e"] = {"mean": "x"}, {"mean": True}, {"mean": -(10**400)}
    row = stats_row(json.dumps(line).encode())
    assert row == (2.0, {"a": 1.0, "b": math.inf, "e": -math.inf})


def test_metrics_stand_where_their_snapshots_do():
    line = {"results": {"fid50k_full": 18.4, "bad": None}, "metric": "fid50k_full"}
    assert metric_row(json.dumps({**line, "snapshot_pkl": "network-snapshot-001240.pkl"}).encode()) == (
        1240.0,
        {"fid50k_full": 18.4},
    )
    assert (
        metric_row(json.dumps({**line, "snapshot_pkl": "a/network-snapshot-000001.5.safetensors"}).encode())[0] == 1.5
    )
    assert metric_row(json.dumps({**line, "snapshot_pkl": None}).encode()) is None
    assert metric_row(json.dumps({**line, "snapshot_pkl": "final.pkl"}).encode()) is None
    assert metric_row(b'{"results": 3}') is None
