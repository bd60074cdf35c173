"""Synthesis: from w vectors to the output of the network, or of one of its layers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from gan import display, transforms
from gan.device import send, synchronize
from gan.display import fitted, framed
from gan.edits.styles import ChannelOffset, offset_of
from gan.inference import cpu
from gan.inference import low_res as low_res_networks
from gan.networks.noise import NoiseSetting
from gan.networks.protocol import Synthesis, SynthesisOptions
from gan.networks.steps import ForceFp32
from gan.ops.bending import Bend
from renderer.document.parts import LayerBend
from renderer.engine.keys import OutputKey, SynthesisKey
from renderer.engine.models import Model
from renderer.engine.promotion import OnLayer, finite, promote
from renderer.ipc.protocol import LAYER_TILE, LayerInfo, Noise, Statistics, Transform

_TILE_DEVIATIONS = 2.5
"""Standard deviations from a thumbnail's middle grey to black or white."""

_TILE_SAMPLES = 4 * LAYER_TILE
"""Width to which larger layers are subsampled first: a thumbnail must not cost as much as its layer."""

_REFERENCE = 2.0
"""Time of the reference, relative to that of a plan."""

Check = Callable[[float], None]
"""Called between layers with the share of the run that is done; an exception ends the run."""


@dataclass(frozen=True)
class LayerTable:
    """Statistics and a thumbnail of every layer, in order."""

    statistics: tuple[Statistics, ...]
    strip: npt.NDArray[np.uint8]
    """[LAYER_TILE, LAYER_TILE * layers, 4]."""


Promote = Callable[[], frozenset[str]]
"""Runs again until nothing overflows; returns the layers that are then in float32."""


@dataclass(frozen=True)
class Run:
    """Results of one run of the synthesis network."""

    outputs: dict[str | None, torch.Tensor]
    """By layer name, None for the image: [C, H, W], float32. A low-res image has its own size."""
    table: LayerTable | None


class QueuedRun:
    """A run that a device may still be computing."""

    def __init__(
        self, model: Model, outputs: dict[str | None, torch.Tensor], watcher: "_Watcher", promote: Promote | None
    ) -> None:
        self.outputs = outputs
        """See `Run`."""
        self._model = model
        self._watcher = watcher
        self._promote = promote

    def must_be_repeated(self, is_finite: Callable[[], bool]) -> bool:
        """Promote layers that overflowed to float32; True if there were any. `is_finite()` checks the output."""
        if self._promote is None or is_finite():
            return False
        promoted = self._promote()
        changed = promoted != self._model.promoted
        self._model.promoted = promoted
        return changed

    def finish(self, seconds: float) -> Run:
        """Record the time of the complete run, and return its results."""
        self._watcher.finish(seconds)
        return Run(self.outputs | self._watcher.kept, self._watcher.table())


def matrix_of(transform: Transform, resolution: int) -> npt.NDArray[np.float64] | None:
    """Return the motion of the image, [3, 3], in image widths about its centre; None where it does not move.

    `Transform.angle` is clockwise on the screen, `gan.transforms.affine` turns counterclockwise.
    """
    x, y = transform.x, transform.y
    if transform.whole_pixels:
        x, y = round(x * resolution) / resolution, round(y * resolution) / resolution
    if x == 0 and y == 0 and transform.angle % 360 == 0:
        return None
    return transforms.affine((x, y), -transform.angle)


def noise_arguments(noise: Noise, layers: tuple[str, ...]) -> SynthesisOptions:
    """Return the synthesis network's arguments for this noise. Random noise is a function of its seed."""
    if noise.mode == "none" or not layers:
        return {"noise_mode": "none"}
    drawn = noise.seed if noise.mode == "random" else None
    settings: dict[str, NoiseSetting] = {}
    for name in layers:
        own = noise.of(name)
        seed = drawn if own.seed is None else own.seed
        settings[name] = (own.on, noise.strength * own.strength, None if seed is None else seed % 2**32)
    return {"noise_mode": "const", "noise": settings}


