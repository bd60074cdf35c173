"""During a drag slow images are rendered at low resolution; at its end, or when it pauses, at full resolution."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from imgui_bundle import imgui
from PIL import Image

import gan
from gan.networks import build
from renderer.document import timeline as tl
from renderer.document.document import Motion
from renderer.document.parts import Latent, LayerStyle, Network
from tests.e2e.driver import Driver, drive, written
from viz.canvas import tools
from viz.link import render_link
from viz.state.motion import REST_S
from viz.state.params import put
from viz.state.playback import toggled
from viz.state.scene import Scene
from viz.state.settings import Settings


def hold(d: Driver, share: float) -> None:
    """Press the slider of psi, or drag on, and stay there."""
    x0, y0, x1, y1 = d.rect("//Generator/**/ψ/##track")
    d.ctx.mouse_move_to_pos(imgui.ImVec2(x0 + (x1 - x0) * share, (y0 + y1) / 2))
    if not imgui.is_mouse_down(0):
        d.ctx.mouse_down(0)
    d.frames(2)


def drafts(d: Driver) -> int:
    assert d.facts.frame is not None
    return d.facts.frame.low_res


@pytest.mark.parametrize("family", ["StyleGAN2", "StyleGAN3-T"])
def test_a_drag_shows_drafts_and_its_end_the_whole_picture(family):
    now = [100.0]

    def steps(d: Driver):
        d.wait_frame()
        assert drafts(d) == 0
        hold(d, 0.5)
        for share in (0.45, 0.4, 0.35):
            hold(d, share)
            assert drafts(d) == 32
        blocks = d.picture()[:8, :8, :3].reshape(2, 4, 2, 4, 3)
        assert (blocks == blocks[:, :1, :, :1]).all()
        d.ctx.mouse_up(0)
        d.wait_frame()
        assert drafts(d) == 0
        assert len(d.app.store.history.done) == 1
        whole = d.picture()
        for shift in ((), (imgui.Key.mod_shift,)):
            now[0] += 1
            d.press(imgui.Key.mod_ctrl, *shift, imgui.Key.z)
        d.wait_frame()
        np.testing.assert_array_equal(d.picture(), whole)

    drive(steps, renderer="slow", family=family, resolution=128, options={"clock": lambda: now[0]})


def stylegan2(folder: Path) -> str:
    """A network of 128 x 128 that was not trained."""
    sizes = {"z_dim": 64, "c_dim": 0, "w_dim": 64, "img_resolution": 128, "img_channels": 3}
    arguments = sizes | {"channel_base": 2048, "channel_max": 64, "mapping_kwargs": {"num_layers": 2}}
    architecture = gan.Architecture("stylegan2.Generator", arguments)
    with torch.random.fork_rng():
        torch.manual_seed(2)
        G = build(architecture.class_name, **arguments).eval()
        G.mapping.w_avg.normal_()  # what psi moves away from
    path = folder / "random.safetensors"
    gan.save(path, gan.Networks(G=None, D=None, G_ema=G, info=gan.describe({"G_ema": architecture})))
    return str(path)


def stylegan3(folder: Path) -> str:
    """The bundled network of 128 x 128."""
    return str(next((Path(__file__).resolve().parents[3] / "assets").glob("pattern-t-*.safetensors")))


@pytest.mark.parametrize(("make", "side"), [(stylegan2, 32), (stylegan3, 64)], ids=["StyleGAN2", "StyleGAN3-T"])
def test_the_renderer_draws_drafts_and_then_the_whole_picture(make, side, lent, tmp_path, monkeypatch):
    for module in (render_link, tools):
        monkeypatch.setattr(module, "LOW_RES_MS", 0.001)  # on whatever computer

    def steps(d: Driver):
        d.wait_frame()
        assert (drafts(d), d.picture().shape) == (0, (128, 128, 4))
        assert d.facts.frame.model.has_low_res
        assert d.exists("//Canvas/**/##drafts")
        hold(d, 0.5)
        for share in (0.45, 0.4):
            hold(d, share)
            d.wait_frame()
            assert drafts(d) == side
        draft = d.picture().astype(int)
        d.ctx.mouse_up(0)
        d.wait_frame()
        assert drafts(d) == 0
        whole = d.picture().astype(int)
        assert whole.shape == draft.shape
        # Not equal, but of the same image: nearer than the first one is.
        assert 0 < np.abs(draft - whole).mean() < 0.5 * whole[..., :3].std()
        d.click("//Canvas/**/##drafts")
        hold(d, 0.5)
        hold(d, 0.6)
        d.wait_frame()
        assert drafts(d) == 0
        d.ctx.mouse_up(0)
        d.wait_frame()

    drive(steps, network=make(tmp_path), renderer=lent, options={"clock": lambda: 100.0})


def test_what_is_held_still_becomes_whole():
    now = [100.0]

    def steps(d: Driver):
        d.wait_frame()
        hold(d, 0.5)
        hold(d, 0.4)
        assert drafts(d) == 32
        now[0] += REST_S
        d.frames(3)
        assert drafts(d) == 0
        hold(d, 0.3)
        assert drafts(d) == 32
        d.ctx.mouse_up(0)

    drive(steps, renderer="slow", family="StyleGAN2", resolution=128, options={"clock": lambda: now[0]})


def test_the_switch_is_at_the_picture_and_turns_drafts_off():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Canvas/**/##drafts")
        assert not d.scene.settings.drafts
        before = len(d.renderer.submitted)
        hold(d, 0.5)
        hold(d, 0.4)
        assert drafts(d) == 0
        d.ctx.mouse_up(0)
        d.wait_frame()
        held = d.renderer.submitted[before:]
        assert held
        assert all(request.low_res_ms == 0 for request in held)
        assert any(request.moving for request in held)

    drive(steps, renderer="slow", family="StyleGAN2", resolution=128)


def test_quick_networks_and_those_without_drafts_have_no_switch():
    def steps(d: Driver):
        d.wait_frame()
        assert not d.exists("//Canvas/**/##drafts")
        hold(d, 0.5)
        hold(d, 0.4)
        assert drafts(d) == 0
        d.ctx.mouse_up(0)

    drive(steps, family="StyleGAN2")
    drive(steps, renderer="slow", family="StyleGAN3-T")


def test_saving_in_the_middle_of_a_drag_saves_the_whole_picture(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        hold(d, 0.5)
        hold(d, 0.4)
        assert drafts(d) == 32
        d.press(imgui.Key.mod_ctrl, imgui.Key.s)
        d.wait_for(lambda: written(Path(tmp_path).glob("*.png")), what="a saved picture")
        d.ctx.mouse_up(0)
        d.wait_frame()
        saved = np.asarray(Image.open(next(Path(tmp_path).glob("*.png"))).convert("RGBA"))
        np.testing.assert_array_equal(saved, d.picture())

    settings, still = replace(Settings(), capture_dir=str(tmp_path)), {"clock": lambda: 100.0}
    drive(steps, renderer="slow", family="StyleGAN2", resolution=128, settings=settings, options=still)


MOTIONS = [field.name for field in fields(Motion) if field.type in (bool, "bool")]
READY = {
    "document.mixing.layers": (LayerStyle(ws=0),),
    "document.noise.mode": "random",
    "view.motion.noise_speed": 60.0,
    "view.motion.orbit_radius": 0.3,
}
"""Parts of the scene that the motions act on."""


def playing(scene: Scene) -> Scene:
    timeline = scene.document.timeline
    for at, x in ((0.0, 1.0), (timeline.seconds / 2, 90.0)):
        timeline = tl.keyed(timeline, "latent", at, Latent(x=x))
    return toggled(replace(scene, document=replace(scene.document, timeline=timeline)))


@pytest.mark.parametrize("moves", [*MOTIONS, "timeline"])
def test_whatever_moves_by_itself_is_drawn_as_drafts_and_whole_when_it_stops(moves):
    def ready(scene: Scene) -> Scene:
        for path, value in READY.items():
            scene = put(scene, path, value)
        return scene

    def start(scene: Scene) -> Scene:
        return playing(scene) if moves == "timeline" else put(scene, f"view.motion.{moves}", True)

    def stop(scene: Scene) -> Scene:
        return toggled(scene) if moves == "timeline" else put(scene, f"view.motion.{moves}", False)

    def steps(d: Driver):
        d.wait_frame()
        before = len(d.renderer.submitted)
        d.change(start)
        d.wait_for(lambda: len(d.renderer.submitted) > before + 3, what="requests in motion")
        asked = d.renderer.submitted[before:]
        assert all(request.moving and request.low_res_ms for request in asked)
        assert drafts(d) == 32
        d.change(stop)
        d.wait_frame()
        assert drafts(d) == 0
        assert not d.renderer.submitted[-1].moving

    family = "StyleGAN2" if moves == "noise" else "StyleGAN3-T"
    drive(steps, renderer="slow", family=family, resolution=128, scene=ready)


def test_the_first_picture_of_a_network_is_the_one_that_is_ready_first():
    def steps(d: Driver):
        d.wait_frame()
        assert drafts(d) == 0
        d.change(lambda scene: replace(scene, document=replace(scene.document, network=Network("other.pkl"))))
        d.wait_frame()
        assert drafts(d) == 0
        first = [request.low_res_ms > 0 for request in d.renderer.submitted]
        assert first == [True, False, True, False], "each network begins with a draft"

    drive(steps, renderer="slow", family="StyleGAN2", resolution=128)


def test_changes_in_quick_succession_are_drafts_and_a_single_one_is_not():
    now = [100.0]

    def steps(d: Driver):
        d.wait_frame()
        now[0] += 1
        d.press(imgui.Key.r)
        assert drafts(d) == 0
        now[0] += REST_S / 2
        d.press(imgui.Key.r)
        d.frames(2)
        assert drafts(d) == 32
        now[0] += REST_S
        d.wait_frame()
        assert drafts(d) == 0

    drive(steps, renderer="slow", family="StyleGAN2", resolution=128, options={"clock": lambda: now[0]})


def test_measurements_stay_while_drafts_are_shown_and_follow_at_rest():
    def steps(d: Driver):
        d.change(lambda scene: replace(scene, view=replace(scene.view, workspace="analyse")))
        d.wait_for(lambda: d.facts.layers is not None, what="the table of layers")
        d.wait_frame()
        before = d.facts.frame.layer_statistics
        d.change(lambda scene: put(scene, "view.motion.latent", True))
        d.wait_for(lambda: drafts(d) == 32, what="a draft")
        assert not d.renderer.submitted[-1].display.layer_table
        assert d.facts.layers is not None
        assert d.facts.frame.layer_statistics == before
        d.change(lambda scene: put(scene, "view.motion.latent", False))
        d.wait_frame()
        assert d.renderer.submitted[-1].display.layer_table
        assert d.facts.frame.layer_statistics
        assert d.facts.frame.layer_statistics != before

    drive(steps, renderer="slow", family="StyleGAN2", resolution=128)
