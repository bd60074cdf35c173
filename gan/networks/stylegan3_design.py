"""The signal-processing design of a StyleGAN3 synthesis network, as plain numbers (arXiv 2106.12423, section 3).

Every layer has a sampling rate, a cutoff and a transition band; they follow from the resolution alone, so what a
network looks like is known before any weight exists. Rates and frequencies are in cycles per image width.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class InputDesign:
    """The Fourier features that synthesis starts from."""

    channels: int
    """Feature channels."""
    size: int
    """Width and height in pixels, the margin included."""
    sampling_rate: int
    """Pixels per image width."""
    bandwidth: float
    """Highest frequency at the start."""


@dataclass(frozen=True)
class LayerDesign:
    """One layer: a modulated convolution, then a leaky ReLU at a raised sampling rate between two filters."""

    name: str
    """``L<index>_<out_size>_<out_channels>``: the module's name in published files."""
    is_torgb: bool
    """The last layer, which makes colours: no activation, no filters, a 1 x 1 kernel."""
    is_critically_sampled: bool
    """One of the last layers, whose cutoff is the image's own Nyquist frequency."""
    use_fp16: bool
    """Computed in half precision where the device can."""
    in_channels: int
    """Channels before."""
    out_channels: int
    """Channels after."""
    in_size: int
    """Width and height before, margin included."""
    out_size: int
    """Width and height after, margin included."""
    in_sampling_rate: int
    """Pixels per image width before."""
    out_sampling_rate: int
    """Pixels per image width after."""
    tmp_sampling_rate: int
    """Pixels per image width at the leaky ReLU."""
    in_cutoff: float
    """Cutoff of the upsampling filter."""
    out_cutoff: float
    """Cutoff of the downsampling filter."""
    in_half_width: float
    """Half the upsampling filter's transition band."""
    out_half_width: float
    """Half the downsampling filter's transition band."""
    out_stopband: float
    """End of the output's spectrum: ``out_cutoff + out_half_width``."""
    conv_kernel: int
    """Width and height of the convolution's kernel."""
    up_factor: int
    """From the input's rate to the leaky ReLU's."""
    down_factor: int
    """From the leaky ReLU's rate to the output's."""
    up_taps: int
    """Length of the upsampling filter; 1 is none."""
    down_taps: int
    """Length of the downsampling filter; 1 is none."""
    down_radial: bool
    """The downsampling filter is radially symmetric, hence two-dimensional."""
    padding: tuple[int, int, int, int]
    """Left, right, top, bottom, in pixels at the leaky ReLU's rate; negative crops."""

    @property
    def multiplications(self) -> int:
        """Of the convolution of one image."""
        pixels = (self.in_size + self.conv_kernel - 1) ** 2
        return self.in_channels * self.out_channels * self.conv_kernel**2 * pixels


@dataclass(frozen=True)
class SynthesisDesign:
    """A whole synthesis network."""

    input: InputDesign
    """Fourier features at the start."""
    layers: tuple[LayerDesign, ...]
    """Its layers in order; the last one makes the colours."""
    filter_size: int
    """Filter taps per unit of the resampling factor."""
    lrelu_upsampling: int
    """Factor of the leaky ReLU's rate over the higher of both rates."""

    @property
    def multiplications(self) -> int:
        """Of the convolutions of one image."""
        return sum(layer.multiplications for layer in self.layers)


@dataclass(frozen=True)
class Stage:
    """Signal between two layers."""

    cutoff: float
    """Up to which frequency it is let through."""
    stopband: float
    """End of its spectrum."""
    sampling_rate: int
    """Pixels per image width."""
    half_width: float
    """Half the transition band."""
    size: int
    """Width and height in pixels, margin included."""
    channels: int
    """Number of signals."""


