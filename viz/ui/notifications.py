"""Notifications over the image: messages, failures and progress, each with its action buttons."""

import textwrap
from dataclasses import replace

from imgui_bundle import imgui

from renderer.document.parts import Network
from renderer.ipc.protocol import Failure
from viz.state.facts import Facts
from viz.state.fitting.table import added
from viz.state.interaction import Message, Notifications
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.actions import DismissFailure, RestartRenderer, Retry, RevealFolder, UndoShelf
from viz.ui.drawable import PARAGRAPH
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

STALLED_S = 10.0
"""Seconds without a message from the renderer after which a restart is offered."""
SHOW_LOADING_S = 2.0
"""Minimum duration of loading before its progress is shown."""


def with_message(scene: Scene, message: Message) -> Scene:
    """Return the scene with one more message."""
    return scene.interacting(notifications=scene.interaction.notifications.with_message(message))


def present(scene: Scene, facts: Facts) -> bool:
    """Return True if there is a notification to show."""
    now, frame = scene.interaction.notifications, facts.frame
    return bool(
        facts.failure is not None
        or (facts.loading is not None and facts.waiting_s > SHOW_LOADING_S)
        or facts.stalled_s > STALLED_S
        or now.messages
        or (frame is not None and frame.nonfinite and frame is not now.hidden_nonfinite)
    )


def draw_within(scene: Scene, facts: Facts, room: tuple[float, float]) -> Scene:
    """Draw the strips, starting at the cursor, in a width and at most in a height in pixels; beyond they scroll."""
    width, height = max(room[0], 8.0), max(room[1], t.px(36))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, imgui.ImVec2(t.px(8), t.px(6)))
    imgui.set_next_window_size_constraints(imgui.ImVec2(width, 0), imgui.ImVec2(width, height))
    imgui.begin_child("strips", imgui.ImVec2(width, 0), imgui.ChildFlags_.auto_resize_y)
    scene = draw(scene, facts)
    imgui.end_child()
    imgui.pop_style_var()
    return scene


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw failures and progress as strips, one below the other, starting at the cursor."""
    if facts.failure is not None:
        scene = _failure(scene, facts, facts.failure)
    elif facts.loading is not None and facts.waiting_s > SHOW_LOADING_S:
        scene = _loading(scene, facts)
    elif facts.stalled_s > STALLED_S:
        scene = _stalled(scene, facts)
    for message in scene.interaction.notifications.messages:
        if message.bad:
            scene = _message(scene, message)
    frame = facts.frame
    if frame is not None and frame.nonfinite and frame is not scene.interaction.notifications.hidden_nonfinite:
        scene = _nonfinite(scene, facts, frame.nonfinite)
    return scene


def draw_plates(scene: Scene, facts: Facts, corner: tuple[float, float], room: float) -> Scene:
    """Draw confirmations as small plates, the newest lowest, from the lower left `corner` upward."""
    x, y = corner
    for message in reversed(scene.interaction.notifications.messages):
        if message.bad:
            continue
        y -= t.px(_PLATE)
        imgui.set_cursor_screen_pos(imgui.ImVec2(x, y))
        imgui.push_id(ui.drawable(message.text, 100))
        scene = _plate(scene, message, room)
        imgui.pop_id()
        y -= t.px(6)
    return scene


AS_PHOTO = "Fit it as a photo instead"
_PLATE = 32
"""Height of a plate, in design lengths."""


def _plate(scene: Scene, message: Message, room: float) -> Scene:
    """Draw one confirmation at the cursor."""
    p, high = imgui.get_cursor_screen_pos(), t.px(_PLATE)
    offered = (("Undo", message.shelf), ("Show folder", bool(message.folder)), (AS_PHOTO, bool(message.photo)))
    actions = [name for name, on in offered if on]
    buttons = sum(ui.measure(name) + t.px(22) for name in actions)
    text = ui.ellipsis(message.text, room - buttons - t.px(44))
    detail = room - buttons - t.px(52) - ui.measure(text)
    more = message.detail if message.detail and ui.measure(message.detail, t.small) <= detail else ""
    width = t.px(44) + ui.measure(text) + buttons + (ui.measure(more, t.small) + t.px(8) if more else 0)
    q = imgui.ImVec2(p.x + width, p.y + high)
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button("##plate", imgui.ImVec2(width, high))
    if text != message.text or more != message.detail:
        ui.tip(f"{message.text}\n{message.detail}".strip())
    ui.fill(p, q, "raised", 1, t.radius_card)
    ui.outline(p, q, "line", 1, t.radius_card)
    glyph: Glyph = "check-circle" if message.folder else "info"
    x = p.x + t.px(10)
    x += ui.draw(ui.filled(glyph), x, p.y, "good" if message.folder else "accent", 12, height=high) + t.px(8)
    x += ui.draw(text, x, p.y, "text", height=high) + t.px(8)
    x += ui.draw(more, x, p.y, "dim", t.small, height=high) + t.px(8) if more else 0
    for name in actions:
        imgui.set_cursor_screen_pos(imgui.ImVec2(x, p.y + (high - t.px(t.row)) / 2))
        if ui.button(name, id_=f"##error{name}"):
            if name == AS_PHOTO:
                scene = added(scene, (message.photo,))
            else:
                scene = scene.request(UndoShelf() if name == "Undo" else RevealFolder(message.folder))
            if name != "Show folder":
                others = tuple(one for one in scene.interaction.notifications.messages if one is not message)
                scene = _noting(scene, messages=others)
        x += ui.measure(name) + t.px(22)
    return scene


def dismissed(scene: Scene, facts: Facts) -> Scene | None:
    """Return the scene without its newest notification; None if there is none that can be dismissed."""
    now, frame = scene.interaction.notifications, facts.frame
    if frame is not None and frame.nonfinite and frame is not now.hidden_nonfinite:
        return _noting(scene, hidden_nonfinite=frame)
    if now.messages:
        return _noting(scene, messages=now.messages[:-1])
    return None if facts.failure is None else scene.request(DismissFailure())


def _noting(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of its notifications replaced."""
    notifications: Notifications = replace(scene.interaction.notifications, **changes)  # type: ignore[arg-type]
    return replace(scene, interaction=replace(scene.interaction, notifications=notifications))


