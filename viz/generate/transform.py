"""Transform: translation and rotation of the input of a StyleGAN3 network."""

from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo, Transform
from viz.state.facts import NO_NETWORK, Facts
from viz.state.params import reset
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.param_rows import play_row, slider_row, switch_row
from viz.ui.theme import current as t

_MOTION = ("orbit", "orbit_speed", "orbit_radius", "turn", "turn_speed")


def summary(transform: Transform, model: ModelInfo | None) -> str:
    """Return `rotate 12°`, `0.10, −0.05`, `0.10, −0.05, 12°`, or why it is unavailable; empty for the identity."""
    if model is not None and not model.has_transform:
        return f"{model.family} has none"
    parts = []
    if (transform.x, transform.y) != (0, 0):
        parts.append(f"{transform.x:.2f}, {transform.y:.2f}")
    if transform.angle:
        turn = f"{transform.angle:.1f}".removesuffix(".0") + "°"
        parts.append(turn if parts else f"rotate {turn}")
    return ", ".join(parts).replace("-", "−")


def unable(model: ModelInfo | None) -> str:
    """Return why the input cannot be transformed; empty if it can."""
    if model is None:
        return NO_NETWORK
    return "" if model.has_transform else f"Only a StyleGAN3's input can be moved; this is a {model.family} network"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    model = facts.model
    is_open = ui.section(
        "Transform",
        summary=summary(scene.document.transform, model),
        open_=imgui.get_window_height() > t.px(860),
        reset=True,
    )
    if ui.reset_clicked():
        scene = reset(
            scene, "document.transform", "view.display.untransform", *(f"view.motion.{name}" for name in _MOTION)
        )
    if not is_open:
        return scene
    with ui.greyed(unable(model)):
        scene = _rows(scene)
    ui.space(6)
    return scene


def _rows(scene: Scene) -> Scene:
    for name in ("x", "y", "angle"):
        scene = slider_row(scene, f"document.transform.{name}")
    scene = switch_row(
        scene, "document.transform.whole_pixels", "Whole pixels", "Rounds the translation to whole output pixels"
    )
    imgui.same_line(0, t.px(16))
    scene = switch_row(
        scene,
        "view.display.untransform",
        "Untransform",
        "Moves the picture back, so that only what does not follow the input is seen to move",
    )
    scene = play_row(scene, "Orbit", "view.motion.orbit", "view.motion.orbit_speed", "Circle around the present place")
    scene = slider_row(scene, "view.motion.orbit_radius")
    return play_row(scene, "Turn", "view.motion.turn", "view.motion.turn_speed", "Turn steadily")
