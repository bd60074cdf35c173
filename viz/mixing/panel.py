"""Window "Mix": the shelf, the layers that take its swatches, and saving."""

from imgui_bundle import imgui

from viz.files import capture_section
from viz.history import compare_section
from viz.mixing import drag_view, layers_section, shelf
from viz.mixing.selection import tidied
from viz.networks import beside
from viz.networks.weights import known
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui.draw_cache import cached, every_frame
from viz.ui.theme import current as t

_shelf, _layers, _compare, _capture = (
    cached(shelf.draw),
    cached(layers_section.draw),
    cached(compare_section.draw),
    cached(capture_section.draw),
)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole panel."""
    scene = tidied(scene, facts)
    if networks := known(scene.document):
        beside.look(scene, facts, networks)
    tall = imgui.get_window_height() > t.px(760)
    free = capture_section.height(tall) + compare_section.height(scene, tall)
    dragged = scene.interaction.drag.on
    if dragged:  # target under the pointer, updated in every frame
        every_frame()
        scene = layers_section.draw(shelf.draw(scene, facts), facts, free)
    else:
        scene = _layers(_shelf(scene, facts), facts, free)
    scene = _capture(_compare(scene, facts), facts, tall)
    return drag_view.settle(scene, facts) if dragged else scene
