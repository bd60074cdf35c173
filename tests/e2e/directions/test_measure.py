"""A measure of a painted region: the brush, the region in pixels of the network, and the search."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.ipc.protocol import Search
from tests.e2e.directions.found import groups, opened, rows, search
from tests.e2e.driver import Driver, drive
from viz.canvas.brush import dab, region_of, runs_of

pytestmark = pytest.mark.window
Key = imgui.Key


def test_a_dab_is_round_and_a_stroke_has_no_gaps():
    mask = np.zeros((16, 16), np.uint8)
    dab(mask, (4.0, 8.0), (12.0, 8.0), 2.0, 255)
    assert mask[8, 4:12].all()
    assert mask[7, 3]
    assert not mask[4, 8]
    dab(mask, (8.0, 8.0), (8.0, 8.0), 1.0, 0)
    assert not mask[8, 8]
    assert runs_of(np.array([[0, 255, 255, 0], [255, 0, 0, 255]], np.uint8)) == ((0, 1, 3), (1, 0, 1), (1, 3, 4))


def test_the_least_brush_paints_a_pixel():
    mask = np.zeros((4, 4), np.uint8)
    dab(mask, (2.1, 1.1), (2.1, 1.1), 0.01, 255)
    assert mask.sum() == 255
    assert mask[1, 2] == 255


def test_a_region_is_painted_and_measured():
    def steps(d: Driver):
        opened(d)
        d.click("//Directions/**/##way Measure")
        d.click("//Directions/**/##Make it")
        d.frames(2)
        d.click("//**/##pick larger")
        d.frames(2)
        assert d.scene.interaction.finder.measure.words == "larger"
        info = d.ctx.item_info("//Directions/**/##find")
        assert info.item_flags & int(imgui.ItemFlags_.disabled), "this word needs a region"
        d.click("//Directions/**/##paint region")
        assert d.scene.view.tool == "brush"
        place = d.scene.interaction.pointer.place
        x, y = place.x + place.width * place.scale / 2, place.y + place.height * place.scale / 2
        before = d.scene.document
        d.drag([(x, y), (x + 10, y), (x + 30, y)])
        mask = region_of(d.scene, d.facts)
        assert mask is not None
        assert mask.shape == (64, 64)
        assert mask[32, 32] == 255
        assert d.scene.document == before, "painting is no edit"
        painted = (mask > 0).sum()
        d.ctx.key_down(Key.mod_alt)
        d.drag([(x, y), (x + 5, y)])
        d.ctx.key_up(Key.mod_alt)
        assert (region_of(d.scene, d.facts) > 0).sum() < painted, "Alt erases"
        d.press(Key.escape)
        assert d.scene.view.tool == "walk"
        seen: list[Search] = []
        start = d.renderer.start
        d.renderer.start = lambda job: (seen.append(job.work), start(job))
        search(d)
        assert groups(d)[0].way == "measure"
        assert rows(d)[0].name == "Larger"
        assert seen[0].way.region == d.scene.view.finds.region
        d.click("//Directions/**/##paint region", 1)
        assert d.scene.view.finds.region is None, "a right click: the whole picture"

    drive(steps, size=(1920, 1080))
