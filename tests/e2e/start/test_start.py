"""Start: the first window of a newcomer, the four things to try, examples, recent sessions, Get more."""

from pathlib import Path

import numpy as np
import pytest

from foundation.networks.published import Published
from renderer.document.document import Document
from renderer.document.parts import Network
from tests.e2e.driver import Driver, Key, drive
from tests.unit.viz.start.test_published import server as server
from viz.files.actions import OpenRecentSession
from viz.shell import layout
from viz.start.downloads import DOWNLOADS
from viz.start.notes import Places
from viz.state.params import put
from viz.state.settings import Settings, fitting
from viz.ui import record

pytestmark = pytest.mark.window
WELCOME = {"welcome": True}
SIZE = (1920, 1080)


def opened(d: Driver) -> None:
    d.wait_for(lambda: d.facts.picture is not None, what="the first picture")
    d.frames(12)


def ticked(d: Driver) -> list[int]:
    return [number for number, _ in d.scene.interaction.first.done]


def test_the_first_start_walks_until_it_is_touched_and_has_four_things_to_try(tmp_path):
    def steps(d: Driver):
        opened(d)
        first = d.scene.interaction.first
        assert (first.on, first.walking, d.scene.view.start) == (True, True, True)
        assert [swatch.name for swatch in d.scene.document.shelf] == ["88", "2071", "5117", "51"]
        before = d.picture()
        d.wait_for(lambda: not np.array_equal(d.picture(), before), what="another picture, by itself")
        assert d.app.scratch.get(Places).shown == (1, 2, 3, 4)
        d.app.say("Something is wrong", bad=True)
        d.frames(3)
        assert d.app.scratch.get(Places).shown == (), "no note covers what is wrong"
        d.app.dismiss_messages()
        d.frames(3)
        assert d.app.scratch.get(Places).shown == (1, 2, 3, 4)
        assert d.exists("//Start/**/##Get more…")
        # 1: the faces are dragged; the walk ends with the first touch.
        x0, y0, x1, y1 = d.rect("//Generator/**/##pad")
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        d.drag([middle, (middle[0] + 20, middle[1]), (middle[0] + 40, middle[1] + 10)])
        assert not d.scene.view.motion.playing
        assert not d.scene.interaction.first.walking
        assert ticked(d) == [1]
        # 2: psi.
        d.drag_slider("//Generator/ψ/##track", 0.4)
        d.frames(2)
        assert ticked(d) == [1, 2]
        # 3: a style on a layer.
        document = d.scene.document
        x0, y0, x1, y1 = d.rect("//Mix/**/##swatch1")
        a, b, c, e = d.rect("//Mix/**/##bandCoarse")
        start, end = ((x0 + x1) / 2, (y0 + y1) / 2), ((a + c) / 2, (b + e) / 2)
        d.drag([start, (start[0] + 15, y1 + 20), end, (end[0] + 1, end[1])])
        d.frames(3)
        assert d.scene.document.mixing != document.mixing
        assert ticked(d) == [1, 2, 3]
        assert d.scene.view.start, "Start stays while there is something to try"
        # 4: saved.
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: ticked(d) == [1, 2, 3, 4], what="the last tick")
        d.wait_for(lambda: not d.scene.interaction.first.on, what="the end")
        assert not d.scene.settings.first_steps
        d.frames(12)
        assert not d.scene.view.start, "then the timeline comes up"

    drive(steps, size=SIZE, config_dir=tmp_path, options=WELCOME)


