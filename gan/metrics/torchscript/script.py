"""TorchScript files: which of them are trusted, and the process that runs one.

A TorchScript file is a program. It is run if this program fetched it from a published address, or if the user says so,
and in either case in a process of its own (see `gan.metrics.torchscript.child`).
"""

import contextlib
import hashlib
import itertools
import os
import queue
import re
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch
from torch import Tensor

from foundation.inputs import NotRegularError, ZipReader, clean_text, open_regular
from gan.io.download import fetch, is_url, recorded_sha256
from gan.metrics.torchscript import child

PUBLISHED = (
    "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/inception-2015-12-05.pt",
    "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/vgg16.pt",
    "https://api.ngc.nvidia.com/v2/models/nvidia/research/stylegan3/versions/1/files/metrics/inception-2015-12-05.pkl",
)
"""Addresses of the official files."""

START_S = 600.0
"""Seconds that a file may take to be loaded."""
IMAGE_S = 120.0
"""Seconds that an image may take, on a slow and busy CPU; a batch may take a minute more."""

_MAX_BYTES = 2**30
_MAX_FEATURES = 2**24
_DTYPES = (torch.uint8, torch.float16, torch.float32, torch.float64)
_WRITERS = re.compile(rb"\bfrom_file\b|\b(?:torch|aten)\s*\.\s*save\b")
"""Operators that write files, as TorchScript's code in an archive names them."""


class Script:
    """A TorchScript file, running in a process of its own.

    Attributes:
        name: Name of the file.
        sha256: Hash of the file in hexadecimal.
        arguments: Names of the arguments of its `forward`.
    """

    def __init__(self, source: str | Path, device: torch.device, *, trusted: bool = False) -> None:
        """Start the process and load the file.

        Args:
            source: The file, or one of the addresses in `PUBLISHED`.
            device: Where it runs.
            trusted: True if the user trusts the file, wherever it came from.

        Raises:
            ValueError: it is missing, not trusted, or no TorchScript file.
            DownloadError: it could not be fetched.
        """
        path = _local(str(source), trusted)
        self.name = path.name if not is_url(str(source)) else str(source).rpartition("/")[2]
        self.sha256 = _checked(path, trusted)
        self._process = _Process()
        self._end = weakref.finalize(self, self._process.close)
        order = {
            "path": str(path.absolute()),
            "sha256": self.sha256,
            "device": str(device),
            "threads": torch.get_num_threads(),
            "cudnn_tf32": torch.backends.cudnn.allow_tf32,
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "matmul_tf32": torch.backends.cuda.matmul.allow_tf32,
            "main_thread": threading.current_thread() is threading.main_thread(),
        }
        header, _ = self._ask(order, b"", START_S, 0)
        names = header.get("arguments")
        if not isinstance(names, list):
            self.close()
            says = clean_text(str(header.get("error")), 60)
            raise ValueError(f"{_shown(path)} {says}: get an official file, {_OFFICIAL}, again.")
        self.arguments = frozenset(str(name) for name in names)

    def __call__(self, images: Tensor, arguments: Mapping[str, bool]) -> Tensor:
        """Images [N, 1 or 3, H, W] -> features, float32 [N, D] on the same device, with gradients where images have.

        Raises:
            ValueError: the process failed, ended or did not answer; it is then closed.
        """
        if torch.is_grad_enabled() and images.requires_grad:
            found: Tensor = _Differentiable.apply(images, self, arguments)  # type: ignore[no-untyped-call]
            return found
        return self.features(images, arguments)

    def features(
        self, images: Tensor, arguments: Mapping[str, bool], *, gradient: int | None = None, flat: bool = False
    ) -> Tensor:
        """Return the features of a call. Raises as the call.

        Args:
            images: See the call.
            arguments: Of the program.
            gradient: Number by which `towards` asks for the gradient of this call; None for none.
            flat: Flatten features of more dimensions.
        """
        sent = images.detach().cpu().contiguous()
        if sent.dtype not in _DTYPES or gradient is not None:
            sent = sent.float()
        header: dict[str, Any] = {"dtype": str(sent.dtype).removeprefix("torch."), "shape": list(sent.shape)}
        header["arguments"] = arguments
        header |= {"flat": True} if flat else {}
        header |= {} if gradient is None else {"gradient": gradient}
        return self._floats(header, sent, len(sent), "gave no features").to(images.device)

    def towards(self, number: int, gradient: Tensor, shape: torch.Size) -> Tensor:
        """Return the gradient of the images of a call, of their shape, by that of their features [N, D].

        The process keeps that of the last `child.MOST_GRAPHS` calls, once.
        """
        sent = gradient.detach().float().cpu().contiguous()
        found = self._floats({"backward": number}, sent, len(sent), "gave no gradient")
        if found.numel() != shape.numel():
            self.close()
            raise ValueError(f"The detector {clean_text(self.name, 60)} gave no gradient: name {_OFFICIAL}.")
        return found.reshape(shape).to(gradient.device)

    def _floats(self, header: dict[str, Any], sent: Tensor, count: int, problem: str) -> Tensor:
        """Ask the process, and return its answer, float32 [count, any]."""
        answer, data = self._ask(header, sent.numpy().data, 60.0 + IMAGE_S * count, 4 * count * _MAX_FEATURES)
        shape = answer.get("shape")
        if "error" in answer or not isinstance(shape, list) or len(shape) != 2 or shape[0] != count:
            self.close()
            says = clean_text(str(answer.get("error", problem)), 60)
            raise ValueError(f"The detector {clean_text(self.name, 60)} {says}: name an official file, {_OFFICIAL}.")
        if type(shape[1]) is not int or len(data) != 4 * count * shape[1]:
            self.close()
            raise ValueError(f"The detector {clean_text(self.name, 60)} {problem}: name {_OFFICIAL}.")
        return torch.from_numpy(data).view(torch.float32).reshape(shape)

    def close(self) -> None:
        """End the process."""
        self._end()

    def _ask(
        self, header: dict[str, Any], data: bytes | memoryview, patience: float, limit: int
    ) -> tuple[dict[str, Any], child.Bytes]:
        shown = clean_text(self.name, 60)
        try:
            found = self._process.ask(header, data, patience, limit)
        except queue.Empty:
            self.close()
            raise ValueError(
                f"The detector {shown} gave no answer for {patience:.0f} s and was ended: name {_OFFICIAL}."
            ) from None
        except BaseException:  # Ctrl+C: the process has nobody left to work for
            self.close()
            raise
        if isinstance(found, Exception):
            self.close()
            raise ValueError(
                f"The process of the detector {shown} ended ({self._process.ending()}): name {_OFFICIAL}, or free some "
                "memory."
            ) from found
        return found


