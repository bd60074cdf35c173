"""Diagnosis of failed runs from their last output."""

import signal

import pytest

from training_launcher import failures
from training_launcher.failures import diagnose

SAID = {
    "out of GPU memory": [
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15 GiB.",
        "RuntimeError: CUDA error: out of memory",
        "Error: The GPU's memory is full: give a smaller --batch-gpu, or smaller networks (--cbase, --cmax).",
    ],
    "out of memory": [
        "RuntimeError: [enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB\nMemoryError",
        "OSError: [Errno 12] Cannot allocate memory",
    ],
    "disk full": [
        "OSError: [Errno 28] No space left on device",
        "Error: training-state.pt could not be written (No space left on device): make room on the disk, then resume.",
    ],
    "bad data": [
        "Error: b.png is damaged: leave it out.",
        "Error: There is no dataset at /data/x.zip.",
        "Error: b.png is 16x16 with 3 channels, but the first picture is 8x8",
        "Error: The dataset has no labels: make it anew with them, or leave out --cond.",
    ],
    "worker lost": [
        "Error: Worker 1 (process 4711) was ended by SIGKILL, so the run has stopped; go on from its last saved state",
        "Error: Worker 1 (process 4711 on node2) has not answered for 30 seconds, so the run has stopped.",
        "Error: Process 0 lost another process of the run: look at what that one says (Connection closed by peer).",
    ],
    "broken gradients": [
        "Error: The gradients of Gmain have not been finite for 64 steps in a row: the training has gone wrong."
    ],
    "GPU driver": [
        "RuntimeError: CUDA error: device-side assert triggered",
        "RuntimeError: Found no NVIDIA driver on your system.",
    ],
    "network": [
        "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
        "gan.io.errors.DownloadError: HTTP 503",
    ],
    "missing file": [
        "Error: /nowhere.pkl: no such file",
        "FileNotFoundError: [Errno 2] No such file: 'x'",
    ],
    "no permission": ["PermissionError: [Errno 13] Permission denied: '/runs/x'"],
    "wrong option": ["Error: Invalid value for '--batch': 'x' is not a valid integer."],
    "missing package": ["ModuleNotFoundError: No module named 'torch'"],
    "file damaged": ["Error: training-state.pt is damaged: go on from network-snapshot-000010.safetensors."],
}


@pytest.mark.parametrize(("cause", "text"), [(cause, text) for cause, texts in SAID.items() for text in texts])
def test_likely_causes(cause, text):
    before = ["tick 1 kimg 4.0", "Traceback (most recent call last):", '  File "loop.py", line 3, in run']
    found = diagnose([*before, *text.splitlines()], 1)
    assert found.cause == cause
    assert found.error == text.splitlines()[-1].removeprefix("Error: ")
    assert found.advice == failures.advice(cause)
    assert found.advice.endswith(".")


def test_its_own_words_come_first():
    found = diagnose(["OSError: [Errno 28] No space left on device"], 1, reported="RuntimeError: CUDA out of memory.")
    assert (found.error, found.cause) == ("RuntimeError: CUDA out of memory.", "out of GPU memory")


def test_signals():
    assert diagnose([], -signal.SIGKILL).cause == "killed"
    found = diagnose(["tick 3"], -signal.SIGKILL, memory_ran_out=True)
    assert (found.cause, "memory ran out" in found.error) == ("out of memory", True)
    assert diagnose([], -signal.SIGSEGV).cause == "crash in a library"
    assert diagnose([], -signal.SIGUSR1).error == "The run's process was ended by SIGUSR1."


def test_what_nobody_knows_is_not_guessed():
    found = diagnose(["tick 3  2 gradients were not finite", "something odd"], 7)
    assert (found.error, found.cause, found.advice) == ("It ended with status 7 and said nothing.", "", "")
    assert failures.advice("no such cause") == ""


@pytest.mark.parametrize(
    ("code", "cause", "says"),
    [
        (0xC0000005, "crash in a library", "an access violation"),
        (0xC0000005 - (1 << 32), "crash in a library", "an access violation"),
        (0xC000013A, "ended from outside", "its console was closed"),
        (0xC0000017, "out of memory", "lack of memory"),
        (0xC0000135, "missing library", "a library that is missing"),
    ],
)
def test_exit_statuses_of_windows_are_told(code: int, cause: str, says: str):
    found = diagnose(["tick 3"], code)
    assert found.cause == cause
    assert found.advice == failures.advice(cause)
    assert says in found.error
