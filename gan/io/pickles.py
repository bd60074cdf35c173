"""Reading of official network pickles, without running any code in them."""

from pathlib import Path
from typing import Any

from gan.io.constructors import TORCH_MAGIC, allow_list
from gan.io.errors import UnsupportedNetworkError
from gan.io.machine import BoundedReader, Budget, Machine
from gan.io.networks import StoredNetwork
from gan.io.official import networks_of, plain
from gan.io.tensorflow.pickles import is_tensorflow, tf_networks_of


def read_pickle(path: Path) -> Any:
    """Read the data in a pickle, as dictionaries, lists and inert records.

    Raises:
        UnsafePickleError: it names a global that no network needs.
        CorruptFileError: it is cut short or damaged.
        UnsupportedNetworkError: it is an old `torch.save` file.
    """
    size = path.stat().st_size
    # Text-encoded bytes (protocol 2) are copied once each; a valid file never needs more than this.
    budget = Budget(copied_bytes=2 * size)
    with path.open("rb") as file:
        data = Machine(allow_list(budget), budget=budget).load(BoundedReader(file, size))
    if data == TORCH_MAGIC:
        raise UnsupportedNetworkError(
            "The file was written by torch.save and holds bare tensors, which do not say what network they belong to; "
            "choose a network-snapshot file of StyleGAN 1, 2, 2-ADA or 3."
        )
    return data


def load_pickle(path: Path, only: tuple[str, ...]) -> tuple[dict[str, StoredNetwork], dict[str, Any]]:
    """Read the networks in a pickle, and its description of the training set.

    Args:
        path: The file.
        only: Which of `NAMES` are needed.

    Raises:
        LoadError: as `read_pickle`, `networks_of` and `tf_networks_of`.
    """
    data = read_pickle(path)
    if is_tensorflow(data):
        return tf_networks_of(data, only), {}
    stored = networks_of(data, only)
    settings = plain(data.get("training_set_kwargs"))
    return stored, settings if isinstance(settings, dict) else {}
