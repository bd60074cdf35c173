"""Networks of other shapes in the window: each panel works, or is greyed with its reason."""

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.transparency import SHADES, checkerboard, over
from renderer.document.document import Camera
from tests.e2e.analysis.test_analysis_panel import WIDE, analyse, front
from tests.e2e.canvas.test_compare import comparing, one_to_one, seed, seen
from tests.e2e.driver import Driver, drive, written
from tests.e2e.generate.test_families import (
    NOISE,
    REASONS,
    TALL,
    TRUNCATION,
    WHEN_UNABLE,
    Row,
    refuse,
    tips,  # noqa: F401  # a fixture
    use,
)
from tests.unit.renderer import tiny
from viz.commands.table import WORKSPACES
from viz.files.browse_dialog import browser_of
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window
Key = imgui.Key
SIZES = {"tall": (48, 32), "rgba": (32, 32), "six": (32, 32), "grey": (32, 32), "many": (32, 32), "numbers": (32, 32)}
EVERYWHERE = (Row("##random", "document.latent.x"), TRUNCATION[0], TRUNCATION[1], NOISE[0], NOISE[1])


def shown(d: Driver) -> np.ndarray:
    """Return the screen where the image is, at one screen pixel per pixel."""
    d.change(lambda scene: put(scene, "view.camera", Camera(1.0, 0.5, 0.5)))
    d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
    d.frames(3)
    place, window = d.scene.interaction.pointer.place, d.window()
    x, y = round(place.x), round(place.y)
    return window[y : y + place.height, x : x + place.width]


@pytest.mark.parametrize("kind", SIZES)
def test_every_panel_draws_and_the_picture_is_saved(kind, lent, tmp_path):
    folder = tmp_path / "saved"

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.picture().shape == (*SIZES[kind], 4)
        for row in EVERYWHERE:
            use(d, row)
        expected = over(d.picture()) if kind == "rgba" else d.picture()[..., :3]
        assert np.abs(shown(d).astype(int) - expected).max() <= 1
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: written(folder.glob("*.png")), what="the saved picture")
        with Image.open(folder / "00000.png") as picture:
            assert np.array_equal(np.asarray(picture), d.picture() if kind == "rgba" else d.picture()[..., :3])
        for workspace in ("mix", "analyse"):
            d.change(lambda scene, name=workspace: put(scene, "view.workspace", name))
            d.frames(4)
            assert d.facts.failure is None
        d.wait_for(lambda: d.facts.frame.layer_statistics, what="the statistics of the layers")
        d.press(Key.g)
        d.wait_for(lambda: d.exists("//Canvas/##cell1-1"), what="the mixing grid")
        d.frames(4)
        assert d.facts.failure is None

    drive(
        steps,
        network=tiny.save(tmp_path, kind),
        renderer=lent,
        size=TALL,
        settings=Settings(capture_dir=str(folder)),
    )


UNABLE = {
    "tall": ("classes", "transform"),
    "rgba": ("classes", "transform"),
    "six": ("classes", "transform"),
    "many": ("transform",),
    "numbers": ("transform",),
}
TABS = ("Timeline", "Layers & spectrum", "Performance", "History")


@pytest.mark.parametrize("kind", UNABLE)
def test_what_a_shape_lacks_is_greyed_with_its_reason_and_every_panel_is_drawn(kind, lent, tmp_path, tips):  # noqa: F811
    def steps(d: Driver) -> None:
        d.wait_frame()
        for section in UNABLE[kind]:
            for row in WHEN_UNABLE[section]:
                refuse(d, row, REASONS[section], tips)
        for name in WORKSPACES:
            d.change(lambda scene, name=name: put(scene, "view.workspace", name))
            d.frames(3)
            for tab in TABS:
                window = imgui.internal.find_window_by_name(tab)
                if window is not None and window.was_active:
                    imgui.internal.focus_window(window)
                    d.frames(3)
            assert d.facts.failure is None
            assert not [one.text for one in d.app.messages if one.bad]
        d.wait_frame()
        assert d.picture().shape == (*SIZES[kind], 4)

    drive(steps, network=tiny.save(tmp_path, kind), renderer=lent, size=TALL)


def test_transparent_pictures_are_saved_as_webp(lent, tmp_path):
    folder = tmp_path / "saved"

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: written(folder.glob("*.webp")), what="the saved picture")
        with Image.open(folder / "00000.webp") as picture:
            assert picture.format == "WEBP"
            assert np.array_equal(np.asarray(picture), d.picture())
        seed = d.scene.document.latent.x
        d.press(Key.r)
        assert d.scene.document.latent.x != seed
        d.app.drop([str(folder / "00000.webp")])
        d.wait_for(lambda: d.scene.document.latent.x == seed, what="the picture's recipe")

    drive(
        steps,
        network=tiny.save(tmp_path, "rgba"),
        renderer=lent,
        settings=Settings(capture_dir=str(folder), capture_format="webp"),
    )


