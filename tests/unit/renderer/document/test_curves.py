"""Weights of keys in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan import splines
from renderer.document.curves import EASES, KINDS, eased, weights

TIMES = st.lists(st.integers(0, 500), unique=True, min_size=1, max_size=7).map(
    lambda all_: tuple(sorted(n / 25 for n in all_))
)


@given(TIMES, st.floats(-5, 30), st.sampled_from(["linear", "cubic"]), st.booleans())
def test_the_curves_are_those_of_the_command_lines_films(times, t, kind, loop):
    period = times[-1] - times[0] + 1.5 if loop else None
    assert weights(times, t, kind, period) == pytest.approx(splines.weights(times, t, kind, period), abs=1e-9)


@given(TIMES, st.sampled_from(KINDS), st.booleans(), st.sampled_from(EASES))
def test_at_its_own_time_only_that_key_counts(times, kind, loop, ease):
    period = 40.0 if loop else None
    for i, at in enumerate(times):
        assert np.array_equal(weights(times, at, kind, period, (ease,) * len(times)), np.eye(len(times))[i])


@given(TIMES, st.floats(0, 40), st.sampled_from(KINDS), st.sampled_from(EASES))
def test_weights_add_up_to_one(times, t, kind, ease):
    assert weights(times, t, kind, 40.0, (ease,) * len(times)).sum() == pytest.approx(1)


@given(TIMES, st.floats(0, 40), st.sampled_from(["linear", "cubic", "slerp"]), st.sampled_from(EASES))
def test_there_are_no_jumps_not_even_where_a_loop_closes(times, t, kind, ease):
    eases = (ease,) * len(times)
    near = weights(times, t, kind, 40.0, eases), weights(times, t + 1e-6, kind, 40.0, eases)
    assert near[0] == pytest.approx(near[1], abs=1e-3)
    assert weights(times, 40.0 - 1e-6, kind, 40.0, eases) == pytest.approx(
        weights(times, 0.0, kind, 40.0, eases), abs=1e-3
    )


def test_eases_start_and_end_where_they_should_and_rest_where_they_say():
    for ease in EASES:
        assert (eased(0, ease), eased(1, ease)) == (0, 1)
    slow = 1e-3
    assert eased(slow, "in") < slow / 100
    assert 1 - eased(1 - slow, "in") > slow
    assert eased(slow, "out") > slow
    assert 1 - eased(1 - slow, "out") < slow / 100
    assert eased(slow, "both") < slow / 100
    assert 1 - eased(1 - slow, "both") < slow / 100


def test_hold_stays_on_a_key_until_the_next():
    assert list(weights((0.0, 1.0), 0.999, "hold")) == [1, 0]
    assert list(weights((0.0, 1.0), 1.0, "hold")) == [0, 1]
