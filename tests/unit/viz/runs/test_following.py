"""Following a run: the network shown, and the history."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.document.document import Compare, Document, View
from renderer.document.parts import Latent, Network, Truncation
from renderer.ipc.protocol import ReadAhead
from tests.unit.viz.facts import NoJobs, new_facts
from viz.shell.status_bar import following_text
from viz.state.facts import JobStatus
from viz.state.followed_run import end_frame, follow, look, put_beside, read_ahead, resumed, run_folder, with_beside
from viz.state.interaction import Following, Interaction
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


def frame(store: Store) -> str:
    """Begin a frame of the window; returns the network shown then."""
    look(store)
    return store.document.network.source


def start(run: Path) -> Store:
    store = Store(Scene(), lambda: 0.0)
    store.take(follow(store.scene, str(run)), held=False)
    return store


def text(store: Store) -> str:
    return following_text(store.scene.interaction.following)


def psi(store: Store, value: float) -> None:
    scene = store.scene
    store.take(replace(scene, document=replace(scene.document, truncation=Truncation(value))), held=False)


def test_each_new_snapshot_is_shown_and_only_beginning_is_a_step(run):
    store = start(run)
    assert len(store.history.done) == 1
    assert text(store) == "Following 00007 at 0 kimg"
    new = snapshot(run, 40)
    assert frame(store) == new
    assert text(store) == "Following 00007 at 40 kimg"
    assert len(store.history.done) == 1
    assert frame(store) == new


def test_undo_takes_back_what_the_user_did_and_keeps_the_newest(run):
    store = start(run)
    psi(store, 0.5)
    new = snapshot(run, 40)
    frame(store)
    psi(store, 0.2)
    for value in (0.5, 1.0):
        store.undo()
        assert frame(store) == new
        assert store.document.truncation.psi == value
    store.undo()
    assert frame(store) == "", "what was open before"
    assert not store.scene.interaction.following.folder


def test_opening_anything_ends_it(run):
    for source in ("/elsewhere/other.pkl", str(run / "network-snapshot-000000.safetensors")):
        store = start(run)
        snapshot(run, 40)
        frame(store)
        store.take(replace(store.scene, document=replace(store.document, network=Network(source))), held=False)
        assert frame(store) == source
        assert not store.scene.interaction.following.folder


def test_a_run_without_snapshots_is_waited_for(tmp_path):
    store = start(tmp_path)
    assert frame(store) == ""
    assert text(store).endswith("waiting for its first snapshot")
    assert frame(store) == ""
    new = snapshot(tmp_path, 0)
    assert frame(store) == new


def test_a_pickle_that_may_still_be_written_waits(run):
    store = start(run)
    old = frame(store)
    new = snapshot(run, 40, "pkl")
    assert frame(store) == old
    os.utime(new, (1_000_000, 1_000_000))
    assert frame(store) == new


class Asked(NoJobs):
    def __init__(self) -> None:
        self.networks: list[str] = []

    def ask(self, work):
        assert isinstance(work, ReadAhead)
        self.networks.append(os.path.basename(work.request.image.network.source)[17:23])
        return JobStatus()


def test_neighbours_are_read_ahead_where_the_run_is_scrubbed_over(run):
    for kimg in (1, 2, 3, 4):
        snapshot(run, kimg)
    found, jobs, scene = snapshots_of(str(run)), Asked(), Scene()
    facts = replace(new_facts(snapshots=found), jobs=jobs)

    def at(index: int) -> list[str]:
        nonlocal scene
        jobs.networks.clear()
        scene = read_ahead(replace(scene, document=Document(Network(found[index].path))), facts)
        return list(jobs.networks)

    assert at(2) == [], "it is only open"
    assert at(3) == ["000004", "000002"]
    assert at(3) == ["000004", "000002"], "as long as it stays there"
    assert at(1) == ["000000", "000002"]
    scene = scene.interacting(scrub=replace(scene.interaction.scrub, run=""), following=Following(str(run)))
    assert at(3) == []
    assert at(4) == [], "following is no scrubbing"


def test_two_snapshots_beside_one_another_render_the_same(run):
    a, b = snapshot(run, 0), snapshot(run, 40)
    scene = put_beside(Scene(Document(Network(a))), b)
    assert scene.view.compare.mode == "split"
    scene = with_beside(replace(scene, document=replace(scene.document, latent=Latent(5.0))))
    assert scene.view.compare.b == replace(scene.document, network=Network(b))
    assert with_beside(scene) is scene
    other = Document(Network("x.pkl"))
    scene = with_beside(replace(scene, view=View(compare=Compare("split", other)), document=Document()))
    assert scene.view.compare.b is other
    assert not scene.interaction.beside.source


def next_window(before: Scene, source: str = "") -> tuple[Store, str]:
    """Return the runs that the next window opens with and follows, and the run it misses."""
    settings = end_frame(before, new_facts()).settings
    interaction = Interaction(following=Following(waiting=settings.followed))
    scene, gone = resumed(Scene(Document(Network(source)), settings=settings, interaction=interaction))
    return Store(scene, lambda: 0.0), gone


def test_the_next_window_goes_on_following_without_a_step(run):
    scene = follow(Scene(), str(run))
    new = snapshot(run, 40)
    store, gone = next_window(scene)
    assert frame(store) == new
    assert (text(store), gone) == ("Following 00007 at 40 kimg", "")
    assert not store.history.done
    # What a crash left is of the same run.
    store, gone = next_window(scene, str(run / "network-snapshot-000000.safetensors"))
    assert frame(store) == new


def test_the_next_window_follows_nothing_that_was_given_up(run):
    scene = follow(Scene(), str(run))
    store, gone = next_window(scene, "/nets/chosen.pkl")
    assert (store.scene.interaction.following, gone) == (Following(), "")
    assert end_frame(store.scene, new_facts()).settings.followed == ""
    shutil.rmtree(run)
    store, gone = next_window(scene)
    assert (store.scene.interaction.following, gone) == (Following(), str(run))
    ended = end_frame(scene, new_facts()).interacting(following=Following())
    assert end_frame(ended, new_facts()).settings.followed == ""


def test_the_followed_run_stays_in_the_settings_until_it_can_be_resumed(run):
    interaction = Interaction(following=Following(waiting=str(run)))
    scene = Scene(settings=Settings(followed=str(run)), interaction=interaction)
    assert end_frame(scene, new_facts()) is scene


def test_the_run_of_a_network(run):
    assert run_folder(str(run / "network-snapshot-000000.safetensors")) == str(run)
    assert run_folder(str(run)) == str(run)
    assert run_folder("/nets/other.pkl") == ""
