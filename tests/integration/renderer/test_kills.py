"""A renderer that is killed and stopped at any moment: the newest picture comes all the same."""

import contextlib
import os
import random
import signal
import time

import numpy as np
import pytest

from renderer.fake.client import SLOW_WORKER, FakeRenderer
from renderer.ipc.protocol import ImageState, Latent, RenderRequest
from tests.integration.renderer.window import Window, segments
from tests.soak import times

IN_A_WINDOW = 4
RENDER_MS = 30.0


@pytest.mark.parametrize("seed", range(times(1, 100)))
def test_kills_at_any_moment_cost_no_picture(open_window, seed: int):
    chance = random.Random(seed)
    window: Window = open_window(SLOW_WORKER, (RENDER_MS, 64))
    window.ask(RenderRequest(1))
    number = 1
    for _ in range(IN_A_WINDOW):
        for _ in range(chance.randrange(1, 4)):
            number += 1
            window.renderer.submit(RenderRequest(number, ImageState(latent=Latent(x=number))))
            time.sleep(chance.uniform(0, 2 * RENDER_MS / 1000))
        pid = window.renderer.pid
        with contextlib.suppress(ProcessLookupError, TypeError):  # it has ended by itself, or is just being replaced
            os.kill(pid, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV]))
        if chance.random() < 0.3:
            window.renderer.restart()  # as a user does who does not wait
        number += 1
        latest = RenderRequest(number, ImageState(latent=Latent(x=number)))
        window.until(lambda pid=pid: window.renderer.pid not in (None, pid) or window.failures)
        if window.failures:  # two deaths in a row are shown, and the user asks again
            window.failures.clear()
            window.renderer.restart()
        window.ask(latest)
        fake = FakeRenderer(resolution=64)
        fake.submit(latest)
        np.testing.assert_array_equal(window.picture(), fake.pixels(fake.poll().frame.parts[0]))
    assert len({name.rpartition("-")[0] for name in segments()}) == 1, "the dead ones' memory is removed"
