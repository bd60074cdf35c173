"""Path lengths of the lens: along the timeline or the walk, and around the present w as a map."""

import math
from dataclasses import dataclass, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from foundation.specs.editing.distances import DISTANCES
from renderer.document.document import request_for
from renderer.document.lens.jobs import MAP_COLUMNS, MAP_ROWS, MAP_STEP
from renderer.document.parts import Display, Latent
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import Changes, PathMap
from viz.analysis.following import Following
from viz.analysis.lens_parts import Figure, Table, beside, headed
from viz.generate.pad import neighbour_request
from viz.generate.pad_map import PAD_MAP, ShownMap
from viz.state.constant_speed import evened, toggled_constant
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.theme import current as t
from viz.ui.widgets import spots

JUMP = 2.0
"""Times the mean from which a step is marked as a jump."""
WALK_SEEDS = 4.0
"""Length of a walk whose steps are measured, in seeds."""
PLACES = ("Timeline", "Pad")
_MAP_GRID = 4
"""Fields that a map moves by as the place does: fields stay comparable, and few are measured anew."""


class Speed(Following):
    """The job that measures the steps of the timeline or of the walk."""


class Around(Following):
    """The job that measures the map."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the path length along the timeline, or around the present w."""
    on_pad = scene.view.lens.path == "pad"
    job: Following = facts.scratch.get(Around) if on_pad else facts.scratch.get(Speed)
    known, name = job.result, distance_name(job, on_pad)
    table = None if known is None or job.of is None else lambda: _table(job)
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    choice = sum(ui.measure(one, t.small) + t.px(20) for one in PLACES)
    scene = headed(scene, "Path length", "path length", table, name, room=choice + t.px(6))
    imgui.set_cursor_screen_pos(V(p.x + width - t.px(28) - choice, p.y - t.px(2)))
    hints = ("Change from step to step of the timeline or the walk", "Around the present w, drawn over the pad too")
    picked = ui.segmented("path", PLACES, int(on_pad), choice, height=20, hints=hints)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, t.px(18)))
    if picked != on_pad:
        lens = replace(scene.view.lens, path="pad" if picked else "timeline")
        return replace(scene, view=replace(scene.view, lens=lens))
    return _map(scene, facts) if on_pad else _along(scene, facts)


def distance_name(job: Following, on_pad: bool) -> str:
    """Return the name of the distance that a result was measured by; empty while there is none."""
    if job.result is None:
        return ""
    index = job.result[0] if on_pad else job.result[-1]
    return DISTANCES[int(index)] if math.isfinite(index) else ""


def _table(job: Following) -> Table:
    """Return the values of a job's result."""
    if isinstance(job.of, PathMap) and job.result is not None:
        shown = _shown(job.of, job.result)
        rows, columns = np.indices(shown.values.shape)
        x, y = shown.left + columns * shown.step, shown.top + rows * shown.step
        return {"x": x.ravel().tolist(), "y": y.ravel().tolist(), "path_length": shown.values.ravel().tolist()}
    assert isinstance(job.of, Changes)
    assert job.result is not None
    times, values = _as_ppl(job.of, job.result)
    return {"seconds": times.tolist(), "path_length": values.tolist(), "root_distance": job.result[:-1].tolist()}


