"""The curve of path lengths: steps, and halves where it bends, as PPL counts them."""

import numpy as np
import pytest

from renderer.document.timeline import Timeline
from renderer.ipc.protocol import Changes, RenderRequest
from viz.analysis.lens_path import as_ppl

WORK = Changes(RenderRequest(0), Timeline(seconds=2.0), 4, "distance", halved=2)
NAN = float("nan")


def test_halves_take_the_place_of_their_step():
    found = as_ppl(WORK, np.array([0.1, 0.4, 0.2, 0.1, 1, 0.3, 0.2, NAN, NAN, NAN, 2]))
    np.testing.assert_allclose(found.times, [0.25, 0.625, 0.875, 1.25, 1.75])
    np.testing.assert_allclose(found.steps, [0.5, 0.25, 0.25, 0.5, 0.5])
    np.testing.assert_allclose(found.values, [0.04, 1.44, 0.64, 0.16, 0.04])
    assert found.halved == 1
    assert found.mean == pytest.approx((0.04 * 2 + 1.44 + 0.64 + 0.16 * 2 + 0.04 * 2) / 8)


def test_what_is_not_known_is_left_out():
    found = as_ppl(WORK, np.array([NAN, 0.4, NAN, 0.1, NAN, NAN, NAN, NAN, NAN, NAN, 0]))
    assert np.isnan(found.values[[0, 2]]).all()
    assert found.halved == 0
    assert found.mean == pytest.approx((0.64 + 0.04) / 2)
    one = as_ppl(WORK, np.array([0.1, 0.4, 0.2, 0.1, 3, 0.1, NAN, NAN, NAN, NAN, 0]))
    assert one.halved == 0, "half of a step alone is no step"
