"""Window "Mix": the shelf, the layers that take its swatches, and saving what came of it."""

from functools import partial

from imgui_bundle import imgui

from viz.carry import Carry
from viz.facts import Facts
from viz.kept import keep
from viz.panels import capture, carrying, compare, mixing, shelf
from viz.scene import Scene
from viz.theme import current as t


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    name = capture.coming(scene, facts)
    if facts.scratch.get(Carry).on:  # what is under the pointer is asked in every frame
        return carrying.settle(_parts(scene, facts, name), facts)
    styles = (*shelf.reads(scene, facts), *mixing.reads(scene, facts), *compare.reads(scene, facts))
    return keep("mix", (*styles, *_of_capture(scene, facts, name)), partial(_parts, name=name), scene, facts)


def _of_capture(scene: Scene, facts: Facts, name: str) -> tuple[object, ...]:
    return scene.settings.capture_dir, name, facts.saved, facts.picture is None


def _parts(scene: Scene, facts: Facts, name: str) -> Scene:
    """Each part on its own as well, so that a change of one leaves the others."""
    tall = imgui.get_window_height() > t.px(760)
    free = capture.height(tall) + compare.height(scene, tall)
    layers = partial(mixing.draw, reserve=free)
    if facts.scratch.get(Carry).on:
        scene = layers(shelf.draw(scene, facts), facts)
    else:
        scene = keep("shelf", shelf.reads(scene, facts), shelf.draw, scene, facts)
        scene = keep("mixing", (*mixing.reads(scene, facts), free), layers, scene, facts)
    scene = compare.draw(scene, facts)
    reads = _of_capture(scene, facts, name)
    return keep("capture", reads, partial(capture.draw, name=name, open_=tall), scene, facts)
