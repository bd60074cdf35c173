"""Window "Run": the focused run with its state, figures and curves."""

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from training_launcher.run import Kind, Run
from viz.files.actions import OpenNetwork
from viz.runs import curves_section, focus
from viz.runs.actions import ResumeRun, StopRun
from viz.runs.focus import Look
from viz.runs.follower import RunRecord
from viz.runs.menu import can_resume
from viz.runs.new_run.actions import TrainWith
from viz.runs.pages import dataset, film, fit, results
from viz.runs.results_dialog import ShowResults
from viz.runs.text import LOOKS, STOPPING, done_text, metric_name, metric_value, moment, pace_number
from viz.state.facts import Facts, Snapshot
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import notifications
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.numbers import duration, kimg_text
from viz.ui.theme import current as t

_LAST_LINES = 6
_PAGES: dict[Kind, Callable[[Scene, Facts, Run], Scene]] = {
    "metrics": results.draw,
    "video": film.draw,
    "dataset": dataset.draw,
    "fit": fit.draw,
}
"""Contents of runs of other kinds than trainings."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole panel."""
    a = imgui.get_cursor_screen_pos()
    look = focus.look(scene, facts)
    if look.run is None:
        text = "Its figures and curves are shown here while it learns"
        ui.empty_state("chart-line", "No run is chosen", text)
    else:
        scene = _shown(scene, facts, look, look.run)
    return _strips(scene, facts, a) if notifications.present(scene, facts) else scene


def _shown(scene: Scene, facts: Facts, look: Look, run: Run) -> Scene:
    """Draw the contents of a run."""
    newest = look.listing.snapshots[-1] if look.listing.snapshots else None
    resumes = can_resume(run, look.listing)
    scene = _header(scene, facts, run, newest, len(look.runs) - 1, resumes)
    if run.state in ("failed", "lost") or run.problem:
        last = look.records[0].log.lines[-_LAST_LINES:] if run.state == "failed" else ()
        scene = _trouble(scene, facts, run, last)
    scene = draw_figures(scene, facts, figures(run, look.records[0]))
    ui.space(8)
    return _body(scene, facts, look, run)


def _body(scene: Scene, facts: Facts, look: Look, run: Run) -> Scene:
    """Draw the page of its kind, the curves, or the options of a run without measurements."""
    record = look.records[0]
    if run.kind in _PAGES:
        return _PAGES[run.kind](scene, facts, run)
    if run.kind == "train" or record.stats or record.metrics:
        return curves_section.draw(scene, facts, look)
    spec = tuple((str(name), str(value)) for name, value in run.spec.items() if value not in (None, "", (), []))
    return spec_table(scene, facts, spec)


def _strips(scene: Scene, facts: Facts, corner: V) -> Scene:
    """Draw messages on top of the figures; making room for them would move controls under the mouse."""
    imgui.set_cursor_screen_pos(V(corner.x, corner.y + t.px(34)))
    room = imgui.get_content_region_avail()
    return notifications.draw_within(scene, facts, (room.x, room.y))


@cached
def _header(scene: Scene, facts: Facts, run: Run, newest: Snapshot | None, others: int, resumes: bool) -> Scene:
    """Draw name and state at the left, actions at the right."""
    a, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(28)
    look = LOOKS[run.state]
    buttons: list[tuple[str, str, str, str]] = []
    if newest is not None:
        buttons.append(("Explore newest", "eye", "plain", f"Draw with the network of {kimg_text(newest.kimg)} kimg"))
    if run.kind == "metrics" or run.metric is not None:
        buttons.append(("Results", "list", "plain", "Networks by figures as a table, curves over time, CSV"))
    if newest is not None:
        buttons.append(("Resume from", "git-branch", "plain", "Start another run from this one's newest network"))
    if resumes:
        buttons.append(("Resume", "arrow-clockwise", "primary", "Go on in the same folder, exactly where it was"))
    if run.live:
        buttons.append(("Stop", "stop", "danger", STOPPING[run.kind].before))
    chip = ui.measure(look.word, t.small) + ui.measure(ui.icon(look.glyph), 10) + t.px(30)
    more = f"and {others} more" if others else ""
    rest = w - chip - (ui.measure(more, t.small) + t.px(12) if more else 0)
    glyph_only = sum(ui.measure(name) + t.px(46) for name, *_ in buttons) > rest * 0.62
    widths = [t.px(28) if glyph_only else ui.measure(name) + t.px(38) for name, *_ in buttons]
    rest -= sum(widths) + t.px(8) * len(widths)
    x = a.x + ui.draw(ui.ellipsis(run.name, rest, 16, "bold"), a.x, a.y, "text", 16, "bold", height=h) + t.px(12)
    imgui.set_cursor_screen_pos(V(x, a.y + t.px(2)))
    ui.chip(look.word, look.token, look.glyph)
    if more:
        ui.draw(more, x + chip, a.y, "faint", t.small, height=h)
    x = a.x + w - sum(widths) - t.px(8) * (len(widths) - 1)
    for (name, glyph, kind, hint), width in zip(buttons, widths, strict=True):
        imgui.set_cursor_screen_pos(V(x, a.y + t.px(2)))
        text = "" if glyph_only else name
        if ui.button(text, glyph, kind, width=width, hint=f"{name}: {hint}" if glyph_only else hint, id_=f"##{name}"):  # type: ignore[arg-type]
            scene = _pressed(scene, name, run, newest)
        x += width + t.px(8)
    imgui.set_cursor_screen_pos(a)
    imgui.dummy(V(w, t.px(32)))
    return scene


