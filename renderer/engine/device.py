"""Memory and threads of the device."""

import os
import platform
from pathlib import Path

import torch


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
