"""Strip of images at several values of psi, from full to negated (StyleGAN paper, figure 8)."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Document
from renderer.ipc.protocol import RenderRequest
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.playback import of_moment
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

PSIS = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
SIZE = 64
"""Side of the rendered images in pixels."""
OWNER = "psi strip"


@dataclass
class _Strip:
    """Fold state and base request; the request is not updated while a drag or a motion changes the image."""

    open: bool = False
    document: Document | None = None
    requests: tuple[RenderRequest, ...] = ()


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the strip; a click applies that psi."""
    strip = facts.scratch.get(_Strip)
    _switch(strip, facts)
    if not strip.open:
        return scene
    gap = t.px(4)
    side = max((imgui.get_content_region_avail().x - gap * (len(PSIS) - 1)) / len(PSIS), 1.0)
    for i, (psi, request) in enumerate(zip(PSIS, _requests(scene, facts), strict=True)):
        if i:
            imgui.same_line(0, gap)
        p, text = imgui.get_cursor_screen_pos(), f"{psi:g}".replace("-", "−")
        if ui.hit(f"##psi {psi:g}", V(side, side + t.px(16))):
            scene = put(scene, "document.truncation", replace(scene.document.truncation, psi=psi, psis=()))
        ui.tip(f"Take ψ {text}")
        ui.thumbnail(facts.thumbnails.get(request, SIZE, OWNER), p, side)
        chosen = scene.document.truncation.psi == psi and not scene.document.truncation.psis
        ui.draw(text, p.x + side / 2, p.y + side, "text" if chosen else "dim", t.small, align=0.5, height=t.px(16))
    return scene


def _switch(strip: _Strip, facts: Facts) -> None:
    """Draw the row that unfolds the strip."""
    width = ui.row_label("At other ψ")
    if ui.button(
        "Hide" if strip.open else "Show",
        "images",
        id_="##psi strip",
        on=strip.open,
        width=width,
        hint="The picture from ψ 1 over the mean to the opposite of each feature",
    ):
        strip.open = not strip.open
        facts.thumbnails.opened(OWNER)


@derived
def _requests(scene: Scene, facts: Facts) -> tuple[RenderRequest, ...]:
    strip, document = facts.scratch.get(_Strip), scene.document
    busy = imgui.is_any_item_active() or scene.view.moving
    if strip.document is not document and (strip.document is None or not busy):
        strip.document = document
        strip.requests = tuple(
            of_moment(scene, replace(document, truncation=replace(document.truncation, psi=psi, psis=())))
            for psi in PSIS
        )
    return strip.requests
