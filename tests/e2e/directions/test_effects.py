"""Measured effects in the window: the layers on which a direction acts, the order by what changes else, kept ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import hello_imgui, imgui

from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Effects, Progress
from tests.e2e.directions.found import groups, item, opened, rows, search, settled
from tests.e2e.driver import Driver, drive
from tests.unit.renderer import tiny
from viz.directions import groups as grouping
from viz.directions import listing, results
from viz.state.settings import Settings

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def components(d: Driver, count: int) -> None:
    """Set the number of components that are searched."""
    finder = d.scene.interaction.finder
    d.change(lambda scene: scene.interacting(finder=replace(finder, pca=replace(finder.pca, components=count))))


def sorted_by(d: Driver, words: str) -> None:
    """Choose an order from its list."""
    d.click("//Directions/**/##sort")
    d.frames(2)
    d.click(f"//**/##pick {words}")
    d.frames(3)
    assert listing.SORTS[d.scene.interaction.finder.sort] == words


def test_a_network_in_which_one_layer_matters_says_so_in_every_row(lent, tmp_path: Path):
    path = tiny.save(tmp_path, "sg2", tiny.only(3))

    def steps(d: Driver):
        opened(d)
        components(d, 3)
        search(d)
        d.wait_for(lambda: all(row.effects for row in rows(d)), what="the measured layers")
        assert [(row.first, row.last, row.usual) for row in rows(d)] == [(3, 3, (3, 3))] * 3
        row = rows(d)[0]
        d.click(item(row, "add"))
        (one,) = d.scene.document.directions
        assert (one.first, one.last) == (3, 3)
        before = d.picture()
        x0, y0, x1, y1 = d.rect(item(row, "layers"))
        cell, y = (x1 - x0) / d.facts.model.num_ws, (y0 + y1) / 2
        d.drag([(x0 + 3.5 * cell, y), (x0 + 4 * cell, y), (x0 + 5.5 * cell, y)])
        assert (rows(d)[0].first, rows(d)[0].last) == (5, 5), "it is dragged"
        assert d.scene.document.directions[0].first == 5
        d.click(item(row, "layers"), 1)
        assert (rows(d)[0].first, rows(d)[0].last) == (3, 3), "a right click goes back to what was measured"
        d.wait_whole()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=path, renderer=lent, size=SIZE, settings=Settings(smooth=False))


def test_rows_in_sight_are_measured_and_all_where_they_are_sorted_by_it():
    def steps(d: Driver):
        opened(d)
        search(d)
        settled(d)
        found = [row.effects is not None for row in rows(d)]
        assert 1 < sum(found) < 40, "those far below wait until they are in sight"
        assert found == sorted(found, reverse=True)
        sorted_by(d, "Changes least else")
        d.wait_for(lambda: all(row.effects for row in rows(d)), what="all rows")
        d.frames(4)
        order, known = results.rows_in_order(d.scene, d.facts), listing.figures(d.facts)
        shares = [known.elsewhere(row, None, d.facts).share for row in order]
        assert shares == sorted(shares)
        assert len({round(share, 6) for share in shares}) > 1
        assert not d.facts.undo, "measuring changes nothing in the document"
        sorted_by(d, "Newest first")
        assert results.rows_in_order(d.scene, d.facts) == [*rows(d)]

    drive(steps, size=SIZE)


def test_rows_further_down_load_while_one_scrolls():
    def steps(d: Driver):
        opened(d)
        search(d)
        last = rows(d)[40]
        d.wait_for(lambda: not d.facts.thumbnails.waiting, what="the strips in sight")
        assert not d.exists(item(last, "strip")), "it is far below"
        x0, y0, x1, y1 = d.rect(item(rows(d)[0], "strip"))
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
        for _ in range(200):
            if d.exists(item(last, "strip")):
                break
            d.ctx.mouse_wheel_y(-3)
            d.frames(2)
        d.wait_for(lambda: rows(d)[40].effects, what="its layers")
        strips = results.strips_of(d.facts)
        d.wait_for(lambda: all(strips.pictures(d.facts, rows(d)[40], 64)[0]), what="its pictures")

    drive(steps, size=SIZE)


class Slow(FakeRenderer):
    """A renderer whose measurements wait until they may end."""

    free = False

    def _work_on(self, key: str) -> Progress:
        if isinstance(self.jobs[key].work, Effects) and not self.free:
            return Progress(key, 3, 10)
        return super()._work_on(key)


def test_what_is_kept_fixed_says_what_is_still_changed_once_that_is_measured():
    renderer = Slow(hello_imgui.request_refresh, "StyleGAN3-T", 64)

    def steps(d: Driver):
        opened(d)
        components(d, 2)
        search(d)
        d.click(item(rows(d)[0], "add"))
        d.click("//Directions/**/##way Measure")
        d.frames(2)
        d.click("//Directions/**/##Keep other directions fixed")
        assert d.scene.interaction.finder.keep
        search(d)
        (row,) = rows(d)
        assert [one.name for one in row.fixed] == ["PC 1"]
        assert row.before not in (None, row.array)
        d.frames(10)
        assert grouping.fixed_text(rows(d)[0])[0] == "Measuring what it still changes of PC 1…"
        assert not rows(d)[0].fixed[0].measured
        renderer.free = True
        d.wait_for(lambda: rows(d)[0].fixed[0].measured, what="the figure")
        one = rows(d)[0].fixed[0]
        number = int(one.array.sha256[:2], 16) / 255, int(one.array.sha256[2:4], 16) / 1000
        assert (one.before, one.after) == pytest.approx(number)
        assert grouping.fixed_text(rows(d)[0])[0] == f"Still changes PC 1 {one.after:.2f} σ (before {one.before:.2f})"
        assert len(groups(d)) == 2

    drive(steps, renderer=renderer, size=SIZE)
