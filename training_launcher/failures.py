"""Diagnosis of failed runs from the end of their logs."""

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.ending import CRASHES, KILLED


@dataclass(frozen=True)
class Cause:
    """A likely cause of a failure."""

    name: str
    """Name of two or three words."""
    advice: str
    """Advice in one sentence."""
    signs: str
    """Regular expression for the messages that it leaves."""


_CAUSES = (
    Cause(
        "out of GPU memory",
        "The GPU's memory was full: give a smaller --batch-gpu or a smaller network (--cbase, --cmax), or end what "
        "else uses that GPU.",
        r"CUDA out of memory|CUDA error: out of memory|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED"
        r"|OutOfMemoryError|MPS backend out of memory|The GPU's memory is full|hipErrorOutOfMemory",
    ),
    Cause(
        "out of memory",
        "The computer's memory was full: give a smaller --batch or --workers, or end other programs.",
        r"MemoryError|Cannot allocate memory|DefaultCPUAllocator|not enough memory|std::bad_alloc|Out of memory"
        r"|oom[-_ ]kill|ran out of memory",
    ),
    Cause(
        "disk full",
        "There was no room on the disk: make room, then resume.",
        r"No space left on device|Disk quota exceeded|ENOSPC|make room on the disk|File too large",
    ),
    Cause(
        "broken gradients",
        "The numbers of the training ran out of bounds: raise --gamma, lower --glr and --dlr, or use --fp32=1, from an "
        "earlier snapshot.",
        r"gradients?\b.{0,40}not (?:been )?finite|non-?finite|loss is nan|NaN or Inf",
    ),
    Cause(
        "GPU driver",
        "The GPU or its driver failed: look at it with nvidia-smi, restart the computer if need be, then resume.",
        r"CUDA error|CUDA driver|cudaError|no kernel image|NVML|Found no NVIDIA driver|no CUDA-capable device"
        r"|device-side assert|CUDNN_STATUS|CUBLAS_STATUS|ECC error|Xid",
    ),
    Cause(
        "worker lost",
        "One of the run's processes ended, and the others with it: what that one said last tells why; then resume.",
        r"Worker \d+ \(process \d+( on \S+)?\)|lost another process|DataLoader worker|worker .*(?:exited|died|killed)"
        r"|Connection closed by peer|Connection reset by peer|Process \d+ failed|ProcessExitedException",
    ),
    Cause(
        "network",
        "Something could not be fetched or reached: check the connection and the address, then resume.",
        r"DownloadError|URLError|Name or service not known|Temporary failure in name resolution|Connection refused"
        r"|timed out|SSL|HTTP (?:Error )?[45]\d\d|cannot be downloaded|NCCL",
    ),
    Cause(
        "bad data",
        "Something is wrong with the dataset: mend what is named, or make it anew with python -m gan dataset.",
        r"(?i:\.(?:png|jpe?g|webp) is (?:damaged|\d)|dataset|no labels|labels for|UnidentifiedImageError"
        r"|holds no pictures|must be square|BadZipFile|training set)",
    ),
    Cause(
        "file damaged",
        "A file cannot be read as it is: take an earlier snapshot, or fetch the file again.",
        r"is damaged|CorruptFileError|UnsafePickleError|invalid header|unexpected EOF|HeaderTooLarge",
    ),
    Cause(
        "no permission",
        "A file or folder may not be read or written: check its permissions.",
        r"Permission denied|PermissionError|Read-only file system|Operation not permitted",
    ),
    Cause(
        "missing file",
        "A file is not where it was: check the path, and whether its disk is there.",
        r"No such file|no such file|FileNotFoundError|There is no |\bNotFoundError|cannot be found|does not exist",
    ),
    Cause(
        "wrong option",
        "An option cannot be so: start a new run with another value.",
        r"^Usage: |Invalid value for|No such option|must be (?:a multiple|given|between|at least|one of)"
        r"|Missing option",
    ),
    Cause(
        "missing package",
        "A part of Python is missing: install StyleScope's requirements again.",
        r"ModuleNotFoundError|ImportError|No module named",
    ),
)