def run(model: Model, ws: torch.Tensor, key: OutputKey, check: Check, with_table: bool = False) -> Run:
    """Run the synthesis network, and wait for it. Layers that overflow are promoted. See `begin`.

    Waits for the network's plan where that is sooner than the reference, and changes over to a plan that becomes ready.
    """
    if model.plans is not None:
        side = key.synthesis.low_res
        model.plans.wait(side, partial(check, 0.0), _REFERENCE * model.pace.expected_s(side))
    while True:
        started = time.perf_counter()
        try:
            queued = begin(model, ws, key, check, with_table)
        except _PlanReady:
            continue
        synchronize(model.device)
        seconds, output = time.perf_counter() - started, next(iter(queued.outputs.values()))
        if not queued.must_be_repeated(partial(finite, output)):
            return queued.finish(seconds)


class _PlanReady(Exception):  # noqa: N818 - nothing went wrong
    """The plan of the network became ready while the reference was rendering."""


def begin(model: Model, ws: torch.Tensor, key: OutputKey, check: Check, with_table: bool = False) -> QueuedRun:
    """Queue a run of the synthesis network on the device, without waiting unless a table is wanted.

    Stops at the layer of the key unless something beyond it is asked for. Records in `model` the layers as they were
    run and, once finished, their times, from which the share that `check` gets is derived.

    Args:
        ws: [1, num_ws, w_dim], the result of `key.synthesis.ws`.
        key: The output to compute.
        check: See `Check`.
        with_table: Also describe every layer.
    """
    layer, force_fp32, low_res = key.layer, key.synthesis.force_fp32, key.synthesis.low_res
    synthesis: Synthesis = model.G.synthesis
    whole = not low_res and (layer is None or with_table or len(model.layers) < len(synthesis.layer_names))
    watcher = _Watcher(model, layer if whole else None, with_table, None if whole else layer, check, low_res)
    if key.synthesis.fast:
        watcher.pace = model.fast_pace
    arguments = arguments_of(model, ws, key.synthesis)
    if low_res:
        synthesis = low_res_networks.at_resolution(synthesis, low_res)
    output = None
    if layer is None and not with_table and not low_res and _records(model):
        output = model.recordings.image(synthesis, ws, **arguments)
    if output is None:
        watched: SynthesisOptions = {
            **arguments,
            "capture": None if whole else layer,
            "on_layer": watcher.on_layer,
        }
        with cpu.rendering("fast" if key.synthesis.fast else "exact"):
            output = synthesis(ws, **watched)

    def again(layers: ForceFp32, look: OnLayer) -> torch.Tensor:
        repeated: SynthesisOptions = {**arguments, "force_fp32": layers, "on_layer": look}
        return synthesis(ws, **repeated)

    may_overflow = whole and not force_fp32 and _is_half(model)
    outputs: dict[str | None, torch.Tensor] = {None if whole else layer: output[0].float()}
    return QueuedRun(model, outputs, watcher, (lambda: promote(again, model.promoted)[1]) if may_overflow else None)


def arguments_of(model: Model, ws: torch.Tensor, key: SynthesisKey) -> SynthesisOptions:
    """Return the synthesis network's arguments for what a key says beside the ws."""
    arguments = noise_arguments(key.noise, model.info.noise_layers)
    matrix = matrix_of(key.transform, model.info.resolution) if model.info.has_transform else None
    if matrix is not None:
        arguments["input_transform"] = send(torch.as_tensor(transforms.inverse(matrix), dtype=ws.dtype), ws.device)
    if key.styles:
        moves = [ChannelOffset(one.layer, one.channel, one.amount) for one in key.styles]
        offsets = offset_of(model.G.synthesis, moves)
        arguments["style_offsets"] = {name: send(offset, ws.device) for name, offset in offsets.items()}
    if key.bends:
        arguments["bends"] = bends_of(key.bends)
    arguments["force_fp32"] = key.force_fp32 or model.promoted
    return arguments


def bends_of(bends: Sequence[LayerBend]) -> dict[str, tuple[Bend, ...]]:
    """Return the synthesis network's argument for these operations."""
    found: dict[str, tuple[Bend, ...]] = {}
    for one in bends:
        amount = max(one.strength, SMALLEST_ZOOM) if one.kind == "zoom" else one.strength
        found[one.layer] = (*found.get(one.layer, ()), Bend(one.kind, amount, one.channels, one.seed))
    return found


SMALLEST_ZOOM = 0.01
"""Least factor that maps are made smaller by."""


