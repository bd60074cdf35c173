"""Window "Mix": the shelf, the layers that take its swatches, and saving what came of it."""

from functools import partial

from imgui_bundle import imgui

from viz.files import capture_section
from viz.history import compare_section
from viz.mixing import drag_view, layers_section, shelf
from viz.mixing.selection import tidied
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui.draw_cache import keep
from viz.ui.theme import current as t


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    scene = tidied(scene, facts)
    name = capture_section.coming(scene, facts)
    if scene.interaction.drag.on:  # what is under the pointer is asked in every frame
        return drag_view.settle(_parts(scene, facts, name), facts)
    styles = (*shelf.reads(scene, facts), *layers_section.reads(scene, facts), *compare_section.reads(scene, facts))
    return keep("mix", (*styles, *_of_capture(scene, facts, name)), partial(_parts, name=name), scene, facts)


def _of_capture(scene: Scene, facts: Facts, name: str) -> tuple[object, ...]:
    return scene.settings.capture_dir, name, facts.saved, facts.picture is None


def _parts(scene: Scene, facts: Facts, name: str) -> Scene:
    """Each part on its own as well, so that a change of one leaves the others."""
    tall = imgui.get_window_height() > t.px(760)
    free = capture_section.height(tall) + compare_section.height(scene, tall)
    layers = partial(layers_section.draw, reserve=free)
    if scene.interaction.drag.on:
        scene = layers(shelf.draw(scene, facts), facts)
    else:
        scene = keep("shelf", shelf.reads(scene, facts), shelf.draw, scene, facts)
        scene = keep("mixing", (*layers_section.reads(scene, facts), free), layers, scene, facts)
    scene = compare_section.draw(scene, facts)
    reads = _of_capture(scene, facts, name)
    return keep("capture", reads, partial(capture_section.draw, name=name, open_=tall), scene, facts)
