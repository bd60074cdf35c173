"""Random actions in the real window: afterwards the state is saved, opens as it was and is drawn again."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.document import session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Playback
from renderer.document.session import Session
from tests.e2e.driver import Driver, drive
from tests.e2e.shell.random_actions import DIALOGS, OUTSIDE, Player, files
from tests.soak import ON, times
from viz.files.actions import OpenFile
from viz.files.kept.folder import LAST
from viz.files.sessions import FILES
from viz.state import motion
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.ui.widgets import spots

pytestmark = pytest.mark.window

IN_A_WINDOW = times(150, 250)
WINDOWS = times(3, 56)
EVERY = 25
"""Actions from one look at the session to the next."""
ENOUGH = 20
"""Times that each action is done in `make soak`."""
SELDOM = {
    "run-stop": "for runs that train",
    "follow": "for networks of runs",
    "beside": "for networks of runs",
    "explore-newest": "for runs with networks",
}
"""Commands that the windows of this test cannot be sure to have, and what they are for."""
done: Counter[str] = Counter()
"""Actions of all windows."""
windows: list[int] = []


@pytest.mark.parametrize("seed", range(WINDOWS))
def test_any_actions_leave_a_state_that_is_saved_opened_and_drawn_again(seed: int, tmp_path: Path):
    play(seed, IN_A_WINDOW, tmp_path)
    windows.append(seed)


def test_everything_was_done(capsys, tmp_path: Path):
    if sorted(windows) != list(range(WINDOWS)):
        pytest.skip("only some of the windows were opened")
    known: list[str] = []

    def steps(d: Driver) -> None:
        known.extend(f"command {name}" for name in d.app.commands.keys() - OUTSIDE.keys() - SELDOM.keys())
        assert OUTSIDE.keys() - {"copy-recipe"} <= d.app.commands.keys()

    drive(steps)
    known += [f"dialog {name}" for name in DIALOGS] + [f"drop {name}" for name in files(tmp_path)]
    if ON:
        with capsys.disabled():
            print("\n" + "\n".join(f"{done[name]:6d} {name}" for name in sorted({*known, *done})))
    assert not [name for name in known if done[name] < (ENOUGH if ON else 0)]
    assert sum(done[name] > 0 for name in known) > (len(known) - 1 if ON else 0.6 * len(known))


def play(seed: int, count: int, folder: Path) -> None:
    """Perform random actions in a window of its own, and look at the state every few of them."""
    drops = files(folder)
    settings = Settings(run_dirs=str(drops["run"]), reopen=False)
    earlier = folder / "config" / "sessions" / LAST
    earlier.parent.mkdir(parents=True)
    shutil.copy(drops["session"], earlier)

    def steps(d: Driver) -> None:
        d.wait_frame()
        player = Player(d, seed, drops, done)
        spots.watch(player.places)
        try:
            for number in range(count):
                player.act()
                if number % EVERY == EVERY - 1 or number == count - 1:
                    comes_back(d, folder / "again.stylescope", player.trail)
        finally:
            player.close()

    try:
        drive(steps, seed=seed, settings=settings, config_dir=folder / "config")
    finally:
        spots.unwatch()


def at_rest(scene: Scene) -> Scene:
    view, photos = scene.view, scene.view.photos
    # Results of fits come when they come.
    photos = replace(photos, rows=tuple(replace(one, taken=True) for one in photos.rows))
    scene = scene.interacting(photos=replace(scene.interaction.photos, keeping=()))
    return replace(scene, view=replace(view, motion=motion.stopped(view.motion), playback=Playback(), photos=photos))


def comes_back(d: Driver, path: Path, trail: list[str]) -> None:
    """Assert that no error stays, and that the state is saved, opens equal and is drawn."""
    d.wait_for(lambda: not d.app.services[FILES].busy, what="the files")
    d.change(at_rest)
    d.app.dismiss_messages()
    d.wait_frame()
    assert d.facts.failure is None, f"{trail[-EVERY:]}: {d.facts.failure}"
    assert not [one.text for one in d.app.messages if one.trace], trail[-EVERY:]
    arrays, notes = ArrayStore(), []
    held = Session(d.app.scene.document, d.app.scene.view)
    session.save(path, held, d.app.renderer.arrays)
    again = session.load(path, arrays, notes)
    assert notes == [], trail
    assert again == held, trail
    d.change(lambda scene: scene.request(OpenFile(str(path))))
    d.wait_for(lambda: any(one.text.endswith(f"Opened {path.name}") for one in d.app.messages), what="the session")
    d.frames(2)
    assert d.app.scene.document == held.document, trail[-EVERY:]
    d.wait_frame()
    assert d.facts.failure is None, trail[-EVERY:]
