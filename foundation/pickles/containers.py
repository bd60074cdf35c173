"""Reading of torch.save files, without torch and without running any code in them.

The new container is a zip file: a pickle `NAME/data.pkl` in which storages are persistent ids, and the numbers of each
in `NAME/data/KEY`. The old one is a sequence of pickles (a magic number, a version, the machine's number sizes, the
data, the list of the storages' keys), then for each storage its count and its numbers. All numbers stay in the file
until their tensors are wanted.
"""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from typing import Any, BinaryIO

from foundation.inputs import ArchiveError, ZipReader
from foundation.pickles.constructors import STORAGE_TYPES, TORCH_MAGIC, MakeTensor, allow_list
from foundation.pickles.errors import CorruptFileError, ProgramError, quoted
from foundation.pickles.foreign import Foreign
from foundation.pickles.machine import Allowed, BoundedReader, Budget, Constructor, Machine
from foundation.pickles.records import ITEM_SIZES, FileBytes, Record, Storage, is_count, make_view

MAX_LISTING = 1 << 22
"""Limit of a zip file's list of members, in bytes; a member of a network takes about 80."""
MAX_STORAGES = 50_000
MAX_PICKLE = 1 << 26
"""Limit of a packed `data.pkl`, in bytes; torch does not pack it."""


def read_torch_zip(file: BinaryIO, budget: Budget, foreign: Foreign, make: MakeTensor = make_view) -> Any:
    """The data in a zip file of torch.save, as dictionaries, lists and inert records.

    Args:
        file: The file; it must stay open until the tensors have been read.
        budget: Resource limit.
        foreign: Collects the names of classes of other programs.
        make: Makes the tensors.

    Raises:
        UnsafePickleError: it names a global that no network needs.
        CorruptFileError: it is cut short or damaged, or no file of torch.save.
        ProgramError: it is a program of TorchScript.
    """
    try:
        archive = ZipReader(file, listing=MAX_LISTING)
        names = archive.names()
        described = [name for name in names if name == "data.pkl" or name.endswith("/data.pkl")]
        prefix = described[0].removesuffix("data.pkl") if len(described) == 1 else None
        if prefix is None:
            raise CorruptFileError("The file is a ZIP archive, not a network; choose a network file.")
        if f"{prefix}constants.pkl" in names:
            raise ProgramError(
                "The file is a TorchScript program, which carries its own code and is not opened as a network; choose "
                "a network file."
            )
        if f"{prefix}byteorder" in names and archive.read(f"{prefix}byteorder", 16) != b"little":
            raise CorruptFileError("The file was written on a machine of another byte order; save it again elsewhere.")
        storages = _ZipStorages(archive, file, f"{prefix}data/", budget)
        place = archive.place(described[0])
        if place is None:
            pickled = archive.read(described[0], MAX_PICKLE)
            budget.copy(len(pickled))
            reader = BoundedReader(BytesIO(pickled), len(pickled))
        else:
            file.seek(place[0])
            reader = BoundedReader(file, sum(place), lasting=True)
        return _machine(budget, foreign, storages.find, make).load(reader)
    except ArchiveError as error:
        raise CorruptFileError(f"The file {error}; copy or download it again.") from error


class _ZipStorages:
    """Storages of a zip file by key; those that are not packed stay in the file."""

    def __init__(self, archive: ZipReader, file: BinaryIO, prefix: str, budget: Budget) -> None:
        self._archive, self._file, self._prefix, self._budget = archive, file, prefix, budget
        self._found: dict[tuple[str, str], Storage] = {}
        places = sorted(place for name in archive.names() if (place := archive.place(name)) is not None)
        if len(places) > MAX_STORAGES:
            raise CorruptFileError("The file has more parts than any network; get it again from its source.")
        if any(sum(before) > after[0] for before, after in pairwise(places)):
            raise CorruptFileError("Two parts of the file share the same bytes; copy or download it again.")

    def find(self, pid: tuple[Any, ...]) -> Any:
        """The storage of a persistent id."""
        dtype, key, count, _ = described_storage(pid)
        if (dtype, key) in self._found:
            return self._found[dtype, key]
        name, item = self._prefix + key, ITEM_SIZES.get(dtype, 1)
        place = self._archive.place(name)
        if place is None:
            size = self._archive.check(name)[0]
            _check_size(count, item, size)
            self._budget.copy(size)
            here = self._file.tell()  # where the pickle goes on, if it is not packed itself
            data: memoryview | FileBytes = memoryview(self._archive.read(name, size))
            self._file.seek(here)
            size = len(data)
        else:
            data, size = FileBytes(self._file, *place), place[1]
        _check_size(count, item, size)
        return self._found.setdefault((dtype, key), Storage(dtype, data))


