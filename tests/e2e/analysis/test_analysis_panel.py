"""Window "Layers & spectrum": layers and channels on the canvas, the spectrum, statistics."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.ipc.protocol import SPECTRUM
from tests.e2e.driver import Driver, Key, drive
from viz.shell.layout import SETTLED
from viz.state.bands import short_name
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import record

pytestmark = pytest.mark.window
PANEL = "//Layers & spectrum/**/"
WIDE = (1760, 800)
"""Position at which all parts of the panel fit side by side."""


def analyse(scene: Scene) -> Scene:
    """The workspace in which the panel is high."""
    return put(scene, "view.workspace", "analyse")


def front(d: Driver) -> None:
    """Bring the panel to the front of its dock node, once the layout has settled."""
    d.frames(SETTLED + 4)
    d.ctx.window_focus("//Layers & spectrum")
    d.frames(3)


def spectrum(d: Driver) -> np.ndarray:
    """A copy of the spectrum's image."""
    part = next(part for part in d.facts.frame.parts if part.name == SPECTRUM)
    return d.renderer.pixels(part).copy()


def click_layer(d: Driver, name: str) -> None:
    """Choose a row of the table and wait for its image."""
    d.click(f"{PANEL}##{name}")
    d.wait_frame()


def test_a_click_on_a_layer_shows_that_layer(lent, stylegan3):
    def steps(d: Driver):
        d.wait_frame()
        picture = d.picture()
        assert picture.shape[:2] == (64, 64)
        d.wait_for(lambda: d.facts.frame.layer_statistics, what="the statistics of the layers")
        for name, size in (("L4_52_32", 52), ("L8_84_32", 84), ("input", 36)):
            click_layer(d, name)
            assert d.scene.view.display.layer == name
            assert d.picture().shape[:2] == (size, size)
        click_layer(d, "Picture")
        assert d.scene.view.display.layer is None
        assert np.array_equal(d.picture(), picture)
        assert d.facts.layers is not None
        assert len(d.facts.frame.layer_statistics) == len(d.facts.frame.layers) == 16

    drive(steps, network=stylegan3, renderer=lent, size=WIDE, scene=analyse)


def test_arrow_keys_go_from_layer_to_layer():
    def steps(d: Driver):
        d.wait_frame()
        layers = [layer.name for layer in d.facts.model.layers]
        d.click(f"{PANEL}##{layers[1]}")
        assert d.scene.view.display.layer == layers[1]
        d.press(Key.down_arrow)
        d.frames(3)
        assert d.scene.view.display.layer == layers[2]
        d.press(Key.up_arrow)
        d.press(Key.up_arrow)
        d.frames(3)
        assert d.scene.view.display.layer == layers[0]

    drive(steps, size=WIDE, scene=analyse)


