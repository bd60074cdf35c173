"""Pointer and keyboard input on the controls that every panel is built from."""

import pytest

from renderer.ipc.protocol import Latent
from tests.e2e.driver import Driver, Key, drive
from viz.state.params import put

pytestmark = pytest.mark.window
PSI = "//Generator/ψ/##track"
SEED = "//Generator/Seed/##value"


def centre(d: Driver, item: str) -> tuple[float, float]:
    x0, y0, x1, y1 = d.rect(item)
    return (x0 + x1) / 2, (y0 + y1) / 2


def dragged(d: Driver, item: str, pixels: float, *held: int) -> None:
    """Press in the middle and move to the right, a few pixels a frame."""
    x, y = centre(d, item)
    for key in held:
        d.ctx.key_down(key)
    d.drag([(x + pixels * k / 4, y) for k in range(5)])
    for key in held:
        d.ctx.key_up(key)
    d.frames(2)


def psi(d: Driver) -> float:
    return d.scene.document.truncation.psi


def test_nothing_changes_by_being_drawn():
    def steps(d: Driver):
        d.wait_frame()
        before, step = d.scene.document, d.facts.undo
        assert before.truncation.psi == 0.62
        d.frames(10)
        assert d.scene.document == before
        assert d.facts.undo == step

    drive(steps, scene=lambda scene: put(scene, "document.truncation.psi", 0.62))


def test_a_slider_follows_the_pointer_and_alt_and_shift_set_its_pace():
    def steps(d: Driver):
        d.wait_frame()
        x0, _, x1, _ = d.rect(PSI)
        per_pixel = 3 / (x1 - x0)
        dragged(d, PSI, 20)
        assert psi(d) == pytest.approx(0.5 + 20 * per_pixel, abs=0.02)
        before = psi(d)
        dragged(d, PSI, 40, Key.mod_alt)  # no jump to the pointer, a tenth of the way
        assert psi(d) == pytest.approx(before + 4 * per_pixel, abs=0.02)
        assert psi(d) != before
        fine = psi(d)
        dragged(d, PSI, -4, Key.mod_shift)  # ten times as far
        assert psi(d) == pytest.approx(fine - 40 * per_pixel, abs=0.02)
        coarse = psi(d)
        dragged(d, PSI, 200)
        assert psi(d) == 2
        d.press(Key.mod_ctrl, Key.z)
        assert psi(d) == coarse, "one drag is one step"

    drive(steps)


def test_a_slider_can_be_typed_reset_and_worked_by_keyboard():
    def steps(d: Driver):
        d.wait_frame()
        d.type_into(PSI, "0.375")
        assert psi(d) == 0.375
        d.type_into("//Generator/ψ/##number", "-0.62")
        assert psi(d) == -0.62
        d.type_into(PSI, "99")
        assert psi(d) == 2
        d.click(PSI, 1)
        assert psi(d) == 1
        d.ctx.nav_move_to(PSI)
        d.ctx.nav_activate()
        for _ in range(3):
            d.ctx.key_press(Key.left_arrow)
        d.press(Key.enter)
        assert psi(d) < 1

    drive(steps)


def test_a_number_is_typed_with_all_its_digits_stepped_and_dragged():
    def steps(d: Driver):
        def x() -> float:
            return d.scene.document.latent.x

        d.wait_frame()
        d.type_into(SEED, "3123456789")  # more than 31 bits
        assert x() == 3123456789
        d.click("//Generator/Seed/caret-right")
        assert x() == 3123456790
        d.click("//Generator/Seed/caret-left")
        assert x() == 3123456789
        d.click(SEED, 1)
        assert x() == 0
        dragged(d, SEED, 25)
        assert x() == 5
        dragged(d, SEED, 4, Key.mod_shift)
        assert x() == 13
        d.double_click(SEED)
        d.frames(2)
        d.ctx.key_chars("77")
        assert x() == 13, "nothing is taken before Enter"
        d.press(Key.escape)
        assert x() == 13
        d.ctx.nav_move_to(SEED)
        d.press(Key.enter)
        d.frames(2)
        d.ctx.key_chars("78")
        d.press(Key.enter)
        assert x() == 78

    drive(steps)


def test_a_place_far_out_keeps_its_fraction():
    def steps(d: Driver):
        d.wait_frame()
        d.frames(4)
        assert d.scene.document.latent == Latent(99999.375, 0.0)
        d.type_into("//Generator/pad/##x", "99999.515625")
        assert d.scene.document.latent.x == 99999.515625
        dragged(d, "//Generator/pad/##x", 10)
        assert d.scene.document.latent.x == pytest.approx(99999.615625, abs=1e-4)
        d.click("//Generator/pad/##x", 1)
        assert d.scene.document.latent.x == 0

    drive(steps, scene=lambda scene: put(scene, "document.latent.x", 99999.375))
