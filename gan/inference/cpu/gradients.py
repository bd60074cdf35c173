"""Plans through which gradients of the latents flow, and the runner that gives calls to them.

They are made at the first call in a block of `gan.networks.synthesis.first_derivatives`, where the operators' kernels
are enabled (`gan.ops.cpu.dispatch`) and the weights do not learn; elsewhere the reference layers run. Images are those
of the reference up to rounding, in the precision "fast" (`gan.inference.cpu.precision`) up to that of bfloat16.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from gan.inference.cpu import plans
from gan.inference.cpu.precision import Precision, has_fast, wanted
from gan.inference.revision import Revision, revision
from gan.memory import giving_back
from gan.networks.noise import NoiseImages
from gan.networks.protocol import Synthesis
from gan.networks.steps import Steps, follow
from gan.networks.synthesis import StyleSynthesis, SynthesisCall, record_way, register_gradient_runner
from gan.ops.cpu import dispatch

_log = logging.getLogger(__name__)


class GradientPlan(Protocol):
    """A network's weights, arranged for gradients of one image."""

    def steps(self, ws: Tensor, noise: NoiseImages, offsets: Mapping[str, Tensor]) -> Steps:
        """As `StyleSynthesis.steps`, for ws [1, num_ws, w_dim]."""


@dataclass(frozen=True)
class _Entry:
    """Plan of a network; None where none can be made."""

    plan: GradientPlan | None
    made_of: Revision


_LOCK = threading.Lock()
_entries: "dict[Precision, WeakKeyDictionary[Synthesis, _Entry]]" = {
    "exact": WeakKeyDictionary(),
    "fast": WeakKeyDictionary(),
}


@register_gradient_runner
def run(synthesis: StyleSynthesis, call: SynthesisCall) -> Tensor | None:
    """Run a call of one image by the network's plan for gradients, if there can be one. A `Runner`."""
    if not dispatch.enabled() or len(call.ws) != 1 or call.ws.device.type != "cpu" or call.bends:
        return None
    if any(p.requires_grad for p in synthesis.parameters()):
        return None
    precision: Precision = "fast" if wanted() == "fast" and has_fast() else "exact"
    now = revision(synthesis)
    with _LOCK:
        entry = _entries[precision].get(synthesis)
        if entry is None or entry.made_of != now:
            entry = _entries[precision][synthesis] = _Entry(_made(synthesis, precision), now)
    if entry.plan is None:
        return None
    record_way("fast gradient plan" if precision == "fast" else "gradient plan")
    return follow(entry.plan.steps(call.ws, call.noise, call.style_offsets), call.capture, call.on_layer)


def _made(synthesis: StyleSynthesis, precision: Precision) -> GradientPlan | None:
    if not plans.fits(synthesis):
        return None
    from gan.inference.cpu import families

    family = families.gradients_of(synthesis)
    if family is None:
        return None
    try:
        for kernel in family.kernels(synthesis, precision):
            kernel.prepare()
    except families.COMPILING_FAILED as error:
        _log.warning("The kernels for this processor could not be made (%s); gradients go on without.", error)
        return None
    with torch.inference_mode(False), torch.no_grad(), giving_back():
        return family.plan(synthesis, precision)
