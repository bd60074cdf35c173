"""Link to the renderer: submits one request per change and receives the newest image as textures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, request_for
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import LAYERS, PICTURE, SPECTRUM, Display, Failure, Frame, Loading, Preparing, RenderRequest
from viz.gl.textures import Picture
from viz.gl.thumbnails import ThumbnailCache
from viz.link.jobs import Jobs
from viz.link.measurements import Seen, measured
from viz.link.meters import Meters
from viz.state.facts import Texture
from viz.state.playback import animated, showing
from viz.state.scene import Scene
from viz.state.settings import LOW_RES_MS

REST_S = 0.25
"""Seconds without change after which a dragged parameter is rendered at full resolution."""


class RenderLink:
    """Window side of the renderer. All methods but `submit` need the window's OpenGL context."""

    def __init__(self, renderer: AnyRenderer, meters: Meters, clock: Callable[[], float], seen: Seen) -> None:
        self._renderer, self._meters, self._clock, self._seen = renderer, meters, clock, seen
        self.thumbnails = ThumbnailCache()
        self.jobs = Jobs(renderer)
        self.frame: Frame | None = None
        self.image_version = 0
        """Number of images shown so far."""
        self.failure: Failure | None = None
        self.loading: Loading | None = None
        self.preparing: Preparing | None = None
        self._textures = {name: Picture() for name in (PICTURE, SPECTRUM, LAYERS)}
        self._request: RenderRequest | None = None
        self._from: tuple[object, ...] = ()
        """Inputs of the newest request."""
        self.shown: tuple[Document, Display, float | None] | None = None
        """Document, display and second of the timeline of the newest image."""
        self._shows: dict[int, tuple[Document, Display, float | None]] = {}
        """The same for unanswered requests."""
        self._sent_at: dict[int, float] = {}
        self._low_res_ms = 0.0
        self._moved: tuple[Document | None, float] = (None, 0.0)
        """Last shown document, and the time of its change."""
        self._answered_id = 0
        self._again = False

    @property
    def answered(self) -> bool:
        """Return True if the newest request has been answered, by an image or a failure."""
        return self._request is not None and self._answered_id >= self._request.request_id

    @property
    def newest_request(self) -> RenderRequest | None:
        """Newest request."""
        return self._request

    @property
    def picture(self) -> Texture | None:
        """Newest image."""
        return self._texture(PICTURE)

    @property
    def spectrum(self) -> Texture | None:
        """Spectrum of the newest frame, if requested."""
        return self._texture(SPECTRUM)

    @property
    def layers(self) -> Texture | None:
        """Layer thumbnails of the newest frame, if requested."""
        return self._texture(LAYERS)

    def pixels(self) -> NDArray[np.uint8] | None:
        """Return the newest image [H, W, 4], valid until the next `poll`."""
        if self.frame is not None:
            for part in self.frame.parts:
                if part.name == PICTURE:
                    return self._renderer.pixels(part)
        return None

    def waiting_s(self, now: float) -> float:
        """Return the seconds since the newest request if it is unanswered, else 0."""
        if self.answered or self._request is None:
            return 0.0
        return now - min((at for id_, at in self._sent_at.items() if id_ > self._answered_id), default=now)

    def poll(self, scene: Scene, now: float) -> None:
        """Receive results and upload textures."""
        replies = self._renderer.poll()
        self.loading, self.preparing = replies.loading, replies.preparing
        if replies.failure is not None:
            self.failure = replies.failure
            self._answer(replies.failure.request_id)
        if replies.frame is not None:
            self._show(replies.frame)
        if replies.thumbnails:
            self.thumbnails.take(replies.thumbnails)
        self.jobs.take(replies.progress)

    def stale(self, scene: Scene) -> bool:
        """Return True if `scene` needs another request than the newest one."""
        return self._next(scene) is not None

    def submit(self, scene: Scene, now: float, held: bool = False) -> None:
        """Request the image of `scene` unless already requested, and pending thumbnails.

        `held` is True during a drag, for which a low-res image suffices.
        """
        if scene.shown is not self._moved[0]:
            self._moved = (scene.shown, now)
        slow = self.frame is not None and self.frame.model.has_low_res and self.frame.full_ms > LOW_RES_MS
        resting = now - self._moved[1] >= REST_S
        self._low_res_ms = LOW_RES_MS if held and slow and scene.settings.drafts and not resting else 0.0
        if (request := self._next(scene)) is not None:
            self._again = False
            self._request, self._from = request, self._made_from(scene)
            self._sent_at[request.request_id] = now
            at = scene.view.playback.at if showing(scene) else None
            self._shows[request.request_id] = (scene.shown, scene.view.display, at)
            self._renderer.submit(request)
        self._renderer.want(self.thumbnails.wanted())
        self.jobs.settle()

    def retry(self) -> None:
        """Repeat the request even though nothing changed."""
        self._again = True
        self.failure = None

    def restart(self) -> None:
        """Restart the renderer. It receives the newest request automatically, so the answer to that is awaited."""
        self.failure = None
        if self._request is not None:
            self._answered_id = self._request.request_id - 1
            self._sent_at[self._request.request_id] = self._clock()
        self._renderer.restart()

    def dismiss_failure(self) -> None:
        """Clear the newest failure."""
        self.failure = None

    def free(self) -> None:
        """Release the textures."""
        for texture in self._textures.values():
            texture.free()
        self.thumbnails.free()

    def _next(self, scene: Scene) -> RenderRequest | None:
        """Return the request for the scene; None where it is the newest one already."""
        last = self._request
        if last is None or self._again:
            return self._asks(scene, 1 if last is None else last.request_id + 1)
        made = self._made_from(scene)
        if all(new is old for new, old in zip(made, self._from, strict=True)):
            return None  # common case, avoids comparing all numbers
        request = self._asks(scene, last.request_id)
        if request != last:
            return replace(request, request_id=last.request_id + 1)
        self._from = made
        return None

    def _asks(self, scene: Scene, request_id: int) -> RenderRequest:
        display = measured(scene.view.display, self._seen.last)
        request = animated(request_for(scene.shown, display, scene.settings.device, request_id), scene)
        return replace(request, low_res_ms=self._low_res_ms) if self._low_res_ms else request

    def _made_from(self, scene: Scene) -> tuple[object, ...]:
        """Return all inputs of `_asks`, compared by identity."""
        moment = scene.view.playback if showing(scene) else None
        return scene.shown, scene.view.display, scene.settings.device, self._seen.last, moment, self._low_res_ms or None

    def _texture(self, name: str) -> Texture | None:
        if self.frame is None or all(part.name != name for part in self.frame.parts):
            return None
        return self._textures[name].texture

    def _show(self, frame: Frame) -> None:
        for part in frame.parts:
            self._textures[part.name].upload(self._renderer.pixels(part))
        known = self.frame.model if self.frame is not None else None
        if known is not None and frame.model is not known and frame.model == known:
            frame = replace(frame, model=known)  # the same object compares fast
        self.frame = frame
        self._renderer.arrays.networks.opened(frame.model.network.source, frame.model.sha256)
        self.image_version += 1
        self.shown = self._shows.get(frame.request_id, self.shown)
        if sent_at := self._sent_at.get(frame.request_id):
            self._meters.latency.add((self._clock() - sent_at) * 1000)
        self._meters.rendered(frame.milliseconds, frame.memory)
        self._answer(frame.request_id)
        if self.failure is not None and self.failure.request_id <= frame.request_id:
            self.failure = None

    def _answer(self, request_id: int) -> None:
        self._answered_id = max(self._answered_id, request_id)
        self._sent_at = {id_: at for id_, at in self._sent_at.items() if id_ > request_id}
        self._shows = {id_: shows for id_, shows in self._shows.items() if id_ > request_id}
