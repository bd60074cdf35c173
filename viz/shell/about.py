"""What StyleScope is, its version, and whose work it stands on."""

from importlib.metadata import PackageNotFoundError, version

from imgui_bundle import imgui

from viz.state.scene import Scene
from viz.ui import widgets as ui

_TEXT = (
    "Explore, edit and train style-based generators: StyleGAN 1, 2, 2-ADA, 3-T and 3-R.",
    "StyleScope is free software under the Apache License 2.0. It reads networks without ever running code from them.",
    "Fonts: Inter 4 (SIL Open Font License 1.1), Phosphor Icons 2 (MIT). "
    "Window: Dear ImGui and ImPlot through Dear ImGui Bundle (MIT). Networks run on PyTorch (BSD).",
)


def draw(scene: Scene) -> Scene:
    """The text; it changes nothing."""
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
