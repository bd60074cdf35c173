"""One request to one frame: each stage is computed only when what it reads has changed.

    load -> mapping -> edits -> synthesis -> display, spectrum

A stage's result is kept under exactly the fields that it reads, so that moving psi does not map again, and what
concerns the display does not run the network again.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import torch

from renderer.document.arrays import ArrayStore
from renderer.engine.base import Rendered, Watch
from renderer.engine.delivery import Courier
from renderer.engine.device import memory_in_use
from renderer.engine.display import (
    Picture,
    PowerSpectrum,
    begin_drawing,
    draw,
    draw_spectrum,
    picture_of,
    power_spectrum,
)
from renderer.engine.models import Model, Models
from renderer.engine.stages import Cache, StageClock
from renderer.engine.styles import Stylist
from renderer.engine.synthesis import LayerTable, Run, Wanted, begin, run
from renderer.ipc.frames import RGBA, Slot
from renderer.ipc.protocol import (
    LAYERS,
    PICTURE,
    SPECTRUM,
    STAGES,
    Direction,
    Mixing,
    Noise,
    RenderRequest,
    Source,
    Spectrum,
    Transform,
    Truncation,
)


def _picture_cache() -> Cache[Picture]:
    return Cache(1 << 26, lambda picture: picture.pixels.nbytes)


def _tensor_cache() -> Cache[torch.Tensor]:
    return Cache(1 << 29, lambda output: output.nbytes)


@dataclass(frozen=True)
class Kept:
    """Results of late, by stage, and the arrays that requests name."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    mapped: Cache[torch.Tensor] = field(default_factory=lambda: Cache(1024))
    edited: Cache[torch.Tensor] = field(default_factory=lambda: Cache(64))
    outputs: Cache[torch.Tensor] = field(default_factory=_tensor_cache)
    """Of the network and of its layers, on the device: the largest by far."""
    tables: Cache[LayerTable] = field(default_factory=lambda: Cache(8))
    pictures: Cache[Picture] = field(default_factory=_picture_cache)
    """On the device where a `Courier` brings them."""
    spectra: Cache[PowerSpectrum] = field(default_factory=lambda: Cache(4))

    def clear(self) -> None:
        """Let all results go."""
        for cache in (self.mapped, self.edited, self.outputs, self.tables, self.pictures, self.spectra):
            cache.clear()


class _Key(NamedTuple):
    """What the output of the network depends on, freed of what this network does not read."""

    serial: int
    latent: Source
    mixing: Mixing
    truncation: Truncation
    directions: tuple[Direction, ...]
    noise: Noise
    transform: Transform
    force_fp32: bool
    draft: int = 0
    """Resolution of a draft."""


def _key_of(model: Model, request: RenderRequest) -> _Key:
    noise = request.noise if model.info.noise_layers and request.noise.mode != "none" else Noise(mode="none")
    layers = request.mixing.acting
    second = request.mixing.x if any(layer.source is None for layer in layers) else Mixing().x
    return _Key(
        serial=model.serial,
        latent=request.latent,
        mixing=Mixing(second, tuple(replace(layer, locked=False) for layer in layers)),
        truncation=request.truncation,
        directions=tuple(replace(one, name="") for one in request.directions if one.strength != 0),
        noise=noise if noise.mode == "random" else replace(noise, seed=0),
        transform=request.transform if model.info.has_transform else Transform(),
        force_fp32=request.force_fp32 and model.device.type == "cuda",
    )


CourierFor = Callable[[torch.device], Courier | None]
"""Who brings pictures from a device into slots; None where the CPU does."""


