"""Views of modules."""

import copy
from typing import TypeVar

from torch import nn

_Module = TypeVar("_Module", bound=nn.Module)


def view_of(module: _Module) -> _Module:
    """Another module of the same parameters, buffers and submodules, any of which can be replaced in it."""
    view = copy.copy(module)
    for registry in ("_parameters", "_buffers", "_modules"):
        setattr(view, registry, dict(getattr(module, registry)))
    return view
