"""Truncation: psi, its cutoff, and the resulting curve per w vector."""

from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo, Truncation
from viz.generate import psi_curve, psi_strip
from viz.state.facts import Facts
from viz.state.keyframes import has_key, key_toggled, under
from viz.state.params import PARAMS, put, reset
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached_row
from viz.ui.param_rows import slider_row

_CUTOFF = "truncation.cutoff"
"""Timeline path of the cutoff, which is constant between keys."""


def summary(truncation: Truncation, num_ws: int) -> str:
    """`ψ 0.62`, `ψ 0.62 on 8 of 16`, `by layer`, or `off`."""
    if truncation.psis:
        return "by layer"
    cutoff = truncation.cutoff
    if truncation.psi == 1 or cutoff == 0:
        return "off"
    text = f"ψ {truncation.psi:.2f}".replace("-", "−")
    return text if cutoff is None or cutoff >= num_ws else f"{text} on {cutoff} of {num_ws}"


def unable(model: ModelInfo | None) -> str:
    """Return why truncation is unavailable; empty if it is available."""
    return "" if model is None or model.has_mean else "This network keeps no mean of w to pull styles toward"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    model = facts.model
    num_ws = model.num_ws if model else 0
    text = summary(scene.document.truncation, num_ws) if model is None or model.has_mean else "no mean"
    is_open = ui.section("Truncation", summary=text, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, "document.truncation")
    if not is_open:
        return scene
    before = scene.document.truncation
    with ui.greyed(unable(model)):
        scene = slider_row(scene, "document.truncation.psi")
        scene = _cutoff(scene, num_ws)
        after = scene.document.truncation
        if before.psis and (after.psi, after.cutoff) != (before.psi, before.cutoff):
            scene = put(scene, "document.truncation.psis", ())
        scene = psi_curve.draw(scene, facts)
        scene = psi_strip.draw(scene, facts)
    ui.space(6)
    return scene


def _cutoff(scene: Scene, num_ws: int) -> Scene:
    """Draw the cutoff. Its maximum is the network's number of w vectors, which stands for all of them."""
    param, cutoff = PARAMS["document.truncation.cutoff"], scene.document.truncation.cutoff
    before, keyed = num_ws if cutoff is None else min(cutoff, num_ws), has_key(scene, _CUTOFF)

    def draw() -> Scene:
        imgui.begin_disabled(num_ws == 0)
        unit = f"of {num_ws}" if num_ws else ""
        after = ui.slider(param.label, before, param.low, num_ws, num_ws, unit, param.fmt, keyed, param.hint)
        imgui.end_disabled()
        under.note(_CUTOFF)
        if ui.key_clicked():
            return key_toggled(scene, _CUTOFF)
        if round(after) == before:
            return scene
        return put(scene, "document.truncation.cutoff", None if round(after) >= num_ws else round(after))

    return cached_row("cutoff", (before, num_ws, keyed), draw, scene)
