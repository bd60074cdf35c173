"""Reading of official network pickles, without running any code in them."""

from typing import Any, BinaryIO

from gan.io.constructors import TORCH_MAGIC, allow_list
from gan.io.errors import UnsupportedNetworkError
from gan.io.machine import BoundedReader, Budget, Machine
from gan.io.networks import StoredNetwork
from gan.io.official import networks_of, plain
from gan.io.tensorflow.pickles import is_tensorflow, tf_networks_of
from gan.memory import available_bytes

_COPIES = 4
"""Bytes that reading may make, by those of the file; protocol 2 needs two, for numbers that are stored as text."""


def read_pickle(file: BinaryIO, size: int) -> Any:
    """Read the data in a pickle, as dictionaries, lists and inert records.

    Args:
        file: The file, at its start; it must stay open until the tensors have been read.
        size: Its size in bytes.

    Raises:
        UnsafePickleError: it names a global that no network needs.
        CorruptFileError: it is cut short or damaged.
        UnsupportedNetworkError: it is an old `torch.save` file.
    """
    budget = Budget(copied_bytes=min(_COPIES * size + 2**20, available_bytes()))
    data = Machine(allow_list(budget), budget=budget).load(BoundedReader(file, size, lasting=True))
    if data == TORCH_MAGIC:
        raise UnsupportedNetworkError(
            "The file was written by torch.save and holds bare tensors, which do not say what network they belong to; "
            "choose a network-snapshot file of StyleGAN 1, 2, 2-ADA or 3."
        )
    return data


def load_pickle(file: BinaryIO, size: int, only: tuple[str, ...]) -> tuple[dict[str, StoredNetwork], dict[str, Any]]:
    """Read the networks in a pickle, and its description of the training set.

    Args:
        file: The file, at its start; it must stay open until the tensors have been read.
        size: Its size in bytes.
        only: Which of `NAMES` are needed.

    Raises:
        LoadError: as `read_pickle`, `networks_of` and `tf_networks_of`.
    """
    data = read_pickle(file, size)
    if is_tensorflow(data):
        return tf_networks_of(data, only), {}
    stored = networks_of(data, only)
    settings = plain(data.get("training_set_kwargs"))
    return stored, settings if isinstance(settings, dict) else {}
