"""Radial power of the lens against a dataset, and diversity at the present truncation."""

import math
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from foundation.specs.editing.distances import DISTANCES
from renderer.document.arrays import AnyArray
from renderer.document.document import Document, request_for
from renderer.document.lens.jobs import PowerFound
from renderer.document.parts import Display, Latent
from renderer.ipc.protocol import Diversity, RadialPower
from viz.analysis.following import Following
from viz.analysis.lens_parts import Figure, Table, beside, headed, measuring, soon_text
from viz.analysis.lens_path import number
from viz.analysis.spectrum import frequency_ticks
from viz.files.browse_purposes import DATASET
from viz.state.facts import Facts
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.theme import current as t

MOST_RUNS = 8
"""Datasets of runs in the list."""
BROWSE = "Browse…"
LEGEND = 130
"""Design height of the curves from which they have a legend."""
CHOICE = 132
"""Design width of the choice of a dataset."""


class Pairs(Following):
    """The job that measures diversity."""


@dataclass(eq=False)
class Power:
    """The newest comparison with a dataset."""

    job: Following = field(default_factory=Following)
    found: PowerFound | None = None
    _result: AnyArray | None = None

    @property
    def behind(self) -> bool:
        """True while the curves are of another network or dataset, or rest on too few pictures."""
        return self.found is None or self.job.behind or not self.found.complete

    def take(self) -> None:
        """Read the newest result."""
        if self.job.result is not None and self.job.result is not self._result:
            self._result, self.found = self.job.result, PowerFound.of(self.job.result)


@dataclass(frozen=True)
class UseDataset(Action):
    """Compare the network with a dataset."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it."""
        return with_dataset(scene, self.path)


def with_dataset(scene: Scene, path: str) -> Scene:
    """Return the scene with another dataset in the lens."""
    return replace(scene, view=replace(scene.view, lens=replace(scene.view.lens, dataset=path)))


