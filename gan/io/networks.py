"""Networks and their descriptions, and the steps that every file format shares: check the arguments, plan, build."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gan.io.errors import CorruptFileError, LoadError, UnsupportedNetworkError, listed, quoted
from gan.io.records import Tensor

if TYPE_CHECKING:
    import torch
    from torch import nn

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
        format: "pickle", "safetensors", or "memory" for networks that were never in a file.
        family: "StyleGAN1", "StyleGAN2", "StyleGAN3-T" or "StyleGAN3-R".
        resolution: Width and height of the image in pixels.
        channels: Colour channels.
        c_dim: Number of classes; 0 for an unconditional network.
        architectures: How each network of the file was built, by its name in `NAMES`.
        training_set_kwargs: What the file says about its training set, as plain data; may be empty.
        sha256: The file's hash in hexadecimal; empty for "memory".
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
    """A network as a file holds it: how to build it, and its parameters and buffers by name, not allocated yet."""

    architecture: Architecture
    tensors: Mapping[str, Tensor]


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
        if type(size) is not int or not 0 <= size <= _LIMITS[key][1]:
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
    if not architecture.class_name.startswith("stylegan3."):
        return "StyleGAN2"
    return "StyleGAN3-R" if architecture.arguments.get("conv_kernel", 3) == 1 else "StyleGAN3-T"


# -- Arguments ---------------------------------------------------------------------------------------------------

_LIMITS: dict[str, tuple[float, float]] = {
    "img_resolution": (4, 4096),
    "img_channels": (1, 1024),
    "z_dim": (0, 65536),
    "w_dim": (1, 65536),
    "c_dim": (0, 65536),
    "channel_base": (1, 2**24),
    "channel_max": (1, 65536),
    "num_layers": (0, 64),
    "num_critical": (0, 64),
    "num_fp16_res": (0, 64),
    "conv_kernel": (1, 15),
    "filter_size": (1, 16),
    "lrelu_upsampling": (1, 4),
    "margin_size": (0, 1024),
    "first_cutoff": (1, 1024),
    "first_stopband": (1, 1024),
    "last_stopband_rel": (0.1, 16),
    "lod": (0, 10),
}
"""Bounds beyond every network that was ever published: arguments outside them could only exhaust the machine."""
_WORDS = {"architecture", "activation", "fused_modconv_default"}
_LISTS = {"resample_filter"}
"""The arguments that may be a word, and those that may be a list of numbers; all others are numbers or nothing."""
_DEFAULT_LIMIT = (-(2.0**20), 2.0**20)
_LONGEST = 64


def checked_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor's arguments as plain data, within bounds.

    Raises:
        UnsupportedNetworkError: a value is no plain data or out of bounds; the message names the argument.
    """
    checked = {str(name)[:_LONGEST]: _checked(str(name)[:_LONGEST], value, 2) for name, value in arguments.items()}
    if "num_critical" in checked or "first_cutoff" in checked or "num_layers" in checked:
        layers, critical = checked.get("num_layers", 14), checked.get("num_critical", 2)
        if layers - critical < 4:
            raise _out_of_bounds("num_layers", layers)
    return checked


