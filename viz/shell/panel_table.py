"""Table of the window's panels, by the names of their docking windows."""

from collections.abc import Callable

from imgui_bundle import imgui

from viz.analysis import panel as analysis
from viz.analysis import performance
from viz.directions import panel as directions
from viz.dragging import section as drag_points
from viz.gallery import view as gallery
from viz.gallery.panel import draw as draw_seeds
from viz.generate import panel as generator
from viz.history import panel as history
from viz.mixing import panel as mixing
from viz.photos import panel as photos
from viz.runs import detail_panel, fakes_panel, list_panel
from viz.shell import layout
from viz.start import first_steps, notes
from viz.start import panel as start
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.timeline import panel as timeline
from viz.ui.draw_cache import cached

Draw = Callable[[Scene, Facts], Scene]


_mix, _drag_points = cached(mixing.draw), cached(drag_points.draw)


def _right(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel at the right: that of the gallery while it is shown."""
    if not gallery.shows(scene, facts):
        if drag_points.shown(scene):
            scene = _drag_points(scene, facts)
        return _mix(scene, facts)
    state = gallery.gallery_of(facts)
    return draw_seeds(scene, facts, state.sheet, state.listing)


def _centre(scene: Scene, facts: Facts) -> Scene:
    """Draw the canvas or the gallery in its place, and what Start shows over it."""
    scene = first_steps.look(scene, facts)
    a, size = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    scene = gallery.draw(scene, facts)
    notes.walking_tag(scene)
    return notes.draw(scene, facts, a, size)


def has_fakes(scene: Scene, facts: Facts) -> bool:
    """Return True if the panel `layout.FAKES` has something to show, or soon will."""
    return fakes_panel.has_place(scene, facts)


PANELS: tuple[tuple[str, Draw], ...] = (
    ("Canvas", _centre),
    (layout.START, start.draw),
    ("Generator", cached(generator.draw)),
    ("Mix", _right),
    ("Timeline", timeline.draw),
    (layout.ANALYSIS, analysis.draw),
    (layout.DIRECTIONS, directions.draw),
    (layout.PHOTOS, photos.draw),
    ("Performance", performance.draw),
    (layout.RUNS, list_panel.draw),
    (layout.RUN, detail_panel.draw),
    (layout.FAKES, fakes_panel.draw),
    (layout.HISTORY, cached(history.draw)),
)
"""Panels that only draw are cached as a whole. The others do work in every frame; their parts are cached where they
are drawn.
"""
