"""Modal dialogs of the window: shortcuts, command palette, settings, about and others. One at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.commands import palette, shortcut_list
from viz.files import browse_dialog, browse_purposes, leaving_dialog, save_dialog
from viz.runs import results_dialog
from viz.runs.new_dataset import state as dataset_form
from viz.runs.new_run.actions import WIDTH as NEW_RUN_WIDTH
from viz.shell import settings_dialog
from viz.start import get_more
from viz.state.facts import Facts
from viz.state.interaction import Dialog
from viz.state.scene import Command, Scene, ShowDialog
from viz.timeline import export_dialog
from viz.ui import theme
from viz.ui import widgets as ui

TITLES = {
    "help": "Keyboard shortcuts",
    "about": "About StyleScope",
    "commands": "Every command",
    "settings": "Settings",
    "export": "Export film",
    "new-run": "New run",
    dataset_form.NAME: dataset_form.TITLE,
    "results": "Metric results",
    get_more.NAME: get_more.TITLE,
    leaving_dialog.NAME: leaving_dialog.TITLE,
    **save_dialog.TITLES,
}
_WIDTHS = {
    "help": 560,
    "about": 460,
    "commands": 680,
    "settings": 420,
    "export": 480,
    "new-run": NEW_RUN_WIDTH,
    dataset_form.NAME: dataset_form.WIDTH,
    "results": results_dialog.WIDTH,
    get_more.NAME: get_more.WIDTH,
    leaving_dialog.NAME: leaving_dialog.WIDTH,
    **dict.fromkeys(save_dialog.TITLES, 560),
}


def _start_new_run(scene: Scene, facts: Facts) -> None:
    from viz.runs.new_run import dialog

    dialog.start(scene, facts)


def _draw_new_run(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    from viz.runs.new_run import dialog

    return dialog.draw(scene, facts)


def _new_run_waits(facts: Facts) -> bool:
    from viz.runs.new_run import dialog

    return dialog.waits(facts)


def _unwritten(facts: Facts) -> bool:
    from viz.runs.new_run import dialog

    return dialog.unwritten(facts)


def _start_new_dataset(scene: Scene, facts: Facts) -> None:
    from viz.runs.new_dataset import dialog

    dialog.start(scene, facts)


def _draw_new_dataset(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    from viz.runs.new_dataset import dialog

    return dialog.draw(scene, facts)


@dataclass
class _Shown:
    """Names of the dialogs that were shown since the window opened."""

    names: set[str] = field(default_factory=set)


_STARTS: dict[str, Callable[[Scene, Facts], None]] = {
    "commands": lambda scene, facts: palette.start(facts),
    "export": export_dialog.start,
    "new-run": _start_new_run,
    dataset_form.NAME: _start_new_dataset,
    "results": results_dialog.start,
    get_more.NAME: get_more.start,
}
"""Functions called when a dialog opens. Those of large forms are imported then."""
_DRAWS: dict[str, Callable[[Scene, Facts], tuple[Scene, bool]]] = {
    "export": export_dialog.draw,
    "new-run": _draw_new_run,
    dataset_form.NAME: _draw_new_dataset,
    "results": results_dialog.draw,
    get_more.NAME: get_more.draw,
    leaving_dialog.NAME: leaving_dialog.draw,
}
"""Dialogs that report when they are done."""
_WAITING: dict[str, Callable[[Facts], bool]] = {"new-run": _new_run_waits, dataset_form.NAME: dataset_form.waits}
"""Dialogs that a file browser may hide."""


def known(name: str) -> bool:
    """Return True if `ShowDialog` can open a dialog of this name."""
    return name in TITLES or name in browse_purposes.MODES


def show(scene: Scene, facts: Facts, wanted: ShowDialog) -> Scene:
    """Return the scene with a dialog open. Raises KeyError for an unknown name."""
    name = wanted.name
    if name in browse_purposes.MODES:
        browse_dialog.show(scene, facts, name, wanted.take)
        return scene
    if not known(name):
        raise KeyError(f"no dialog is named {name!r}")
    facts.scratch.get(_Shown).names.add(name)
    if name in _STARTS:
        _STARTS[name](scene, facts)
    if name in save_dialog.TITLES:
        save_dialog.start(scene, facts, name, wanted.take)
    return scene.interacting(dialog=Dialog(name, fresh=True))


_ANY = imgui.PopupFlags_.any_popup_id | imgui.PopupFlags_.any_popup_level


def is_open(scene: Scene, facts: Facts) -> bool:
    """Return True while a dialog has the keyboard."""
    return bool(scene.interaction.dialog.name) or browse_dialog.is_open(facts) or imgui.is_popup_open("", _ANY)


def leaves_escape(scene: Scene, facts: Facts) -> bool:
    """Return True while a field has the keyboard that leaves Esc to its dialog.

    That is a field that its dialog is for, and one that a form begins with, until something was typed.
    """
    name = scene.interaction.dialog.name
    return name in ("commands", *save_dialog.TITLES) or (name == "new-run" and _unwritten(facts))


def close(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Return the scene without an open dialog, and True if one was open."""
    was = bool(scene.interaction.dialog.name)
    return scene.interacting(dialog=Dialog()), browse_dialog.close(facts) or was


