"""Window "Run": the run in focus: what it is, where it stands, its figures and its curves."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from training_launcher.run import Run
from viz.runs import curves_section, figures, focus
from viz.runs.focus import Look
from viz.runs.menu import can_resume
from viz.runs.text import LOOKS
from viz.state.facts import Facts, Snapshot
from viz.state.params import put
from viz.state.scene import OpenNetwork, ResumeRun, Scene, ShowResults, StartFrom, StopRun
from viz.ui import notifications
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.theme import current as t

_LAST_LINES = 6
_figures, _spec = cached(figures.draw), cached(figures.spec)


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    a = imgui.get_cursor_screen_pos()
    look = focus.look(facts, scene.document.network.source)
    if look.run is None:
        text = "Its figures and curves are shown here while it learns"
        ui.empty_state("chart-line", "No run is chosen", text)
    else:
        scene = _shown(scene, facts, look, look.run)
    return _strips(scene, facts, a) if notifications.present(facts) else scene


def _shown(scene: Scene, facts: Facts, look: Look, run: Run) -> Scene:
    """What there is of a run."""
    newest = look.listing.snapshots[-1] if look.listing.snapshots else None
    resumes = can_resume(run, look.listing)
    scene = _header(scene, facts, run, newest, len(look.runs) - 1, resumes)
    if run.state in ("failed", "lost") or run.problem:
        last = look.told[0].log.lines[-_LAST_LINES:] if run.state == "failed" else ()
        scene = _trouble(scene, facts, run, last)
    scene = _figures(scene, facts, figures.figures(run, look.told[0]))
    ui.space(8)
    return _body(scene, facts, look, run)


def _body(scene: Scene, facts: Facts, look: Look, run: Run) -> Scene:
    """Curves; for runs that measure nothing, what was asked for."""
    told = look.told[0]
    if run.kind in ("train", "metrics") or told.stats or told.metrics:
        return curves_section.draw(scene, facts, look)
    spec = tuple((str(name), str(value)) for name, value in run.spec.items() if value not in (None, "", (), []))
    return _spec(scene, facts, spec)


def _strips(scene: Scene, facts: Facts, corner: V) -> Scene:
    """Messages, over the figures: what moves out of their way would move away under the mouse."""
    imgui.set_cursor_screen_pos(V(corner.x, corner.y + t.px(34)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), t.px(6)))
    imgui.begin_child("strips", V(0, 0), imgui.ChildFlags_.auto_resize_y, imgui.WindowFlags_.no_scrollbar)
    scene = notifications.draw(scene, facts)
    imgui.end_child()
    imgui.pop_style_var()
    return scene


@cached
def _header(scene: Scene, facts: Facts, run: Run, newest: Snapshot | None, others: int, resumes: bool) -> Scene:
    """Name and state at the left, what can be done at the right."""
    a, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(28)
    look = LOOKS[run.state]
    buttons: list[tuple[str, str, str, str]] = []
    if newest is not None:
        buttons.append(("Explore newest", "eye", "plain", f"Draw with the network of {newest.kimg:.0f} kimg"))
    if run.kind == "metrics" or run.metric is not None:
        buttons.append(("Results", "list", "plain", "Networks by figures as a table, curves over time, CSV"))
    if newest is not None:
        buttons.append(("Resume from", "git-branch", "plain", "Start another run from this one's newest network"))
    if resumes:
        buttons.append(("Resume", "arrow-clockwise", "primary", "Go on in the same folder, exactly where it was"))
    if run.live:
        buttons.append(("Stop", "stop", "danger", "Let it save a snapshot and end; it can be resumed"))
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
            return put(scene, "view.workspace", "explore").ask(OpenNetwork(newest.path))
        case "Results":
            return scene.ask(ShowResults(run.folder))
        case "Resume from" if newest is not None:
            return scene.ask(StartFrom(newest.path))
        case "Resume":
            return scene.ask(ResumeRun(run))
        case _:
            return scene.ask(StopRun(run))


@cached
def _trouble(scene: Scene, facts: Facts, run: Run, last: tuple[str, ...]) -> Scene:
    """Why it failed, in a sentence, over the last lines of its log; or what of its folder cannot be read."""
    failed, line = run.state == "failed", t.px(16)
    text = run.error or {
        "failed": "It ended with an error.",
        "lost": "It ended without a word: its process is gone.",
    }.get(run.state, run.problem)
    token = "bad" if failed else "warn"
    p, w = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    h = t.px(34) + (len(last) * line + t.px(8) if last else 0)
    ui.fill(p, V(p.x + w, p.y + h), "raised", 1, t.radius_card)
    ui.fill(p, V(p.x + w, p.y + h), token, 0.14, t.radius_card)
    ui.fill(V(p.x, p.y + t.px(6)), V(p.x + t.px(3), p.y + h - t.px(6)), token)
    x = p.x + t.px(14)
    x += ui.draw(ui.filled("warning-circle"), x, p.y, token, 12, height=t.px(34)) + t.px(8)
    if run.cause:
        x += ui.draw(f"{run.cause.capitalize()}.", x, p.y, "text", weight="bold", height=t.px(34)) + t.px(8)
    imgui.dummy(V(w, h))
    shown = ui.ellipsis(text, p.x + w - t.px(12) - x)
    ui.draw(shown, x, p.y, "text", height=t.px(34))
    for k, one in enumerate(last):
        y = p.y + t.px(32) + k * line
        ui.draw(
            ui.ellipsis(one[:300], w - t.px(50), t.small, "mono"),
            p.x + t.px(34),
            y,
            "dim",
            t.small,
            "mono",
            height=line,
        )
    if shown != text:
        ui.tip(text)
    ui.space(8)
    return scene