def test_channels_are_picked_stepped_and_kept_inside_the_layer(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        click_layer(d, "b16.conv1")
        colours = d.picture()
        d.click(f"{PANEL}channels/##1")
        d.wait_frame()
        grey = d.picture()
        assert d.scene.view.display.channels == "one"
        assert (grey[..., 0] == grey[..., 1]).all()
        assert (grey[..., 0] == grey[..., 2]).all()
        assert np.array_equal(grey[..., 0], colours[..., 0]), "channel 0 was the red one"
        d.type_into(f"{PANEL}Channel/##track", "95")
        d.wait_frame()
        last = d.picture()
        assert d.scene.view.display.channel == 95
        assert not np.array_equal(last, grey)
        d.click(f"{PANEL}##channelcaret-right")
        assert d.scene.view.display.channel == 95, "there is none beyond the last"
        d.click(f"{PANEL}##channelcaret-left")
        assert d.scene.view.display.channel == 94
        d.click(f"{PANEL}channels/##0")
        assert d.scene.view.display.channel == 93, "three channels from here on"
        click_layer(d, "b16.torgb")
        assert d.scene.view.display.channel == 0

    drive(steps, network=avatars, renderer=lent, size=WIDE, scene=analyse)


def test_gain_and_normalising_follow_the_published_rule(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        click_layer(d, "b32.conv0")
        plain = d.picture()[..., :3].astype(float)
        d.type_into(f"{PANEL}Scale/##track", "6")
        d.wait_frame()
        louder = d.picture()[..., :3].astype(float)
        expected = np.clip(128 + (plain + 0.5 - 128) * 10 ** (6 / 20), 0, 255)
        inside = (plain > 0) & (plain < 255)
        assert d.scene.view.display.scale_db == 6
        assert np.abs(louder - expected)[inside].max() <= 2
        d.click(f"{PANEL}Scale/##track", 1)
        assert d.scene.view.display.scale_db == 0
        d.click(f"{PANEL}normalize/##")
        d.wait_frame()
        normal = d.picture()[..., :3]
        reach = np.abs(normal.astype(int) - 128).max(axis=(0, 1))
        assert (reach >= 127).all(), "each channel reaches black or white"
        stats = d.facts.frame.selected
        assert stats is not None
        assert stats.max > 0

    drive(steps, network=avatars, renderer=lent, size=WIDE, scene=analyse)


def test_the_spectrum_appears_and_follows_its_controls(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        assert d.facts.spectrum is None
        d.click(f"{PANEL}##Measure")
        d.wait_frame()
        assert d.facts.spectrum is not None
        assert (d.facts.spectrum.width, d.facts.spectrum.height) == (32, 32)
        first = spectrum(d)
        frequencies = [frequency for frequency, _ in d.facts.frame.radial]
        assert max(frequencies) <= 0.5 + 1e-9
        assert frequencies == sorted(frequencies)
        for path, text in (("Kaiser β/##track", "0"), ("Range/##track", "20")):
            d.type_into(f"{PANEL}{path}", text)
            d.wait_frame()
            second = spectrum(d)
            assert not np.array_equal(first, second), path
            first = second
        d.click(f"{PANEL}channels/##1")
        d.wait_frame()
        assert np.array_equal(first, spectrum(d)), "the spectrum of all channels"
        d.click(f"{PANEL}of/##1")
        d.wait_frame()
        assert not np.array_equal(first, spectrum(d)), "the spectrum of one channel"
        d.click(f"{PANEL}spectrum/##")
        d.wait_frame()
        assert d.facts.spectrum is None

    drive(steps, network=avatars, renderer=lent, size=WIDE, scene=analyse)


def test_the_curve_is_read_under_the_pointer_and_columns_say_what_they_are_of():
    def texts(d: Driver, drawn: record.Record) -> list[str]:
        drawn.clear()
        d.frames(1)
        return [one.text for one in drawn.texts]

    def steps(d: Driver):
        d.wait_frame()
        drawn = record.start()
        layer = d.facts.model.layers[0].name
        d.ctx.mouse_move(f"{PANEL}##{layer}")
        d.wait_for(lambda: any("Std and Max" in text for text in texts(d, drawn)), what="what the columns are of")
        d.click(f"{PANEL}##Measure")
        d.wait_frame()
        x0, _, x1, y1 = d.rect(f"{PANEL}##csv")
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2 - 60, y1 + 60))
        d.frames(2)
        [shown] = [text for text in texts(d, drawn) if " dB at " in text]
        frequency = float(shown.rpartition(" ")[2])
        value = float(shown.partition(" dB")[0].replace("−", "-"))
        near = min(d.facts.figures.frame.radial, key=lambda point: abs(point[0] - frequency))
        assert near[1] == pytest.approx(value, abs=0.06)
        record.stop()

    drive(steps, size=WIDE, scene=analyse)


@pytest.mark.parametrize("size", [(1280, 720), (1040, 640)])
def test_narrow_windows_show_the_parts_on_pages(size):
    def steps(d: Driver):
        d.wait_frame()
        front(d)
        assert not d.exists(f"{PANEL}##Measure")
        pages = 2 if size[0] == 1280 else 4
        for page in range(pages):
            d.click(f"{PANEL}pages/##{page}")
            d.frames(2)
            if page == pages // 2:
                assert d.exists(f"{PANEL}##Measure")

    drive(steps, size=size)


def test_layers_are_measured_only_while_the_table_is_seen():
    def steps(d: Driver):
        def measured(expected: bool) -> None:
            d.wait_for(
                lambda: d.app.link.newest_request.display.layer_table == expected, what=f"layer_table {expected}"
            )

        d.wait_frame()
        measured(False)
        front(d)
        measured(True)
        d.change(lambda scene: put(scene, "view.workspace", "mix"))
        measured(False)
        d.wait_frame()
        assert d.facts.layers is None
        d.change(lambda scene: put(scene, "view.workspace", "analyse"))
        measured(True)
        d.ctx.window_focus("//Performance")
        measured(False)
        d.ctx.window_focus("//Layers & spectrum")
        measured(True)
        assert not d.scene.view.display.layer_table, "what is seen is not part of how one looks"

    drive(steps)


def test_the_spectrum_is_measured_only_while_it_is_seen():
    def steps(d: Driver):
        def measured(expected: bool) -> None:
            d.wait_for(lambda: d.app.link.newest_request.display.spectrum.on == expected, what=f"spectrum {expected}")

        d.wait_frame()
        d.click(f"{PANEL}##Measure")
        measured(True)
        d.change(lambda scene: put(scene, "view.workspace", "mix"))
        measured(False)
        assert d.scene.view.display.spectrum.on, "it is wanted again as soon as it is seen again"
        d.change(lambda scene: put(scene, "view.workspace", "analyse"))
        measured(True)

    drive(steps, size=WIDE, scene=analyse)


def test_every_layer_of_the_table_has_its_name(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        front(d)
        d.wait_for(lambda: d.facts.frame.layers, what="the layers")
        names = [layer.name for layer in d.facts.frame.layers]
        assert len({short_name(name) for name in names}) == len(names)
        for name in names[:4]:
            assert d.exists(f"{PANEL}##{name}")

    drive(steps, network=avatars, renderer=lent)