def datasets(facts: Facts) -> tuple[str, ...]:
    """Return the datasets of training runs, the newest run's first."""
    found = (str(run.spec.get("data") or "") for run in facts.runs if run.kind == "train")
    return tuple(dict.fromkeys(path for path in found if path))[:MOST_RUNS]


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw both figures."""
    scene = _diversity(scene, facts)
    return _power(scene, facts)


# -- diversity ---------------------------------------------------------------------------------------------------------


def _diversity(scene: Scene, facts: Facts) -> Scene:
    """Draw the mean distance of all pairs of pictures at the present psi, in a line."""
    job, document, device = facts.scratch.get(Pairs), scene.document, scene.settings.device
    latent = document.latent

    def made() -> Diversity:
        plain = Document(
            document.network,
            Latent(label=latent.label, condition=latent.condition),
            truncation=document.truncation,
            weights=document.weights,
        )
        return Diversity(request_for(plain, Display(), device, 0))

    inputs = (document.network, document.weights, document.truncation, latent.label, latent.condition, device)
    job.look(scene, facts, inputs, made, scene.view.lens.live)
    known = job.result
    name = DISTANCES[int(known[3])] if known is not None else ""
    table = None if known is None else lambda: _diversity_table(known)
    psi = document.truncation.psi
    scene = headed(scene, f"Diversity at ψ {psi:.2f}", "diversity", table, name)
    p = imgui.get_cursor_screen_pos()
    if job.problem:
        ui.wrapped(f"{job.problem} {job.advice}", "warn", t.small)
        return scene
    mean, error, count = (float(one) for one in known[:3]) if known is not None else (math.nan, math.nan, 0.0)
    token = "faint" if job.behind else "text"
    end = ui.draw(number(mean), p.x, p.y, token, weight="bold", height=t.px(20))
    note = f"± {error:.2g}   all pairs of {count:.0f} pictures" if math.isfinite(error) else "Measuring"
    if not math.isfinite(mean):
        note = "Measured once the picture rests" if job.waits else f"The first pair is there {soon_text(facts, 2)}"
    room = imgui.get_content_region_avail().x - end - t.px(8)
    ui.draw(ui.ellipsis(note, room, t.small), p.x + end + t.px(8), p.y, "faint", t.small, height=t.px(20))
    imgui.dummy(V(end + room, t.px(24)))
    ui.tip("Mean distance of all pairs: seeds from 0, the present ψ and class, nothing else of the document")
    return scene


def _diversity_table(known: AnyArray) -> Table:
    names = ("mean_distance", "standard_error", "pictures")
    return {name: [float(value)] for name, value in zip(names, known[:3], strict=True)}


# -- power -------------------------------------------------------------------------------------------------------------


def _power(scene: Scene, facts: Facts) -> Scene:
    """Draw the curves of the network and of the dataset, and where they differ."""
    power, dataset = facts.scratch.get(Power), scene.view.lens.dataset
    known = power.found if dataset else None
    table = None if known is None or not len(known.frequency) else lambda: values_of(known)
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    scene = headed(scene, "Radial power", "radial power", table)
    wide = min(t.px(CHOICE), width - ui.measure("Radial power", t.small) - t.px(48))
    imgui.set_cursor_screen_pos(V(p.x + width - t.px(28) - wide, p.y - t.px(3)))
    scene = _chosen(scene, facts, wide)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, t.px(18)))
    if not scene.view.lens.dataset:
        text = "Choose the pictures that it was trained on."
        if ui.empty_state("waveform", "No dataset", text, "Choose a dataset"):
            scene = scene.request(ShowDialog(DATASET, UseDataset))
        return scene
    document, device = scene.document, scene.settings.device

    def made() -> RadialPower:
        plain = Document(document.network, weights=document.weights)
        return RadialPower(request_for(plain, Display(), device, 0), dataset)

    power.job.look(scene, facts, (document.network, document.weights, device, dataset), made, scene.view.lens.live)
    power.take()
    if power.job.problem:
        ui.error_strip(power.job.problem, power.job.advice, dismiss=False)
        return scene
    found = power.found
    if found is None or len(found.frequency) < 2:
        measuring(facts, power.job, 1)
        return scene
    return _compared(scene, power, found)


def _chosen(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the choice of a dataset: those of runs, or another one."""
    now = scene.view.lens.dataset
    shown = PurePath(now).name or now if now else "Dataset"
    hint = now or "Pictures that the network's are compared with: a zip file or a folder"
    imgui.push_id("lens dataset")
    if ui.choice("dataset", shown, "stack", width=width, show_label=False, hint=hint):
        imgui.open_popup(ui.drawable("datasets"))
    paths = datasets(facts)
    names = [PurePath(path).name or path for path in paths]
    titles = [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]
    chosen = ui.menu("datasets", [*(ui.Row(title) for title in titles), ui.Row(BROWSE, line=bool(titles))])
    imgui.pop_id()
    if chosen == BROWSE:
        return scene.request(ShowDialog(DATASET, UseDataset))
    return with_dataset(scene, paths[titles.index(chosen)]) if chosen in titles else scene


def _compared(scene: Scene, power: Power, found: PowerFound) -> Scene:
    """Draw figures and curves."""
    token = "faint" if power.job.behind else "text"
    at, (network, of_network, dataset, of_dataset) = found.largest, found.counts
    differs, error = float(found.difference[at]), float(found.error[at])
    sure = math.isfinite(error) and abs(differs) > 2 * error
    unit = f"± {error:.1f} dB" if math.isfinite(error) else "dB"
    own, other = measured_of(network, of_network), measured_of(dataset, of_dataset)
    counts = f"{own} pictures" if own == other else f"{own} and {other}"
    with beside(
        Figure(
            "Differs most",
            f"{differs:+.1f}".replace("-", "−"),
            unit,
            f"at {found.frequency[at]:.2f} cycles/px",
            token if power.job.behind or not sure else "warn",
        ),
        Figure("On average", f"{found.average:.1f}", "dB", counts, token),
    ):
        if found.sizes[0] != found.sizes[1]:
            ui.label(ui.ellipsis(sizes_text(scene, found), imgui.get_content_region_avail().x, t.small), "dim", t.small)
        _curves(found, power.behind)
    return scene


