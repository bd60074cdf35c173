"""The preview that plays in time: keeps what is drawn of the timeline, and draws the rest of it in idle time."""

from dataclasses import dataclass

from imgui_bundle import hello_imgui, imgui

from renderer.document.animate import requested
from renderer.document.document import request_for
from renderer.ipc.protocol import PICTURE, RenderRequest, Still
from viz.link.film_store import FilmStore, Kept
from viz.link.measurements import SEEN, measured
from viz.state.facts import Facts, RunningJob, ServiceKey
from viz.state.playback import showing
from viz.state.recording import derived
from viz.state.scene import Scene

IDLE_S = 1.5
"""Seconds without any input after which the rest of the film is drawn."""
_AHEAD = 3
"""Pictures asked for together, so that the renderer never waits for the window."""

FILM_STORE: ServiceKey[FilmStore] = ServiceKey("film store")


@dataclass
class Filling:
    """State of drawing ahead."""

    on: bool = False
    """True while pictures are being drawn."""
    asked: tuple[RenderRequest, ...] = ()
    input: tuple[object, ...] = ()
    """Pointer and document at the last input."""
    at: float = float("-inf")
    """Time of the last input."""
    failed: tuple[object, ...] = ()
    """Inputs of the film of which a picture failed."""


def look(scene: Scene, facts: Facts) -> None:
    """Follow the film, and draw missing pictures while nothing else happens. Call once a frame, after the panels."""
    store, filling = facts.services[FILM_STORE], facts.scratch.get(Filling)
    store.limit(int(scene.settings.preview_gb * 2**30))
    document, timeline = scene.document, scene.document.timeline
    idle = _idle(scene, facts, filling)
    was, filling.on = filling.on, False
    if not timeline.acting:
        store.show((), 0, lambda index: RenderRequest(0))
        return
    display = measured(scene.view.display, facts.services[SEEN].last)
    made_from = (document, display, scene.settings.device)
    base = request_for(*made_from, 0)
    count = timeline.frames + (not timeline.loop)
    store.show(made_from, count, lambda index: requested(base, timeline, index / timeline.fps))
    store.playhead = min(max(round(scene.view.playback.at * timeline.fps), 0), max(count - 1, 0))
    if imgui.is_any_item_active() or scene.view.motion.playing:
        return  # the film is being changed
    known = store.work()
    if not known:
        hello_imgui.request_refresh()
    plain = not display.layer_table and not display.spectrum.on  # which a picture alone does not bring
    if known and idle and plain and showing(scene) and not scene.view.playback.playing and scene.settings.preview_fill:
        _fill(store, filling, facts, made_from, was)


def _fill(store: FilmStore, filling: Filling, facts: Facts, made_from: tuple[object, ...], was: bool) -> None:
    """Ask for the next missing pictures, and keep those that have come."""
    others = len(facts.jobs.running) > (len(filling.asked) if was else 0)
    if others or facts.thumbnails.waiting or facts.waiting_s or facts.failure is not None or facts.frame is None:
        filling.asked = ()
        return
    if len(filling.failed) == len(made_from) and all(a is b for a, b in zip(filling.failed, made_from, strict=True)):
        return
    size = 4 * facts.frame.model.height * facts.frame.model.width
    asked = []
    for request in store.missing(_AHEAD, size):
        status = facts.jobs.ask(Still(request))
        if status.failure is not None:
            filling.failed = made_from
            return
        if status.over and status.result is not None:
            store.keep(request, Kept({PICTURE: status.result}))
        else:
            asked.append(request)
    filling.on, filling.asked = True, tuple(asked)
    if len(asked) < _AHEAD:
        filling.on = bool(store.missing(1, size))
        if filling.on:
            hello_imgui.request_refresh()


def _idle(scene: Scene, facts: Facts, filling: Filling) -> bool:
    """Return True where nothing has come from the user for `IDLE_S`."""
    io = imgui.get_io()
    pointer = (io.mouse_pos.x, io.mouse_pos.y, io.mouse_wheel, imgui.is_any_mouse_down(), io.key_mods)
    now = (scene.document, scene.view, scene.settings)
    before, filling.input = filling.input, (pointer, *now)
    same = len(before) == 4 and before[0] == pointer and all(a is b for a, b in zip(before[1:], now, strict=True))
    if not same or imgui.is_any_item_active() or io.want_text_input:
        filling.at = facts.now
    return facts.now - filling.at >= IDLE_S


def progress(facts: Facts) -> RunningJob | None:
    """Return how much of the film is kept, while the rest is being drawn."""
    if not facts.scratch.get(Filling).on:
        return None
    store = facts.services[FILM_STORE]
    return RunningJob("Film ahead", store.done, store.count)


@derived
def kept_spans(scene: Scene, facts: Facts) -> tuple[tuple[float, float], ...]:
    """Return the parts of the film that are kept, in seconds."""
    fps = scene.document.timeline.fps
    return tuple((a / fps, b / fps) for a, b in facts.services[FILM_STORE].spans)
