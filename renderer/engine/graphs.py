"""CUDA graphs of synthesis: at batch 1 a GPU draws faster than Python can tell it what to do, so it is told once.

A graph repeats the same work on the same memory. Which work that is stands in its key: whatever else than the tensors
given with a call could change the result must be part of it. Nothing is recorded until the same key has been asked for
before, so what moves at every frame (a noise strength, say) costs nothing.
"""

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from renderer.engine.stages import Cache

_log = logging.getLogger(__name__)

KEPT = 4
"""Graphs kept of a network: each has the memory of its inputs and the part of the pool that only it has used."""

_REMEMBERED = 64
"""Keys that were asked for once."""

Draw = Callable[[Mapping[str, Tensor]], Tensor]


class Replay(Protocol):
    """Work that was recorded."""

    def replay(self) -> None:
        """Do it again."""


class Recorder(Protocol):
    """Records work."""

    def record(self, draw: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        """The work of `draw` and where its result will be. Raises RuntimeError where it cannot be recorded."""


class CudaRecorder:
    """Records CUDA graphs. They share their memory, for no two of one network run at once."""

    def __init__(self) -> None:
        self._pool: Any = None

    def record(self, draw: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        """See `Recorder`."""
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            draw()  # libraries choose their ways, and kernels are compiled, outside of the recording
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # Only this thread is watched: another one may be reading a network.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            output = draw()
        return graph, output


@dataclass(frozen=True)
class _Recorded:
    replay: Replay
    inputs: dict[str, Tensor]
    output: Tensor


class Replays:
    """The graphs of one network.

    Args:
        recorder: Records them.
        kept: How many are kept; the one that was not used for longest goes first.
    """

    def __init__(self, recorder: Recorder, kept: int = KEPT) -> None:
        self._recorder = recorder
        self._recorded: Cache[Hashable, _Recorded] = Cache(kept)
        self._seen: Cache[Hashable, bool] = Cache(_REMEMBERED)
        self._refused = False

    def draw(self, key: Hashable, inputs: Mapping[str, Tensor], draw: Draw) -> Tensor | None:
        """The result of `draw` by its graph.

        Args:
            key: All that the result depends on beside the values of `inputs`; their shapes and types join it here.
            inputs: Tensors on the device.
            draw: Computes the result from such tensors, without waiting for the device.

        Returns:
            A tensor of the caller's own; None where there is no graph, so that the caller must draw.
        """
        whole = (key, tuple((name, x.shape, x.dtype, x.device) for name, x in inputs.items()))
        recorded = self._recorded.get(whole)
        if recorded is None:
            if self._refused or not self._seen.get(whole):
                self._seen.put(whole, True)
                return None
            recorded = self._record(inputs, draw)
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

    def _record(self, inputs: Mapping[str, Tensor], draw: Draw) -> _Recorded | None:
        own = {name: x.clone() for name, x in inputs.items()}
        try:
            replay, output = self._recorder.record(lambda: draw(own))
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self._refused = True
            _log.warning("This network is drawn without a CUDA graph: %s", str(error).splitlines()[0])
            return None
        return _Recorded(replay, own, output)
