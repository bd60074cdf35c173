"""Section "Latent": seeds, the pad, the walk, blending, classes."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import hello_imgui

from renderer.fake.client import FakeRenderer
from renderer.ipc.interface import Replies
from renderer.ipc.protocol import Latent
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.left import Clock, centre
from tests.fixtures_path import fixtures
from viz.generate import pad
from viz.state.params import put

pytestmark = pytest.mark.window
SEED = "//Generator/Seed/##value"
PAD = "//Generator/pad/##pad"


@pytest.fixture
def classes() -> str:
    """A StyleGAN2-ADA of 32 x 32 pixels with five classes."""
    return str(fixtures() / "sg2ada_cond_32" / "net.pkl")


def latent(d: Driver) -> Latent:
    return d.scene.document.latent


def at(d: Driver, place: Latent) -> np.ndarray:
    """Return the image at a position of the seed grid."""
    d.change(lambda scene: put(scene, "document.latent", place))
    d.wait_frame()
    return d.picture()


def test_a_typed_seed_shows_its_picture_and_the_grid_counts_in_hundreds(lent, avatars):
    def steps(d: Driver):
        there = at(d, Latent(5, 3))
        assert not np.array_equal(there, at(d, Latent(0, 0)))
        d.type_into(SEED, "305")
        assert latent(d) == Latent(305, 0)
        d.wait_frame()
        assert np.array_equal(there, d.picture())
        d.type_into("//Generator/pad/##x", "5")
        d.type_into("//Generator/pad/##y", "3")
        assert latent(d) == Latent(5, 3)
        d.wait_frame()
        assert np.array_equal(there, d.picture())

    drive(steps, network=avatars, renderer=lent)


def test_one_walks_from_a_stored_latent_and_back_and_leaves_it_by_a_seed(lent, avatars):
    def steps(d: Driver):
        seven = at(d, Latent(7))
        assert d.facts.model is not None
        w = np.random.RandomState(0).randn(d.facts.model.num_ws, d.facts.model.w_dim).astype(np.float32)
        stored = at(d, Latent(array=d.facts.arrays.add(w)))
        assert not np.array_equal(stored, at(d, Latent()))
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(stored, d.picture())
        d.type_into("//Generator/pad/##x", "0.4")
        d.wait_frame()
        halfway = d.picture()
        assert not np.array_equal(stored, halfway)
        d.type_into("//Generator/pad/##x", "1")
        d.wait_frame()
        assert np.array_equal(d.picture(), at(d, Latent(1))), "from a step away on there are the seeds alone"
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(halfway, d.picture())
        d.press(Key.n)
        assert latent(d).stored == 1, "the nearest whole place is that of the stored latent"
        d.wait_frame()
        assert np.array_equal(stored, d.picture())
        x, y = centre(d, PAD)
        d.drag([(x - 14 + 7 * k, y) for k in range(4)])
        assert 0 < latent(d).stored < 1
        d.press(Key.mod_ctrl, Key.z)
        d.change(lambda scene: put(scene, "view.motion.latent", True))
        d.frames(20)
        d.change(lambda scene: put(scene, "view.motion.latent", False))
        assert latent(d).stored < 1, "a walk leaves it"
        d.press(Key.mod_ctrl, Key.z)
        assert latent(d).stored == 1
        d.type_into(SEED, "7")
        assert latent(d) == Latent(7)
        d.wait_frame()
        assert np.array_equal(seven, d.picture())
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.r)
        assert latent(d).array is None, "a random seed leaves it"

    drive(steps, network=avatars, renderer=lent)


def test_dragging_the_pad_walks_and_a_click_on_a_neighbour_goes_there(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture()
        x, y = centre(d, PAD)
        d.drag([(x - 28 + 7 * k, y + 7 * k) for k in range(5)])
        assert latent(d).x == pytest.approx(7 - 28 / pad.CELL, abs=0.02)
        assert latent(d).y == pytest.approx(-28 / pad.CELL, abs=0.02)
        d.wait_frame()
        assert not np.array_equal(before, d.picture())
        d.press(Key.mod_ctrl, Key.z)
        assert latent(d) == Latent(7, 0), "a drag is one step"
        d.ctx.key_down(Key.mod_alt)
        d.drag([(x, y + 10), (x + 28, y + 10)])
        d.ctx.key_up(Key.mod_alt)
        assert latent(d).x == pytest.approx(7 - 2.8 / pad.CELL, abs=0.005)
        d.change(lambda scene: put(scene, "document.latent", Latent(7, 0)))
        d.drag([(x + pad.CELL + 8, y - 5)])
        assert latent(d) == Latent(8, 0)
        d.wait_frame()
        goal = d.picture()
        assert np.array_equal(goal, at(d, Latent(8, 0)))

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.latent.x", 7.0))


def test_the_pad_shows_the_pictures_of_the_seeds_around(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        held = d.facts.scratch.get(pad.Pad)
        d.wait_for(lambda: {(0, 0), (1, 0), (0, 1), (-1, -1)} <= set(held.shown), what="pictures of the neighbours")
        d.frames(2)
        window = d.window().astype(int)
        x, y = (round(v) for v in centre(d, PAD))
        cells = [window[y - 60 + 4 : y - 60 + 34, x + pad.CELL * i - 12 : x + pad.CELL * i + 12] for i in (-1, 0, 1)]
        assert all(cell.std() > 5 for cell in cells), "pictures, not flat squares"
        assert np.abs(cells[0] - cells[1]).mean() > 3

    drive(steps, network=avatars, renderer=lent)


def test_snap_and_random_seeds():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##snap")
        assert latent(d) == Latent(3, -1)
        d.click("//Generator/##random")
        first = latent(d)
        assert first.x == int(first.x)
        assert first.y == 0
        d.click("//Generator/##random")
        assert latent(d) != first
        d.click("//Generator/##resetLatent")
        assert latent(d) == Latent()

    drive(steps, scene=lambda scene: put(scene, "document.latent", Latent(3.4, -0.8)))


def test_the_walk_goes_by_time_not_by_frames():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.type_into("//Generator/Walk speed/##number", "-2")
        d.click("//Generator/##playWalk")
        began = latent(d).x
        clock.run(d, 1.0, step=0.05)
        assert latent(d).x == pytest.approx(began - 2, abs=1e-6)
        clock.run(d, 1.0, step=0.2)
        assert latent(d).x == pytest.approx(began - 4, abs=1e-6)
        d.click("//Generator/##playWalk")
        stopped = latent(d).x
        clock.run(d, 1.0)
        assert latent(d).x == stopped
        d.press(Key.mod_ctrl, Key.z)
        assert latent(d).x == began, "the whole walk is one step"

    drive(steps, options={"clock": clock}, size=(1920, 1080))


def test_blending_in_z_w_and_arcs_differ_between_seeds_and_agree_on_them(lent, avatars):
    def steps(d: Driver):
        pictures = {}
        for x in (3.5, 4.0):
            d.change(lambda scene, x=x: put(scene, "document.latent.x", x))
            for index, blend in enumerate(("z", "w", "arc")):
                d.click(f"//Generator/blend/##{index}")
                assert latent(d).blend == blend
                d.wait_frame()
                pictures[x, blend] = d.picture()
        assert np.array_equal(pictures[4.0, "z"], pictures[4.0, "w"])
        assert np.array_equal(pictures[4.0, "arc"], pictures[4.0, "w"])
        for a, b in (("z", "w"), ("w", "arc"), ("z", "arc")):
            assert not np.array_equal(pictures[3.5, a], pictures[3.5, b])

    drive(steps, network=avatars, renderer=lent)


def test_classes_are_picked_from_a_list_and_blended(lent, classes):
    def steps(d: Driver):
        d.wait_frame()
        pictures = [at(d, Latent(label=label)) for label in range(5)]
        assert len({picture.tobytes() for picture in pictures}) == 5
        d.click("//Generator/##Class")
        d.click("**/##pick 3")
        assert latent(d).label == 3
        d.wait_frame()
        assert np.array_equal(pictures[3], d.picture())
        d.click("//Generator/##Second class")
        d.click("**/##pick 1")
        assert latent(d).label_b == 1
        d.wait_frame()
        assert np.array_equal(pictures[3], d.picture()), "none of it yet"
        d.type_into("//Generator/Class mix/##number", "1")
        d.wait_frame()
        assert np.array_equal(pictures[1], d.picture())
        d.click("//Generator/##Second class", 1)
        d.click("//Generator/##Class", 1)
        assert (latent(d).label, latent(d).label_b) == (None, None)

    drive(steps, network=classes, renderer=lent)


def test_a_stored_latent_has_its_class_in_it(lent, classes):
    def steps(d: Driver):
        d.wait_frame()
        assert d.facts.model is not None
        ref = d.facts.arrays.add(np.zeros(d.facts.model.w_dim, np.float32))
        at(d, Latent(array=ref))
        d.drag([centre(d, "//Generator/##Class")])
        assert not d.exists("**/##pick from seed")
        at(d, Latent(array=ref).moved_to(0.5, 0.0))
        d.click("//Generator/##Class")
        assert d.exists("**/##pick from seed")

    drive(steps, network=classes, renderer=lent)


def test_an_unconditional_network_offers_no_class(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        d.drag([centre(d, "//Generator/##Class")])
        assert not d.exists("**/##pick from seed")
        assert latent(d).label is None

    drive(steps, network=avatars, renderer=lent, size=(1920, 1080))


class ManyClasses(FakeRenderer):
    """The test pattern with a thousand classes."""

    def poll(self) -> Replies:
        replies = super().poll()
        if replies.frame is None:
            return replies
        return replace(replies, frame=replace(replies.frame, model=replace(replies.frame.model, c_dim=1000)))


def test_a_long_list_of_classes_is_searched_by_keyboard():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##Class")
        d.frames(3)
        d.ctx.key_chars("73")
        d.frames(2)
        assert d.exists("**/##pick 730")
        assert not d.exists("**/##pick 1")
        d.press(Key.enter)
        assert latent(d).label == 73
        d.click("//Generator/##Second class")
        d.frames(3)
        d.ctx.key_chars("nonsense")
        d.press(Key.enter)
        assert latent(d).label_b is None
        d.press(Key.escape)
        d.frames(2)
        assert not d.exists("**/##pick none")

    drive(steps, renderer=ManyClasses(hello_imgui.request_refresh))
