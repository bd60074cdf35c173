"""Esc closes one level at each press, the front one first.

`LEVELS` is the order, which docs/guide/keys.md repeats. Menus and other popups are closed by Dear ImGui itself, before
this is asked, and a text field takes the first Esc for itself unless it is all that its dialog is for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from viz.directions import search as direction_search
from viz.dragging.commands import escaped as drag_escaped
from viz.gallery.actions import with_open
from viz.mixing import drag_view
from viz.mixing.grid_export import GRID_EXPORT
from viz.mixing.selection import selecting
from viz.networks.compare_state import with_view
from viz.photos import canvas_view as photo_view
from viz.shell import dialogs
from viz.state import motion, playback
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.store import Store
from viz.ui import notifications


@dataclass(frozen=True)
class Level:
    """One level of Esc.

    Attributes:
        name: What Esc does there, for the guide.
        close: Returns the scene without it; None if there is nothing to close.
    """

    name: str
    close: Callable[[Scene, Facts, Store], Scene | None]


def _dialog(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    scene, closed = dialogs.close(scene, facts)
    return scene if closed else None


def _drag(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    scene, ended = drag_view.escape(scene)
    return scene if ended else None


def _edit(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    if not (imgui.is_any_item_active() and store.history.is_open):
        return None
    store.cancel()
    imgui.internal.clear_active_id()
    return replace(scene, document=store.document)


def _strip(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return notifications.dismissed(scene, facts)


def _export(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return scene if facts.services[GRID_EXPORT].stop() else None


def _choice(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    if not (scene.view.in_gallery and scene.interaction.seeds.chosen):
        return None
    return scene.interacting(seeds=replace(scene.interaction.seeds, chosen=(), anchor=None))


def _gallery(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return with_open(scene, facts, False) if scene.view.in_gallery else None


def _grid(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return replace(scene, view=replace(scene.view, grid=False)) if scene.view.grid else None


def _sorting(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return replace(scene, view=replace(scene.view, sorting=False)) if scene.view.sorting else None


def _networks(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return with_view(scene, on=False) if scene.view.networks.on else None


def _search(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return direction_search.stopped(scene) if scene.interaction.finder.running is not None else None


def _points(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return drag_escaped(scene, facts)


def _photo(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return photo_view.escaped(scene, facts)


def _brush(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    if scene.view.tool != "brush":
        return None
    masks = scene.interaction.brush.paints == "mask"
    return replace(scene, view=replace(scene.view, tool="drag" if masks else "walk"))


def _selection(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return selecting(scene, layers=()) if scene.interaction.selection.layers else None


def _playback(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    return playback.toggled(scene) if scene.view.playback.playing else None


def _motion(scene: Scene, facts: Facts, store: Store) -> Scene | None:
    view = scene.view
    return replace(scene, view=replace(view, motion=motion.stopped(view.motion))) if view.motion.playing else None


LEVELS = (
    Level("Close the dialog or the file browser", _dialog),
    Level("Let go of a carried style, which stays where it was", _drag),
    Level("Take back the value that is being dragged", _edit),
    Level("Dismiss the newest message over the picture", _strip),
    Level("Choose no seeds of the gallery", _choice),
    Level("Close the gallery", _gallery),
    Level("Stop saving the mixing grid", _export),
    Level("Close the mixing grid", _grid),
    Level("Close the two piles, which stay", _sorting),
    Level("Close the comparison of networks, which stay", _networks),
    Level("Stop the search for directions, which leaves nothing", _search),
    Level("Stop the drag of points, which keeps what it has reached; again: clear the points", _points),
    Level("Stop the fit of the photo on the canvas, whose result so far is kept; then show the picture again", _photo),
    Level("Put the brush away", _brush),
    Level("Choose no layers", _selection),
    Level("Stop playing the timeline", _playback),
    Level("Stop the walk", _motion),
)
"""Levels of Esc, the front one first."""


def pressed(scene: Scene, facts: Facts, store: Store) -> Scene:
    """Return the scene after a press of Esc."""
    if imgui.get_io().want_text_input and not dialogs.leaves_escape(scene, facts):
        return scene  # the field takes this one
    for level in LEVELS:
        closed = level.close(scene, facts, store)
        if closed is not None:
            return closed
    return scene
