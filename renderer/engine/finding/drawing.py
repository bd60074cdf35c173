"""Pictures for searches."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from gan.display import to_rgba8
from gan.edits.features import differentiable
from gan.edits.measures import Draw, Trace, seen
from gan.networks.generator import StyleGenerator
from renderer.engine.display import shown_part
from renderer.engine.kernels import prepare_derivatives
from renderer.engine.keys import OutputKey, display_key, synthesis_key
from renderer.engine.models import Model
from renderer.engine.small import ROUGH_SECONDS
from renderer.engine.synthesis import arguments_of, run, small_outputs
from renderer.ipc.protocol import Display, RenderRequest

Floats = npt.NDArray[np.float32]


class SearchError(ValueError):
    """A search that this network or these settings do not allow. The text says what is wrong and what to do."""


def styled(model: Model) -> StyleGenerator:
    """Return the generator of a model. Raises SearchError where it has no W."""
    if not isinstance(model.G, StyleGenerator):
        raise SearchError("This network has no W to search in.")
    return model.G


SMALL = 128
"""Least side of the low resolution at which slow networks are measured."""


TRACED_SECONDS = 0.25
"""Longest time of a picture whose gradients are computed, which take three times as long and let no request pass."""


def _unwatched(share: float) -> None:
    """Let a picture be finished."""


def drawing(
    model: Model,
    request: RenderRequest,
    least: int = SMALL,
    always: bool = False,
    whole: bool = False,
    check: Callable[[float], None] = _unwatched,
) -> Draw:
    """Return what draws ws with all else as in a request.

    Pictures have a low resolution of at least `least` where a whole one takes long, or `always`; never with `whole`.
    `check` is called between layers, and may end a picture by an exception.
    """
    key = synthesis_key(model, request.image)
    small = not whole and (always or model.pace.full_s > ROUGH_SECONDS)
    sides = [side for side in model.low_res_sides if side >= least] if small else []

    def draw(ws: torch.Tensor, number: int) -> Floats:
        ws = ws.to(model.device, torch.float32)[None]
        if sides:
            output = small_outputs(model, ws, key, min(sides), check)[0]
        else:
            output = next(iter(run(model, ws, OutputKey(key), check).outputs.values()))
        shown = shown_part(output, display_key(OutputKey(key), Display()))
        return np.asarray(to_rgba8(shown)[..., :3] / 255, np.float32)

    return draw


@torch.inference_mode(False)
def tracing(model: Model, request: RenderRequest) -> Trace | None:
    """Return what draws ws with gradients, with all else as in a request; None where that takes too long."""
    if model.pace.full_s > TRACED_SECONDS:
        return None
    if model.device.type == "cpu":
        prepare_derivatives()
    key, synthesis = synthesis_key(model, request.image), differentiable(styled(model).synthesis)
    arguments = arguments_of(model, torch.zeros(1, device=model.device), key)

    def trace(ws: torch.Tensor, number: int) -> torch.Tensor:
        return seen(synthesis(ws.to(model.device, torch.float32), **arguments))

    return trace