def _as_ppl(work: Changes, result: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of each step in seconds, and d / step^2 as PPL counts it, the length of a step in seconds."""
    roots = result[:-1]
    step = work.timeline.seconds / len(roots)
    times = np.asarray((np.arange(len(roots)) + 0.5) * step, np.float64)
    return times, np.asarray(np.square(roots / max(step, 1e-9)), np.float64)


# -- along the timeline or the walk ------------------------------------------------------------------------------------


def path_of(scene: Scene) -> Timeline | None:
    """Return the timeline if it moves anything, else the walk that lies ahead, if there is one."""
    document = scene.document
    if document.timeline.acting:
        return replace(document.timeline, constant_speed=False, retiming=None)
    motion = scene.view.motion
    speed = motion.latent_speed if motion.latent else 0.0
    if not speed or document.latent.array is not None:
        return None
    ahead = math.copysign(WALK_SEEDS, speed)
    seconds = abs(ahead / speed)
    start = float(math.floor(document.latent.x))  # while it walks, a new measurement begins at every seed only
    keys = (Key(0.0, start), Key(seconds, start + ahead))
    return Timeline(seconds=seconds, tracks=(Track("latent.x", keys),))


def _along(scene: Scene, facts: Facts) -> Scene:
    timeline = path_of(scene)
    if timeline is None:
        ui.empty_state("path", "Nothing moves", "Two keys or a walk make a path")
        return scene
    job, document = facts.scratch.get(Speed), scene.document
    walks = not document.timeline.acting

    def made() -> Changes:
        latent = document.latent
        if walks and isinstance(latent, Latent):  # its keys say where it is
            latent = replace(latent, x=0.0)
        request = request_for(replace(document, latent=latent), Display(), scene.settings.device, 0)
        return Changes(request, timeline, measure="distance")

    inputs = (document, scene.settings.device)
    job.look(scene, facts, inputs, made, scene.view.lens.live, moving=walks)
    if job.problem:
        ui.error_strip(job.problem, job.advice, ())
        return scene
    if job.result is None or not isinstance(job.of, Changes):
        share = job.done / max(job.total, 1)
        ui.empty_state("gauge", "Measuring", f"{100 * share:.0f} % of the steps")
        return scene
    return _figures(scene, job, job.of, job.result)


def _figures(scene: Scene, job: Following, work: Changes, result: NDArray[np.float64]) -> Scene:
    """Draw the figures and the curve of the steps."""
    seconds = work.timeline.seconds
    times, values = _as_ppl(work, result)
    known = np.isfinite(values)
    playhead = min(scene.view.playback.at, seconds)
    now = float(np.interp(playhead, times[known], values[known]))
    longest = int(np.nanargmax(values))
    count = int(known.sum())
    token = "faint" if job.behind else "text"
    marked = token if values[longest] <= JUMP**2 * np.nanmean(values) or job.behind else "warn"
    steps = f"{count} steps" if count == len(values) else f"{count} of {len(values)} steps"
    with beside(
        Figure("Now", number(now), "", f"at {playhead:.1f} s, as PPL", token),
        Figure("Mean", number(float(np.nanmean(values))), "", steps, token),
        Figure("Longest", number(values[longest]), "", f"at {times[longest]:.1f} s", marked),
    ):
        return _curve(scene, job, times, values, seconds)


def number(value: float) -> str:
    """Return a figure with three digits: `0.0213`, `19.7`, `208`."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _curve(
    scene: Scene, job: Following, times: NDArray[np.float64], values: NDArray[np.float64], seconds: float
) -> Scene:
    """Draw the button that evens out the speed, and the curve with its jumps."""
    playhead, known = min(scene.view.playback.at, seconds), np.isfinite(values)
    own = scene.document.timeline
    constant = own.constant_speed
    whole = job.over and not job.behind and job.result is not None
    hint = "Keys keep their order; the timeline goes on at the same change of the picture everywhere"
    if not own.acting:
        hint = "A walk has no keys: make one on the timeline first"
    elif not (constant or whole):
        hint = "Once every step is measured"
    if ui.button(
        "Speed is even" if constant else "Even out the speed",
        "timer",
        on=constant,
        id_="##even",
        hint=hint,
        enabled=bool(own.acting) and (constant or whole),
    ):
        scene = toggled_constant(scene) if constant or job.result is None else evened(scene, job.result[:-1])
    ui.push_font(t.small, "regular")
    room, top = imgui.get_content_region_avail(), 1.15 * float(np.nanmax(values)) or 1.0
    mean, x, y = float(np.nanmean(values)), times[known], values[known]
    jumps = y > JUMP**2 * mean
    with plots.plot("path length", -1, max(room.y, t.px(60)), implot.Flags_.no_legend) as seen:
        if seen:
            implot.setup_axes("seconds", "as PPL counts", 0, 0)
            implot.setup_axes_limits(0, seconds, 0, top, imgui.Cond_.always)
            plots.area("##below", x, np.zeros_like(y), y, "accent", 0.18)
            plots.line("##mean", np.array([0.0, seconds]), np.full(2, mean), "dim", 1)
            plots.line("##speed", x, y, "accent", 2, 1 if whole else 0.6)
            plots.line("##now", np.full(2, playhead), np.array([0.0, top]), "text", 1, 0.7)
            for at, value in zip(x[jumps].tolist(), y[jumps].tolist(), strict=True):
                point = implot.plot_to_pixels(at, value)
                implot.get_plot_draw_list().add_circle_filled(point, t.px(3), t.u32("warn"))
            _pointed(x, y)
    imgui.pop_font()
    return scene


