"""Zoom, pan and fit: the image's position on the canvas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.document.document import Camera
from viz.gl.camera import LARGEST, SMALLEST, Area, actual_size, fit_scale, panned, place, zoomed

AREA = Area(300.0, 40.0, 684.0, 455.0)
MARGIN = (64.0, 20.0)
cameras = st.builds(Camera, st.floats(0.1, 40), st.floats(0.2, 0.8), st.floats(0.2, 0.8))


@given(cameras, st.floats(0.5, 2.0), st.floats(0, 1), st.floats(0, 1))
def test_zoom_keeps_the_point_under_the_pointer(camera, factor, u, v):
    now = place(camera, AREA, 256, 256, MARGIN)
    x, y = AREA.x + u * AREA.width, AREA.y + v * AREA.height
    after = zoomed(now, AREA, x, y, now.scale * factor)
    if 0.0 < after.x < 1.0 and 0.0 < after.y < 1.0:  # else the image would have left the canvas
        then = place(after, AREA, 256, 256, MARGIN)
        # The corner is rounded to a screen pixel, so the point may be off by half of one.
        assert abs((x - then.x) / then.scale - (x - now.x) / now.scale) * then.scale <= 0.51
        assert abs((y - then.y) / then.scale - (y - now.y) / now.scale) * then.scale <= 0.51


@given(cameras, st.floats(-300, 300), st.floats(-300, 300))
def test_panning_moves_the_picture_and_never_out_of_sight(camera, dx, dy):
    now = place(camera, AREA, 256, 128, MARGIN)
    after = panned(now, AREA, dx, dy)
    assert 0 <= after.x <= 1
    assert 0 <= after.y <= 1
    then = place(after, AREA, 256, 128, MARGIN)
    if 0 < after.x < 1:
        assert abs(then.x - now.x - dx) <= 1
    assert then.right > AREA.x
    assert then.x < AREA.x + AREA.width


@given(st.integers(1, 2048), st.integers(1, 2048), st.floats(80, 3000), st.floats(80, 2000))
def test_a_fitted_picture_lies_within_the_margins(width, height, room_x, room_y):
    area = Area(0.0, 0.0, room_x, room_y)
    scale = fit_scale(area, width, height, (10.0, 10.0))
    now = place(Camera(), area, width, height, (10.0, 10.0))
    assert now.scale == scale
    if SMALLEST < scale < LARGEST:
        assert width * scale <= room_x - 20 + 1e-6
        assert height * scale <= room_y - 20 + 1e-6
        filled = max(width * scale / (room_x - 20), height * scale / (room_y - 20))
        assert filled > 1 - 1.01 / min(room_x - 20, room_y - 20)
        assert (max(width, height) * scale) == pytest.approx(round(max(width, height) * scale))


def test_zoom_has_ends():
    now = place(Camera(1.0), AREA, 256, 256, MARGIN)
    assert zoomed(now, AREA, 500, 200, 1e9).zoom == LARGEST
    assert zoomed(now, AREA, 500, 200, 0).zoom == SMALLEST


def test_pixels_are_found_under_the_pointer_and_none_beside_the_picture():
    now = place(Camera(2.0), AREA, 100, 50, MARGIN)
    assert now.pixel(now.x, now.y) == (0, 0)
    assert now.pixel(now.x + 2 * 99 + 1.9, now.y + 2 * 49 + 1.9) == (99, 49)
    assert now.pixel(now.x - 0.1, now.y) is None
    assert now.pixel(now.right, now.y) is None
    assert now.pixel(now.x, now.bottom) is None


def test_one_to_one_looks_at_the_same_point():
    assert actual_size(Camera(7.5, 0.25, 0.75)) == Camera(1.0, 0.25, 0.75)
