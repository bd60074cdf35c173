"""Context menu of a run's card, and the confirmation of moving a run to the trash."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.bundled import RECORDED_RUNS
from training_launcher.run import Run
from viz.runs.actions import ResumeRun, StopRun, TrashRun
from viz.runs.data import RUN_FILES
from viz.runs.listing import Listing
from viz.runs.new_run.actions import Duplicate
from viz.runs.selection import choosing
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.actions import RevealFolder
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

_QUESTION = "Move to trash###trash-run"


def can_resume(run: Run, listing: Listing) -> bool:
    """Return True if the run can be resumed."""
    if run.kind == "fit":
        return run.state in ("stopped", "failed", "lost") and bool(run.spec)
    return listing.resumable and run.kind == "train" and run.state in ("stopped", "failed", "lost") and not run.official


def actions(facts: Facts, run: Run) -> tuple[tuple[str, str, Glyph], ...]:
    """Return the available actions: (id, name, icon)."""
    listing = facts.services[RUN_FILES].listing(run.folder)
    found: list[tuple[str, str, Glyph]] = []
    if run.live:
        found.append(("stop", "Stop", "stop"))
    if can_resume(run, listing):
        found.append(("resume", "Resume", "arrow-clockwise"))
    if run.kind in ("train", "metrics") and run.spec and not run.official:
        found.append(("duplicate", "Duplicate with changes…", "copy"))
    found += [("reveal", "Open folder", "folder-open"), ("copy", "Copy path", "link-simple")]
    if not run.live and not run.folder.startswith(str(RECORDED_RUNS)):  # that belongs to the program
        found.append(("trash", "Move to trash…", "trash"))
    return tuple(found)


def act(scene: Scene, facts: Facts, run: Run, action: str) -> Scene:
    """Apply one of `actions`."""
    match action:
        case "stop":
            return scene.request(StopRun(run))
        case "resume":
            return scene.request(ResumeRun(run))
        case "duplicate":
            return scene.request(Duplicate(run))
        case "reveal":
            return scene.request(RevealFolder(run.folder))
        case "copy":
            ui.copy_text(run.folder)
        case "trash":
            scene = choosing(scene, trashing=run)
    return scene


def popup(scene: Scene, facts: Facts, run: Run) -> Scene:
    """Draw the menu of a card, opened by `imgui.open_popup("menu")`."""
    imgui.set_next_window_size(V(t.px(210), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    opened = imgui.begin_popup("menu")
    imgui.pop_style_var()
    if not opened:
        return scene
    for action, name, glyph in actions(facts, run):
        if ui.list_row(action, name, glyph=glyph):
            scene = act(scene, facts, run, action)
            imgui.close_current_popup()
    imgui.end_popup()
    return scene


def question(scene: Scene, facts: Facts) -> Scene:
    """Ask for confirmation before a run is moved to the trash. Call once a frame in the list's window."""
    run = scene.interaction.runs.trashing
    if run is None:
        return scene
    if not imgui.is_popup_open(_QUESTION):
        imgui.open_popup(_QUESTION)
    view = imgui.get_main_viewport()
    imgui.set_next_window_pos(V(view.pos.x + view.size.x / 2, view.pos.y + t.px(120)), imgui.Cond_.always, V(0.5, 0))
    imgui.set_next_window_size(V(t.px(420), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(16), t.px(14)))
    flags = imgui.WindowFlags_.no_resize | imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_title_bar
    shown, _ = imgui.begin_popup_modal(_QUESTION, None, flags | imgui.WindowFlags_.no_saved_settings)
    imgui.pop_style_var()
    if not shown:
        return scene
    ui.label("Move this run to the trash?", "text", 15, "bold", height=30)
    ui.wrapped(
        f"{run.name} with its snapshots, pictures and figures. The desktop's trash keeps it until it is emptied."
    )
    ui.space(10)
    if ui.button("Move to trash", "trash", "danger", id_="##trash"):
        scene = choosing(scene.request(TrashRun(run)), trashing=None)
    imgui.same_line(0, t.px(8))
    if ui.button("Keep it", id_="##keep") or imgui.is_key_pressed(imgui.Key.escape, False):
        scene = choosing(scene, trashing=None)
    if scene.interaction.runs.trashing is None:
        imgui.close_current_popup()
    imgui.end_popup()
    return scene