def _checked(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        low, high = _LIMITS.get(name, _DEFAULT_LIMIT)
        if not math.isfinite(value) or not low <= value <= high:
            raise _out_of_bounds(name, value)
        return value
    if isinstance(value, str) and name in _WORDS and len(value) <= _LONGEST:
        return value
    if isinstance(value, (list, tuple)) and name in _LISTS and len(value) <= _LONGEST:
        return [_checked(name, item, 0) for item in value]
    if isinstance(value, dict) and depth and name.endswith("_kwargs") and len(value) <= _LONGEST:
        return {str(key)[:_LONGEST]: _checked(str(key)[:_LONGEST], item, depth - 1) for key, item in value.items()}
    raise UnsupportedNetworkError(
        f"The network's argument {quoted(name)} is of a kind that no published network has; get the file again from "
        "its source."
    )


def _out_of_bounds(name: str, value: object) -> UnsupportedNetworkError:
    return UnsupportedNetworkError(
        f"The network's argument {quoted(name)} is {quoted(value)}, beyond what any network has; get the file again "
        "from its source."
    )


# -- Building ----------------------------------------------------------------------------------------------------


def check_class(name: str, architecture: Architecture) -> None:
    """Make sure that there is such a class.

    Raises:
        UnsupportedNetworkError: there is none.
    """
    from gan.networks import CLASS_NAMES

    if architecture.class_name not in CLASS_NAMES:
        raise UnsupportedNetworkError(
            f"{name} is a {quoted(architecture.class_name)}, which this version cannot build (it knows "
            f"{', '.join(CLASS_NAMES)}); update the program or choose another file."
        )


@dataclass(frozen=True)
class Plan:
    """A network without memory, compared with the tensors in its file."""

    name: str
    network: "nn.Module"
    tensors: Mapping[str, Tensor]

    @property
    def nbytes(self) -> int:
        """Memory of the finished network in bytes."""
        return sum(value.numel() * value.element_size() for value in self.network.state_dict().values())


def plan(name: str, stored: StoredNetwork) -> Plan:
    """Build a network without memory, and compare it with the file by name and shape; no random numbers are drawn.

    Args:
        name: What the file calls it, for messages.
        stored: The network in the file.

    Raises:
        UnsupportedNetworkError: the arguments are not those of the class.
        CorruptFileError: a parameter is missing, unknown or of the wrong shape.
    """
    import torch

    from gan.networks import build

    architecture = stored.architecture
    check_class(name, architecture)
    arguments = checked_arguments(architecture.arguments)
    try:
        with torch.device("meta"):
            network = build(architecture.class_name, **arguments)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, AssertionError, RuntimeError) as error:
        raise UnsupportedNetworkError(
            f"{name} cannot be built as {architecture.class_name} from the arguments in the file "
            f"({quoted(str(error), 80)}); if it comes from a changed version of the official code, export it with the "
            "original code."
        ) from error
    _compare(name, network.state_dict(), stored.tensors)
    return Plan(name, network, stored.tensors)


def check_memory(plans: Iterable[Plan], device: "str | torch.device") -> None:
    """Compare the needs of networks with the memory that is available, before any is taken.

    Raises:
        UnsupportedNetworkError: there is too little.
    """
    from gan.memory import available_bytes

    needed = sum(one.nbytes for one in plans)
    available = available_bytes(device)
    # What is available is an estimate: other programs' memory can be swapped out.
    if needed > max(available, _SMALL):
        raise too_little_memory(needed, available)


_SMALL = 2**29
"""Needs up to this many bytes are not compared."""


def too_little_memory(needed: int | None = None, available: int | None = None) -> UnsupportedNetworkError:
    """The error of a network that does not fit into memory."""
    sizes = f": they take {needed / 2**30:.1f} GiB, but {(available or 0) / 2**30:.1f} GiB are free" if needed else ""
    return UnsupportedNetworkError(
        f"The file's networks do not fit into memory{sizes}; close other programs, or choose a smaller network."
    )


def assemble(planned: Plan, device: "str | torch.device") -> "nn.Module":
    """Give a network its parameters and buffers.

    Args:
        planned: The network.
        device: Where it should be.

    Returns:
        The network in evaluation mode, with no gradients required.

    Raises:
        CorruptFileError: the file's numbers cannot be read.
        UnsupportedNetworkError: they do not fit into memory.
    """
    network, state = planned.network, {}
    for key, want in network.state_dict().items():
        with reading():
            value = planned.tensors[key].read().to(dtype=want.dtype)
        state[key] = value.to(device=device)
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval().requires_grad_(False)


@contextmanager
def reading() -> Iterator[None]:
    """Turn every error of a reader into a LoadError: a damaged file must not look like a fault of the program.

    Budgets refuse what is known to be hostile; this is for the rest.
    """
    try:
        yield
    except (LoadError, OSError):
        raise
    except MemoryError as error:
        raise too_little_memory() from error
    except Exception as error:
        if "allocate memory" in str(error):  # torch has no error of its own for it on a CPU
            raise too_little_memory() from error
        raise CorruptFileError(
            f"The file holds something that no network has, and cannot be read ({type(error).__name__}); copy or "
            "download it again."
        ) from error


def _compare(name: str, expected: "Mapping[str, torch.Tensor]", stored: Mapping[str, Tensor]) -> None:
    missing = sorted(expected.keys() - stored.keys())
    unknown = sorted(stored.keys() - expected.keys())
    if missing or unknown:
        parts = [
            f"{what} {listed(keys, 2)}" for what, keys in (("lacks", missing), ("has the unknown", unknown)) if keys
        ]
        raise CorruptFileError(
            f"{name} does not fit its own description: it {' and '.join(parts)}; get the file again from its source."
        )
    for key, want in expected.items():
        if stored[key].shape != tuple(want.shape):
            raise CorruptFileError(
                f"{name}'s {quoted(key)} has the shape {list(stored[key].shape)} but should have {list(want.shape)}; "
                "get the file again from its source."
            )