def _pointed(x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Say the value under the pointer."""
    if implot.is_plot_hovered() and len(x):
        index = int(np.abs(x - implot.get_plot_mouse_pos().x).argmin())
        if imgui.begin_tooltip():
            ui.label(f"{x[index]:.2f} s: {number(float(y[index]))}", "text", t.small)
            imgui.end_tooltip()


# -- around the present w ----------------------------------------------------------------------------------------------


def corner(x: float, y: float) -> tuple[int, int]:
    """Return the column and row of the first field of a map around a place in seeds."""
    column = _MAP_GRID * round((x / MAP_STEP - (MAP_COLUMNS - 1) / 2) / _MAP_GRID)
    return column, _MAP_GRID * round((y / MAP_STEP - (MAP_ROWS - 1) / 2) / _MAP_GRID)


def _shown(work: PathMap, result: NDArray[np.float32]) -> ShownMap:
    values = np.asarray(result[3:], np.float32).reshape(work.rows, work.columns)
    return ShownMap(values, work.first * MAP_STEP, work.top * MAP_STEP, MAP_STEP)


@dataclass
class _Newest:
    """The newest map, the same object while nothing of it changes."""

    of: object = None
    shown: ShownMap | None = None


def _map(scene: Scene, facts: Facts) -> Scene:
    document = scene.document
    if document.latent.array is not None:
        ui.empty_state("path", "A stored latent", "It has no place on the pad; choose a seed to map what is around it")
        return scene
    job = facts.scratch.get(Around)

    def made() -> PathMap:
        request = neighbour_request(scene)
        latent = replace(document.latent, x=0.0, y=0.0)
        return PathMap(
            replace(request, image=replace(request.image, latent=latent)), *corner(document.latent.x, document.latent.y)
        )

    job.look(scene, facts, (document, scene.settings.device), made, scene.view.lens.live)
    if job.problem:
        ui.error_strip(job.problem, job.advice, ())
        return scene
    newest = facts.scratch.get(_Newest)
    if job.result is not None and isinstance(job.of, PathMap) and newest.of is not job.result:
        newest.of, newest.shown = job.result, _shown(job.of, np.asarray(job.result, np.float32))
    facts.services[PAD_MAP].show(newest.shown)
    shown = newest.shown
    if shown is None or job.result is None:
        ui.empty_state("gauge", "Measuring", "The first fields are there in a moment")
        return scene
    count, total, side = int(job.result[2]), shown.values.size, int(job.result[1])
    low, high = shown.limits
    token = "faint" if job.behind else "text"
    reduced = facts.model is not None and side < facts.model.resolution
    note = f"{count} of {total} fields" if count < total else f"{total} fields"
    with beside(
        Figure("Here", number(shown.at(document.latent.x, document.latent.y)), "", "as PPL counts, by seeds", token),
        Figure("Mean", number(float(np.nanmean(shown.values))), "", note, token),
        Figure("Least to most", f"{number(low)}–{number(high)}", "", f"at {side} pixels" if reduced else "", token),
    ):
        _plate(shown, document.latent.x, document.latent.y)
    return scene


def _plate(shown: ShownMap, x: float, y: float) -> None:
    """Draw the map with a mark at the present place, and the value under the pointer."""
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    rows, columns = shown.values.shape
    per_seed = max(min(room.x / columns, max(room.y, t.px(60)) / rows), 1.0) / shown.step
    size = V(columns * shown.step * per_seed, rows * shown.step * per_seed)
    origin = V(a.x + shown.step * per_seed / 2, a.y + shown.step * per_seed / 2)
    imgui.dummy(size)
    spots.mark("path map")
    hovered, mouse = imgui.is_item_hovered(), imgui.get_mouse_pos()
    shown.draw(origin, shown.left, shown.top, per_seed, 1.0)
    at = V(origin.x + (x - shown.left) * per_seed, origin.y + (y - shown.top) * per_seed)
    if a.x <= at.x <= a.x + size.x and a.y <= at.y <= a.y + size.y:
        imgui.get_window_draw_list().add_circle(at, t.px(5), t.u32("#FFFFFF"), 0, t.px(2))
    if hovered and imgui.begin_tooltip():
        px, py = shown.left + (mouse.x - origin.x) / per_seed, shown.top + (mouse.y - origin.y) / per_seed
        ui.label(f"x {px:.2f}, y {py:.2f}: {number(shown.at(px, py))}", "text", t.small)
        imgui.end_tooltip()
