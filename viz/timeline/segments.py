"""Paths between keys of the latent: chosen in the menu of a segment, and measured where they follow the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document import timeline as tl
from renderer.document.document import request_for
from renderer.document.parts import Display, Source
from renderer.document.retiming import retimed
from renderer.document.timeline import Key, Route, Timeline, Track, Way
from renderer.ipc.protocol import Changes, Geodesic
from viz.state.facts import Facts
from viz.state.interaction import SegmentMeasuring
from viz.state.keyframes import playhead, with_timeline
from viz.state.scene import Action, Command, Scene, Window
from viz.ui import widgets as ui
from viz.ui.theme import current as t

ROUTES: dict[Route, tuple[str, str]] = {
    "track": ("As the track", "Smooth, linear, sphere or hold, with its neighbours"),
    "straight": ("Straight in W", "The shortest line; between unlike pictures it nears the average"),
    "arc": ("Arc in W", "That line at a kept distance from the average"),
    "circle": ("Great circle in W", "About the average, turning at constant speed"),
    "sphere": ("Sphere in Z", "The great circle between the seeds themselves"),
    "geodesic": ("Geodesic", "The path that changes the picture least: a search of seconds"),
}
"""Names and tooltips of the paths."""
EVEN = "Even change of the picture"
SAMPLES = 48
"""Pictures of a segment whose speed is measured."""

Pair = tuple[Key[Source], Key[Source]]


def pair_of(timeline: Timeline, at: float) -> Pair | None:
    """Return the key of the latent at a time and the one after it; None if there are no two."""
    key = tl.key_at(timeline, "latent", at)
    return None if key is None else tl.segment_at(timeline, key.at)


def is_outdated(pair: Pair) -> bool:
    """Return True if a segment was measured between other latents."""
    way = pair[0].way
    needs = way.shares or way.route == "geodesic"
    return bool(needs) and way.measured != tl.segment_mark(pair[0].value, pair[1].value, way.route)


def routed(scene: Scene, at: float, route: Route, even: bool = False) -> Scene:
    """Return the scene with another path from the key at a time; one to be measured is taken when it is known."""
    pair = pair_of(scene.document.timeline, at)
    if pair is None:
        return scene
    mark = tl.segment_mark(pair[0].value, pair[1].value, route)
    way = Way(route)
    if route == "geodesic":
        return scene.interacting(segment=SegmentMeasuring(at, mark, way, even, _search(scene, pair)))
    if even and route != "track":
        return scene.interacting(segment=SegmentMeasuring(at, mark, way, even, _changes(scene, pair, way)))
    return with_timeline(scene.interacting(segment=None), tl.with_way(scene.document.timeline, pair[0].at, way))


def _search(scene: Scene, pair: Pair) -> Geodesic:
    request = request_for(scene.document, Display(), scene.settings.device, 0)
    return Geodesic(request, pair[0].value, pair[1].value)


def _changes(scene: Scene, pair: Pair, way: Way) -> Changes:
    """Return the job that measures the speed of a path: the change of the picture over a film of it alone."""
    mark = tl.segment_mark(pair[0].value, pair[1].value, way.route)
    keys = (Key(0.0, pair[0].value, way=replace(way, shares=(), measured=mark)), Key(1.0, pair[1].value))
    own = Timeline((Track("latent", keys),), seconds=1.0, loop=False, keep_norm=scene.document.timeline.keep_norm)
    return Changes(request_for(scene.document, Display(), scene.settings.device, 0), own, SAMPLES)


def measured(scene: Scene, facts: Facts) -> Scene:
    """Go on measuring a segment, and return the scene with its path once that is known. Call once a frame."""
    job = scene.interaction.segment
    if job is None:
        return scene
    pair = pair_of(scene.document.timeline, job.at)
    if pair is None or tl.segment_mark(pair[0].value, pair[1].value, job.way.route) != job.mark:
        return scene.interacting(segment=None)  # another picture stands there now
    status = facts.jobs.ask(job.work)
    if not status.over:
        return scene
    if status.failure is not None or status.result is None:
        said = status.failure
        ended = scene.interacting(segment=None)
        return ended if said is None else ended.request(SayUnmeasured(said.message, said.advice))
    if isinstance(job.work, Geodesic):
        way = replace(job.way, through=facts.arrays.add(status.result), measured=job.mark)
        if job.even:
            return scene.interacting(segment=replace(job, way=way, work=_changes(scene, pair, way)))
    else:
        shares = retimed(job.work.timeline, np.asarray(status.result, np.float64)).shares
        way = replace(job.way, shares=shares, measured=job.mark)
    return with_timeline(scene.interacting(segment=None), tl.with_way(scene.document.timeline, pair[0].at, way))


@dataclass(frozen=True)
class SayUnmeasured(Action):
    """Tell why a path could not be measured."""

    text: str
    advice: str

    def run(self, scene: Scene, window: Window) -> None:
        """Show the message."""
        window.say(self.text, self.advice, bad=True)


def menu(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu of the segment that was clicked."""
    place = scene.interaction.keys.menu
    pair = pair_of(scene.document.timeline, place[1]) if place else None
    if place is None or pair is None:
        imgui.close_current_popup()
        return scene
    way, end = pair[0].way, pair[1].at
    ui.label(f"Path {pair[0].at:.2f} s to {end:.2f} s", "dim", t.small)
    for route, (name, hint) in ROUTES.items():
        if ui.menu_item(name, f"route-{route}", on=way.route == route):
            scene = routed(scene, pair[0].at, route, bool(way.shares) and route != "track")
        ui.tip(hint)
    imgui.separator()
    with ui.greyed("Choose a path first" if way.route == "track" else ""):
        even = bool(way.shares)
        if ui.menu_item(EVEN, "even", on=even, enabled=way.route != "track"):
            scene = evened(scene, pair[0].at, not even)
        ui.tip("Moments are spread so that the picture changes by the same amount in every second; it is measured")
    if is_outdated(pair):
        if ui.menu_item("Measure again", "again"):
            scene = routed(scene, pair[0].at, way.route, bool(way.shares))
        ui.tip("The keys have changed since this path was measured; until then it is the plain one")
    return scene


