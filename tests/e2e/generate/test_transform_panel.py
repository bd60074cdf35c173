"""Section "Transform"."""

import math

import numpy as np
import pytest

from renderer.ipc.protocol import Transform
from tests.e2e.driver import Driver, drive
from tests.e2e.generate.equivariance import shown_db
from tests.e2e.left import Clock, centre
from tests.fixtures_path import ROOT
from viz.state.params import put

pytestmark = pytest.mark.window
TALL = (1280, 1000)
X, Y, ANGLE = (f"//Generator/{name}/##number" for name in ("Translate x", "Translate y", "Rotate"))


def transform(d: Driver) -> Transform:
    return d.scene.document.transform


def typed(d: Driver, item: str, text: str) -> np.ndarray:
    d.type_into(item, text)
    d.wait_whole()
    return d.picture()


def test_moving_and_turning_change_the_picture_and_reset_brings_it_back(lent, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        still = d.picture()
        moved = typed(d, X, "0.1")
        turned = typed(d, ANGLE, "30")
        lower = typed(d, Y, "-0.1")
        pictures = (still, moved, turned, lower)
        assert len({picture.tobytes() for picture in pictures}) == 4
        assert transform(d) == Transform(0.1, -0.1, 30)
        d.click("//Generator/##resetTransform")
        assert transform(d) == Transform()
        d.wait_whole()
        assert np.array_equal(d.picture(), still)

    drive(steps, network=stylegan3, renderer=lent, size=TALL)


def test_whole_pixels_round_the_translation(lent, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        whole = typed(d, X, str(3 / 64))
        between = typed(d, X, str(3.4 / 64))
        assert not np.array_equal(whole, between)
        d.click("//Generator/##Whole pixels")
        d.wait_whole()
        assert np.array_equal(d.picture(), whole)
        assert transform(d).x == pytest.approx(3.4 / 64), "the number stays as typed"

    drive(steps, network=stylegan3, renderer=lent, size=TALL)


def test_a_shift_by_whole_pixels_is_as_exact_as_eq_t_says(lent):
    pattern = next((ROOT / "assets").glob("pattern-t-*.safetensors"))
    columns, rows, seeds = 9, -5, (0, 1)
    expected, errors = shown_db(pattern, columns, rows, seeds), list[float]()

    def steps(d: Driver):
        d.change(lambda scene: put(scene, "document.transform", Transform(whole_pixels=True)))
        for seed in seeds:
            d.change(lambda scene, seed=seed: put(scene, "document.latent.x", float(seed)))
            d.change(lambda scene: put(put(scene, "document.transform.x", 0.0), "document.transform.y", 0.0))
            d.wait_whole()
            still = d.picture()[..., :3].astype(np.float64)
            side = still.shape[0]
            typed(d, X, f"{columns / side:.4f}")  # not exactly: the switch rounds it
            moved = typed(d, Y, f"{rows / side:.4f}")[..., :3].astype(np.float64)
            wanted = np.roll(still, (rows, columns), (0, 1))
            errors.append(((moved - wanted) ** 2)[:rows, columns:].mean())

    drive(steps, network=str(pattern), renderer=lent, size=TALL)
    assert 10 * math.log10(255**2 / np.mean(errors)) == pytest.approx(expected, abs=1)


def test_untransform_moves_the_picture_back(lent, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        still = d.picture()[16:48, 16:48, :3].astype(float)
        moved = typed(d, X, "0.125")[16:48, 16:48, :3].astype(float)
        d.click("//Generator/##Untransform")
        assert d.scene.view.display.untransform
        d.wait_whole()
        back = d.picture()[16:48, 16:48, :3].astype(float)
        assert np.abs(back - still).mean() < 0.5 * np.abs(moved - still).mean()

    drive(steps, network=stylegan3, renderer=lent, size=TALL)


def test_orbit_and_turn_go_by_time():
    clock = Clock()

    def steps(d: Driver):
        d.wait_whole()
        d.type_into("//Generator/Orbit size/##number", "0.2")
        d.click("//Generator/##playOrbit")
        clock.run(d, 2.5)  # a quarter of a circle at 0.1 a second
        place = transform(d)
        assert math.hypot(place.x, place.y) == pytest.approx(0.2, abs=1e-6)
        d.click("//Generator/##playOrbit")
        d.click("//Generator/##playTurn")
        clock.run(d, 2.0)
        assert transform(d).angle == pytest.approx(20, abs=1e-6)
        assert (transform(d).x, transform(d).y) == (place.x, place.y)
        d.click("//Generator/##resetTransform")
        clock.run(d, 0.5)
        assert transform(d) == Transform(), "a reset stops what moves"

    drive(steps, options={"clock": clock}, size=TALL)


def test_stylegan2_has_no_transform_so_nothing_answers():
    def steps(d: Driver):
        d.wait_whole()
        for item in (X, ANGLE, "//Generator/##Whole pixels", "//Generator/##playOrbit"):
            d.drag([centre(d, item)])
        assert transform(d) == Transform()
        assert not d.scene.view.motion.playing

    drive(steps, family="StyleGAN2", size=TALL)
