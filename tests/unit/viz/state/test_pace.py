"""Time left of work."""

import pytest

from viz.state.pace import Pace


def test_nothing_can_be_said_before_the_first_step():
    pace = Pace()
    assert pace.left_s("a", 0, 10, 5.0) is None
    assert pace.left_s("a", 0, 10, 50.0) is None


def test_the_rest_takes_as_long_for_each_step_as_those_seen():
    pace = Pace()
    pace.left_s("a", 2, 10, 100.0)  # two were done before it was looked at
    assert pace.left_s("a", 4, 10, 106.0) == pytest.approx(18.0)
    assert pace.left_s("a", 4, 10, 108.0) == pytest.approx(16.0), "time runs between steps"
    assert pace.left_s("a", 4, 10, 500.0) == 0.0, "and is never negative"
    assert pace.left_s("a", 10, 10, 501.0) == 0.0


def test_other_work_begins_anew_and_so_does_work_done_again():
    pace = Pace()
    pace.left_s("a", 0, 10, 0.0)
    pace.left_s("a", 5, 10, 1.0)
    assert pace.left_s("b", 5, 10, 2.0) is None
    assert pace.since == 2.0
    pace.left_s("b", 8, 10, 3.0)
    assert pace.left_s("b", 0, 10, 4.0) is None