def small_outputs(model: Model, ws: torch.Tensor, key: SynthesisKey, side: int, check: Check) -> torch.Tensor:
    """Return low-resolution images [N, C, side, side], float32, of ws [N, num_ws, w_dim] with all else as in a key.

    `side` is one of `Model.low_res_sides`. Nothing is recorded in `model`.
    """
    synthesis = low_res_networks.at_resolution(model.G.synthesis, side)
    names = tuple(synthesis.layer_names)
    watched: SynthesisOptions = {
        **arguments_of(model, ws, key),
        "on_layer": lambda name, x: check((names.index(name) + 1) / len(names)),
    }
    return synthesis(ws, **watched).float()


def _records(model: Model) -> bool:
    """Return True if images may come from a graph: once all layers are known, of which a graph reports nothing."""
    return model.device.type == "cuda" and len(model.layers) == len(model.G.synthesis.layer_names)


def _is_half(model: Model) -> bool:
    return any(layer.dtype == "float16" for layer in model.layers.values())


class _Watcher:
    """Observes the layers of one run."""

    def __init__(
        self, model: Model, keep: str | None, with_table: bool, last: str | None, check: Check, low_res: int
    ) -> None:
        self.kept: dict[str | None, torch.Tensor] = {}
        self._model = model
        self._keep = keep
        self._with_table = with_table
        self._check = check
        self.pace = model.pace
        """Records the time of the run."""
        self._names = tuple(model.G.synthesis.layer_names)
        self._low_res = low_res
        self._whole = last is None and not low_res
        self._until = model.shares.get(last, 1.0) if last is not None else 1.0
        self._expected_s = model.pace.expected_s(low_res) if low_res else 0.0
        self._started = time.perf_counter()
        self._plans = None if model.plans is None or model.plans.ready(low_res) else model.plans
        """Those that would render this image faster, once they are ready."""
        self._seconds: dict[str, float] = {}
        self._statistics: list[Statistics] = []
        self._tiles: list[npt.NDArray[np.uint8]] = []

    def on_layer(self, name: str, x: torch.Tensor) -> None:
        if self._plans is not None and self._plans.ready(self._low_res):
            raise _PlanReady
        if not self._low_res:  # whose layers may be smaller
            channels, height, width = x.shape[1:]
            self._model.layers[name] = LayerInfo(name, channels, height, width, str(x.dtype).removeprefix("torch."))
        if name == self._keep:
            self.kept[name] = x[0].float().clone()  # a later layer may work in place
        if self._with_table:
            statistics = statistics_of(x[0])
            self._statistics.append(statistics)
            self._tiles.append(_tile(x[0], statistics))
        seconds = self._seconds[name] = time.perf_counter() - self._started
        if self._low_res:
            done = seconds / self._expected_s
        else:
            shares = self._model.shares
            done = shares.get(name, (self._names.index(name) + 1) / len(self._names)) / self._until
        self._check(min(done, 1.0))

    def finish(self, seconds: float) -> None:
        """Record the times of the complete run, which the next one is expected to take."""
        if (self._whole or self._low_res) and not self._with_table:
            self.pace.ran(self._low_res, seconds)
            if self._seconds and self._whole and self.pace is self._model.pace:  # a recorded run has none
                self._model.shares = {name: min(since / seconds, 1.0) for name, since in self._seconds.items()}

    def table(self) -> LayerTable | None:
        return LayerTable(tuple(self._statistics), np.concatenate(self._tiles, axis=1)) if self._tiles else None


def statistics_of(x: torch.Tensor) -> Statistics:
    """Return mean, standard deviation and largest magnitude of a tensor."""
    return Statistics(*display.statistics(x))


def _tile(x: torch.Tensor, statistics: Statistics) -> npt.NDArray[np.uint8]:
    """Return a tile [LAYER_TILE, LAYER_TILE, 4] of a layer [C, H, W]: its first channels around the layer's mean."""
    step = max(1, max(x.shape[1:]) // _TILE_SAMPLES)
    shown = x[:3, ::step, ::step].float()
    shown = (shown - statistics.mean) / max(_TILE_DEVIATIONS * statistics.std, 1e-8)
    return framed(display.to_rgba8(fitted(shown, LAYER_TILE)), LAYER_TILE)