def test_never_again_and_the_second_start(tmp_path):
    def first(d: Driver):
        opened(d)
        d.click("//**/##never")
        d.frames(2)
        assert not d.scene.interaction.first.on
        assert d.app.scratch.get(Places).shown == ()
        d.drag_slider("//Generator/ψ/##track", 0.4)
        d.wait_frame()

    def second(d: Driver):
        d.wait_for(lambda: d.scene.document.truncation.psi < 0.9, what="the session")
        d.wait_frame()
        first = d.scene.interaction.first
        assert (first.on, first.walking, d.scene.view.motion.playing) == (False, False, False)
        assert d.scene.view.start
        d.wait_for(lambda: d.facts.sessions, what="the list of sessions")
        d.frames(12)
        path = Path(d.facts.sessions[0].path).stem
        assert d.exists(f"//Start/**/##recent {path}")
        # The first change closes Start, and View > Start brings it back.
        d.drag_slider("//Generator/ψ/##track", 0.6)
        d.frames(12)
        assert not d.scene.view.start
        d.menu("View/###start")
        d.frames(12)
        assert d.exists("//Start/**/##Open…")
        psi = d.scene.document.truncation.psi
        d.click(f"//Start/**/##recent {path}")
        d.wait_for(lambda: d.scene.document.truncation.psi != psi, what="the earlier session")
        # Help > First steps has them again.
        d.menu("Help/###first-steps")
        d.frames(6)
        assert d.scene.interaction.first.on
        assert d.app.scratch.get(Places).shown
        d.click("//**/##hide")
        d.frames(2)
        assert not d.scene.interaction.first.on

    drive(first, size=SIZE, config_dir=tmp_path, options=WELCOME)
    drive(second, size=SIZE, config_dir=tmp_path, options=WELCOME, settings=Settings(first_steps=False))


def test_a_session_whose_network_is_missing_asks_where_it_is(tmp_path):
    own, moved = tmp_path / "nets" / "mine.safetensors", tmp_path / "nets" / "elsewhere.safetensors"
    own.parent.mkdir()
    own.touch()

    def first(d: Driver):
        opened(d)
        d.click("//**/##never")
        d.change(lambda scene: put(put(scene, "document.network", Network(str(own))), "document.latent.x", 12.0))
        d.wait_frame()

    def second(d: Driver):
        opened(d)
        d.wait_for(lambda: d.facts.sessions and d.facts.sessions[0].missing, what="the list of sessions")
        d.app.dismiss_messages()
        d.frames(12)
        drawn = record.start()
        d.frames(2)
        record.stop()
        assert any("mine.safetensors is missing" in text for text in [*drawn.shortened.values(), *words(drawn)])
        d.click(f"//Start/**/##recent {Path(d.facts.sessions[0].path).stem}")
        d.frames(4)
        assert d.popup_open()
        d.press(Key.escape)
        d.frames(2)
        one = d.facts.sessions[0].path
        d.change(lambda scene: scene.request(OpenRecentSession(one, str(moved))))
        d.wait_for(lambda: d.scene.document.network == Network(str(moved)), what="the session")
        assert d.scene.document.latent.x == 12

    drive(first, size=SIZE, config_dir=tmp_path, options=WELCOME)
    own.rename(moved)
    drive(second, size=SIZE, config_dir=tmp_path, options=WELCOME, settings=Settings(reopen=False))


def words(drawn: record.Record) -> list[str]:
    return [one.text for one in drawn.texts]


def test_without_a_welcome_nothing_walks():
    def steps(d: Driver):
        d.wait_frame()
        assert not d.scene.view.start
        assert not d.exists("//Start/**/##Open…")
        assert not d.scene.view.motion.playing
        assert d.scene.document == Document(d.scene.document.network)

    drive(steps)


@pytest.mark.parametrize("stem", ["mix", "loop", "direction", "turn"])
def test_an_example_opens_as_one_step(stem, tmp_path):
    def steps(d: Driver):
        opened(d)
        d.click("//**/##never")
        before = d.scene.document
        d.click(f"//Start/**/##example {stem}")
        d.frames(2)
        document, view = d.scene.document, d.scene.view
        if stem == "mix":
            assert document.mixing.ws == (0, 1, 2, 3)
        elif stem == "loop":
            assert view.playback.playing
            assert len(document.timeline.track("latent").keys) == 5
        elif stem == "direction":
            assert document.directions[0].name == "main variation"
            assert document.directions[0].array in d.facts.arrays
        else:
            assert document.network.source.endswith("pattern-t-128.safetensors")
            assert view.motion.turn
        d.press(Key.space)
        d.frames(4)
        assert set(before.shelf) <= set(d.scene.document.shelf)

    drive(steps, size=SIZE, config_dir=tmp_path, options=WELCOME)


