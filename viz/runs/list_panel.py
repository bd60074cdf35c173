"""Window "Runs": a card for every run, and the log of the focused one below."""

import time

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from training_launcher.run import Run
from viz.gl.image_cache import IMAGE_CACHE, Held
from viz.runs import focus, log_view, menu
from viz.runs.data import RUN_FILES
from viz.runs.selection import KINDS, choosing, chosen, chosen_alone, shown, toggled
from viz.runs.text import KIND_GLYPHS, LOOKS, metric_name, metric_value, outcome, pace_text, progress_text, share
from viz.state.facts import Facts
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.theme import current as t

CARD, THUMB = 66, 46
"""Height of a card and side of its image, in design lengths."""
LOG_SHARE, LOG_LEAST = 0.24, 150
_KIND_HINTS = (
    "Every run",
    "Runs that train a network",
    "Runs that measure networks",
    "Films and figures",
    "Photos that are fitted",
    "Datasets being made",
)
NEW_RUN = "new-run"
"""Name of the dialog that starts a run."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole panel."""
    facts.services[IMAGE_CACHE].take()
    look = focus.look(scene, facts)
    scene = _head(scene, facts)
    room = imgui.get_content_region_avail()
    log = max(t.px(LOG_LEAST), room.y * LOG_SHARE) if look.run is not None else 0.0
    log = log if log_view.is_open(facts) else t.px(28)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), 0))
    if imgui.begin_child("list", V(0, max(t.px(CARD), room.y - log - t.px(4))), imgui.ChildFlags_.nav_flattened):
        scene = _list(scene, facts)
    imgui.end_child()
    imgui.pop_style_var()
    scene = menu.question(scene, facts)
    return log_view.draw(scene, facts, look) if look.run is not None else scene


@cached
def _head(scene: Scene, facts: Facts) -> Scene:
    """Draw the kinds of runs, and the button for a new run."""
    now, width = scene.interaction.runs.kind, imgui.get_content_region_avail().x
    room = ui.measure("New run", weight="bold") + t.px(34)
    kind = ui.segmented("kinds", KINDS, now, width=min(t.px(330), width - room - t.px(8)), hints=_KIND_HINTS)
    scene = choosing(scene, kind=kind)
    imgui.same_line(0, 0)
    p = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(V(p.x + imgui.get_content_region_avail().x - room, p.y))
    hint = "Train a network, or measure one"
    if ui.button("New run", "plus", "primary", width=room, hint=hint, keys="Ctrl+Shift+N", id_="##new"):
        scene = scene.request(ShowDialog(NEW_RUN))
    ui.space(6)
    return scene


