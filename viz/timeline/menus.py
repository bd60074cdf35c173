"""Popups of the timeline: key, lanes, duration, rate, interpolation and walks."""

from collections.abc import Callable
from dataclasses import replace

from imgui_bundle import imgui

from foundation.interpolation import Ease, Kind
from renderer.document import timeline as tl
from renderer.document.timeline import Timeline
from viz.state.constant_speed import toggled_constant
from viz.state.facts import Facts
from viz.state.interaction import KeySelection
from viz.state.keyframes import key_set, with_timeline
from viz.state.scene import Scene
from viz.state.step_names import name_of
from viz.timeline import segments
from viz.timeline.walks import walked, walks
from viz.ui import widgets as ui
from viz.ui.theme import current as t

KINDS: dict[Kind, str] = {"cubic": "Smooth", "linear": "Linear", "slerp": "Sphere", "hold": "Hold"}
EASES: dict[Ease, str] = {"even": "Even", "in": "Ease in", "out": "Ease out", "both": "Ease in and out"}
DURATIONS = (2.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 20.0, 30.0, 60.0)
RATES = (12.0, 24.0, 25.0, 30.0, 50.0, 60.0)
OFFERED = (
    "latent",
    "mixing",
    "truncation",
    "truncation.psi",
    "noise",
    "noise.seed",
    "noise.strength",
    "weights",
    "transform.x",
    "transform.y",
    "transform.angle",
    "display.scale_db",
    "display.layer",
)
"""Parameters offered for a new track, in addition to directions and style channels."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the open popup, if any."""
    if not imgui.get_current_context().open_popup_stack.size():
        return scene
    imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(t.px(6), t.px(6)))
    popups: tuple[tuple[str, Callable[[Scene, Facts], Scene]], ...] = (
        ("key", _key), ("lanes", _add), ("add", _add), ("walks", _walks), ("segment", segments.menu),
        ("duration", _duration), ("rate", _rate),
        ("way", _way),
    )  # fmt: skip
    for name, menu in popups:
        if imgui.begin_popup(name):
            scene = menu(scene, facts)
            imgui.end_popup()
    imgui.pop_style_var()
    return scene


def _item(text: str, id_: str, on: bool = False, enabled: bool = True, keys: str = "") -> bool:
    return ui.menu_item(text, id_, keys, on, enabled)


def _key(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu of a key: time, ease, interpolation of its track, and removal."""
    timeline, place = scene.document.timeline, scene.interaction.keys.menu
    key = tl.key_at(timeline, *place) if place else None
    track = timeline.track(place[0]) if place else None
    if place is None or key is None or track is None:
        imgui.close_current_popup()
        return scene
    ui.label(name_of(track.path), "dim", t.small)
    imgui.set_next_item_width(t.px(120))
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, at = imgui.input_double("##time", key.at, 0, 0, "%.3f s", flags)
    if entered:
        scene = with_timeline(scene, tl.moved(timeline, *place, at))
        scene = scene.interacting(keys=KeySelection())
        imgui.close_current_popup()
        return scene
    imgui.separator()
    for ease, text in EASES.items():
        if _item(text, f"ease-{ease}", key.ease == ease):
            scene = with_timeline(scene, tl.with_key(timeline, track.path, replace(key, ease=ease)))
    imgui.separator()
    for kind, text in KINDS.items():
        if _item(text, f"kind-{kind}", track.interpolation == kind):
            scene = with_timeline(scene, tl.with_track(timeline, replace(track, interpolation=kind)))
    imgui.separator()
    if _item("Remove key", "remove-key", keys="Delete"):
        scene = with_timeline(scene, tl.without_key(timeline, *place)).interacting(keys=KeySelection(None, place))
    if _item("Remove track", "remove-track"):
        scene = with_timeline(scene, tl.without_track(timeline, track.path)).interacting(keys=KeySelection(None, place))
    return scene


def _add(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu that adds a track with a key at the playhead."""
    ui.label("Animate", "dim", t.small)
    own = tuple(f"{root}.{word(one)}" for root, (_, word) in tl.LISTS.items() for one in getattr(scene.document, root))
    for path in (*OFFERED, *own):
        has, can = scene.document.timeline.track(path) is not None, _available(path, facts)
        if not has and _item(name_of(path), f"add-{path}", enabled=can):
            scene = key_set(scene, path)
    imgui.separator()
    return _walks(scene, facts)


def _available(path: str, facts: Facts) -> bool:
    if facts.model is None:
        return False
    if path.startswith("transform."):
        return facts.model.has_transform
    return bool(facts.model.noise_layers) if path.startswith("noise") else True


def _walks(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu of walks."""
    ui.label("Fill with", "dim", t.small)
    for walk in walks():
        if _item(walk.name, walk.id, enabled=walk.available(scene, facts)):
            scene = walked(scene, facts, walk)
        ui.tip(walk.help)
    return scene


def _duration(scene: Scene, facts: Facts) -> Scene:
    timeline = scene.document.timeline
    imgui.set_next_item_width(t.px(110))
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, seconds = imgui.input_double("##duration", timeline.seconds, 0, 0, "%.2f s", flags)
    if entered:
        imgui.close_current_popup()
        scene = _with_duration(scene, seconds)
    for seconds in DURATIONS:
        if _item(f"{seconds:g} s", f"seconds-{seconds:g}", timeline.seconds == seconds):
            scene = _with_duration(scene, seconds)
    imgui.separator()
    if _item("Stretch keys to the new duration", "stretch", facts.scratch.get(Stretch).on):
        facts.scratch.get(Stretch).on = not facts.scratch.get(Stretch).on
    return _stretched(scene, timeline) if facts.scratch.get(Stretch).on else scene


class Stretch:
    """Switch that stretches keys when the duration changes; held in `Facts.scratch`."""

    def __init__(self) -> None:
        self.on = False


def _with_duration(scene: Scene, seconds: float) -> Scene:
    seconds = min(max(seconds, 0.1), tl.LONGEST)
    return with_timeline(scene, replace(scene.document.timeline, seconds=seconds))


def _stretched(scene: Scene, before: Timeline) -> Scene:
    """Return the scene with keys moved to the same fractions of the new duration."""
    after = scene.document.timeline
    if after.seconds == before.seconds:
        return scene
    share = after.seconds / before.seconds
    tracks = tuple(
        replace(track, keys=tuple(replace(key, at=key.at * share) for key in track.keys)) for track in before.tracks
    )
    return with_timeline(scene, replace(after, tracks=tracks))


def _rate(scene: Scene, facts: Facts) -> Scene:
    timeline = scene.document.timeline
    for fps in RATES:
        if _item(f"{fps:g} fps", f"fps-{fps:g}", timeline.fps == fps):
            scene = with_timeline(scene, replace(timeline, fps=fps))
    return scene


def _way(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu for the interpolation of all tracks, distance from the mean and constant speed."""
    timeline = scene.document.timeline
    for kind, text in KINDS.items():
        if _item(text, f"way-{kind}", all(track.interpolation == kind for track in timeline.tracks)):
            tracks = tuple(replace(track, interpolation=kind) for track in timeline.tracks)
            scene = with_timeline(scene, replace(timeline, tracks=tracks))
    imgui.separator()
    if _item("Keep the distance from the mean", "keep-norm", timeline.keep_norm):
        scene = with_timeline(scene, replace(timeline, keep_norm=not timeline.keep_norm))
    if _item("Constant speed", "constant-speed", timeline.constant_speed or scene.interaction.measuring is not None):
        scene = toggled_constant(scene)
    return scene
