"""Status bar. Left: render state and mouse hints. Right: hardware and performance."""

import os
import time
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from renderer.ipc.protocol import ModelInfo
from viz.canvas.tools import current_tool
from viz.mixing import drag_view
from viz.mixing.drag import preview_text
from viz.shell import work
from viz.shell.layout import WIDE
from viz.state.facts import Facts, Keeping
from viz.state.followed_run import Follow
from viz.state.interaction import Following
from viz.state.scene import Scene
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import OptionalGlyph, icon
from viz.ui.numbers import kimg_text

_HINTS = {
    "walk": "Drag: walk    Alt: finer    Wheel: zoom    Middle drag: pan    Right click: reset a value",
    "transform": "Drag: move    Ring: turn    Shift: in steps    Wheel: zoom    Middle drag: pan",
    "drag": "Click: point, then its target    Drag: move either    Right click: remove    Space: start or stop",
    "brush": "Drag: paint the region    Alt: erase    Wheel: brush size    Ctrl+wheel: zoom    Esc: leave the brush",
    "inspect": "Move: read pixels    Wheel: zoom    Middle drag: pan    Right click: reset a value",
}
SEED_HINT = "P: star    X: reject    U: neither    Enter: show    B: shelve    Shift+arrows: choose    Ctrl+wheel: size"
PHOTO_HINT = "Drag the line: photo and result    X: exchange the sides    Esc: stop, the result so far is kept"
_PREVIEW: "State" = ("eye", "accent", "Preview", "The picture shows what letting go would do")
EVERY_S = 1.0
"""Refresh interval of the figures at the right, in seconds."""
TURNS_S = 1.0
"""Turns of the spinner in a second."""
RENDERING_S = 0.15
"""Minimum duration of a render before the state changes to rendering, to avoid flicker."""

_STATE_WIDTH = 140
"""Width of the state's word beside a followed run, in design lengths."""
_KERNELS_WIDTH, _KERNELS_WIDTH_WIDE = 420, 840
"""Maximum width of the kernel preparation text in a narrow and in a wide window, in design lengths."""

Item = tuple[str, OptionalGlyph, str, str, str]
"""Name, glyph, colour token, value, tooltip."""
State = tuple[OptionalGlyph, str, str, str]
"""Glyph, colour token, word, explanation."""


@dataclass
class _Known:
    """Items at the right, recomputed every `EVERY_S`."""

    at: float = -EVERY_S
    model: ModelInfo | None = None
    theme: int = -1
    shown: tuple[Item, ...] = ()
    bar: float = 0.0
    """Share of memory in use."""

    def items(self, facts: Facts) -> tuple[Item, ...]:
        """Return the items, at most `EVERY_S` old, and of the current network and theme."""
        fresh = 0 <= facts.now - self.at < EVERY_S and self.theme == theme.current.stamp
        if not fresh or self.model is not facts.model:
            self.at, self.model, self.theme, self.shown = facts.now, facts.model, theme.current.stamp, items_of(facts)
            self.bar = round(min(_share(facts), 1.0), 2)
        return self.shown


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole bar."""
    imgui.set_cursor_pos(V(theme.current.px(12), theme.current.px(4)))
    items, drag = facts.scratch.get(_Known).items(facts), scene.interaction.drag
    current = _PREVIEW if drag.on and preview_text(drag, scene.document) else dragging(scene) or working(facts)
    turn = round(facts.now * TURNS_S % 1 * 24) / 24 if current[0] == "spinner-gap" else 0.0
    kernels, wide = preparing(facts), facts.size[0] > WIDE
    hint = drag_view.HINT if drag.on else ""
    if kernels:
        room = theme.current.px(_KERNELS_WIDTH_WIDE if wide else _KERNELS_WIDTH)
        kernels = (*kernels[:2], ui.ellipsis(kernels[2], room, theme.current.small), kernels[3])
    elif not hint and wide:
        hint = SEED_HINT if scene.view.in_gallery else _HINTS[current_tool(scene, facts)]
        hint = PHOTO_HINT if scene.interaction.photos.viewing and not scene.view.in_gallery else hint
    bar, follows = facts.scratch.get(_Known).bar, following_text(scene.interaction.following)
    return _bar(scene, facts, current, turn, kernels, hint, items, bar, follows)


def following_text(following: Following) -> str:
    """Return text such as `Following 00007 at 1 240 kimg`; empty if no run is followed."""
    if not following.folder:
        return ""
    at = "waiting for its first snapshot" if following.kimg is None else f"at {kimg_text(following.kimg)} kimg"
    name = os.path.basename(following.folder.rstrip("/\\"))
    number = name.partition("-")[0]
    return f"Following {number if number.isdigit() else name} {at}"


def _share(facts: Facts) -> float:
    """Return the renderer's share of the available memory; 0 if unknown."""
    used, there = facts.performance.memory
    return used / there if there else 0.0


@cached
def _bar(
    scene: Scene,
    facts: Facts,
    current: State,
    turn: float,
    kernels: State | None,
    hint: str,
    items: tuple[Item, ...],
    bar: float,
    follows: str,
) -> Scene:
    p = theme.current.px
    glyph, token, word, why = current
    if follows:
        word = ui.ellipsis(word, p(_STATE_WIDTH), theme.current.small)
    ui.status("", glyph, token, word, why, turn)
    if follows:  # at one place whatever the state's word: its cross must not move away under the pointer
        imgui.set_cursor_pos(V(p(12 + 32 + _STATE_WIDTH), p(4)))
        scene = _following(scene, follows)
    if kernels:
        glyph, token, word, why = kernels
        ui.status(word, glyph, token, "", why)
    if hint:
        ui.status(hint, "", "faint")
    left, room = imgui.get_cursor_pos().x, imgui.get_window_width()
    while len(items) > 1 and left + sum(_width(item) for item in items) + (p(44) if bar else 0) > room:
        items, bar = items[:-1], 0.0  # the last ones matter least
    width = sum(_width(item) for item in items) + (p(44) if bar else 0)
    imgui.set_cursor_pos(V(imgui.get_window_width() - width, p(4)))
    for name, mark, colour, value, tip in items:
        ui.status(name, mark, colour, value, tip)
    if bar:
        a = imgui.get_cursor_screen_pos()
        ui.amount_bar(V(a.x - p(8), a.y + p(6)), V(a.x + p(36), a.y + p(10)), bar)
    imgui.dummy(V(1, 1))
    return scene


