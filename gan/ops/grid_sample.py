"""Bilinear sampling at arbitrary points, differentiable any number of times.

PyTorch's own operator can be differentiated once only, but the gradient penalty of an augmented discriminator needs
the gradient's gradient. Sampling is linear in the image, so its derivative is its adjoint (which scatters), and the
adjoint's derivative is the sampling itself: two functions that are each other's backward pass.
"""

from typing import Any

import torch
from torch import Tensor

_BILINEAR, _ZEROS, _ALIGN_CORNERS = 0, 0, False


def grid_sample(images: Tensor, grid: Tensor) -> Tensor:
    """Sample images bilinearly; outside of them there are zeros.

    Args:
        images: [N, C, H, W]; gradients of any order flow to it.
        grid: Where to look, [N, h, w, 2] as (x, y); -1 and 1 are the outer edges of the border pixels. It gets no
            gradient.

    Returns:
        [N, C, h, w] in the dtype of `images`.
    """
    sampled: Tensor = _Sample.apply(images, grid.to(images.dtype))  # type: ignore[no-untyped-call]
    return sampled


class _Sample(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, grid: Tensor) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.size = images.shape
        return torch.nn.functional.grid_sample(
            images, grid, mode="bilinear", padding_mode="zeros", align_corners=_ALIGN_CORNERS
        )

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, None]:
        (grid,) = ctx.saved_tensors
        return _Scatter.apply(grads[0], grid, ctx.size), None  # type: ignore[no-untyped-call]


class _Scatter(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, sampled: Tensor, grid: Tensor, size: torch.Size) -> Tensor:
        ctx.save_for_backward(grid)
        # The operator wants an image to know its size; without the grid's gradient it never reads the values.
        image = sampled.new_empty(1).expand(size)
        scattered, _ = torch.ops.aten.grid_sampler_2d_backward(
            sampled, image, grid, _BILINEAR, _ZEROS, _ALIGN_CORNERS, (True, False)
        )
        result: Tensor = scattered
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (grid,) = ctx.saved_tensors
        return _Sample.apply(grads[0], grid), None, None  # type: ignore[no-untyped-call]