_numbers = itertools.count()


class _Differentiable(torch.autograd.Function):
    """A call whose gradient the process computes."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, script: Script, arguments: Mapping[str, bool]) -> Tensor:
        ctx.script, ctx.shape, ctx.number = script, images.shape, next(_numbers)
        return script.features(images, arguments, gradient=ctx.number)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return ctx.script.towards(ctx.number, gradients[0], ctx.shape), None, None


class _Process:
    """A process of `gan.metrics.torchscript.child`, and the thread that waits for its answer."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", child.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "USE_PYTORCH_KERNEL_CACHE": "0"},
        )
        self._pipes = (cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout))
        self._thread: threading.Thread | None = None
        if sys.platform.startswith("linux"):
            import fcntl

            for pipe in self._pipes:
                with contextlib.suppress(OSError):  # beyond what the system allows a user
                    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)  # fewer turns for a batch

    def ask(
        self, header: dict[str, Any], data: bytes | memoryview, patience: float, limit: int
    ) -> tuple[dict[str, Any], child.Bytes] | Exception:
        """Send a message and return the answer, or why there is none. Raises `queue.Empty` if it takes too long."""
        answers: queue.SimpleQueue[tuple[dict[str, Any], child.Bytes] | Exception] = queue.SimpleQueue()

        def exchange() -> None:
            try:
                child.send(self._pipes[0], header, data)
                answers.put(child.receive(self._pipes[1], limit))
            except Exception as error:  # noqa: BLE001  (the process is foreign from here on)
                answers.put(error)

        self._thread = threading.Thread(target=exchange, name="detector", daemon=True)
        self._thread.start()
        return answers.get(timeout=patience)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        if self._thread is not None:
            self._thread.join()
        for pipe in self._pipes:
            with contextlib.suppress(OSError):
                pipe.close()

    def ending(self) -> str:
        """Describe how it ended."""
        code = self._process.returncode
        return f"signal {-code}" if code and code < 0 else f"status {code}"


_OFFICIAL = "inception-2015-12-05.pt or vgg16.pt"


def _local(source: str, trusted: bool) -> Path:
    """The path of a file, fetched first if it is an address."""
    if not is_url(source):
        return Path(source).expanduser()
    if source not in PUBLISHED and not trusted:
        raise ValueError(
            f"{clean_text(source, 80)} is none of the published addresses of detectors, and a detector is a program: "
            "add --trust-detector if you trust its source."
        )
    return fetch(source, max_bytes=_MAX_BYTES)


def _checked(path: Path, trusted: bool) -> str:
    """The hash of a file that may be run."""
    try:
        with open_regular(path, _MAX_BYTES) as file:
            sha256 = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
            writes = _writes(file)
    except (FileNotFoundError, NotADirectoryError, NotRegularError) as error:
        raise ValueError(f"There is no detector file {_shown(path)}: check the path.") from error
    except ValueError as error:  # also TooLargeError
        raise ValueError(f"{_shown(path)} is no TorchScript file: get an official file, {_OFFICIAL}, again.") from error
    if writes:
        raise ValueError(f"{_shown(path)} is a program that writes files, which no detector does: name {_OFFICIAL}.")
    if not trusted and sha256 not in {recorded_sha256(address) for address in PUBLISHED}:
        raise ValueError(
            f"{_shown(path)} is a program and was not fetched from a published address: give its address "
            f"({PUBLISHED[0]}), or add --trust-detector."
        )
    return sha256


def _writes(file: BinaryIO) -> bool:
    """True if the code in an archive has an operator that writes files. Raises ValueError if it is no archive."""
    archive = ZipReader(file, _MOST_CODE, _MOST_LISTED, unique=True)
    # Of names PyTorch's reader takes any case.
    return any(
        _WRITERS.search(archive.read(name, _MOST_CODE))
        for name in archive.names()
        if name.lower().endswith((".py", ".json"))
    )


_MOST_CODE, _MOST_LISTED = 1 << 24, 1 << 22
"""Limits of the code of a file and of the list of its members, in bytes: the official ones have less than a tenth."""


def _shown(path: Path) -> str:
    text = str(path)
    return clean_text(text if len(text) <= 100 else "..." + text[-97:], 100)
