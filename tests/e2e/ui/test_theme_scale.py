"""Dear ImGui's style after changes of scale and scheme: the same as if they had never been changed."""

from dataclasses import replace

import pytest
from imgui_bundle import ImVec2, imgui

from tests.e2e.driver import Driver, drive
from viz.state.scene import Scene

pytestmark = pytest.mark.window


def lengths() -> dict[str, float | tuple[float, float]]:
    """Return every length and factor of the style, private ones included, but for those of the frame."""
    style, found = imgui.get_style(), {}
    for name in dir(style):
        value = getattr(style, name)
        if name.startswith(("__", "_next_frame")):
            continue
        if isinstance(value, ImVec2):
            found[name] = (value.x, value.y)
        elif isinstance(value, float):
            found[name] = value
    return found


def with_looks(scale: float, scheme: str):
    """Return the change of a scene that sets scale and scheme."""

    def change(scene: Scene) -> Scene:
        return replace(scene, settings=replace(scene.settings, scale=scale, scheme=scheme))

    return change


def test_changing_scale_and_scheme_back_and_forth_leaves_no_trace():
    def steps(d: Driver) -> None:
        d.change(with_looks(1.25, "dark"))
        d.frames(3)
        before = lengths()
        assert before["_main_scale"] == pytest.approx(1.25, rel=0.01)
        for scale, scheme in ((1.5, "dark"), (2.0, "light"), (0.75, "light"), (1.25, "light"), (1.25, "dark")):
            d.change(with_looks(scale, scheme))
            d.frames(3)
        assert lengths() == before

    drive(steps, size=(1920, 1080))
