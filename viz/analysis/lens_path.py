"""Path lengths of the lens: along the timeline or the walk, and around the present w as a map."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from foundation.specs.editing.distances import DISTANCES
from renderer.document.animate import requested
from renderer.document.document import request_for
from renderer.document.lens.jobs import MAP_COLUMNS, MAP_ROWS, MAP_STEP
from renderer.document.parts import Display, Latent
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import Changes, PathMap
from viz.analysis.following import Following
from viz.analysis.lens_parts import Figure, Table, beside, headed, measuring
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
HALVED = 30
"""Steps that are measured in halves where the curve bends most."""
WALK_SEEDS = 4.0
"""Length of a walk whose steps are measured, in seeds."""
PLACES = ("Timeline", "Pad")
_MAP_GRID = 4
"""Fields that a map moves by as the place does: fields stay comparable, and few are measured anew."""


@dataclass(eq=False)
class Speed(Following):
    """The job that measures the steps of the timeline or of the walk."""

    curve: "PathSpeed | None" = None
    curve_of: object = None
    """The result that `curve` was made of."""

    @property
    def speed(self) -> "PathSpeed | None":
        """The measured curve, made once of each result; None while there is none."""
        if self.result is None or not isinstance(self.of, Changes):
            return None
        if self.curve is None or self.curve_of is not self.result:
            self.curve, self.curve_of = as_ppl(self.of, self.result), self.result
        return self.curve


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
    assert isinstance(job, Speed)
    speed = job.speed
    assert speed is not None
    roots = np.sqrt(speed.values) * speed.steps
    return {
        "seconds": speed.times.tolist(),
        "step_seconds": speed.steps.tolist(),
        "path_length": speed.values.tolist(),
        "root_distance": roots.tolist(),
    }


class PathSpeed(NamedTuple):
    """A measured curve, from step to step; where it bends, from half a step to the next."""

    times: NDArray[np.float64]
    """Middle of each step in seconds."""
    values: NDArray[np.float64]
    """d / step^2 as PPL counts it, the length of a step in seconds; nan where nothing was measured."""
    steps: NDArray[np.float64]
    """Length of each step in seconds."""
    halved: int
    """Steps that are there as two halves."""

    @property
    def mean(self) -> float:
        """Mean over time of what is known."""
        known = np.isfinite(self.values)
        return float(np.average(self.values[known], weights=self.steps[known])) if known.any() else math.nan


def as_ppl(work: Changes, result: NDArray[np.float64]) -> PathSpeed:
    """Return the curve of a result."""
    count = work.samples
    step = max(work.timeline.seconds / count, 1e-9)
    halves = result[count:-1].reshape(-1, 3)
    halves = halves[np.isfinite(halves).all(axis=1)]
    whole = np.setdiff1d(np.arange(count), halves[:, 0].astype(int))
    starts = np.concatenate([whole, halves[:, 0], halves[:, 0] + 0.5])
    shares = np.concatenate([np.ones(len(whole)), np.full(2 * len(halves), 0.5)])
    roots = np.concatenate([result[:count][whole], halves[:, 1], halves[:, 2]])
    order = np.argsort(starts, kind="stable")
    starts, steps = starts[order], shares[order] * step
    values = np.square(roots[order] / steps)
    return PathSpeed(starts * step + steps / 2, np.asarray(values, np.float64), steps, len(halves))


# -- along the timeline or the walk ------------------------------------------------------------------------------------


def path_of(scene: Scene) -> Timeline | None:
    """Return the timeline if it moves anything, else the walk that lies ahead, if there is one."""
    document = scene.document
    if document.timeline.acting:
        return replace(document.timeline, constant_speed=False, retiming=None)
    motion = scene.view.motion
    speed = motion.latent_speed if motion.latent else 0.0
    if not speed:
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
            latent = replace(latent.moved_to(latent.x, latent.y), x=0.0)
        request = request_for(replace(document, latent=latent), Display(), scene.settings.device, 0)
        if not any(track.path.startswith("mixing") for track in timeline.acting):  # which blends with the latent
            request = requested(request, timeline, 0.0)  # what the timeline decides does not begin it anew
        return Changes(request, timeline, measure="distance", halved=HALVED)

    inputs = (document, scene.settings.device)
    job.look(scene, facts, inputs, made, scene.view.lens.live, moving=walks)
    if job.problem:
        ui.error_strip(job.problem, job.advice, dismiss=False)
        return scene
    speed = job.speed
    if speed is None or job.result is None or not isinstance(job.of, Changes):
        measuring(facts, job, 2)
        return scene
    return _figures(scene, job, speed, job.of, job.result)


def present(scene: Scene, facts: Facts) -> tuple[float, bool] | None:
    """Return the path length at the playhead, as PPL counts it, and True if it is of an older state.

    None while nothing is known.
    """
    job = facts.scratch.get(Speed)
    speed = job.speed
    if speed is None or path_of(scene) is None or not (known := np.isfinite(speed.values)).any():
        return None
    assert isinstance(job.of, Changes)
    at = min(scene.view.playback.at, job.of.timeline.seconds)
    return float(np.interp(at, speed.times[known], speed.values[known])), job.behind


def _figures(scene: Scene, job: Speed, speed: PathSpeed, work: Changes, result: NDArray[np.float64]) -> Scene:
    """Draw the figures and the curve of the steps."""
    seconds = work.timeline.seconds
    times, values = speed.times, speed.values
    known = np.isfinite(values)
    playhead = min(scene.view.playback.at, seconds)
    now = float(np.interp(playhead, times[known], values[known]))
    longest = int(np.nanargmax(values))
    count = int(np.isfinite(result[: work.samples]).sum())
    token = "faint" if job.behind else "text"
    marked = token if values[longest] <= JUMP**2 * speed.mean or job.behind else "warn"
    halved = f", {speed.halved} halved" if speed.halved else ""
    steps = f"{count} steps{halved}" if count == work.samples else f"{count} of {work.samples} steps"
    with beside(
        Figure("Now", number(now), "", f"at {playhead:.1f} s, as PPL", token),
        Figure("Mean", number(speed.mean), "", steps, token),
        Figure("Longest", number(values[longest]), "", f"at {times[longest]:.1f} s", marked),
    ):
        whole = count == work.samples and not job.behind
        return _curve(scene, speed, result[: work.samples] if whole else None, seconds)


def number(value: float) -> str:
    """Return a figure with three digits: `0.0213`, `19.7`, `208`."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _curve(scene: Scene, speed: PathSpeed, whole: NDArray[np.float64] | None, seconds: float) -> Scene:
    """Draw the button that evens out the speed, and the curve with its jumps.

    `whole` has the roots of the distances of all steps; None until they are measured.
    """
    times, values = speed.times, speed.values
    playhead, known = min(scene.view.playback.at, seconds), np.isfinite(values)
    own = scene.document.timeline
    constant = own.constant_speed
    hint = "Keys keep their order; the timeline goes on at the same change of the picture everywhere"
    if not own.acting:
        hint = "A walk has no keys: make one on the timeline first"
    elif not constant and whole is None:
        hint = "Once every step is measured"
    if ui.button(
        "Speed is even" if constant else "Even out the speed",
        "timer",
        on=constant,
        id_="##even",
        hint=hint,
        enabled=bool(own.acting) and (constant or whole is not None),
    ):
        scene = toggled_constant(scene) if constant or whole is None else evened(scene, whole)
    ui.push_font(t.small, "regular")
    room, top = imgui.get_content_region_avail(), 1.15 * float(np.nanmax(values)) or 1.0
    mean, x, y = speed.mean, times[known], values[known]
    jumps = y > JUMP**2 * mean
    with plots.plot("path length", -1, max(room.y, t.px(plots.LEAST)), implot.Flags_.no_legend) as seen:
        if seen:
            implot.setup_axes("seconds", "as PPL counts", 0, 0)
            implot.setup_axes_limits(0, seconds, 0, top, imgui.Cond_.always)
            plots.area("##below", x, np.zeros_like(y), y, "accent", 0.18)
            plots.line("##mean", np.array([0.0, seconds]), np.full(2, mean), "dim", 1)
            plots.line("##speed", x, y, "accent", 2, 0.6 if whole is None else 1)
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
        if ui.begin_tooltip():
            ui.label(f"{x[index]:.2f} s: {number(float(y[index]))}", "text", t.small)
            ui.end_tooltip()


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
    if document.latent.stored:
        ui.empty_state("path", "A stored latent", "It is no seed; walk away from it to map what is around")
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
        ui.error_strip(job.problem, job.advice, dismiss=False)
        return scene
    newest = facts.scratch.get(_Newest)
    if job.result is not None and isinstance(job.of, PathMap) and newest.of is not job.result:
        newest.of, newest.shown = job.result, _shown(job.of, np.asarray(job.result, np.float32))
    facts.services[PAD_MAP].show(newest.shown)
    shown = newest.shown
    if shown is None or job.result is None:
        measuring(facts, job, 1)  # three at a low resolution
        return scene
    count, total, side = int(job.result[2]), shown.values.size, int(job.result[1])
    low, high = shown.limits
    token = "faint" if job.behind else "text"
    reduced = facts.model is not None and side < facts.model.resolution
    note = f"{count} of {total} fields" if count < total else f"{total} fields"
    with beside(
        Figure(
            "Here",
            number(shown.at(document.latent.x, document.latent.y)),
            "",
            ("as PPL counts, by seeds", "by seeds"),
            token,
        ),
        Figure("Mean", number(float(np.nanmean(shown.values))), "", note, token),
        Figure("Least to most", f"{number(low)}–{number(high)}", "", f"at {side} pixels" if reduced else "", token),
    ):
        _plate(shown, document.latent.x, document.latent.y)
    return scene


