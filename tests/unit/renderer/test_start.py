"""Start of the renderer's process: what it imports, and when it collects garbage."""

import gc
import subprocess
import sys

import pytest

from renderer.engine import worker
from renderer.ipc.protocol import Superseded


def test_a_renderer_starts_without_what_only_searches_need():
    code = (
        "import sys, renderer.engine.pipeline\n"
        "print(*(name for name in ('sklearn', 'scipy.stats', 'scipy.ndimage', 'numba', 'viz') if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


class _EndedError(Exception):
    pass


def test_garbage_is_collected_from_the_first_answer_on(monkeypatch):
    seen = []

    def step(self) -> None:
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0))
        if len(seen) == 2:
            raise _EndedError

    monkeypatch.setattr(worker._Worker, "_step", step)
    monkeypatch.setattr(worker._Worker, "_set_up", lambda self: Superseded(0))
    gc.unfreeze()  # of what the tests have imported
    try:
        with pytest.raises(_EndedError):
            worker._Worker(None, None, None).run()
    finally:
        gc.unfreeze()
        gc.enable()
    assert seen == [(False, False), (True, True)]
