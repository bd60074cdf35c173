"""During a drag slow images are rendered at low resolution; at its end, or when it pauses, at full resolution."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from imgui_bundle import imgui
from PIL import Image

import gan
from gan.networks import build
from tests.e2e.driver import Driver, drive
from viz.canvas import tools
from viz.link import render_link
from viz.link.render_link import REST_S
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
        d.press(imgui.Key.mod_ctrl, imgui.Key.z)
        d.press(imgui.Key.mod_ctrl, imgui.Key.mod_shift, imgui.Key.z)
        d.wait_frame()
        np.testing.assert_array_equal(d.picture(), whole)

    drive(steps, renderer="slow", family=family, resolution=128, options={"clock": lambda: 100.0})


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
        hold(d, 0.5)
        hold(d, 0.4)
        assert drafts(d) == 0
        d.ctx.mouse_up(0)
        d.wait_frame()
        assert all(request.low_res_ms == 0 for request in d.renderer.submitted)

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
        d.wait_for(lambda: list(Path(tmp_path).glob("*.png")), what="a saved picture")
        d.ctx.mouse_up(0)
        d.wait_frame()
        saved = np.asarray(Image.open(next(Path(tmp_path).glob("*.png"))).convert("RGBA"))
        np.testing.assert_array_equal(saved, d.picture())

    settings, still = replace(Settings(), capture_dir=str(tmp_path)), {"clock": lambda: 100.0}
    drive(steps, renderer="slow", family="StyleGAN2", resolution=128, settings=settings, options=still)
