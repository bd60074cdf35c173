"""Variables and arguments of TensorFlow networks: what both families of them need to become ours."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gan.io.errors import CorruptFileError, UnsupportedNetworkError, listed, quoted
from gan.io.official import plain
from gan.io.records import NumpyArray, Tensor

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

Variables = dict[str, NumpyArray | float]
"""Numbers and arrays by name; those of components as `mapping/...` and `synthesis/...`."""

_TYPES = {"f2": "float16", "f4": "float32", "f8": "float64"}


# -- Arrays ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """Conversion of a variable's array into a parameter.

    Attributes:
        rank: How many dimensions the array must have; None for any.
        axes: The array's axes in the parameter's order; those left out have size 1 and are dropped. None keeps all.
        turned: True if to turn a kernel [height, width, in, out] round.
        plus: What to add.
    """

    rank: int | None = None
    axes: tuple[int, ...] | None = None
    turned: bool = False
    plus: float = 0.0

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The parameter's shape from the array's."""
        return shape if self.axes is None else tuple(shape[axis] for axis in self.axes)

    def array(self, array: "npt.NDArray[Any]") -> "npt.NDArray[Any]":
        """The parameter's values from the array's."""
        if self.turned:
            array = array[::-1, ::-1]
        if self.axes is not None:
            dropped = tuple(axis for axis in range(array.ndim) if axis not in self.axes)
            array = array.transpose(*dropped, *self.axes)[(0,) * len(dropped)]
        return array + array.dtype.type(self.plus) if self.plus else array


AS_IS = Layout()
DENSE = Layout(2, (1, 0))
"""[in, out] to [out, in]."""
CONV = Layout(4, (3, 2, 0, 1))
"""[height, width, in, out] to [out, in, height, width]."""
TURNED_CONV = Layout(4, (3, 2, 0, 1), turned=True)
"""The same, for a kernel that TensorFlow convolves with and ours correlates with, or the other way round."""
CONST = Layout(4, (1, 2, 3))
"""[1, channels, height, width] to [channels, height, width]."""
NOISE = Layout(4, (2, 3))
"""[1, 1, height, width] to [height, width]."""
PLUS_ONE = Layout(1, plus=1.0)
"""The bias of a style, to which TensorFlow adds 1 when it is used."""

Place = tuple[str, Layout]
"""Our name of a parameter, and how its values are laid out."""

Translate = Callable[[str], Place | None]
"""From a variable's name to its place; None where there is no such variable."""


def tensors_of(name: str, variables: Variables, translate: Translate, left_out: Iterable[str]) -> dict[str, Tensor]:
    """The parameters and buffers in a network's variables, by our names, not allocated yet.

    Args:
        name: What the file calls the network, for messages.
        variables: By name.
        translate: Gives each its place.
        left_out: Names of variables that are no parameters.

    Raises:
        CorruptFileError: there is a variable that the network does not have, or an array of an impossible shape.
    """
    found: dict[str, Tensor] = {}
    skipped = set(left_out)
    for key, value in variables.items():
        if key in skipped:
            continue
        place = translate(key)
        if place is None:
            raise CorruptFileError(
                f"{name} does not fit its own description: it has the unknown variable {quoted(key)}; get the file "
                "again from its source."
            )
        found[place[0]] = _tensor(f"{name}'s variable {quoted(key)}", value, place[1])
    return found


def _tensor(what: str, value: NumpyArray | float, layout: Layout) -> Tensor:
    shape = value.shape if isinstance(value, NumpyArray) else ()
    kept = range(len(shape)) if layout.axes is None else layout.axes
    dropped_too_much = any(size != 1 for axis, size in enumerate(shape) if axis not in kept)
    if (layout.rank is not None and len(shape) != layout.rank) or dropped_too_much:
        raise CorruptFileError(f"{what} has the impossible shape {list(shape)}; get the file again from its source.")
    if not isinstance(value, NumpyArray):
        return _scalar(_finite(what, value))
    dtype = _TYPES.get(value.dtype.code) if value.dtype is not None else None
    if dtype is None:
        raise CorruptFileError(f"{what} holds no numbers with fractions; get the file again from its source.")

    def read() -> "torch.Tensor":
        import numpy as np
        import torch

        array = layout.array(value.read())
        native: npt.NDArray[np.floating[Any]] = np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
        return torch.from_numpy(native)

    return Tensor(dtype, layout.shape(shape), read)


def _finite(what: str, value: float) -> float:
    """A number as a float. Raises CorruptFileError where there is none of its size."""
    if isinstance(value, int) and value.bit_length() > 1000:
        raise CorruptFileError(f"{what} is a huge number, which no network has; get the file again from its source.")
    return float(value)


def _scalar(value: float) -> Tensor:
    def read() -> "torch.Tensor":
        import torch

        return torch.tensor(value, dtype=torch.float32)

    return Tensor("float32", (), read)


def filter_tensor(taps: list[float] | None) -> Tensor:
    """The buffer that a resampling filter becomes; TensorFlow networks do not store it."""
    count = 1 if taps is None else len(taps)

    def read() -> "torch.Tensor":
        from gan.ops.upfirdn2d import setup_filter

        return setup_filter(taps, separable=False)

    return Tensor("float32", (count, count), read)


