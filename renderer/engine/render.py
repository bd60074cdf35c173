"""One request to one frame: each stage is computed only when its key has changed.

    load -> mapping -> edits -> synthesis -> display, spectrum

`renderer.engine.keys` declares the keys: moving psi does not map again, and display settings do not run the network.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import torch

from renderer.document.arrays import ArrayStore
from renderer.document.parts import Source
from renderer.engine.base import Rendered, Watch
from renderer.engine.device import memory_in_use
from renderer.engine.display import (
    Image,
    PowerSpectrum,
    finished_image,
    make_image,
    power_spectrum,
    queue_image,
    spectrum_image,
)
from renderer.engine.keys import (
    DisplayKey,
    MappingKey,
    OutputKey,
    SpectrumKey,
    SynthesisKey,
    WsKey,
    display_key,
    spectrum_key,
    synthesis_key,
)
from renderer.engine.models import Model, Models
from renderer.engine.readback import Readback
from renderer.engine.stages import Cache, StageClock
from renderer.engine.synthesis import LayerTable, Run, begin, run
from renderer.engine.ws import WsBuilder
from renderer.ipc.frames import RGBA, Slot
from renderer.ipc.protocol import LAYERS, PICTURE, SPECTRUM, STAGES, RenderRequest

OutputCache = Cache[OutputKey, torch.Tensor]


def _image_cache() -> Cache[DisplayKey, Image]:
    return Cache(1 << 26, lambda image: image.pixels.nbytes)


def _output_cache(limit: int = 3 << 26) -> OutputCache:
    return Cache(limit, lambda output: output.nbytes)


@dataclass(frozen=True)
class StageCaches:
    """Recent results of each stage, and the arrays that requests name."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    w: Cache[MappingKey, torch.Tensor] = field(default_factory=lambda: Cache(1024))
    ws: Cache[WsKey, torch.Tensor] = field(default_factory=lambda: Cache(64))
    outputs: OutputCache = field(default_factory=_output_cache)
    """On the device: the largest by far."""
    stills: OutputCache = field(default_factory=lambda: _output_cache(1 << 27))
    """Outputs of jobs, which may be shown in another way: they must not displace those of frames."""
    tables: Cache[SynthesisKey, LayerTable] = field(default_factory=lambda: Cache(8))
    images: Cache[DisplayKey, Image] = field(default_factory=_image_cache)
    """On the device where a `Readback` copies them."""
    spectra: Cache[SpectrumKey, PowerSpectrum] = field(default_factory=lambda: Cache(4))

    def clear(self) -> None:
        """Drop all results."""
        self.w.clear()
        self.ws.clear()
        self.outputs.clear()
        self.stills.clear()
        self.tables.clear()
        self.images.clear()
        self.spectra.clear()


ReadbackFor = Callable[[torch.device], Readback | None]
"""Returns the readback of a device; None for the CPU."""