def measured_of(done: int, total: int) -> str:
    """Return how many pictures are measured: `12 of 512`, `512`."""
    return f"{done}" if done >= total else f"{done} of {total}"


def sizes_text(scene: Scene, found: PowerFound) -> str:
    """Return that the sizes differ, and what can be compared."""
    own, other = found.sizes
    name = PurePath(scene.view.lens.dataset).name or scene.view.lens.dataset
    up_to = f"1/{round(2 * own / other)}" if other < own and own % other == 0 else f"{min(own, other) / own / 2:.2g}"
    return f"{name} has {other} pixels, the network {own}: compared up to {up_to} cycles per pixel"


def _curves(found: PowerFound, behind: bool) -> None:
    """Draw both curves; the space between them is blue where the network has less, orange where it has more."""
    x = found.frequency[1:].astype(np.float64)
    own, other = (one[1:].astype(np.float64) for one in (found.network, found.dataset))
    room = imgui.get_content_region_avail()
    low, high = float(min(own.min(), other.min())), float(max(own.max(), other.max()))
    margin = max(1.0, 0.08 * (high - low))
    ticks = frequency_ticks(float(x[0]), max(2, int(room.x / t.px(64))))
    alpha = 0.6 if behind else 1.0
    ui.push_font(t.small, "regular")
    legend = 0 if room.y > t.px(LEGEND) else implot.Flags_.no_legend
    with plots.plot("radial power", -1, max(room.y, t.px(plots.LEAST)), legend) as seen:
        if seen:
            implot.setup_axes("cycles per pixel", "dB", 0, 0)
            implot.setup_axis_scale(implot.ImAxis_.x1, implot.Scale_.log10)
            implot.setup_axes_limits(float(x[0]), float(x[-1]), low - margin, high + margin, imgui.Cond_.always)
            implot.setup_axis_ticks(implot.ImAxis_.x1, [v for v, _ in ticks], [name for _, name in ticks])
            if not legend:
                implot.setup_legend(implot.Location_.south_west)
            plots.area("##less", x, np.minimum(own, other), other, plots.color(0), 0.35)
            plots.area("##more", x, other, np.maximum(own, other), plots.color(1), 0.35)
            plots.line("dataset", x, other, "dim", 1.5, alpha)
            plots.line("network", x, own, "accent", 2, alpha)
            _pointed(found, x)
    imgui.pop_font()


def _pointed(found: PowerFound, x: NDArray[np.float64]) -> None:
    if not implot.is_plot_hovered():
        return
    mouse = max(implot.get_plot_mouse_pos().x, 1e-9)
    index = 1 + int(np.abs(np.log(x) - math.log(mouse)).argmin())
    if ui.begin_tooltip():
        error = float(found.error[index])
        spread = f" ± {error:.1f}" if math.isfinite(error) else ""
        differs = f"{found.difference[index]:+.1f}".replace("-", "−")
        ui.label(f"{found.frequency[index]:.3f} cycles/pixel: {differs}{spread} dB", "text", t.small)
        ui.label("Network green, dataset grey", "faint", t.small)
        ui.end_tooltip()


def values_of(found: PowerFound) -> Table:
    """Return the curves as a table."""
    names = ("cycles_per_pixel", "network_db", "dataset_db", "difference_db", "standard_error_db")
    rows = (found.frequency, found.network, found.dataset, found.difference, found.error)
    return {name: row.tolist() for name, row in zip(names, rows, strict=True)}
