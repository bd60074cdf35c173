"""Choice of the device that computes, and its name."""

import platform
from collections.abc import Sequence

import torch

DEVICES = ("auto", "cuda", "mps", "cpu")


class NoDeviceError(ValueError):
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
    """Wait until the device has done all its work, so that measured times are those of the work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def page_locked(shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor | None:
    """Memory of the host that a GPU reads and writes by itself; None where the system gives none."""
    try:
        return torch.empty(tuple(shape), dtype=dtype, pin_memory=True)
    except RuntimeError:
        return None


def send(x: torch.Tensor, device: torch.device) -> torch.Tensor:
    """x [any shape], which is on the CPU, on a device; does not wait for what a CUDA device is doing."""
    if device.type != "cuda":
        return x.to(device)
    host = page_locked(x.shape, x.dtype)
    # PyTorch keeps the memory until the device has read it.
    return x.to(device) if host is None else host.copy_(x).to(device, non_blocking=True)


def fetch(x: torch.Tensor) -> torch.Tensor:
    """x [any shape] on the CPU, from a CUDA device by way of page-locked memory where there is some."""
    if x.device.type != "cuda":
        return x.cpu()
    host = page_locked(x.shape, x.dtype)
    if host is None:
        return x.cpu()
    host.copy_(x, non_blocking=True)
    torch.cuda.current_stream(x.device).synchronize()
    return host
