"""Modules saved whole: the published classes, wherever they are nested, beside what other programs add."""

from collections.abc import Mapping
from typing import Any

from gan.io.errors import CorruptFileError, UnsupportedNetworkError, quoted
from gan.io.layouts import stylegan_xl
from gan.io.layouts.candidates import modules_in
from gan.io.layouts.families import family_of_class, other_family
from gan.io.layouts.found import Reading
from gan.io.layouts.progress import kimg_of
from gan.io.networks import NAMES, Architecture, StoredNetwork
from gan.io.official import plain, stored_network
from gan.io.records import Module, Record

LAYOUT = "official PyTorch networks"
_GENERATORS = ("Generator", stylegan_xl.SUPERRES)
_KNOWN = (*_GENERATORS, "Discriminator")

HARMLESS = frozenset({"freeze_layers", "freeze_embed", "rand_embedding", "trainable", "square"})
"""Arguments of other programs that decide what is trained, not what is drawn; `square` where it is true."""


def is_network(module: Module) -> bool:
    """True for a whole generator or discriminator of a class that is known."""
    return module.class_name in _KNOWN


def named_modules(data: Any) -> Mapping[str, Any]:
    """The whole networks of a file by name in `NAMES`; foreign objects of these names too. Empty where there are none.

    Raises:
        CorruptFileError: one of these names stands for something that is no network.
    """
    if isinstance(data, dict) and any(isinstance(data.get(name), Module) for name in NAMES):
        found = {name: data[name] for name in NAMES if data.get(name) is not None}
        for name, value in found.items():
            if not isinstance(value, (Module, Record, dict)):
                raise CorruptFileError(f"{name} in the file is no network; get the file again from its source.")
        return found
    modules = [(path, module) for path, module in modules_in(data) if is_network(module)]
    generators = [(path, module) for path, module in modules if module.class_name in _GENERATORS]
    named: dict[str, Any] = {}
    for path, module in generators:
        is_average = any("ema" in key.lower() for key in path) or module is generators[-1][1]
        named.setdefault("G_ema" if is_average else "G", module)
    for _, module in modules:
        if module.class_name == "Discriminator":
            named.setdefault("D", module)
    return {name: named[name] for name in NAMES if name in named}


def modules_reading(named: Mapping[str, Any], data: Any, only: tuple[str, ...]) -> Reading:
    """The networks of modules, without those that cannot be built and are not needed.

    Raises:
        LoadError: one that is needed cannot be built.
    """
    stored: dict[str, StoredNetwork] = {}
    notices: list[str] = []
    absent: dict[str, str] = {}
    reasons: list[UnsupportedNetworkError] = []
    layout = LAYOUT
    for name, value in named.items():
        try:
            if not isinstance(value, Module):
                kind = value.name if isinstance(value, Record) else "state dict"
                raise UnsupportedNetworkError(
                    f"{name} is a {quoted(kind)} of another program, which this version does not know; load only the "
                    "others to leave it out."
                )
            if stylegan_xl.is_xl(value):
                network, more = stylegan_xl.stored(name, value)
                layout = stylegan_xl.LAYOUT
            else:
                network, more = _without_harmless(name, stored_network(name, value))
            stored[name] = network
            notices += more
        except UnsupportedNetworkError as error:
            # An unsupported discriminator must not prevent loading the generator, unless it is what is asked for.
            if (
                name in only
                and name != "D"
                and isinstance(value, Module)
                and (family := family_of_class(value.class_name))
            ):
                raise other_family(family) from error
            if name in only and (name != "D" or set(only) != set(NAMES)):
                raise
            absent[name] = error.detail
            reasons.append(error)
            kind = value.name if isinstance(value, Record) else getattr(value, "class_name", "state dict")
            notices.append(f"{name} was left out: it is a {quoted(kind)}, which this version does not know.")
    if not stored and reasons:
        raise reasons[0]
    settings = plain(data.get("training_set_kwargs")) if isinstance(data, dict) else None
    return Reading(
        stored,
        settings if isinstance(settings, dict) else {},
        layout,
        tuple(dict.fromkeys(notices)),
        kimg_of(data),
        absent,
    )


def _without_harmless(name: str, network: StoredNetwork) -> tuple[StoredNetwork, list[str]]:
    """The network without arguments that cannot change its images, and a notice of each."""
    arguments = dict(network.architecture.arguments)
    dropped = _drop(arguments)
    for key in ("mapping_kwargs", "synthesis_kwargs"):
        if isinstance(arguments.get(key), dict):
            arguments[key] = dict(arguments[key])
            dropped += _drop(arguments[key])
    if not dropped:
        return network, []
    architecture = Architecture(network.architecture.class_name, arguments)
    notices = [f"The argument {key} was left out: it has no effect on the image." for key in dict.fromkeys(dropped)]
    return StoredNetwork(architecture, network.tensors, network.mean_missing), notices


def _drop(arguments: dict[str, Any]) -> list[str]:
    dropped = [key for key in arguments if key in HARMLESS and (key != "square" or arguments[key] is True)]
    for key in dropped:
        del arguments[key]
    return dropped
