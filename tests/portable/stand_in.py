"""Stand-in for Windows on Linux: modules as they are there, for StyleScope's own code, and its rules for files.

Only modules of StyleScope see it, and `os.replace` and its like, through which everybody renames and removes files.
What libraries do on Windows is their own matter.
"""

import builtins
import errno
import os
import platform
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

OURS = ("foundation", "gan", "renderer", "training_launcher", "viz", "visualizer")
EXCEPT = ("viz.shell.headless",)
"""Windows without a display are of Linux."""
ABSENT = ("fcntl", "resource", "pwd", "grp", "termios", "posix")
LACKING = {
    "os": [
        *("killpg", "setsid", "getpgid", "setpgid", "fork", "forkpty", "nice", "sysconf", "getuid", "geteuid"),
        *("sched_getaffinity", "mkfifo", "uname", "getloadavg", "posix_fadvise", "posix_fallocate", "statvfs", "chown"),
        *("fchmod", "fchown", "getpriority", "setpriority", "openpty", "register_at_fork", "waitid", "wait3", "wait4"),
        *("O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC", "O_PATH", "O_NOCTTY", "O_NOFOLLOW", "O_SYNC", "WNOHANG"),
    ],
    "signal": [
        *("SIGKILL", "SIGBUS", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGQUIT", "SIGSTOP", "SIGCONT"),
        *("SIGCHLD", "SIGTSTP", "pthread_sigmask", "pthread_kill", "setitimer", "alarm", "pause", "sigwait"),
    ],
    "time": ["clock_settime", "pthread_getcpuclockid"],
}
"""Names that Windows does not have."""

_BREAK = signal.SIGUSR1
"""Plays SIGBREAK, which exists there only."""
_HANDLED = (signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGINT, signal.SIGSEGV, signal.SIGTERM, _BREAK)
_NEW_GROUP, _NO_WINDOW = 0x200, 0x08000000


class StandIn(types.ModuleType):
    """A module without some of its names, and with others in their place; all else is the module itself."""

    def __init__(self, real: types.ModuleType, lacking: list[str], **instead: Any) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(_real=real, _lacking=frozenset(lacking), **instead)

    def __getattr__(self, name: str) -> Any:
        if name in self._lacking:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._real), *self.__dict__} - self._lacking)


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    """Processes end at once by `terminate`, and take creation flags instead of sessions."""

    def __init__(self, *args: Any, creationflags: int = 0, **kwargs: Any) -> None:
        refused = {"start_new_session", "preexec_fn", "process_group", "pass_fds", "umask"} & kwargs.keys()
        if refused:
            raise ValueError(f"{', '.join(refused)} is not supported on Windows")
        super().__init__(*args, start_new_session=bool(creationflags & _NEW_GROUP), **kwargs)

    def send_signal(self, sig: int) -> None:
        if sig not in (_BREAK, signal.SIGTERM):
            raise ValueError(f"Unsupported signal: {sig}")
        super().send_signal(_BREAK if sig == _BREAK else signal.SIGKILL)

    def terminate(self) -> None:
        super().send_signal(signal.SIGKILL)

    kill = terminate


def _handle(number: int, handler: Any) -> Any:
    if number not in _HANDLED:
        raise ValueError("invalid signal value")
    # SIGTERM never arrives there from another process.
    return signal.getsignal(number) if number == signal.SIGTERM else signal.signal(number, handler)


def _end(pid: int, number: int) -> None:
    """Stand for os.kill: whatever the number, the process ends at once."""
    if number == 0:
        raise OSError(errno.EINVAL, "on Windows signal 0 ends a process")
    os.kill(pid, _BREAK if number == _BREAK else signal.SIGKILL)


def modules() -> dict[str, types.ModuleType]:
    """Return the stand-ins by the names under which they are imported."""
    system = StandIn(os, LACKING["os"], name="nt", kill=_end, O_BINARY=0)
    signals = StandIn(
        signal, LACKING["signal"], signal=_handle, SIGBREAK=_BREAK, CTRL_BREAK_EVENT=_BREAK, CTRL_C_EVENT=signal.SIGINT
    )
    processes = StandIn(
        subprocess, [], Popen=_Popen, CREATE_NEW_PROCESS_GROUP=_NEW_GROUP, CREATE_NO_WINDOW=_NO_WINDOW, run=_run
    )
    computer = StandIn(platform, ["freedesktop_os_release"], system=lambda: "Windows")
    python = StandIn(sys, [], platform="win32")
    return {"os": system, "signal": signals, "subprocess": processes, "platform": computer, "sys": python}


