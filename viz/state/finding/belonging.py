"""Networks that found directions belong to."""

from typing import Protocol

from renderer.ipc.protocol import ModelInfo


def key_of(model: ModelInfo) -> str:
    """Return what identifies a network, whatever file it is in; by its kind and name if its numbers are not known."""
    return model.fingerprint or f"{model.family} {model.title} {model.num_ws} {model.w_dim}"


class Belonging(Protocol):
    """Something that was found with a network."""

    @property
    def network(self) -> str:
        """Title of the network; empty if unknown."""

    @property
    def fingerprint(self) -> str:
        """See `key_of`; empty if unknown."""


def elsewhere(found: Belonging, model: ModelInfo | None) -> str:
    """Return why something is greyed: it was found with another network; empty if it was found with this one."""
    if model is None or not found.fingerprint or found.fingerprint == key_of(model):
        return ""
    return f"found with {found.network}" if found.network else "found with another network"
