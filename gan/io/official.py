"""Extraction of networks from the records of an official PyTorch pickle.

The classes are recognised by their contents: a generator with `synthesis.input` is StyleGAN3's, others are StyleGAN2's.
Missing constructor arguments are taken from the module's attributes, because the defaults of the StyleGAN2-ADA and the
StyleGAN3 releases differ.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from foundation.inputs import clean_text
from foundation.pickles.machine import Allowed
from gan.io.errors import CorruptFileError, UnsupportedNetworkError, quoted
from gan.io.first_size import set_first_size
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import FileBytes, Module, NumpyArray, Record, Tensor

_MAX_DEPTH = 32
_LONGEST_CHAIN = 64
"""Blocks of a network, each twice as large as the one before."""
_MAX_PARTS = 50_000
"""Modules, parameters and buffers of one network; a pickle can hold the same module many times over."""
_PLAIN_LIMIT = 10_000
"""Parts of the settings and arguments of one network, with a part for each 1000 letters."""
_NAME_LIMIT = 200
"""Letters of the name of a module, parameter or argument; of a network's names with those of its parents, 1000."""
_TEXT_LIMIT = 4096
"""Letters of a text that is kept as it is."""

_POSITIONS = {
    "Generator": ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels"),
    "Discriminator": ("c_dim", "img_resolution", "img_channels"),
}


def stored_network(name: str, module: Module) -> StoredNetwork:
    """One network: its class, its constructor's arguments, and its parameters and buffers by dotted name.

    Raises:
        UnsupportedNetworkError: its class is none of the published ones.
        CorruptFileError: it lacks what every module has.
    """
    kind = module.class_name
    if kind not in _POSITIONS:
        raise UnsupportedNetworkError(
            f"{name} is of the class {quoted(kind)}, which this version does not know; it reads Generator and "
            f"Discriminator of StyleGAN2-ADA and StyleGAN3 (load only the others to leave {name} out)."
        )
    arguments = arguments_of(name, module)
    if kind == "Discriminator":
        class_name = "stylegan2.Discriminator"
        _add_discriminator_defaults(module, arguments)
    elif child_of(module, "synthesis.input") is not None:
        class_name = "stylegan3.Generator"
    else:
        class_name = "stylegan2.Generator"
        _add_generator_defaults(module, arguments)
    tensors = tensors_of(module)
    if class_name == "stylegan2.Generator":
        set_first_size(arguments, tensors)
    return StoredNetwork(Architecture(class_name, arguments), tensors)


def state_of(value: Any) -> dict[str, Any] | None:
    """The attributes of a module, be it of the published classes or of another; None for other values."""
    if isinstance(value, Module):
        return value.state
    if isinstance(value, Record) and isinstance(value.state, dict):
        return value.state if {"_parameters", "_buffers", "_modules"} <= value.state.keys() else None
    return None


def tensors_of(value: Module | Record) -> dict[str, Tensor]:
    """The parameters and buffers of a module by dotted name.

    Raises:
        CorruptFileError: it lacks what every module has, or has more parts than any network.
    """
    state = state_of(value)
    assert state is not None
    return dict(_tensors(state, "", 0, [_MAX_PARTS]))


def arguments_of(name: str, module: Module) -> dict[str, Any]:
    """The constructor's arguments as plain data. Raises CorruptFileError where the file does not keep them."""
    given, keywords = module.state.get("_init_args", ()), module.state.get("_init_kwargs", {})
    positions = _POSITIONS.get(module.class_name, ())
    if not isinstance(given, tuple) or not isinstance(keywords, dict) or len(given) > len(positions):
        raise CorruptFileError(f"{name} does not say how it was built; get the file again from its source.")
    left = [_PLAIN_LIMIT]  # for all arguments together: each may hold the same parts again
    arguments: dict[str, Any] = _plain(keywords, left, _PLAIN_DEPTH)
    arguments.update((key, _plain(value, left, _PLAIN_DEPTH)) for key, value in zip(positions, given, strict=False))
    nested = arguments.pop("synthesis_kwargs", None)
    if isinstance(nested, dict):
        arguments.update(nested)
    mapping = child_of(module, "mapping")
    if mapping is not None:
        # A discriminator's mapping network tracks no average.
        known = ("num_layers", "w_avg_beta") if module.class_name == "Generator" else ("num_layers",)
        options = arguments.setdefault("mapping_kwargs", {})
        for key in known:
            if key in mapping.state and isinstance(options, dict):
                options.setdefault(key, plain(mapping.state[key]))
    return arguments


def _add_generator_defaults(module: Module, arguments: dict[str, Any]) -> None:
    blocks = _blocks(child_of(module, "synthesis"))
    _set_fp16(blocks, arguments)
    layer = child_of(module, "synthesis.b4.conv1")
    if layer is not None and "conv_clamp" in layer.state:
        arguments.setdefault("conv_clamp", plain(layer.state["conv_clamp"]))


