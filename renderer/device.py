"""Which device renders, what it is called, and how much of its memory is in use."""

import os
import platform
from pathlib import Path

import torch

DEVICES = ("auto", "cuda", "mps", "cpu")


class NoDeviceError(Exception):
    """The device that was asked for is not there. The message says what to choose."""


def choose_device(text: str) -> torch.device:
    """The device for "auto" (CUDA, else MPS, else CPU), "cpu", "mps", "cuda" or "cuda:1". Raises NoDeviceError."""
    if text == "auto":
        text = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, index = text.partition(":")
    if kind not in DEVICES or (index and not (kind == "cuda" and index.isdecimal())):
        raise NoDeviceError(f"There is no device called {text!r}; choose one of {', '.join(DEVICES)}.")
    number = int(index or 0)
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if number >= count:
            found = f"the last one is cuda:{count - 1}" if count else "PyTorch finds no CUDA device"
            raise NoDeviceError(f"There is no {text} on this computer, {found}; choose auto or cpu.")
        return torch.device("cuda", number)
    if kind == "mps" and not torch.backends.mps.is_available():
        raise NoDeviceError("There is no Apple GPU on this computer; choose auto or cpu.")
    return torch.device(kind)


def device_title(device: torch.device) -> str:
    """The device's name for people."""
    if device.type == "cuda":
        return f"CUDA {device.index} · {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return f"MPS · {platform.processor() or 'Apple GPU'}"
    return "CPU"


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told, so that times are those of the work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def release_memory() -> None:
    """Give memory that nothing uses back to the devices."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def memory_in_use(device: torch.device) -> tuple[int, int]:
    """Bytes that this process uses on the device, and bytes that there are; 0 where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device), torch.cuda.get_device_properties(device).total_memory
    if device.type == "mps":
        return torch.mps.driver_allocated_memory(), torch.mps.recommended_max_memory()
    system = platform.system()
    if system == "Windows":
        return 0, 0
    page, total = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if system == "Linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * page, total
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, total


def use_threads() -> None:
    """Leave the window a core of its own; more threads than PyTorch's choice, the physical cores, do not help."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, min(torch.get_num_threads(), cores - 1)))