def _pressed(scene: Scene, name: str, run: Run, newest: Snapshot | None) -> Scene:
    match name:
        case "Explore newest" if newest is not None:
            return put(scene, "view.workspace", "explore").request(OpenNetwork(newest.path))
        case "Results":
            return scene.request(ShowResults(run.folder))
        case "Resume from" if newest is not None:
            return scene.request(TrainWith("resume", newest.path))
        case "Resume":
            return scene.request(ResumeRun(run))
        case _:
            return scene.request(StopRun(run))


@cached
def _trouble(scene: Scene, facts: Facts, run: Run, last: tuple[str, ...]) -> Scene:
    """Draw the error with the last log lines, or why parts of the folder cannot be read."""
    failed, line = run.state == "failed", t.px(16)
    text = run.error or {
        "failed": "It ended with an error.",
        "lost": "It ended without a word: its process is gone.",
    }.get(run.state, run.problem)
    token = "bad" if failed else "warn"
    p, w = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    cause = f"{run.cause.capitalize()}." if run.cause else ""
    left, bold = p.x + t.px(34), ui.measure(cause, weight="bold") + t.px(8) if cause else 0.0
    lines = ui.lines_of(text, p.x + w - t.px(12) - left)
    beside = bold + ui.measure(text) <= p.x + w - t.px(12) - left
    top = t.px(34) if beside else t.px(16) + t.px(18) * (len(lines) + bool(cause))
    h = top + (len(last) * line + t.px(8) if last else 0)
    ui.fill(p, V(p.x + w, p.y + h), "raised", 1, t.radius_card)
    ui.fill(p, V(p.x + w, p.y + h), token, 0.14, t.radius_card)
    ui.fill(V(p.x, p.y + t.px(6)), V(p.x + t.px(3), p.y + h - t.px(6)), token)
    ui.draw(ui.filled("warning-circle"), p.x + t.px(14), p.y, token, 12, height=t.px(34))
    ui.draw(cause, left, p.y, "text", weight="bold", height=t.px(34))
    imgui.dummy(V(w, h))
    if beside:
        ui.draw(text, left + bold, p.y, "text", height=t.px(34))
    for k, one in enumerate(() if beside else lines):
        ui.draw(one, left, p.y + t.px(8) + t.px(18) * (k + bool(cause)), "text", height=t.px(18))
    for k, one in enumerate(last):
        y = p.y + top - t.px(2) + k * line
        ui.draw(
            ui.ellipsis(one[:300], w - t.px(50), t.small, "mono"),
            p.x + t.px(34),
            y,
            "dim",
            t.small,
            "mono",
            height=line,
        )
    ui.space(8)
    return scene


HEIGHT, LEAST = 56, 126
"""Height and minimum width of a tile, in design lengths."""


@dataclass(frozen=True)
class Tile:
    """One figure."""

    name: str
    value: str
    note: str = ""
    hint: str = ""


