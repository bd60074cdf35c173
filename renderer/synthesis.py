"""From w vectors to the output of the network, or of one of its layers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from gan import display, transforms
from gan.device import send, synchronize
from gan.inference import low_res
from gan.networks.noise import NoiseSetting
from gan.networks.protocol import SynthesisOptions
from gan.networks.steps import ForceFp32
from renderer.models import Model
from renderer.promotion import OnLayer, finite, promote
from renderer.protocol import LAYER_TILE, LayerInfo, Noise, Statistics, Transform

_TILE_DEVIATIONS = 2.5
"""Standard deviations from a thumbnail's middle grey to black or white."""

_TILE_SAMPLES = 4 * LAYER_TILE
"""Larger layers are first thinned out to about this width: a thumbnail must not cost as much as its layer."""

Check = Callable[[float], None]
"""Called between layers with the share of the run that is done; what it raises ends the run."""


@dataclass(frozen=True)
class LayerTable:
    """Of every layer, in order: its statistics and a thumbnail."""

    statistics: tuple[Statistics, ...]
    strip: npt.NDArray[np.uint8]
    """[LAYER_TILE, LAYER_TILE * layers, 4]."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A picture, or a layer on the way to it."""

    ws: torch.Tensor
    """[1, num_ws, w_dim]."""
    noise: Noise = Noise()
    transform: Transform = Transform()
    """Noise and transform are for the networks that have them."""
    force_fp32: bool = False
    """No float16."""
    layer: str | None = None
    """The layer to return; None for the picture alone."""
    with_table: bool = False
    """Also describe every layer."""
    draft: int = 0
    """Draw at this one of the network's `drafts`, and enlarge the picture to its full size; 0 for a whole one."""


Promote = Callable[[], frozenset[str]]
"""Draws again and again until nothing overflows; the layers that are then in float32."""


@dataclass(frozen=True)
class Run:
    """What one run of the synthesis network gave."""

    outputs: dict[str | None, torch.Tensor]
    """By layer name, None for the picture: [C, H, W], float32."""
    table: LayerTable | None


class Begun:
    """A run that a device was told to do, and may still be doing."""

    def __init__(
        self, model: Model, outputs: dict[str | None, torch.Tensor], watcher: "_Watcher", promote: Promote | None
    ) -> None:
        self.outputs = outputs
        """See `Run`."""
        self._model = model
        self._watcher = watcher
        self._promote = promote

    def must_be_repeated(self, sound: Callable[[], bool]) -> bool:
        """Whether layers that had overflowed are in float32 from now on. `sound()` tells if the output is finite."""
        if self._promote is None or sound():
            return False
        promoted = self._promote()
        changed = promoted != self._model.promoted
        self._model.promoted = promoted
        return changed

    def finish(self, seconds: float) -> Run:
        """The run went to its end, and took so long."""
        self._watcher.finish(seconds)
        return Run(self.outputs | self._watcher.kept, self._watcher.table())


def matrix_of(transform: Transform, resolution: int) -> npt.NDArray[np.float64] | None:
    """How the picture moves, [3, 3], in picture widths about its centre; None where it does not move.

    `Transform.angle` is clockwise on the screen, `gan.transforms.affine` turns counterclockwise.
    """
    x, y = transform.x, transform.y
    if transform.whole_pixels:
        x, y = round(x * resolution) / resolution, round(y * resolution) / resolution
    if x == 0 and y == 0 and transform.angle % 360 == 0:
        return None
    return transforms.affine((x, y), -transform.angle)


def noise_arguments(noise: Noise, layers: tuple[str, ...]) -> SynthesisOptions:
    """The synthesis network's arguments for this noise. A drawn noise is that of its seed: the same each time."""
    if noise.mode == "none" or not layers:
        return {"noise_mode": "none"}
    drawn = noise.seed if noise.mode == "random" else None
    settings: dict[str, NoiseSetting] = {}
    for name in layers:
        own = noise.of(name)
        seed = drawn if own.seed is None else own.seed
        settings[name] = (own.on, noise.strength * own.strength, None if seed is None else seed % 2**32)
    return {"noise_mode": "const", "noise": settings}


def run(model: Model, wanted: Wanted, check: Check) -> Run:
    """Run the synthesis network for one picture, and wait for it. Layers that overflow are promoted. See `begin`."""
    while True:
        started = time.perf_counter()
        begun = begin(model, wanted, check)
        synchronize(model.device)
        seconds, output = time.perf_counter() - started, next(iter(begun.outputs.values()))
        if not begun.must_be_repeated(partial(finite, output)):
            return begun.finish(seconds)