def _failure(scene: Scene, facts: Facts, failure: Failure) -> Scene:
    actions: list[str] = []
    shown = facts.model.network if facts.model is not None else None
    if failure.problem == "load" and shown is not None and shown != scene.document.network:
        actions.append("Go back")
    if failure.problem == "memory" and scene.settings.device != "cpu":
        actions.append("Use the CPU")
    actions.append("Restart renderer" if failure.problem == "crash" else "Retry")
    if failure.detail:
        actions.append("Details")
    match ui.error_strip(*in_two(failure.message, failure.advice), actions):
        case "Go back" if shown is not None:
            scene = replace(scene, document=replace(scene.document, network=shown)).request(DismissFailure())
        case "Use the CPU":
            scene = put(scene, "settings.device", "cpu").request(DismissFailure())
        case "Retry":
            scene = scene.request(Retry())
        case "Restart renderer":
            scene = scene.request(RestartRenderer())
        case "Details":
            scene = _noting(scene, details=not scene.interaction.notifications.details)
        case "dismiss":
            scene = scene.request(DismissFailure())
    if failure.detail and scene.interaction.notifications.details:
        _details(failure.detail)
    return scene


def in_two(message: str, advice: str) -> tuple[str, str]:
    """Split a message into the two lines of a notification: the first sentence, and the rest with the advice."""
    first, dot, rest = message.partition(". ")
    return (f"{first}.", f"{rest} {advice}".strip()) if dot else (message, advice)


