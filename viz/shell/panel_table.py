"""Table of the window's panels, by the names of their docking windows."""

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
from viz.ui.draw_cache import cached

Draw = Callable[[Scene, Facts], Scene]


PANELS: tuple[tuple[str, Draw], ...] = (
    ("Canvas", canvas.draw),
    ("Generator", cached(generator.draw)),
    ("Mix", cached(mixing.draw)),
    ("Timeline", timeline.draw),
    ("Layers & spectrum", analysis.draw),
    ("Performance", performance.draw),
    (layout.RUNS, list_panel.draw),
    (layout.RUN, detail_panel.draw),
    (layout.FAKES, fakes_panel.draw),
    (layout.HISTORY, cached(history.draw)),
)
"""Panels that only draw are cached as a whole. The others do work in every frame; their parts are cached where they
are drawn.
"""