def _plate(shown: ShownMap, x: float, y: float) -> None:
    """Draw the map with a mark at the present place, and the value under the pointer."""
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    rows, columns = shown.values.shape
    per_seed = max(min(room.x / columns, max(room.y, t.px(plots.LEAST)) / rows), 1.0) / shown.step
    size = V(columns * shown.step * per_seed, rows * shown.step * per_seed)
    origin = V(a.x + shown.step * per_seed / 2, a.y + shown.step * per_seed / 2)
    imgui.dummy(size)
    spots.mark("path map")
    hovered, mouse = imgui.is_item_hovered(), imgui.get_mouse_pos()
    shown.draw(origin, shown.left, shown.top, per_seed, 1.0)
    at = V(origin.x + (x - shown.left) * per_seed, origin.y + (y - shown.top) * per_seed)
    if a.x <= at.x <= a.x + size.x and a.y <= at.y <= a.y + size.y:
        imgui.get_window_draw_list().add_circle(at, t.px(5), t.u32("#FFFFFF"), 0, t.px(2))
    if hovered and ui.begin_tooltip():
        px, py = shown.left + (mouse.x - origin.x) / per_seed, shown.top + (mouse.y - origin.y) / per_seed
        ui.label(f"x {px:.2f}, y {py:.2f}: {number(shown.at(px, py))}", "text", t.small)
        ui.end_tooltip()
