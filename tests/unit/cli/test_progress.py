"""Progress of commands in logs."""

import click
import pytest
from click.testing import CliRunner

from gan.cli import progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass at each look at the clock."""
    now = [0.0]
    step = [0.0]

    def monotonic():
        now[0] += step[0]
        return now[0]

    monkeypatch.setattr(progress.time, "monotonic", monotonic)
    return step


def lines(count):
    @click.command()
    def work():
        with progress.progress("Pictures") as report:
            for i in range(count):
                report(i + 1, count)

    result = CliRunner().invoke(work, catch_exceptions=False)
    assert result.stdout == ""
    return result.stderr.splitlines()


def test_quick_work_is_one_line_of_a_log(clock):
    assert lines(500) == ["Pictures: 500 of 500"]


def test_slow_work_is_a_line_every_few_seconds(clock):
    clock[0] = 4.0
    assert lines(10) == [f"Pictures: {done} of 10" for done in (3, 6, 9, 10)]


def test_a_log_of_unknown_length_and_one_that_is_not_wanted(clock, capsys):
    clock[0] = 20.0
    with progress.steps() as report:
        report("Download (bytes)", 7, None)
    with progress.steps(shown=False) as report:
        report("Download (bytes)", 7, 7)
    assert capsys.readouterr().err == "Download (bytes): 7\n"
