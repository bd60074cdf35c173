"""Link to the renderer: submits one request per change and receives the newest image as textures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, request_for
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import (
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    Failure,
    Frame,
    Loading,
    Part,
    Preparing,
    RenderRequest,
)
from viz.gl.textures import Picture
from viz.gl.thumbnails import ThumbnailCache
from viz.link.film_store import FilmStore, Kept
from viz.link.jobs import Jobs
from viz.link.measurements import Seen, measured
from viz.link.meters import Meters
from viz.state.facts import Texture
from viz.state.motion import Activity
from viz.state.playback import animated, showing, shown_at
from viz.state.scene import Scene
from viz.state.settings import LOW_RES_MS

FRAME_MS = 1000 / 60
"""Usual time between two frames of the window."""
AWAITED = 2
"""Requests that are unanswered in motion, as many as the renderer takes (`renderer.ipc.client.IN_FLIGHT`)."""

_LATE = 8
"""Requests after which a frame of the timeline is still kept when it comes."""


class RenderLink:
    """Window side of the renderer. All methods but `submit` need the window's OpenGL context."""

    def __init__(self, renderer: AnyRenderer, meters: Meters, clock: Callable[[], float], seen: Seen) -> None:
        self._renderer, self._meters, self._clock, self._seen = renderer, meters, clock, seen
        self.thumbnails = ThumbnailCache()
        self.jobs = Jobs(renderer)
        self.film = FilmStore()
        self.frame: Frame | None = None
        self.image_version = 0
        """Number of images shown so far."""
        self.failure: Failure | None = None
        self.loading: Loading | None = None
        self.preparing: Preparing | None = None
        self._textures = {name: Picture() for name in (PICTURE, SPECTRUM, LAYERS)}
        self._request: RenderRequest | None = None
        self._wanted: RenderRequest | None = None
        """Request for the image of the newest scene at rest; its id has no meaning."""
        self._played: dict[int, RenderRequest] = {}
        """Unanswered requests of the timeline, whose pictures will be kept."""
        self._kept_picture: NDArray[np.uint8] | None = None
        """The newest image, if it was kept."""
        self._from: tuple[object, ...] = ()
        """Inputs of that."""
        self._looked: RenderRequest | None = None
        """The same of the last frame."""
        self._asked: RenderRequest | None = None
        """The same of the newest request."""
        self.shown: tuple[Document, Display, float | None] | None = None
        """Document, display and second of the timeline of the newest image."""
        self._shows: dict[int, tuple[Document, Display, float | None]] = {}
        """The same for unanswered requests."""
        self._sent_at: dict[int, float] = {}
        self._activity = Activity()
        self._held = False
        self._first = True
        """True while nothing of the scene's network has been shown: the first image is the one that is ready first."""
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
        if self._kept_picture is not None:
            return self._kept_picture
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
            if self.failure is not None:
                self.thumbnails.try_again()  # what was missing may be there now
            self._show(replies.frame)
        if replies.thumbnails:
            self.thumbnails.take(replies.thumbnails)
        self.jobs.take(replies.progress)

    @property
    def moving(self) -> bool:
        """True while the image is in motion."""
        return self._activity.moving

    @property
    def brings_frame(self) -> bool:
        """Return True in motion while images that take longer than a frame are awaited: each brings the next frame.

        Two are awaited, the one being rendered and the next: with one alone the renderer would wait for each frame.
        """
        slow = self.frame is not None and sum(ms for _, ms in self.frame.milliseconds) > FRAME_MS
        return slow and self._activity.moving and len(self._sent_at) >= AWAITED

    def stale(self, scene: Scene) -> bool:
        """Return True if `scene` needs another image than the newest requested one, or a full one now."""
        last, frame = self._request, self.frame
        answer = last is not None and frame is not None and frame.request_id == last.request_id
        draft = frame is not None and (frame.low_res or (frame.fast and not self._fast(scene)))
        if answer and draft and not self._activity.moving:
            return True
        return self._next(scene) is not None

    def submit(self, scene: Scene, now: float, held: bool = False) -> None:
        """Request the image of `scene` unless already requested, and pending thumbnails.

        `held` is True while the user holds something. Images in motion may be low-res; see `viz.state.motion.Activity`.
        """
        before, self._looked = self._looked, self._rest(scene)
        changed = before is not None and self._looked is not before
        self._activity.look(changed, now, held or scene.view.moving)
        self._held = held
        self._first = self.frame is None or self.frame.model.network != scene.shown.network
        if (request := self._next(scene)) is not None:
            self._again = False
            self._request, self._asked = request, self._looked
            self._sent_at[request.request_id] = now
            at = shown_at(scene) if showing(scene) else None
            self._shows[request.request_id] = (scene.shown, scene.view.display, at)
            if at is None or not self._show_kept(request, scene.view.playback.playing):
                if at is not None:
                    self._played[request.request_id] = request
                # A draft must not take the place of a picture that was kept.
                whole = replace(request, low_res_ms=0.0, fast=False)
                self._renderer.submit(request if self._kept_picture is None else whole)
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
        """Return the request for the scene; None where the newest one suffices."""
        last, wanted = self._request, self._rest(scene)
        low_res_ms, fast = LOW_RES_MS if self._hurries and scene.settings.drafts else 0.0, self._fast(scene)
        if low_res_ms and self._measures_later():
            wanted = replace(wanted, display=measured(wanted.display, frozenset()))
        elif self._unchanged(wanted, low_res_ms, fast):
            return None  # common case, avoids comparing all numbers
        wanted = replace(wanted, low_res_ms=low_res_ms, fast=fast)
        if last is None or self._again:
            request_id = 1 if last is None else last.request_id + 1
            return self._numbered(wanted, request_id)
        request = replace(wanted, request_id=last.request_id, moving=last.moving, held=last.held)
        if request == last or self._is_whole(request):
            return None
        return self._numbered(request, last.request_id + 1)

    def _numbered(self, request: RenderRequest, request_id: int) -> RenderRequest:
        return replace(request, request_id=request_id, moving=self._activity.moving, held=self._held)

    def _unchanged(self, wanted: RenderRequest, low_res_ms: float, fast: bool) -> bool:
        last = self._request
        same = last is not None and wanted is self._asked and (low_res_ms, fast) == (last.low_res_ms, last.fast)
        return same and not self._again

    @property
    def _hurries(self) -> bool:
        return self._activity.moving or self._first

    def _fast(self, scene: Scene) -> bool:
        """Return True if an image of lower precision may be shown now."""
        return scene.settings.precision == "fast" or (scene.settings.precision == "motion" and self._hurries)

    def _measures_later(self) -> bool:
        """Return True if measurements wait for the image at rest: low-res images have none."""
        slow = self.frame is not None and self.frame.model.has_low_res and self.frame.full_ms > LOW_RES_MS
        return self._first or slow

    def _is_whole(self, request: RenderRequest) -> bool:
        """Return True if the newest request was for the same image, and was answered by one that is no draft."""
        last, frame = self._request, self.frame
        return (
            last is not None
            and replace(request, low_res_ms=last.low_res_ms, fast=last.fast) == last
            and frame is not None
            and frame.request_id == last.request_id
            and not frame.low_res
            and (request.fast or not frame.fast)
        )

    def _rest(self, scene: Scene) -> RenderRequest:
        """Return the request for the image at rest; the same object while nothing of it changes."""
        moment = scene.view.playback if showing(scene) else None
        follows = scene.preview is not None and scene.preview is scene.interaction.dragger.shown
        made = (scene.shown, scene.view.display, scene.settings.device, self._seen.last, moment, follows)
        same = bool(self._from) and all(new is old for new, old in zip(made, self._from, strict=True))
        if self._wanted is None or not same:
            display = measured(scene.view.display, self._seen.last)
            wanted = animated(request_for(scene.shown, display, scene.settings.device, 0), scene)
            wanted = replace(wanted, follows=True) if follows else wanted
            self._from = made
            if wanted != self._wanted:
                self._wanted = wanted
        assert self._wanted is not None
        return self._wanted

    def _texture(self, name: str) -> Texture | None:
        low_res = self.frame is not None and self.frame.low_res > 0 and name != PICTURE
        if self.frame is None or (all(part.name != name for part in self.frame.parts) and not low_res):
            return None  # a low-res image leaves the measurements as they are
        return self._textures[name].texture

    def _show_kept(self, request: RenderRequest, playing: bool) -> bool:
        """Show a picture of the film that was kept. Return True if nothing is missing of its frame.

        While the film plays, figures of its pictures may be missing.
        """
        kept, newest = self.film.get(request), self.frame
        if kept is None or newest is None or newest.model.network != request.image.network:
            return False
        for name, image in kept.images.items():
            self._textures[name].upload(image)
        self._kept_picture = kept.images[PICTURE]
        parts = tuple(Part(name, 0, *image.shape[:2]) for name, image in kept.images.items())
        if kept.frame is not None:
            self.frame = replace(kept.frame, request_id=request.request_id, parts=parts, model=newest.model)
        else:
            self.frame = replace(
                newest, request_id=request.request_id, parts=parts, statistics=None, selected=None, low_res=0
            )
        self.image_version += 1
        self.shown = self._shows[request.request_id]
        if kept.frame is None and not playing:
            return False
        self._answer(request.request_id)
        return True

    def _keep(self, frame: Frame) -> None:
        """Keep a picture of the timeline at full resolution."""
        request = self._played.get(frame.request_id)
        if request is not None and not frame.low_res and not frame.fast:
            images = {part.name: self._renderer.pixels(part).copy() for part in frame.parts}
            self.film.keep(request, Kept(images, frame))

    def _show(self, frame: Frame) -> None:
        self._keep(frame)
        if frame.request_id < self._answered_id:
            return  # a picture that was kept has been shown since it was asked for
        self._kept_picture = None
        for part in frame.parts:
            self._textures[part.name].upload(self._renderer.pixels(part))
        known = self.frame.model if self.frame is not None else None
        if known is not None and frame.model is not known and frame.model == known:
            frame = replace(frame, model=known)  # the same object compares fast
        if frame.low_res and self.frame is not None and known is frame.model:
            measurements = self.frame.layer_statistics, self.frame.radial
            frame = replace(frame, layer_statistics=measurements[0], radial=measurements[1])
        self.frame = frame
        model = frame.model
        self._renderer.arrays.networks.opened(model.network.source, model.sha256, model.fingerprint)
        for other in model.others:
            self._renderer.arrays.networks.opened(other.network.source, other.sha256, other.fingerprint)
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
        # Those passed over by a kept picture may come all the same.
        self._played = {id_: played for id_, played in self._played.items() if id_ > request_id - _LATE}
