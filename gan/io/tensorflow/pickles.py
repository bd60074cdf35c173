"""Extraction of networks from the records of a TensorFlow pickle (G, D, Gs).

Each is a `dnnlib.tflib.network.Network`: the name of the function that builds it, that function's arguments, and
variables by name; a generator has its mapping and synthesis networks as components. The function's source text travels
with it and is not looked at, so the function must be one that is known here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from foundation.pickles.constructors import TF_NETWORKS
from gan.io.errors import CorruptFileError, UnsupportedNetworkError, listed, quoted
from gan.io.networks import NAMES, StoredNetwork
from gan.io.records import NumpyArray, Record
from gan.io.tensorflow.stylegan1 import discriminator1, generator1
from gan.io.tensorflow.stylegan2 import discriminator2, generator2
from gan.io.tensorflow.stylegan2ada import discriminator_ada, generator_ada
from gan.io.tensorflow.variables import Variables

VERSIONS = range(2, 6)
"""The versions of the pickled class that are read: 2 and 3 are StyleGAN1's, 4 StyleGAN2's, 5 StyleGAN2-ADA's."""

_COMPONENTS = ("mapping", "synthesis")
_MAX_VARIABLES, _LONGEST_NAME = 50_000, 200


@dataclass(frozen=True)
class TFNetwork:
    """A network as a TensorFlow pickle holds it.

    Attributes:
        name: What the file calls it, for messages.
        function: The function that builds it, with that of its synthesis network: `G_main/G_synthesis_stylegan2`.
        arguments: What the functions were given.
        variables: Numbers and arrays by name; those of components as `mapping/...` and `synthesis/...`.
    """

    name: str
    function: str
    arguments: Mapping[str, Any]
    variables: Variables


_READERS: dict[str, Callable[[str, Mapping[str, Any], Variables], StoredNetwork]] = {
    "G_style/G_synthesis": generator1,
    "D_basic": discriminator1,
    "G_main/G_synthesis_stylegan2": generator2,
    "G_main/G_synthesis_stylegan_revised": generator2,
    "D_stylegan": discriminator2,
    "D_stylegan2": discriminator2,
    "G_main/G_synthesis": generator_ada,
    "D_main": discriminator_ada,
}


def is_tensorflow(data: Any) -> bool:
    """True if a pickle holds TensorFlow networks."""
    return any(_is_network(part) for part in (data if isinstance(data, (tuple, list)) else (data,)))


def tf_networks_of(data: Any, only: tuple[str, ...]) -> dict[str, StoredNetwork]:
    """The networks in a TensorFlow pickle.

    Args:
        data: What the pickle holds: the tuple (G, D, Gs), which nothing may follow, or one network alone.
        only: Which of `NAMES` are needed; others that this version does not know are left out.

    Raises:
        UnsupportedNetworkError: it holds no network that this version can build.
        CorruptFileError: a network in it is damaged.
    """
    found = {}
    for name, record in _named(data).items():
        try:
            network = _read(name, record)
            found[name] = _reader(network)(name, network.arguments, network.variables)
        except UnsupportedNetworkError:
            if name in only:
                raise
    return found


def _is_network(part: Any) -> bool:
    return isinstance(part, Record) and part.name in TF_NETWORKS


def _named(data: Any) -> dict[str, Record]:
    if _is_network(data):
        function = data.state.get("build_func_name") if isinstance(data.state, dict) else None
        return {"D" if isinstance(function, str) and function.startswith("D_") else "G_ema": data}
    parts = list(data)
    while len(parts) > len(NAMES) and parts[-1] is None:
        parts.pop()
    if len(parts) != len(NAMES) or not all(part is None or _is_network(part) for part in parts):
        kinds = listed(["a network" if _is_network(part) else type(part).__name__ for part in parts], 4)
        raise UnsupportedNetworkError(
            f"The file is a TensorFlow pickle of {len(parts)} parts ({kinds}), but a training writes the three "
            "networks (G, D, Gs); choose such a file, or one that holds a single network."
        )
    return {name: part for name, part in zip(NAMES, parts, strict=True) if part is not None}


def _reader(network: TFNetwork) -> Callable[[str, Mapping[str, Any], Variables], StoredNetwork]:
    reader = _READERS.get(network.function)
    if reader is None:
        raise UnsupportedNetworkError(
            f"{network.name} is built by the function {quoted(network.function)}, which this version does not know; "
            "choose a file of StyleGAN, StyleGAN2 or StyleGAN2-ADA, or a PyTorch pickle of the same network."
        )
    return reader


def _read(name: str, record: Record) -> TFNetwork:
    state = _state(name, record)
    variables = _variables(name, state, "")
    components = state.get("components", {})
    if not isinstance(components, dict):
        raise _damaged(name)
    unknown = [key for key in components if key not in _COMPONENTS]
    if unknown:
        raise UnsupportedNetworkError(
            f"{name} holds the further networks {listed(unknown, 2)}, which no published generator has; if it "
            "comes from a changed version of the official code, export it with the original code."
        )
    arguments, function = dict(state["static_kwargs"]), _function(name, state)
    for key, component in components.items():
        if not _is_network(component):
            raise _damaged(f"{name}'s {key}")
        inner = _state(f"{name}'s {key}", component)
        arguments.update(inner["static_kwargs"])
        if key == "synthesis" or _function(name, inner) != "G_mapping":
            function += "/" + _function(name, inner)
        variables.update(_variables(name, inner, f"{key}/"))
    return TFNetwork(name, function, arguments, variables)


def _state(name: str, record: Record) -> dict[str, Any]:
    state = record.state
    if not isinstance(state, dict) or not isinstance(state.get("static_kwargs"), dict):
        raise _damaged(name)
    version = state.get("version")
    if type(version) is not int or version not in VERSIONS:
        raise UnsupportedNetworkError(
            f"{name} is a TensorFlow network of version {quoted(version, 20)}, but this program reads versions "
            f"{VERSIONS.start} to {VERSIONS.stop - 1}; choose another file, or a PyTorch pickle of the same network."
        )
    return state


def _function(name: str, state: Mapping[str, Any]) -> str:
    function = state.get("build_func_name")
    if not isinstance(function, str):
        raise _damaged(name)
    return function.rpartition(".")[2][:200]


def _variables(name: str, state: Mapping[str, Any], prefix: str) -> Variables:
    pairs = state.get("variables")
    if not isinstance(pairs, list) or len(pairs) > _MAX_VARIABLES:
        raise _damaged(name)
    found: Variables = {}
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[0], str):
            raise _damaged(name)
        key, value = pair
        if len(key) > _LONGEST_NAME:
            raise CorruptFileError(
                f"{name} has the unknown variable {quoted(key)}; get the file again from its source."
            )
        for component in _COMPONENTS:
            # Where a network has no components of its own, their variables stand in its own list.
            key = key.removeprefix("G_") if key.startswith(f"G_{component}/") else key
        if not isinstance(value, (NumpyArray, int, float)) or prefix + key in found:
            raise CorruptFileError(
                f"{name}'s variable {quoted(key)} is no array, or is there twice; get the file again from its source."
            )
        found[prefix + key] = value
    return found


def _damaged(name: str) -> CorruptFileError:
    return CorruptFileError(f"{name} in the file is no TensorFlow network as it is written; get the file again.")
