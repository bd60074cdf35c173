"""Dialog that asks before a window closes whose work could not be kept."""

from dataclasses import dataclass
from pathlib import Path

from imgui_bundle import imgui

from viz.files.sessions import FILES
from viz.state.facts import Facts
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.ui import widgets as ui
from viz.ui.theme import current as t

NAME, TITLE, WIDTH = "leaving", "Your work could not be kept", 530


@dataclass(frozen=True)
class CloseWindow(Action):
    """Close the window once its work is kept, or at once."""

    anyway: bool = False

    def run(self, scene: Scene, window: Window) -> None:
        """Begin to close it."""
        window.close_window("anyway" if self.anyway else "kept")


@dataclass(frozen=True)
class SaveAndClose(Action):
    """Save the session to a file, and close the window once that is done."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start writing."""
        window.facts.services[FILES].save_session(scene, window.facts, Path(self.path))
        return scene

    def run(self, scene: Scene, window: Window) -> None:
        """Wait for it."""
        window.close_window("saved")


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the question. Returns the scene, and True once it is answered."""
    ui.label(TITLE, "text", t.title, "bold", height=28)
    keeping = facts.keeping
    reason = f"{keeping.problem}." if keeping.problem else "The disk does not answer."
    ui.wrapped(f"{reason} What you changed since it was last kept is lost if the window closes now.", "text")
    ui.space(2)
    ui.wrapped(keeping.folder, "dim", t.small)
    ui.space(10)
    if ui.button("Save elsewhere…", "floppy-disk", kind="primary", hint="Write the session to another disk or folder"):
        return scene.request(ShowDialog("save-session", SaveAndClose)), True
    imgui.same_line(0, t.px(8))
    if ui.button("Try again", hint="Once there is room again"):
        return scene.request(CloseWindow()), True
    imgui.same_line(0, t.px(8))
    if ui.button("Close without keeping", kind="danger", hint="The newest changes are lost"):
        return scene.request(CloseWindow(anyway=True)), True
    imgui.same_line(0, t.px(8))
    if ui.button("Cancel", keys="Esc", hint="The window stays open"):
        return scene, True
    ui.space(4)
    return scene, False
