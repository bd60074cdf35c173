"""Random commands and drags in the real window: afterwards the session saves and opens unchanged."""

import random
from pathlib import Path

import pytest

from renderer.document import session
from renderer.document.arrays import ArrayStore
from renderer.document.session import Session
from tests.e2e.driver import Driver, Key, drive
from tests.soak import times
from viz.state.scene import Command
from viz.ui.widgets import spots

pytestmark = pytest.mark.window

OUTSIDE = {"quit", "run-reveal", "copy-command", "copy-recipe", "run-copy"}
"""Commands that reach beyond the window: they close it, open a file manager or take the clipboard."""
ACTIONS, IN_A_WINDOW = times(60, 5000), 250
EVERY = 15
"""Actions from one look at the session to the next."""


def test_the_outside_is_named_rightly():
    def steps(d: Driver) -> None:
        assert {"quit", "run-reveal"} <= OUTSIDE & d.app.commands.keys()
        assert len(d.app.commands.keys() - OUTSIDE) > 60

    drive(steps)


@pytest.mark.parametrize("seed", range(-(-ACTIONS // IN_A_WINDOW)))
def test_any_actions_leave_a_session_that_opens_as_it_was(seed: int, tmp_path: Path):
    chance = random.Random(seed)
    places: dict[str, spots.Rect] = {}
    done: list[str] = []

    def steps(d: Driver) -> None:
        d.wait_frame()
        for number in range(min(ACTIONS, IN_A_WINDOW)):
            done.append(act(d, chance, places))
            close_dialogs(d)
            assert not d.app.guard.errors, f"{done[-5:]}: {d.app.guard.errors}"
            if number % EVERY == EVERY - 1:
                comes_back(d, tmp_path / "a.stylescope", done)
        d.wait_frame()

    spots.watch(places)
    try:
        drive(steps, seed=seed)
    finally:
        spots.unwatch()
    assert len(done) == min(ACTIONS, IN_A_WINDOW)


def act(d: Driver, chance: random.Random, places: dict[str, spots.Rect]) -> str:
    """Perform one random action and return its name."""
    width, height = 1280, 720
    if chance.random() < 0.3:
        name, (x0, y0, x1, y1) = chance.choice(sorted(places.items()))
        start = chance.uniform(x0, x1), chance.uniform(y0, y1)
        end = chance.uniform(0, width), start[1] if chance.random() < 0.7 else chance.uniform(0, height)
        if 0 <= start[0] < width and 0 <= start[1] < height and name.split("/")[0] in ("Canvas", "Generator", "Mix"):
            middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            d.drag([start, middle, end])
        return f"drag {name}"
    scene, facts = d.app.scene, d.app.facts
    able: list[Command] = [
        one for one in d.app.commands.values() if one.id not in OUTSIDE and one.available(scene, facts)
    ]
    command = chance.choice(able)
    d.change(lambda scene: command.run(scene, d.app.facts) if command.available(scene, d.app.facts) else scene)
    return command.id


def close_dialogs(d: Driver) -> None:
    """Press Esc until no popup takes the keyboard."""
    for _ in range(4):
        if not d.popup_open():
            return
        d.press(Key.escape)
    assert not d.popup_open(), "Esc closes every dialog"


def comes_back(d: Driver, path: Path, done: list[str]) -> None:
    """Assert that the present session is saved, and opens equal and without a note."""
    arrays, notes = ArrayStore(), []
    held = Session(d.app.scene.document, d.app.scene.view)
    session.save(path, held, d.app.renderer.arrays)
    again = session.load(path, arrays, notes)
    assert notes == [], done
    assert again == held, done
