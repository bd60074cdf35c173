"""Opening networks: from a file, an address or a run folder."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from foundation.inputs import NotRegularError, open_regular
from foundation.network_files import newest_whole
from foundation.networks.published import address_of
from gan.io.building import assemble, check_class, check_memory, plan, reading
from gan.io.download import Progress, fetch, is_url, local_path
from gan.io.errors import AbsentNetworkError, CorruptFileError, LoadError, NotFoundError, listed
from gan.io.formats import Format, format_of
from gan.io.layouts import Reading
from gan.io.mean_of_w import MEAN_NOTICE, fill_mean
from gan.io.networks import NAMES, Contents, NetworkInfo, Networks, StoredNetwork, describe
from gan.io.pickles import load_pickled
from gan.io.tensors import load_safetensors
from gan.memory import giving_back

if TYPE_CHECKING:
    import torch

    from gan.inference.cpu import KernelUse
    from gan.networks.synthesis import StyleSynthesis


def contents(source: str | Path, *, progress: Progress | None = None) -> Contents:
    """Contents of a file, without building its networks or hashing the file. Nothing in the file is ever run.

    Args:
        source: As in `load`.
        progress: As in `load`.

    Raises:
        LoadError: as `load`; networks that this version cannot build are described all the same.
    """
    with _found(source, progress) as (path, shown, notices), _opened(path) as (file, file_bytes):
        kind = format_of(file, path.suffix)
        with reading():
            found = _stored(file, file_bytes, kind, NAMES)
        stored, info = found.stored, _described(found, shown, kind, notices)
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
    kernels: "KernelUse" = "background",
) -> Networks:
    """Open the networks of a file. Nothing in the file is ever run.

    Args:
        source: A network file of any layout that is read (its name does not matter), an http(s) address of one
            (cached on disk), or a run folder (its newest network).
        device: Where the networks should be.
        only: Which of "G", "D" and "G_ema" to build; `("G_ema",)` is all that is needed for images, and quickest.
        progress: Called with (bytes so far, bytes in all or None) during a download.
        kernels: Use of compiled kernels by the generators on a CPU. "background": their first call without gradients
            begins to prepare them, and later calls use them; `gan.prepare` waits. "wait": the first call waits, so
            that all images are made in the same way. "off": only `gan.prepare` makes them. The environment variable
            STYLESCOPE_KERNELS goes before it ("off" or "wait").

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
    with _found(source, progress) as (path, shown, notices), _opened(path) as (file, size), giving_back():
        kind = format_of(file, path.suffix)
        with reading():
            found = _stored(file, size, kind, only)
            stored = found.stored
            _check_total(size, [stored[name] for name in only if name in stored])
        if not stored.keys() & set(only):
            raise _absent(found, only)
        for name in stored.keys() & set(only):
            check_class(name, stored[name].architecture)
        info = _described(found, shown, kind, notices)
        with reading():
            plans = {name: plan(name, network) for name, network in stored.items() if name in only}
        check_memory(plans.values(), device)
        # The hash is of the very file that is read, and comes after everything that could refuse it.
        file.seek(0)
        info = replace(info, sha256=hashlib.file_digest(cast(BufferedReader, file), "sha256").hexdigest())
        built: dict[str, Any] = {name: assemble(planned, device) for name, planned in plans.items()}
        computed = [name for name in built if stored[name].mean_missing]
        for name in computed:
            fill_mean(built[name], f"{info.sha256}-{name}")
        if computed:
            info = replace(info, notices=(*info.notices, MEAN_NOTICE))
        for name in built.keys() & {"G", "G_ema"}:
            _care_for(built[name].synthesis, kernels)
        return Networks(built.get("G"), built.get("D"), built.get("G_ema"), info)


@contextmanager
def _found(source: str | Path, progress: Progress | None) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """The file of a source, what to call it, and notices; errors of the block carry that name."""
    source = local_path(address_of(source))
    shown = str(source)
    notices: tuple[str, ...] = ()
    try:
        if is_url(shown):
            path = fetch(shown, progress=progress)
        else:
            path, passed = _local_file(source)
            shown = str(path)
            if passed:
                names = listed((one.name for one in passed), 2, 60)
                notices = (f"{names} is not written whole: {path.name} was opened, the one before.",)
        yield path, shown, notices
    except LoadError as error:
        error.source = error.source or shown
        raise


def _local_file(source: str | Path) -> tuple[Path, tuple[Path, ...]]:
    try:
        return _network_file(Path(source).expanduser())
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotFoundError(f"The path cannot be followed ({reason}); check it and its permissions.") from error


def _network_file(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """The file of a path, and newer ones of its folder that are not written whole."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.stat()  # raises where the path cannot be followed, of which isdir says nothing
    if os.path.isdir(path):
        found = newest_whole(path)
        if found is None:
            raise NotFoundError(
                "The folder holds no network yet; wait for the run's first snapshot, or choose a network file."
            )
        return found
    if not os.path.exists(path):
        raise NotFoundError("There is no such file or folder; check the path.")
    if not os.path.isfile(path):
        raise NotFoundError("This is no ordinary file; choose a network file.")
    return path, ()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file and its size in bytes; system errors of the block become NotFoundError."""
    try:
        with open_regular(path) as file:
            yield file, os.fstat(file.fileno()).st_size
    except NotRegularError as error:
        raise NotFoundError("This is no ordinary file; choose a network file.") from error
    except OSError as error:
        raise NotFoundError(f"The file cannot be read ({error.strerror or error}); check the disk it is on.") from error


def _stored(file: BinaryIO, size: int, kind: Format, only: tuple[str, ...]) -> Reading:
    if kind is Format.SAFETENSORS:
        return load_safetensors(file, size)
    return load_pickled(file, size, kind, only)


def _described(found: Reading, shown: str, kind: Format, notices: tuple[str, ...]) -> NetworkInfo:
    architectures = {name: network.architecture for name, network in found.stored.items()}
    info = describe(architectures, found.settings, source=shown, format=kind.value)
    return replace(
        info, layout=found.layout, notices=(*notices, *found.notices), kimg=found.kimg, parents=found.parents
    )


def _absent(found: Reading, only: tuple[str, ...]) -> AbsentNetworkError:
    """The error of a file that holds other networks than the wanted; one that was left out says why."""
    for name in only:
        if name in found.absent:
            return AbsentNetworkError(found.absent[name])
    held = " and ".join(found.stored) or "no network"
    return AbsentNetworkError(f"The file does not hold {' or '.join(only)} but {held}; choose another file.")


def _care_for(synthesis: "StyleSynthesis", kernels: "KernelUse") -> None:
    from gan.inference import cpu

    cpu.care_for(synthesis, kernels)


def _check_total(file_bytes: int, stored: list[StoredNetwork]) -> None:
    """Refuse a small file that stands for huge networks by naming the same numbers again and again."""
    needed = sum(tensor.nbytes for network in stored for tensor in network.tensors.values())
    if needed > 4 * file_bytes + 2**24:
        raise CorruptFileError(
            f"The networks would need {needed / 2**20:.0f} MiB, far more than the {file_bytes / 2**20:.1f} MiB of the "
            "file; get it again from its source."
        )
