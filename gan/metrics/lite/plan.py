"""Plan of EfficientNet-Lite0's features on a CPU for one image, with the gradient of the image; weights have none.

Everything is in NHWC order. 1 x 1 convolutions are matrix products; one pass over pixels convolves depthwise with ReLU6
before and after it. Backwards only the results of ReLU6 are needed. The features are those of the network up to
rounding. In bfloat16 a third of the time would be saved, but fits would end at distances that are 2 to 6 % larger.

Importing this module imports numba.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gan.metrics.efficientnet_lite import RESOLUTION, SCALES, Block, EfficientNetLite0, SameConv
from gan.ops.cpu import lite as kernels
from gan.ops.cpu.jit import Kernel

Convolution = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class _Depthwise:
    """A depthwise convolution's constants."""

    weight: npt.NDArray[np.float32]
    """[size, size, channels], flat."""
    bias: npt.NDArray[np.float32]
    size: int
    before: int
    """Zeros on the left and on top."""
    side: int
    """Of its input."""
    side_out: int
    forward: Kernel
    back: Kernel


@dataclass(frozen=True)
class _Block:
    """A block's constants."""

    expand: tuple[Convolution, Tensor] | None
    """The convolution with ReLU6, and its weight [out, in]; None where there is none."""
    depthwise: _Depthwise
    project: tuple[Convolution, Tensor]
    around: bool


