"""The engine of the renderer process: networks on a device, caches of recent results, and texts for errors."""

from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np
import numpy.typing as npt
import torch

import gan
from gan.animation.geodesics import SIDE as PATH_SIDE
from gan.animation.geodesics import geodesic_steps
from gan.device import NoDeviceError
from gan.edits.blend import MisfitError
from gan.inference import low_res
from gan.memory import keep_freed_memory
from gan.networks.synthesis import StyleSynthesis
from renderer.document.arrays import UnknownArrayError
from renderer.engine import kernels, small
from renderer.engine.base import Dragging, Host, Rendered, Searching, Small, Steps, Watch
from renderer.engine.device import release_memory, thread_counts, use_threads
from renderer.engine.display import deep_pixels
from renderer.engine.dragging.drags import DragError, Drags
from renderer.engine.finding import searching
from renderer.engine.finding.drawing import SearchError
from renderer.engine.finding.effects import MeasuredEffects, Starts
from renderer.engine.finding.samples import Samples
from renderer.engine.keys import display_key
from renderer.engine.lens.closest import closest_steps
from renderer.engine.lens.figures import FIGURES, LensFigures
from renderer.engine.lens.measuring import Measuring
from renderer.engine.models import Models
from renderer.engine.readback import CudaQueue, Readback
from renderer.engine.render import Render, StageCaches
from renderer.engine.synthesis import arguments_of
from renderer.engine.ws import StyleError, truncating
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import (
    ClosestW,
    Drag,
    Effects,
    Failure,
    Geodesic,
    ModelInfo,
    Network,
    NetworkFacts,
    RenderRequest,
    ThumbnailRequest,
)

_PATH = 150
"""Most characters of a path within a sentence."""


