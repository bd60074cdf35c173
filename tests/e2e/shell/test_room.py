"""Room for the picture: what is empty folds, what is long scrolls, and messages keep out of the way."""

from dataclasses import replace

import pytest
from imgui_bundle import imgui

from renderer.document.document import Swatch
from renderer.document.parts import Latent
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.shell.looked_at import faults
from viz.shell import layout, panel_sizes
from viz.state.interaction import INFO_S
from viz.state.settings import Settings
from viz.ui import record, theme

pytestmark = pytest.mark.window

PICTURE = "//Canvas/##picture"


def height(d: Driver, item: str = PICTURE) -> float:
    _, y0, _, y1 = d.rect(item)
    return y1 - y0


def test_an_empty_timeline_is_one_row_until_something_is_animated():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.frames(layout.SETTLED + 4)
        folded = height(d)
        assert folded > 720 - layout.APP_BAR - layout.STATUS_BAR - panel_sizes.FOLDED - 8
        d.press(Key.k)
        d.frames(4)
        assert height(d) == pytest.approx(folded - (198 - panel_sizes.FOLDED), abs=4)
        d.press(Key.mod_ctrl, Key.z)
        d.frames(4)
        assert height(d) == pytest.approx(folded, abs=2)
        d.click("//Timeline/##walks")
        d.press(Key.escape)

    drive(steps)


def test_a_folded_timeline_that_is_pulled_open_stays_open():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.frames(layout.SETTLED + 4)
        x0, _, x1, y1 = d.rect(PICTURE)
        x = (x0 + x1) / 2
        d.drag([(x, y1 + 1), (x, y1 - 60), (x, y1 - 120)])
        d.frames(6)
        assert d.rect(PICTURE)[3] == pytest.approx(y1 - 121, abs=6)

    drive(steps)


def test_forty_swatches_leave_the_layers_in_sight():
    def steps(d: Driver) -> None:
        d.wait_frame()
        shelf = tuple(Swatch(f"{seed}", Latent(seed)) for seed in range(40))
        d.change(lambda s: replace(s, document=replace(s.document, shelf=shelf)))
        d.frames(4)
        assert d.rect("//Mix/##sectionLayers")[3] < 0.65 * 720
        d.ctx.mouse_move("//**/##swatch0")
        for _ in range(12):
            d.ctx.mouse_wheel_y(-5)
            d.frames(1)
        d.click("//**/##swatch39")
        assert d.scene.interaction.selection.swatch == shelf[39]

    drive(steps)


def test_confirmations_are_plates_below_and_go_by_themselves():
    def steps(d: Driver) -> None:
        d.wait_frame()
        now = [0.0]
        d.app._frame._clock = d.app._clock = lambda: now[0]
        d.app.say("Saved 00000.png", "/a/folder", folder="/a/folder")
        d.frames(3)
        _, top, _, bottom = d.rect(PICTURE)
        _, y0, _, y1 = d.rect("//**/##errorShow folder")
        assert y0 > (top + bottom) / 2
        assert y1 < bottom
        now[0] = INFO_S + 1
        d.frames(3)
        assert not d.app.messages

    drive(steps)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_an_error_shows_all_that_it_says(scale):
    text = "portrait.jpg is no network: drop a network (.pkl or .safetensors), a run folder, or a picture"
    text = f"{text}, as those in {'/a/folder/of/pictures' * 8}, which it has saved with their recipes. And more."
    detail = "It may still be fitted as a photo, put on the shelf, or opened as the recipe that it holds. " * 2

    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        d.app.say(text, detail, bad=True, folder="/a/folder")
        d.frames(2)
        drawn.clear()
        d.frames(1)
        lines = "".join(one.text for one in drawn.texts if one.window.startswith("Canvas/strips"))
        assert "".join(text.split()) in "".join(lines.split()), "a path may be broken"
        assert "".join(detail.split()) in "".join(lines.split())
        assert not faults(drawn)
        record.stop()
        d.click("//Canvas/**/##error")
        d.frames(2)
        assert not d.app.messages

    drive(steps, size=(1920, 1080) if scale > 1 else (1280, 720), settings=Settings(scale=scale))


