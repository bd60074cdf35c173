"""Compilation of kernels into a folder of the user's cache, shared by all processes.

Importing this module imports numba.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import llvmlite
import numba
import platformdirs
from filelock import FileLock
from numba import types
from numba.core import config, event

from gan.ops.cpu.crew import share
from gan.ops.cpu.lanes import LANES

FLOATS, INTS, HALVES = types.float32[::1], types.int64[::1], types.uint16[::1]
INT, FLOAT = types.int64, types.float32
"""Types of the kernels' arguments."""

_COMPILING = threading.Lock()
_NUMBERS = 1 << 16
"""Least numbers that a range of tasks should touch: waking a thread must pay."""


def _version() -> str:
    """Return a string of all dependencies of a compiled kernel that numba's index does not cover."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {LANES}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Folder of compiled kernels; None where nothing can be written."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_path("stylescope") / "kernels")
    folder = folder / _version()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


_folder = cache_folder()
if _folder is not None:
    config.CACHE_DIR = str(_folder)


def inner(function: Callable[..., Any]) -> Any:
    """Make a function one that only kernels call: it has no wrappers for Python and C, which take long to compile."""
    return numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


class _Compiling(event.Listener):  # type: ignore[misc]
    """Calls `tell` when numba begins to compile `dispatcher`, which it does only for what it did not find on disk."""

    def __init__(self, dispatcher: Any, tell: Callable[[], None]) -> None:
        self._dispatcher = dispatcher
        self._tell = tell

    def on_start(self, event: Any) -> None:
        """Called for whatever numba compiles in this process."""
        if event.data["dispatcher"] is self._dispatcher:
            self._tell()

    def on_end(self, event: Any) -> None:
        """Nothing: `prepare` returns."""


class Kernel:
    """A function for numba and the one signature it is compiled for.

    Args:
        function: What to compile: called as function(worker, begin, end, ...), it does the tasks from begin to end.
        signature: Types of its further arguments; it returns nothing. Among them may be one that stands for a variant.
    """

    def __init__(self, function: Callable[..., None], signature: tuple[Any, ...]) -> None:
        self._dispatcher = numba.njit(
            cache=_folder is not None, nogil=True, error_model="numpy", boundscheck=False, no_cfunc_wrapper=True
        )(function)
        self._signature = (INT, INT, INT, *signature)
        self._lock = None if _folder is None else _folder / f"{function.__name__}.lock"
        self.ready = False
        """True if calling it compiles nothing."""

    def prepare(self, compiling: Callable[[], None] = lambda: None) -> None:
        """Compile, or read what an earlier process compiled. May take seconds; safe from any thread and process.

        `compiling` is called first where it must be compiled.
        """
        if self.ready:
            return
        # numba's index of a function is read, changed and written back without a lock of its own: two processes at once
        # could give one name to two of its kernels. One lock for all would let a process that compiles, which takes
        # seconds, hold up another that only reads.
        with _COMPILING, nullcontext() if self._lock is None else FileLock(self._lock):
            if not self.ready:
                with event.install_listener("numba:compile", _Compiling(self._dispatcher, compiling)):
                    self._dispatcher.compile(types.void(*self._signature))
                self._dispatcher.disable_compile()
                self.ready = True

    @property
    def was_compiled(self) -> bool:
        """True if `prepare` had to compile, because nothing of it was on disk."""
        return bool(self._dispatcher.stats.cache_misses)

    def __call__(self, tasks: int, numbers: int, *arguments: Any) -> None:
        """Do all tasks; compiles first where `prepare` was not called.

        Args:
            tasks: How many there are.
            numbers: About how many numbers each touches.
            arguments: What the function gets besides.
        """
        if not self.ready:
            self.prepare()
        run = self._dispatcher
        share(lambda worker, begin, end: run(worker, begin, end, *arguments), tasks, -(-_NUMBERS // numbers))


def kernel(*signature: Any) -> Callable[[Callable[..., None]], Kernel]:
    """Make a function a `Kernel` for these types of its arguments."""
    return lambda function: Kernel(function, signature)
