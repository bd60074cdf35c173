"""Page "Lens": live figures of the network for the present picture, measured between frames while they are seen."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray
from renderer.document.document import request_for
from renderer.document.lens.jobs import EquivarianceFound
from renderer.document.parts import Display, Transform
from renderer.ipc.protocol import Changes, Equivariance
from viz.analysis.following import Following
from viz.link.measurements import SEEN
from viz.state.constant_speed import changes, evened, toggled_constant
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.recording import untracked
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t
from viz.ui.widgets import spots

TAB, NAME = "Layers & spectrum", "Lens"
"""The tab in which the lens is a page, and the page."""
GAP = 16
TOP_DB = 80.0
"""Upper end of the scale in dB."""
HARDLY_SEEN_DB = 60.0
JUMP = 2.0
"""Times the mean speed from which a part of the timeline is marked as a jump."""
LOW = 190
"""Design height of a figure's room below which its numbers are beside the curve."""
BESIDE = 320
"""Design width that the switch and the number of pictures need."""
WIDE = 560
"""Design width from which two figures are side by side."""
NOTE = "Measured between frames; drawing goes first"


class Measured:
    """The newest figures of the present transform."""

    def __init__(self) -> None:
        self.job = Following()
        self.found: EquivarianceFound | None = None
        self._result: AnyArray | None = None

    @property
    def behind(self) -> bool:
        """True while the figures at the present transform are of an older one, or of too few pictures."""
        if self.found is None or self.job.behind:
            return True
        return not isinstance(self.job.work, Equivariance) or self.found.pictures[-1] < self.job.work.pictures

    @property
    def complete(self) -> bool:
        """True once the whole path is measured."""
        return not self.behind and self.job.over

    @untracked
    def look(self, scene: Scene, facts: Facts) -> None:
        """Go on measuring. Call in every frame in which the lens is seen."""
        lens, device = scene.view.lens, scene.settings.device

        def made() -> Equivariance:
            return Equivariance(request_for(scene.document, Display(), device, 0), lens.pictures)

        self.job.look(scene, facts, (scene.document, device, lens.pictures), made, lens.live)
        if self.job.result is not None and self.job.result is not self._result:
            self._result, self.found = self.job.result, EquivarianceFound.of(self.job.result)


class Speed(Following):
    """The job that measures the changes along the timeline."""


def measured(facts: Facts) -> Measured:
    """Return the figures of the window."""
    return facts.scratch.get(Measured)


def shown(scene: Scene, on: bool = True) -> Scene:
    """Return the scene with the lens as the page of its tab, or not."""
    return replace(scene, view=replace(scene.view, lens=replace(scene.view.lens, on=on)))


def opened(scene: Scene) -> Scene:
    """Return the scene with the lens in front, in a workspace that has its tab."""
    workspace = "explore" if scene.view.workspace in ("mix", "train") else scene.view.workspace
    scene = shown(replace(scene, view=replace(scene.view, workspace=workspace, panels_hidden=False)))
    return scene.interacting(front=replace(scene.interaction.front, window=TAB))


def seen(scene: Scene, facts: Facts) -> bool:
    """Return True if the lens was drawn in the last frame."""
    return scene.view.lens.on and NAME in facts.services[SEEN].last


def moves(transform: Transform) -> bool:
    """Return True if a transform moves or turns the image."""
    return bool(transform.x or transform.y or transform.angle % 360)


def quality(decibels: float) -> str:
    """Return the colour token of a figure: red under 20 dB, amber under 50, green above."""
    return "bad" if decibels < 20 else "warn" if decibels < 50 else "good"


