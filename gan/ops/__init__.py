"""The tensor operators that style-based networks are made of, in plain PyTorch.

Everything here is differentiable to any order and runs on every device; faster kernels live beside it (`gan.ops.cpu`)
and must agree with it.
"""

from gan.ops.bias_act import ACTIVATIONS, Activation, bias_act
from gan.ops.conv2d_resample import conv2d_resample
from gan.ops.filtered_lrelu import filtered_lrelu
from gan.ops.filters import design_lowpass_filter
from gan.ops.upfirdn2d import downsample2d, filter2d, setup_filter, upfirdn2d, upsample2d

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "bias_act",
    "conv2d_resample",
    "design_lowpass_filter",
    "downsample2d",
    "filter2d",
    "filtered_lrelu",
    "setup_filter",
    "upfirdn2d",
    "upsample2d",
]
