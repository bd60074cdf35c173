"""Renderer processes that misbehave: targets for `client.Renderer`. They import no torch."""

import os
import signal
import time
from multiprocessing.connection import Connection

from renderer.engine.base import Engine, Host
from renderer.engine.worker import serve
from renderer.fake.engine import FakeEngine
from renderer.ipc.protocol import RenderRequest


def ends_at_once(connection: Connection, prefix: str) -> None:
    os._exit(3)


def crashes_on_request(connection: Connection, prefix: str) -> None:
    while not isinstance(connection.recv(), RenderRequest):
        pass
    os.kill(os.getpid(), signal.SIGSEGV)


def writes_garbage(connection: Connection, prefix: str) -> None:
    connection.recv()
    connection.send_bytes(b"\x80\x05garbage")
    time.sleep(60)


def writes_an_unknown_message(connection: Connection, prefix: str) -> None:
    connection.recv()
    connection.send(("frame", 1))
    time.sleep(60)


def claims_a_huge_message(connection: Connection, prefix: str) -> None:
    connection.recv()
    os.write(connection.fileno(), b"\x7f\xff\xff\xff")
    time.sleep(60)


def names_a_missing_segment(connection: Connection, prefix: str) -> None:
    from renderer.fake.engine import model_info
    from renderer.ipc.protocol import Frame, Network

    request = connection.recv()
    model = model_info(Network(), "StyleGAN2", 32)
    connection.send(Frame(request.request_id, f"{prefix}-77", 0, (), model, ()))
    time.sleep(60)


class Stuck(FakeEngine):
    """Renders the first image, then hangs in every render."""

    drawn = False

    def render(self, request, watch):
        if self.drawn:
            time.sleep(600)
        self.drawn = True
        return super().render(request, watch)


def gets_stuck(connection: Connection, prefix: str) -> None:
    serve(connection, prefix, lambda host: Stuck())


class Clumsy(FakeEngine):
    def render(self, request, watch):
        if request.image.latent.x == 13:
            raise RuntimeError("thirteen")
        return super().render(request, watch)


def fails_at_thirteen(connection: Connection, prefix: str) -> None:
    serve(connection, prefix, lambda host: Clumsy())


def cannot_be_set_up(connection: Connection, prefix: str) -> None:
    def make(host: Host) -> Engine:
        raise ImportError("no module named torch")

    serve(connection, prefix, make)


def says_what_it_imported(connection: Connection, prefix: str) -> None:
    """Report the imported modules of the real worker's process, as the details of a failure."""
    import sys

    import renderer.engine.worker  # noqa: F401
    from renderer.ipc.protocol import Failure

    request = connection.recv()
    connection.send(
        Failure(
            request.request_id, "render", "", "", " ".join(sorted({name.partition(".")[0] for name in sys.modules}))
        )
    )
    connection.recv()
