"""Networks for the tests of several."""

import pytest
import torch

import gan
from tests.fixtures_path import fixtures


@pytest.fixture(scope="module")
def relative(tmp_path_factory):
    """A network that could have been trained from the avatars."""
    path = fixtures().parent / "networks" / "avatars-32.pkl"
    nets = gan.load(path, kernels="off")
    with torch.no_grad():
        for p in nets.G_ema.parameters():
            p.add_(0.2 * p.std(unbiased=False) * torch.randn(p.shape, generator=torch.Generator().manual_seed(1)))
    folder = tmp_path_factory.mktemp("relative")
    gan.save(folder / "relative.safetensors", gan.Networks(None, None, nets.G_ema, nets.info))
    return str(folder / "relative.safetensors")
