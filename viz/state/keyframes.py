"""Adding, removing and finding keys at the playhead."""

from dataclasses import replace

from imgui_bundle import imgui

from renderer.document import timeline as tl
from renderer.document.parts import Latent
from renderer.document.timeline import Timeline
from viz.state.playback import on_frame, present_value, scrubbed, with_playback
from viz.state.recording import derived
from viz.state.scene import Scene

PRESENT = ("latent", "mixing", "truncation", "noise", "weights", "transform.x", "transform.y", "transform.angle")
"""Parameters that "key everything" keys if they are in use or have a track."""


def with_timeline(scene: Scene, timeline: Timeline) -> Scene:
    """Return the scene with another timeline; the same object if it is equal."""
    if timeline == scene.document.timeline:
        return scene
    return replace(scene, document=replace(scene.document, timeline=timeline))


def playhead(scene: Scene) -> float:
    """Return the playhead's frame time in seconds. In a loop the end maps to the start."""
    timeline = scene.document.timeline
    at = on_frame(scene.view.playback.at, timeline.fps)
    return 0.0 if timeline.loop and at >= timeline.seconds - tl.SAME else min(at, timeline.seconds)


def has_key(scene: Scene, path: str) -> bool:
    """Return True if this parameter has a key at the playhead."""
    return path in keys_here(scene)


@derived
def keys_here(scene: Scene) -> tuple[str, ...]:
    """Return the parameters that have a key at the playhead, for the diamonds of rows."""
    tracks = scene.document.timeline.tracks
    if not tracks:
        return ()
    at = playhead(scene)
    return tuple(track.path for track in tracks if any(abs(key.at - at) < tl.SAME for key in track.keys))


def key_set(scene: Scene, *paths: str) -> Scene:
    """Add keys with the displayed values at the playhead, and show the timeline."""
    timeline, at = scene.document.timeline, playhead(scene)
    for path in paths:
        timeline = tl.keyed(timeline, path, at, present_value(scene, path))
    return with_playback(with_timeline(scene, timeline), at=at, playing=False, on=True)


def latent_keyed(scene: Scene, latent: Latent) -> Scene:
    """Add a key with another latent than the present one at the playhead, and show the timeline."""
    timeline, at = tl.keyed(scene.document.timeline, "latent", playhead(scene), latent), playhead(scene)
    return with_playback(with_timeline(scene, timeline), at=at, playing=False, on=True)


def key_toggled(scene: Scene, path: str) -> Scene:
    """Add or remove the key of this parameter at the playhead."""
    if has_key(scene, path):
        return with_timeline(scene, tl.without_key(scene.document.timeline, path, playhead(scene)))
    return key_set(scene, path)


def present_paths(scene: Scene) -> tuple[str, ...]:
    """Return the paths for "key everything": the latent, those with a track, and those that are not at defaults."""
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
    """Move the playhead to the previous (-1) or next (1) key; to the start or end if there is none."""
    timeline, at = scene.document.timeline, scene.view.playback.at
    times = tl.key_times(timeline)
    if direction > 0:
        return scrubbed(scene, next((one for one in times if one > at + tl.SAME), timeline.seconds))
    return scrubbed(scene, next((one for one in reversed(times) if one < at - tl.SAME), 0.0))


def animatable(path: str) -> str:
    """Return the timeline path of a panel row's parameter; empty if it cannot be keyed."""
    head, _, rest = path.partition(".")
    own = rest if head == "document" else rest if path.startswith("view.display.") else ""
    try:
        return own if own and tl.type_of(own) in (float, int) else ""
    except tl.PathError:
        return ""


class Under:
    """The parameter whose row was last under the mouse, in one window."""

    def __init__(self) -> None:
        self.opened()

    def opened(self) -> None:
        """Forget it; call when a window opens: its parameters and its count of frames are others."""
        self._path, self._frame = "", -9

    def note(self, path: str) -> None:
        """Record `path` if the mouse is over the row drawn last. Call after drawing a row."""
        if imgui.is_item_hovered(imgui.HoveredFlags_.rect_only):
            self._path, self._frame = path, imgui.get_frame_count()

    def now(self) -> str:
        """Return the parameter under the mouse in this frame or the last one; else empty."""
        return self._path if 0 <= imgui.get_frame_count() - self._frame <= 1 else ""


under = Under()
