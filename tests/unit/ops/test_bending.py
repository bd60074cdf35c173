"""Operations on feature maps."""

import pytest
import torch

from foundation.specs.formats import BEND_KINDS, UNBENT
from gan.ops.bending import Bend, bent

X = torch.randn(2, 5, 12, 12, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", BEND_KINDS)
def test_neutral_amounts_and_channels_that_are_not_there_change_nothing(kind):
    assert bent(X, [Bend(kind, UNBENT[kind])]) is X
    assert bent(X, [Bend(kind, 0.5, channels=(9,))]) is X


@pytest.mark.parametrize("kind", BEND_KINDS)
def test_only_the_chosen_channels_change(kind):
    before = X.clone()
    y = bent(X, [Bend(kind, 0.7, channels=(1, 3))])
    assert torch.equal(X, before)
    assert (y.shape, y.dtype) == (X.shape, X.dtype)
    for channel in range(5):
        assert torch.equal(y[:, channel], X[:, channel]) == (channel not in (1, 3))


def test_multiply_mirror_threshold():
    assert torch.equal(bent(X, [Bend("multiply", -2.0)]), -2 * X)
    assert torch.equal(bent(X, [Bend("mirror", 1.0)]), X.flip(3))
    torch.testing.assert_close(bent(X, [Bend("mirror", 0.5)]), (X + X.flip(3)) / 2)
    y = bent(X, [Bend("threshold", 1.0)])
    for sample, one in zip(X, y, strict=True):
        kept = sample.abs() >= sample.std(correction=0)
        assert torch.equal(one, sample * kept)


def test_a_quarter_turn_is_counterclockwise():
    torch.testing.assert_close(bent(X, [Bend("turn", 90.0)]), torch.rot90(X, 1, (2, 3)), atol=1e-5, rtol=0)
    wide = torch.zeros(1, 1, 8, 16)
    wide[0, 0, 4, 8] = 1
    turned = bent(wide, [Bend("turn", 180.0)])
    torch.testing.assert_close(turned, wide.flip((2, 3)), atol=1e-5, rtol=0)
    line = torch.zeros(1, 1, 9, 17)
    line[0, 0, 4] = 1  # along the width, through the centre
    upright = bent(line, [Bend("turn", 90.0)])
    torch.testing.assert_close(upright[0, 0, :, 8], torch.ones(9), atol=1e-5, rtol=0)
    assert upright[0, 0, :, :7].abs().max() < 1e-5, "a turn keeps angles where sides differ"


def test_zoom_enlarges_about_the_centre():
    spot = torch.zeros(1, 1, 13, 13)
    spot[0, 0, 6, 8] = 1
    y = bent(spot, [Bend("zoom", 2.0)])[0, 0]
    assert (y == y.max()).nonzero().tolist() == [[6, 10]]
    assert y.sum() > 2 * spot.sum()


def test_noise_is_of_its_seed_and_of_the_layers_own_deviation():
    y = bent(X, [Bend("noise", 0.5, seed=3)]) - X
    assert torch.equal(y, bent(X, [Bend("noise", 0.5, seed=3)]) - X)
    assert not torch.equal(y, bent(X, [Bend("noise", 0.5, seed=4)]) - X)
    for one, sample in zip(y, X, strict=True):
        assert one.std() == pytest.approx(0.5 * float(sample.std()), rel=0.1)


def test_operations_follow_one_another():
    both = bent(X, [Bend("multiply", 2.0), Bend("mirror", 1.0)])
    assert torch.equal(both, (2 * X).flip(3))


@pytest.mark.parametrize(
    ("kind", "amount", "says"),
    [("melt", 1.0, "no bending 'melt'"), ("turn", float("nan"), "finite"), ("zoom", 0.0, "above 0")],
)
def test_wrong_operations_are_refused(kind, amount, says):
    with pytest.raises(ValueError, match=says):
        Bend(kind, amount)