class Render:
    """The stages of one request. Raises `gan.LoadError` or `gan.device.NoDeviceError` where there is none."""

    def __init__(
        self,
        models: Models,
        kept: Kept,
        request: RenderRequest,
        watch: Watch,
        courier_for: CourierFor = lambda device: None,
    ) -> None:
        self._kept = kept
        self._watch = watch
        self._clock = loading = StageClock()
        model = models.kept(request.network, request.device)
        if model is None:
            with loading.stage("load"):
                model = models.get(request.network, request.device, watch.loading)
        self._load_ms = loading.milliseconds
        self._model = model
        self._key = _key_of(model, request)
        self._directions = request.directions
        self._view = request.display
        if self._view.layer not in model.G.synthesis.layer_names:
            self._view = replace(self._view, layer=None)  # another network's, as when networks are switched
        if request.draft_ms and not self._measures():
            whole = kept.outputs.get((self._key, None))
            draft = model.draft(request.draft_ms / 1000) if whole is None else 0
            self._key = self._key._replace(draft=draft)
        self._courier = None if self._measures() else courier_for(model.device)
        self._clock = StageClock() if self._courier is None else self._courier.clock()

    def _measures(self) -> bool:
        """Whether more is asked for than a picture to look at: what is measured is measured on the whole."""
        return self._view.layer is not None or self._view.layer_table or self._view.spectrum.on

    def rendered(self) -> Rendered:
        """Everything that a frame shows."""
        view, model = self._view, self._model
        table = self._table() if view.layer_table else None
        slot = None
        if self._courier is None:
            picture = self.picture()
            pictures = [(PICTURE, picture.rgba)]
        else:
            picture, slot = self._brought(self._courier)
            pictures = []
        radial: tuple[tuple[float, float], ...] = ()
        if view.spectrum.on:
            rgba, radial = self._spectrum()
            pictures.append((SPECTRUM, rgba))
        if table is not None:
            pictures.append((LAYERS, table.strip))
        return Rendered(
            pictures=tuple(pictures),
            model=model.current_info,
            milliseconds=self._milliseconds(),
            statistics=picture.statistics,
            selected=picture.selected,
            nonfinite=picture.nonfinite,
            layers=tuple(model.layers.values()),
            layer_statistics=() if table is None else table.statistics,
            radial=radial,
            memory=memory_in_use(model.device),
            draft=self._key.draft,
            whole_ms=model.whole_s * 1000,
            slot=slot,
        )

    def _milliseconds(self) -> tuple[tuple[str, float], ...]:
        stages = self._load_ms + self._clock.milliseconds
        return tuple(sorted(stages, key=lambda stage: STAGES.index(stage[0])))

    def _brought(self, courier: Courier) -> tuple[Picture, Slot]:
        """The picture and the slot it is in: the device is told all of it before anything is waited for."""
        key = self._picture_key()
        known = self._kept.pictures.get(key)
        if known is not None:
            return known, courier.bring(PICTURE, known.pixels).arrived()[0]
        while True:
            output, begun = self._kept.outputs.get((self._key, None)), None
            started = ended = None
            if output is None:
                ws = self.ws()
                started = courier.mark()
                with self._clock.stage("synthesis"):
                    begun = begin(self._model, self._wanted(ws), self._watch.check)
                ended = courier.mark()
                output = begun.outputs[None]
            with self._clock.stage("display"):
                drawing = begin_drawing(self._model, output, self._view, self._key.transform)
                delivery = courier.bring(PICTURE, drawing.pixels, drawing.figures)
            slot, figures = delivery.arrived()
            picture, sound = picture_of(drawing, figures)
            if begun is None or not begun.must_be_repeated(partial(bool, sound)):
                break
        if begun is not None:
            self._keep(begun.finish(courier.seconds(started, ended)))
        return self._kept.pictures.put(key, picture), slot

    def output(self, keep: bool = True) -> torch.Tensor:
        """The picture's or the layer's values [C, H, W], float32, not truncated to what a screen shows."""
        output = self._kept.outputs.get((self._key, self._view.layer))
        if output is not None:
            return output
        return self._run(with_table=False, keep=keep).outputs[self._view.layer]

    def _run(self, with_table: bool, keep: bool = True) -> Run:
        ws = self.ws()
        with self._clock.stage("synthesis"):
            result = run(self._model, self._wanted(ws, with_table), self._watch.check)
        if keep:
            self._keep(result)
        return result

    def _wanted(self, ws: torch.Tensor, with_table: bool = False) -> Wanted:
        key = self._key
        return Wanted(ws, key.noise, key.transform, key.force_fp32, self._view.layer, with_table, key.draft)

    def _keep(self, result: Run) -> None:
        for layer, output in result.outputs.items():
            self._kept.outputs.put((self._key, layer), output)

    def ws(self) -> torch.Tensor:
        """What the synthesis network gets: [1, num_ws, w_dim]."""
        key = self._key[:5]  # serial, latent, mixing, truncation, directions
        ws = self._kept.edited.get(key)
        if ws is None:
            with self._clock.stage("edits"):
                wanted, stylist = self._key, Stylist(self._model, self._kept.arrays, self._keep_w)
                made = stylist.styles(wanted.latent, wanted.mixing, wanted.truncation, self._directions)
                ws = self._kept.edited.put(key, made)
        return ws

    def _keep_w(self, key: Hashable, make: Callable[[], torch.Tensor]) -> torch.Tensor:
        w = self._kept.mapped.get(key)
        if w is None:
            with self._clock.stage("mapping"):
                w = self._kept.mapped.put(key, make())
        return w

    def _table(self) -> LayerTable:
        table = self._kept.tables.get(self._key)
        if table is None:
            made = self._run(with_table=True).table
            assert made is not None
            table = self._kept.tables.put(self._key, made)
        return table

    def picture(self, keep: bool = True) -> Picture:
        """The picture as it is shown; `keep` its output, from which other views of it can be drawn."""
        key = self._picture_key()
        picture = self._kept.pictures.get(key)
        if picture is None:
            output = self.output(keep)
            with self._clock.stage("display"):
                made = draw(self._model, output, self._view, self._key.transform)
                picture = self._kept.pictures.put(key, made)
        return picture

    def _picture_key(self) -> Hashable:
        return self._key, replace(self._view, spectrum=Spectrum(), layer_table=False)

    def _spectrum(self) -> tuple[RGBA, tuple[tuple[float, float], ...]]:
        view = self._view
        shown = (view.channels, view.channel) if view.spectrum.selected_only else None
        key = (self._key, view.layer, view.spectrum.beta, shown)
        spectrum = self._kept.spectra.get(key)
        if spectrum is None:
            output = self.output()
            with self._clock.stage("spectrum"):
                spectrum = self._kept.spectra.put(key, power_spectrum(output, view))
        with self._clock.stage("display"):
            return draw_spectrum(spectrum, view.spectrum.range_db), spectrum.radial
