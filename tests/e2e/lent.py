"""A renderer that outlives the windows it is lent to: starting one imports torch, which takes seconds."""

from dataclasses import replace
from typing import Any

from renderer.ipc.client import Renderer
from renderer.ipc.interface import Replies
from renderer.ipc.protocol import Job, RenderRequest, Thumbnail, ThumbnailRequest

_FAR = 1_000_000


class Lent:
    """Renderer shared by consecutive windows; each window only gets the answers to its own requests."""

    def __init__(self, renderer: Renderer, turn: int) -> None:
        self._renderer, self._turn, self._base = renderer, f"{turn}:", turn * _FAR
        self._number = turn

    def next(self) -> "Lent":
        """The same renderer for the next window of the same test."""
        return Lent(self._renderer, self._number + 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._renderer, name)

    def submit(self, request: RenderRequest) -> None:
        """Offset ids, so that they grow from window to window."""
        self._renderer.submit(replace(request, request_id=request.request_id + self._base))

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Tag a key with its window, so that windows do not share keys."""
        self._renderer.want(tuple(replace(one, key=self._turn + one.key) for one in thumbnails))

    def start(self, job: Job) -> None:
        """Tag the job's key with its window."""
        self._renderer.start(replace(job, key=self._turn + job.key))

    def cancel(self, key: str) -> None:
        """Tag the job's key with its window."""
        self._renderer.cancel(self._turn + key)

    def poll(self) -> Replies:
        """Return the answers that arrived, without those for an earlier window."""
        replies = self._renderer.poll()
        thumbnails = tuple(self._mine(one) for one in replies.thumbnails if one.key.startswith(self._turn))
        progress = tuple(
            replace(one, key=one.key.removeprefix(self._turn))
            for one in replies.progress
            if one.key.startswith(self._turn)
        )
        frame, failure, loading = map(self._shifted, (replies.frame, replies.failure, replies.loading))
        return Replies(frame, failure, loading, thumbnails, progress, replies.preparing)

    def close(self) -> None:
        """Detach the window; the renderer stays."""
        self._renderer.want(())

    def _mine(self, thumbnail: Thumbnail) -> Thumbnail:
        return replace(thumbnail, key=thumbnail.key.removeprefix(self._turn))

    def _shifted(self, reply: Any) -> Any:
        if reply is None or reply.request_id <= self._base:
            return None
        return replace(reply, request_id=reply.request_id - self._base)
