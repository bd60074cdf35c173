"""Process that runs a TorchScript file, away from everything that the file could harm.

    python -P child.py

A TorchScript file is a program: it can loop for ever and has operators that write files. Here it cannot write (no file
of more than 0 bytes, and on Linux no file at all), has no standard input, no folder for temporary files and an empty
working folder, and it ends with the process that asked. Nothing is imported from the other packages, so that the
process starts quickly.

Messages are a line of JSON and the bytes of an array: {"bytes": 123, ...}. Neither side unpickles anything.
"""

import contextlib
import ctypes
import gc
import hashlib
import io
import json
import os
import signal
import struct
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

MAX_HEADER = 1 << 16
"""Maximum size of the JSON of a message in bytes."""
MOST_GRAPHS = 4
"""Requests whose gradient can be asked for at one time."""

_LOOK_S = 1.0
"""Seconds between two looks at the process that asked."""


def send(stream: BinaryIO, header: dict[str, Any], data: bytes | memoryview = b"") -> None:
    """Write a message. Raises OSError if nobody reads any more."""
    view = memoryview(data).cast("B")
    head = json.dumps({**header, "bytes": len(view)}).encode()
    for part in (memoryview(struct.pack("<I", len(head)) + head), view):
        done = 0
        while done < len(part):
            done += stream.write(part[done:])


def receive(stream: BinaryIO, limit: int) -> tuple[dict[str, Any], Bytes]:
    """Read a message of at most `limit` bytes of data; these are returned as uint8.

    Raises:
        EOFError: the other side has ended.
        ValueError: it is no message.
    """
    length = int.from_bytes(_exactly(stream, 4).tobytes(), "little")
    if length > MAX_HEADER:
        raise ValueError("a message is too long")
    header = json.loads(_exactly(stream, length).tobytes())
    count = header.get("bytes") if isinstance(header, dict) else None
    if type(count) is not int or not 0 <= count <= limit:
        raise ValueError("a message makes no sense")
    return header, _exactly(stream, count)


def _exactly(stream: BinaryIO, count: int) -> Bytes:
    data = np.empty(count, np.uint8)  # takes memory only where it is filled
    view, done = data.data, 0
    while done < count:
        part = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not part:
            raise EOFError
        done += part
    return data


def main() -> None:
    """Answer requests until the other side ends."""
    requests, answers = _channel()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that asked, which then ends this one
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        _serve(requests, answers, parent)
    except (EOFError, OSError):
        return  # nobody asks any more