class LitePlan:
    """The weights, arranged for one image.

    Args:
        network: `efficientnet_lite.folded`, on the CPU.
    """

    @torch.no_grad()
    def __init__(self, network: EfficientNetLite0) -> None:
        for kernel in (kernels.masked, kernels.unit, kernels.unit_back):
            kernel.prepare()
        assert network._conv_stem.bias is not None
        self.stem = network._conv_stem.weight, network._conv_stem.bias
        self.blocks: list[_Block] = []
        side = RESOLUTION // 2
        for module in network._blocks:
            assert isinstance(module, Block)
            block = self._block(module, side)
            block.depthwise.forward.prepare()
            block.depthwise.back.prepare()
            self.blocks.append(block)
            side = block.depthwise.side_out

    def features(self, x: Tensor) -> Tensor:
        """Return the unit vectors [1, D] of an image as `efficientnet_lite.as_input` makes it, [1, 3, H, W]."""
        result: Tensor = _Features.apply(x, self)  # type: ignore[no-untyped-call]
        return result

    def _block(self, module: Block, side: int) -> _Block:
        layer = module._depthwise_conv
        size, stride = layer.kernel_size[0], layer.stride[0]
        side_out = -(-side // stride)
        before = max((side_out - 1) * stride + size - side, 0) // 2
        assert layer.bias is not None
        depthwise = _Depthwise(
            layer.weight[:, 0].permute(1, 2, 0).reshape(-1).numpy(),
            layer.bias.numpy(),
            size,
            before,
            side,
            side_out,
            kernels.depthwise(size, stride - 1),
            kernels.depthwise_back(size, stride - 1),
        )
        expand = self._pointwise(module._expand_conv, side, True) if module.expands else None
        return _Block(expand, depthwise, self._pointwise(module._project_conv, side_out, False), module.around)

    def _pointwise(self, layer: SameConv, side: int, activates: bool) -> tuple[Convolution, Tensor]:
        """Return a 1 x 1 convolution, with ReLU6 if it `activates`, and its weight [out, in]."""
        assert layer.bias is not None
        weight, bias = layer.weight, layer.bias
        matrix = weight[:, :, 0, 0].contiguous()
        if not torch._C._has_mkldnn:

            def convolved(x: Tensor) -> Tensor:
                y = F.conv2d(x, weight, bias)
                return y.clamp_(0, 6) if activates else y

            return convolved, matrix
        none, ones, shape = [0, 0], [1, 1], [1, weight.shape[1], side, side]
        own = weight.contiguous(memory_format=torch.channels_last).to_mkldnn()
        pack: Any = torch._C._nn.mkldnn_reorder_conv2d_weight
        packed = pack(own, none, ones, ones, 1, shape)
        convolve = torch.ops.mkldnn._convolution_pointwise
        after = ("hardtanh", [0.0, 6.0], "") if activates else ("none", [], "")
        return lambda x: convolve(x, packed, bias, none, ones, ones, 1, *after), matrix


class _Features(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, plan: LitePlan) -> Tensor:
        x = F.pad(x, (0, 1, 0, 1))
        x = F.conv2d(x, *plan.stem, stride=2).clamp_(0, 6)
        results, ends, parts = [], [], []
        for number, block in enumerate(plan.blocks):
            wide = x if block.expand is None else block.expand[0](x)
            deep = _convolved(block.depthwise, wide)
            narrow = block.project[0](deep)
            x = narrow.add_(x) if block.around else narrow
            results.append((wide, deep))
            if number in SCALES:
                end = x.permute(0, 2, 3, 1).contiguous()
                ends.append(end)
                parts.append(_unit(end))
        ctx.plan, ctx.results, ctx.ends = plan, results, ends
        return torch.cat(parts)[None]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        plan: LitePlan = ctx.plan
        parts = torch.split(grads[0][0], [end.numel() for end in ctx.ends])
        ends = dict(zip(SCALES, zip(ctx.ends, parts, strict=True), strict=True))
        dx: Tensor | None = None
        for number in reversed(range(len(plan.blocks))):
            block, (wide, deep) = plan.blocks[number], ctx.results[number]
            if number in ends:
                own = _unit_gradient(*ends[number])
                dx = own if dx is None else dx.add_(own)
            assert dx is not None
            back = _convolved_back(block.depthwise, dx @ block.project[1], deep, wide)
            back = back if block.expand is None else back @ block.expand[1]
            dx = dx.add_(back) if block.around else back
        assert dx is not None
        side = RESOLUTION // 2
        dx = dx.view(1, side, side, -1).permute(0, 3, 1, 2)
        image = F.conv_transpose2d(dx, plan.stem[0], stride=2)
        return image[:, :, :RESOLUTION, :RESOLUTION], None


def _numbers(x: Tensor) -> npt.NDArray[np.float32]:
    """The numbers of a contiguous tensor, flat, not copied."""
    return x.view(-1).numpy()


def _pixels(x: Tensor) -> npt.NDArray[np.float32]:
    """The numbers of a tensor [1, C, H, W] in NHWC order."""
    return _numbers(x.permute(0, 2, 3, 1).contiguous())


def _convolved(own: _Depthwise, x: Tensor) -> Tensor:
    channels = x.shape[1]
    out = torch.empty(1, own.side_out, own.side_out, channels)
    own.forward(
        own.side_out,
        own.side_out * channels * own.size,
        _pixels(x),
        own.side,
        own.side,
        channels,
        own.weight,
        own.bias,
        own.before,
        _numbers(out),
        own.side_out,
    )
    return out.permute(0, 3, 1, 2)


def _convolved_back(own: _Depthwise, dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """Gradient [pixels, channels] of what ReLU6 made x of, from that of y, [pixels, channels], which is overwritten."""
    channels = x.shape[1]
    dx = torch.empty(own.side * own.side, channels)
    kernels.masked(own.side_out, own.side_out * channels, _numbers(dy), _pixels(y), own.side_out * channels)
    own.back(
        own.side,
        own.side * channels * own.size,
        _numbers(dy),
        own.side_out,
        own.side_out,
        channels,
        own.weight,
        own.before,
        _pixels(x),
        own.side,
        _numbers(dx),
    )
    return dx


def _unit(end: Tensor) -> Tensor:
    """Unit vectors of the pixels [1, H, W, C], over the root of their number, flat."""
    pixels, channels = end.shape[1] * end.shape[2], end.shape[3]
    out = torch.empty(pixels * channels)
    kernels.unit(pixels, channels, _numbers(end), channels, pixels**-0.5, out.numpy())
    return out


def _unit_gradient(end: Tensor, dy: Tensor) -> Tensor:
    """Gradient [pixels, C] of the pixels [1, H, W, C] from that of their unit vectors, flat."""
    pixels, channels = end.shape[1] * end.shape[2], end.shape[3]
    out = torch.empty(pixels, channels)
    own = dy.contiguous()
    kernels.unit_back(pixels, channels, own.numpy(), _numbers(end), channels, pixels**-0.5, _numbers(out))
    return out
