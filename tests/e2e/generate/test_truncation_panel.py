"""Section "Truncation"."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.ipc.protocol import Truncation
from tests.e2e.driver import Driver, drive
from tests.e2e.generate.truncated import by_layer
from viz.state.params import put
from viz.ui import theme

pytestmark = pytest.mark.window
Key = imgui.Key
PSI = "//Generator/ψ/##number"
CUTOFF = "//Generator/Layers/##number"
SEED = "//Generator/Seed/##value"


def truncation(d: Driver) -> Truncation:
    return d.scene.document.truncation


def typed(d: Driver, item: str, text: str) -> np.ndarray:
    d.type_into(item, text)
    d.wait_frame()
    return d.picture()


def test_psi_0_makes_every_seed_the_mean_and_psi_1_none(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        own = d.picture()
        mean = typed(d, PSI, "0")
        assert np.array_equal(mean, typed(d, SEED, "12"))
        other = typed(d, PSI, "1")
        assert not np.array_equal(other, own)
        assert not np.array_equal(other, mean)
        assert not np.array_equal(typed(d, PSI, "-0.5"), mean)
        d.click("//Generator/##resetTruncation")
        assert truncation(d) == Truncation()

    drive(steps, network=avatars, renderer=lent)


def test_the_cutoff_counts_the_networks_layers_and_all_of_them_is_none(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        whole = d.picture()
        assert np.array_equal(typed(d, CUTOFF, "0"), typed(d, PSI, "1")), "no layer truncated is no truncation"
        assert truncation(d) == Truncation(1.0, 0)
        some = typed(d, PSI, "0.3")
        assert not np.array_equal(some, typed(d, CUTOFF, "4"))
        assert truncation(d).cutoff == 4
        all_layers = typed(d, CUTOFF, "99")
        assert truncation(d).cutoff is None
        assert np.array_equal(whole, all_layers)
        d.drag_slider("//Generator/Layers/##track", 0.02)
        assert truncation(d).cutoff == 0
        d.click(CUTOFF, 1)
        assert truncation(d).cutoff is None

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.truncation.psi", 0.3))


def test_the_chart_draws_a_bar_for_each_layer():
    def steps(d: Driver):
        def bars() -> tuple[float, float]:
            """Lowest and highest cap of a coarse layer's bar below its psi slider, in pixels from the top."""
            x0, y0, x1, _ = d.rect("//Generator/Layers/##track")
            window = d.window()[int(y0) + 28 : int(y0) + 84, int(x0) : int(x1) + 60].astype(int)
            colour = np.array([round(255 * c) for c in theme.rgb(theme.DARK.coarse)])
            rows = np.flatnonzero((np.abs(window - colour).max(-1) < 12).sum(1) > 4)
            return float(rows.min()), float(rows.max())

        d.wait_frame()
        untouched = bars()
        d.type_into(PSI, "0.5")
        half = bars()
        d.type_into(PSI, "0")
        none = bars()
        assert untouched[0] < half[0] < none[0]
        assert half[0] - untouched[0] == pytest.approx(none[0] - half[0], abs=1.5)
        d.type_into(PSI, "-0.5")
        assert bars()[1] > half[0], "negative bars hang below zero"

    drive(steps, family="StyleGAN3-T", size=(1920, 1080))


def test_bars_are_drawn_by_hand_and_every_layer_gets_its_own_psi(lent, avatars):
    seen: dict[str, object] = {}

    def steps(d: Driver):
        d.wait_frame()
        whole = d.picture().copy()
        x0, _, x1, y1 = d.rect("//Generator/##psis")
        left, step = x0 + theme.current.px(4), (x1 - x0 - theme.current.px(8)) / 8
        bar = [left + (i + 0.5) * step for i in range(8)]
        d.drag([(bar[1], y1 - theme.current.px(6)), (bar[3], y1 - theme.current.px(6))])
        psis = truncation(d).psis
        assert psis == (1, 0, 0, 0, 1, 1, 1, 1)
        d.wait_frame()
        seen["psis"], seen["picture"] = psis, d.picture().copy()
        assert not np.array_equal(seen["picture"], whole)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert truncation(d) == Truncation()
        assert np.array_equal(d.picture(), whole)
        d.press(Key.mod_ctrl, Key.mod_shift, Key.z)
        typed(d, PSI, "0.5")
        assert truncation(d) == Truncation(0.5), "one psi for all takes the place of the curve"

    drive(steps, network=avatars, renderer=lent)
    expected = by_layer(avatars, seen["psis"])
    assert np.abs(seen["picture"].astype(int) - expected).max() <= 1


def test_a_bar_is_typed_and_reset():
    def steps(d: Driver):
        d.wait_frame()
        x0, y0, x1, y1 = d.rect("//Generator/##psis")
        step, middle = (x1 - x0 - theme.current.px(8)) / d.facts.model.num_ws, (y0 + y1) / 2
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x0 + theme.current.px(4) + 2.5 * step, middle))
        d.double_click()
        d.frames(3)
        d.ctx.key_chars_replace_enter("-0.25")
        d.frames(3)
        assert truncation(d).psis[2] == -0.25
        assert {*truncation(d).psis[:2], *truncation(d).psis[3:]} == {1.0}
        d.ctx.mouse_click(1)
        d.frames(3)
        assert truncation(d) == Truncation(), "right click takes it back, and no curve is left"

    drive(steps)


def test_a_double_click_that_types_nothing_leaves_the_curve_as_it_was():
    def steps(d: Driver):
        def double_click_and_leave():
            x0, y0, x1, y1 = d.rect("//Generator/##psis")
            step = (x1 - x0 - theme.current.px(8)) / d.facts.model.num_ws
            d.ctx.mouse_move_to_pos(imgui.ImVec2(x0 + theme.current.px(4) + 2.5 * step, (y0 + y1) / 2))
            d.double_click()
            d.frames(3)
            d.press(Key.escape)
            d.frames(3)

        d.wait_frame()
        double_click_and_leave()
        assert truncation(d) == Truncation()
        drawn = (0.25, *[1.0] * (d.facts.model.num_ws - 1))
        d.change(lambda scene: put(scene, "document.truncation.psis", drawn))
        double_click_and_leave()
        assert truncation(d).psis == drawn

    drive(steps)


def test_the_strip_shows_other_psis_and_a_click_takes_one():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##psi strip")
        d.frames(3)
        d.click("//Generator/##psi -0.5")
        assert truncation(d) == Truncation(-0.5)
        d.click("//Generator/##psi strip")
        d.frames(2)
        assert not d.exists("//Generator/##psi 0")

    drive(steps, size=(1280, 1060))