def begin(model: Model, wanted: Wanted, check: Check) -> Begun:
    """Tell the device to run the synthesis network for one picture; but for a table, nothing is waited for.

    Stops at the wanted layer where nothing beyond it is asked for. Keeps in `model` what the layers turned out to be
    and, once finished, how long they took, by which `check` is told what share is done.
    """
    ws, layer, with_table, draft, force_fp32 = (
        wanted.ws,
        wanted.layer,
        wanted.with_table,
        wanted.draft,
        wanted.force_fp32,
    )
    synthesis = model.G.synthesis
    whole = not draft and (layer is None or with_table or len(model.layers) < len(synthesis.layer_names))
    watcher = _Watcher(model, layer if whole else None, with_table, None if whole else layer, check, draft)
    arguments = noise_arguments(wanted.noise, model.info.noise_layers)
    matrix = matrix_of(wanted.transform, model.info.resolution) if model.info.has_transform else None
    if matrix is not None:
        arguments["input_transform"] = send(torch.as_tensor(transforms.inverse(matrix), dtype=ws.dtype), ws.device)
    if draft:
        synthesis = low_res.at_resolution(synthesis, draft)
    arguments["force_fp32"] = force_fp32 or model.promoted
    output = None
    if layer is None and not with_table and not draft and _records(model):
        output = model.replays.image(synthesis, ws, **arguments)
    if output is None:
        watched: SynthesisOptions = {
            **arguments,
            "capture": None if whole else layer,
            "on_layer": watcher.on_layer,
        }
        output = synthesis(ws, **watched)
    if draft:
        side = model.info.resolution
        output = F.interpolate(output, (side, side), mode="bilinear")

    def again(layers: ForceFp32, look: OnLayer) -> torch.Tensor:
        repeated: SynthesisOptions = {**arguments, "force_fp32": layers, "on_layer": look}
        return synthesis(ws, **repeated)

    may_overflow = whole and not force_fp32 and _is_half(model)
    outputs: dict[str | None, torch.Tensor] = {None if whole else layer: output[0].float()}
    return Begun(model, outputs, watcher, (lambda: promote(again, model.promoted)[1]) if may_overflow else None)


def _records(model: Model) -> bool:
    """Whether pictures may be drawn by a graph: once all is known of the layers, which a graph tells nothing of."""
    return model.device.type == "cuda" and len(model.layers) == len(model.G.synthesis.layer_names)


def _is_half(model: Model) -> bool:
    return any(layer.dtype == "float16" for layer in model.layers.values())


class _Watcher:
    """Sees the layers of one run go by."""

    def __init__(
        self, model: Model, keep: str | None, with_table: bool, last: str | None, check: Check, draft: int
    ) -> None:
        self.kept: dict[str | None, torch.Tensor] = {}
        self._model = model
        self._keep = keep
        self._with_table = with_table
        self._check = check
        self._names = tuple(model.G.synthesis.layer_names)
        self._draft = draft
        self._whole = last is None and not draft
        self._until = model.shares.get(last, 1.0) if last is not None else 1.0
        self._draft_s = model.drafts_s[draft] if draft else 0.0
        self._started = time.perf_counter()
        self._seconds: dict[str, float] = {}
        self._statistics: list[Statistics] = []
        self._tiles: list[npt.NDArray[np.uint8]] = []

    def on_layer(self, name: str, x: torch.Tensor) -> None:
        if not self._draft:  # whose layers may be smaller
            channels, height, width = x.shape[1:]
            self._model.layers[name] = LayerInfo(name, channels, height, width, str(x.dtype).removeprefix("torch."))
        if name == self._keep:
            self.kept[name] = x[0].float().clone()  # a later layer may work in place
        if self._with_table:
            statistics = statistics_of(x[0])
            self._statistics.append(statistics)
            self._tiles.append(_tile(x[0], statistics))
        seconds = self._seconds[name] = time.perf_counter() - self._started
        if self._draft:
            done = seconds / self._draft_s
        else:
            shares = self._model.shares
            done = shares.get(name, (self._names.index(name) + 1) / len(self._names)) / self._until
        self._check(min(done, 1.0))

    def finish(self, seconds: float) -> None:
        """The run went to its end: its times are those to expect of the next one."""
        if (self._whole or self._draft) and not self._with_table:
            self._model.drawn(self._draft, seconds)
            if self._seconds and self._whole:  # a recorded run has none
                self._model.shares = {name: min(since / seconds, 1.0) for name, since in self._seconds.items()}

    def table(self) -> LayerTable | None:
        return LayerTable(tuple(self._statistics), np.concatenate(self._tiles, axis=1)) if self._tiles else None


def statistics_of(x: torch.Tensor) -> Statistics:
    """Mean, standard deviation and largest magnitude of a tensor."""
    return Statistics(*display.statistics(x))


def _tile(x: torch.Tensor, statistics: Statistics) -> npt.NDArray[np.uint8]:
    """A thumbnail [LAYER_TILE, LAYER_TILE, 4] of a layer [C, H, W]: its first channels around the layer's mean."""
    step = max(1, x.shape[-1] // _TILE_SAMPLES)
    shown = x[:3, ::step, ::step].float()
    shown = (shown - statistics.mean) / max(_TILE_DEVIATIONS * statistics.std, 1e-8)
    return display.to_rgba8(F.interpolate(shown[None], (LAYER_TILE, LAYER_TILE), mode="area")[0])
