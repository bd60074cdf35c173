"""Pickles in the layout of the TensorFlow releases, with random variables, made without TensorFlow.

`dnnlib.tflib.network.Network` pickles as its state: version, name, arguments, components, the build function's name and
source, and the variables as (name, array) pairs. A stand-in of that name exists while a pickle is written.
"""

import pickle
import sys
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

TINY: dict[str, Any] = {
    "resolution": 16,
    "num_channels": 3,
    "label_size": 0,
    "latent_size": 6,
    "dlatent_size": 6,
    "mapping_layers": 2,
    "mapping_fmaps": 5,
    "fmap_base": 32,
    "fmap_max": 8,
}
"""Arguments of a G_style of 8, 8 and 4 channels."""
TINY_D: dict[str, Any] = {key: TINY[key] for key in ("resolution", "num_channels", "label_size")} | {
    "fmap_base": 32,
    "fmap_max": 8,
}

Shapes = dict[str, tuple[int, ...]]
Variables = dict[str, Any]


class Network:
    """A network as the TensorFlow releases pickle it."""

    def __init__(self, **state: Any) -> None:
        self.state = state

    def __getstate__(self) -> dict[str, Any]:
        return self.state


def network(
    name: str,
    function: str,
    arguments: Mapping[str, Any],
    variables: Variables,
    components: dict[str, Network] | None = None,
    version: Any = 3,
) -> Network:
    return Network(
        version=version,
        name=name,
        static_kwargs=dict(arguments),
        components=components or {},
        build_module_src="raise SystemExit",
        build_func_name=function,
        variables=list(variables.items()),
    )


def dumps(data: Any, protocol: int = 4, module: str = "dnnlib.tflib.network") -> bytes:
    """`data`, which may hold `Network`, as a pickle with the published names."""
    parents = module.split(".")
    names = [".".join(parents[: i + 1]) for i in range(len(parents))]
    modules = {name: types.ModuleType(name) for name in names}
    modules[module].Network = Network  # type: ignore[attr-defined]
    assert not sys.modules.keys() & modules.keys()
    sys.modules.update(modules)
    before = Network.__module__
    Network.__module__ = module
    try:
        return pickle.dumps(data, protocol)
    finally:
        Network.__module__ = before
        for name in modules:
            del sys.modules[name]


def random_variables(shapes: Shapes, seed: int = 0) -> Variables:
    """Random values that make everything show: no bias, strength or mean is 0."""
    source = np.random.RandomState(seed)
    return {name: np.float32(source.randn(*shape)) for name, shape in shapes.items()}


def mapping_shapes(a: Mapping[str, Any]) -> Shapes:
    shapes: Shapes = {}
    inputs = a["latent_size"]
    if a["label_size"]:
        shapes["LabelConcat/weight"] = (a["label_size"], a["latent_size"])
        inputs *= 2
    for i in range(a["mapping_layers"]):
        outputs = a["dlatent_size"] if i == a["mapping_layers"] - 1 else a["mapping_fmaps"]
        shapes |= {f"Dense{i}/weight": (inputs, outputs), f"Dense{i}/bias": (outputs,)}
        inputs = outputs
    return shapes


