"""Networks and their descriptions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gan.io.arguments import LIMITS
from gan.io.errors import UnsupportedNetworkError
from gan.io.parents import Parent
from gan.io.records import Tensor

if TYPE_CHECKING:
    from gan.networks.discriminator import StyleDiscriminator
    from gan.networks.generator import StyleGenerator

NAMES = ("G", "D", "G_ema")
"""The networks of a training run: generator, discriminator, and the generator's moving average (the one to render)."""


@dataclass(frozen=True)
class Architecture:
    """Class and arguments of a network.

    Attributes:
        class_name: A key of `gan.networks.CLASS_NAMES`, such as `stylegan3.Generator`.
        arguments: The constructor's arguments as plain data (JSON's types).
    """

    class_name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class NetworkInfo:
    """Description of a loaded file.

    Attributes:
        source: The file's path, or the address it came from.
        format: "pickle", "safetensors", "torch", or "memory" for networks that were never in a file.
        family: "StyleGAN1", "StyleGAN2", "StyleGAN3-T", "StyleGAN3-R" or "StyleGAN-XL".
        resolution: Width and height of the image in pixels.
        channels: Colour channels.
        c_dim: Number of classes; 0 for an unconditional network.
        architectures: How each network of the file was built, by its name in `NAMES`.
        training_set_kwargs: What the file says about its training set, as plain data; may be empty.
        sha256: The file's hash in hexadecimal; empty for "memory".
        layout: The program or convention that laid the file out, as its users know it; empty for "memory".
        notices: Sentences about what was left out, guessed or not checked.
        kimg: Thousands of images that the network was trained with, where the file says so.
        parents: Networks that it was made from, where it is a blend or an average.
    """

    source: str
    format: str
    family: str
    resolution: int
    channels: int
    c_dim: int
    architectures: Mapping[str, Architecture]
    training_set_kwargs: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    layout: str = ""
    notices: tuple[str, ...] = ()
    kimg: float | None = None
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True)
class Networks:
    """The networks of one file; those that it lacks, or that were not asked for, are None.

    Attributes:
        G: The generator as trained.
        D: The discriminator.
        G_ema: The generator's moving average: the one that makes the best images.
        info: What is known about the file.
    """

    G: "StyleGenerator | None"
    D: "StyleDiscriminator | None"
    G_ema: "StyleGenerator | None"
    info: NetworkInfo


BUFFERS = frozenset(
    {
        "down_filter",
        "freqs",
        "magnitude_ema",
        "noise_const",
        "phases",
        "resample_filter",
        "transform",
        "up_filter",
        "w_avg",
    }
)
"""Last parts of the names of what networks hold besides what they learn."""


@dataclass(frozen=True)
class Contents:
    """Contents of a file, by its own description.

    Attributes:
        info: As of a loaded file, without its hash.
        shapes: Of each network in the file, every parameter's and buffer's shape by name, in the file's order.
        file_bytes: How large the file is.
    """

    info: NetworkInfo
    shapes: Mapping[str, Mapping[str, tuple[int, ...]]]
    file_bytes: int

    def parameters(self, name: str) -> int:
        """Count of the numbers that the network `name` has learned; buffers don't count."""
        shapes = self.shapes[name].items()
        return sum(math.prod(shape) for key, shape in shapes if key.rpartition(".")[2] not in BUFFERS)


@dataclass(frozen=True)
class StoredNetwork:
    """A network as a file holds it.

    Attributes:
        architecture: How to build it.
        tensors: Its parameters and buffers by name, not allocated yet.
        mean_missing: True if the file lacks the mean of w, so that it is computed once the network is built.
        notice: A sentence for the user about what the file says besides; may be empty.
    """

    architecture: Architecture
    tensors: Mapping[str, Tensor]
    mean_missing: bool = False
    notice: str = ""


def describe(
    architectures: Mapping[str, Architecture],
    training_set_kwargs: Mapping[str, Any] | None = None,
    *,
    source: str = "",
    format: str = "memory",
    sha256: str = "",
) -> NetworkInfo:
    """`NetworkInfo` of networks of these architectures.

    Args:
        architectures: By name in `NAMES`; at least one.
        training_set_kwargs: What is known about the training set, as plain data.
        source: See `NetworkInfo`.
        format: See `NetworkInfo`.
        sha256: See `NetworkInfo`.

    Raises:
        UnsupportedNetworkError: there is no architecture, or one lacks its resolution.
    """
    for name in ("G_ema", "G", "D"):
        if name in architectures:
            main = architectures[name]
            break
    else:
        raise UnsupportedNetworkError("The file holds none of G, D and G_ema; choose a file that holds a network.")
    sizes: dict[str, Any] = {key: main.arguments.get(key) for key in ("img_resolution", "img_channels", "c_dim")}
    for key, size in sizes.items():
        if type(size) is not int or not 0 <= size <= LIMITS[key][1]:
            raise UnsupportedNetworkError(
                f"The network's arguments give no usable {key}, so it cannot be built; get the file again."
            )
    return NetworkInfo(
        source=source,
        format=format,
        family=_family(main),
        resolution=sizes["img_resolution"],
        channels=sizes["img_channels"],
        c_dim=sizes["c_dim"],
        architectures=dict(architectures),
        training_set_kwargs=dict(training_set_kwargs or {}),
        sha256=sha256,
    )


def _family(architecture: Architecture) -> str:
    if architecture.class_name.startswith("stylegan1."):
        return "StyleGAN1"
    if architecture.class_name.startswith("stylegan_xl."):
        return "StyleGAN-XL"
    if not architecture.class_name.startswith("stylegan3."):
        return "StyleGAN2"
    return "StyleGAN3-R" if architecture.arguments.get("conv_kernel", 3) == 1 else "StyleGAN3-T"
