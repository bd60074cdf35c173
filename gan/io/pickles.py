"""Reading of pickles, alone or in a container of torch.save, without running any code in them."""

from typing import Any, BinaryIO

from foundation.pickles.constructors import allow_list
from foundation.pickles.containers import read_torch_legacy, read_torch_zip
from foundation.pickles.errors import ProgramError
from foundation.pickles.foreign import Foreign
from foundation.pickles.machine import BoundedReader, Budget, Machine
from gan.io.errors import UnsupportedNetworkError
from gan.io.formats import Format
from gan.io.layouts import Reading, networks_in
from gan.io.networks import StoredNetwork
from gan.io.records import make_tensor
from gan.io.tensorflow.pickles import is_tensorflow, tf_networks_of
from gan.memory import available_bytes

_COPIES = 4
"""Bytes that reading may make, by those of the file; protocol 2 needs two, for numbers that are stored as text."""


def read_data(file: BinaryIO, size: int, kind: Format) -> tuple[Any, Foreign]:
    """Read the data in a file, as dictionaries, lists and inert records.

    Args:
        file: The file, at its start; it must stay open until the tensors have been read.
        size: Its size in bytes.
        kind: Its container.

    Returns:
        The data, and the names of other programs' classes in it.

    Raises:
        UnsafePickleError: it names a global that no network needs.
        CorruptFileError: it is cut short or damaged.
        UnsupportedNetworkError: it is a TorchScript program.
    """
    budget, foreign = Budget(copied_bytes=min(_COPIES * size + 2**20, available_bytes())), Foreign()
    if kind is Format.TORCH_ZIP:
        try:
            return read_torch_zip(file, budget, foreign, make_tensor), foreign
        except ProgramError as error:
            raise UnsupportedNetworkError(error.detail) from error
    if kind is Format.TORCH_LEGACY:
        return read_torch_legacy(file, size, budget, foreign, make_tensor), foreign
    machine = Machine(allow_list(budget, make_tensor), None, budget, foreign.find)
    return machine.load(BoundedReader(file, size, lasting=True)), foreign


def load_pickle(file: BinaryIO, size: int, only: tuple[str, ...]) -> tuple[dict[str, StoredNetwork], dict[str, Any]]:
    """Networks and training set of a plain pickle. Arguments and errors as of `load_pickled`."""
    found = load_pickled(file, size, Format.PICKLE, only)
    return dict(found.stored), dict(found.settings)


def load_pickled(file: BinaryIO, size: int, kind: Format, only: tuple[str, ...]) -> Reading:
    """Read the networks in a file, and its description of the training set.

    Args:
        file: As of `read_data`.
        size: As of `read_data`.
        kind: As of `read_data`.
        only: Which of `NAMES` are needed.

    Raises:
        LoadError: as `read_data`, `networks_in` and `tf_networks_of`.
    """
    data, foreign = read_data(file, size, kind)
    if is_tensorflow(data):
        found = tf_networks_of(data, only)
        notices = tuple(dict.fromkeys(network.notice for network in found.values() if network.notice))
        return Reading(found, layout="official TensorFlow networks", notices=notices)
    return networks_in(data, foreign, only)
