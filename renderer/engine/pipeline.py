"""The engine of the renderer process: networks on a device, what was computed of late, words for what went wrong."""

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
from renderer.engine.delivery import Courier, CudaQueue
from renderer.engine.device import release_memory, use_threads
from renderer.engine.display import draw_thumbnail
from renderer.engine.models import Models
from renderer.engine.render import Kept, Render
from renderer.engine.styles import StyleError
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import Failure, RenderRequest, ThumbnailRequest


class Pipeline:
    """Renders requests, and reuses what earlier ones have computed.

    Args:
        host: What this process lends; nothing is told to anybody unless given.
        wait_for_kernels: As `Models` has it.
    """

    def __init__(self, host: Host | None = None, wait_for_kernels: bool = False) -> None:
        host = host or Host()
        use_threads()
        keep_freed_memory()
        kernels.import_early()
        self._models = Models(kernels.Preparation(host.prepared), wait_for_kernels)
        self._kept = Kept(arrays=host.arrays)
        self._slots = host.slots
        self._couriers: dict[torch.device, Courier] = {}

    @torch.inference_mode()
    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Everything that a frame shows. Raises `gan.LoadError`, `gan.device.NoDeviceError`, or what PyTorch raises."""
        return Render(self._models, self._kept, request, watch, self._courier_for).rendered()

    def _courier_for(self, device: torch.device) -> Courier | None:
        if self._slots is None or device.type != "cuda":
            return None
        if device not in self._couriers:
            self._couriers[device] = Courier(CudaQueue(device), self._slots)
        return self._couriers[device]

    @torch.inference_mode()
    def thumbnail(self, wanted: ThumbnailRequest, watch: Watch) -> RGBA:
        """A picture [size, size, 4]. Its output is not kept: dozens of them would displace those in use."""
        request = replace(wanted.request, display=replace(wanted.request.display, layer=None))
        output = Render(self._models, self._kept, request, watch).output(keep=False)
        return draw_thumbnail(output, request.display, wanted.size)

    @torch.inference_mode()
    def still(self, request: RenderRequest, watch: Watch) -> RGBA:
        """The whole picture alone [H, W, 4]; its output is not kept."""
        return Render(self._models, self._kept, request, watch).picture(keep=False).rgba

    @torch.inference_mode()
    def styles(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.float32]:
        """The w vectors that the synthesis network gets [num_ws, w_dim]."""
        ws = Render(self._models, self._kept, request, watch).ws()
        return np.asarray(ws[0].float().cpu().numpy())

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """Read the network of a request in a thread of its own; whether it is in memory now."""
        return self._models.read_ahead(request.network, request.device, watch.check)

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Words for an error of `render`; where memory ran out, what is kept is let go."""
        if isinstance(error, gan.LoadError):
            what, _, advice = error.detail.rstrip(".").partition("; ")
            source = error.source or request.network.source
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
            self._kept.clear()
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
    """What happened and what to do, of a text that has them before and after a semicolon."""
    what, _, advice = text.rstrip(".").partition("; ")
    return f"{what}.", f"{advice[:1].upper()}{advice[1:]}." if advice else "Undo the last change."


def _is_out_of_memory(error: Exception) -> bool:
    # PyTorch's allocator for the CPU raises a plain RuntimeError.
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in str(error) or "can't allocate memory" in str(error))
    )