def number(variables: Variables, *names: str) -> float:
    """The first of these variables that is there, as a number; 0 where none is."""
    for name in names:
        value = variables.get(name)
        if isinstance(value, NumpyArray) and value.shape == () and value.dtype is not None:
            return float(value.read())
        if isinstance(value, (int, float)):
            return _finite(f"The variable {quoted(name)}", value)
    return 0.0


# -- Arguments ---------------------------------------------------------------------------------------------------

CALLING = frozenset(
    {
        "func_name",
        "mapping_func",
        "synthesis_func",
        "dlatent_broadcast",
        "truncation_psi",
        "truncation_cutoff",
        "truncation_psi_val",
        "truncation_cutoff_val",
        "style_mixing_prob",
        "is_training",
        "is_validation",
        "is_template_graph",
        "force_clean_graph",
        "randomize_noise",
        "fused_modconv",
        "dtype",
        "conditioning",
        "freeze_layers",
    }
)
"""Arguments that say how a network is run or trained, not what it is: callers of our networks say that themselves."""


class Arguments:
    """The arguments of a network's functions, taken one by one; what is left in the end is unknown.

    Args:
        name: What the file calls the network, for messages.
        given: The arguments.
    """

    def __init__(self, name: str, given: Mapping[str, Any]) -> None:
        self._name = name
        self._left = {str(key)[:200]: value for key, value in given.items() if key not in CALLING}

    def take(self, key: str, default: Any) -> Any:
        """The value of an argument as plain data."""
        return plain(self._left.pop(key, default))

    def size(self, key: str, default: int) -> int:
        """The value of an argument that must be a whole number."""
        value = self.optional_size(key, default)
        if value is None:
            raise self._unusual(key, value)
        return value

    def optional_size(self, key: str, default: int | None = None) -> int | None:
        """The value of an argument that must be a whole number or None."""
        value: int | None = self.take(key, default)
        if value is not None and type(value) is not int:
            raise self._unusual(key, value)
        return value

    def optional_number(self, key: str, default: float | None = None) -> float | None:
        """The value of an argument that must be a number or None."""
        value: float | None = self.take(key, default)
        if value is not None and type(value) not in (int, float):
            raise self._unusual(key, value)
        return value

    def latent(self) -> dict[str, Any]:
        """The sizes of z and w."""
        return {"z_dim": self.size("latent_size", 512), "w_dim": self.size("dlatent_size", 512)}

    def sizes(self, resolution: int, colours: int, default_base: int) -> dict[str, Any]:
        """The sizes that generators and discriminators have, by our names.

        There, the channels at resolution r are fmap_base / 2^(log2 r - 1); here, channel_base / r.

        Args:
            resolution: Of the image where the file names none.
            colours: Likewise, the number of colour channels.
            default_base: Likewise, fmap_base.
        """
        base = self.take("fmap_base", default_base)
        if type(base) not in (int, float) or base != base // 1:
            raise self._unusual("fmap_base", base)
        self.require("fmap_decay", 1.0)
        self.require("fmap_min", 1)
        return {
            "c_dim": self.size("label_size", 0),
            "img_resolution": self.size("resolution", resolution),
            "img_channels": self.size("num_channels", colours),
            "channel_base": 2 * int(base),
            "channel_max": self.size("fmap_max", 512),
        }

    def require(self, key: str, value: Any) -> None:
        """Take an argument that can have this value only."""
        given = self.take(key, value)
        if given != value:
            raise self._unusual(key, given)

    def mapping(self) -> dict[str, Any]:
        """The arguments of the mapping network, which StyleGAN1 and 2 have in common."""
        beta = self.take("dlatent_avg_beta", 0.995)
        return {
            "num_layers": self.size("mapping_layers", 8),
            "layer_features": self.size("mapping_fmaps", 512),
            "activation": self.take("mapping_nonlinearity", "lrelu"),
            "lr_multiplier": self.take("mapping_lrmul", 0.01),
            "w_avg_beta": 1.0 if beta is None else beta,  # a mean that training did not move
            "normalize": bool(self.take("normalize_latents", True)),
        }

    def taps(self, key: str, default: list[float]) -> list[float] | None:
        """A filter's taps; None for no filter."""
        taps: list[float] | None = self.take(key, default)
        plain_taps = isinstance(taps, list) and 1 <= len(taps) <= 7 and all(type(t) in (int, float) for t in taps)
        if taps is not None and not (plain_taps and sum(taps) != 0):
            raise self._unusual(key, taps)
        return taps

    def end(self) -> str:
        """A sentence about the arguments that are left; empty if there are none.

        The published functions do not know them either: they take and ignore them. A changed version of a function
        that reads one would have other variables, or draw another image.
        """
        left = [key for key, value in self._left.items() if value is not None]
        if not left:
            return ""
        return (
            f"The file names {listed(left)}, which the published networks ignore; if it comes from a changed version "
            "of their code, its images may differ."
        )

    def _unusual(self, key: str, value: Any) -> UnsupportedNetworkError:
        return UnsupportedNetworkError(
            f"{self._name}'s argument {key} is {quoted(str(value), 40)}, which this version cannot build; choose "
            "another file."
        )
