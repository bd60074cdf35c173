"""Window "Mix": the shelf, the layers that take its swatches, and saving what came of it."""

from functools import partial

from imgui_bundle import imgui

from viz.carry import Carry
from viz.facts import Facts
from viz.kept import keep
from viz.panels import capture, carrying, mixing, shelf
from viz.scene import Scene
from viz.theme import current as t


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    tall = imgui.get_window_height() > t.px(760)
    free = capture.height(tall)
    layers = partial(mixing.draw, reserve=free)
    if facts.scratch.get(Carry).on:  # what is under the pointer is asked in every frame
        scene = layers(shelf.draw(scene, facts), facts)
    else:
        scene = keep("shelf", shelf.reads(scene, facts), shelf.draw, scene, facts)
        scene = keep("mixing", mixing.reads(scene, facts, free), layers, scene, facts)
    name = capture.coming(scene, facts)
    reads = (scene.settings.capture_dir, name, facts.saved, facts.picture is None)
    scene = keep("capture", reads, partial(capture.draw, name=name, open_=tall), scene, facts)
    return carrying.settle(scene, facts)
