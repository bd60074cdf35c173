"""The timeline at the playhead: the document that panels receive while it shows, and the handling of their changes.

While the timeline shows, panels get the document as of the playhead. The document itself is unchanged: nothing is
recorded. A change of a keyed parameter sets a key at the playhead; any other change applies to the document.
"""

import math
from dataclasses import dataclass, replace

from renderer.document import timeline as tl
from renderer.document.animate import laid, requested
from renderer.document.document import Document, Playback, request_for
from renderer.document.parts import Display
from renderer.ipc.protocol import RenderRequest
from viz.state.scene import Scene


def showing(scene: Scene) -> bool:
    """Return True if the shown image comes from the timeline."""
    return scene.view.playback.on and bool(scene.document.timeline.acting) and not scene.view.motion.playing


def with_playback(scene: Scene, **changes: object) -> Scene:
    """Return the scene with changed playback state."""
    playback: Playback = replace(scene.view.playback, **changes)  # type: ignore[arg-type]
    if playback == scene.view.playback:
        return scene
    return replace(scene, view=replace(scene.view, playback=playback))


def on_frame(seconds: float, fps: float) -> float:
    """Round a time to the nearest film frame."""
    return round(seconds * fps) / fps


def shown_at(scene: Scene) -> float:
    """Return the second of the film that is drawn: while it plays, that of the last film frame passed."""
    at, timeline = scene.view.playback.at, scene.document.timeline
    if not scene.view.playback.playing:
        return at
    frame = math.floor(at * timeline.fps + 1e-6)
    return (frame % timeline.frames if timeline.loop else frame) / timeline.fps


def scrubbed(scene: Scene, seconds: float) -> Scene:
    """Move the playhead to the frame nearest to a time, stop playback and show the timeline."""
    timeline = scene.document.timeline
    at = on_frame(min(max(seconds, 0.0), timeline.seconds), timeline.fps)
    return with_playback(scene, at=at, playing=False, on=True)


def advanced(scene: Scene, seconds: float) -> Scene:
    """Return the scene `seconds` later: a loop restarts, otherwise playback stops at the end. Motion stops playback."""
    playback, timeline = scene.view.playback, scene.document.timeline
    if scene.view.motion.playing:
        return with_playback(scene, playing=False, on=False)
    if not playback.playing:
        return scene
    if not timeline.acting:
        return with_playback(scene, playing=False)
    at = playback.at + seconds
    if timeline.loop:
        return with_playback(scene, at=at % timeline.seconds, on=True)
    return with_playback(scene, at=min(at, timeline.seconds), playing=at < timeline.seconds, on=True)


def toggled(scene: Scene) -> Scene:
    """Toggle playback. At the end it restarts."""
    playback, timeline = scene.view.playback, scene.document.timeline
    if playback.playing:
        return scrubbed(scene, playback.at)
    at = 0.0 if playback.at >= timeline.seconds - tl.SAME else playback.at
    return with_playback(scene, at=at, playing=True, on=True)


def animated(request: RenderRequest, scene: Scene) -> RenderRequest:
    """Return the request for `scene`, at the playhead while the timeline shows."""
    if not showing(scene):
        return request
    timeline, at = scene.document.timeline, shown_at(scene)
    if scene.preview is not None:  # previews derive from the panels' document, which lacks only blends of latents
        track = timeline.track("latent")
        handed, _ = laid(scene.document, scene.view.display, timeline, at, plain=True)
        if track is None or scene.preview.latent != handed.latent:
            return request
        timeline = replace(timeline, tracks=(track,))
    return requested(request, timeline, at)


def of_moment(scene: Scene, document: Document) -> RenderRequest:
    """Return the request of a variant of the panels' document, at the moment that the canvas shows.

    The panels' document has all values as of the playhead, but the latent of the key passed last; where the variant has
    that latent too, its image gets the blend of keys that the canvas shows.
    """
    request = request_for(document, Display(), scene.settings.device, 0)
    track = scene.document.timeline.track("latent") if showing(scene) else None
    if track is None or track.muted or document.latent != scene.document.latent:
        return request
    return requested(request, replace(scene.document.timeline, tracks=(track,)), scene.view.playback.at)


def seen_from(scene: Scene, document: Document, at: float | None) -> RenderRequest:
    """Return the request of another state of the document as it is at a second of its own timeline; None: off it."""
    request = request_for(document, Display(), scene.settings.device, 0)
    return request if at is None else requested(request, document.timeline, at)


def moment(scene: Scene) -> float | None:
    """Return the second of the timeline that the canvas shows; None while it shows the document itself."""
    return scene.view.playback.at if showing(scene) else None


@dataclass(frozen=True)
class _Laid:
    own: Document
    display: Display
    at: float
    document: Document
    """Document as of the playhead."""
    shown: Display


class Overlay:
    """Overlays the timeline on the document before panels are drawn, and removes it afterwards."""

    def __init__(self) -> None:
        self._laid: _Laid | None = None
        self._active = False
        self.fresh: tuple[tuple[str, float], ...] = ()
        """Paths and times of the keys that the last `lift` set where there was none."""

    def lay(self, scene: Scene) -> Scene:
        """Return the scene for the panels, with values as of the playhead."""
        self._active = showing(scene)
        if not self._active:
            return scene
        own, display, at = scene.document, scene.view.display, scene.view.playback.at
        last = self._laid
        if last is None or last.own is not own or last.display is not display or last.at != at:
            document, shown = laid(own, display, own.timeline, at, plain=True)
            last = self._laid = _Laid(own, display, at, document, shown)
        return _with(scene, last.document, last.shown)

    def lift(self, scene: Scene) -> Scene:
        """Return the panels' scene with the document's own values under the timeline."""
        last, self.fresh = self._laid, ()
        if not self._active or last is None:
            return scene
        document, display = scene.document, scene.view.display
        if document is last.document and display is last.shown:
            return _with(scene, last.own, last.display)
        keyed = [track.path for track in last.own.timeline.acting]
        changed = [path for path in keyed if _value(document, display, path) != _value(last.document, last.shown, path)]
        if changed and document.timeline != last.own.timeline:
            return with_playback(scene, playing=False, on=False)  # another document was opened
        timeline = document.timeline
        at = on_frame(last.at, timeline.fps)
        self.fresh = tuple((path, at) for path in changed if tl.key_at(timeline, path, at) is None)
        for path in changed:
            timeline = tl.keyed(timeline, path, at, _value(document, display, path))
        for path in keyed:
            own = _value(last.own, last.display, path)
            if own is not _GONE and _value(document, display, path) is not _GONE:
                document, display = tl.put(document, display, path, own)
        scene = _with(scene, replace(document, timeline=timeline), display)
        return with_playback(scene, at=at, playing=False) if changed else scene


_GONE = object()


def _value(document: Document, display: Display, path: str) -> object:
    try:
        return tl.get(document, display, path)
    except tl.PathError:
        return _GONE


def _with(scene: Scene, document: Document, display: Display) -> Scene:
    if scene.view.display is not display:
        scene = replace(scene, view=replace(scene.view, display=display))
    return scene if scene.document is document else replace(scene, document=document)


def present_value(scene: Scene, path: str) -> object:
    """Return the displayed value of a parameter; a latent between keys is a blend."""
    if path == "latent" and showing(scene):
        request = request_for(scene.document, Display(), "auto", 0)
        return requested(request, scene.document.timeline, scene.view.playback.at).image.latent
    return tl.get(scene.document, scene.view.display, path)