def test_the_zoom_plate_shows_its_level_alone_until_the_pointer_is_near():
    def shown(d: Driver, drawn: record.Record) -> set[str]:
        drawn.clear()
        d.frames(1)
        return {one.text for one in drawn.texts if one.window == "Canvas"}

    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        d.ctx.mouse_move("//Generator/ψ/##track")
        d.frames(2)
        assert any(text.endswith(" %") for text in shown(d, drawn))
        assert not {"Fit", "Pixels"} & shown(d, drawn)
        d.ctx.mouse_move("//Canvas/##fit")
        d.frames(2)
        assert {"Fit", "1:1", "Smooth", "Pixels"} <= shown(d, drawn)
        d.click("//Canvas/smooth/##1")
        assert not d.scene.settings.smooth
        record.stop()

    drive(steps)


def test_the_tooltip_of_a_row_lies_beside_its_panel_and_goes_with_a_click():
    def tips(d: Driver, drawn: record.Record) -> list[record.Drawn]:
        drawn.clear()
        d.frames(1)
        return [one for one in drawn.texts if one.window.startswith("##Tooltip")]

    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        d.ctx.mouse_move("//Generator/ψ/##track")
        d.wait_for(lambda: tips(d, drawn), what="the tooltip")
        d.frames(2)
        [one] = tips(d, drawn)
        _, _, right, _ = d.rect("//Generator/##sectionLatent")
        assert one.rect.x0 > right
        d.ctx.mouse_click(1)
        d.frames(2)
        assert not tips(d, drawn)
        record.stop()

    drive(steps)


@pytest.mark.parametrize("field", ["ψ/##track", "Seed/##value"])
def test_labels_have_the_tooltips_of_their_fields(field):
    def tip(d: Driver, drawn: record.Record, x: float, y: float) -> list[str]:
        d.ctx.mouse_move("//Canvas/##picture")
        d.frames(8)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))

        def texts() -> list[str]:
            drawn.clear()
            d.frames(1)
            return [one.text for one in drawn.texts if one.window.startswith("##Tooltip")]

        d.wait_for(texts, what="the tooltip")
        return texts()

    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        x0, y0, x1, y1 = d.rect(f"//Generator/{field}")
        left = theme.current.px(theme.current.pad + 12)
        assert tip(d, drawn, left, (y0 + y1) / 2) == tip(d, drawn, (x0 + x1) / 2, (y0 + y1) / 2)
        record.stop()

    drive(steps)


def test_a_field_that_is_typed_in_shows_no_older_number():
    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        for field, number in (("ψ/##number", "1.00"), ("Seed/##value", "0")):
            _, y0, _, y1 = d.rect(f"//Generator/{field}")
            d.double_click(f"//Generator/{field}")
            d.frames(2)
            assert imgui.get_io().want_text_input
            drawn.clear()
            d.frames(1)
            row = [one.text for one in drawn.texts if one.window == "Generator" and y0 - 4 < one.rect.y0 < y1]
            assert row, "the label is there"
            assert number not in row
            d.press(Key.escape)
        record.stop()

    drive(steps)


def test_tooltips_have_the_same_margins_in_every_panel():
    def margins(d: Driver, drawn: record.Record, item: str) -> tuple[float, float]:
        def tips() -> list[record.Drawn]:
            drawn.clear()
            d.frames(1)
            return [one for one in drawn.texts if one.window.startswith("##Tooltip")]

        d.ctx.mouse_move(item)
        d.wait_for(tips, what=f"the tooltip of {item}")
        d.frames(2)
        one = tips()[0]
        corner = imgui.internal.find_window_by_name(one.window).pos
        return round(one.rect.x0 - corner.x), round(one.rect.y0 - corner.y)

    def steps(d: Driver) -> None:
        d.wait_frame()
        drawn = record.start()
        usual = margins(d, drawn, "//Generator/ψ/##track")
        assert min(usual) >= 6
        d.press(Key.l)
        d.frames(14)
        assert margins(d, drawn, "//Layers & spectrum/**/path/##1") == usual
        d.ctx.mouse_move("//Canvas/##picture")
        d.frames(12)
        assert margins(d, drawn, "//Layers & spectrum/**/equivariance/##menu") == usual
        record.stop()

    drive(steps, size=(1920, 1080))


def test_disabled_texts_can_be_read():
    for tokens in (theme.DARK, theme.LIGHT):
        ground = theme.blend(tokens.panel, tokens.control, theme.DISABLED)
        assert theme.contrast(theme.blend(ground, tokens.text, theme.DISABLED), ground) >= 3
