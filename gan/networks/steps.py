"""Layer-by-layer execution of a network, so that a caller can watch it or stop early.

A network writes its forward pass as a Python generator that yields (layer name, output) after each named layer and
returns the images. `follow` runs it. Nothing is stored in the network, so concurrent calls and exceptions are safe.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing

from torch import Tensor

OnLayer = Callable[[str, Tensor], None]
ForceFp32 = bool | Collection[str]
"""True to compute in float32 on CUDA too, or the names of the layers that do."""

Steps = Generator[tuple[str, Tensor], None, Tensor]


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


def follow(steps: Steps, capture: str | None = None, on_layer: OnLayer | None = None) -> Tensor:
    """Run `steps` to its end, or to the layer `capture`, and return the result or that layer's output.

    `on_layer(name, output)` is called after each layer, `capture` included; what it raises ends the walk.
    """
    with closing(steps):
        while True:
            try:
                name, x = next(steps)
            except StopIteration as end:
                result: Tensor = end.value
                return result
            if on_layer is not None:
                on_layer(name, x)
            if name == capture:
                return x
