"""Recorded CUDA graphs of synthesis: at batch 1 a GPU renders faster than Python can issue the work.

A graph repeats the same work on the same memory. The work is identified by a key of all arguments of the call, which
`call_key` makes from the bound arguments, so that none can be forgotten. Only the values of tensors may differ between
calls of one graph. Nothing is recorded until the same key has been asked for before, so an argument that changes at
every image (a noise strength, say) costs nothing.
"""

import inspect
import logging
from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, Unpack

import torch
from torch import Tensor

from gan.cache import Cache
from gan.networks.protocol import Synthesis, SynthesisOptions

if TYPE_CHECKING:
    from torch.cuda import _POOL_HANDLE

_log = logging.getLogger(__name__)

MOST_GRAPHS = 4
"""Graphs cached: each has the memory of its inputs and the part of the pool that only it has used."""

_REMEMBERED = 64
"""Keys remembered that were asked for once."""

Render = Callable[[Mapping[str, Tensor]], Tensor]


class Replay(Protocol):
    """Recorded work."""

    def replay(self) -> None:
        """Do the work again."""


class Recorder(Protocol):
    """Records work."""

    def record(self, render: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        """Recording of the work of `render`, and its result's memory. Raises RuntimeError if it cannot be recorded."""


class CudaRecorder:
    """Records CUDA graphs. They share their memory, for no two of one network run at once."""

    def __init__(self) -> None:
        self._pool: _POOL_HANDLE | None = None

    def record(self, render: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        """See `Recorder`."""
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            render()  # libraries choose their algorithms, and kernels are compiled, outside of the recording
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # Only this thread is watched: another one may be reading a network.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            output = render()
        return graph, output


@dataclass(frozen=True)
class _Recorded:
    replay: Replay
    inputs: dict[str, Tensor]
    output: Tensor


class Recordings:
    """Graphs of one network's calls.

    Args:
        recorder: Records them.
        most: Graphs cached; the least recently used goes first.
    """

    def __init__(self, recorder: Recorder, most: int = MOST_GRAPHS) -> None:
        self._recorder = recorder
        self._recorded: Cache[Hashable, _Recorded] = Cache(most)
        self._seen: Cache[Hashable, bool] = Cache(_REMEMBERED)
        self._refused = False

    def image(self, network: Synthesis, ws: Tensor, **options: Unpack[SynthesisOptions]) -> Tensor | None:
        """Result of `network(ws, **options)` by its graph.

        Returns:
            A new tensor; None where there is no graph, so that the network must be called.
        """
        bound = _signature(type(network)).bind(network, ws, **options)
        bound.apply_defaults()
        key, tensors = call_key(bound.arguments)
        if key is None:
            return None
        known = {"ws": ws, **options}

        def render(own: Mapping[str, Tensor]) -> Tensor:
            return network(**{name: _with_tensors(name, value, own) for name, value in known.items()})  # type: ignore[arg-type]

        return self.replay(key, tensors, render)

    def replay(self, key: Hashable, inputs: Mapping[str, Tensor], render: Render) -> Tensor | None:
        """Result of `render(inputs)` by its graph.

        Args:
            key: All that the result depends on beside the values of `inputs`; their shapes and types join it here.
            inputs: Tensors on the device.
            render: Computes the result from such tensors, without waiting for the device.

        Returns:
            A new tensor; None where there is no graph, so that the caller must render.
        """
        whole = (key, tuple((name, x.shape, x.dtype, x.device) for name, x in inputs.items()))
        recorded = self._recorded.get(whole)
        if recorded is None:
            if self._refused or not self._seen.get(whole):
                self._seen.put(whole, True)
                return None
            recorded = self._record(inputs, render)
            if recorded is None:
                return None
            self._recorded.put(whole, recorded)
        for name, x in inputs.items():
            recorded.inputs[name].copy_(x)
        recorded.replay.replay()
        return recorded.output.clone()

    def clear(self) -> None:
        """Let all graphs and their memory go."""
        self._recorded.clear()
        self._seen.clear()

    def _record(self, inputs: Mapping[str, Tensor], render: Render) -> _Recorded | None:
        own = {name: x.clone() for name, x in inputs.items()}
        try:
            replay, output = self._recorder.record(lambda: render(own))
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self._refused = True
            _log.warning("This network is drawn without a CUDA graph: %s", str(error).splitlines()[0])
            return None
        return _Recorded(replay, own, output)


def call_key(arguments: Mapping[str, object]) -> tuple[Hashable | None, dict[str, Tensor]]:
    """Key of a call of a synthesis network, and the tensors whose values may differ between calls of one key.

    Args:
        arguments: All arguments of the call, bound to their names, the network as `self` and defaults included.

    Returns:
        The key, equal only for calls of which every argument that is no tensor is equal; None for calls that no graph
        can repeat: those that change the network, call back, or take random numbers from the host.
    """
    tensors: dict[str, Tensor] = {}
    key: list[tuple[str, Hashable]] = []
    for name, value in arguments.items():
        if isinstance(value, Mapping) and any(isinstance(item, Tensor) for item in value.values()):
            inside = {part: item for part, item in value.items() if isinstance(item, Tensor)}
            tensors |= {f"{name}/{part}": item for part, item in inside.items()}
            value = {part: None if part in inside else item for part, item in value.items()}
        if isinstance(value, Tensor):
            tensors[name] = value
        elif not _repeats(name, value):
            return None, {}
        else:
            try:
                key.append((name, _frozen(value)))
            except TypeError:
                return None, {}
    return tuple(key), tensors


def _with_tensors(name: str, value: object, own: Mapping[str, Tensor]) -> object:
    """An argument with a graph's own memory in place of the tensors that `call_key` found in it."""
    if isinstance(value, Mapping):
        return {part: own.get(f"{name}/{part}", item) for part, item in value.items()}
    return own.get(name, value)


def _repeats(name: str, value: object) -> bool:
    """True if a graph may be recorded with this argument."""
    match name:
        case "generator" | "on_layer":
            return value is None
        case "bends":
            return not value  # their numbers come from the host
        case "update_emas":
            return not value
        case "noise_mode":
            return value != "random"
        case "noise" if isinstance(value, Mapping):
            # Seeded noise is made on the CPU, and copied by waiting; None stands for an image.
            return all(own is None or own[2] is None for own in value.values())
    return True


def _frozen(value: object) -> Hashable:
    """Hashable equivalent of an argument. Raises TypeError for other types than plain data."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, _frozen(item)) for name, item in value.items()))
    if isinstance(value, Set):
        return frozenset(value)
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    hash(value)
    return value


@lru_cache(maxsize=16)
def _signature(kind: type) -> inspect.Signature:
    """Signature of a network's call, with `self`."""
    return inspect.signature(getattr(kind, "forward", kind.__call__))
