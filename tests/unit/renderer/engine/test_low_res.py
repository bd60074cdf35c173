"""Low-resolution images during drags."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan.display import to_rgba8
from gan.inference.low_res import at_resolution, shares
from gan.transforms import affine, inverse
from renderer.engine import describing, kernels, models
from renderer.engine.base import Cancelled
from renderer.ipc.protocol import Display, Latent, LayerStyle, Mixing, Spectrum, Transform, Truncation
from tests.unit.renderer import tiny

SOON = 1e-6  # ms: no image takes less


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(describing, "LOWEST_RES", 8)


@pytest.fixture(params=["sg2", "sg3"])
def kind(request):
    return request.param


@pytest.fixture
def bench(folder, kind):
    return tiny.Bench(tiny.save(folder, kind))


def model_of(bench: tiny.Bench) -> models.Model:
    return bench.pipeline._models.get(bench.request.image.network, "cpu", lambda share: None)


def draft(kind: str, seed: int, side: int, psi: float = 1.0, **synthesis) -> np.ndarray:
    G = tiny.network(kind)
    z = torch.from_numpy(np.random.RandomState(seed).randn(1, G.z_dim)).float()
    image = at_resolution(G.synthesis, side)(G.mapping(z, None, truncation_psi=psi), **synthesis)
    small = torch.from_numpy(to_rgba8(image[0])).permute(2, 0, 1)[None].float()
    return F.interpolate(small, (32, 32), mode="bilinear")[0].permute(1, 2, 0).numpy()


def test_the_first_picture_can_be_a_draft_and_tells_how_long_a_whole_one_will_take(bench):
    rendered = bench.render(low_res_ms=SOON)
    assert rendered.low_res == min(side for side in shares(model_of(bench).G.synthesis) if side >= 8)
    assert rendered.full_ms > 0
    assert rendered.model.has_low_res
    whole = bench.render()
    assert whole.low_res == 0
    assert [layer.name for layer in whole.layers] == list(model_of(bench).G.synthesis.layer_names)


def test_a_draft_is_the_image_of_a_lower_resolution_enlarged(bench, kind):
    bench.render()
    rendered = bench.render(latent=Latent(x=3), low_res_ms=SOON)
    side = rendered.low_res
    assert side in shares(model_of(bench).G.synthesis)
    np.testing.assert_allclose(tiny.pictures(rendered)["picture"], draft(kind, 3, side), atol=1)
    np.testing.assert_array_equal(bench.picture(latent=Latent(x=3)), tiny.reference(kind, 3))


def test_a_draft_has_everything_that_the_whole_picture_has(sg3):
    sg3.render()
    asked = {"latent": Latent(x=3), "truncation": Truncation(psi=0.6), "transform": Transform(x=0.25, angle=30.0)}
    rendered = sg3.render(low_res_ms=SOON, **asked)
    matrix = inverse(affine((0.25, 0.0), -30.0))
    expected = draft("sg3", 3, rendered.low_res, psi=0.6, input_transform=matrix)
    np.testing.assert_allclose(tiny.pictures(rendered)["picture"], expected, atol=1)
    mixing = Mixing(x=9, layers=(LayerStyle(ws=0), LayerStyle(ws=2)))
    mixed = sg3.render(low_res_ms=SOON, mixing=mixing, **asked)
    assert mixed.low_res == rendered.low_res
    assert np.abs(tiny.pictures(mixed)["picture"].astype(int) - expected).max() > 5


def test_layers_are_told_as_whole_pictures_have_them(bench):
    layers = bench.render().layers
    rendered = bench.render(latent=Latent(x=3), low_res_ms=SOON)
    assert rendered.low_res
    assert rendered.layers == layers


def test_what_is_quick_or_known_or_measured_is_whole(bench, kind):
    bench.render()
    assert bench.render(latent=Latent(x=3), low_res_ms=1e9).low_res == 0
    whole = bench.render(latent=Latent(x=5))
    assert whole.low_res == 0
    assert bench.render(latent=Latent(x=5), low_res_ms=SOON).low_res == 0  # it has just been drawn
    name = model_of(bench).G.synthesis.layer_names[1]
    for display in (Display(layer=name), Display(layer_table=True), Display(spectrum=Spectrum(on=True))):
        assert bench.render(latent=Latent(x=4), display=display, low_res_ms=SOON).low_res == 0


def test_a_draft_can_be_given_up(bench):
    bench.render()
    assert bench.render(latent=Latent(x=2), low_res_ms=SOON).low_res
    watch = tiny.Watching(cancel_at=0.0)
    request = tiny.changed(bench.request, latent=Latent(x=3), low_res_ms=SOON)
    with pytest.raises(Cancelled):
        bench.pipeline.render(request, watch)
    assert 0 < watch.shares[0] <= 1


@pytest.mark.parametrize("kind", ["sg1"])
def test_networks_without_such_images_are_drawn_whole(bench):
    bench.render()
    rendered = bench.render(latent=Latent(x=3), low_res_ms=SOON)
    assert (rendered.low_res, rendered.model.has_low_res) == (0, False)


def test_kernels_of_drafts_are_ready_with_those_of_the_whole(folder, monkeypatch):
    from gan.inference import cpu

    monkeypatch.setenv(kernels.VARIABLE, "wait")
    bench = tiny.Bench(tiny.save(folder, "sg3"))
    bench.render()
    synthesis = model_of(bench).G.synthesis
    plans = [cpu.plans.entries[at_resolution(synthesis, side)].plan for side in shares(synthesis)]
    assert plans
    drawn = bench.render(latent=Latent(x=3), low_res_ms=SOON)
    np.testing.assert_allclose(tiny.pictures(drawn)["picture"], draft("sg3", 3, drawn.low_res), atol=1)
