"""Gradients through layers in half precision: scaled, so that they neither vanish nor overflow."""

import torch
from torch import Tensor

FIRST_SCALE = 2.0**12
"""Factor of the loss. A mean over 512 channels of 128 x 128 samples has derivatives of 1e-7, of which float16 keeps
one bit; times this they have all of theirs."""
_LESS, _TRIES = 2.0**-4, 4


def scaled_gradient(loss: Tensor, variable: Tensor, scale: float) -> tuple[Tensor | None, float]:
    """Return the gradient of a loss computed from float16 features, and the factor to begin with the next time.

    The factor shrinks where a derivative overflows. The gradient is None where it does not help: then the features
    themselves are not finite, and have to be computed in float32.
    """
    for _ in range(_TRIES if bool(torch.isfinite(loss)) else 0):
        (found,) = torch.autograd.grad(loss * scale, [variable], retain_graph=True)
        if bool(torch.isfinite(found).all()):
            return found / scale, scale
        scale *= _LESS
    return None, scale