def figures(run: Run, record: RunRecord) -> tuple[Tile, ...]:
    """Return the tiles of a run."""
    unit = run.unit if run.unit == "kimg" else run.unit.capitalize()
    hint = "Pictures shown to the discriminator, in thousands" if run.unit == "kimg" else "Done so far"
    found = [Tile(unit, done_text(run), f"of {kimg_text(run.total)}" if run.total else "", hint)]
    if (metric := _metric(run, record)) is not None:
        found.append(metric)
    pace = pace_number(run.seconds_per_unit) if run.seconds_per_unit else "–"
    found.append(Tile("Speed", pace, f"s / {run.one}" if run.seconds_per_unit else "", "Newest"))
    if (p := record.newest.get("Progress/augment")) is not None:
        target = run.spec.get("target")
        fits = run.spec.get("aug", "ada") == "ada" and isinstance(target, int | float)
        hint = (
            "Probability of augmentations; it is raised while r_t, the discriminator's confidence, is above the target"
        )
        found.append(
            Tile("ADA p", f"{p:.2f}" if p < 0.995 or p > 1 else "1", f"target {target:.2f}" if fits else "", hint)
        )
    found.append(_left(run))
    if (memory := _memory(record)) is not None:
        found.append(memory)
    return tuple(found)


def _metric(run: Run, record: RunRecord) -> Tile | None:
    """Return the newest result of the run's first metric, and its change since the previous one."""
    if run.metric is not None:
        name, value = run.metric
    elif record.metrics:
        name = record.metrics[0]
        value = record.results[name][-1][1]
    else:
        return None
    before = [point for point in record.results.get(name, ()) if point[1] == point[1]][-2:]
    note = ""
    if len(before) == 2:
        step = before[1][1] - before[0][1]
        note = f"{'+' if step > 0 else '−'}{metric_value(abs(step))} since {kimg_text(before[0][0])}"
    return Tile(metric_name(name), metric_value(value), note, "Newest result")


def _left(run: Run) -> Tile:
    """Return the remaining time and the expected end."""
    if run.live and run.eta_s is not None:
        done = moment(run.updated + run.eta_s, run.updated) if run.updated else ""
        return Tile("Left", duration(run.eta_s), done, "Time until it is done, if it goes on at this pace")
    if run.live:
        return Tile("Left", "–", "", "Not known yet")
    ended = moment(run.updated, run.updated) if run.updated else "–"
    return Tile("Ended", ended, "", "When it wrote its last word")


def _memory(record: RunRecord) -> Tile | None:
    gpu, cpu = record.newest.get("Resources/peak_gpu_mem_gb", 0.0), record.newest.get("Resources/cpu_mem_gb", 0.0)
    if gpu > 0:
        return Tile("GPU", f"{gpu:.1f}", "GB at most", "Memory of the GPU that was taken at most since the last tick")
    return (
        Tile("Memory", f"{cpu:.2f}" if cpu < 10 else f"{cpu:.1f}", "GB", "Memory of its process") if cpu > 0 else None
    )


@cached
def draw_figures(scene: Scene, facts: Facts, cards: tuple[Tile, ...]) -> Scene:
    """Draw the tiles in one row, as many as fit."""
    p, width, gap, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(8), t.px(HEIGHT)
    count = max(1, min(len(cards), int((width + gap) // (t.px(LEAST) + gap))))
    each = (width - gap * (count - 1)) / count
    for k, card in enumerate(cards[:count]):
        a = V(p.x + k * (each + gap), p.y)
        imgui.set_cursor_screen_pos(a)
        imgui.dummy(V(each, h))
        ui.tip(f"{card.name}: {card.value} {card.note}".strip() + (f"\n{card.hint}" if card.hint else ""))
        ui.fill(a, V(a.x + each, a.y + h), "raised", 1, t.radius_card)
        ui.draw(ui.ellipsis(card.name, each - t.px(24), t.small), a.x + t.px(12), a.y + t.px(8), "dim", t.small)
        shown = ui.ellipsis(card.value, each - t.px(20), 17, "bold")
        used = ui.draw(shown, a.x + t.px(12), a.y + t.px(24), "text", 17, "bold")
        room = each - used - t.px(26)
        if card.note and ui.measure(card.note, t.small) <= room:
            ui.draw(card.note, a.x + t.px(18) + used, a.y + t.px(30), "faint", t.small)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    return scene


@cached
def spec_table(scene: Scene, facts: Facts, rows: tuple[tuple[str, str], ...]) -> Scene:
    """Draw the options of a run as a table."""
    ui.heading("Options")
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(20)
    fitting = int(imgui.get_content_region_avail().y // h)
    for k, (name, value) in enumerate(rows[:fitting]):
        y = p.y + k * h
        ui.draw(ui.ellipsis(name, t.px(120)), p.x, y, "dim", height=h)
        ui.draw(ui.ellipsis(value, width - t.px(140)), p.x + t.px(130), y, "text", height=h)
    imgui.dummy(V(width, h * len(rows[:fitting])))
    return scene