_KILLED = Cause("killed", "Something ended it by force: resume goes on from its last saved state.", "")
_FROM_OUTSIDE = Cause("ended from outside", "Something ended it: resume goes on from its last saved state.", "")
_CRASHED = Cause(
    "crash in a library", "A library crashed: resume, and if it comes again, update PyTorch and the driver.", ""
)
_NO_LIBRARY = Cause("missing library", "A library of the system is missing: install PyTorch and its driver again.", "")
_ENDED: dict[int, Cause] = {
    **dict.fromkeys(KILLED, _KILLED),
    signal.SIGTERM: _FROM_OUTSIDE,
    **dict.fromkeys(CRASHES, _CRASHED),
}
"""Causes by the signal that ended a process."""
_ENDED_ON_WINDOWS: dict[int, tuple[str, Cause | None]] = {
    0xC0000005: ("an access violation", _CRASHED),
    0xC000001D: ("an illegal instruction", _CRASHED),
    0xC0000094: ("a division by zero", _CRASHED),
    0xC00000FD: ("a stack overflow", _CRASHED),
    0xC0000374: ("a damaged heap", _CRASHED),
    0xC0000409: ("a check of the C library", _CRASHED),
    0xC0000017: ("lack of memory", None),
    0xC000012D: ("lack of memory", None),
    0xC000013A: ("Ctrl+C, or because its console was closed", _FROM_OUTSIDE),
    0xC0000135: ("a library that is missing", _NO_LIBRARY),
    0xC0000142: ("a library that cannot start", _NO_LIBRARY),
}
"""Reasons and causes by the exit status that Windows gives a process that it ends; None: out of memory."""

OUT_OF_MEMORY = "out of memory"
LOST = Cause(
    "lost", "It ended without a word, as when the computer is restarted: resume goes on from its last saved state.", ""
)


@dataclass(frozen=True)
class Failure:
    """Reason of a failed run."""

    error: str
    """The run's own message, as a sentence."""
    cause: str = ""
    """The likely cause in two or three words; empty if unknown."""
    advice: str = ""
    """Advice in a sentence; empty if the cause is unknown."""


def diagnose(
    lines: Sequence[str], code: int | None = None, *, reported: str = "", memory_ran_out: bool = False
) -> Failure:
    """Diagnose a failed run.

    Args:
        lines: The end of its log.
        code: Exit status of its process, or minus the signal; None if unknown.
        reported: The error in its `status.json`.
        memory_ran_out: The system killed a process for lack of memory meanwhile.
    """
    error = reported or _last_error(lines)
    full = next(cause for cause in _CAUSES if cause.name == OUT_OF_MEMORY)
    if code is not None and -code in KILLED and memory_ran_out:
        return Failure("The system ended the run's process because memory ran out.", full.name, full.advice)
    if code is not None and not error and (found := _ended_by(code)) is not None:
        reason, ended = found
        return Failure(
            f"The run's process was ended by {reason}.", ended.name if ended else "", ended.advice if ended else ""
        )
    recent = [line for line in lines[-8:] if not line.startswith("tick ")]
    cause = _likely(error) or _likely("\n".join(recent))
    if not error:
        error = f"It ended with status {code} and said nothing." if code is not None else LOST.advice
    return Failure(error, cause.name if cause else "", cause.advice if cause else "")


def _ended_by(code: int) -> tuple[str, Cause | None] | None:
    """Return what ended a process with an exit status, in words, and the cause; None if it ended by itself."""
    status = code & 0xFFFFFFFF  # some give it with a sign
    if status in _ENDED_ON_WINDOWS:
        reason, cause = _ENDED_ON_WINDOWS[status]
        return reason, cause or next(one for one in _CAUSES if one.name == OUT_OF_MEMORY)
    if code >= 0:
        return None
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return name, _ENDED.get(-code)


def advice(cause: str) -> str:
    """Return the advice for a cause that `diagnose` named; empty for others."""
    every = (*_CAUSES, LOST, _KILLED, _FROM_OUTSIDE, _CRASHED, _NO_LIBRARY)
    return next((known.advice for known in every if known.name == cause), "")


def explained(error: str, cause: str) -> str:
    """Return an error followed by the advice for its cause."""
    ended = error if not error or error.endswith((".", "!", "?")) else f"{error}."
    return " ".join(filter(None, (ended, advice(cause))))


def _likely(text: str) -> Cause | None:
    return next((cause for cause in _CAUSES if re.search(cause.signs, text, re.MULTILINE)), None) if text else None


def _last_error(lines: Sequence[str]) -> str:
    """Return the last error in a log: an "Error:" line, or the last line of a traceback."""
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i].strip()
        if line.startswith("Error: "):
            return " ".join([line.removeprefix("Error: "), *(more.strip() for more in lines[i + 1 :])]).strip()
        if re.match(r"(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b(?::|$)", line):
            return line
    return ""