def _list(scene: Scene, facts: Facts) -> Scene:
    runs = shown(scene, facts)
    if not runs:
        return _empty(scene, facts)
    picked = tuple(run.folder for run in chosen(scene, facts))
    hour = int(time.time() // 3600)
    clipper = imgui.ListClipper()
    clipper.begin(len(runs), t.px(CARD))
    while clipper.step():
        for k in range(clipper.display_start, clipper.display_end):
            run = runs[k]
            scene = _kept_card(scene, facts, run, picked.index(run.folder) if run.folder in picked else None, hour)
    return scene


def _empty(scene: Scene, facts: Facts) -> Scene:
    """Draw the empty state: a description and the next step."""
    if facts.runs:
        kind = KINDS[scene.interaction.runs.kind].lower()
        ui.empty_state("flag", "None of this kind", f"Runs of the kind “{kind}” appear here")
        return scene
    text = "Training and measuring appears here, and goes on when the window is closed"
    if ui.empty_state("flag", "No runs yet", text, "New run"):
        scene = scene.request(ShowDialog(NEW_RUN))
    return scene


def _kept_card(scene: Scene, facts: Facts, run: Run, place: int | None, hour: int) -> Scene:
    """Draw one card; `place` is its index in the selection, `hour` the current hour since 1970."""
    listing = facts.services[RUN_FILES].listing(run.folder)
    held = facts.services[IMAGE_CACHE].first_tile(listing.grids[-1].path) if listing.grids else None
    imgui.push_id(ui.drawable(run.folder))
    scene = _card(scene, facts, run, place, hour, held)
    imgui.pop_id()
    return scene


@cached
def _card(scene: Scene, facts: Facts, run: Run, place: int | None, hour: int, held: Held | None) -> Scene:
    a, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(CARD)
    clicked = ui.hit(f"##{run.name}", V(w, h))
    if clicked:
        scene = choosing(scene, folders=tuple(one.folder for one in chosen(scene, facts)))
        scene = (toggled if imgui.get_io().key_ctrl else chosen_alone)(scene, run.folder)
    q, inner = V(a.x + w, a.y + h - t.px(2)), a.y + t.px(9)
    if place is not None or imgui.is_item_hovered():
        ui.fill(a, q, "accent" if place is not None else "raised", 0.12 if place is not None else 1, t.radius_card)
    if place == 0:
        ui.fill(V(a.x, a.y + t.px(8)), V(a.x + t.px(3), q.y - t.px(6)), "accent", 1, 2)
    ui.focus_ring()
    _tip(run)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        imgui.open_popup("menu")
    _thumb(V(a.x + t.px(12), inner), run, held)
    _texts(a.x + t.px(24 + THUMB), a.x + w - t.px(12), a.y, run, place == 0, hour * 3600.0)
    return menu.popup(scene, facts, run)


def _tip(run: Run) -> None:
    """Draw the tooltip with details that do not fit the card."""
    lines = [run.name, "Click: look at it    Ctrl+click: beside the others    Right click: more"]
    lines += [one for one in (run.device and f"On {run.device}", run.error, run.problem, run.last_line) if one]
    ui.tip("\n".join(line if len(line) < 110 else f"{line[:110]}…" for line in lines))


def _thumb(p: V, run: Run, held: Held | None) -> None:
    """Draw the newest image of the run, or the icon of its kind."""
    side = t.px(THUMB)
    if held is not None and held.texture is not None:
        ui.picture(held.texture.id, (0, 0, 1, 1), p, side, t.radius)
        return
    ui.fill(p, V(p.x + side, p.y + side), "raised")
    ui.draw(ui.icon(KIND_GLYPHS[run.kind]), p.x + side / 2, p.y, "dim", 18, align=0.5, height=side)


def _texts(x: float, end: float, y: float, run: Run, first: bool, now: float) -> None:
    """Draw name and metric; state, progress, pace and remaining time; the progress bar."""
    look, name_y, line_y, h, small = LOOKS[run.state], y + t.px(8), y + t.px(27), t.px(16), t.small
    best = f"{metric_name(run.metric[0], short=True)} {metric_value(run.metric[1])}" if run.metric else ""
    room = ui.draw(best, end, name_y, "text" if first else "dim", small, "bold", align=1, height=t.px(18))
    ui.draw(ui.ellipsis(run.name, end - x - room - t.px(10)), x, name_y, "text", height=t.px(18))
    ui.draw((ui.filled if run.state == "running" else ui.icon)(look.glyph), x, line_y, look.token, 10, height=h)
    right, token = outcome(run, now)
    stop = end - ui.draw(right, end, line_y, token, small, align=1, height=h) - t.px(10)
    x1 = x + t.px(16)
    for k, (text, ink) in enumerate(
        (
            (look.word, look.token),
            (progress_text(run), look.token if run.state == "failed" else "dim"),
            (pace_text(run), "faint"),
        )
    ):
        if text and x1 + ui.measure(text, small) <= stop:
            ink = "dim" if k == 0 and run.state in ("running", "starting", "finished") else ink
            x1 += ui.draw(text, x1, line_y, ink, small, height=h) + t.px(12)
    bar = "faint" if run.state in ("stopped", "queued") else look.token
    ui.amount_bar(V(x, y + t.px(50)), V(end, y + t.px(54)), share(run), bar)
