"""Parents of networks that were made from others: written in safetensors files, beside the networks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from foundation.inputs import DETAIL, clean_text

MOST = 64
"""Parents that are read from a file."""


@dataclass(frozen=True)
class Parent:
    """A network that another one was made from.

    Attributes:
        name: Its file's name.
        fingerprint: See `gan.io.fingerprint`.
        share: What was taken from it, as a text.
        licence: What its file says about its licence and origin; may be empty.
    """

    name: str
    fingerprint: str
    share: str
    licence: str = ""


def written(parents: Sequence[Parent]) -> list[dict[str, str]]:
    """Return parents as plain data."""
    return [asdict(parent) for parent in parents]


def read(plain: Any) -> tuple[Parent, ...]:
    """Return the parents in what a file says; what is no parent is left out, and texts are cleaned."""
    if not isinstance(plain, list):
        return ()
    names = [field.name for field in fields(Parent)]
    return tuple(
        Parent(**{name: clean_text(entry.get(name, ""), DETAIL) for name in names})
        for entry in plain[:MOST]
        if isinstance(entry, dict) and all(isinstance(entry.get(name, ""), str) for name in names)
    )
