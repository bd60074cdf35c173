"""Parts of the lens: figures beside a curve, headings with a menu, and what the menu saves of a figure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from foundation.specs.editing.distances import names_of
from viz.analysis.following import Following
from viz.files.actions import SaveTable
from viz.files.capture import CAPTURES, folder_of
from viz.state.facts import Facts
from viz.state.scene import Action, Scene, Window
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.numbers import duration
from viz.ui.theme import current as t

LOW = 190
"""Design height of a figure's room below which its numbers are beside the curve."""
FIGURE = (108.0, 54.0)
"""Room of a figure beside a curve, in design lengths."""
COPY, PNG, CSV = "Copy values", "Save as PNG", "Save as CSV"

Table = Mapping[str, Sequence[float]]
"""Columns of equal length by name."""
Box = tuple[float, float, float, float]


class Figure(NamedTuple):
    """A number with its name above and a note below."""

    name: str
    text: str
    unit: str
    note: str | tuple[str, ...]
    """Wordings, the longest first."""
    token: str = "text"


SOON_S = 2.0
"""First figures that take longer say how long."""


def measuring(facts: Facts, job: Following, pictures: int) -> None:
    """Draw what a figure waits for that has no value yet.

    Args:
        facts: Facts of the frame.
        job: Measures the figure.
        pictures: Pictures of the whole network that its first value takes.
    """
    if job.waits:
        ui.empty_state("gauge", "Waiting", "Measured once the picture rests")
        return
    ui.empty_state("gauge", "Measuring", f"The first figures are there {soon_text(facts, pictures)}")


def soon_text(facts: Facts, pictures: int) -> str:
    """Return when a first value of so many pictures is there: `in about 8 s`; figures that are measured take turns."""
    each_s = facts.frame.full_ms / 1000 if facts.frame is not None else 0.0
    seconds = pictures * each_s * max(len(facts.jobs.running), 1)
    return f"in about {duration(seconds)}" if seconds >= SOON_S else "in a moment"


@contextmanager
def beside(*figures: Figure) -> Iterator[None]:
    """Draw figures in a row above what is drawn inside, or in a column beside it where the room is low."""
    p, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    low = room.y < t.px(LOW)
    width, height = room.x / len(figures), 0.0
    if low:
        width = t.px(FIGURE[0])
        height = min(t.px(FIGURE[1]), max(room.y, t.px(plots.LEAST)) / len(figures))
    for k, one in enumerate(figures):
        x, y = (p.x, p.y + k * height) if low else (p.x + k * width, p.y)
        fits = width - t.px(6)
        ui.draw(ui.ellipsis(one.name, fits, t.small), x, y, "dim", t.small, height=t.px(16))
        end = ui.draw(one.text, x, y + t.px(15), one.token, weight="bold", height=t.px(20))
        ui.draw(one.unit, x + end + t.px(4), y + t.px(15), "faint", t.small, height=t.px(20))
        if not low or height >= t.px(FIGURE[1]):
            notes = (one.note,) if isinstance(one.note, str) else one.note
            ui.draw(ui.first_fitting(notes, fits, t.small), x, y + t.px(34), "faint", t.small, height=t.px(16))
    imgui.set_cursor_screen_pos(V(p.x + width, p.y) if low else V(p.x, p.y + t.px(FIGURE[1])))
    imgui.begin_group()
    try:
        yield
    finally:
        imgui.end_group()


def headed(
    scene: Scene, title: str, name: str, table: Callable[[], Table] | None, note: str = "", room: float = 0.0
) -> Scene:
    """Draw the heading of a figure, with the button of its menu at the right.

    Args:
        scene: The scene.
        title: Title of the figure.
        name: Folder of what is saved of it, also the id of the button.
        table: Returns its values; None while there are none.
        note: Name of a distance, drawn before the button.
        room: Pixels that stay free before the note.
    """
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    box = (p.x, p.y, p.x + width, p.y + imgui.get_content_region_avail().y)
    side, high = t.px(22), t.px(18)
    x = ui.draw(title, p.x, p.y, "text", t.small, "bold", height=high)
    end = p.x + width - side - t.px(6) - room
    if note and end - p.x - x > t.px(24):
        text = ui.first_fitting(names_of(note), end - p.x - x - t.px(8), t.small)
        ui.draw(text, end, p.y, "faint", t.small, align=1, height=high)
    imgui.push_id(ui.drawable(name))
    imgui.set_cursor_screen_pos(V(p.x + width - side, p.y - t.px(2)))
    hint = "Copy or save the values of this figure" if table else "Nothing is measured yet"
    if ui.button(glyph="dots-three", kind="ghost", width=side, height=20, id_="##menu", hint=hint, enabled=bool(table)):
        imgui.open_popup(ui.drawable("menu"))
    chosen = ui.menu("menu", [ui.Row(COPY), ui.Row(PNG), ui.Row(CSV)])
    imgui.pop_id()
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, high))
    if not chosen or table is None:
        return scene
    if chosen == PNG:
        return scene.request(SaveFigure(box))
    text = csv_text(table())
    if chosen == CSV:
        return scene.request(SaveTable(name, text))
    ui.copy_text(text)
    return scene


def csv_text(table: Table) -> str:
    """Return columns as CSV with a heading; values that are not known stay empty."""
    rows = zip(*table.values(), strict=True)
    lines = [",".join("" if np.isnan(value) else f"{value:.7g}" for value in row) for row in rows]
    return "\n".join([",".join(table), *lines, ""])


@dataclass(frozen=True)
class SaveFigure(Action):
    """Save a part of the window, as it looks, as a numbered PNG in the capture folder."""

    box: Box
    """Left, top, right and bottom in screen coordinates."""

    def run(self, scene: Scene, window: Window) -> None:
        """Save it from the next frame."""
        io = imgui.get_io()
        writer, folder = window.facts.services[CAPTURES], folder_of(scene.settings)
        size = io.display_size.x, io.display_size.y
        window.photograph(lambda pixels: writer.write(folder, partial(_cut, pixels, self.box, size)))


def _cut(pixels: NDArray[np.uint8], box: Box, size: tuple[float, float]) -> NDArray[np.uint8]:
    """Return the part of a picture of the window [H, W, 3] in a box of screen coordinates."""
    high, wide = pixels.shape[:2]
    sx, sy = wide / max(size[0], 1), high / max(size[1], 1)
    x0, x1 = (int(np.clip(round(x * sx), 0, wide)) for x in (box[0], box[2]))
    y0, y1 = (int(np.clip(round(y * sy), 0, high)) for y in (box[1], box[3]))
    return np.ascontiguousarray(pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1), :3])