def channels(a: Mapping[str, Any], stage: int) -> int:
    return min(a["fmap_base"] // 2**stage, a["fmap_max"])


def synthesis1_shapes(a: Mapping[str, Any]) -> Shapes:
    """Of G_style's synthesis network."""
    last, w = int(np.log2(a["resolution"])), a["dlatent_size"]
    shapes: Shapes = {"lod": ()}
    noisy = a.get("use_noise", True)
    for i in range(2 * last - 2):
        shapes[f"noise{i}"] = (1, int(noisy), 2 ** (i // 2 + 2), 2 ** (i // 2 + 2))

    def layer(scope: str, outputs: int) -> Shapes:
        found: Shapes = {f"{scope}/bias": (outputs,)}
        if noisy:
            found[f"{scope}/Noise/weight"] = (outputs,)
        if a.get("use_styles", True):
            found |= {f"{scope}/StyleMod/weight": (w, 2 * outputs), f"{scope}/StyleMod/bias": (2 * outputs,)}
        return found

    first = channels(a, 1)
    if a.get("const_input_layer", True):
        shapes |= {"4x4/Const/const": (1, first, 4, 4), **layer("4x4/Const", first)}
    else:
        shapes |= {"4x4/Dense/weight": (w, first * 16), **layer("4x4/Dense", first)}
    shapes |= {"4x4/Conv/weight": (3, 3, first, first), **layer("4x4/Conv", first)}
    for res in range(2, last + 1):
        below, own, scope = channels(a, res - 2), channels(a, res - 1), f"{2**res}x{2**res}"
        if res > 2:
            shapes |= {f"{scope}/Conv0_up/weight": (3, 3, below, own), **layer(f"{scope}/Conv0_up", own)}
            shapes |= {f"{scope}/Conv1/weight": (3, 3, own, own), **layer(f"{scope}/Conv1", own)}
        if res == last or a.get("structure", "auto") != "fixed":
            rgb = f"ToRGB_lod{last - res}"
            shapes |= {f"{rgb}/weight": (1, 1, own, a["num_channels"]), f"{rgb}/bias": (a["num_channels"],)}
    return shapes


def discriminator1_shapes(a: Mapping[str, Any]) -> Shapes:
    """Of D_basic."""
    last = int(np.log2(a["resolution"]))
    shapes: Shapes = {"lod": ()}
    for res in range(last, 1, -1):
        own, below, scope = channels(a, res - 1), channels(a, res - 2), f"{2**res}x{2**res}"
        if res == last or a.get("structure", "auto") != "fixed":
            rgb = f"FromRGB_lod{last - res}"
            shapes |= {f"{rgb}/weight": (1, 1, a["num_channels"], own), f"{rgb}/bias": (own,)}
        if res > 2:
            shapes |= {f"{scope}/Conv0/weight": (3, 3, own, own), f"{scope}/Conv0/bias": (own,)}
            shapes |= {f"{scope}/Conv1_down/weight": (3, 3, own, below), f"{scope}/Conv1_down/bias": (below,)}
            continue
        spread = a.get("mbstd_num_features", 1) if a.get("mbstd_group_size", 4) > 1 else 0
        shapes |= {"4x4/Conv/weight": (3, 3, own + spread, own), "4x4/Conv/bias": (own,)}
        shapes |= {"4x4/Dense0/weight": (own * 16, below), "4x4/Dense0/bias": (below,)}
        outputs = max(a["label_size"], 1)
        shapes |= {"4x4/Dense1/weight": (below, outputs), "4x4/Dense1/bias": (outputs,)}
    return shapes


def g_style(
    lod: float = 0.0, seed: int = 0, version: int = 3, flat: bool = False, **changes: Any
) -> tuple[Network, Variables]:
    """A G_style, and its variables as `mapping/...`, `synthesis/...` and `dlatent_avg`.

    Args:
        lod: The level of detail at which it was saved.
        seed: Of the variables.
        version: Of the pickled class.
        flat: All variables in one list, without components, as wrapped networks have them.
        changes: To `TINY`; None leaves an argument out.
    """
    a = {key: value for key, value in (TINY | changes).items() if value is not None}
    full = TINY | a
    mapping = random_variables(mapping_shapes(full), seed)
    synthesis = random_variables(synthesis1_shapes(full), seed + 1) | {"lod": np.float32(lod)}
    own = {"lod": np.float32(lod), **random_variables({"dlatent_avg": (full["dlatent_size"],)}, seed + 2)}
    everything = {f"mapping/{k}": v for k, v in mapping.items()} | {f"synthesis/{k}": v for k, v in synthesis.items()}
    parts = {
        "synthesis": network("G_synthesis", "G_synthesis", a, synthesis, version=version),
        "mapping": network("G_mapping", "G_mapping", a | {"dlatent_broadcast": 6}, mapping, version=version),
    }
    made = network("G", "G_style", a, own, parts, version)
    if flat:
        for part in parts.values():
            part.state["variables"] = []
        made.state["variables"] += [(f"G_{key}", value) for key, value in everything.items()]
    return made, everything | own


def d_basic(lod: float = 0.0, seed: int = 10, **changes: Any) -> tuple[Network, Variables]:
    """A D_basic and its variables."""
    a = {key: value for key, value in (TINY_D | changes).items() if value is not None}
    variables = random_variables(discriminator1_shapes(TINY_D | a), seed) | {"lod": np.float32(lod)}
    return network("D", "D_basic", a, variables), variables
