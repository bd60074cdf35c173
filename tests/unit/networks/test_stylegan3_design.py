import pytest

from gan.networks.stylegan3_design import plan


@pytest.mark.parametrize("resolution", [16, 32, 128, 2048])
@pytest.mark.parametrize("conv_kernel", [1, 3])
def test_sizes_and_rates_fit_together(resolution, conv_kernel):
    design = plan(resolution, conv_kernel=conv_kernel, channel_base=1024)
    assert design.layers[0].in_size == design.layers[0].out_size == design.input.size
    for before, after in zip(design.layers, design.layers[1:], strict=False):
        assert (before.out_size, before.out_channels) == (after.in_size, after.in_channels)
        assert (before.out_sampling_rate, before.out_cutoff) == (after.in_sampling_rate, after.in_cutoff)
        assert before.out_half_width == after.in_half_width
    for layer in design.layers:
        # What the padding is for: the convolution in full, up, up filter, down filter, down.
        size = (layer.in_size + layer.conv_kernel - 1) * layer.up_factor + sum(layer.padding[:2])
        size -= layer.up_taps + layer.down_taps - 2
        assert -(-size // layer.down_factor) == layer.out_size
        assert layer.in_sampling_rate * layer.up_factor == layer.out_sampling_rate * layer.down_factor
        assert layer.out_cutoff < layer.out_stopband
    last = design.layers[-1]
    assert (last.out_size, last.out_channels, last.out_cutoff) == (resolution, 3, resolution / 2)
    assert [layer.is_torgb for layer in design.layers] == [False] * 14 + [True]
    assert [layer.is_critically_sampled for layer in design.layers] == [False] * 12 + [True] * 3


def test_the_highest_resolutions_are_in_half_precision():
    assert not any(layer.use_fp16 for layer in plan(256, num_fp16_res=0).layers)
    rates = {layer.out_sampling_rate for layer in plan(256, num_fp16_res=2).layers if layer.use_fp16}
    assert rates == {128, 256}


def test_capacity():
    layers = plan(256, channel_base=16384, channel_max=128).layers[:-1]
    for layer in layers:
        assert layer.out_channels == min(round(8192 / layer.out_cutoff), 128)
    assert {layer.out_channels for layer in layers} == {128, 91, 64}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"img_resolution": 48}, "a resolution that is a power of two, got 48"),
        ({"img_resolution": 0}, "a resolution that is a power of two, got 0"),
        ({"img_resolution": 4}, "Resolution 4 is too small for a first cutoff of 2"),
        ({"img_resolution": 64, "num_layers": 2, "num_critical": 2}, "num_critical"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        plan(**options)
