"""Drags whose truth is known, on the bundled networks; `make soak` does all of them."""

import numpy as np
import pytest

from foundation.specs.editing.drag_options import DragOptions
from gan.edits.drag.dragging import Point
from gan.edits.drag.settings import settings_of
from gan.images import styles
from gan.networks import build_generator
from tests.soak import times
from tests.unit.edits.drag import truth
from tests.unit.renderer import tiny

pytestmark = pytest.mark.timeout(3600)  # fifty drags are one test, and a step takes up to a second beside other work
PATTERN_DRAGS, DEMO_DRAGS = 20, 50


@pytest.mark.parametrize("number", range(times(1, PATTERN_DRAGS)))
def test_a_handle_is_where_the_feature_went(number):
    error, length, left = truth.pattern_error(number)
    assert error <= 1.5
    assert left < length / 2, "it moves"


def test_points_reach_targets_of_a_second_w_and_the_rest_stays():
    found = [truth.demo_outcome(case) for case in truth.demo_cases(times(4, DEMO_DRAGS))]
    reached = np.mean([one.distance <= 1 for one in found])
    assert reached >= (0.8 if len(found) == DEMO_DRAGS else 0.5)
    outside, inside = (np.mean([getattr(one, name) for one in found]) for name in ("outside", "inside"))
    assert outside < inside / 4


def test_only_the_chosen_w_vectors_move():
    G, _ = truth.network(truth.DEMO)
    ws = styles(G, [3], psi=0.7)[0]
    for options, moving in (({}, range(3)), ({"first": 1, "last": 4}, range(1, 5)), ({"last": 99}, range(7))):
        dragging = truth.begun(truth.DEMO, ws, Point(10, 14, 14, 14), **options)
        dragging.step()
        moved = dragging.moved().abs().amax(dim=1).numpy()
        assert [i for i in range(8) if moved[i]] == list(moving)
    dragging = truth.begun(truth.DEMO, ws, Point(10, 14, 14, 14), one_w=True)
    for _ in range(2):
        dragging.step()
    moved = dragging.moved()[:3]
    np.testing.assert_allclose(moved, moved[:1].expand(3, -1), atol=1e-6)


def test_a_point_with_its_target_holds_while_another_is_pulled():
    G, _ = truth.network(truth.DEMO)
    dragging = truth.begun(truth.DEMO, styles(G, [3], psi=0.7)[0], Point(10, 14, 14, 14))
    dragging.go_on([Point(10, 14, 14, 14), Point(20, 20, 20, 20)])
    dragging.step()
    assert [one.distance for one in dragging.points] == [4, 0]


@pytest.mark.parametrize(
    ("kind", "layer", "last"), [("sg1", "b32.conv1", 3), ("sg2", "b32.conv1", 2), ("sg3", "L6_32_3", 1)]
)
def test_small_networks_compare_their_finest_features(kind, layer, last):
    synthesis = tiny.network(kind).synthesis
    found = settings_of(synthesis, DragOptions(), 1.0)
    assert (found.layer, found.layers[-1]) == (layer, last)
    assert (found.motion_radius, found.track_radius, found.arrive) == (3, 2, 0.5)
    assert found.hold == 2.5
    assert found.rate == pytest.approx(0.05)


def test_large_networks_have_the_published_radii():
    small = {"z_dim": 8, "c_dim": 0, "w_dim": 8, "img_channels": 3, "channel_base": 512, "channel_max": 4}
    synthesis = build_generator("stylegan2.Generator", img_resolution=512, **small).synthesis
    found = settings_of(synthesis, DragOptions(), 1.0)
    assert (found.layer, found.motion_radius, found.track_radius, found.arrive) == ("b128.conv1", 3, 12, 1.0)
    assert (found.hold, found.layers[-1]) == (20, 10)