def evened(scene: Scene, at: float, on: bool) -> Scene:
    """Return the scene with the speed of a path by the picture, once it is measured, or the path's own."""
    pair = pair_of(scene.document.timeline, at)
    if pair is None or pair[0].way.route == "track":
        return scene
    way = pair[0].way
    if not on:
        kept = replace(way, shares=())
        return with_timeline(scene, tl.with_way(scene.document.timeline, pair[0].at, kept))
    if way.route == "geodesic" and (way.through is None or is_outdated(pair)):
        return routed(scene, at, "geodesic", even=True)
    mark = tl.segment_mark(pair[0].value, pair[1].value, way.route)
    job = SegmentMeasuring(pair[0].at, mark, replace(way, shares=()), True, _changes(scene, pair, way))
    return scene.interacting(segment=job)


def under_playhead(scene: Scene) -> Pair | None:
    """Return the keys of the latent around the playhead."""
    return tl.segment_at(scene.document.timeline, playhead(scene))


def segment_commands() -> tuple[Command, ...]:
    """Return the commands of the segment under the playhead."""

    def there(scene: Scene, facts: Facts) -> bool:
        return under_playhead(scene) is not None

    def route_to(route: Route) -> Callable[[Scene, Facts], Scene]:
        def run(scene: Scene, facts: Facts) -> Scene:
            pair = under_playhead(scene)
            return scene if pair is None else routed(scene, pair[0].at, route, bool(pair[0].way.shares))

        return run

    def even(scene: Scene, facts: Facts) -> Scene:
        pair = under_playhead(scene)
        return scene if pair is None else evened(scene, pair[0].at, not pair[0].way.shares)

    paths = tuple(
        Command(
            f"path-{route}", "Timeline", f"Path to the next key: {name[0].lower()}{name[1:]}", hint, route_to(route),
            available=there,
        )
        for route, (name, hint) in ROUTES.items()
    )  # fmt: skip
    return (
        *paths,
        Command(
            "path-even",
            "Timeline",
            "Path to the next key: even change",
            "As fast as the picture changes",
            even,
            available=lambda scene, facts: (pair := under_playhead(scene)) is not None and pair[0].way.route != "track",
        ),
    )


def draw_ways(timeline: Timeline, x_of: Callable[[float], float], y: float) -> None:
    """Draw a line under each segment of the latent that has a path of its own; amber: it must be measured again."""
    track = timeline.track("latent")
    for key in track.keys if track else ():
        pair = pair_of(timeline, key.at) if key.way.route != "track" else None
        if pair is None:
            continue
        end = pair[1].at if pair[1].at > pair[0].at else timeline.seconds
        ui.fill(V(x_of(pair[0].at), y), V(x_of(end), y + t.px(2)), "warn" if is_outdated(pair) else "accent", 0.9, 0)
