"""Facts of a window that has not drawn a frame yet."""

from collections.abc import Callable

from renderer.document.arrays import ArrayStore
from renderer.ipc.protocol import RenderRequest, Work
from viz.state.facts import Facts, JobStatus, Scratch, Tally


class NoThumbnails:
    tally = Tally()
    waiting = 0

    def get(self, request: RenderRequest, size: int = 64, owner: str = "") -> None:
        return None

    def known(self, request: RenderRequest, size: int = 64) -> None:
        return None

    def opened(self, owner: str) -> None:
        """Nothing is opened here."""


class NoJobs:
    running = ()

    def ask(self, work: Work) -> JobStatus:
        return JobStatus()

    def once(self, work: Work, then: Callable[[JobStatus], None]) -> None:
        raise AssertionError("nothing works here")


def new_facts(**changes: object) -> Facts:
    return Facts(NoThumbnails(), Scratch(), NoJobs(), ArrayStore(), **changes)  # type: ignore[arg-type]
