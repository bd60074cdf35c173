"""Layer-by-layer execution of a network, so that a caller can watch it or stop early.

A network writes its forward pass as a Python generator that yields (layer name, output) after each named layer and
returns the images. `follow` runs it. Nothing is stored in the network, so concurrent calls and exceptions are safe.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType

from torch import Tensor

from gan.ops.bending import Bend, bent

OnLayer = Callable[[str, Tensor], None]
ForceFp32 = bool | Collection[str]
"""True to compute in float32 on CUDA too, or the names of the layers that do."""

Steps = Generator[tuple[str, Tensor], Tensor | None, Tensor]
"""Yields (layer name, output), and goes on with what it is sent in place of that output; see `kept`."""
Bends = Mapping[str, Sequence[Bend]]
"""Operations on the outputs of layers, by name."""


def kept(x: Tensor, sent: Tensor | None) -> Tensor:
    """Output of a layer to go on with: the one that was sent in its place, if any. `x = kept(x, (yield name, x))`."""
    return x if sent is None else sent


def check_ws(ws: Tensor, num_ws: int, w_dim: int) -> None:
    """Raise ValueError if `ws` is not [N, num_ws, w_dim]."""
    if ws.ndim != 3 or tuple(ws.shape[1:]) != (num_ws, w_dim):
        raise ValueError(f"ws has the shape {tuple(ws.shape)}; this network needs [N, {num_ws}, {w_dim}].")


def is_forced(force_fp32: ForceFp32, *layers: str) -> bool:
    """True if any of these layers computes in float32."""
    return force_fp32 if isinstance(force_fp32, bool) else any(layer in force_fp32 for layer in layers)


def check_capture(capture: str | None, layer_names: Sequence[str]) -> None:
    """Raise ValueError if `capture` is not None and not one of `layer_names`."""
    if capture is not None and capture not in layer_names:
        raise ValueError(f"There is no layer called {capture!r}; choose from {', '.join(layer_names)}.")


def of_each(offsets: Mapping[str, Tensor], count: int) -> list[Mapping[str, Tensor]]:
    """Style offsets, [channels] or [1 or count, channels] by layer, of each image of a batch."""
    own = {name for name, offset in offsets.items() if offset.ndim == 2 and len(offset) > 1}
    if not own:
        return [offsets] * count
    return [{name: x[i] if name in own else x for name, x in offsets.items()} for i in range(count)]


def follow(
    steps: Steps, capture: str | None = None, on_layer: OnLayer | None = None, bends: Bends = MappingProxyType({})
) -> Tensor:
    """Run `steps` to its end, or to the layer `capture`, and return the result or that layer's output.

    `on_layer(name, output)` is called after each layer, `capture` included; what it raises ends the walk. Outputs are
    those after `bends`, with which the network goes on.
    """
    sent: Tensor | None = None
    with closing(steps):
        while True:
            try:
                name, x = steps.send(sent)
            except StopIteration as end:
                result: Tensor = end.value
                return result
            sent = bent(x, bends[name]) if name in bends else None
            x = kept(x, sent)
            if on_layer is not None:
                on_layer(name, x)
            if name == capture:
                return x
            del x  # large layers take hundreds of megabytes: the next one runs without this one's output being kept