def _add_discriminator_defaults(module: Module, arguments: dict[str, Any]) -> None:
    blocks = [block for block in _blocks(module) if "use_fp16" in block.state]
    _set_fp16(blocks, arguments)
    layer = next((found for block in blocks if (found := child_of(block, "conv0")) is not None), None)
    if layer is not None and "conv_clamp" in layer.state:
        arguments.setdefault("conv_clamp", plain(layer.state["conv_clamp"]))


def _set_fp16(blocks: list[Module], arguments: dict[str, Any]) -> None:
    """The number of resolutions in float16, counted where it was not given."""
    halves = sum(bool(block.state.get("use_fp16")) for block in blocks)
    arguments.setdefault("num_fp16_res", halves)


def _blocks(module: Module | None) -> list[Module]:
    children = module.state.get("_modules") if module is not None else None
    if not isinstance(children, dict):
        return []
    blocks = [child for key, child in children.items() if isinstance(child, Module) and str(key)[:1] == "b"]
    return blocks[:_LONGEST_CHAIN]


def child_of(module: Module, path: str) -> Module | None:
    """The module of a dotted name in `module`; None where there is none of the published classes."""
    found: Any = module
    for part in path.split("."):
        children = found.state.get("_modules") if isinstance(found, Module) else None
        found = children.get(part) if isinstance(children, dict) else None
    return found if isinstance(found, Module) else None


def _tensors(state: dict[str, Any], prefix: str, depth: int, left: list[int]) -> Iterator[tuple[str, Tensor]]:
    hidden = state.get("_non_persistent_buffers_set") or ()
    parameters, buffers, children = (state.get(key) for key in ("_parameters", "_buffers", "_modules"))
    if (
        depth > _MAX_DEPTH
        or not isinstance(parameters, dict)
        or not isinstance(buffers, dict)
        or not isinstance(children, dict)
        or not isinstance(hidden, (set, tuple))
    ):
        raise CorruptFileError(
            f"{quoted(prefix.rstrip('.')) or 'A network'} in the file is no module as torch writes it; get the file "
            "again."
        )
    left[0] -= 1 + len(parameters) + len(buffers) + len(children) + len(hidden)
    if left[0] < 0:
        raise CorruptFileError("The file has more parts than any network; get the file again from its source.")
    keys = (*parameters, *buffers, *children)
    if len(prefix) > 1000 or any(not isinstance(key, str) or len(key) > _NAME_LIMIT for key in keys):
        raise CorruptFileError("The file has names that no part of a network has; get the file again from its source.")
    hidden = {key for key in hidden if isinstance(key, str)}
    for group in (parameters, buffers):
        for key, value in group.items():
            if value is None or (group is buffers and key in hidden):
                continue
            if not isinstance(value, Tensor):
                raise CorruptFileError(
                    f"{quoted(prefix + key)} in the file is no tensor; get the file again from its source."
                )
            yield f"{prefix}{key}", value
    for key, child in children.items():
        if (inner := state_of(child)) is not None:
            yield from _tensors(inner, f"{prefix}{key}.", depth + 1, left)
        elif child is not None:
            raise CorruptFileError(
                f"{quoted(prefix + key)} in the file is no module; get the file again from its source."
            )


_PLAIN_DEPTH = 8


def plain(value: Any) -> Any:
    """`value` as JSON's types: what has no such form becomes its name, and texts become printable.

    Raises:
        CorruptFileError: it is far too large or too deep (a few bytes of a pickle can stand for billions of parts).
    """
    return _plain(value, [_PLAIN_LIMIT], _PLAIN_DEPTH)


def _plain(value: Any, left: list[int], depth: int) -> Any:
    """`plain` with the count of parts that are `left`, of all that is walked together."""
    _pay(left, 1)
    if depth < 0:
        raise _too_large()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value.bit_length()) + "-bit number"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _printable(value, left)
    if isinstance(value, Mapping):
        return {_key(key, left): _plain(item, left, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, left, depth - 1) for item in value]
    if isinstance(value, (set, frozenset)):
        _pay(left, len(value))
        return sorted(_key(item, left) for item in value)
    if isinstance(value, NumpyArray):
        _pay(left, math.prod(value.shape))
        return _plain(value.read().tolist(), left, depth - 1)
    if isinstance(value, FileBytes):
        return "bytes"
    return _printable(value.name, left) if isinstance(value, (Record, Allowed)) else type(value).__name__


def _pay(left: list[int], parts: int) -> None:
    left[0] -= parts
    if left[0] < 0:
        raise _too_large()


def _too_large() -> CorruptFileError:
    return CorruptFileError("The file's settings are larger or deeper than any network's; download it again.")


def _printable(text: str, left: list[int]) -> str:
    _pay(left, len(text) // 1000)
    return text if len(text) <= _TEXT_LIMIT and text.isprintable() else clean_text(text, _TEXT_LIMIT)


def _key(key: Any, left: list[int]) -> str:
    """A dictionary's key or a set's item, which are text, short bytes, numbers or nothing."""
    if isinstance(key, str):
        return _printable(key, left)[:_NAME_LIMIT]
    return quoted(key, _NAME_LIMIT)
