import time

import pytest

from tests.integration.renderer.window import Window, segments


@pytest.fixture
def open_window():
    """Factory of windows; ends their renderers, after which no shared memory may be left."""
    before = segments()  # of a renderer that other tests in this process may hold
    opened: list[Window] = []

    def make(*arguments: object) -> Window:
        opened.append(Window(*arguments))
        return opened[-1]

    yield make
    started = time.monotonic()
    for window in opened:
        window.renderer.close()
    assert time.monotonic() - started < 30 * len(opened), "closing must be quick, whatever the renderer does"
    assert segments() == before
