"""Opening networks: from a file, an address or a run folder."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from foundation.inputs import NotRegularError, open_regular
from foundation.runs import snapshots
from gan.io.download import Progress, fetch, is_url
from gan.io.errors import AbsentNetworkError, CorruptFileError, LoadError, NotFoundError
from gan.io.formats import Format, format_of
from gan.io.networks import (
    NAMES,
    Contents,
    Networks,
    StoredNetwork,
    assemble,
    check_class,
    check_memory,
    describe,
    plan,
    reading,
)
from gan.io.pickles import load_pickle
from gan.io.tensors import load_safetensors

if TYPE_CHECKING:
    import torch


def contents(source: str | Path, *, progress: Progress | None = None) -> Contents:
    """Contents of a file, without building its networks or hashing the file. Nothing in the file is ever run.

    Args:
        source: As in `load`.
        progress: As in `load`.

    Raises:
        LoadError: as `load`; networks that this version cannot build are described all the same.
    """
    with _found(source, progress) as (path, shown), _opened(path) as (file, file_bytes):
        kind = format_of(file, path.suffix)
        with reading():
            stored, settings = _stored(file, file_bytes, kind, NAMES)
        architectures = {name: network.architecture for name, network in stored.items()}
        info = describe(architectures, settings, source=shown, format=kind.value)
        shapes = {
            name: {key: tensor.shape for key, tensor in network.tensors.items()} for name, network in stored.items()
        }
        return Contents(info, shapes, file_bytes)


def load(
    source: str | Path,
    *,
    device: "str | torch.device" = "cpu",
    only: tuple[str, ...] = NAMES,
    progress: Progress | None = None,
) -> Networks:
    """Open the networks of a file. Nothing in the file is ever run.

    Args:
        source: A `.pkl` or `.safetensors` file, an http(s) address of one (cached on disk), or a run folder (its
            newest network).
        device: Where the networks should be.
        only: Which of "G", "D" and "G_ema" to build; `("G_ema",)` is all that is needed for images, and quickest.
        progress: Called with (bytes so far, bytes in all or None) during a download.

    Returns:
        The networks in evaluation mode with no gradients required.

    Raises:
        NotFoundError: there is no such file, or the folder holds no network.
        DownloadError: the address could not be fetched.
        CorruptFileError: the file is damaged or no network file.
        UnsafePickleError: the file names something that is not data.
        UnsupportedNetworkError: the file holds no network that this version can build.
        ValueError: `only` names something else.
    """
    if not only or not set(only) <= set(NAMES):
        raise ValueError(f"only must name some of {', '.join(NAMES)}, not {only!r}.")
    with _found(source, progress) as (path, shown), _opened(path) as (file, size):
        kind = format_of(file, path.suffix)
        with reading():
            stored, settings = _stored(file, size, kind, only)
            _check_total(size, [stored[name] for name in only if name in stored])
        if not stored.keys() & set(only):
            raise AbsentNetworkError(f"The file does not hold {' or '.join(only)}; choose another file.")
        for name in stored.keys() & set(only):
            check_class(name, stored[name].architecture)
        architectures = {name: network.architecture for name, network in stored.items()}
        info = describe(architectures, settings, source=shown, format=kind.value)
        with reading():
            plans = {name: plan(name, network) for name, network in stored.items() if name in only}
        check_memory(plans.values(), device)
        # The hash is of the very file that is read, and comes after everything that could refuse it.
        file.seek(0)
        info = replace(info, sha256=hashlib.file_digest(cast(BufferedReader, file), "sha256").hexdigest())
        built: dict[str, Any] = {name: assemble(planned, device) for name, planned in plans.items()}
        return Networks(built.get("G"), built.get("D"), built.get("G_ema"), info)


@contextmanager
def _found(source: str | Path, progress: Progress | None) -> Iterator[tuple[Path, str]]:
    """The file of a source and what to call it; errors of the block carry that name."""
    shown = str(source)
    try:
        if is_url(shown):
            path = fetch(shown, progress=progress)
        else:
            path = _local_file(source)
            shown = str(path)
        yield path, shown
    except LoadError as error:
        error.source = error.source or shown
        raise


def _local_file(source: str | Path) -> Path:
    try:
        return _network_file(Path(source).expanduser())
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotFoundError(f"The path cannot be followed ({reason}); check it and its permissions.") from error


def _network_file(path: Path) -> Path:
    if path.is_dir():
        found = snapshots(path)
        if not found:
            raise NotFoundError(
                "The folder holds no network yet; wait for the run's first snapshot, or choose a network file."
            )
        return found[-1].path
    if not path.exists():
        raise NotFoundError("There is no such file or folder; check the path.")
    if not path.is_file():
        raise NotFoundError("This is no ordinary file; choose a .pkl or .safetensors file.")
    return path


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file and its size in bytes; system errors of the block become NotFoundError."""
    try:
        with open_regular(path) as file:
            yield file, os.fstat(file.fileno()).st_size
    except NotRegularError as error:
        raise NotFoundError("This is no ordinary file; choose a .pkl or .safetensors file.") from error
    except OSError as error:
        raise NotFoundError(f"The file cannot be read ({error.strerror or error}); check the disk it is on.") from error


def _stored(
    file: BinaryIO, size: int, kind: Format, only: tuple[str, ...]
) -> tuple[dict[str, StoredNetwork], dict[str, Any]]:
    return load_pickle(file, size, only) if kind is Format.PICKLE else load_safetensors(file, size)


def _check_total(file_bytes: int, stored: list[StoredNetwork]) -> None:
    """Refuse a small file that stands for huge networks by naming the same numbers again and again."""
    needed = sum(tensor.nbytes for network in stored for tensor in network.tensors.values())
    if needed > 4 * file_bytes + 2**24:
        raise CorruptFileError(
            f"The networks would need {needed / 2**20:.0f} MiB, far more than the {file_bytes / 2**20:.1f} MiB of the "
            "file; get it again from its source."
        )
