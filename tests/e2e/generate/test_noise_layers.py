"""Section "Noise": layer by layer, and how much it changes each pixel."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from renderer.ipc.protocol import LayerNoise, Noise
from tests.e2e.driver import Driver, drive, written
from viz.generate.noise_map import NOISE_MAP, colored, level
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window
Key = imgui.Key
TALL = (1280, 1060)
ROOT = "//Generator/noise"


def noise(d: Driver) -> Noise:
    return d.scene.document.noise


def shown(d: Driver) -> np.ndarray:
    d.wait_frame()
    return d.picture().copy()


def test_no_strength_in_any_layer_is_no_noise_and_undo_brings_it_back(lent, avatars):
    def steps(d: Driver):
        whole = shown(d)
        d.change(lambda scene: put(scene, "document.noise.mode", "none"))
        none = shown(d)
        assert not np.array_equal(whole, none)
        d.change(lambda scene: put(scene, "document.noise.mode", "const"))
        layers = d.facts.model.noise_layers
        silent = Noise().with_layers(*(LayerNoise(layer, strength=0.0) for layer in layers))
        d.change(lambda scene: put(scene, "document.noise", silent))
        assert np.array_equal(shown(d), none)
        d.click("//Generator/##resetNoise")
        d.click(f"{ROOT}/##noise None")
        assert set(noise(d).off) == set(layers)
        assert np.array_equal(shown(d), none)
        d.press(Key.mod_ctrl, Key.z)
        assert np.array_equal(shown(d), whole)

    drive(steps, network=avatars, renderer=lent, size=TALL)


def test_a_row_switches_strengthens_and_seeds_its_layer(lent, avatars):
    def steps(d: Driver):
        before = shown(d)
        d.click(f"{ROOT}/##noise layers")
        d.frames(3)
        row = f"{ROOT}/b32.conv0"
        d.type_into(f"{row}/strength/##number", "3")
        assert noise(d).of("b32.conv0").strength == 3
        stronger = shown(d)
        assert not np.array_equal(stronger, before)
        d.click(f"{row}/##seed")
        seeded = shown(d)
        assert noise(d).of("b32.conv0").seed is not None
        assert not np.array_equal(seeded, stronger)
        d.frames(2)
        edge = d.rect(f"{row}/##seed")[2]
        assert d.rect(f"{row}/strength/##number")[2] <= edge
        assert d.rect(f"{row}/Seed/caret-right")[2] <= edge + 1, "all of its seed is in sight"
        d.type_into(f"{row}/Seed/##value", "7")
        assert noise(d).of("b32.conv0").seed == 7
        d.click(f"{row}/##seed")
        assert noise(d).of("b32.conv0").seed is None
        d.click(f"{row}/##on")
        assert noise(d).off == ("b32.conv0",)
        silent = shown(d)
        d.change(lambda scene: put(scene, "document.noise", Noise().with_layers(LayerNoise("b32.conv0", on=False))))
        assert np.array_equal(shown(d), silent)

    drive(steps, network=avatars, renderer=lent, size=(1280, 1060))


def test_the_sets_of_the_paper(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.click(f"{ROOT}/##noise Fine")
        assert all(int(layer.split(".")[0][1:]) < 64 for layer in noise(d).off)
        assert len(noise(d).off) == 7
        d.click(f"{ROOT}/##noise Coarse")
        assert all(int(layer.split(".")[0][1:]) >= 64 for layer in noise(d).off)
        assert len(noise(d).off) == 4
        d.click(f"{ROOT}/##noise All")
        assert noise(d) == Noise()

    drive(steps, family="StyleGAN2", resolution=128, size=TALL)


def test_the_map_is_the_standard_deviation_of_the_pictures(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        d.type_into(f"{ROOT}/realisations/##value", "6")
        d.click(f"{ROOT}/##deviation")
        heat = d.app.services[NOISE_MAP]
        d.wait_for(lambda: heat.status.over, what="the map")
        measured = heat.shown
        pictures = []
        for seed in range(6):
            d.change(lambda scene, seed=seed: put(scene, "document.noise", replace(Noise("random"), seed=seed)))
            pictures.append(shown(d)[..., :3].mean(axis=2))
        np.testing.assert_allclose(measured, np.std(pictures, axis=0), atol=1e-4)
        assert measured.max() > 0.5
        d.click(f"{ROOT}/##save deviation")
        folder = Path(d.scene.settings.capture_dir)
        d.wait_for(lambda: written(folder.glob("*.png")), what="the saved map")
        saved = np.asarray(Image.open(next(folder.glob("*.png"))))
        assert np.array_equal(saved, colored(measured, measured.max())[..., :3])
        d.click(f"{ROOT}/##deviation")
        assert not heat.on

    drive(steps, network=avatars, renderer=lent, size=TALL)


def test_a_map_follows_another_seed_and_undo():
    def steps(d: Driver):
        d.wait_frame()
        d.click(f"{ROOT}/##deviation")
        heat = d.app.services[NOISE_MAP]
        d.wait_for(lambda: heat.status.over, what="the map")
        x, first = d.scene.document.latent.x, heat.status.result
        d.press(Key.r)
        assert d.scene.document.latent.x != x
        d.wait_for(lambda: heat.status.over and heat.status.result is not first, what="the map of another seed")
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.latent.x == x
        d.wait_for(lambda: heat.status.over, what="the first map again")
        np.testing.assert_array_equal(heat.status.result, first)
        d.frames(10)
        assert d.app.guard.errors == []

    drive(steps, family="StyleGAN2", resolution=128, size=TALL)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_bar_says_which_colour_is_how_much(scheme):
    def steps(d: Driver):
        d.wait_frame()
        d.click(f"{ROOT}/##deviation")
        heat = d.app.services[NOISE_MAP]
        d.wait_for(lambda: heat.status.over, what="the map")
        d.ctx.scroll_to_item_y(f"{ROOT}/##levels")
        d.frames(3)
        x0, y0, x1, _ = (int(value) for value in d.rect(f"{ROOT}/##levels"))
        window = d.window().astype(int)
        bar = window[y0 + 4, x0 + 2 : x1 - 2]
        wanted = colored(np.linspace(0, 1, len(bar))[None], 1.0)[0, :, :3]
        assert np.abs(bar - wanted).max() < 16, "all colours of the map, violet at the left"
        numbers = window[y0 + 14 : y0 + 26, x0:x1].mean(axis=2)
        for third in np.array_split(numbers, 3, axis=1):
            assert np.ptp(third) > 90, "0, half and all of it, to be read"

    drive(steps, family="StyleGAN2", size=TALL, settings=Settings(scheme=scheme))


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.84, "0.84"), (9.999, "10.0"), (12.46, "12.5")])
def test_levels_in_words(value, text):
    assert level(value) == text
