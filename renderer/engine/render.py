"""One request to one frame: each stage is computed only when its key has changed.

    load -> mapping -> edits -> synthesis -> display, spectrum

`renderer.engine.keys` declares the keys: moving psi does not map again, and display settings do not run the network.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import torch

from renderer.document.arrays import ArrayStore
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
    thumbnail,
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
from renderer.engine.models import Models
from renderer.engine.readback import Readback
from renderer.engine.stages import Cache, StageClock
from renderer.engine.synthesis import LayerTable, Run, begin, run
from renderer.engine.ws import WsBuilder
from renderer.ipc.frames import RGBA, Slot
from renderer.ipc.protocol import LAYERS, PICTURE, SPECTRUM, STAGES, RenderRequest


def _image_cache() -> Cache[DisplayKey, Image]:
    return Cache(1 << 26, lambda image: image.pixels.nbytes)


def _output_cache() -> Cache[OutputKey, torch.Tensor]:
    return Cache(1 << 29, lambda output: output.nbytes)


@dataclass(frozen=True)
class StageCaches:
    """Recent results of each stage, and the arrays that requests name."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    w: Cache[MappingKey, torch.Tensor] = field(default_factory=lambda: Cache(1024))
    ws: Cache[WsKey, torch.Tensor] = field(default_factory=lambda: Cache(64))
    outputs: Cache[OutputKey, torch.Tensor] = field(default_factory=_output_cache)
    """On the device: the largest by far."""
    tables: Cache[SynthesisKey, LayerTable] = field(default_factory=lambda: Cache(8))
    images: Cache[DisplayKey, Image] = field(default_factory=_image_cache)
    """On the device where a `Readback` copies them."""
    spectra: Cache[SpectrumKey, PowerSpectrum] = field(default_factory=lambda: Cache(4))

    def clear(self) -> None:
        """Drop all results."""
        self.w.clear()
        self.ws.clear()
        self.outputs.clear()
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
        self._load_ms = loading.milliseconds
        self._model = model
        self._directions = request.image.directions
        self._display = request.display
        layer = request.display.layer
        if layer not in model.G.synthesis.layer_names:
            layer = None  # another network's, as when networks are switched
        self._measures = layer is not None or request.display.layer_table or request.display.spectrum.on
        key = synthesis_key(model, request.image)
        if request.low_res_ms and not self._measures and caches.outputs.get(OutputKey(key)) is None:
            key = key._replace(low_res=model.low_res(request.low_res_ms / 1000))
        self._output_key = OutputKey(key, layer)
        self._readback = None if self._measures else readback_for(model.device)
        self._clock = StageClock() if self._readback is None else self._readback.clock()

    def rendered(self) -> Rendered:
        """Render everything that a frame shows."""
        display, model = self._display, self._model
        table = self._table() if display.layer_table else None
        slot = None
        if self._readback is None:
            image = self.image()
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
            full_ms=model.full_s * 1000,
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
            self._cache(queued_run.finish(readback.seconds(started, ended)))
        return self._caches.images.put(key, image), slot

    def _output(self, cache: bool = True) -> torch.Tensor:
        """Return the values of the image or layer [C, H, W], float32, not clipped."""
        output = self._caches.outputs.get(self._output_key)
        if output is not None:
            return output
        return self._run(with_table=False, cache=cache).outputs[self._output_key.layer]

    def _run(self, with_table: bool, cache: bool = True) -> Run:
        ws = self.ws()
        with self._clock.stage("synthesis"):
            result = run(self._model, ws, self._output_key, self._watch.check, with_table)
        if cache:
            self._cache(result)
        return result

    def _cache(self, result: Run) -> None:
        for layer, output in result.outputs.items():
            self._caches.outputs.put(self._output_key._replace(layer=layer), output)

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
            made = self._run(with_table=True).table
            assert made is not None
            table = self._caches.tables.put(key, made)
        return table

    def image(self, cache: bool = True) -> Image:
        """Return the image as it is shown; with `cache`, store its output for other views of it."""
        key = display_key(self._output_key, self._display)
        image = self._caches.images.get(key)
        if image is None:
            output = self._output(cache)
            with self._clock.stage("display"):
                image = self._caches.images.put(key, make_image(self._model, output, key))
        return image

    def thumbnail(self, size: int) -> RGBA:
        """Return the image reduced to [size, size, 4]. Its output is not cached: dozens would displace those in use."""
        output = self._output(cache=False)
        return thumbnail(output, display_key(self._output_key, self._display), size)

    def _spectrum(self) -> tuple[RGBA, tuple[tuple[float, float], ...]]:
        key = spectrum_key(self._output_key, self._display)
        spectrum = self._caches.spectra.get(key)
        if spectrum is None:
            output = self._output()
            with self._clock.stage("spectrum"):
                spectrum = self._caches.spectra.put(key, power_spectrum(output, key))
        with self._clock.stage("display"):
            return spectrum_image(spectrum, self._display.spectrum.range_db), spectrum.radial
