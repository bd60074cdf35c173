"""ImPlot helpers in the theme's colours: plot frame, lines and stacks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from imgui_bundle import ImVec2, implot
from numpy.typing import NDArray

from viz.ui import record, theme
from viz.ui.drawable import drawable
from viz.ui.theme import current as t

Series = NDArray[np.float64]

LEAST = 92
"""Least height of a plot with axes, in design lengths: below it the numbers of an axis lie on one another."""

NO_CLUTTER = implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title
"""Limits interaction to zooming and panning by wheel and drag, and fitting by double click."""


def color(index: int) -> str:
    """Return the colour of the `index`-th line of a plot, from a palette safe for common colour blindness."""
    return theme.PLOT_CYCLE[index % len(theme.PLOT_CYCLE)]


@contextmanager
def plot(id_: str, width: float, height: float, flags: int = 0) -> Iterator[bool]:
    """Begin a plot, sizes in pixels. Yields True if it is visible: set up and draw only then."""
    seen = implot.begin_plot(drawable(f"##{id_}"), ImVec2(width, height), NO_CLUTTER | flags)
    if seen:
        record.plot(id_, height)
    try:
        yield seen
    finally:
        if seen:
            implot.end_plot()


def line(name: str, x: Series, y: Series, token: str, width: float = 1.5, alpha: float = 1.0) -> None:
    """Draw one line; `name` appears in the legend unless it begins with ##."""
    spec = implot.Spec()
    spec.line_color, spec.line_weight = t.vec4(token, alpha), width * t.scale
    implot.plot_line(drawable(name), np.ascontiguousarray(x, np.float64), np.ascontiguousarray(y, np.float64), spec)


def area(name: str, x: Series, low: Series, high: Series, token: str, alpha: float = 0.6) -> None:
    """Fill the area between two lines."""
    spec = implot.Spec()
    spec.fill_color, spec.fill_alpha = t.vec4(token), alpha
    implot.plot_shaded(
        drawable(name),
        np.ascontiguousarray(x, np.float64),
        np.ascontiguousarray(low, np.float64),
        np.ascontiguousarray(high, np.float64),
        spec,
    )


def heaped(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """Return lower and upper edge of each series when stacked."""
    edges: list[tuple[Series, Series]] = []
    below = np.zeros(len(series[0]) if series else 0)
    for one in series:
        above = below + one
        edges.append((below, above))
        below = above
    return edges


def stack(x: Series, named: Sequence[tuple[str, Series]]) -> None:
    """Draw stacked areas in the colours of the cycle."""
    for index, ((name, _), (low, high)) in enumerate(zip(named, heaped([s for _, s in named]), strict=True)):
        area(name, x, low, high, color(index))
