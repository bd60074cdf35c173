"""Setting, removing and finding keys at the playhead."""

from dataclasses import replace

from imgui_bundle import imgui

from renderer.document import timeline as tl
from renderer.document.timeline import Timeline
from viz.state.playback import on_frame, present_value, scrubbed, with_playback
from viz.state.recording import derived
from viz.state.scene import Scene

PRESENT = ("latent", "mixing", "truncation", "noise", "transform.x", "transform.y", "transform.angle")
"""What "key everything" keys, where it is in use or has a track."""


def with_timeline(scene: Scene, timeline: Timeline) -> Scene:
    """The scene with another timeline; the very same when it is equal."""
    if timeline == scene.document.timeline:
        return scene
    return replace(scene, document=replace(scene.document, timeline=timeline))


def playhead(scene: Scene) -> float:
    """The frame at which the playhead stands, in seconds. In a loop the end is the beginning."""
    timeline = scene.document.timeline
    at = on_frame(scene.view.playback.at, timeline.fps)
    return 0.0 if timeline.loop and at >= timeline.seconds - tl.SAME else min(at, timeline.seconds)


def has_key(scene: Scene, path: str) -> bool:
    """Whether a key of this parameter lies at the playhead."""
    return path in keys_here(scene)


@derived
def keys_here(scene: Scene) -> tuple[str, ...]:
    """The parameters that have a key at the playhead: what the diamonds of rows show."""
    tracks = scene.document.timeline.tracks
    if not tracks:
        return ()
    at = playhead(scene)
    return tuple(track.path for track in tracks if any(abs(key.at - at) < tl.SAME for key in track.keys))


def key_set(scene: Scene, *paths: str) -> Scene:
    """The scene with keys of what the picture shows at the playhead; from now on the timeline shows."""
    timeline, at = scene.document.timeline, playhead(scene)
    for path in paths:
        timeline = tl.keyed(timeline, path, at, present_value(scene, path))
    return with_playback(with_timeline(scene, timeline), at=at, playing=False, on=True)


def key_toggled(scene: Scene, path: str) -> Scene:
    """The scene with a key of this parameter at the playhead, or without it."""
    if has_key(scene, path):
        return with_timeline(scene, tl.without_key(scene.document.timeline, path, playhead(scene)))
    return key_set(scene, path)


def present_paths(scene: Scene) -> tuple[str, ...]:
    """What "key everything" keys: the latent, all that has a track, and what is not as it is by default."""
    fresh = Scene()
    tracks = tuple(track.path for track in scene.document.timeline.tracks)
    roots = {path.partition(".")[0] for path in tracks}
    changed = tuple(
        path
        for path in PRESENT[1:]
        if path.partition(".")[0] not in roots
        and tl.get(scene.document, scene.view.display, path) != tl.get(fresh.document, fresh.view.display, path)
    )
    return tuple(dict.fromkeys(("latent", *tracks, *changed)))


def jumped(scene: Scene, direction: int) -> Scene:
    """The playhead on the previous (-1) or next (1) key; on the first or last moment where there is none."""
    timeline, at = scene.document.timeline, scene.view.playback.at
    times = tl.key_times(timeline)
    if direction > 0:
        return scrubbed(scene, next((one for one in times if one > at + tl.SAME), timeline.seconds))
    return scrubbed(scene, next((one for one in reversed(times) if one < at - tl.SAME), 0.0))


def animatable(path: str) -> str:
    """The path on the timeline of what a panel's row changes; empty where it cannot be keyed."""
    head, _, rest = path.partition(".")
    own = rest if head == "document" else rest if path.startswith("view.display.") else ""
    try:
        return own if own and tl.type_of(own) in (float, int) else ""
    except tl.PathError:
        return ""


class Under:
    """Which parameter's row was under the mouse last."""

    def __init__(self) -> None:
        self._path, self._frame = "", -9

    def note(self, path: str) -> None:
        """Call after a row is drawn: takes it if the mouse is over it."""
        if imgui.is_item_hovered(imgui.HoveredFlags_.rect_only):
            self._path, self._frame = path, imgui.get_frame_count()

    def now(self) -> str:
        """The parameter of the row under the mouse in this frame or the last one; else empty."""
        return self._path if imgui.get_frame_count() - self._frame <= 1 else ""


under = Under()
