"""Points set, moved and removed; documents and films of a drag; the default range of layers."""

import numpy as np
import pytest

from foundation.specs.editing.defaults import DRAG_MOST_POINTS
from renderer.document.animate import value_at
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.dragging.kept import PointDrag
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import Direction, Latent, Truncation
from renderer.document.plain import from_plain
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Network
from tests.unit.viz.facts import new_facts
from viz.dragging import points as edits
from viz.dragging.film import film_of
from viz.dragging.made import as_direction, as_picture
from viz.dragging.mask import DIM, dimmed
from viz.dragging.run import hindrance, missing, share_gone, thinned
from viz.state.interaction import PointDragger, Stage
from viz.state.scene import Scene

SMALL = model_info(Network(), "StyleGAN2", 64)
LARGE = model_info(Network(), "StyleGAN3-T", 256)


def with_points(*points: DragPoint) -> Scene:
    return Scene(view=View(pulled=PointDrag(points)))


def test_points_snap_to_half_a_pixel_on_small_networks_and_stay_in_the_picture():
    assert edits.fitted((10.3, 20.2), SMALL) == (10.5, 20.0)
    assert edits.fitted((-3, 99), SMALL) == (0.0, 63.0)
    assert edits.fitted((10.304, 20.2), LARGE) == (10.3, 20.2)
    assert edits.place_text((10.5, 20), SMALL) == "10.5, 20.0"
    assert edits.place_text((98.2, 154), LARGE) == "98, 154"


def test_sixteen_points_at_most_and_removing_keeps_the_others():
    scene = Scene()
    for i in range(DRAG_MOST_POINTS + 1):
        scene = edits.added(scene, (i, 2 * i))
    assert len(edits.points_of(scene)) == DRAG_MOST_POINTS
    scene = edits.removed(edits.removed(scene, 0), 99)
    assert [one.x for one in edits.points_of(scene)] == list(range(1, DRAG_MOST_POINTS))
    assert edits.points_of(edits.cleared(scene)) == ()


def test_both_move_together_as_far_as_the_picture_goes():
    scene = edits.shifted(with_points(DragPoint(10, 10, 60, 20)), 0, (30, -30), SMALL)
    assert edits.points_of(scene) == (DragPoint(13, 0, 63, 10),)


def test_points_of_a_larger_network_come_into_a_smaller_one():
    scene = edits.fitting(with_points(DragPoint(10, 10, 200, 20), DragPoint(1, 2, 3, 4)), SMALL)
    assert edits.points_of(scene) == (DragPoint(10, 10, 63, 20), DragPoint(1, 2, 3, 4))


def test_reversed_points_go_back():
    scene = edits.reversed_(with_points(DragPoint(1, 2, 3, 4, 1, 2)))
    assert edits.points_of(scene) == (DragPoint(3, 4, 1, 2),)


def test_reasons_name_what_is_missing():
    facts = new_facts(model=SMALL)
    assert "Click the picture" in missing(Scene(), facts)
    assert "should go" in missing(with_points(DragPoint(1, 2, 1, 2)), facts)
    assert missing(with_points(DragPoint(1, 2, 3, 2)), facts) == ""
    assert hindrance(Scene(), new_facts())


def test_the_share_of_the_way():
    dragger = PointDragger(left=(10.0, 0.0))
    assert share_gone(dragger, 0, DragPoint(0, 0, 3, 4)) == 0.5
    assert share_gone(dragger, 1, DragPoint(0, 0, 0, 0)) == 1


def test_offsets_for_films_are_thinned_and_keep_the_last():
    arrays = ArrayStore()
    refs = tuple(arrays.add(np.array([i], np.float32)) for i in range(600))
    thin = thinned(refs)
    assert len(thin) <= 301
    assert (thin[0], thin[-1]) == (refs[0], refs[-1])


def test_a_picture_has_everything_in_its_ws_and_a_direction_leaves_the_rest():
    arrays = ArrayStore()
    ref = arrays.add(np.ones((SMALL.num_ws, SMALL.w_dim), np.float32))
    smile = Direction("smile", ref, 2.0)
    first = Document(truncation=Truncation(0.5), directions=(smile,))
    picture = as_picture(first, ref)
    assert picture.latent == Latent(array=ref)
    assert picture.truncation == Truncation()
    assert [one.strength for one in picture.directions] == [0.0]
    moved = as_direction(first, ref, SMALL, "Drag 1 point")
    assert moved.truncation == first.truncation
    assert moved.directions[0] == smile
    assert moved.directions[1].whole
    assert (moved.directions[1].first, moved.directions[1].last) == (0, SMALL.num_ws - 1)


def test_a_film_begins_and_ends_where_the_drag_did():
    arrays = ArrayStore()
    ways = [np.full((4, 8), i / 9, np.float32) for i in range(10)]
    start = np.arange(32, dtype=np.float32).reshape(4, 8)
    film = tuple(arrays.add(way) for way in ways)
    last = Stage(Document(), (), film[-1], arrays.add(start + ways[-1]), film, 10)
    document = film_of(Stage(Document(), ()), last, Document(), arrays)
    assert document is not None
    timeline = document.timeline
    track = timeline.track("latent")
    assert track is not None
    ends = [arrays.get(value_at(track, timeline, at).array) for at in (0.0, timeline.seconds)]
    np.testing.assert_allclose(ends[0], start, atol=1e-5)
    np.testing.assert_allclose(ends[1], start + 1, atol=1e-5)
    assert film_of(Stage(Document(), ()), Stage(Document(), ()), Document(), arrays) is None


@pytest.mark.parametrize("side", [32, 64, 128])
def test_a_single_pixel_and_a_thin_stroke_can_be_seen(side):
    mask = np.zeros((side, side), np.uint8)
    mask[20, 20] = mask[5, 4:16] = 255
    over = dimmed(mask)
    factor = len(over) // side

    def at(y, x):
        return over[int((y + 0.5) * factor), int((x + 0.5) * factor)].tolist()

    outside = [0, 0, 0, round(255 * DIM)]
    assert at(25, 25) == outside
    for shown in (at(20, 20), at(5, 10)):
        assert shown[3] == 0 or shown[0] > 200, "clear, or of the white edge"


def test_outside_of_the_mask_is_dimmed_and_inside_is_clear():
    mask = np.zeros((32, 32), np.uint8)
    mask[8:24, 8:24] = 255
    over = dimmed(mask)
    scale = len(over) // 32
    assert over[4 * scale, 4 * scale].tolist() == [0, 0, 0, round(255 * DIM)]
    assert over[16 * scale, 16 * scale, 3] == 0
    edge = over[16 * scale, :, 0].max()
    assert edge > 200, "white between"


def test_a_session_of_before_has_no_points_and_bad_ones_are_left_out():
    notes: list[str] = []
    point = {"x": 1.0, "y": 2.0, "to_x": 3.0, "to_y": 4.0}
    view = from_plain(View, {"tool": "drag", "pulled": {"points": [point]}}, notes)
    assert view.pulled.points == (DragPoint(1, 2, 3, 4),)
    assert from_plain(View, {"tool": "drag"}, notes).pulled == PointDrag()
    assert not notes
    bad = {"points": [{**point, "x": 1e300}], "hold": 1000.0, "layers": [1, 2, 3], "keep": "both"}
    view = from_plain(View, {"pulled": bad}, notes)
    assert len(notes) >= 4
    assert 0 <= view.pulled.hold <= 100
    assert view.pulled.keep == "picture"
    assert len(view.pulled.layers) <= 2
