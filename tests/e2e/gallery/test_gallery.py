"""The seed gallery in the real window: scroll, star, reject, filter, sort, choose, blend, walk, export."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.metadata import read
from renderer.document.parts import Latent, WBlend
from tests.e2e.driver import Driver, Key, drive
from viz.gallery.export import SEED_EXPORTER
from viz.gallery.known import KNOWN
from viz.gallery.order import similarity
from viz.gallery.sheet import SIDES
from viz.gallery.view import Gallery
from viz.state.seeds.marks import marks_of, network_of
from viz.state.settings import Settings
from viz.ui import theme

pytestmark = pytest.mark.window
SHEET = "//**/##sheet"


class Hand:
    """Works the sheet by places of its pictures."""

    def __init__(self, d: Driver) -> None:
        self.d = d

    @property
    def state(self) -> Gallery:
        return self.d.app.scratch.get(Gallery)

    @property
    def shown(self) -> list[int]:
        return self.state.listing.shown.seeds.tolist()

    @property
    def chosen(self) -> tuple[int, ...]:
        return self.d.scene.interaction.seeds.chosen

    @property
    def marks(self):
        return marks_of(self.d.scene.view, network_of(self.d.scene, self.d.facts))

    def open(self) -> None:
        self.d.wait_frame()
        self.d.press(Key.s)
        self.d.frames(3)
        assert self.d.scene.view.gallery.on

    def at(self, place: int) -> imgui.ImVec2:
        """The middle of a picture on the screen."""
        x0, y0, _, _ = self.d.rect(SHEET)
        side = theme.current.px(self.d.scene.view.gallery.side)
        pitch = side + theme.current.px(6)
        row, column = divmod(place, self.state.sheet.columns)
        return imgui.ImVec2(x0 + column * pitch + side / 2, y0 + row * pitch + side / 2)

    def click(self, place: int, *keys) -> None:
        self.d.ctx.mouse_move_to_pos(self.at(place))
        for key in keys:
            self.d.ctx.key_down(key)
        self.d.ctx.mouse_click(0)
        self.d.frames(2)
        for key in keys:
            self.d.ctx.key_up(key)
        self.d.frames(1)

    def sort(self, **changes) -> None:
        """Change settings of the gallery, and wait for its order."""
        self.d.change(
            lambda scene: replace(scene, view=replace(scene.view, gallery=replace(scene.view.gallery, **changes)))
        )
        self.d.wait_for(lambda: self.state.listing.waiting is None, what="the order")
        self.d.frames(2)


def test_star_reject_filter_and_undo():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        assert d.exists("//Mix/##show")
        assert not d.exists("//Timeline/##playtimeline"), "the bottom is hidden"
        document, undo = d.scene.document, d.facts.undo
        hand.click(3)
        assert hand.chosen == (3,)
        d.press(Key.p)
        assert hand.marks.starred == (3,)
        assert hand.chosen == (4,), "it steps on"
        d.press(Key.x)
        d.press(Key.mod_shift, Key.p)
        assert (hand.marks.starred, hand.marks.rejected, hand.chosen) == ((3, 5), (4,), (5,))
        d.press(Key.u)
        assert hand.marks.starred == (3,)
        d.press(Key.mod_ctrl, Key.z)
        assert hand.marks.starred == (3, 5)
        d.press(Key.mod_ctrl, Key.mod_shift, Key.z)
        assert hand.marks.starred == (3,)
        assert (d.scene.document, d.facts.undo) == (document, undo), "no steps of the document"
        d.click("//**/show/##2")
        assert hand.shown[:5] == [0, 1, 2, 3, 5]
        d.click("//**/show/##1")
        assert hand.shown == [3]
        d.press(Key.mod_ctrl, Key.z)
        assert hand.shown == [3, 5]
        d.click("//**/show/##3")
        assert hand.shown == [4]
        d.click("//**/show/##0")
        # A step of the document that came later is undone first.
        d.drag_slider("//Generator/ψ/##track", 0.3)
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document == document
        assert hand.marks.starred == (3, 5)
        d.press(Key.s)
        assert not d.scene.view.gallery.on
        d.frames(12)
        d.press(Key.x)
        assert hand.marks.rejected == (4,), "on the canvas X means something else"

    drive(steps, size=(1920, 1080))


def test_choose_with_mouse_and_keys_and_close_with_escape():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        columns = hand.state.sheet.columns
        hand.click(1)
        hand.click(4, Key.mod_shift)
        assert hand.chosen == (1, 2, 3, 4)
        hand.click(2, Key.mod_ctrl)
        assert hand.chosen == (1, 3, 4)
        d.press(Key.mod_ctrl, Key.i)
        assert len(hand.chosen) == d.scene.view.gallery.count - 3
        d.press(Key.mod_ctrl, Key.a)
        assert len(hand.chosen) == d.scene.view.gallery.count
        hand.click(0)
        d.press(Key.right_arrow)
        d.press(Key.down_arrow)
        assert hand.chosen == (1 + columns,)
        d.press(Key.mod_shift, Key.right_arrow)
        assert hand.chosen == (1 + columns, 2 + columns)
        start, end = hand.at(0), hand.at(columns + 1)
        d.drag([(start.x, start.y), (start.x + 30, start.y + 20), (end.x, end.y)])
        assert set(hand.chosen) == {0, 1, columns, columns + 1}
        d.press(Key.b)
        assert len(d.scene.document.shelf) == 4
        d.app.dismiss_messages()
        d.frames(2)
        d.press(Key.escape)
        assert hand.chosen == ()
        assert d.scene.view.gallery.on
        hand.click(6)
        d.press(Key.enter)
        assert d.scene.document.latent == Latent(6.0)
        assert not d.scene.view.gallery.on
        assert d.facts.undo == "Seed 6"
        d.press(Key.s)
        d.frames(3)
        d.press(Key.escape)
        d.press(Key.escape)
        assert not d.scene.view.gallery.on

    drive(steps, size=(1280, 800))


def test_ten_thousand_seeds_scroll_and_only_what_is_seen_is_asked_for():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        hand.sort(count=10_000)
        assert len(hand.shown) == 10_000
        before = d.facts.thumbnails.tally.asked
        d.frames(2)
        asked = (d.facts.thumbnails.tally.asked - before) / 2
        columns, rows = hand.state.sheet.columns, hand.state.sheet.rows
        assert asked < 5 * columns * (rows + 2)
        hand.click(0)
        for _ in range(3):
            d.press(Key.down_arrow)
        assert hand.chosen == (3 * columns,)
        d.change(lambda scene: scene.interacting(seeds=replace(scene.interaction.seeds, cursor=9999)))
        hand.state.sheet.reveal = 9999
        d.frames(4)
        d.wait_for(
            lambda: (
                d.facts.thumbnails.known(hand.state.sheet.request(9999), 64)
                or d.facts.thumbnails.known(hand.state.sheet.request(9999), 128)
            ),
            what="the last picture",
        )
        assert len(hand.state.sheet._requests) <= 4096
        # The wheel with Ctrl makes them larger.
        side = d.scene.view.gallery.side
        d.ctx.mouse_move_to_pos(hand.at(columns + 1))
        d.ctx.key_down(Key.mod_ctrl)
        d.ctx.mouse_wheel_y(2)
        d.ctx.key_up(Key.mod_ctrl)
        d.frames(2)
        assert d.scene.view.gallery.side > side
        assert hand.state.sheet.columns < columns

    drive(steps, size=(1280, 800))


def test_scrolling_to_the_end_adds_seeds():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        assert d.scene.view.gallery.count == 400
        d.ctx.mouse_move_to_pos(hand.at(2))
        for _ in range(40):
            d.ctx.mouse_wheel_y(-5)
            d.frames(1)
        d.frames(3)
        assert d.scene.view.gallery.count > 400

    drive(steps, size=(1280, 800))


def test_similar_along_and_by_a_measure():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        hand.sort(sort="similar")
        known = d.facts.services[KNOWN]
        d.wait_for(lambda: known.picture is not None, what="w of the picture")
        hand.sort(sort="similar", like=25)
        w = known.of(0, 400)
        wanted = np.argsort(-similarity(w, known.mean, w[25]), kind="stable")
        assert hand.shown == wanted.tolist()
        assert hand.shown[0] == 25
        values = hand.state.listing.shown.values
        assert values[0] == pytest.approx(1, abs=1e-3)
        assert (np.diff(values) <= 0).all()
        hand.sort(sort="bright")
        values = hand.state.listing.shown.values
        assert (np.diff(values) <= 0).all()
        assert values[0] > values[-1]
        hand.sort(sort="typical")
        assert hand.state.listing.shown.values is not None
        hand.click(0)
        d.click("//Mix/##similar")
        d.wait_for(lambda: hand.state.listing.waiting is None, what="the order")
        d.frames(2)
        assert hand.shown[0] == hand.chosen[0]

    drive(steps, size=(1600, 900))


def test_sort_again_is_offered_when_the_picture_has_changed(avatars, lent):
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        d.wait_for(lambda: d.facts.services[KNOWN].picture is not None, what="w of the picture")
        hand.sort(sort="similar")
        before = hand.shown
        assert not hand.state.listing.stale
        d.change(lambda scene: replace(scene, document=replace(scene.document, latent=Latent(40.0))))
        d.wait_for(lambda: hand.state.listing.stale, what="the offer to sort again")
        assert hand.shown == before, "nothing moves by itself"
        d.frames(2)
        d.click("//**/##again")
        d.frames(3)
        assert not hand.state.listing.stale
        assert hand.shown[0] == 40

    drive(steps, network=avatars, renderer=lent, size=(1600, 900))


def test_blend_and_walk_are_one_step_each():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        for place in (2, 5, 7):
            hand.click(place, Key.mod_ctrl)
        d.click("//**/##Blend")
        d.frames(2)
        assert not d.scene.view.gallery.on
        assert d.facts.undo == "Blend of 3"
        source = d.scene.document.mixing.layers[0].source
        assert isinstance(source, WBlend)
        assert [part.x for part, _ in source.parts] == [2, 5, 7]
        assert sum(share for _, share in source.parts) == pytest.approx(1)
        d.press(Key.mod_ctrl, Key.z)
        assert not d.scene.document.mixing.layers
        hand.open()
        d.click("//**/##Walk through")
        d.frames(2)
        track = d.scene.document.timeline.track("latent")
        assert [(key.at, key.value.x) for key in track.keys] == [(0, 2), (2, 5), (4, 7)]
        assert (d.scene.document.timeline.seconds, d.scene.document.timeline.loop) == (6, True)
        assert d.scene.view.playback.playing
        assert d.facts.undo == "Walk through 3"

    drive(steps, size=(1600, 900))


def test_stars_live_in_the_session_by_network(tmp_path):
    def first(d: Driver):
        hand = Hand(d)
        hand.open()
        hand.click(2)
        d.press(Key.p)
        d.press(Key.s)

    def second(d: Driver):
        d.wait_frame()
        hand = Hand(d)
        d.wait_for(lambda: hand.marks.starred, what="the session")
        assert hand.marks.starred == (2,)
        d.change(
            lambda scene: replace(
                scene,
                document=replace(scene.document, network=replace(scene.document.network, source="/other.safetensors")),
            )
        )
        d.wait_frame()
        assert hand.marks.starred == (), "they belong to a network"

    drive(first, config_dir=tmp_path, size=(1280, 800))
    drive(second, config_dir=tmp_path, size=(1280, 800))


def test_what_is_chosen_is_exported_as_a_run(avatars, lent, tmp_path):
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        hand.click(1)
        hand.click(4, Key.mod_ctrl)
        d.click("//Mix/export/##export")
        exporter = d.facts.services[SEED_EXPORTER]
        d.wait_for(lambda: exporter.state is not None and exporter.state.over, what="the export")
        assert exporter.state.problem == ""
        d.wait_for(lambda: any(one.text == "Exported 2 pictures" for one in d.app.messages), what="the message")
        folder = tmp_path / "captures" / "seeds"
        assert sorted(os.listdir(folder)) == ["seed00001.png", "seed00004.png"]
        made = recipe.read(read(folder / "seed00004.png", recipe.KEY), ArrayStore(), [])
        assert made.document.latent == Latent(4.0)
        hand.click(4)
        d.press(Key.enter)
        d.wait_whole()
        with Image.open(folder / "seed00004.png") as image:
            assert np.array_equal(np.asarray(image.convert("RGB")), d.picture()[..., :3])
        assert Path(exporter.state.path) == folder

    settings = Settings(capture_dir=str(tmp_path / "captures"), run_dirs=str(tmp_path / "runs"), device="cpu")
    drive(steps, network=avatars, renderer=lent, size=(1600, 900), settings=settings)


@pytest.mark.parametrize(("size", "scale"), [((1280, 720), 1.0), ((1920, 1080), 2.0)])
def test_nothing_is_cut_in_a_small_window(size, scale):
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        for place in (0, 1):
            hand.click(place, Key.mod_ctrl)
        for item in ("##Show", "##Sort", "##back", "##Shelve", "##Export"):
            x0, y0, x1, y1 = d.rect(f"//**/{item}")
            assert 0 <= x0 < x1 <= size[0]
            assert 0 <= y0 < y1 <= size[1]

    drive(steps, size=size, settings=Settings(scale=scale))


@pytest.mark.parametrize(("width", "control"), [(1280, "Size/##value"), (1920, "Size/##track")])
def test_the_size_of_the_pictures_can_be_dragged_in_a_narrow_and_a_wide_header(width, control):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.s)
        d.frames(4)
        x0, y0, x1, y1 = d.rect(f"//**/{control}")
        assert x1 - x0 >= 20, "there is something to drag"
        before = d.scene.view.gallery.side
        y = (y0 + y1) / 2
        d.drag([((x0 + x1) / 2, y), ((x0 + x1) / 2 + 30, y), ((x0 + x1) / 2 + 60, y)])
        assert before < d.scene.view.gallery.side <= SIDES[1]

    drive(steps, size=(width, 720))
