"""The window's panels, by the names of their docking windows."""

from collections.abc import Callable

from viz import canvas, layout
from viz.facts import Facts
from viz.panels import analysis, fakes, generator, history, mix, performance, run, runs, timeline
from viz.scene import Scene

PANELS: tuple[tuple[str, Callable[[Scene, Facts], Scene]], ...] = (
    ("Canvas", canvas.draw),
    ("Generator", generator.draw),
    ("Mix", mix.draw),
    ("Timeline", timeline.draw),
    ("Layers & spectrum", analysis.draw),
    ("Performance", performance.draw),
    (layout.RUNS, runs.draw),
    (layout.RUN, run.draw),
    (layout.FAKES, fakes.draw),
    (layout.HISTORY, history.draw),
)
