"""Faults of a drawn frame, found by the rectangles of its texts and controls: cut, lost, covered."""

import re
from collections.abc import Iterator

from imgui_bundle import imgui

from viz.ui import theme
from viz.ui.plots import LEAST
from viz.ui.record import Drawn, Record, Rect


def slack() -> float:
    """Return by how many pixels rectangles may touch: texts are placed on whole pixels, and edges are rounded."""
    return 1.0 + theme.current.px(2)


_TOOLTIP = "##Tooltip"
_PLACE = re.compile(r"[/\\]")
"""Found in the paths of files, which may be longer than any field."""
_LINE = 0.2
"""Share of a line's height above and below its letters."""


def faults(record: Record, known: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with the frame in `record`. `known`: texts that may be shortened, such as names of files."""
    texts = [one for one in record.texts if one.text.strip() and not one.window.startswith(_TOOLTIP)]
    return [
        *_shortened(record, known),
        *(
            f"too low a plot: {name!r} of {height / theme.current.scale:.0f}"
            for name, height in record.plots.items()
            if height < theme.current.px(LEAST) - 1
        ),
        *(f"cut in its field: {text!r}" for text in record.cut if text not in known and not _PLACE.search(text)),
        *(fault for one in texts for fault in _cut(one)),
        *_pairs(texts, record.controls),
    ]


def tab_faults() -> list[str]:
    """Return the tabs whose names are shortened: those without room should be scrolled to."""
    found = []
    windows = imgui.get_current_context().windows
    shown = [windows[i] for i in range(windows.size()) if windows[i].was_active and windows[i].dock_node is not None]
    for window in shown:
        bar = window.dock_node.tab_bar
        tabs = [bar.tabs[i] for i in range(bar.tabs.size())] if bar is not None else []
        found += [f"tab shortened: {window.name}" for tab in tabs if tab.window and tab.window.name == window.name
                  and tab.width < tab.content_width - 1]  # fmt: skip
    return found


def _shortened(record: Record, known: frozenset[str]) -> Iterator[str]:
    drawn = {one.text for one in record.texts}
    for shown, text in record.shortened.items():
        if shown in drawn and text not in known:
            yield f"shortened: {text!r} to {shown!r}"


def _cut(one: Drawn) -> Iterator[str]:
    rect, clip = one.rect, one.clip
    inside = rect.within(clip)
    where = f"{one.text!r} in {one.window}"
    sideways, up = one.scrolls
    beside, below = inside.x1 <= inside.x0, inside.y1 <= inside.y0
    letters = _letters(rect)
    if (beside and not sideways) or (below and not up):
        yield f"out of sight: {where}"
    elif beside or below:
        return  # it can be scrolled to
    elif not sideways and (rect.x0 < clip.x0 - slack() or rect.x1 > clip.x1 + slack()):
        yield f"cut at the side: {where}"
    elif not up and (letters.y0 < clip.y0 - slack() or letters.y1 > clip.y1 + slack()):
        yield f"cut in height: {where}"


def _letters(rect: Rect) -> Rect:
    """Return a text's rectangle without the room above and below its letters."""
    spare = (rect.y1 - rect.y0) * _LINE
    return rect._replace(y0=rect.y0 + spare, y1=rect.y1 - spare)


def _pairs(texts: list[Drawn], controls: list[Drawn]) -> Iterator[str]:
    shapes = [(one, _letters(one.rect).within(one.clip), True) for one in texts]
    shapes += [(one, one.rect.within(one.clip), False) for one in controls]
    shapes = [shape for shape in shapes if shape[1].x1 > shape[1].x0 and shape[1].y1 > shape[1].y0]
    shapes.sort(key=lambda shape: shape[1].y0)
    for i, (a, one, is_text) in enumerate(shapes):
        for b, two, other_text in shapes[i + 1 :]:
            if two.y0 >= one.y1:
                break
            if a.window != b.window or not _meet(one, two):
                continue
            if is_text and other_text:
                yield f"{a.text!r} lies on {b.text!r} in {a.window}"
            elif not _holds(one, two) and not _holds(two, one):
                yield f"{a.text!r} and {b.text!r} overlap in {a.window}"


def _meet(a: Rect, b: Rect) -> bool:
    both = a.within(b)
    return both.x1 - both.x0 > slack() and both.y1 - both.y0 > slack()


def _holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer.x0 - slack() <= inner.x0
        and outer.y0 - slack() <= inner.y0
        and inner.x1 <= outer.x1 + slack()
        and inner.y1 <= outer.y1 + slack()
    )
