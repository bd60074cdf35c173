"""Equivariance of the lens: EQ-T and EQ-R of the present transform, and their curves along the path to it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray
from renderer.document.document import request_for
from renderer.document.lens.jobs import EquivarianceFound
from renderer.document.parts import Display, Transform
from renderer.ipc.protocol import Equivariance
from viz.analysis.following import Following
from viz.analysis.lens_parts import Figure, Table, beside, headed, measuring
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.recording import untracked
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.theme import current as t
from viz.ui.widgets import spots

TOP_DB = 80.0
"""Upper end of the scale in dB."""
HARDLY_SEEN_DB = 60.0
FIRST = 3
"""Pictures of the first figures: the still one, the moved and the turned one."""


class Measured:
    """The newest figures of the present transform."""

    def __init__(self) -> None:
        self.job = Following()
        self.found: EquivarianceFound | None = None
        self.pointed: float | None = None
        """Place of the curves that the pointer is at, as a share of the path."""
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


def measured(facts: Facts) -> Measured:
    """Return the figures of the window."""
    return facts.scratch.get(Measured)


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
    """Draw EQ-T and EQ-R with their curves along the path to the present transform."""
    known = measured(facts).found
    table = None if known is None else lambda: values_of(known)
    scene = headed(scene, "Equivariance along the path", "equivariance", table)
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
        ui.error_strip(now.job.problem, now.job.advice, dismiss=False)
        return scene
    found = now.found
    token = "faint" if now.behind else "text"
    ends = (math.nan, math.nan) if found is None else (float(found.translation[-1]), float(found.rotation[-1]))
    move = tuple(f"move {transform.x:+.{n}f}, {transform.y:+.{n}f}".replace("-", "−") for n in (3, 2, 1))
    turn = f"turn {transform.angle:.1f}°"
    with beside(
        Figure("EQ-T", decibels_text(ends[0]), "dB", move, token),
        Figure("EQ-R", decibels_text(ends[1]), "dB", turn, token),
    ):
        if found is None:
            measuring(facts, now.job, FIRST)
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
    with plots.plot("equivariance", -1, max(room.y, t.px(plots.LEAST)), implot.Flags_.no_legend) as seen:
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
    now.pointed = at
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
    if ui.begin_tooltip():
        ui.label(f"{100 * share[index]:.0f} % of the way: {figures}", "text", t.small)
        ui.label("Click: go there", "faint", t.small)
        ui.end_tooltip()
    return float(share[index])


def values_of(found: EquivarianceFound) -> Table:
    """Return the curves as a table."""
    share = np.linspace(0, 1, len(found.translation))
    columns = (share, found.translation, found.rotation, found.pictures)
    names = ("share_of_the_path", "eq_t_db", "eq_r_db", "pictures")
    return dict(zip(names, (one.tolist() for one in columns), strict=True))
