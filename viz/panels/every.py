"""The window's panels, by the names of their docking windows."""

from collections.abc import Callable

from viz import canvas, layout
from viz.facts import Facts
from viz.panels import analysis, generator, history, mix, performance, timeline, train
from viz.scene import Scene

PANELS: tuple[tuple[str, Callable[[Scene, Facts], Scene]], ...] = (
    ("Canvas", canvas.draw),
    ("Generator", generator.draw),
    ("Mix", mix.draw),
    ("Timeline", timeline.draw),
    ("Layers & spectrum", analysis.draw),
    ("Performance", performance.draw),
    ("Snapshots", train.draw),
    (layout.HISTORY, history.draw),
)
