"""Following a run: which network is shown, and what the history keeps of it."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.document.document import Compare, Document, View
from renderer.document.parts import Latent, Network, Truncation
from renderer.ipc.protocol import ReadAhead
from tests.unit.viz.facts import NoWorks, new_facts
from viz.link.jobs import Told
from viz.state.facts import Facts
from viz.state.followed_run import (
    Beside,
    Following,
    Scrub,
    end_frame,
    follow,
    followed,
    kept_beside,
    put_beside,
    read_ahead,
    run_folder,
    taken_up,
)
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.state.snapshots import snapshots_of
from viz.state.store import Store


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "00007-stylegan2-avatars"
    folder.mkdir()
    snapshot(folder, 0)
    return folder


def snapshot(folder: Path, kimg: int, ending: str = "safetensors") -> str:
    path = folder / f"network-snapshot-{kimg:06d}.{ending}"
    path.touch()
    return str(path)


def frame(store: Store, state: Following) -> str:
    """What the window does at the start of a frame; the network shown then."""
    store.adopt(followed(store.document, state, store.returned()))
    return store.document.network.source


def start(run: Path) -> tuple[Store, Following]:
    store, facts = Store(Scene(), lambda: 0.0), new_facts()
    store.take(follow(store.scene, facts, str(run)), held=False)
    return store, facts.scratch.get(Following)


def psi(store: Store, value: float) -> None:
    scene = store.scene
    store.take(replace(scene, document=replace(scene.document, truncation=Truncation(value))), held=False)


def test_each_new_snapshot_is_shown_and_only_beginning_is_a_step(run):
    store, state = start(run)
    assert len(store.history.done) == 1
    assert state.text == "Following 00007 at 0 kimg"
    new = snapshot(run, 40)
    assert frame(store, state) == new
    assert state.text == "Following 00007 at 40 kimg"
    assert len(store.history.done) == 1
    assert frame(store, state) == new


def test_undo_takes_back_what_the_user_did_and_keeps_the_newest(run):
    store, state = start(run)
    psi(store, 0.5)
    new = snapshot(run, 40)
    frame(store, state)
    psi(store, 0.2)
    for value in (0.5, 1.0):
        store.undo()
        assert frame(store, state) == new
        assert store.document.truncation.psi == value
    store.undo()
    assert frame(store, state) == "", "what was open before"
    assert not state.folder


def test_opening_anything_ends_it(run):
    for source in ("/elsewhere/other.pkl", str(run / "network-snapshot-000000.safetensors")):
        store, state = start(run)
        snapshot(run, 40)
        frame(store, state)
        store.take(replace(store.scene, document=replace(store.document, network=Network(source))), held=False)
        assert frame(store, state) == source
        assert not state.folder


def test_a_run_without_snapshots_is_waited_for(tmp_path):
    store, state = start(tmp_path)
    assert frame(store, state) == ""
    assert state.text.endswith("waiting for its first snapshot")
    assert frame(store, state) == ""
    new = snapshot(tmp_path, 0)
    assert frame(store, state) == new


def test_a_pickle_that_may_still_be_written_waits(run):
    store, state = start(run)
    old = frame(store, state)
    new = snapshot(run, 40, "pkl")
    assert frame(store, state) == old
    os.utime(new, (1_000_000, 1_000_000))
    assert frame(store, state) == new


class Asked(NoWorks):
    def __init__(self) -> None:
        self.networks: list[str] = []

    def ask(self, work):
        assert isinstance(work, ReadAhead)
        self.networks.append(os.path.basename(work.request.image.network.source)[17:23])
        return Told()


def test_neighbours_are_read_ahead_where_the_run_is_scrubbed_over(run):
    for kimg in (1, 2, 3, 4):
        snapshot(run, kimg)
    found, works = snapshots_of(str(run)), Asked()
    facts = replace(new_facts(snapshots=found), works=works)

    def at(index: int) -> list[str]:
        works.networks.clear()
        read_ahead(Scene(Document(Network(found[index].path))), facts)
        return list(works.networks)

    assert at(2) == [], "it is only open"
    assert at(3) == ["000004", "000002"]
    assert at(3) == ["000004", "000002"], "as long as it stays there"
    assert at(1) == ["000000", "000002"]
    facts.scratch.get(Scrub).run = ""
    facts.scratch.get(Following).folder = str(run)
    assert at(3) == []
    assert at(4) == [], "following is no scrubbing"


def test_two_snapshots_beside_one_another_draw_the_same(run):
    a, b = snapshot(run, 0), snapshot(run, 40)
    facts = new_facts()
    scene = put_beside(Scene(Document(Network(a))), facts, b)
    beside = facts.scratch.get(Beside)
    assert scene.view.compare.mode == "split"
    scene = kept_beside(replace(scene, document=replace(scene.document, latent=Latent(5.0))), beside)
    assert scene.view.compare.b == replace(scene.document, network=Network(b))
    assert kept_beside(scene, beside) is scene
    other = Document(Network("x.pkl"))
    scene = replace(scene, view=View(compare=Compare("split", other)), document=Document())
    assert kept_beside(scene, beside).view.compare.b is other
    assert not beside.source


def next_window(before: Scene, facts: Facts, source: str = "") -> tuple[Store, Following, str]:
    """What the window after this one opens with and follows, and which run it misses."""
    kept = end_frame(before, facts).settings
    store, state = Store(Scene(Document(Network(source)), settings=kept), lambda: 0.0), Following(waiting=kept.followed)
    return store, state, taken_up(store.document, state)


def test_the_next_window_goes_on_following_without_a_step(run):
    facts = new_facts()
    scene = follow(Scene(), facts, str(run))
    new = snapshot(run, 40)
    store, state, gone = next_window(scene, facts)
    assert frame(store, state) == new
    assert (state.text, gone) == ("Following 00007 at 40 kimg", "")
    assert not store.history.done
    # What a crash left is of the same run.
    store, state, gone = next_window(scene, facts, str(run / "network-snapshot-000000.safetensors"))
    assert frame(store, state) == new


def test_the_next_window_follows_nothing_that_was_given_up(run):
    facts = new_facts()
    scene = follow(Scene(), facts, str(run))
    store, state, gone = next_window(scene, facts, "/nets/chosen.pkl")
    assert (state, gone) == (Following(), "")
    assert end_frame(store.scene, new_facts()).settings.followed == ""
    shutil.rmtree(run)
    _, state, gone = next_window(scene, facts)
    assert (state, gone) == (Following(), str(run))
    facts.scratch.get(Following).stop()
    assert end_frame(end_frame(scene, facts), facts).settings.followed == ""


def test_what_is_followed_is_kept_until_it_can_be_taken_up(run):
    facts = new_facts()
    facts.scratch.get(Following).waiting = str(run)
    scene = Scene(settings=Settings(followed=str(run)))
    assert end_frame(scene, facts) is scene


def test_the_run_of_a_network(run):
    assert run_folder(str(run / "network-snapshot-000000.safetensors")) == str(run)
    assert run_folder(str(run)) == str(run)
    assert run_folder("/nets/other.pkl") == ""