def _channel() -> tuple[BinaryIO, BinaryIO]:
    """Take the standard streams for messages, and put nothing in their place."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    return requests, answers


def _end_with(parent: int) -> None:
    """End this process when the one that asked has ended."""
    import psutil

    try:
        process = psutil.Process(parent)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(_LOOK_S)
    except psutil.Error:
        pass
    os._exit(1)


def _serve(requests: BinaryIO, answers: BinaryIO, parent: int) -> None:
    gc.disable()  # imports make objects that stay: looking through them takes a sixth of the time
    import torch

    gc.freeze()
    gc.enable()
    order, _ = receive(requests, 0)
    device = torch.device(order["device"])
    torch.set_num_threads(order["threads"])
    torch.backends.cudnn.allow_tf32 = order["cudnn_tf32"]
    torch.backends.cudnn.benchmark = order["cudnn_benchmark"]
    torch.backends.cuda.matmul.allow_tf32 = order["matmul_tf32"]
    try:
        content = Path(order["path"]).read_bytes()
    except OSError as error:
        send(answers, {"error": f"cannot be read ({error.strerror})"})
        return
    if hashlib.sha256(content).hexdigest() != order["sha256"]:
        send(answers, {"error": "changed while it was opened"})
        return
    if device.type == "cuda":
        torch.zeros(1, device=device)  # its libraries and device files are opened before files are closed off
    shut(parent if order["main_thread"] else None)
    with torch.no_grad():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network: Any = torch.jit.load(io.BytesIO(content), map_location=device)  # type: ignore[no-untyped-call]
                network = network.eval()
                for parameter in network.parameters():
                    parameter.requires_grad_(False)
            arguments = [argument.name for argument in network.forward.schema.arguments]
        except Exception:  # noqa: BLE001  (of the foreign program)
            send(answers, {"error": "is no TorchScript file"})
            return
        del content
        send(answers, {"arguments": arguments[:64]})
        graphs: dict[int, tuple[Any, Any]] = {}
        """Images and features of the last requests whose gradient may be asked for, by their number."""
        while True:
            header, data = receive(requests, 1 << 40)
            try:
                if "backward" in header:
                    features = _gradient(graphs.pop(header["backward"]), data, device)
                else:
                    features = _features(network, header, data, device, graphs)
            except Exception as error:  # noqa: BLE001  (likewise)
                send(answers, {"error": f"failed ({type(error).__name__})"})
                continue
            shape = list(features.shape)
            send(answers, {"shape": shape}, features.numpy().data if features.numel() else b"")


def _features(
    network: Any, header: dict[str, Any], data: Bytes, device: Any, graphs: dict[int, tuple[Any, Any]]
) -> Any:
    """The features of a batch, float32 [N, D] on the CPU. With "gradient" `graphs` gets what `_gradient` needs."""
    import torch

    images = torch.from_numpy(data).view(getattr(torch, header["dtype"])).reshape(header["shape"]).to(device)
    number = header.get("gradient")
    with torch.set_grad_enabled(number is not None):
        images = images.float().requires_grad_(True) if number is not None else images
        rgb = images.expand(-1, 3, -1, -1) if images.shape[1] == 1 else images
        found = network(rgb, **header["arguments"]).float()
        found = found.flatten(1) if header.get("flat") else found
    if number is not None:
        while len(graphs) >= MOST_GRAPHS:
            del graphs[next(iter(graphs))]
        graphs[number] = images, found
    return found.detach().cpu().contiguous()


def _gradient(graph: tuple[Any, Any], data: Bytes, device: Any) -> Any:
    """The gradient of images, float32 [N, C H W] on the CPU, by that of their features."""
    import torch

    images, found = graph
    towards = torch.from_numpy(data).view(torch.float32).reshape(found.shape).to(device)
    (gradient,) = torch.autograd.grad(found, images, towards)
    return gradient.flatten(1).cpu().contiguous()


# -- Closing off ---------------------------------------------------------------------------------------------------


def shut(parent: int | None) -> None:
    """Take from this process what a feature network does not need.

    Args:
        parent: The process that asked, if the thread that started this process lasts as long; else None.
    """
    folder = Path(tempfile.mkdtemp(prefix="stylescope-detector-"))
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "absent")))
    tempfile.tempdir = str(folder / "absent")
    os.chdir(folder)
    folder.chmod(0o500)
    with contextlib.suppress(OSError):  # a folder that is gone takes no file, not even from an administrator
        folder.rmdir()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if parent is not None:
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)
        _deny_writing(library)


_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Landlock's system calls, with the same numbers on all processors."""
_EXECUTE, _WRITE_FILE, _TRUNCATE = 1 << 0, 1 << 1, 1 << 14
_CHANGES = sum(1 << bit for bit in range(4, 13))
"""Removing and making files, folders and links."""


def _deny_writing(library: Any) -> bool:
    """Deny this process every change of the file system, and starting programs. Returns False on older kernels.

    Devices stay writable: graphics drivers are spoken to that way.
    """
    version = library.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    handled = _EXECUTE | _WRITE_FILE | _CHANGES | (_TRUNCATE if version >= 3 else 0)
    attributes = ctypes.c_uint64(handled)
    ruleset = library.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(8), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    devices = os.open("/dev", getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0))  # Linux has both
    rule = struct.pack("<Qi", _WRITE_FILE, devices)
    library.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.c_char_p(rule), ctypes.c_uint32(0))
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    denied = library.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(devices)
    os.close(ruleset)
    return int(denied) == 0


if __name__ == "__main__":
    main()
