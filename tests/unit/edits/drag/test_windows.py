"""Parts of resized features against resizing all of them; positions between samples; where handles are found."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan.edits.drag.dragging import Point
from gan.edits.drag.settings import Settings
from gan.edits.drag.terms import tracked
from gan.edits.drag.windows import Window, at, resized, sampled, smooth

SIZE = (40, 32)


@pytest.mark.parametrize("have", [(10, 8), (40, 32), (64, 48), (7, 5)])
@pytest.mark.parametrize("window", [Window(0, 0, 40, 32), Window(3, 30, 9, 32), Window(39, 0, 40, 1)])
def test_a_window_is_that_of_the_whole(have, window):
    features = torch.randn(3, *have, generator=torch.Generator().manual_seed(0))
    whole = F.interpolate(features[None], SIZE, mode="bilinear", align_corners=False)[0]
    part = resized(features, window, SIZE)
    torch.testing.assert_close(part, whole[:, window.top : window.bottom, window.left : window.right])


def test_windows_are_cut_at_the_picture():
    assert Window.around(0.4, 39.0, 3, SIZE) == Window(36, 0, 40, 4)
    assert Window.around(-5, 50, 1, SIZE) == Window(39, 0, 40, 1)
    assert Window.around(10, 10, 0, SIZE).size == (1, 1)


def test_positions_between_pixels_are_bilinear():
    features = torch.arange(32.0).expand(1, 40, 32) + 100 * torch.arange(40.0)[:, None]
    window = Window(2, 3, 20, 30)
    found = sampled(resized(features, window, SIZE), window, torch.tensor([4.25, 3.0]), torch.tensor([2.5, 19.0]))
    torch.testing.assert_close(found, torch.tensor([[254.25, 1903.0]]))
    torch.testing.assert_close(at(features, 4.25, 2.5, SIZE), torch.tensor([254.25]))
    torch.testing.assert_close(at(features, 31.0, 39.0, SIZE), torch.tensor([3931.0]))
    torch.testing.assert_close(at(features, 80.0, -3.0, SIZE), torch.tensor([31.0]))


def test_positions_between_samples_are_cubic():
    rows, columns = torch.arange(20.0)[:, None], torch.arange(16.0)
    features = (columns + 100 * rows)[None]
    found = smooth(features, torch.tensor([8.0, 9.5]), torch.tensor([10.0, 20.25]), SIZE)
    # A sample is two pixels wide: pixel x lies at sample (x + 0.5) / 2 - 0.5, and a ramp is a ramp between samples.
    torch.testing.assert_close(found, torch.tensor([[[478.75, 479.5], [991.25, 992.0]]]))
    wave = torch.cos(columns * 0.9).expand(1, 20, 16)
    x = torch.tensor([11.0, 12.0, 12.5])
    exact = torch.cos(((x + 0.5) / 2 - 0.5) * 0.9)
    linear = torch.stack([at(wave, float(one), 20.0, SIZE) for one in x], dim=1)
    assert (smooth(wave, x, torch.tensor([20.0]), SIZE)[:, 0] - exact).abs().max() < 0.3 * (linear - exact).abs().max()


def test_edges_are_those_within_the_picture():
    window = Window.around(2, 20, 3, SIZE)
    assert window == Window(17, 0, 24, 6)
    assert not window.edges(0, 20, SIZE), "that of the picture"
    assert not window.edges(4, 22, SIZE)
    assert window.edges(5, 20, SIZE)
    assert window.edges(3, 17, SIZE)
    assert window.edges(0, 23, SIZE)


def waves(shift_x, shift_y, size=48, samples=24):
    """Features [C, samples, samples] of a smooth picture that has moved by a way in its pixels."""
    chance = np.random.RandomState(1)
    places = (np.arange(samples) + 0.5) * size / samples - 0.5
    x, y = np.meshgrid(places - shift_x, places - shift_y)
    across, down, phases = chance.uniform(-0.3, 0.3, (3, 8, 1, 1))
    parts = np.cos(across * x + down * y + 10 * phases)
    return torch.tensor(parts, dtype=torch.float32)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.3, -0.45), (1.7, 1.1), (5.3, -4.4), (-6.6, 2.2), (0.0, 7.5)])
def test_a_handle_follows_beyond_the_radius_and_between_pixels(shift):
    """A radius of 3 pixels: what has moved farther in a step is found by going on from the edge of the search."""
    size, settings = (48, 48), Settings(layer="", layers=(0,), track_radius=3.0)
    point = Point(23.4, 25.0, 0.0, 0.0)
    reference = smooth(waves(0, 0), torch.tensor([23.4]), torch.tensor([25.0]), size)[:, 0, 0]
    x, y = tracked(waves(*shift), reference, point, settings, size)
    assert (x, y) == pytest.approx((23.4 + shift[0], 25 + shift[1]), abs=0.06)


def test_the_published_search_stays_within_its_radius_on_pixels():
    size, settings = (48, 48), Settings(layer="", layers=(0,), track_radius=3.0, published=True)
    reference = at(waves(0, 0), 23.0, 25.0, size)
    x, y = tracked(waves(9, 0), reference, Point(23, 25, 0, 0), settings, size)
    assert (x, y) == (round(x), round(y))
    assert x == 26, "on the edge"
    assert abs(y - 25) <= 3