def decibels_text(decibels: float) -> str:
    """Return a figure as text: `62.4`; `–` where nothing was compared, `∞` where both images are equal."""
    if math.isnan(decibels):
        return "–"
    return f"{decibels:.1f}" if math.isfinite(decibels) else "∞"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the page."""
    facts.services[SEEN].add(NAME)
    right = imgui.get_window_pos().x + imgui.get_window_width()
    if right - imgui.get_item_rect_max().x > t.px(BESIDE):
        imgui.same_line(0, t.px(GAP))  # beside the choice of pages
    scene = _header(scene, facts)
    room = imgui.get_content_region_avail()
    wide = room.x > t.px(WIDE)
    width = (room.x - t.px(GAP)) / 2 if wide else room.x
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    if imgui.begin_child("equivariance", V(round(width), room.y if wide else 0), imgui.ChildFlags_.nav_flattened):
        scene = _equivariance(scene, facts)
    imgui.end_child()
    if wide:
        imgui.same_line(0, t.px(GAP))
        if imgui.begin_child("path length", V(round(width), room.y), imgui.ChildFlags_.nav_flattened):
            scene = _path_length(scene, facts)
        imgui.end_child()
    imgui.pop_style_var()
    return scene


def _header(scene: Scene, facts: Facts) -> Scene:
    """Draw the switch and the number of pictures."""
    lens = scene.view.lens
    imgui.push_id("lens")
    live = ui.switch("Live", lens.live, "Measure again whenever the picture has changed")
    imgui.pop_id()
    scene = replace(scene, view=replace(scene.view, lens=replace(lens, live=live)))
    imgui.same_line(0, t.px(8))
    scene = slider_row(scene, "view.lens.pictures", width=t.px(120), show_label=False)
    if imgui.get_window_pos().x + imgui.get_window_width() - imgui.get_item_rect_max().x > t.px(280):
        imgui.same_line(0, t.px(16))
        ui.label(NOTE, "faint", t.small, height=t.row)
    return scene


class Figure(NamedTuple):
    """A number with its name above and a note below."""

    name: str
    text: str
    unit: str
    note: str
    token: str = "text"


FIGURE = (108.0, 54.0)
"""Room of a figure beside a curve, in design lengths."""


@contextmanager
def _beside(*figures: Figure) -> Iterator[None]:
    """Draw figures in a row above what is drawn inside, or in a column beside it where the room is low."""
    p, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    low = room.y < t.px(LOW)
    width, height = (
        (t.px(FIGURE[0]), min(t.px(FIGURE[1]), room.y / len(figures))) if low else (room.x / len(figures), 0.0)
    )
    for k, one in enumerate(figures):
        x, y = (p.x, p.y + k * height) if low else (p.x + k * width, p.y)
        ui.draw(one.name, x, y, "dim", t.small, height=t.px(16))
        end = ui.draw(one.text, x, y + t.px(15), one.token, weight="bold", height=t.px(20))
        ui.draw(one.unit, x + end + t.px(4), y + t.px(15), "faint", t.small, height=t.px(20))
        if not low or height >= t.px(FIGURE[1]):
            ui.draw(ui.ellipsis(one.note, width, t.small), x, y + t.px(34), "faint", t.small, height=t.px(16))
    imgui.set_cursor_screen_pos(V(p.x + width, p.y) if low else V(p.x, p.y + t.px(FIGURE[1])))
    imgui.begin_group()
    try:
        yield
    finally:
        imgui.end_group()


def _equivariance(scene: Scene, facts: Facts) -> Scene:
    """Draw EQ-T and EQ-R with their curves along the path to the present transform."""
    ui.heading("Equivariance along the path")
    model, transform = facts.model, scene.document.transform
    if model is None or not model.has_transform:
        family = model.family if model else "This network"
        ui.empty_state("arrows-out-cardinal", "No input to move", f"{family} has no input to move")
        return scene
    if not moves(transform):
        ui.empty_state(
            "arrows-out-cardinal", "Nothing is moved", "Move or turn the picture, to measure how well it follows"
        )
        return scene
    now = measured(facts)
    now.look(scene, facts)
    if now.job.problem:
        ui.error_strip(now.job.problem, now.job.advice, ())
        return scene
    found = now.found
    token = "faint" if now.behind else "text"
    ends = (math.nan, math.nan) if found is None else (float(found.translation[-1]), float(found.rotation[-1]))
    move = f"move {transform.x:+.3f}, {transform.y:+.3f}".replace("-", "−")
    turn = f"turn {transform.angle:.1f}°"
    with _beside(
        Figure("EQ-T", decibels_text(ends[0]), "dB", move, token),
        Figure("EQ-R", decibels_text(ends[1]), "dB", turn, token),
    ):
        if found is None:
            ui.empty_state("gauge", "Measuring", "The first figures are there in a moment")
            return scene
        return _curves(scene, found, now)


def _curves(scene: Scene, found: EquivarianceFound, now: Measured) -> Scene:
    """Draw the curves; a click goes to its place on the path."""
    share = np.linspace(0, 1, len(found.translation))
    kinds = [("EQ-T", found.translation, plots.color(0)), ("EQ-R", found.rotation, plots.color(1))]
    highest = max((values for _, values, _ in kinds), key=lambda values: np.nan_to_num(values[-1], nan=-1.0))
    at: float | None = None
    ui.push_font(t.small, "regular")
    room = imgui.get_content_region_avail()
    with plots.plot("equivariance", -1, max(room.y, t.px(60)), implot.Flags_.no_legend) as seen:
        if seen:
            implot.setup_axes("along the path", "dB", 0, 0)
            implot.setup_axes_limits(0, 1, 0, TOP_DB, imgui.Cond_.always)
            implot.setup_axis_ticks(implot.ImAxis_.x1, [0.0, 0.5, 1.0], ["rest", "half", "here"])
            plots.line("##hardly", np.array([0.0, 1.0]), np.full(2, HARDLY_SEEN_DB), "good", 1, 0.5)
            for name, values, token in kinds:
                known = np.isfinite(values)
                if known.any():
                    plots.line(
                        name, share[known], values[known].astype(np.float64), token, 2, 1 if now.complete else 0.6
                    )
                    _named(name, float(values[known][-1]), token, values is highest)
            at = _pointed(share, kinds)
    spots.mark("equivariance")
    imgui.pop_font()
    if at is None or not imgui.is_mouse_clicked(imgui.MouseButton_.left):
        return scene
    whole = scene.document.transform
    after = replace(whole, x=whole.x * at, y=whole.y * at, angle=whole.angle * at)
    return put(scene, "document.transform", after)


def _named(name: str, value: float, token: str, above: bool) -> None:
    """Mark a curve's end, which is measured first, and write its name above or below it."""
    at = implot.plot_to_pixels(1.0, min(value, TOP_DB))
    implot.get_plot_draw_list().add_circle_filled(at, t.px(3.5), t.u32(token))
    ui.draw(name, at.x - t.px(6), at.y - t.px(18 if above else -2), token, t.small, align=1, height=t.px(16))


