"""Parts of resized features against resizing all of them."""

import pytest
import torch
import torch.nn.functional as F

from gan.edits.drag.windows import Window, at, resized, sampled

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
