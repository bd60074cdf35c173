"""LSUN's databases (LMDB) as a source of the dataset tool."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foundation.datasets.files import DatasetError, decode
from foundation.inputs import clean_text, open_regular, reason_of

from .items import Item


class LsunSource:
    """The images of a folder with `data.mdb`, in the order of their keys.

    Raises:
        DatasetError: the `lmdb` package is missing, or the database cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            lmdb: Any = importlib.import_module("lmdb")
        except ImportError as error:
            raise DatasetError("LSUN needs the package lmdb: pip install 'stylescope[lsun]'.") from error
        try:
            open_regular(path / "data.mdb").close()
            self._database = lmdb.open(str(path), readonly=True, lock=False)
        except (lmdb.Error, OSError) as error:
            raise DatasetError(f"{path} cannot be opened ({reason_of(error)}): get it again.") from error
        self._count = int(self._database.stat()["entries"])

    def __len__(self) -> int:
        return self._count

    def channels(self) -> set[int]:
        """See `Source`."""
        return {3}

    def __iter__(self) -> Iterator[Item]:
        with self._database.begin(write=False) as transaction:
            for key, value in transaction.cursor():
                name = clean_text(bytes(key).decode("latin1"), 100)
                try:
                    yield Item(name, decode(bytes(value), name))
                except DatasetError as error:
                    yield Item(name, None, problem=str(error))
