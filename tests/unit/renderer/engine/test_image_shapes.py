"""Rectangles, other channels and conditions of numbers, from request to pixels."""

import numpy as np
import pytest
import torch

from foundation.seeds import seed_z
from foundation.transparency import over
from gan.display import to_rgba8
from renderer.document.timeline import Timeline
from renderer.engine.film import Cut, frames
from renderer.ipc.protocol import LAYERS, Display, Latent, Spectrum, ThumbnailRequest
from tests.unit.renderer import tiny


@pytest.fixture
def bench(tmp_path):
    return lambda kind: tiny.Bench(tiny.save(tmp_path, kind))


def image_of(kind, c=None):
    G = tiny.network(kind)
    z = torch.from_numpy(seed_z(0, G.z_dim))[None].float()
    return G(z, c)[0]


def test_a_rectangle_has_its_real_size_everywhere(bench):
    tall = bench("tall")
    shown = tall.render(display=Display(layer_table=True, spectrum=Spectrum(on=True)))
    images = dict(shown.images)
    assert (shown.model.height, shown.model.width, shown.model.resolution) == (48, 32, 32)
    assert images["picture"].shape == images["spectrum"].shape == (48, 32, 4)
    assert np.array_equal(images["picture"], to_rgba8(image_of("tall")))
    assert {layer.name: (layer.height, layer.width) for layer in shown.layers}["b8.conv1"] == (12, 8)
    tile = images[LAYERS][:, :48]
    assert tile[:, 8:40, 3].min() == 255
    assert tile[:, :8].max() == tile[:, 40:].max() == 0


def test_a_thumbnail_of_a_rectangle_keeps_its_sides_in_proportion(bench):
    tall = bench("tall")
    [found] = tall.pipeline.thumbnails((ThumbnailRequest("a", tall.request, 24),), False, tiny.Watching())
    small = found.pixels
    assert small.shape == (24, 24, 4)
    assert small[:, 4:20, 3].min() == 255
    assert small[:, :4].max() == small[:, 20:].max() == 0


def test_transparency_reaches_the_pixels(bench):
    rgba = bench("rgba")
    expected = to_rgba8(image_of("rgba"))
    assert np.ptp(expected[..., 3]) > 50
    assert np.array_equal(rgba.picture(), expected)
    louder = dict(rgba.render(display=Display(scale_db=6.0)).images)["picture"]
    assert np.array_equal(louder[..., 3], expected[..., 3])
    other = dict(rgba.render(display=Display(channel=1)).images)["picture"]
    assert other[..., 3].min() == 255
    assert np.array_equal(other[..., :2], expected[..., 1:3])


def test_channels_of_an_image_can_be_chosen(bench):
    six, image = bench("six"), image_of("six")
    for display, shown in (
        (Display(), image[:3]),
        (Display(channel=3), image[3:]),
        (Display(channels="one", channel=4), image[4:5]),
    ):
        assert np.array_equal(dict(six.render(display=display).images)["picture"], to_rgba8(shown))


@pytest.mark.parametrize(("kind", "latent"), [("numbers", Latent(condition=(0.5, -2.0))), ("many", Latent(label=999))])
def test_conditions(bench, kind, latent):
    G = tiny.network(kind)
    c = torch.zeros(1, G.c_dim)
    c[0, :2] = torch.tensor(latent.condition or (0.0, 0.0))
    if latent.label is not None:
        c[0, latent.label] = 1
    assert np.array_equal(bench(kind).picture(latent=latent), to_rgba8(image_of(kind, c)))


def test_films_lie_over_their_background(bench):
    rgba = bench("rgba")
    expected = to_rgba8(image_of("rgba"))
    for background, size in ((None, 4), ("checkerboard", 3), ("#204060", 3)):
        cut = Cut(1.0, 0.0, 1.0, background=background)
        (frame,) = frames(rgba.pipeline, rgba.request, Timeline(), cut, tiny.Watching())
        assert frame.shape == (32, 32, size)
        assert np.array_equal(frame, expected if background is None else over(expected, background))
