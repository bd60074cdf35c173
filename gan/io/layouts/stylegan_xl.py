"""StyleGAN-XL generators saved whole: the published stem, and stem and head for higher resolutions."""

from typing import Any

from gan.io.errors import CorruptFileError, UnsupportedNetworkError, listed
from gan.io.layouts.stylegan2_arguments import constant
from gan.io.networks import Architecture, StoredNetwork
from gan.io.official import arguments_of, child_of, plain, state_of, tensors_of
from gan.io.records import Module, NumpyArray, Record

LAYOUT = "official StyleGAN-XL networks"
SUPERRES = "SuperresGenerator"
"""The class of networks that have a head."""

_NAMES = ("layer_names", "head_layer_names")
_MOST_LAYERS = 48
_TRAINING = frozenset({"rand_embedding", "embed_path", "path_stem", "up_factor", "head_layers", "cls_weight"})
"""Arguments that leave no trace but in the layers."""


def is_xl(module: Module) -> bool:
    """True for a generator whose mapping network has a table of classes, or that has a head."""
    mapping = child_of(module, "mapping")
    children = mapping.state.get("_modules") if mapping is not None else None
    embed = children.get("embed") if isinstance(children, dict) else None
    return module.class_name == SUPERRES or (module.class_name == "Generator" and isinstance(embed, Record))


def stored(name: str, module: Module) -> tuple[StoredNetwork, list[str]]:
    """The network in a module, and notices.

    Raises:
        UnsupportedNetworkError: its layers are not known.
        CorruptFileError: it lacks what every module has.
    """
    tensors = tensors_of(module)
    arguments = {key: value for key, value in arguments_of(name, module).items() if key not in _TRAINING}
    for key in ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels"):
        if type(module.state.get(key)) is int:
            arguments[key] = module.state[key]
    mapping = arguments.get("mapping_kwargs")
    options = {key: value for key, value in (mapping or {}).items() if key not in _TRAINING}
    if isinstance(module.state.get("num_ws"), int):
        _check_vectors(module)
    classes = arguments.get("c_dim")
    table = tensors.get("mapping.embed.weight")
    if classes == 0:  # the table is there all the same, and is never read
        tensors = {key: value for key, value in tensors.items() if not key.startswith("mapping.embed")}
    elif table is not None and len(table.shape) == 2:
        options["embed_classes"], options["embed_features"] = table.shape
    mean = tensors.get("mapping.w_avg")
    missing = mean is None
    if mean is None:
        tensors["mapping.w_avg"] = constant((arguments.get("w_dim", 512),))
    elif len(mean.shape) == 2:
        options["class_means"] = True
    arguments["mapping_kwargs"] = options
    notices: list[str] = []
    if module.class_name == SUPERRES or _has_head(module):
        arguments = _recorded(name, module, arguments)
        tensors = {key: value for key, value in tensors.items() if _is_used(key, arguments["layers_kwargs"])}
        notices = [
            "Its head was built from the numbers of its layers, and never compared with pictures of StyleGAN-XL."
        ]
    return StoredNetwork(Architecture("stylegan_xl.Generator", arguments), tensors, mean_missing=missing), notices


def _has_head(module: Module) -> bool:
    synthesis = child_of(module, "synthesis")
    return synthesis is not None and bool(synthesis.state.get("head_layer_names"))


def _layers(module: Module) -> list[str]:
    synthesis = child_of(module, "synthesis")
    names: list[str] = []
    for key in _NAMES:
        listing = synthesis.state.get(key) if synthesis is not None else None
        names += [one for one in listing if isinstance(one, str)] if isinstance(listing, list) else []
    return list(dict.fromkeys(names))[:_MOST_LAYERS]


def _check_vectors(module: Module) -> None:
    names = _layers(module)
    if names and module.state["num_ws"] != len(names) + 1:
        raise UnsupportedNetworkError(
            f"The network has {len(names)} layers but {module.state['num_ws']} vectors, which no published StyleGAN-XL "
            "has, so it cannot be drawn; choose another file."
        )


def _is_used(key: str, layers: dict[str, Any]) -> bool:
    part = key.removeprefix("synthesis.").partition(".")[0]
    return not key.startswith("synthesis.") or f"{part}_kwargs" in layers


def _recorded(name: str, module: Module, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the numbers of each layer in place of the design's."""
    from gan.networks.stylegan_xl import LAYER_FIELDS

    start = child_of(module, "synthesis.input")
    names = _layers(module)
    if start is None or not names:
        raise UnsupportedNetworkError(f"{name} does not list its layers, so it cannot be built; choose another file.")
    keys = ("channels", "size", "sampling_rate", "bandwidth")
    layers: dict[str, Any] = {"input_kwargs": {key: _number(start.state.get(key)) for key in keys}}
    for one in names:
        layer = child_of(module, f"synthesis.{one}")
        state = state_of(layer) or {}
        padding = state.get("padding")
        numbers = {key: _number(state.get(key)) for key in LAYER_FIELDS}
        lacking = [key for key, value in numbers.items() if value is None]
        if lacking or not isinstance(padding, (list, tuple)) or len(padding) != 4:
            raise CorruptFileError(f"{name}'s layer {one[:40]} lacks {listed(lacking or ['padding'])}; get it again.")
        numbers |= {f"padding_{side}": _number(value) for side, value in enumerate(padding)}
        layers[f"{one[:58]}_kwargs"] = numbers
    kept = ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels", "mapping_kwargs", "magnitude_ema_beta")
    scale = _number(child_of(module, "synthesis").state.get("output_scale"))  # type: ignore[union-attr]
    return {
        **{key: arguments[key] for key in kept if key in arguments},
        **({} if scale is None else {"output_scale": scale}),
        "layers_kwargs": layers,
    }


def _number(value: Any) -> float | None:
    """A number of a layer, be it stored as an array or not."""
    if isinstance(value, NumpyArray):
        value = plain(value)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        while isinstance(value, list) and len(value) and isinstance(value[0], (list, int, float)):
            value = value[0]
    return value if isinstance(value, (bool, int, float)) else None
