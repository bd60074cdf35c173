"""Random actions in the real window: every command, every kind of dropped file, every dialog, and drags."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from imgui_bundle import imgui

from foundation.arrays import save_latents
from foundation.bundled import RECORDED_RUNS
from foundation.png import write_png
from renderer.document import recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, Swatch
from renderer.document.mixing import take
from renderer.document.parts import Latent, Mixing, Truncation
from renderer.document.recipe import Recipe
from renderer.document.session import Session
from tests.e2e.driver import Driver, Key
from tests.e2e.shell.situations import MODEL, NAMES, Situations
from tests.fixtures_path import ROOT
from viz.files.browse_purposes import MODES
from viz.shell.dialogs import TITLES
from viz.state.scene import Command, ShowDialog
from viz.ui.widgets import spots

OUTSIDE = {
    "quit": "closes the window",
    "run-reveal": "opens a file manager",
    "copy-command": "takes the clipboard",
    "copy-recipe": "takes the clipboard",
    "run-copy": "takes the clipboard",
    "run-resume": "starts a training",
}
"""Commands that reach beyond the window, and how."""
DIALOGS = sorted({*TITLES, *MODES} - {"save-results", "save-directions"})
"""Dialogs that open by themselves; those left out need what the dialog or the panel that opens them holds."""
KINDS = (12, 58, 8, 10, 12)
"""Weights of drags, commands, drops, dialogs and situations."""
STEPS = 8
"""Commands that follow a situation at once."""
SIZE = (1280, 720)


def made(seed: float) -> Document:
    """Return a document with a mix, a swatch and a truncation."""
    mixing = take(Mixing(seed + 1), (1, 3), Latent(seed + 2))
    return Document(latent=Latent(seed), mixing=mixing, truncation=Truncation(0.7), shelf=(Swatch("a", Latent(seed)),))


def files(folder: Path) -> dict[str, Path]:
    """Write a file of each kind that can be dropped. Returns them by kind."""
    arrays, pixels = ArrayStore(), np.zeros((8, 8, 3), np.uint8)
    found = {
        name: folder / file
        for name, file in {
            "network": "net.safetensors", "pickle": "net.pkl", "picture": "made.png", "plain picture": "plain.png",
            "session": "work.stylescope", "damaged session": "bad.stylescope", "latents": "w.npz", "direction": "d.npy",
            "foreign array": "x.npy", "damaged film": "film.mp4", "recipe": "made.yaml", "damaged recipe": "bad.yaml",
            "text": "note.txt", "missing file": "missing.png", "empty folder": "empty", "run": "runs",
        }.items()
    }  # fmt: skip
    for name in ("network", "pickle", "text"):
        found[name].write_bytes(b"x")
    text = recipe.write(Recipe(made(40.0)), arrays)
    write_png(found["picture"], pixels, {recipe.KEY: text})
    write_png(found["plain picture"], pixels)
    found["recipe"].write_text(text)
    found["damaged recipe"].write_text(text[: len(text) // 2] + "\n: {")
    session.save(found["session"], Session(made(60.0)), arrays)
    found["damaged session"].write_bytes(found["session"].read_bytes()[:300])
    save_latents(found["latents"], np.ones((MODEL.num_ws, MODEL.w_dim), np.float32))
    np.save(found["direction"], np.ones(MODEL.w_dim, np.float32))
    np.save(found["foreign array"], np.ones((3, 2, 1), np.float32))
    shutil.copy(ROOT / "tests" / "fixtures" / "before" / "film.mp4", found["damaged film"])
    found["damaged film"].write_bytes(found["damaged film"].read_bytes()[:2000])
    found["empty folder"].mkdir()
    shutil.copytree(RECORDED_RUNS, found["run"])
    return found


class Player:
    """Performs random actions in a window.

    Args:
        d: The window.
        seed: Of the choices.
        drops: Files to drop, by kind.
        done: Actions by name, those of earlier windows too; those done least are the likeliest.
    """

    def __init__(self, d: Driver, seed: int, drops: dict[str, Path], done: Counter[str]) -> None:
        self._d, self._chance, self._drops, self.done = d, random.Random(seed), drops, done
        self._situations, self._left = Situations(d, self._chance, drops), 0
        self.places: dict[str, spots.Rect] = {}
        self.trail: list[str] = []

    def close(self) -> None:
        """End what it started."""
        self._situations.close()

    def act(self) -> None:
        """Perform one action, and close the dialogs that it opened."""
        kinds: tuple[Callable[[], str], ...] = (self._drag, self._command, self._drop, self._dialog, self._situation)
        self._left -= 1
        name = (self._command if self._left >= 0 else self._chance.choices(kinds, KINDS)[0])()
        self.trail.append(name)
        self.done[name] += 1
        self._close()
        assert not self._d.app.guard.errors, f"{self.trail[-8:]}: {self._d.app.guard.errors}"

    def _rarest(self, names: list[str]) -> str:
        weights = [1 / (1 + self.done[name]) ** 4 for name in names]
        return self._chance.choices(names, weights)[0]

    def _drag(self) -> str:
        (width, height), chance = SIZE, self._chance
        if not self.places:
            return "drag nothing"
        name, (x0, y0, x1, y1) = chance.choice(sorted(self.places.items()))
        start = chance.uniform(x0, x1), chance.uniform(y0, y1)
        end = chance.uniform(0, width), start[1] if chance.random() < 0.7 else chance.uniform(0, height)
        if 0 <= start[0] < width and 0 <= start[1] < height and name.split("/")[0] in ("Canvas", "Generator", "Mix"):
            self._d.drag([start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end])
        return "drag"

    def _command(self) -> str:
        d = self._d
        scene, facts = d.app.scene, d.app.facts
        able: dict[str, Command] = {
            one.id: one for one in d.app.commands.values() if one.id not in OUTSIDE and one.available(scene, facts)
        }
        command = able[self._rarest([f"command {name}" for name in able]).removeprefix("command ")]
        d.change(lambda scene: command.run(scene, d.app.facts) if command.available(scene, d.app.facts) else scene)
        return f"command {command.id}"

    def _drop(self) -> str:
        """Drop a file anywhere, also on the shelf."""
        name = self._rarest([f"drop {kind}" for kind in self._drops])
        x, y = self._chance.uniform(0, SIZE[0]), self._chance.uniform(0, SIZE[1])
        self._d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
        self._d.app.drop([str(self._drops[name.removeprefix("drop ")])])
        self._d.frames(3)
        return name

    def _situation(self) -> str:
        """Bring the window into a state that some commands need; such commands follow."""
        name = self._rarest([f"situation {one}" for one in NAMES])
        self._situations.bring(name.removeprefix("situation "))
        self._left = STEPS
        return name

    def _dialog(self) -> str:
        """Open a dialog and press some keys that write and start nothing."""
        name = self._rarest([f"dialog {one}" for one in DIALOGS])
        self._d.change(lambda scene: scene.request(ShowDialog(name.removeprefix("dialog "))))
        self._d.frames(3)
        for key in self._chance.choices((Key.tab, Key.down_arrow, Key.up_arrow, Key.a, Key._7, Key.home, Key.end), k=4):
            self._d.press(key)
        return name

    def _close(self) -> None:
        """Press Esc until no popup takes the keyboard."""
        for _ in range(6):
            if not self._d.popup_open():
                return
            self._d.press(Key.escape)
        assert not self._d.popup_open(), f"Esc does not close what {self.trail[-1]} opened"
