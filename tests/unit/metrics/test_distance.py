"""The distance at hand: which one it is, its name, and what it finds."""

import pytest
import torch

from gan.metrics import detectors as module
from gan.metrics import distance
from gan.metrics.detectors import Detectors
from gan.metrics.distance import distance_at_hand, pyramid
from tests.unit.metrics.stand_ins import Vgg, write


@pytest.fixture(scope="module")
def vgg(tmp_path_factory):
    """Feature networks with a stand-in of VGG16, whose process takes long to start."""
    detectors = Detectors(write(tmp_path_factory.mktemp("vgg"), Vgg), trusted=True)
    yield detectors
    detectors.close()


@pytest.fixture
def found(request, monkeypatch):
    """The distance of a user who has these networks."""
    if "lite0" not in request.param:
        monkeypatch.setattr(module, "lite_weights", lambda: None)
    return distance_at_hand(request.getfixturevalue("vgg") if "vgg16" in request.param else Detectors())


EVERY = pytest.mark.parametrize("found", ["vgg16", "lite0", ""], indirect=True)


def pictures(size=48, channels=3, count=2, seed=0):
    return torch.rand(count, channels, *(size, size), generator=torch.Generator().manual_seed(seed)) * 255


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ("vgg16 lite0", "LPIPS (VGG16)"),
        ("vgg16", "LPIPS (VGG16)"),
        ("lite0", "features (Lite0)"),
        ("", "Laplacian pyramid (pixels)"),
    ],
    indirect=["found"],
)
def test_the_best_that_there_is_says_its_name(found, name):
    assert found.name == name


@EVERY
def test_equal_images_are_at_0_and_others_are_not(found):
    a, b = pictures(), pictures(seed=1)
    assert float(found.between(a, a).abs().max()) == 0
    near, far = found.between(a, torch.lerp(a, b, 0.1)), found.between(a, b)
    assert near.shape == far.shape == (2,)
    assert (far > near).all()
    assert (near > 0).all()
    torch.testing.assert_close(found.between(a, b), found.between(b, a))


@EVERY
@pytest.mark.parametrize(("channels", "size"), [(1, 40), (2, 16), (4, 48), (6, 8), (3, 600)])
def test_images_of_any_kind(found, channels, size):
    a, b = pictures(size, channels, 1), pictures(size, channels, 1, seed=3)
    assert 0 < float(found.between(a, b)) < 100


@EVERY
def test_images_of_other_sizes_are_compared_at_the_smaller_one(found):
    a = pictures(32)
    larger = a.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    assert float(found.between(a, larger).abs().max()) < 1e-6


@EVERY
@pytest.mark.parametrize("channels", [1, 3])
def test_each_can_be_minimised(found, channels):
    a, b = pictures(40, channels, 1), pictures(40, channels, 1, seed=2)
    way = torch.randn(a.shape, generator=torch.Generator().manual_seed(3))
    with torch.enable_grad():
        x = a.clone().requires_grad_(True)
        (found.between(b, x) + found.between(x, b)).sum().div(2).backward()
    step = 0.25
    more, less = (float(found.between(a + sign * step * way, b).double()) for sign in (1, -1))
    assert float((x.grad * way).sum()) == pytest.approx((more - less) / (2 * step), rel=0.05, abs=1e-6)


def test_the_pyramid_of_pixels_sees_tones_and_no_detail():
    flat = torch.full((1, 3, 64, 64), 100.0)
    board = flat + 50 * ((torch.arange(64)[:, None] + torch.arange(64)) % 2 * 2 - 1)
    assert float((pyramid(flat) - pyramid(board)).square().sum()) < 1e-4
    lighter = float((pyramid(flat) - pyramid(flat + 51)).square().sum())
    assert lighter == pytest.approx(0.04, rel=1e-4)  # (51 / 255)^2


def test_a_file_that_was_fetched_is_at_hand(monkeypatch):
    assert distance.fetched() == ()
    monkeypatch.setattr(distance, "recorded_sha256", lambda url: "0" * 64)
    (url,) = distance.fetched()
    assert url.endswith("/vgg16.pt")
