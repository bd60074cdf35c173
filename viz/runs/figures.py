"""The figures of a run, as tiles worth reading from afar; and what it was asked for."""

from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from training_launcher.run import Run
from viz.runs.follower import Told
from viz.runs.text import duration, metric_name, metric_value, moment, pace_number
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

HEIGHT, LEAST = 56, 126
"""Height and least width of a tile, design lengths."""


@dataclass(frozen=True)
class Tile:
    """One figure."""

    name: str
    value: str
    note: str = ""
    hint: str = ""


def figures(run: Run, told: Told) -> tuple[Tile, ...]:
    """What the tiles say of a run."""
    unit = run.unit if run.unit == "kimg" else run.unit.capitalize()
    hint = "Pictures shown to the discriminator, in thousands" if run.unit == "kimg" else "Done so far"
    found = [Tile(unit, kimg_text(int(run.done)), f"of {kimg_text(run.total)}" if run.total else "", hint)]
    if (metric := _metric(run, told)) is not None:
        found.append(metric)
    pace = pace_number(run.seconds_per_unit) if run.seconds_per_unit else "–"
    found.append(Tile("Speed", pace, f"s / {run.one}" if run.seconds_per_unit else "", "Time that it takes, newest"))
    if (p := told.newest.get("Progress/augment")) is not None:
        target = run.spec.get("target")
        fits = run.spec.get("aug", "ada") == "ada" and isinstance(target, int | float)
        hint = (
            "Probability of augmentations; it is raised while r_t, the discriminator's confidence, is above the target"
        )
        found.append(
            Tile("ADA p", f"{p:.2f}" if p < 0.995 or p > 1 else "1", f"target {target:.2f}" if fits else "", hint)
        )
    found.append(_left(run))
    if (memory := _memory(told)) is not None:
        found.append(memory)
    return tuple(found)


def _metric(run: Run, told: Told) -> Tile | None:
    """The newest result of the run's first metric, and what it gained or lost since the one before."""
    if run.metric is not None:
        name, value = run.metric
    elif told.metrics:
        name = told.metrics[0]
        value = told.results[name][-1][1]
    else:
        return None
    before = [point for point in told.results.get(name, ()) if point[1] == point[1]][-2:]
    note = ""
    if len(before) == 2:
        step = before[1][1] - before[0][1]
        note = f"{'+' if step > 0 else '−'}{metric_value(abs(step))} since {kimg_text(before[0][0])}"
    return Tile(metric_name(name), metric_value(value), note, "Newest result")


def _left(run: Run) -> Tile:
    """How long it still takes, and when it will be done."""
    if run.live and run.eta_s is not None:
        done = moment(run.updated + run.eta_s, run.updated) if run.updated else ""
        return Tile("Left", duration(run.eta_s), done, "Time until it is done, if it goes on at this pace")
    if run.live:
        return Tile("Left", "–", "", "Not known yet")
    ended = moment(run.updated, run.updated) if run.updated else "–"
    return Tile("Ended", ended, "", "When it wrote its last word")


def _memory(told: Told) -> Tile | None:
    gpu, cpu = told.newest.get("Resources/peak_gpu_mem_gb", 0.0), told.newest.get("Resources/cpu_mem_gb", 0.0)
    if gpu > 0:
        return Tile("GPU", f"{gpu:.1f}", "GB at most", "Memory of the GPU that was taken at most since the last tick")
    return (
        Tile("Memory", f"{cpu:.2f}" if cpu < 10 else f"{cpu:.1f}", "GB", "Memory of its process") if cpu > 0 else None
    )


def draw(scene: Scene, facts: Facts, cards: tuple[Tile, ...]) -> Scene:
    """The tiles in one row, as many as there is room for."""
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


def spec(scene: Scene, facts: Facts, rows: tuple[tuple[str, str], ...]) -> Scene:
    """What a run was asked for, option by option."""
    ui.heading("Asked for")
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(20)
    fitting = int(imgui.get_content_region_avail().y // h)
    for k, (name, value) in enumerate(rows[:fitting]):
        y = p.y + k * h
        ui.draw(ui.ellipsis(name, t.px(120)), p.x, y, "dim", height=h)
        ui.draw(ui.ellipsis(value, width - t.px(140)), p.x + t.px(130), y, "text", height=h)
    imgui.dummy(V(width, h * len(rows[:fitting])))
    return scene
