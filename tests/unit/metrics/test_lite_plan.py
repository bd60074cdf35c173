"""The plan of EfficientNet-Lite0's features against its layers, with random weights."""

import pytest
import torch

from gan.metrics import efficientnet_lite

pytest.importorskip("numba")


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = efficientnet_lite.EfficientNetLite0().eval().requires_grad_(False)
        for layer in made.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_mean.normal_(std=0.1)
                layer.running_var.uniform_(0.3, 0.6)
                layer.bias.normal_(mean=0.5, std=0.5)
    return efficientnet_lite.folded(made)


def plain(network, x):
    parts = []
    for layer in network.scales(x):
        unit = layer / (layer.norm(dim=1, keepdim=True) + 1e-10)
        parts.append((unit.permute(0, 2, 3, 1) / (layer.shape[2] * layer.shape[3]) ** 0.5).flatten(1))
    return torch.cat(parts, dim=1)


def results(features):
    """Return the features of a picture, and the gradient of their distance to those of another."""
    drawn = torch.Generator().manual_seed(1)
    image, other = (torch.rand(1, 3, 40, 40, generator=drawn) * 255 for _ in range(2))
    with torch.no_grad():
        wanted = features(efficientnet_lite.as_input(other))
    with torch.enable_grad():
        image.requires_grad_()
        found = features(efficientnet_lite.as_input(image))
        (found - wanted).square().sum().backward()
    return found.detach(), image.grad


def test_features_and_gradients_are_those_of_the_layers(network):
    from gan.metrics.lite.plan import LitePlan

    found, gradient = results(LitePlan(network).features)
    expected, wanted = results(lambda x: plain(network, x))
    assert float((found - expected).norm()) < 1e-4 * float(expected.norm())
    assert float((gradient - wanted).norm()) < 1e-3 * float(wanted.norm())
