"""The window's panels, by the names of their docking windows."""

from collections.abc import Callable

from viz.analysis import panel as analysis
from viz.analysis import performance
from viz.canvas import canvas
from viz.generate import panel as generator
from viz.history import panel as history
from viz.mixing import panel as mixing
from viz.runs import detail_panel, fakes_panel, list_panel
from viz.shell import layout
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.timeline import panel as timeline

PANELS: tuple[tuple[str, Callable[[Scene, Facts], Scene]], ...] = (
    ("Canvas", canvas.draw),
    ("Generator", generator.draw),
    ("Mix", mixing.draw),
    ("Timeline", timeline.draw),
    ("Layers & spectrum", analysis.draw),
    ("Performance", performance.draw),
    (layout.RUNS, list_panel.draw),
    (layout.RUN, detail_panel.draw),
    (layout.FAKES, fakes_panel.draw),
    (layout.HISTORY, history.draw),
)
