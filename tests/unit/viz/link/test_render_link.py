"""Requests in motion: how many are awaited before the window lets images bring its frames."""

from dataclasses import replace
from types import SimpleNamespace

from renderer.document.document import Document
from renderer.ipc import client
from viz.link import render_link
from viz.link.measurements import Seen
from viz.link.meters import Meters
from viz.link.render_link import RenderLink
from viz.state.interaction import Interaction
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings


class _Silent:
    """A renderer that does not answer."""

    def __init__(self) -> None:
        self.submitted = []
        self.submit = self.submitted.append

    def want(self, thumbnails) -> None:
        """Nothing."""


def _walking(milliseconds: float) -> tuple[RenderLink, Scene, _Silent]:
    renderer = _Silent()
    link = RenderLink(renderer, Meters(), lambda: 0.0, Seen())
    scene = Scene(document=Document(), settings=Settings(), interaction=Interaction())
    scene = put(scene, "view.motion.latent", True)
    model = SimpleNamespace(network=scene.shown.network, has_low_res=True)
    link.frame = SimpleNamespace(
        milliseconds=(("synthesis", milliseconds),), model=model, full_ms=500.0, low_res=64, fast=False, request_id=0
    )
    return link, scene, renderer


def _step(link: RenderLink, scene: Scene, k: int) -> None:
    link.submit(put(scene, "document.latent.x", float(k)), k / 60)


def test_two_images_are_awaited_before_an_image_brings_the_next_frame():
    link, scene, renderer = _walking(50.0)
    _step(link, scene, 1)
    assert not link.brings_frame, "the renderer would wait for the window"
    _step(link, scene, 2)
    assert link.brings_frame
    link._answer(1)
    assert not link.brings_frame
    _step(link, scene, 3)
    assert link.brings_frame
    assert len(renderer.submitted) == 3


def test_images_quicker_than_frames_bring_none():
    link, scene, _ = _walking(render_link.FRAME_MS / 2)
    for k in (1, 2, 3):
        _step(link, scene, k)
        assert not link.brings_frame


def test_the_renderer_takes_as_many_requests_as_are_awaited():
    assert render_link.AWAITED == client.IN_FLIGHT


def test_at_rest_no_image_brings_a_frame():
    link, scene, _ = _walking(50.0)
    for k in (1, 2):
        _step(link, scene, k)
    scene = replace(scene, view=replace(scene.view, motion=replace(scene.view.motion, latent=False)))
    link.submit(scene, 10.0)
    link.submit(scene, 20.0)
    assert not link.moving
    assert not link.brings_frame
