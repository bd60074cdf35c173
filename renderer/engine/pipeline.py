"""The engine of the renderer process: networks on a device, caches of recent results, and texts for errors."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

import gan
from gan.device import NoDeviceError
from gan.memory import keep_freed_memory
from renderer.document.arrays import UnknownArrayError
from renderer.engine import kernels
from renderer.engine.base import Host, Rendered, Watch
from renderer.engine.device import release_memory, use_threads
from renderer.engine.models import Models
from renderer.engine.readback import CudaQueue, Readback
from renderer.engine.render import Render, StageCaches
from renderer.engine.ws import StyleError
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import Failure, ModelInfo, RenderRequest, ThumbnailRequest


class Pipeline:
    """Renders requests, and reuses results of earlier ones.

    Args:
        host: Services of this process; without one nothing is reported.
        wait_for_kernels: See `Models`.
    """

    def __init__(self, host: Host | None = None, wait_for_kernels: bool = False) -> None:
        host = host or Host()
        use_threads()
        keep_freed_memory()
        kernels.import_early()
        self._models = Models(kernels.Preparation(host.prepared), wait_for_kernels)
        self._caches = StageCaches(arrays=host.arrays)
        self._slots = host.slots
        self._readbacks: dict[torch.device, Readback] = {}

    @torch.inference_mode()
    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Render a frame. Raises `gan.LoadError`, `gan.device.NoDeviceError`, or the errors of PyTorch."""
        return Render(self._models, self._caches, request, watch, self._readback_for).rendered()

    def _readback_for(self, device: torch.device) -> Readback | None:
        if self._slots is None or device.type != "cuda":
            return None
        if device not in self._readbacks:
            self._readbacks[device] = Readback(CudaQueue(device), self._slots)
        return self._readbacks[device]

    @torch.inference_mode()
    def thumbnail(self, wanted: ThumbnailRequest, watch: Watch) -> RGBA:
        """Return a thumbnail [size, size, 4] of the image, whatever layer is shown."""
        request = replace(wanted.request, display=replace(wanted.request.display, layer=None))
        return Render(self._models, self._caches, request, watch).thumbnail(wanted.size)

    @torch.inference_mode()
    def still(self, request: RenderRequest, watch: Watch) -> RGBA:
        """Return the image alone [H, W, 4]; its output is not cached."""
        return Render(self._models, self._caches, request, watch).image(cache=False).rgba

    @torch.inference_mode()
    def styles(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.float32]:
        """Return the w vectors for the synthesis network [num_ws, w_dim]."""
        ws = Render(self._models, self._caches, request, watch).ws()
        return np.asarray(ws[0].float().cpu().numpy())

    def model(self, request: RenderRequest, watch: Watch) -> ModelInfo:
        """Return the description of a request's network, reading it if needed. Raises like `render`."""
        return self._models.get(request.image.network, request.device, watch.loading).info

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """Read the network of a request in a thread; return True once it is in memory."""
        return self._models.read_ahead(request.image.network, request.device, watch.check)

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Describe an error of `render`; if memory ran out, drop all caches."""
        if isinstance(error, gan.LoadError):
            what, _, advice = error.detail.rstrip(".").partition("; ")
            source = error.source or request.image.network.source
            return Failure(
                request.request_id,
                "load",
                f"{source or 'The demo network'} could not be opened. {what}.",
                f"{advice[:1].upper()}{advice[1:]}." if advice else "Choose another network.",
            )
        if isinstance(error, NoDeviceError):
            return Failure(request.request_id, "load", *_sentences(str(error)))
        if isinstance(error, StyleError | UnknownArrayError):
            return Failure(request.request_id, "render", *_sentences(str(error)))
        if _is_out_of_memory(error):
            self._models.clear()
            self._caches.clear()
            release_memory()
            return Failure(
                request.request_id,
                "memory",
                "There was not enough memory for this picture.",
                "Close other programs that use the device, show another layer, or render on the CPU.",
            )
        return Failure(
            request.request_id,
            "render",
            f"This picture could not be rendered: {error}",
            "The last picture stays. Undo the last change; Details says where it went wrong.",
        )


def _sentences(text: str) -> tuple[str, str]:
    """Split a text at its semicolon into what happened and what to do."""
    what, _, advice = text.rstrip(".").partition("; ")
    return f"{what}.", f"{advice[:1].upper()}{advice[1:]}." if advice else "Undo the last change."


def _is_out_of_memory(error: Exception) -> bool:
    # PyTorch's allocator for the CPU raises a plain RuntimeError.
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in str(error) or "can't allocate memory" in str(error))
    )
