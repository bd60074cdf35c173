"""What the window asks of a renderer, whichever it is, and what it gets back."""

from dataclasses import dataclass
from typing import Protocol

from renderer.document.arrays import ArrayStore
from renderer.ipc import frames
from renderer.ipc.protocol import (
    Failure,
    Frame,
    Job,
    Loading,
    Part,
    Preparing,
    Progress,
    RenderRequest,
    Thumbnail,
    ThumbnailRequest,
)


@dataclass(frozen=True)
class Replies:
    """What came since the last `poll`."""

    frame: Frame | None = None
    """The newest picture, if there is a new one; it is now the one that `pixels` reads."""
    failure: Failure | None = None
    """A new failure, unless a newer request has been answered with a picture since."""
    loading: Loading | None = None
    """The network that is being read just now; repeated at every poll until it is there."""
    thumbnails: tuple[Thumbnail, ...] = ()
    progress: tuple[Progress, ...] = ()
    """What jobs tell, in order."""
    preparing: Preparing | None = None
    """Kernels that are compiled just now, or the trouble with them; repeated at every poll while there is either."""


class AnyRenderer(Protocol):
    """What the window needs of a renderer: `client.Renderer` and `fake.FakeRenderer` have it."""

    arrays: ArrayStore
    """What requests may name; each array put here reaches the renderer before the next request does."""

    def submit(self, request: RenderRequest) -> None:
        """Ask for a picture; overwrites what was not sent yet. Ids must grow."""

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Ask for small pictures, most wanted first; replaces what was wanted before."""

    def start(self, job: Job) -> None:
        """Begin long work, or replace the job of the same key; `poll` tells of it."""

    def cancel(self, key: str) -> None:
        """End a job; nothing is told of it any more."""

    def poll(self) -> Replies:
        """What came since the last call. Call it once a frame."""

    def pixels(self, part: Part) -> frames.RGBA:
        """A view [H, W, 4] of a part of the frame last polled, valid until `poll` returns the next one."""

    def restart(self) -> None:
        """End the renderer and start another, which gets the latest request."""

    def close(self) -> None:
        """End the renderer. May be called twice."""

    @property
    def alive(self) -> bool:
        """Whether there is a renderer, or one is being started; False after two crashes in a row."""

    @property
    def pid(self) -> int | None:
        """Process id of the renderer."""

    @property
    def restarts(self) -> int:
        """How often a renderer was started again."""

    @property
    def stalled_s(self) -> float:
        """Seconds that a request has waited without any sign of life from the renderer."""
