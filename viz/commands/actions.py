"""Actions of the window itself: its layout, and its end."""

from dataclasses import dataclass

from imgui_bundle import hello_imgui

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class ResetLayout(Action):
    """Put the panels of the present workspace back where they belong."""

    def run(self, scene: Scene, window: Window) -> None:
        """Do so in the next frame."""
        hello_imgui.get_runner_params().docking_params.layout_reset = True


@dataclass(frozen=True)
class Quit(Action):
    """Close the window."""

    def run(self, scene: Scene, window: Window) -> None:
        """Close it after this frame."""
        hello_imgui.get_runner_params().app_shall_exit = True