def _following(scene: Scene, text: str) -> Scene:
    """Draw the followed run, with a cross to stop following."""
    ui.status("", "eye", "accent", text, "Each new snapshot is shown as it appears")
    p = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(V(p.x - theme.current.px(12), p.y - theme.current.px(1)))
    if ui.button(
        glyph="x", kind="ghost", width=theme.current.px(18), height=18, id_="##unfollow", hint="Follow no more"
    ):
        scene = scene.request(Follow(""))
    imgui.same_line(0, theme.current.px(12))
    imgui.set_cursor_screen_pos(V(imgui.get_cursor_screen_pos().x, p.y))
    return scene


def state(facts: Facts) -> State:
    """Return glyph, colour, word and explanation of the renderer's state."""
    if facts.failure is not None:
        return "warning-circle", "bad", "Failed", facts.failure.message
    if facts.loading is not None:
        share = facts.loading.share
        return "download-simple", "accent", "Loading" if share is None else f"Loading {round(share * 100)} %", ""
    if facts.waiting_s > RENDERING_S:
        return "spinner-gap", "accent", "Rendering", f"for {facts.waiting_s:.1f} s"
    if facts.frame is None:
        return "spinner-gap", "accent", "Starting", ""
    return "check-circle", "good", "Ready", "The picture shows the present settings"


def working(facts: Facts) -> State:
    """Return the renderer's state; while it would be ready, the work in the background."""
    now, (words, all_of_it) = state(facts), work.text(facts)
    return ("spinner-gap", "accent", words, all_of_it) if words and now[2] == "Ready" else now


def dragging(scene: Scene) -> State | None:
    """Return the state of a running drag of points; None without one. The pictures of its steps are no news."""
    dragger = scene.interaction.dragger
    if dragger.running is None:
        return None
    return "spinner-gap", "accent", f"Dragging, step {dragger.step}", "Esc or Space stops it and keeps what is reached"


def preparing(facts: Facts) -> State | None:
    """Return the state of kernel compilation while it runs or after it has failed; else None."""
    kernels = facts.preparing
    if kernels is None:
        return None
    if not kernels.over:
        word = f"Preparing fast drawing, {kernels.done + 1} of {kernels.total}"
        return "lightning", "accent", word, "Compiled once on this computer; pictures are drawn meanwhile"
    why = f"Pictures are drawn more slowly, as fast drawing failed to be prepared: {kernels.problem}"
    return "warning", "warn", why, why


def kept_item(keeping: Keeping) -> Item | None:
    """Return the item of autosave: an icon, with words only while the work cannot be kept; None where it is off."""
    if not keeping.on:
        return None
    kept = f"last kept at {time.strftime('%H:%M:%S', time.localtime(keeping.at))}" if keeping.at else "not kept yet"
    if keeping.problem:
        hint = f"{keeping.problem}: your work was {kept}. It is tried again every few seconds in {keeping.folder}"
        return "", "warning", "warn", "Not kept", hint
    hint = f"Your work was {kept}, in {keeping.folder}" if keeping.at else "Nothing to keep: nothing was changed yet"
    return "", "floppy-disk", "dim", "", hint


def items_of(facts: Facts) -> tuple[Item, ...]:
    """Return the items at the right."""
    items: list[Item] = []
    if kept := kept_item(facts.keeping):
        items.append(kept)
    if facts.model is not None:
        name = facts.model.title.rsplit(".", 1)[0]
        items.append(
            ("", "cube", "dim", ui.ellipsis(name, theme.current.px(180), theme.current.small), facts.model.title)
        )
        items.append(
            ("", "graphics-card", "dim", f"{facts.model.device} · {precision(facts.model)}", "Device and precision")
        )
    figures = facts.performance
    if (drawn := figures.rendered_ms).size:
        items.append(("render", "timer", "dim", _ms(drawn), "Time of a render, middle of the newest 20"))
    if figures.ui_ms.size:
        items.append(
            ("UI", "", "dim", _ms(figures.ui_ms), "The window's own work for a frame, middle of the newest 20")
        )
    used, there = figures.memory
    if there:
        text = f"{used / 2**30:.1f} / {round(there / 2**30)} GB"
        items.append(("", "memory", "dim", text, "Memory: used by the renderer, and there is"))
    return tuple(items)


def precision(model: ModelInfo) -> str:
    """Return fp16 if any layer ran in half precision, else fp32."""
    return "fp16" if any(layer.dtype == "float16" for layer in model.layers) else "fp32"


def _ms(series: NDArray[np.float64]) -> str:
    newest = sorted(series[-20:].tolist())
    value = newest[len(newest) // 2]
    return f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms"


def _width(item: Item) -> float:
    t, p = theme.current, theme.current.px
    name, glyph, _, value, _ = item
    width = ui.measure(value, t.small) + p(16)
    if glyph:
        width += ui.measure(icon(glyph), 11) + p(6)
    return width + (ui.measure(name, t.small) + p(5) if name else 0)
