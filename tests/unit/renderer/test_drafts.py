"""Drafts: pictures drawn at a lower resolution while a hand moves something."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan.display import to_rgba8
from renderer import models
from renderer.protocol import Display, Latent, Spectrum
from tests.unit.renderer import tiny

SOON = 1e-6  # ms: no picture takes less


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(models, "SMALLEST_DRAFT", 8)


def draft(kind: str, seed: int, name: str) -> np.ndarray:
    G = tiny.network(kind)
    z = torch.from_numpy(np.random.RandomState(seed).randn(1, G.z_dim)).float()
    image = G.synthesis(G.mapping(z, None), until=name)
    return to_rgba8(F.interpolate(image, (32, 32), mode="bilinear")[0])


def test_the_first_picture_is_whole_and_tells_how_long_it_took(sg2):
    rendered = sg2.render(draft_ms=SOON)
    assert rendered.draft == 0
    assert rendered.whole_ms > 0
    assert rendered.model.has_drafts


def test_a_draft_is_the_image_of_a_lower_resolution_enlarged(sg2):
    sg2.render()
    rendered = sg2.render(latent=Latent(x=3), draft_ms=SOON)
    assert rendered.draft == 8
    np.testing.assert_allclose(tiny.pictures(rendered)["picture"], draft("sg2", 3, "b8.torgb"), atol=1)
    np.testing.assert_array_equal(sg2.picture(latent=Latent(x=3)), tiny.reference("sg2", 3))


def test_what_is_quick_or_known_or_measured_is_whole(sg2):
    sg2.render()
    assert sg2.render(latent=Latent(x=3), draft_ms=1e9).draft == 0
    assert sg2.render(latent=Latent(x=3), draft_ms=SOON).draft == 0  # it has just been drawn
    for display in (Display(layer="b8.conv0"), Display(layer_table=True), Display(spectrum=Spectrum(on=True))):
        assert sg2.render(latent=Latent(x=4), display=display, draft_ms=SOON).draft == 0


def test_the_largest_draft_within_the_time_is_drawn(sg2):
    sg2.render()
    model = sg2.pipeline._models.get(sg2.request.network, "cpu", lambda share: None)
    model.whole_s, model.shares = 0.1, {"b8.torgb": 0.2, "b16.torgb": 0.6, "b32.torgb": 1.0}
    assert model.draft_layer(0.07) == "b16.torgb"
    assert model.draft_layer(0.05) == "b8.torgb"
    assert model.draft_layer(0.01) == "b8.torgb"
    assert model.draft_layer(0.1) is None


def test_networks_without_such_images_are_drawn_whole(sg3):
    sg3.render()
    rendered = sg3.render(latent=Latent(x=3), draft_ms=SOON)
    assert (rendered.draft, rendered.model.has_drafts) == (0, False)
