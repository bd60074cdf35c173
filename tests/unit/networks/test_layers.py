import numpy as np
import pytest
import torch

from gan.networks.layers import Conv2dLayer, FullyConnectedLayer, activation_gain, normalize_2nd_moment, resolutions
from gan.networks.modulation import modulated_conv2d


def test_the_effective_weight_does_not_depend_on_the_learning_rate_multiplier():
    outputs = []
    for multiplier in (1.0, 0.01):
        torch.manual_seed(0)
        layer = FullyConnectedLayer(5, 4, lr_multiplier=multiplier, weight_init=2.0, bias_init=[1, 2, 3, 4])
        outputs.append(layer(torch.ones(1, 5)))
    torch.manual_seed(0)
    w = torch.randn(4, 5) * 2 / np.sqrt(5)
    expected = w.sum(dim=1) + torch.tensor([1.0, 2, 3, 4])
    assert torch.allclose(outputs[0][0], expected, atol=1e-5)
    assert torch.allclose(outputs[1], outputs[0], atol=1e-5)


def test_a_step_moves_a_layer_by_its_multiplier():
    steps = []
    for multiplier in (1.0, 0.01):
        layer = FullyConnectedLayer(4, 2, lr_multiplier=multiplier)
        x = torch.ones(1, 4)
        before = layer(x).detach()
        with torch.no_grad():
            layer.weight.add_(1.0)
            layer.bias.add_(1.0)
        steps.append((layer(x) - before).detach())
    assert torch.allclose(steps[1], steps[0] * 0.01, atol=1e-5)


def test_the_activated_layer_equals_its_formula():
    layer = FullyConnectedLayer(3, 2, activation="lrelu", bias_init=0.5)
    x = torch.randn(4, 3)
    y = x @ (layer.weight / np.sqrt(3)).t() + 0.5
    assert torch.allclose(layer(x), torch.where(y > 0, y, 0.2 * y) * np.sqrt(2), atol=1e-6)
    assert FullyConnectedLayer(3, 2, bias=False)(torch.zeros(1, 3)).abs().max() == 0


@pytest.mark.parametrize(("options", "size"), [({}, 8), ({"up": 2}, 16), ({"down": 2}, 4)])
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_convolution_sizes(options, size, kernel_size):
    assert Conv2dLayer(2, 3, kernel_size, **options)(torch.randn(1, 2, 8, 8)).shape == (1, 3, size, size)


def test_gain_scales_the_clamp_too():
    layer = Conv2dLayer(1, 4, 1, activation="lrelu", conv_clamp=1.5)
    x = torch.randn(1, 1, 8, 8) * 100
    assert layer(x).abs().max() == 1.5
    assert torch.allclose(layer(x, gain=0.5), layer(x) * 0.5)


def test_a_frozen_layer_has_no_parameters_but_the_same_names():
    frozen, free = (Conv2dLayer(2, 3, 3, trainable=trainable) for trainable in (False, True))
    assert list(frozen.parameters()) == []
    assert frozen.state_dict().keys() == free.state_dict().keys()
    frozen.load_state_dict(free.state_dict())
    x = torch.randn(1, 2, 4, 4)
    assert torch.equal(frozen(x), free(x))


@pytest.mark.parametrize("up", [1, 2])
@pytest.mark.parametrize("demodulate", [True, False])
def test_both_forms_of_the_modulated_convolution_agree_with_the_equation(up, demodulate):
    from gan.ops.conv2d_resample import conv2d_resample
    from gan.ops.upfirdn2d import setup_filter

    x, weight = torch.randn(3, 4, 6, 6), torch.randn(5, 4, 3, 3)
    styles, taps = torch.randn(3, 4), setup_filter([1, 3, 3, 1])
    expected = []
    for i in range(3):
        w = weight * styles[i][None, :, None, None]
        if demodulate:
            w = w / (w.square().sum(dim=[1, 2, 3], keepdim=True) + 1e-8).sqrt()
        expected.append(conv2d_resample(x[i : i + 1], w, taps, up=up, padding=1, flip_weight=up == 1))
    for fused in (True, False):
        actual = modulated_conv2d(
            x, weight, styles, demodulate=demodulate, up=up, padding=1, resample_filter=taps, fused=fused
        )
        assert torch.allclose(actual, torch.cat(expected), atol=1e-4)


@pytest.mark.parametrize("fused", [True, False])
def test_large_styles_do_not_overflow_half_precision(fused):
    x, weight, styles = torch.randn(2, 8, 4, 4) * 100, torch.randn(3, 8, 3, 3), torch.randn(2, 8) * 1e4
    exact = modulated_conv2d(x, weight, styles, padding=1, fused=fused)
    half = modulated_conv2d(x.half(), weight, styles, padding=1, fused=fused)
    assert half.dtype == torch.float16
    assert torch.allclose(half.float(), exact, atol=0.01 * exact.abs().max().item())


def test_second_moment():
    y = normalize_2nd_moment(torch.randn(3, 64) * 9)
    assert torch.allclose(y.square().mean(dim=1), torch.ones(3), atol=1e-5)


def test_unknown_activation_and_impossible_resolution():
    with pytest.raises(ValueError, match="Unknown activation 'sin'"):
        activation_gain("sin")
    for size in (0, 2, 24):
        with pytest.raises(ValueError, match="not a power of two"):
            resolutions(size)
    assert resolutions(32) == (4, 8, 16, 32)


def test_without_an_equalised_rate_the_weight_is_stored_as_it_is_used():
    outputs = []
    for equalized in (True, False):
        torch.manual_seed(0)
        layer = FullyConnectedLayer(8, 4, activation="lrelu", lr_multiplier=0.5, gain=3.0, equalized=equalized)
        assert layer.weight_gain == (3 * 0.5 / np.sqrt(8) if equalized else 0.5)
        outputs.append(layer(torch.ones(2, 8)))
    assert torch.allclose(outputs[0], outputs[1], atol=1e-6)
