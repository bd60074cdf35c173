"""One request to one frame: each stage is computed only when what it reads has changed.

    load -> mapping -> edits -> synthesis -> display, spectrum

A stage's result is kept under exactly the fields that it reads, so that moving psi does not map again, and what
concerns the display does not run the network again.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch

from renderer.arrays import ArrayStore
from renderer.device import memory_in_use
from renderer.engine import Rendered, Watch
from renderer.frames import RGBA
from renderer.models import Model, Models
from renderer.protocol import (
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
from renderer.shown import Picture, PowerSpectrum, draw, draw_spectrum, power_spectrum
from renderer.stages import Cache, StageClock
from renderer.styles import Stylist
from renderer.synthesis import LayerTable, Run, run


def _picture_cache() -> Cache[Picture]:
    return Cache(1 << 26, lambda picture: picture.rgba.nbytes)


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


class Render:
    """The stages of one request. Raises `gan.LoadError` or `gan.device.NoDeviceError` where there is none."""

    def __init__(self, models: Models, kept: Kept, request: RenderRequest, watch: Watch) -> None:
        self._kept = kept
        self._watch = watch
        self._clock = StageClock()
        model = models.kept(request.network, request.device)
        if model is None:
            with self._clock.stage("load"):
                model = models.get(request.network, request.device, watch.loading)
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

    def _measures(self) -> bool:
        """Whether more is asked for than a picture to look at: what is measured is measured on the whole."""
        return self._view.layer is not None or self._view.layer_table or self._view.spectrum.on

    def rendered(self) -> Rendered:
        """Everything that a frame shows."""
        view, model = self._view, self._model
        table = self._table() if view.layer_table else None
        picture = self.picture()
        pictures = [(PICTURE, picture.rgba)]
        radial: tuple[tuple[float, float], ...] = ()
        if view.spectrum.on:
            rgba, radial = self._spectrum()
            pictures.append((SPECTRUM, rgba))
        if table is not None:
            pictures.append((LAYERS, table.strip))
        return Rendered(
            pictures=tuple(pictures),
            model=model.current_info,
            milliseconds=tuple(sorted(self._clock.milliseconds, key=lambda stage: STAGES.index(stage[0]))),
            statistics=picture.statistics,
            selected=picture.selected,
            nonfinite=picture.nonfinite,
            layers=tuple(model.layers.values()),
            layer_statistics=() if table is None else table.statistics,
            radial=radial,
            memory=memory_in_use(model.device),
            draft=self._key.draft,
            whole_ms=model.whole_s * 1000,
        )

    def output(self, keep: bool = True) -> torch.Tensor:
        """The picture's or the layer's values [C, H, W], float32, not truncated to what a screen shows."""
        output = self._kept.outputs.get((self._key, self._view.layer))
        if output is not None:
            return output
        return self._run(with_table=False, keep=keep).outputs[self._view.layer]

    def _run(self, with_table: bool, keep: bool = True) -> Run:
        ws = self.ws()
        with self._clock.stage("synthesis"):
            key = self._key
            result = run(
                self._model,
                ws,
                key.noise,
                key.transform,
                key.force_fp32,
                self._view.layer,
                with_table,
                self._watch.check,
                key.draft,
            )
        if keep:
            for layer, output in result.outputs.items():
                self._kept.outputs.put((key, layer), output)
        return result

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
        key = (self._key, replace(self._view, spectrum=Spectrum(), layer_table=False))
        picture = self._kept.pictures.get(key)
        if picture is None:
            output = self.output(keep)
            with self._clock.stage("display"):
                made = draw(self._model, output, self._view, self._key.transform)
                picture = self._kept.pictures.put(key, made)
        return picture

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
