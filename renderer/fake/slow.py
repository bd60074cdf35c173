"""A renderer process with test patterns in a fixed time, for measuring the window and the transport of images."""

import time
from multiprocessing.connection import Connection

from renderer.engine.base import Rendered, Watch
from renderer.engine.worker import serve
from renderer.fake.engine import FakeEngine
from renderer.ipc.protocol import RenderRequest


def main(connection: Connection, prefix: str, milliseconds: float = 15.0, resolution: int = 1024) -> None:
    """Entry of the process; does not return."""
    serve(connection, prefix, lambda host: SlowEngine(milliseconds, resolution))


class SlowEngine(FakeEngine):
    """A `FakeEngine` that spends `milliseconds` on each image and can be cancelled meanwhile."""

    def __init__(self, milliseconds: float, resolution: int) -> None:
        super().__init__(resolution=resolution)
        self._seconds = milliseconds / 1000

    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Everything that a frame shows."""
        started = time.monotonic()
        rendered = super().render(request, watch)
        while (left := started + self._seconds - time.monotonic()) > 0:
            watch.check(1 - left / self._seconds)
            time.sleep(min(left, 0.005))
        return rendered
