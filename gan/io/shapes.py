"""Networks without memory, built on PyTorch's device `meta`."""

from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class ShapesAlone(TorchFunctionMode):
    """Mode in which random tensors are empty ones, for use inside `torch.device("meta")`.

    PyTorch draws random numbers without memory by Python code, whose import takes longer than reading a network.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call the function, or `torch.empty` in place of one that draws."""
        return (torch.empty if func in (torch.randn, torch.rand) else func)(*args, **(kwargs or {}))