def read_torch_legacy(file: BinaryIO, size: int, budget: Budget, foreign: Foreign, make: MakeTensor = make_view) -> Any:
    """The data in a file of torch.save's old container. Arguments and errors as of `read_torch_zip`.

    Args:
        file: The file, at its start.
        size: Its size in bytes.
        budget: As above.
        foreign: As above.
        make: As above.
    """
    reader = BoundedReader(file, size, lasting=True)
    plain = Machine({}, budget=budget)
    if plain.load(reader) != TORCH_MAGIC:
        raise CorruptFileError("The file is not in torch's format; copy or download it again.")
    version, machine = plain.load(reader), plain.load(reader)
    if version != 1001 or not isinstance(machine, dict):
        raise CorruptFileError("The file has a version of torch's format that is not known; save it again.")
    if machine.get("little_endian") is False:
        raise CorruptFileError("The file was written on a machine of another byte order; save it again elsewhere.")
    storages: dict[str, tuple[Storage, int]] = {}

    def find(pid: tuple[Any, ...]) -> Any:
        if pid and pid[0] == "module":  # a class with its source text
            return pid[1] if len(pid) > 1 else None
        dtype, key, count, view = described_storage(pid)
        if view is not None:
            raise CorruptFileError("A tensor in the file is stored in a way that torch gave up; export it again.")
        item = ITEM_SIZES.get(dtype, 1)
        if key not in storages:
            _check_size(count, item, min(count * item, size))
            if len(storages) >= MAX_STORAGES:
                raise CorruptFileError("The file has more parts than any network; get it again from its source.")
            storages[key] = Storage(dtype, FileBytes(file, 0, count * item)), count
        storage, stated = storages[key]
        if storage.dtype != dtype or stated != count:
            raise CorruptFileError("The file describes the same numbers in two ways; copy or download it again.")
        return storage

    data = _machine(budget, foreign, find, make).load(reader)
    keys = plain.load(reader)
    if not isinstance(keys, list) or len(set(map(str, keys))) != len(keys) or {*map(str, keys)} != storages.keys():
        raise CorruptFileError("The file's list of numbers does not fit its tensors; copy or download it again.")
    for key in keys:
        storage, count = storages[str(key)]
        assert isinstance(storage.data, FileBytes)
        if 8 + storage.data.length > size - reader.tell():
            raise CorruptFileError("The file is cut short or damaged where its numbers are; copy or download it again.")
        if int.from_bytes(reader.exactly(8), "little") != count:
            raise CorruptFileError("The file's numbers are not those that it describes; copy or download it again.")
        storage.data.start = reader.passed_over(storage.data.length).start
    return data


def _machine(budget: Budget, foreign: Foreign, find: Constructor, make: MakeTensor) -> Machine:
    table = allow_list(budget, make)
    for module in ("torch", "torch.cuda"):
        table |= {f"{module}.{name}": _storage_type(dtype) for name, dtype in STORAGE_TYPES.items()}
    table["torch.storage.UntypedStorage"] = _storage_type("untyped")
    return Machine(table, find, budget, foreign.find)


def _storage_type(dtype: str) -> Callable[[tuple[Any, ...]], Record]:
    return lambda args: Record(dtype, args)


def described_storage(pid: tuple[Any, ...]) -> tuple[str, str, int, Any]:
    """Type, key, count of elements and view of the persistent id of a storage.

    Raises:
        CorruptFileError: it is none.
    """
    if len(pid) not in (5, 6) or pid[0] != "storage" or not isinstance(pid[1], Allowed) or not is_count(pid[4]):
        raise CorruptFileError("A tensor in the file has a description that makes no sense; download it again.")
    kind, key = pid[1].construct(()), pid[2]
    if not isinstance(kind, Record) or kind.name not in STORAGE_TYPES.values():
        raise CorruptFileError("A tensor in the file has a description that makes no sense; download it again.")
    if not isinstance(key, str) or not 0 < len(key) <= 100:
        raise CorruptFileError(f"The file names numbers by {quoted(key)}, which no file does; download it again.")
    return kind.name, key, pid[4], pid[5] if len(pid) == 6 else None


def _check_size(count: int, item: int, size: int) -> None:
    if count * item != size:
        raise CorruptFileError(
            f"A tensor in the file claims {count} numbers but {size // item} are there; copy or download it again."
        )
