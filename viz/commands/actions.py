"""Actions of the window itself."""

from dataclasses import dataclass

from imgui_bundle import hello_imgui

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class ResetLayout(Action):
    """Restore the default panel layout of the current workspace."""

    def run(self, scene: Scene, window: Window) -> None:
        """Reset it in the next frame."""
        hello_imgui.get_runner_params().docking_params.layout_reset = True