def _pointed(share: NDArray[np.float64], kinds: Sequence[tuple[str, NDArray[np.float32], str]]) -> float | None:
    """Mark the place under the pointer with its figures; return it as a share of the path."""
    if not implot.is_plot_hovered():
        return None
    index = int(np.abs(share - implot.get_plot_mouse_pos().x).argmin())
    low, size, lines = implot.get_plot_pos(), implot.get_plot_size(), implot.get_plot_draw_list()
    x = implot.plot_to_pixels(float(share[index]), 0.0).x
    lines.add_line(V(x, low.y), V(x, low.y + size.y), t.u32("dim", 0.5), t.px(1))
    figures = "   ".join(f"{name} {decibels_text(float(values[index]))} dB" for name, values, _ in kinds)
    if imgui.begin_tooltip():
        ui.label(f"{100 * share[index]:.0f} % of the way: {figures}", "text", t.small)
        ui.label("Click: go there", "faint", t.small)
        imgui.end_tooltip()
    return float(share[index])


def _path_length(scene: Scene, facts: Facts) -> Scene:
    """Draw the change of the picture along the timeline."""
    ui.heading("Path length", "pixels")
    timeline = scene.document.timeline
    if not timeline.acting:
        ui.empty_state("path", "Nothing moves", "Two keys on the timeline make a path whose speed can be measured")
        return scene
    job = facts.scratch.get(Speed)
    inputs = (scene.document, scene.settings.device)
    job.look(scene, facts, inputs, lambda: changes(scene), scene.view.lens.live)
    if job.problem:
        ui.error_strip(job.problem, job.advice, ())
        return scene
    if job.result is None or not isinstance(job.of, Changes):
        share = job.done / max(job.total, 1)
        ui.empty_state("gauge", "Measuring", f"{100 * share:.0f} % of the timeline")
        return scene
    seconds = job.of.timeline.seconds
    speed = job.result * len(job.result) / max(seconds, 1e-6)
    times = (np.arange(len(speed)) + 0.5) * seconds / len(speed)
    return _speed(scene, job, speed, times, seconds)


def _speed(
    scene: Scene, job: Following, speed: NDArray[np.float64], times: NDArray[np.float64], seconds: float
) -> Scene:
    """Draw the figures and the curve of a timeline's speed, in levels a second."""
    playhead, longest = min(scene.view.playback.at, seconds), int(speed.argmax())
    now = float(speed[min(int(playhead / max(seconds, 1e-6) * len(speed)), len(speed) - 1)])
    token = "warn" if speed[longest] > JUMP * speed.mean() else "text"
    with _beside(
        Figure("Now", f"{now:.1f}", "", f"at {playhead:.1f} s"),
        Figure("Mean", f"{speed.mean():.1f}", "", f"over {seconds:.0f} s"),
        Figure("Most", f"{speed[longest]:.1f}", "", f"at {times[longest]:.1f} s", token),
    ):
        return _speed_curve(scene, job, speed, times, seconds)


def _speed_curve(
    scene: Scene, job: Following, speed: NDArray[np.float64], times: NDArray[np.float64], seconds: float
) -> Scene:
    """Draw the button that evens out the speed, and its curve."""
    playhead = min(scene.view.playback.at, seconds)
    constant = scene.document.timeline.constant_speed
    if ui.button(
        "Speed is even" if constant else "Even out the speed",
        "timer",
        on=constant,
        id_="##even",
        hint="Keys keep their order; the timeline goes on at the same change of the picture everywhere",
        enabled=constant or not job.behind,
    ):
        scene = toggled_constant(scene) if constant or job.result is None else evened(scene, job.result)
    ui.push_font(t.small, "regular")
    room, top = imgui.get_content_region_avail(), 1.15 * float(speed.max()) + 1e-6
    with plots.plot("path length", -1, max(room.y, t.px(60)), implot.Flags_.no_legend) as seen:
        if seen:
            implot.setup_axes("seconds", "levels a second", 0, 0)
            implot.setup_axes_limits(0, seconds, 0, top, imgui.Cond_.always)
            plots.area("##below", times, np.zeros_like(speed), speed, "accent", 0.18)
            plots.line("##mean", np.array([0.0, seconds]), np.full(2, speed.mean()), "dim", 1)
            plots.line("##speed", times, speed, "accent", 2)
            plots.line("##now", np.full(2, playhead), np.array([0.0, top]), "text", 1, 0.7)
    imgui.pop_font()
    return scene
