"""Display of swatch drags: the swatch at the pointer, the preview, and the drop."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.mixing import swatch_thumbnails
from viz.mixing.drag import name_of, preview_text, released, target, tried
from viz.networks import tiles as network_tiles
from viz.state.facts import Facts
from viz.state.interaction import Place, Slot, SwatchDrag, Target
from viz.state.scene import Scene
from viz.ui import theme
from viz.ui import widgets as ui

SIDE = 52
EDGE, PACE = 24, 8
"""Distance from a panel's edge that scrolls it during a drag, and the speed per frame, in design lengths."""
HINT = "Release: set it    Shift: every layer passed over    Esc: cancel"


def settle(scene: Scene, facts: Facts) -> Scene:
    """Update the drag. Call once a frame in the source panel, after all drop targets but the canvas."""
    drag = scene.interaction.drag
    if not drag.on:
        return scene
    drag = replace(drag, over=drag.found or _on_canvas(scene, facts), found=None)
    if imgui.is_mouse_down(imgui.MouseButton_.left):
        _scroll()
        preview = tried(drag, scene.document)
        _at_pointer(scene, facts, drag)
        scene = scene.interacting(drag=drag)
        return scene if preview is None else replace(scene, preview=preview)
    if imgui.is_mouse_released(imgui.MouseButton_.left):
        document = released(drag, scene.document)
        scene = scene if document is scene.document else replace(scene, document=document)
    return scene.interacting(drag=SwatchDrag())


def escape(scene: Scene) -> tuple[Scene, bool]:
    """Cancel the drag. The second value is False if there is none."""
    if not scene.interaction.drag.on:
        return scene, False
    imgui.internal.clear_active_id()
    return scene.interacting(drag=SwatchDrag()), True


def _on_canvas(scene: Scene, facts: Facts) -> Target | None:
    """Return every layer as target while the pointer is over the image."""
    place, window = scene.interaction.pointer.place, imgui.internal.find_window_by_name("Canvas")
    if place is None or window is None or facts.model is None:
        return None
    mouse, box = imgui.get_mouse_pos(), window.inner_rect
    inside = box.min.x <= mouse.x < box.max.x and box.min.y <= mouse.y < box.max.y
    if not inside or place.pixel(mouse.x, mouse.y) is None:
        return None
    return target(facts.model, range(facts.model.num_ws), scene.document)


def _scroll() -> None:
    """Scroll the panel while the swatch is near its upper or lower edge."""
    mouse, top, height = imgui.get_mouse_pos(), imgui.get_window_pos(), imgui.get_window_height()
    p = theme.current.px
    if not top.x <= mouse.x < top.x + imgui.get_window_width():
        return
    if top.y <= mouse.y < top.y + p(EDGE):
        imgui.set_scroll_y(imgui.get_scroll_y() - p(PACE))
    elif top.y + height - p(EDGE) <= mouse.y < top.y + height:
        imgui.set_scroll_y(imgui.get_scroll_y() + p(PACE))


def _at_pointer(scene: Scene, facts: Facts, drag: SwatchDrag) -> None:
    """Draw the swatch at the pointer, and a description of the drop."""
    t, p, d = theme.current, theme.current.px, imgui.get_foreground_draw_list()
    mouse, k = imgui.get_mouse_pos(), p(SIDE)
    x, y = mouse.x - k * 0.55, mouse.y - k * 0.6
    over = drag.over
    token = over.token if isinstance(over, Target) else "accent" if isinstance(over, Slot) else "faint"
    for n in range(1, 7):
        a, b = V(x - p(n), y - p(n) + p(4)), V(x + k + p(n), y + k + p(n) + p(5))
        d.add_rect_filled(a, b, t.u32("halo", 0.07), p(8))
    texture, uv = (0, (0.0, 0.0, 1.0, 1.0))
    if drag.network is None:
        texture, uv = swatch_thumbnails.of_swatch(scene, facts, drag.swatch)
    elif found := network_tiles.picture(scene, facts, drag.network):
        texture, uv = found[0].id, found[1]
    if texture:
        tint = t.u32("#FFFFFF", 0.95)
        ref, low, high = imgui.ImTextureRef(texture), V(uv[0], uv[1]), V(uv[2], uv[3])
        d.add_image_rounded(ref, V(x, y), V(x + k, y + k), low, high, tint, p(6))
    else:
        d.add_rect_filled(V(x, y), V(x + k, y + k), t.u32("control"), p(6))
    if drag.network is not None and not texture:
        ui.draw(name_of(drag, scene.document), x + k / 2, y, "text", 22, "bold", align=0.5, height=k, front=True)
    d.add_rect(V(x, y), V(x + k, y + k), t.u32(token), p(6), p(2))
    if not isinstance(over, Target):
        return
    text = f"{name_of(drag, scene.document)}  onto {over.where}" if over.ws else f"{over.where.capitalize()} stay"
    width = ui.measure(text, t.small, "bold")
    left, top = x + k + p(8), y + p(15)
    if left + width + p(16) > imgui.get_main_viewport().size.x:
        left = x - p(24) - width
    d.add_rect_filled(V(left, top), V(left + width + p(16), top + p(22)), t.u32(token), p(4))
    ui.draw(text, left + p(8), top, "on_accent", t.small, "bold", height=p(22), front=True)


def on_picture(scene: Scene, facts: Facts, place: Place) -> None:
    """Draw the caption of a preview on the canvas."""
    drag = scene.interaction.drag
    text = preview_text(drag, scene.document)
    if not text or not isinstance(drag.over, Target):
        return
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    d.add_rect(V(place.x, place.y), V(place.right, place.bottom), t.u32(drag.over.token), 0, p(2))
    width = ui.measure(text, t.small) + p(32)
    x, y = (place.x + place.right - width) / 2, place.y + p(12)
    d.add_rect_filled(V(x, y), V(x + width, y + p(20)), t.u32("halo", 0.82), p(4))
    ui.draw(ui.icon("eye"), x + p(7), y, "#FFFFFF", 10, height=p(20))
    ui.draw(text, x + p(24), y, "#FFFFFF", t.small, height=p(20))
