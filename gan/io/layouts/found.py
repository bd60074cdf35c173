"""Records of what is found in a file: state dicts, and the networks that layouts recognise in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gan.io.networks import StoredNetwork
from gan.io.parents import Parent
from gan.io.records import Tensor

Tensors = Mapping[str, Tensor]
"""Parameters and buffers by dotted name."""


@dataclass(frozen=True)
class Candidate:
    """A state dict in a file.

    Attributes:
        path: Where it is: the keys that lead to it.
        tensors: Its parameters and buffers by dotted name.
        siblings: Everything that lies beside it.
    """

    path: tuple[str, ...]
    tensors: Tensors
    siblings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last key that leads to it, in small letters; "" for a file of nothing else."""
        return self.path[-1].lower() if self.path else ""


@dataclass(frozen=True)
class Found:
    """A network that a layout has recognised.

    Attributes:
        stored: How to build it, with its tensors by our names.
        layout: The layout as its users call it, such as "rosinality StyleGAN2".
        is_discriminator: True for a D.
        notices: Sentences about what was guessed, left out or never compared with its program.
    """

    stored: StoredNetwork
    layout: str
    is_discriminator: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The networks of a file, and what it says about them.

    Attributes:
        stored: By name in `NAMES`.
        settings: What the file says about its training set.
        layout: See `NetworkInfo`.
        notices: See `NetworkInfo`.
        kimg: See `NetworkInfo`.
        absent: Reasons of networks that are in the file but were left out, by name.
        parents: See `NetworkInfo`.
    """

    stored: Mapping[str, StoredNetwork]
    settings: Mapping[str, Any] = field(default_factory=dict)
    layout: str = ""
    notices: tuple[str, ...] = ()
    kimg: float | None = None
    absent: Mapping[str, str] = field(default_factory=dict)
    parents: tuple[Parent, ...] = ()
