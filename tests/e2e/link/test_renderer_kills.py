"""The renderer is killed in the middle of drags, jobs and saves: the picture comes back, and nothing is lost."""

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foundation.arrays import read_floats
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.session import load
from renderer.fake.client import SLOW_WORKER, FakeRenderer
from renderer.ipc.client import Renderer
from renderer.ipc.protocol import Display
from tests.e2e.driver import Driver, drive
from tests.soak import times
from viz.files.actions import SaveLatent, SavePicture, SaveSession
from viz.state.params import put
from viz.ui.actions import RestartRenderer

from imgui_bundle import hello_imgui, imgui  # isort: skip

pytestmark = pytest.mark.window

KILLS = times(5, 100)
RENDER_MS = 20.0
PSI = "//Generator/**/ψ/##track"


class Chaos:
    """Actions that are interrupted, each a generator: what happens before the kill, and after it.

    Args:
        d: The window.
        chance: Source of choices.
        folder: Destination of files.
    """

    def __init__(self, d: Driver, chance: random.Random, folder: Path) -> None:
        self.d, self.chance, self.folder, self.number = d, chance, folder, 0

    def drag(self) -> Iterator[None]:
        """Drag a slider; all of it is one step."""
        d, steps = self.d, len(self.d.app.store.history.done)
        x0, y0, x1, y1 = d.rect(PSI)
        points = [imgui.ImVec2(self.chance.uniform(x0 + 4, x1 - 4), (y0 + y1) / 2) for _ in range(8)]
        d.ctx.mouse_move_to_pos(points[0])
        d.ctx.mouse_down(0)
        for point in points[1:5]:
            d.ctx.mouse_move_to_pos(point)
            d.ctx.yield_()
        yield
        for point in points[5:]:
            d.ctx.mouse_move_to_pos(point)
            d.ctx.yield_()
        d.ctx.mouse_up(0)
        d.frames(3)
        assert len(d.app.store.history.done) == steps + 1

    def job(self) -> Iterator[None]:
        """Compute and save w vectors: the file is there, or a message says that it is not."""
        d, path = self.d, self.folder / f"{self.number}.npz"
        d.change(lambda scene: scene.request(SaveLatent(str(path))))
        yield
        d.wait_for(lambda: path.exists() or any(one.bad for one in d.app.messages), what="the latent")
        if path.exists():
            assert np.isfinite(read_floats(path, "w")).all()

    def picture(self) -> Iterator[None]:
        """Save the image shown."""
        d = self.d
        before = len(list(Path(d.scene.settings.capture_dir).glob("*.png")))
        d.change(lambda scene: scene.request(SavePicture()))
        yield
        captures = Path(d.scene.settings.capture_dir)
        d.wait_for(lambda: len(list(captures.glob("*.png"))) > before, what="the picture")
        for path in captures.glob("*.png"):
            if path.stat().st_size:  # an empty file reserves the number
                with Image.open(path) as image:
                    assert image.size == (64, 64)

    def session(self) -> Iterator[None]:
        """Save the session."""
        d, path = self.d, self.folder / f"{self.number}.stylescope"
        held = d.scene.document
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        yield
        d.wait_for(path.exists, what="the session")
        assert load(path, ArrayStore(), []).document == held

    def seeds(self) -> Iterator[None]:
        """Change the image faster than it is rendered."""
        for _ in range(self.chance.randrange(1, 6)):
            self.d.change(lambda scene: put(scene, "document.latent.x", float(self.chance.randrange(1000))))
        yield


def test_the_picture_is_back_after_kills_and_nothing_is_lost(tmp_path):
    chance = random.Random(0)
    survived = []

    def steps(d: Driver) -> None:
        d.wait_frame()
        chaos = Chaos(d, chance, tmp_path)
        kinds = (chaos.drag, chaos.job, chaos.picture, chaos.session, chaos.seeds)
        for number in range(KILLS):
            chaos.number = number
            action = kinds[number % len(kinds)]()
            next(action)
            d.frames(chance.randrange(1, 4))
            document, pid = d.scene.document, d.renderer.pid
            with contextlib.suppress(ProcessLookupError, TypeError):  # it is just being replaced
                os.kill(pid, chance.choice([signal.SIGKILL, signal.SIGSEGV]))
            assert next(action, None) is None
            d.wait_for(lambda pid=pid: d.renderer.pid not in (None, pid) or d.facts.failure, what="a renderer")
            if d.facts.failure is not None:  # two deaths in a row are shown, and the user asks again
                d.change(lambda scene: scene.request(RestartRenderer()))
            if kinds[number % len(kinds)] != chaos.drag:
                assert d.scene.document == document
            d.wait_frame()
            assert d.facts.failure is None
            fake = FakeRenderer(resolution=64)
            fake.submit(request_for(d.scene.document, Display(), d.scene.settings.device, 1))
            np.testing.assert_array_equal(d.picture(), fake.pixels(fake.poll().frame.parts[0]))
            d.app.dismiss_messages()
            survived.append(number)

    drive(steps, renderer=Renderer(hello_imgui.request_refresh, SLOW_WORKER, (RENDER_MS, 64)), config_dir=tmp_path)
    assert len(survived) == KILLS
