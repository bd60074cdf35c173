"""Augmentation beyond the recorded cases: gradients, probabilities, channels."""

import pytest
import torch

from gan.ops.grid_sample import grid_sample
from gan.training.augment.pipeline import AugmentPipe
from gan.training.augment.settings import PIPELINES, Augmentations
from gan.training.draws import GeneratorDraws


def draws(seed=0):
    return GeneratorDraws(torch.Generator().manual_seed(seed))


def test_sampling_is_pytorchs_own_and_can_be_differentiated_twice():
    images = torch.randn(2, 3, 5, 6, dtype=torch.float64, requires_grad=True)
    grid = torch.rand(2, 4, 7, 2, dtype=torch.float64) * 2.4 - 1.2
    wanted = torch.nn.functional.grid_sample(images, grid, align_corners=False)
    torch.testing.assert_close(grid_sample(images, grid), wanted)
    weights = torch.randn_like(wanted)
    (own,) = torch.autograd.grad((grid_sample(images, grid) * weights).sum(), images)
    (theirs,) = torch.autograd.grad((wanted * weights).sum(), images)
    torch.testing.assert_close(own, theirs)
    assert torch.autograd.gradgradcheck(lambda x: grid_sample(x, grid).square(), images)


def test_the_whole_pipeline_can_be_differentiated_twice():
    images = torch.randn(1, 3, 48, 48, requires_grad=True)
    augmented = AugmentPipe(PIPELINES["bgcfnc"])(images, 1.0, draws())
    (gradient,) = torch.autograd.grad(augmented.square().sum(), images, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), images)
    assert torch.isfinite(second).all()
    assert second.abs().max() > 0


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_nothing_happens_at_p_zero(name):
    images = torch.rand(4, 3, 48, 48) * 2 - 1
    augmented = AugmentPipe(PIPELINES[name])(images, 0.0, draws())
    torch.testing.assert_close(augmented, images, rtol=0, atol=1e-4)


def test_p_is_the_share_of_mirrored_images_twice_over():
    """Half of the flips that p lets through mirror nothing."""
    images = torch.arange(8.0).expand(2000, 1, 8, 8)
    pipe = AugmentPipe(Augmentations(xflip=1))
    flipped = (pipe(images, 0.5, draws())[:, 0, 4, 0] > 3.5).float().mean()
    assert abs(float(flipped) - 0.25) < 0.03


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_any_number_of_channels(channels):
    images = torch.randn(2, channels, 48, 48)
    assert AugmentPipe(PIPELINES["bgcfnc"])(images, 1.0, draws()).shape == images.shape


def test_images_too_small_to_filter_are_named():
    with pytest.raises(ValueError, match="larger than 21 pixels, not 16x16"):
        AugmentPipe(PIPELINES["filter"])(torch.zeros(1, 3, 16, 16), 1.0, draws())