class Render:
    """The stages of one request. Raises `gan.LoadError` or `gan.device.NoDeviceError` if the network cannot be had."""

    def __init__(
        self,
        models: Models,
        caches: StageCaches,
        request: RenderRequest,
        watch: Watch,
        readback_for: ReadbackFor = lambda device: None,
    ) -> None:
        self._caches = caches
        self._watch = watch
        self._clock = loading = StageClock()
        network = request.image.network
        model = models.cached(network, request.device)
        if model is None:
            with loading.stage("load"):
                model = models.get(network, request.device, watch.loading)
        if request.image.weights.others:
            with loading.stage("load"):
                model = models.blend(model, request.image.weights, watch.loading)
        self._load_ms = loading.milliseconds
        self._model = model
        self._directions = request.image.directions
        self._display = request.display
        layer = request.display.layer
        if layer not in model.G.synthesis.layer_names:
            layer = None  # another network's, as when networks are switched
        self._measures = layer is not None or request.display.layer_table or request.display.spectrum.on
        key = synthesis_key(model, request.image)
        if not self._measures and caches.outputs.get(OutputKey(key)) is None:
            fast, low_res = model.hurried(request.fast, request.low_res_ms / 1000)
            key = key._replace(fast=fast, low_res=low_res)
        model.share_cores(key.low_res, key.fast, request.held)
        if model.blend is not None:
            model.blend.prepare(key.low_res, fast=key.fast)
        self._output_key = OutputKey(key, layer)
        self._readback = None if self._measures else readback_for(model.device)
        self._clock = StageClock() if self._readback is None else self._readback.clock()

    @property
    def model(self) -> Model:
        """The network."""
        return self._model

    @property
    def output_key(self) -> OutputKey:
        """Key of the output that is shown."""
        return self._output_key

    def rendered(self) -> Rendered:
        """Render everything that a frame shows."""
        display, model = self._display, self._model
        table = self._table() if display.layer_table else None
        slot = None
        if self._readback is None:
            image = self.image(self._caches.outputs)
            images = [(PICTURE, image.rgba)]
        else:
            image, slot = self._read_back(self._readback)
            images = []
        radial: tuple[tuple[float, float], ...] = ()
        if display.spectrum.on:
            rgba, radial = self._spectrum()
            images.append((SPECTRUM, rgba))
        if table is not None:
            images.append((LAYERS, table.strip))
        return Rendered(
            images=tuple(images),
            model=model.current_info,
            milliseconds=self._milliseconds(),
            statistics=image.statistics,
            selected=image.selected,
            nonfinite=image.nonfinite,
            layers=tuple(model.layers.values()),
            layer_statistics=() if table is None else table.statistics,
            radial=radial,
            memory=memory_in_use(model.device),
            low_res=self._output_key.synthesis.low_res,
            fast=self._output_key.synthesis.fast,
            full_ms=model.pace.full_s * 1000,
            slot=slot,
        )

    def _milliseconds(self) -> tuple[tuple[str, float], ...]:
        stages = self._load_ms + self._clock.milliseconds
        return tuple(sorted(stages, key=lambda stage: STAGES.index(stage[0])))

    def _read_back(self, readback: Readback) -> tuple[Image, Slot]:
        """Return the image and its slot; all work is queued on the device before anything is waited for."""
        key = display_key(self._output_key, self._display)
        cached = self._caches.images.get(key)
        if cached is not None:
            return cached, readback.start(PICTURE, cached.pixels).wait()[0]
        while True:
            output, queued_run = self._caches.outputs.get(key.output), None
            started = ended = None
            if output is None:
                ws = self.ws()
                started = readback.mark()
                with self._clock.stage("synthesis"):
                    queued_run = begin(self._model, ws, key.output, self._watch.check)
                ended = readback.mark()
                output = queued_run.outputs[None]
            with self._clock.stage("display"):
                queued = queue_image(self._model, output, key)
                transfer = readback.start(PICTURE, queued.pixels, queued.figures)
            slot, figures = transfer.wait()
            image, is_finite = finished_image(queued, figures)
            if queued_run is None or not queued_run.must_be_repeated(partial(bool, is_finite)):
                break
        if queued_run is not None:
            self._cache(queued_run.finish(readback.seconds(started, ended)), self._caches.outputs)
        return self._caches.images.put(key, image), slot

    def output(self, cache: OutputCache | None = None) -> torch.Tensor:
        """Return the values of the image or layer [C, H, W], float32, not clipped; a new one is put into `cache`."""
        key = self._output_key
        for known in (self._caches.outputs, self._caches.stills):
            if (output := known.get(key)) is not None:
                return output
        return self._run(with_table=False, cache=cache).outputs[key.layer]

    def _run(self, with_table: bool, cache: OutputCache | None) -> Run:
        ws = self.ws()
        with self._clock.stage("synthesis"):
            result = run(self._model, ws, self._output_key, self._watch.check, with_table)
        self._cache(result, cache)
        return result

    def _cache(self, result: Run, cache: OutputCache | None) -> None:
        if cache is None or self._output_key.synthesis.low_res:
            return  # low-res images in motion are not asked for again
        for layer, output in result.outputs.items():
            cache.put(self._output_key._replace(layer=layer), output)

    def ws(self) -> torch.Tensor:
        """Return the w vectors for the synthesis network, [1, num_ws, w_dim]."""
        key = self._output_key.synthesis.ws
        ws = self._caches.ws.get(key)
        if ws is None:
            with self._clock.stage("edits"):
                names = {one.array: one.name for one in self._directions}
                builder = WsBuilder(self._model, self._caches.arrays, self._cached_w, names)
                ws = self._caches.ws.put(key, builder.build(key))
        return ws

    def single_w(self, source: Source) -> torch.Tensor:
        """Return the w [w_dim] of a latent, before truncation. Raises StyleError where its layers differ."""
        return WsBuilder(self._model, self._caches.arrays, self._cached_w).single(source)

    def _cached_w(self, key: MappingKey, make: Callable[[], torch.Tensor]) -> torch.Tensor:
        w = self._caches.w.get(key)
        if w is None:
            with self._clock.stage("mapping"):
                w = self._caches.w.put(key, make())
        return w

    def _table(self) -> LayerTable:
        key = self._output_key.synthesis
        table = self._caches.tables.get(key)
        if table is None:
            made = self._run(with_table=True, cache=self._caches.outputs).table
            assert made is not None
            table = self._caches.tables.put(key, made)
        return table

    def image(self, cache: OutputCache | None = None) -> Image:
        """Return the image as it is shown; a new output is put into `cache`, for other views of it."""
        key = display_key(self._output_key, self._display)
        image = self._caches.images.get(key)
        if image is None:
            output = self.output(cache)
            with self._clock.stage("display"):
                image = self._caches.images.put(key, make_image(self._model, output, key))
        return image

    def _spectrum(self) -> tuple[RGBA, tuple[tuple[float, float], ...]]:
        key = spectrum_key(self._output_key, self._display)
        spectrum = self._caches.spectra.get(key)
        if spectrum is None:
            output = self.output(self._caches.outputs)
            with self._clock.stage("spectrum"):
                spectrum = self._caches.spectra.put(key, power_spectrum(output, key))
        with self._clock.stage("display"):
            return spectrum_image(spectrum, self._display.spectrum.range_db), spectrum.radial