def test_squares_lie_behind_transparent_pictures_alone(lent, tmp_path):
    G = tiny.network("rgba")
    for block in G.synthesis.blocks():
        block.torgb.weight.data[3] = 0
        block.torgb.bias.data[3] = -2 if block.resolution == 32 else 0
    path = tiny.save(tmp_path, "rgba", G)

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.picture()[..., 3].max() == 0
        seen = shown(d)
        levels = {int(value) for value in np.unique(seen)}
        assert levels == {int(value) for value in np.unique(checkerboard(32, 32))}
        d.change(lambda scene: put(scene, "view.display.channel", 1))
        d.wait_for(lambda: d.picture()[..., 3].min() == 255, what="the other channels")
        assert np.array_equal(shown(d), d.picture()[..., :3])

    drive(steps, network=path, renderer=lent, size=TALL)


def test_the_spectrum_of_a_rectangle_has_its_size(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        front(d)
        d.click("//Layers & spectrum/**/##Measure")
        d.wait_frame()
        assert (d.facts.spectrum.height, d.facts.spectrum.width) == (48, 32)

    drive(steps, network=tiny.save(tmp_path, "tall"), renderer=lent, size=WIDE, scene=analyse)


def test_channels_beyond_the_third_can_be_shown(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        first = d.picture()
        d.change(lambda scene: put(scene, "view.workspace", "analyse"))
        d.frames(3)
        for _ in range(3):
            d.click("//Layers & spectrum/**/##channelcaret-right")
        d.wait_for(lambda: not np.array_equal(d.picture(), first), what="the other channels")
        assert d.scene.view.display.channel == 3

    drive(steps, network=tiny.save(tmp_path, "six"), renderer=lent, size=TALL)


def test_one_of_a_thousand_classes_is_found_by_typing(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.picture()
        d.click("//Generator/##Class")
        d.frames(2)
        d.ctx.key_chars("987")
        d.press(Key.enter)
        d.wait_for(lambda: d.scene.document.latent.label == 987, what="the class")
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)

    drive(steps, network=tiny.save(tmp_path, "many"), renderer=lent, size=TALL)


def test_numbers_take_the_place_of_a_class(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.picture()
        d.click("//Generator/condition/##1")
        d.wait_frame()
        condition = d.scene.document.latent.condition
        assert (len(condition), sum(condition)) == (25, 1.0)
        assert np.array_equal(d.picture(), before)
        d.type_into("//Generator/**/Number 2/##number", "1.5")
        d.wait_for(lambda: d.scene.document.latent.condition[2] == 1.5, what="the number")
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)
        d.click("//Generator/condition/##0")
        d.wait_frame()
        assert d.scene.document.latent.condition == ()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=tiny.save(tmp_path, "numbers"), renderer=lent, size=TALL)


def test_the_numbers_of_a_file_are_taken_where_they_fit(lent, tmp_path):
    (tmp_path / "camera.txt").write_text(", ".join(str(i / 10) for i in range(25)))
    np.save(tmp_path / "short.npy", np.zeros(16, np.float32))

    def choose(d: Driver, name: str) -> None:
        d.click("//Generator/**/##From file")
        d.frames(3)
        browser = browser_of(d.facts)
        browser.go(str(tmp_path))
        d.wait_for(lambda: len(browser.shown) == 2, what="the files")
        d.click(f"**/##{name}")
        d.click("**/##take")

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.click("//Generator/condition/##1")
        d.wait_frame()
        before = d.picture()
        choose(d, "camera.txt")
        d.wait_for(lambda: d.scene.document.latent.condition[24] == 2.4, what="the numbers")
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)
        taken = d.scene.document.latent.condition
        choose(d, "short.npy")
        d.wait_for(
            lambda: any("16 numbers, but this network's condition has 25" in one.text for one in d.app.messages),
            what="the reason",
        )
        assert d.scene.document.latent.condition == taken

    drive(steps, network=tiny.save(tmp_path, "numbers"), renderer=lent, size=TALL)


def test_a_transparent_picture_hides_the_one_that_it_is_compared_with(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(one_to_one)
        d.change(seed(5.0))
        d.wait_frame()
        b = d.picture()
        assert b[..., 3].min() < 250
        d.press(Key.c)
        d.change(comparing(mode="flip", flipped=True))
        d.change(seed(0.0))
        shown_b = seen(d)
        # The squares are those of the screen, so only whole and no transparency can be compared with them.
        backgrounds = [over(b, f"#{level:02x}{level:02x}{level:02x}").astype(int) for level in SHADES]
        low, high = np.minimum(*backgrounds), np.maximum(*backgrounds)
        assert ((shown_b >= low - 8) & (shown_b <= high + 8))[4:, 24:].mean() > 0.98

    drive(steps, network=tiny.save(tmp_path, "rgba"), renderer=lent, size=TALL, settings=Settings(smooth=False))
