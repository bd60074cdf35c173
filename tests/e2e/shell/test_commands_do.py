"""No command that can be chosen does nothing: in every state of the window each available one changes something."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from renderer.cli.picture import QuietWatch
from renderer.document.document import Compare, Playback
from renderer.document.parts import Latent
from renderer.document.timeline import Key, Timeline, Track
from renderer.fake.engine import FakeEngine
from renderer.ipc.protocol import RenderRequest
from tests.e2e.driver import Driver, drive
from tests.e2e.shell.random_actions import OUTSIDE
from viz.state.params import put
from viz.state.scene import Scene

pytestmark = pytest.mark.window

ALREADY = ("fit", "scale-1", "workspace-", "tool-", "path-", "compare-side", "snap", "reset")
"""Beginnings of commands that set what may be set already."""
BESIDE = ("copy-picture", "save-grid", "save-comparison")
"""Commands whose work begins outside the scene."""
SAME_PICTURE = {"reload": "reads the same file again"}
"""Commands that change the image's state and leave the picture as it is."""


def states(d: Driver) -> Iterator[tuple[str, Scene]]:
    """Yield the states of the window in which commands are tried."""
    base, model = d.scene, d.facts.model
    assert model is not None
    ref = d.facts.arrays.add(np.random.RandomState(0).randn(model.num_ws, model.w_dim).astype(np.float32))
    yield "at rest", base
    yield "another seed", put(base, "document.latent.x", 7.0)
    yield "a stored latent", put(base, "document.latent", Latent(array=ref))
    yield "away from a stored latent", put(base, "document.latent", Latent(array=ref).moved_to(0.4, 0.3))
    yield "a walk", put(base, "view.motion.latent", True)
    timeline = Timeline(seconds=4, tracks=(Track("latent", (Key(0.0, Latent(1.0)), Key(2.0, Latent(2.0)))),))
    yield "a timeline at rest", put(base, "document.timeline", timeline)
    playing = put(base, "document.timeline", timeline)
    yield "the timeline's picture", put(playing, "view.playback", Playback(1.0, on=True))
    for view in ("gallery.on", "grid", "sorting", "lens.on", "networks.on", "panels_hidden"):
        yield view, put(base, f"view.{view}", True)
    other = put(base, "document.latent.x", 9.0).document
    yield "compare", put(base, "view.compare", Compare(b=other))
    for workspace in ("mix", "analyse", "train"):
        yield workspace, put(base, "view.workspace", workspace)
    for tool in ("drag", "inspect", "transform", "brush"):
        yield tool, put(base, "view.tool", tool)
    assert model.layers
    yield "a layer", put(base, "view.display.layer", model.layers[0].name)


@pytest.mark.parametrize("family", ["StyleGAN2", "StyleGAN3-T"])
def test_every_command_that_can_be_chosen_does_something(family):
    engine = FakeEngine(family, 64)

    def pixels(scene: Scene) -> bytes:
        rendered = engine.render(RenderRequest(1, scene.document.image, "cpu"), QuietWatch())
        return rendered.images[0][1].tobytes()

    def steps(d: Driver) -> None:
        d.wait_frame()
        tried: set[str] = set()
        idle: list[str] = []
        for name, state in states(d):
            d.change(lambda scene, state=state: replace(state, interaction=scene.interaction))
            d.frames(6)
            scene, facts = d.scene, d.facts
            for command in d.app.commands.values():
                if (
                    command.id in OUTSIDE
                    or command.id.startswith(ALREADY + BESIDE)
                    or not command.available(scene, facts)
                ):
                    continue
                after = command.run(scene, facts)
                tried.add(command.id)
                if after == scene:
                    idle.append(f"{command.id} does nothing: {name}")
                changes_image = not after.actions and after.document.image != scene.document.image
                if changes_image and command.id not in SAME_PICTURE and pixels(after) == pixels(scene):
                    idle.append(f"{command.id} leaves the picture as it is: {name}")
        assert not idle
        assert len(tried) > 80

    drive(steps, family=family)
