"""Interface of renderers to the window."""

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
    """Replies since the last `poll`."""

    frame: Frame | None = None
    """The newest frame, if there is a new one; `pixels` reads it from now on."""
    failure: Failure | None = None
    """A new failure, unless a newer request has succeeded since."""
    loading: Loading | None = None
    """The network being read; repeated at every poll until it is there."""
    thumbnails: tuple[Thumbnail, ...] = ()
    progress: tuple[Progress, ...] = ()
    """Progress of jobs, in order."""
    preparing: Preparing | None = None
    """Kernels being compiled, or a problem with them; repeated at every poll meanwhile."""


class AnyRenderer(Protocol):
    """Renderer as the window uses it: `client.Renderer` or `fake.FakeRenderer`."""

    arrays: ArrayStore
    """Arrays that requests may name; each one put here reaches the renderer before the next request."""

    def submit(self, request: RenderRequest) -> None:
        """Request a frame; replaces an unsent request. Ids must grow."""

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Request thumbnails, most wanted first; replaces the earlier list."""

    def start(self, job: Job) -> None:
        """Begin a job, or replace that of the same key; `poll` returns its progress."""

    def cancel(self, key: str) -> None:
        """Cancel a job; no progress of it is returned any more."""

    def poll(self) -> Replies:
        """Return the replies since the last call. Call it once a frame."""

    def pixels(self, part: Part) -> frames.RGBA:
        """Return a view [H, W, 4] of a part of the frame last polled, valid until `poll` returns the next one."""

    def restart(self) -> None:
        """End the renderer and start another, which gets the latest request."""

    def close(self) -> None:
        """End the renderer. May be called twice."""

    @property
    def alive(self) -> bool:
        """True if a renderer runs or is being started; False after two crashes in a row."""

    @property
    def pid(self) -> int | None:
        """Process id of the renderer."""

    @property
    def restarts(self) -> int:
        """Number of restarts of the renderer."""

    @property
    def stalled_s(self) -> float:
        """Seconds that a request has waited without any sign of life from the renderer."""
