"""The networks, each built by name from the constructor arguments that published files carry.

They are references: nothing in this package knows how they are run (see `gan.inference`).
"""

from importlib import import_module
from typing import Any

from torch import nn

from gan.networks.discriminator import StyleDiscriminator
from gan.networks.generator import StyleGenerator

CLASS_NAMES: dict[str, tuple[str, str]] = {
    "stylegan1.Generator": ("gan.networks.stylegan1", "Generator"),
    "stylegan1.Discriminator": ("gan.networks.stylegan1_discriminator", "Discriminator"),
    "stylegan2.Generator": ("gan.networks.stylegan2", "Generator"),
    "stylegan3.Generator": ("gan.networks.stylegan3", "Generator"),
    "stylegan_xl.Generator": ("gan.networks.stylegan_xl", "Generator"),
    "stylegan2.Discriminator": ("gan.networks.stylegan2_discriminator", "Discriminator"),
}
"""Networks that `build` knows: a name -> the module and the class in it."""


def build(class_name: str, **init_kwargs: Any) -> nn.Module:
    """Construct a network with fresh weights.

    Args:
        class_name: A key of `CLASS_NAMES`.
        init_kwargs: The published constructor's arguments, by their published names.

    Raises:
        ValueError: There is no such class, or an argument has an impossible value.
        TypeError: The class has no such argument, or one is missing.
    """
    if class_name not in CLASS_NAMES:
        raise ValueError(f"There is no network called {class_name!r}; choose one of {', '.join(CLASS_NAMES)}.")
    module, name = CLASS_NAMES[class_name]
    network = getattr(import_module(module), name)(**init_kwargs)
    assert isinstance(network, nn.Module)
    return network


def build_generator(class_name: str, **init_kwargs: Any) -> StyleGenerator:
    """`build` for a generator. Raises ValueError also for the name of a discriminator."""
    network = build(class_name, **init_kwargs)
    if not isinstance(network, StyleGenerator):
        raise ValueError(f"{class_name} is no generator.")
    return network


def build_discriminator(class_name: str, **init_kwargs: Any) -> StyleDiscriminator:
    """`build` for a discriminator. Raises ValueError also for the name of a generator."""
    network = build(class_name, **init_kwargs)
    if not isinstance(network, StyleDiscriminator):
        raise ValueError(f"{class_name} is no discriminator.")
    return network
