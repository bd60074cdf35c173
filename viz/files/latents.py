"""Latent files of the window: `.npz` with the array `w`, plain `.npy`, or a tensor in a `.pt`; and conditions."""

from pathlib import Path

from foundation.arrays import LATENT_KEY, LATENT_SUFFIXES, TORCH_SUFFIXES, AnyArray, latents_of, read_floats
from foundation.inputs import conditions, reason_of
from renderer.ipc.protocol import ModelInfo

SUFFIXES = (*LATENT_SUFFIXES, *TORCH_SUFFIXES)
"""Endings of the files that are listed."""

CONDITION_SUFFIXES = (".npy", *conditions.SUFFIXES)
"""Endings of listed files with the numbers of a condition."""

LARGEST = 1 << 26
"""Bytes of the largest file that is read: it may hold many latents, of which the first is taken."""


def load(path: Path) -> AnyArray:
    """Load the latents in a file as float32 [N, num_ws or 1, w_dim].

    Raises ValueError with a message if there are none.
    """
    try:
        array = read_floats(path, LATENT_KEY, LARGEST)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} holds no latents: it {error}.") from error
    ws = latents_of(array)
    if ws is None:
        raise ValueError(
            f"{path.name} holds no latents: they have the shape [num_ws, w_dim], but it has {list(array.shape)}."
        )
    return ws


def fit(array: AnyArray, model: ModelInfo, name: str) -> AnyArray:
    """Return the first of the latents [N, num_ws or 1, w_dim] in this network's shape.

    Raises ValueError with a message if they do not fit.
    """
    if array.shape[1] not in (1, model.num_ws) or array.shape[2] != model.w_dim:
        raise ValueError(
            f"{name} has latents of {array.shape[1]} × {array.shape[2]} numbers, but this network takes "
            f"{model.num_ws} × {model.w_dim}; open the network that they were made with first."
        )
    first: AnyArray = array[0]
    return first


def load_condition(path: Path) -> tuple[float, ...]:
    """Load the numbers of one condition, a text or an array of one row.

    Raises ValueError with a message without its full stop if there are none.
    """
    if path.suffix.lower() != ".npy":
        return conditions.load_condition(path)
    try:
        array = read_floats(path, "condition", conditions.LARGEST)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read ({reason_of(error)})") from error
    except ValueError as error:
        raise ValueError(f"{path.name} {error}") from error
    if max(array.shape[:-1], default=1) > 1:
        raise ValueError(f"{path.name} holds several conditions, an array {list(array.shape)}: save one of them")
    return conditions.checked_condition([float(value) for value in array.ravel()], path.name)