def _run(*args: Any, creationflags: int = 0, **kwargs: Any) -> Any:
    return subprocess.run(*args, **kwargs)


def install() -> None:
    """Make this process, and through the environment those that it starts, behave as on Windows."""
    instead = modules()
    real = builtins.__import__

    def imported(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        if level == 0 and (name in instead or name in ABSENT) and _is_ours(globals):
            if name in ABSENT:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return instead[name]
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = imported
    _rule_files()


def _is_ours(globals: Any) -> bool:
    if not globals:
        return False
    spec = globals.get("__spec__")
    name = getattr(spec, "name", None) or globals.get("__name__") or ""
    return name.partition(".")[0] in OURS and name not in EXCEPT


# -- Files --------------------------------------------------------------------------------------------------------

_RESERVED = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
_LONGEST = 259
"""Characters of a path."""


def _rule_files() -> None:
    """Refuse what Windows refuses: taking away a file that somebody has open, and names that it cannot hold."""
    for name, count in (("replace", 2), ("rename", 2), ("unlink", 1), ("remove", 1), ("rmdir", 0)):
        setattr(os, name, _refusing(getattr(os, name), count))
    real_open = os.open

    def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            _refuse_names(path)
        return real_open(path, flags, mode, dir_fd=dir_fd)

    os.open = opened
    real_builtin = builtins.open

    def built_in(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if _caller_is_ours() and isinstance(file, (str, os.PathLike)):
            _hide_proc(file)
            if set(mode) & set("wxa"):
                _refuse_names(file)
        return real_builtin(file, mode, *args, **kwargs)

    builtins.open = built_in
    real_path = Path.open

    def path_open(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if _caller_is_ours():
            _hide_proc(self)
        if set(mode) & set("wxa"):
            _refuse_names(self)
        return real_path(self, mode, *args, **kwargs)

    Path.open = path_open  # type: ignore[method-assign, assignment]


def _refusing(real: Callable[..., Any], looked_at: int) -> Callable[..., Any]:
    def refused(*args: Any, **kwargs: Any) -> Any:
        if "dir_fd" not in kwargs:
            for path in args[:looked_at]:
                if isinstance(path, (str, os.PathLike)) and _is_held(os.fspath(path)):
                    error = PermissionError(errno.EACCES, "it is being used by another process", os.fspath(path))
                    raise error
            if looked_at == 2:
                _refuse_names(args[1])
        return real(*args, **kwargs)

    return refused


def _is_held(path: Any) -> bool:
    """Return True if a process with this stand-in has the file open or mapped."""
    path = os.path.realpath(os.fsdecode(path))
    if not os.path.isfile(path):
        return False
    for process in os.listdir("/proc"):
        ours = process == str(os.getpid()) or (process.isdigit() and _also_stands_in(process))
        if ours and _holds(process, path):
            return True
    return False


def _also_stands_in(process: str) -> bool:
    try:
        with _real_open(f"/proc/{process}/environ", "rb") as file:
            return b"STYLESCOPE_AS_ON_WINDOWS=1" in file.read()
    except OSError:
        return False


_real_open = open


def _holds(process: str, path: str) -> bool:
    try:
        for handle in os.listdir(f"/proc/{process}/fd"):
            try:
                if os.readlink(f"/proc/{process}/fd/{handle}") == path:
                    return True
            except OSError:
                continue
        with _real_open(f"/proc/{process}/maps") as file:
            return any(line.rstrip("\n").endswith(f" {path}") for line in file)
    except OSError:
        return False


def _refuse_names(path: Any) -> None:
    """Refuse names that Windows cannot hold.

    Raises:
        OSError: as it does there.
    """
    if not isinstance(path, (str, os.PathLike)):
        return
    text = os.path.abspath(os.fsdecode(os.fspath(path)))
    if text.startswith(("/dev/", "/proc/")):
        return
    for part in text.split("/"):
        stem = part.partition(".")[0].lower()
        if set(part) & set('<>:"|?*\\') or stem in _RESERVED or (part.endswith((" ", ".")) and part not in (".", "..")):
            raise OSError(errno.EINVAL, "the file name, directory name, or volume label syntax is incorrect", text)
    if len(text) > _LONGEST:
        raise FileNotFoundError(errno.ENOENT, "the system cannot find the path specified", text)


def _hide_proc(path: Any) -> None:
    text = os.fspath(path)
    if isinstance(text, str) and text.startswith("/proc/"):
        raise FileNotFoundError(errno.ENOENT, "the system cannot find the path specified", text)


def _caller_is_ours() -> bool:
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("pathlib", "io"):
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None and _is_ours(frame.f_globals)
