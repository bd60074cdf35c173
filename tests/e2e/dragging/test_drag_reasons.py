"""Why points cannot be set or dragged now: the section says it, a click sets none, and Space is left alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from renderer.document.timeline import Key, Track
from tests.e2e.dragging.test_drag_section import SECTION, SIZE
from tests.e2e.dragging.test_point_tool import click, opened, points, pull
from tests.e2e.driver import Driver, drive
from tests.e2e.driver import Key as Press
from tests.e2e.networks.test_reasons import tip, told
from viz.dragging.run import NOISE, TIMELINE
from viz.state.params import put
from viz.state.scene import Scene

pytestmark = pytest.mark.window


def layer(scene: Scene) -> Scene:
    return put(scene, "view.display.layer", "b16.conv1")


def timeline(scene: Scene) -> Scene:
    track = Track("truncation.psi", (Key(0.0, 0.5), Key(2.0, 1.0)))
    scene = put(scene, "document.timeline", replace(scene.document.timeline, tracks=(track,)))
    return put(scene, "view.playback.on", True)


def walk(scene: Scene) -> Scene:
    return put(put(scene, "view.motion.latent_speed", 0.02), "view.motion.latent", True)


REASONS: dict[str, tuple[Callable[[Scene], Scene], str]] = {
    "noise": (lambda scene: put(scene, "document.noise.mode", "random"), NOISE),
    "layer": (layer, "A layer is shown: choose the picture first"),
    "timeline": (timeline, TIMELINE),
    "walk": (walk, "Stop the walk first"),
    "grid": (lambda scene: put(scene, "view.grid", True), "Close the view over the picture first"),
    "networks": (lambda scene: put(scene, "view.networks.on", True), "Close the view over the picture first"),
    "piles": (lambda scene: put(scene, "view.sorting", True), "Close the view over the picture first"),
}


@pytest.mark.parametrize("name", REASONS)
def test_the_section_says_why_nothing_can_be_dragged(name):
    change, why = REASONS[name]

    def steps(d: Driver) -> None:
        opened(d)
        place = d.scene.interaction.pointer.place
        assert place is not None
        d.change(change)
        d.frames(6)
        assert why in told(d)
        if name not in ("grid", "networks", "piles"):
            click(d, 30, 30)
            assert points(d) == []
        d.press(Press.space)
        assert d.scene.interaction.dragger.running is None

    drive(steps, size=SIZE, family="StyleGAN2")


def test_buttons_that_can_do_nothing_say_what_is_missing():
    def steps(d: Driver) -> None:
        opened(d)
        assert "Click the picture: a point, then where it should go." in told(d)
        d.ctx.item_click(f"{SECTION}##clear points")
        d.ctx.item_click(f"{SECTION}##reverse points")
        click(d, 20, 20)
        tip(d, "//Canvas/##start drag", "Click where the point should go")
        d.press(Press.space)
        assert d.scene.interaction.dragger.running is None
        d.press(Press.escape)
        pull(d, (10, 20), (30, 20))
        d.press(Press.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 2, what="steps")
        tip(d, f"{SECTION}##drag film", "Stop it first")
        d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the arrival")
        tip(d, f"{SECTION}##export drag", "Keep it as a direction first")

    drive(steps, size=SIZE)