def test_a_tile_comes_alive_under_the_pointer_and_opens_the_network(tmp_path):
    def steps(d: Driver):
        opened(d)
        d.click("//**/##never")
        tile = "//Start/**/##network Pattern network T 128"
        asked = d.facts.thumbnails.tally.came
        d.ctx.mouse_move(tile)
        d.wait_for(lambda: d.facts.thumbnails.tally.came > asked + 3, what="moving pictures of the tile")
        assert d.scene.document.network.source == ""
        d.click(tile)
        d.frames(2)
        assert d.scene.document.network.source.endswith("pattern-t-128.safetensors")

    drive(steps, size=SIZE, config_dir=tmp_path, options=WELCOME)


def test_get_more_downloads_from_a_server_and_says_what_is_wrong(server, tmp_path, monkeypatch, avatars, lent):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    server.files["good.pkl"] = Path(avatars).read_bytes()
    server.files["bad.pkl"] = b"rubbish"

    def one(name: str, address: str = "") -> Published:
        address = address or f"{server.address}/{name}.pkl"
        return Published(name, address, 32, "StyleGAN2", "a licence", "https://licence")

    def steps(d: Driver):
        d.wait_frame()
        downloads = d.facts.services[DOWNLOADS]
        downloads.published = (one("good"), one("bad"))
        d.menu("Network/###get-more")
        d.frames(3)
        d.wait_for(lambda: len(downloads.sizes) == 2, what="the sizes")
        assert downloads.sizes[f"{server.address}/bad.pkl"] == 7
        assert all(verb == "HEAD" for verb, _ in server.asked)
        d.click("//**/bad/##get")
        d.wait_for(lambda: downloads.now is not None and downloads.now.over, what="the end")
        assert "is no network" in downloads.now.problem
        drawn = record.start()
        d.frames(2)
        record.stop()
        said = " ".join(one.text for one in drawn.texts if one.window.startswith("Get more"))
        assert "bad could not be downloaded" in said
        assert downloads.now.problem in said, "the whole of it, in the dialog that asked"
        assert not d.app.messages
        d.click("//**/##error")
        d.frames(2)
        assert downloads.now is None
        d.press(Key.escape)
        d.wait_for(lambda: not d.scene.interaction.dialog.name, what="the dialog to close")
        downloads.start(f"{server.address}/bad.pkl")
        said = "bad could not be downloaded."
        d.wait_for(lambda: any(message.text == said for message in d.app.messages), what="the message")
        d.app.dismiss_messages()
        d.menu("Network/###get-more")
        d.frames(3)
        d.click("//**/good/##get")
        d.wait_for(lambda: downloads.has(f"{server.address}/good.pkl"), what="the network")
        d.frames(3)
        d.click("//**/good/##open")
        d.frames(2)
        d.app.dismiss_messages()
        d.wait_frame()
        assert d.scene.document.network.source == f"{server.address}/good.pkl"
        assert d.facts.failure is None
        assert d.facts.model.resolution == 32
        # Without a connection the dialog says so, and tries again when asked.
        downloads.published = (one("far", "http://127.0.0.1:1/far.pkl"),)
        d.menu("Network/###get-more")
        d.wait_for(lambda: downloads.offline, what="the sentence")
        d.frames(3)
        assert d.exists("//**/##errorTry again")
        d.click("//**/##errorTry again")
        d.wait_for(lambda: downloads.offline, what="the sentence again")
        d.press(Key.escape)

    drive(steps, renderer=lent, network=avatars, size=(1600, 900))


def test_start_at_every_size_shows_its_tiles(tmp_path):
    assert max(fitting((1920, 1080))) >= 2

    def steps(d: Driver):
        opened(d)
        for item in ("##network Avatars", "##network Night avatars", "##Open…", "##Get more…", "##example mix"):
            x0, _, x1, y1 = d.rect(f"//Start/**/{item}")
            assert 0 <= x0 < x1 <= 1280
            assert y1 <= 720 - layout.STATUS_BAR + 16, item

    drive(steps, size=(1280, 720), config_dir=tmp_path, options=WELCOME)
