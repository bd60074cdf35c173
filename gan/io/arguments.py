"""Arguments of networks' constructors, as files give them: plain data within bounds."""

import math
from collections.abc import Mapping
from typing import Any

from gan.io.errors import UnsupportedNetworkError, quoted

LIMITS: dict[str, tuple[float, float]] = {
    "img_resolution": (4, 4096),
    "img_channels": (1, 1024),
    "z_dim": (0, 65536),
    "w_dim": (1, 65536),
    "c_dim": (0, 65536),
    "channel_base": (1, 2**24),
    "channel_max": (1, 65536),
    "num_layers": (0, 64),
    "num_critical": (0, 64),
    "num_fp16_res": (0, 64),
    "conv_kernel": (1, 15),
    "filter_size": (1, 16),
    "lrelu_upsampling": (1, 4),
    "margin_size": (0, 1024),
    "first_cutoff": (1, 1024),
    "first_stopband": (1, 1024),
    "last_stopband_rel": (0.1, 16),
    "lod": (0, 10),
    "init_res": (1, 256),
}
"""Bounds beyond every network that was ever published: arguments outside them could only exhaust the machine."""
_WORDS = {"architecture", "activation", "fused_modconv_default"}
_LISTS = {"resample_filter", "init_res"}
"""The arguments that may be a word, and those that may be a list of numbers; all others are numbers or nothing."""
_DEFAULT_LIMIT = (-(2.0**20), 2.0**20)
_LONGEST = 64


def checked_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor's arguments as plain data, within bounds.

    Raises:
        UnsupportedNetworkError: a value is no plain data or out of bounds; the message names the argument.
    """
    checked = {str(name)[:_LONGEST]: _checked(str(name)[:_LONGEST], value, 2) for name, value in arguments.items()}
    if "num_critical" in checked or "first_cutoff" in checked or "num_layers" in checked:
        layers, critical = checked.get("num_layers", 14), checked.get("num_critical", 2)
        if layers - critical < 4:
            raise _out_of_bounds("num_layers", layers)
    return checked


def _checked(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        low, high = LIMITS.get(name, _DEFAULT_LIMIT)
        if not math.isfinite(value) or not low <= value <= high:
            raise _out_of_bounds(name, value)
        return value
    if isinstance(value, str) and name in _WORDS and len(value) <= _LONGEST:
        return value
    if isinstance(value, (list, tuple)) and name in _LISTS and len(value) <= _LONGEST:
        return [_checked(name, item, 0) for item in value]
    if isinstance(value, dict) and depth and name.endswith("_kwargs") and len(value) <= _LONGEST:
        return {str(key)[:_LONGEST]: _checked(str(key)[:_LONGEST], item, depth - 1) for key, item in value.items()}
    raise UnsupportedNetworkError(
        f"The network's argument {quoted(name)} is of a kind that no published network has; get the file again from "
        "its source."
    )


def _out_of_bounds(name: str, value: object) -> UnsupportedNetworkError:
    return UnsupportedNetworkError(
        f"The network's argument {quoted(name)} is {quoted(value)}, beyond what any network has; get the file again "
        "from its source."
    )