class Pipeline:
    """Renders requests, and reuses results of earlier ones.

    Args:
        host: Services of this process; without one nothing is reported.
        wait_for_kernels: See `Models`.
    """

    def __init__(self, host: Host | None = None, wait_for_kernels: bool = False) -> None:
        host = host or Host()
        use_threads(thread_counts()[0])
        keep_freed_memory()
        kernels.import_early()
        self._models = Models(kernels.Preparation(host.prepared), wait_for_kernels)
        self._caches = StageCaches(arrays=host.arrays)
        self._slots = host.slots
        self._samples, self._starts = Samples(), Starts()
        self._measuring = Measuring()
        self._lens = LensFigures(host.arrays, self._measuring)
        self._drags = Drags()
        self._readbacks: dict[torch.device, Readback] = {}

    @torch.inference_mode()
    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Render a frame. Raises `gan.LoadError`, `gan.device.NoDeviceError`, or the errors of PyTorch."""
        try:
            return Render(self._models, self._caches, request, watch, self._readback_for).rendered()
        finally:
            use_threads(thread_counts()[0])  # of jobs, beside which the window draws at its full rate

    def _readback_for(self, device: torch.device) -> Readback | None:
        if self._slots is None or device.type != "cuda":
            return None
        if device not in self._readbacks:
            self._readbacks[device] = Readback(CudaQueue(device), self._slots)
        return self._readbacks[device]

    @torch.inference_mode()
    def thumbnails(self, wanted: Sequence[ThumbnailRequest], rough: bool, watch: Watch) -> tuple[Small, ...]:
        """Return thumbnails [size, size, 4] of the first few, of the image whatever layer is shown."""
        return small.thumbnails(self._models, self._caches, wanted, rough, watch)

    @torch.inference_mode()
    def still(self, request: RenderRequest, watch: Watch, keep: bool = False) -> RGBA:
        """Return the image alone [H, W, 4]; its output is cached only with `keep`, apart from those of frames."""
        return Render(self._models, self._caches, request, watch).image(self._caches.stills if keep else None).rgba

    @torch.inference_mode()
    def deep_still(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.uint16]:
        """Return the image alone with 16 bits a channel, [H, W, 4]."""
        render = Render(self._models, self._caches, request, watch)
        key = display_key(render.output_key, request.display)
        return deep_pixels(render.model, render.output(self._caches.stills), key)

    @torch.inference_mode()
    def styles(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.float32]:
        """Return the w vectors for the synthesis network [num_ws, w_dim]."""
        ws = Render(self._models, self._caches, request, watch).ws()
        return np.asarray(ws[0].float().cpu().numpy())

    @torch.inference_mode()
    def _geodesic(self, work: Geodesic, watch: Watch) -> Steps:
        """Search the path of a job in steps. Raises StyleError where a latent has a w of its own for each layer."""
        render = Render(self._models, self._caches, work.request, watch)
        synthesis, model = render.model.G.synthesis, render.model
        assert isinstance(synthesis, StyleSynthesis)
        first, second = (render.single_w(source) for source in (work.first, work.second))
        mean = torch.zeros_like(first) if model.w_avg is None else model.w_avg
        sides = [side for side in model.low_res_sides if side >= PATH_SIDE]
        network = low_res.at_resolution(synthesis, min(sides)) if sides else synthesis
        assert isinstance(network, StyleSynthesis)
        shown = truncating(mean, work.request.image.truncation.of(synthesis.num_ws))
        offsets = yield from geodesic_steps(network, first, second, mean, shown, work.points)
        return np.asarray(offsets.float().cpu().numpy())

    def _closest(self, work: ClosestW, watch: Watch) -> Steps:
        """Draw the other picture, which may read its network, and search the w closest to it."""
        with torch.inference_mode():
            other = Render(self._models, self._caches, work.other, watch)
            target, ws = other.image(self._caches.stills).rgba, other.ws()
            render = Render(self._models, self._caches, work.request, watch)
            model, key = render.model, render.output_key.synthesis
            alike = (ws.shape[2], other.model.G.num_ws) == (model.G.w_dim, model.G.num_ws)
            own = ws[0].mean(dim=0) if alike else None
        return closest_steps(model, target, own, self._measuring, key, work, watch)

    def search(self, work: Searching, watch: Watch) -> Steps:
        """Begin a search, whose network is read at once: the one that the request shows, blended or not."""
        if isinstance(work, Geodesic):
            return self._geodesic(work, watch)
        if isinstance(work, ClosestW):
            return self._closest(work, watch)
        with torch.inference_mode():  # as renders make what they cache
            model = Render(self._models, self._caches, work.request, watch).model
        if isinstance(work, FIGURES):
            return self._lens.steps(model, work, watch)
        return searching.steps(model, self._caches.arrays, self._samples, work)

    @torch.inference_mode()
    def effects(self, work: Effects, watch: Watch) -> MeasuredEffects:
        """Begin to measure what a direction does. Raises SearchError, and like `render`."""
        model = Render(self._models, self._caches, work.request, watch).model
        return MeasuredEffects(model, self._caches.arrays, self._starts, work)

    def drag(self, work: Drag, watch: Watch) -> Dragging:
        """Begin to drag points of a request's picture. Raises DragError, and like `render`."""
        with torch.inference_mode():  # as renders make what they cache
            render = Render(self._models, self._caches, work.request, watch)
            ws = render.ws()
        key, model = render.output_key.synthesis, render.model
        return self._drags.begin(work, model, ws[0], lambda: arguments_of(model, ws, key), self._caches.arrays)

    def model(self, request: RenderRequest, watch: Watch) -> ModelInfo:
        """Return the description of a request's network, reading it if needed. Raises like `render`."""
        return self._models.get(request.image.network, request.device, watch.loading).info

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """Read the network of a request in a thread; return True once it is in memory."""
        return self._models.read_ahead(request.image.network, request.device, watch.check)

    def measured(self, a: RGBA, b: RGBA) -> Future[npt.NDArray[np.float64]]:
        """Return the perceptual distance of two images, measured on another thread."""
        return self._measuring.start(a, b)

    @torch.inference_mode()
    def describe(self, request: RenderRequest, other: Network, watch: Watch) -> NetworkFacts:
        """Describe a network beside that of a request, reading both if needed. Raises like `render`."""
        base = self._models.get(request.image.network, request.device, watch.loading)
        return self._models.beside(base, other, watch.loading)

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Describe an error of `render`; if memory ran out, drop all caches."""
        if isinstance(error, gan.LoadError):
            what, _, advice = error.detail.rstrip(".").partition("; ")
            source = error.source or request.image.network.source
            return Failure(
                request.request_id,
                "load",
                f"{_end_of(source) or 'The demo network'} could not be opened. {what}.",
                f"{advice[:1].upper()}{advice[1:]}." if advice else "Choose another network.",
            )
        if isinstance(error, NoDeviceError):
            return Failure(request.request_id, "load", *_sentences(str(error)))
        if isinstance(error, StyleError | UnknownArrayError | SearchError | MisfitError | DragError):
            return Failure(request.request_id, "render", *_sentences(str(error)))
        if _is_out_of_memory(error):
            self._models.clear()
            self._caches.clear()
            self._drags.clear()
            self._lens.clear()
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


def _end_of(path: str) -> str:
    """Return a path, or its end where it would leave no room for what is wrong with the file."""
    return path if len(path) <= _PATH else f"…{path[1 - _PATH :]}"


def _is_out_of_memory(error: Exception) -> bool:
    # PyTorch's allocator for the CPU raises a plain RuntimeError.
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in str(error) or "can't allocate memory" in str(error))
    )
