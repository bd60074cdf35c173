"""Section "Noise"."""

import numpy as np
import pytest

from renderer.ipc.protocol import Noise
from tests.e2e.driver import Driver, drive
from tests.e2e.left import Clock, centre

pytestmark = pytest.mark.window
HIGH = (1280, 900)
"""Lower windows fold the panel."""
OFF, FIXED, RANDOM = (f"//Generator/noise/mode/##{k}" for k in range(3))
STRENGTH = "//Generator/noise/Strength/##number"
SEED = "//Generator/noise/Seed/##value"


def noise(d: Driver) -> Noise:
    return d.scene.document.noise


def shown(d: Driver) -> np.ndarray:
    d.wait_frame()
    return d.picture()


def test_off_is_strength_0_and_fixed_noise_comes_back(lent, avatars):
    def steps(d: Driver):
        fixed = shown(d)
        d.click(OFF)
        assert noise(d).mode == "none"
        off = shown(d)
        assert not np.array_equal(off, fixed)
        d.click(FIXED)
        assert np.array_equal(shown(d), fixed)
        d.type_into(STRENGTH, "0")
        assert np.array_equal(shown(d), off)
        d.type_into(STRENGTH, "2")
        strong = shown(d).astype(int)
        assert np.abs(strong - off).mean() > np.abs(fixed.astype(int) - off).mean()
        d.click(STRENGTH, 1)
        assert noise(d) == Noise()

    drive(steps, network=avatars, renderer=lent, size=HIGH)


def test_random_noise_goes_by_its_seed(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        d.drag([centre(d, SEED)])
        assert noise(d).seed == 0, "greyed until noise is random"
        d.click(RANDOM)
        first = shown(d)
        d.type_into(SEED, "5")
        assert noise(d) == Noise("random", 5)
        fifth = shown(d)
        assert not np.array_equal(first, fifth)
        d.type_into(SEED, "0")
        assert np.array_equal(shown(d), first)
        d.type_into(SEED, "-3")
        assert noise(d).seed == 0
        d.click("//Generator/noise/##random")
        assert noise(d).seed > 0
        d.click("//Generator/##resetNoise")
        assert noise(d) == Noise()

    drive(steps, network=avatars, renderer=lent, size=HIGH)


def test_the_film_of_noise_runs_by_time_in_the_mode_random():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/noise/##playAnimate")
        assert noise(d).mode == "random"
        assert d.scene.view.motion.noise
        clock.run(d, 1.0)
        assert noise(d).seed == 10
        d.click(FIXED)
        assert not d.scene.view.motion.noise
        clock.run(d, 0.5)
        assert noise(d).seed == 10

    drive(steps, family="StyleGAN2", options={"clock": clock}, size=HIGH)


def test_stylegan3_has_no_noise_so_nothing_answers():
    def steps(d: Driver):
        d.wait_frame()
        for item in (OFF, RANDOM, "//Generator/noise/##playAnimate", STRENGTH):
            d.drag([centre(d, item)])
        assert noise(d) == Noise()
        assert not d.scene.view.motion.noise

    drive(steps, family="StyleGAN3-T", size=(1920, 1080))