def _details(text: str) -> None:
    """Draw a traceback in a selectable box with a copy button."""
    width = imgui.get_content_region_avail().x
    imgui.push_style_color(imgui.Col_.child_bg, t.vec4("raised"))
    flags = imgui.ChildFlags_.always_use_window_padding
    if imgui.begin_child("details", imgui.ImVec2(width, t.px(180)), flags):
        imgui.push_style_color(imgui.Col_.text, t.vec4("dim"))
        if ui.button("Copy", "copy", "ghost", hint="Copy this text", id_="##copy"):
            ui.copy_text(text)
        ui.selectable_text(textwrap.dedent(ui.drawable(text, PARAGRAPH)))
        imgui.pop_style_color()
    imgui.end_child()
    imgui.pop_style_color()


def _loading(scene: Scene, facts: Facts) -> Scene:
    loading = facts.loading
    if loading is None:
        return scene
    name = loading.network.source.replace("\\", "/").rstrip("/").rpartition("/")[2] or "the demo network"
    share = "" if loading.share is None else f"{round(loading.share * 100)} %"
    back = facts.model.network if facts.model is not None else Network()  # before the first one: the demo network
    can = back != scene.document.network
    corner = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    clicked = ui.error_strip(
        f"Loading {name}", share or f"{facts.waiting_s:.0f} s", ("Cancel",) if can else (), "accent", "circle", False
    )
    done = loading.share if loading.share is not None else (facts.now % 2.0) / 2.0
    left, right, y = corner.x + t.px(12), corner.x + width - t.px(8), corner.y + t.px(33)
    if loading.share is not None:
        ui.amount_bar(imgui.ImVec2(left, y), imgui.ImVec2(right, y + t.px(3)), done)
    else:
        x = left + (right - left) * done * 0.8
        ui.amount_bar(imgui.ImVec2(left, y), imgui.ImVec2(right, y + t.px(3)), 0.0)
        ui.fill(imgui.ImVec2(x, y), imgui.ImVec2(x + (right - left) * 0.2, y + t.px(3)), "accent", 1, 2)
    if clicked == "Cancel":
        return replace(scene, document=replace(scene.document, network=back))
    return scene


def _stalled(scene: Scene, facts: Facts) -> Scene:
    clicked = ui.error_strip(
        f"The renderer has not answered for {facts.stalled_s:.0f} s",
        "It may be busy with a large picture. Restarting keeps all settings.",
        ("Restart renderer",),
        "warn",
        "warning",
        dismiss=False,
    )
    return scene.request(RestartRenderer()) if clicked else scene


def _message(scene: Scene, message: Message) -> Scene:
    offered = (("Show folder", bool(message.folder)), ("Details", bool(message.trace)))
    actions = [name for name, on in offered if on]
    match ui.error_strip(message.text, message.detail, actions):
        case "dismiss":
            others = tuple(one for one in scene.interaction.notifications.messages if one is not message)
            scene = _noting(scene, messages=others)
        case "Show folder":
            scene = scene.request(RevealFolder(message.folder))
        case "Details":
            scene = _noting(scene, details=not scene.interaction.notifications.details)
    if message.trace and scene.interaction.notifications.details:
        _details(message.trace)
    return scene


def _nonfinite(scene: Scene, facts: Facts, count: int) -> Scene:
    halved = not scene.document.force_fp32
    text = "1 pixel is not a finite number" if count == 1 else f"{count} pixels are not finite numbers"
    meaning = "They are shown in magenta. " + (
        "Half precision may have overflowed." if halved else "The weights themselves may be damaged."
    )
    match ui.error_strip(text, meaning, ("Use fp32",) if halved else (), "warn", "warning"):
        case "Use fp32":
            scene = put(scene, "document.force_fp32", True)
        case "dismiss":
            scene = _noting(scene, hidden_nonfinite=facts.frame)
    return scene
