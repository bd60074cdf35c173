"""Adam and LBFGS without PyTorch's compiler."""

import inspect
from typing import Any

import torch


def _plain(method: Any) -> Any:
    """Return a method as it was before decorators for the compiler."""
    return inspect.unwrap(method)


class Adam(torch.optim.Adam):
    """`torch.optim.Adam` whose methods do not import PyTorch's compiler, which nothing here uses.

    The import takes a second of processor time at the start of every training, fit and drag.
    """

    add_param_group = _plain(torch.optim.Adam.add_param_group)
    zero_grad = _plain(torch.optim.Adam.zero_grad)
    state_dict = _plain(torch.optim.Adam.state_dict)
    load_state_dict = _plain(torch.optim.Adam.load_state_dict)
    step = torch.no_grad()(_plain(torch.optim.Adam.step))


class LBFGS(torch.optim.LBFGS):
    """`torch.optim.LBFGS` without that import, as `Adam`."""

    add_param_group = _plain(torch.optim.LBFGS.add_param_group)
    zero_grad = _plain(torch.optim.LBFGS.zero_grad)
    step = torch.no_grad()(_plain(torch.optim.LBFGS.step))