def plan(
    img_resolution: int,
    img_channels: int = 3,
    *,
    channel_base: int = 32768,
    channel_max: int = 512,
    num_layers: int = 14,
    num_critical: int = 2,
    first_cutoff: float = 2.0,
    first_stopband: float = 2**2.1,
    last_stopband_rel: float = 2**0.3,
    margin_size: int = 10,
    num_fp16_res: int = 4,
    conv_kernel: int = 3,
    filter_size: int = 6,
    lrelu_upsampling: int = 2,
    use_radial_filters: bool = False,
) -> SynthesisDesign:
    """Design a synthesis network.

    Args:
        img_resolution: Width and height of the image: a power of two.
        img_channels: Colour channels of the image.
        channel_base: Capacity: channels are ``channel_base / 2 / cutoff``, at most ``channel_max``.
        channel_max: The most channels of any layer.
        num_layers: Layers before the one that makes colours.
        num_critical: Critically sampled layers at the end.
        first_cutoff: Cutoff of the first layer.
        first_stopband: Least stopband of the first layer.
        last_stopband_rel: Least stopband of the last layer, relative to its cutoff.
        margin_size: Pixels around the image that the layers work on besides.
        num_fp16_res: So many highest resolutions are computed in half precision.
        conv_kernel: Kernel of the convolutions: 3 for StyleGAN3-T, 1 for StyleGAN3-R.
        filter_size: Filter taps per unit of the resampling factor.
        lrelu_upsampling: How far above the higher of both rates the leaky ReLU is computed.
        use_radial_filters: Radially symmetric downsampling filters (StyleGAN3-R), except in the critical layers.

    Raises:
        ValueError: The numbers describe no network.
    """
    if img_resolution < 1 or img_resolution & (img_resolution - 1):
        raise ValueError(f"StyleGAN3 needs a resolution that is a power of two, got {img_resolution}.")
    if img_resolution / 2 <= first_cutoff:
        raise ValueError(f"Resolution {img_resolution} is too small for a first cutoff of {first_cutoff:g}.")
    if not 0 <= num_critical < num_layers:
        raise ValueError(f"num_critical ({num_critical}) must be from 0 to below num_layers ({num_layers}).")
    stages = _stages(
        img_resolution,
        img_channels,
        channel_base=channel_base,
        channel_max=channel_max,
        num_layers=num_layers,
        num_critical=num_critical,
        first_cutoff=first_cutoff,
        first_stopband=first_stopband,
        last_stopband_rel=last_stopband_rel,
        margin_size=margin_size,
    )
    layers = []
    for i, after in enumerate(stages):
        before = stages[max(i - 1, 0)]
        layers.append(
            layer_between(
                i,
                before,
                after,
                is_torgb=i == num_layers,
                is_critically_sampled=i >= num_layers - num_critical,
                use_fp16=after.sampling_rate * 2**num_fp16_res > img_resolution,
                conv_kernel=conv_kernel,
                filter_size=filter_size,
                lrelu_upsampling=lrelu_upsampling,
                use_radial_filters=use_radial_filters,
            )
        )
    first = stages[0]
    start = InputDesign(first.channels, first.size, first.sampling_rate, first.cutoff)
    return SynthesisDesign(start, tuple(layers), filter_size, lrelu_upsampling)


def _stages(
    img_resolution: int,
    img_channels: int,
    *,
    channel_base: int,
    channel_max: int,
    num_layers: int,
    num_critical: int,
    first_cutoff: float,
    first_stopband: float,
    last_stopband_rel: float,
    margin_size: int,
) -> list[Stage]:
    """Cutoff and least stopband grow geometrically up to the critical layers; all else follows from them."""
    last_cutoff = img_resolution / 2
    last_stopband = last_cutoff * last_stopband_rel
    stages = []
    for i in range(num_layers + 1):
        t = min(i / (num_layers - num_critical), 1.0)
        cutoff = first_cutoff * math.pow(last_cutoff / first_cutoff, t)
        stopband = first_stopband * math.pow(last_stopband / first_stopband, t)
        rate = 2 ** math.ceil(math.log2(min(2 * stopband, img_resolution)))
        # What the sampling leaves unused widens the transition band, which makes for a better filter.
        half_width = max(stopband, rate / 2) - cutoff
        size = img_resolution if i >= num_layers - 1 else rate + 2 * margin_size
        channels = img_channels if i == num_layers else round(min(channel_base / 2 / cutoff, channel_max))
        stages.append(Stage(cutoff, cutoff + half_width, rate, half_width, size, channels))
    return stages


def layer_between(
    index: int,
    before: Stage,
    after: Stage,
    *,
    is_torgb: bool,
    is_critically_sampled: bool,
    use_fp16: bool,
    conv_kernel: int,
    filter_size: int,
    lrelu_upsampling: int,
    use_radial_filters: bool,
) -> LayerDesign:
    """The layer of this index from one stage to the next; the other arguments are those of `plan`."""
    kernel = 1 if is_torgb else conv_kernel
    tmp_rate = max(before.sampling_rate, after.sampling_rate) * (1 if is_torgb else lrelu_upsampling)
    up = tmp_rate // before.sampling_rate
    down = tmp_rate // after.sampling_rate
    up_taps = 1 if is_torgb or up == 1 else filter_size * up
    down_taps = 1 if is_torgb or down == 1 else filter_size * down
    # The convolution is padded in full, so it adds kernel - 1. The rest makes the sizes come out; split so that
    # the image's centre stays where it is, given that up - 1 zeros trail the last pixel.
    total = (after.size - 1) * down + 1 + up_taps + down_taps - 2 - (before.size + kernel - 1) * up
    start = (total + up) // 2
    return LayerDesign(
        name=f"L{index}_{after.size}_{after.channels}",
        is_torgb=is_torgb,
        is_critically_sampled=is_critically_sampled,
        use_fp16=use_fp16,
        in_channels=before.channels,
        out_channels=after.channels,
        in_size=before.size,
        out_size=after.size,
        in_sampling_rate=before.sampling_rate,
        out_sampling_rate=after.sampling_rate,
        tmp_sampling_rate=tmp_rate,
        in_cutoff=before.cutoff,
        out_cutoff=after.cutoff,
        in_half_width=before.half_width,
        out_half_width=after.half_width,
        out_stopband=after.stopband,
        conv_kernel=kernel,
        up_factor=up,
        down_factor=down,
        up_taps=up_taps,
        down_taps=down_taps,
        down_radial=use_radial_filters and not is_critically_sampled,
        padding=(start, total - start, start, total - start),
    )