def draw(scene: Scene, facts: Facts, commands: Mapping[str, Command]) -> Scene:
    """Draw the open dialog."""
    scene = browse_dialog.draw(scene, facts)
    if not browse_dialog.is_open(facts) and not scene.interaction.dialog.name:
        shown = facts.scratch.get(_Shown).names
        waiting = next((name for name, waits in _WAITING.items() if name in shown and waits(facts)), "")
        scene = show(scene, facts, ShowDialog(waiting)) if waiting else scene  # the file browser was cancelled
    opened = scene.interaction.dialog
    if not opened.name:
        return scene
    name, p = opened.name, theme.current.px
    title = f"{TITLES[name]}###dialog-{name}"
    if opened.fresh:
        imgui.open_popup(title)
        opened = Dialog(name)
        scene = scene.interacting(dialog=opened)
    view = imgui.get_main_viewport()
    size = V(min(p(_WIDTHS[name]), view.size.x - p(40)), 0)
    top = view.pos.y + p(72)
    imgui.set_next_window_pos(V(view.pos.x + view.size.x / 2, top), imgui.Cond_.always, V(0.5, 0))
    imgui.set_next_window_size(size)
    imgui.set_next_window_size_constraints(V(size.x, 0), V(size.x, max(view.size.y - p(72) - p(40), p(120))))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(p(16), p(14)))
    imgui.push_style_var(imgui.StyleVar_.window_rounding, p(theme.current.radius_card))
    flags = imgui.WindowFlags_.no_resize | imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_saved_settings
    flags |= imgui.WindowFlags_.no_title_bar
    visible, _ = imgui.begin_popup_modal(title, True, flags)
    if visible:
        draws: dict[str, Callable[[], Scene]] = {
            "help": lambda: shortcut_list.draw(scene, commands),
            "about": lambda: about(scene),
            "commands": lambda: palette.draw(scene, facts, commands),
            "settings": lambda: settings_dialog.draw(scene, facts),
        }
        before, done = scene, False
        if name in _DRAWS:
            scene, done = _DRAWS[name](scene, facts)
        elif name in save_dialog.TITLES:
            scene, done = save_dialog.draw(scene, facts, name)
        else:
            scene = draws[name]()
        away = imgui.is_mouse_clicked(imgui.MouseButton_.left) and not imgui.is_window_hovered(
            imgui.HoveredFlags_.root_and_child_windows | imgui.HoveredFlags_.allow_when_blocked_by_active_item
        )
        chosen = done or (name == "commands" and scene is not before)
        if (away and not imgui.is_window_appearing()) or chosen:
            imgui.close_current_popup()
            scene = scene.interacting(dialog=Dialog())
        imgui.end_popup()
    else:
        scene = scene.interacting(dialog=Dialog())  # closed by Dear ImGui
    imgui.pop_style_var(2)
    return scene


_TEXT = (
    "Explore, edit and train style-based generators: StyleGAN 1, 2, 2-ADA, 3-T and 3-R.",
    "StyleScope is free software under the Apache License 2.0. It reads networks without ever running code from them.",
    "Fonts: Inter 4 (SIL Open Font License 1.1), Phosphor Icons 2 (MIT). "
    "Window: Dear ImGui and ImPlot through Dear ImGui Bundle (MIT). Networks run on PyTorch (BSD).",
)


def about(scene: Scene) -> Scene:
    """Draw the text; returns the scene unchanged."""
    ui.label("StyleScope", "text", 17, "bold", height=32)
    ui.label(f"Version {_version()}", "faint", height=22)
    for paragraph in _TEXT:
        ui.space(8)
        ui.wrapped(paragraph)
    imgui.spacing()
    return scene


def _version() -> str:
    try:
        return version("stylescope")
    except PackageNotFoundError:
        return "from source"
