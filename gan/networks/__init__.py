"""The networks, each built by name from the constructor arguments that published files carry."""

from importlib import import_module
from typing import Any

from torch import nn

CLASS_NAMES: dict[str, tuple[str, str]] = {
    "stylegan1.Generator": ("gan.networks.stylegan1", "Generator"),
    "stylegan1.Discriminator": ("gan.networks.stylegan1_discriminator", "Discriminator"),
    "stylegan2.Generator": ("gan.networks.stylegan2", "Generator"),
    "stylegan3.Generator": ("gan.networks.stylegan3", "Generator"),
    "stylegan2.Discriminator": ("gan.networks.stylegan2_discriminator", "Discriminator"),
}
"""What `build` knows: a name -> the module and the class in it."""


def build(class_name: str, **init_kwargs: Any) -> nn.Module:
    """Construct a network with fresh weights.

    Args:
        class_name: A key of `CLASS_NAMES`.
        init_kwargs: The published constructor's arguments, by their published names.

    Raises:
        ValueError: there is no such class, or an argument has a value that cannot be.
        TypeError: the class has no such argument, or one is missing.
    """
    if class_name not in CLASS_NAMES:
        raise ValueError(f"There is no network called {class_name!r}; choose one of {', '.join(CLASS_NAMES)}.")
    module, name = CLASS_NAMES[class_name]
    network = getattr(import_module(module), name)(**init_kwargs)
    assert isinstance(network, nn.Module)
    return network
